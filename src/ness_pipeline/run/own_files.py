"""Own files: records, cubes and tables that a user loads by hand, each as one unit of work."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ness_pipeline.build.load import Loaded, load_unit, replace_ops
from ness_pipeline.contract.batch import Batch
from ness_pipeline.files import read
from ness_pipeline.landing.own_rows import keep_own
from ness_pipeline.landing.units import Unit
from ness_pipeline.landing.zone import Landing
from ness_pipeline.names.years import ANY_YEAR
from ness_pipeline.paths import Paths
from ness_pipeline.run.records import clock, finish_run, start_run
from ness_pipeline.run.refresh import failing_run_recorded
from ness_pipeline.run.restore import open_for_writing
from ness_pipeline.settings import Settings


@contextmanager
def recorded_run(settings: Settings, command: str) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """The build database under the writer's lock and the identifier of a run, whose end is recorded in `ops.run`."""
    with open_for_writing(settings) as build:
        run_id = start_run(build, command, is_synthetic=settings.is_synthetic, now=clock(build))
        with failing_run_recorded(build, run_id):
            yield build, run_id
        finish_run(build, run_id, "completed", clock(build))


@dataclass(frozen=True)
class FileLoaded:
    """What became of one own file.

    Attributes:
        layout: what the file turned out to be.
        source: its name in `source` columns.
        results: what became of each table it fills.
        reasons: rows filtered out or refused, by column, check and one example reason, most frequent first.
    """

    layout: str
    source: str
    results: list[Loaded]
    reasons: list[tuple[int, str, str]]


@dataclass(frozen=True)
class OwnLoad:
    """Rows that a user loads as one unit of work.

    Attributes:
        source: name of the data in `source` columns.
        key: name of the unit of work; rows that were loaded under it before are replaced.
        layout: what the rows are, in plain words.
        tables: tables that they fill, without layer.
        batches: the rows.
        files: the files they come from, with the name that each has in `ops.provenance`.
        release: version of the data, where it is known.
        citation: what to cite, in columns of `ops.citation` without `source`, `unit` and `accessed_on`; None where
            nothing is known.
    """

    source: str
    key: str
    layout: str
    tables: tuple[str, ...]
    batches: Iterable[Batch]
    files: Sequence[tuple[str, Path]]
    release: str | None = None
    citation: Mapping[str, object] | None = None


def load_own(settings: Settings, own: OwnLoad, command: str) -> FileLoaded:
    """Load own rows through the same contracts as everybody's, and keep a copy of them in landing.

    Args:
        settings: the configuration.
        own: the rows.
        command: for `ops.run`.

    Raises:
        NessError: a file is unreadable or breaks the contract; nothing of it is loaded.
    """
    with recorded_run(settings, command) as (build, run_id):
        unit = Unit(own.source, own.key, ANY_YEAR)
        now = clock(build)
        results = load_unit(
            build, unit, own.batches, own.tables, run_id=run_id, release=own.release, extracted_at=now, now=now
        )
        received = [
            {
                "source": unit.source,
                "unit": unit.key,
                "request": name,
                "fetched_at": now,
                "sha256": digest_of(path),
                "payload_bytes": sum(part.stat().st_size for part in parts_of(path)),
                "is_synthetic": settings.is_synthetic,
            }
            for name, path in own.files
        ]
        replace_ops(build, "provenance", unit, received)
        if own.citation is not None:
            cited = {"source": unit.source, "unit": unit.key, "accessed_on": now.date(), **own.citation}
            replace_ops(build, "citation", unit, [cited])
        keep_own(build, Landing(Paths.of(settings).landing), unit, own.tables)
        reasons = reasons_of(build, unit)
    return FileLoaded(own.layout, own.source, results, reasons)


def load_file(
    settings: Settings,
    path: Path,
    *,
    table: str | None = None,
    country_code: str | None = None,
    taxon_group: str | None = None,
    checklist_key: str | None = None,
    source: str | None = None,
    is_complete: bool = False,
) -> FileLoaded:
    """Load one own file as a unit of work named after it, replacing what a file of that name brought before.

    Args:
        settings: the configuration.
        path: records, a cube or a table; see `ness_pipeline.files.read`.
        table: table to fill; None lets records and cubes be recognised.
        country_code: country of all rows, for files that do not name it.
        taxon_group: reporting group of all rows, for files that do not name higher taxa.
        checklist_key: GBIF dataset key of the checklist of the species keys.
        source: name of the data; files loaded under one name add up.
        is_complete: whether a list names every species of its groups.

    Raises:
        NessError: the file is unreadable or breaks the contract; nothing of it is loaded.
    """
    with read(
        path,
        table=table,
        country_code=country_code,
        taxon_group=taxon_group,
        checklist_key=checklist_key,
        source=source,
        is_complete=is_complete,
    ) as file:
        own = OwnLoad(file.source, path.name, file.layout, file.tables, file.batches, [(path.name, path)])
        return load_own(settings, own, f"load {path.name}")


def reasons_of(build: duckdb.DuckDBPyConnection, unit: Unit) -> list[tuple[int, str, str]]:
    """Rows of a unit filtered out or refused, by column, check and one example reason, most frequent first."""
    return build.execute(
        "SELECT CAST(sum(records) AS BIGINT), coalesce(column_name || ': ', '') || check_name, min(reason) "
        "FROM (SELECT *, 1 AS records FROM ops.quarantine UNION ALL BY NAME SELECT *, 'filter' AS check_name FROM ops.left_out) "
        "WHERE source = ? AND unit = ? GROUP BY ALL ORDER BY 1 DESC, 2",
        [unit.source, unit.key],
    ).fetchall()


def parts_of(path: Path) -> list[Path]:
    """The file itself, or the files of a folder in a stable order."""
    return [path] if path.is_file() else sorted(part for part in path.rglob("*") if part.is_file())


def digest_of(path: Path) -> str:
    """SHA-256 of a file, or of the hashes of a folder's files."""
    digests = []
    for part in parts_of(path):
        with part.open("rb") as content:
            digests.append(hashlib.file_digest(content, "sha256").hexdigest())
    return digests[0] if path.is_file() else hashlib.sha256("\n".join(digests).encode()).hexdigest()
