"""Whether the published file and the SQL models agree, and how fresh the file is."""

from __future__ import annotations

import filecmp
import pkgutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ness_pipeline.ask.query import ask, open_published
from ness_pipeline.errors import WrongUsage
from ness_pipeline.index import computed
from ness_pipeline.paths import Paths, sql_folder
from ness_pipeline.publish.durable import log_of
from ness_pipeline.publish.reading import writing_client


@dataclass(frozen=True)
class Status:
    """State of the published file.

    Attributes:
        publication: columns of the latest row of `ops.publication`.
        rows: rows per core and metrics table.
        missing: models without a table in the file.
        orphaned: core and metrics tables without a model.
        changes: how the tables changed with the latest publication: table, rows before, after, added, removed, changed.
        gaps: last load of each unit that failed, and what units did not give: source, unit, error, since when its rows are stale.
        wrong: what is wrong with the file itself, in sentences without a full stop.
    """

    publication: dict[str, Any]
    rows: dict[str, int]
    missing: list[str]
    orphaned: list[str]
    gaps: list[tuple[Any, ...]]
    changes: list[tuple[Any, ...]]
    wrong: list[str]

    @property
    def is_clean(self) -> bool:
        """Whether models and tables agree, nothing is stale, and the file is what was published."""
        return not (self.missing or self.orphaned or self.gaps or self.wrong)


def status_of(paths: Paths, *, is_verified: bool = False) -> Status:
    """Read the state of the published file.

    Args:
        paths: where everything lies.
        is_verified: whether to read every byte of it.

    Raises:
        WrongUsage: there is none.
    """
    published = paths.published
    columns, rows = ask(published, "FROM ops.publication ORDER BY published_at DESC LIMIT 1")
    tables = _tables(published)
    models = {f"{layer}.{file.stem}" for layer in ("core", "metrics") for file in sql_folder(layer).glob("*.sql")}
    models |= {f"metrics.{module.name}" for module in pkgutil.iter_modules(computed.__path__)}
    return Status(
        publication=dict(zip(columns, rows[0], strict=True)) if rows else {},
        rows=tables,
        missing=sorted(models - tables.keys()),
        orphaned=sorted(tables.keys() - models),
        gaps=failed_units(published) + _lost_things(published),
        changes=_changes(published),
        wrong=verify(paths) if is_verified else disturbances(paths),
    )


def failed_units(published: Path) -> list[tuple[Any, ...]]:
    """Units of which the last load failed: source, unit, error, since when its rows are stale, None where it has none."""
    _, units = ask(
        published,
        "SELECT source, unit, arg_max(error, loaded_at) AS error, "
        "max(extracted_at) FILTER (status = 'loaded') AS stale_since FROM ops.load WHERE source NOT LIKE 'file:%' "
        "GROUP BY source, unit HAVING arg_max(status, loaded_at) = 'failed' ORDER BY ALL",
    )
    return units


def disturbances(paths: Paths) -> list[str]:
    """What clients that write do to the published file now, each with what to do; cheap to find out."""
    found = []
    published = paths.published
    if (client := writing_client(published)) is not None:
        found.append(
            f"{client} has {published} open for writing, so other clients cannot open it; let it open the file read-only "
            "(runs, `ness sql` and reports go on from a copy)"
        )
    if log_of(published).exists():
        undone = "" if client is None else "close that client; then "
        found.append(
            f"{log_of(published)} holds changes of a client, which others would read as part of the publication; "
            f"{undone}`ness rollback {_identifier(published)}` sets them aside"
        )
    return found


