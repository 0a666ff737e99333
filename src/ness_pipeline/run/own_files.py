"""What a user does by hand, without a schedule: load an own file, compute the metrics, publish."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ness_pipeline.build.load import Loaded, load_unit, replace_ops
from ness_pipeline.build.models import materialise
from ness_pipeline.errors import WrongUsage
from ness_pipeline.files import read
from ness_pipeline.landing.http import Payload, Request
from ness_pipeline.landing.own_rows import keep_own
from ness_pipeline.landing.units import WORLD, Unit
from ness_pipeline.landing.zone import Landing
from ness_pipeline.names.years import Years
from ness_pipeline.paths import Paths
from ness_pipeline.publish.publication import publish
from ness_pipeline.run.records import clock, finish_run, start_run, was_fed
from ness_pipeline.run.restore import writing
from ness_pipeline.settings import Settings
from ness_pipeline.sources import sources
from ness_pipeline.sources.extract import context_of

ANY_YEAR = Years(1600, 2100)


@contextmanager
def recorded_run(settings: Settings, command: str) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """The build database under the writer's lock, with an entry in `ops.run` that says how it ended."""
    with writing(settings) as connection:
        run_id = start_run(connection, command, is_synthetic=settings.is_synthetic, now=clock(connection))
        try:
            yield connection, run_id
        except duckdb.Error:
            raise  # the database itself is the trouble, so nothing can be recorded in it
        except BaseException:
            finish_run(connection, run_id, "failed", clock(connection))
            raise
        finish_run(connection, run_id, "completed", clock(connection))


@dataclass(frozen=True)
class FileLoaded:
    """What became of one own file.

    Attributes:
        layout: what the file turned out to be.
        source: its name in `source` columns.
        results: what became of each table it fills.
        reasons: rows left out or quarantined, by column, check and one example reason, most frequent first.
    """

    layout: str
    source: str
    results: list[Loaded]
    reasons: list[tuple[int, str, str]]


def load_file(
    settings: Settings,
    path: Path,
    *,
    table: str | None = None,
    country_code: str | None = None,
    taxon_group: str | None = None,
    checklist_key: str | None = None,
    source: str | None = None,
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

    Raises:
        NessError: the file is unreadable or breaks the contract; nothing of it is loaded.
    """
    options = {
        "country_code": country_code,
        "taxon_group": taxon_group,
        "checklist_key": checklist_key,
        "source": source,
    }
    with (
        read(path, table=table, **options) as file,
        recorded_run(settings, f"load {path.name}") as (connection, run_id),
    ):
        unit = Unit(file.source, path.name, ANY_YEAR)
        now = clock(connection)
        results = load_unit(
            connection, unit, file.batches, file.tables, run_id=run_id, release=None, extracted_at=now, now=now
        )
        received = {
            "source": unit.source,
            "unit": unit.key,
            "request": path.name,
            "fetched_at": now,
            "sha256": digest_of(path),
            "payload_bytes": sum(part.stat().st_size for part in parts_of(path)),
            "is_synthetic": settings.is_synthetic,
        }
        replace_ops(connection, "provenance", unit, [received])
        keep_own(connection, Landing(Paths.of(settings).landing), unit, file.tables)
        reasons = reasons_of(connection, unit)
    return FileLoaded(file.layout, file.source, results, reasons)


def reasons_of(connection: duckdb.DuckDBPyConnection, unit: Unit) -> list[tuple[int, str, str]]:
    """Rows of a unit left out or quarantined, by column, check and one example reason, most frequent first."""
    return connection.execute(
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


def load_reference(connection: duckdb.DuckDBPyConnection, settings: Settings, run_id: str) -> None:
    """Load the sources that need no publisher: the countries of ISO 3166 and the seeds."""
    context = context_of(Landing(Paths.of(settings).landing), settings)
    for source in sources().values():
        if source.is_local:
            unit = Unit(source.name, WORLD, ANY_YEAR)
            rows = source.read(unit, _no_request, context)
            load_unit(
                connection,
                unit,
                rows,
                source.tables,
                run_id=run_id,
                release=None,
                extracted_at=None,
                now=clock(connection),
            )


def _no_request(request: Request) -> Payload:
    raise AssertionError(f"a local source asked for {request.target}")


def materialise_and_publish(
    settings: Settings,
    countries: Sequence[str] | None,
    progress: Callable[[str], None] | None = None,
    *,
    accept_change: bool = False,
) -> tuple[dict[str, int], str]:
    """Compute the metrics from what is loaded, audit and publish.

    Args:
        settings: the configuration.
        countries: country codes; None means all.
        progress: called with each model's name.
        accept_change: publish also what changes more than the contracts' limits allow.

    Returns:
        Rows per table, and the content hash of the publication.
    """
    command = f"materialise {' '.join(countries or ['all'])}"
    with recorded_run(settings, command) as (connection, run_id):
        if not was_fed(connection):
            raise WrongUsage("Nothing has been loaded yet; fill the warehouse with `ness run KE` or `ness load` first.")
        load_reference(connection, settings, run_id)
        written = materialise(connection, countries, progress=progress)
        # Before the copy is made, so that the published file says how its run ended.
        finish_run(connection, run_id, "completed", clock(connection))
        digest = publish(
            connection,
            Paths.of(settings),
            run_id,
            is_synthetic=settings.is_synthetic,
            now=clock(connection),
            accept_change=accept_change,
            keep=settings.keep_publications,
        )
    return written, digest