def verify(paths: Paths) -> list[str]:
    """What is wrong with the published file, each with what to do: every byte of it is read.

    It must be equal to the copy that was kept of it, and hold the rows whose hash it states.

    Raises:
        WrongUsage: there is no published file.
    """
    from ness_pipeline.publish.history import (  # noqa: PLC0415  (contracts take seconds to import)
        copy_of_present,
        is_sound,
        present,
        the_last_first,
    )

    found = disturbances(paths)
    copy = copy_of_present(paths)
    if copy is not None and filecmp.cmp(copy, paths.published, shallow=False):
        return found
    step = "`ness materialise` publishes anew"
    if sound := next((file for file in the_last_first(paths) if file != paths.published and is_sound(file)), None):
        puts_back = "puts it back" if sound == copy else "puts an earlier one back"
        step = f"`ness rollback {sound.stem}` {puts_back}, or {step}"
    try:
        content = content_of(paths)
    except WrongUsage:
        found.append(f"{paths.published} is damaged, so the disk may be faulty; {step}")
        return found
    if not content.is_true:
        found.append(f"{paths.published} does not hold what was published (a client has changed it); {step}")
    elif copy is not None and sound != copy:
        found.append(
            f"{copy}, the kept copy of the publication, is damaged, so the disk may be faulty; delete it, and the next run keeps another"
        )
    elif copy is not None and present(paths) == copy.stem:
        found.append(
            f"{paths.published} is not byte for byte what was published, though its numbers are (a client has written into "
            f"it, or the disk is faulty); {step}"
        )
    return found


@dataclass(frozen=True)
class Content:
    """What a published file states of its content, and what it holds."""

    recorded: str
    computed_now: str

    @property
    def is_true(self) -> bool:
        """Whether the file holds what it states."""
        return self.recorded == self.computed_now


def content_of(paths: Paths) -> Content:
    """Content hash over all core and metrics rows of the published file, computed anew; every table is read whole.

    Raises:
        WrongUsage: there is no published file, or it cannot be read.
    """
    from ness_pipeline.publish.content_hash import content_hash  # noqa: PLC0415  (contracts take seconds to import)

    with open_published(paths.published) as connection:
        try:
            row = connection.execute(
                "SELECT content_hash FROM ops.publication ORDER BY published_at DESC LIMIT 1"
            ).fetchone()
            for (name,) in connection.execute(
                "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE schema_name = 'ops'"
            ).fetchall():
                connection.execute(f"SELECT max(hash(COLUMNS(*))) FROM {name}").fetchall()
            return Content(row[0] if row else "nothing", content_hash(connection))
        except duckdb.Error as error:
            message = f"{paths.published} cannot be read ({str(error).splitlines()[0]}); `ness rollback`, or run again."
            raise WrongUsage(message) from error


def _identifier(published: Path) -> str:
    """Identifier of the publication that readers see."""
    _, rows = ask(published, "SELECT publication_id FROM ops.publication ORDER BY published_at DESC LIMIT 1")
    return str(rows[0][0]) if rows else ""


def _lost_things(published: Path) -> list[tuple[Any, ...]]:
    """What units did not give while they gave the rest, as gaps; none in a file of a version that did not note it."""
    _, known = ask(published, "FROM duckdb_tables() WHERE schema_name = 'ops' AND table_name = 'gap'")
    if not known:
        return []
    query = "SELECT source, unit, what || ': ' || reason, max(rows_from) FROM ops.gap GROUP BY ALL ORDER BY ALL"
    return ask(published, query)[1]


def _changes(published: Path) -> list[tuple[Any, ...]]:
    """Changes of the latest publication; none in a file of a version that did not record them."""
    _, known = ask(published, "FROM duckdb_tables() WHERE schema_name = 'ops' AND table_name = 'change'")
    if not known:
        return []
    return ask(
        published,
        "SELECT table_name, rows_before, rows_after, added, removed, changed FROM ops.change WHERE publication_id = "
        "(SELECT max_by(publication_id, published_at) FROM ops.publication) AND added + removed + changed > 0 ORDER BY 1",
    )[1]


def _tables(published: Path) -> dict[str, int]:
    _, names = ask(
        published,
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE schema_name IN ('core', 'metrics') ORDER BY 1",
    )
    counts = " UNION ALL ".join(f"SELECT '{name}' AS name, count(*) FROM {name}" for (name,) in names)
    return dict(ask(published, f"{counts} ORDER BY name")[1]) if counts else {}
