"""What a user does by hand, without a schedule: load an own file, compute the metrics, publish."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import duckdb

from ness_pipeline.database import open_build
from ness_pipeline.extract import context_of
from ness_pipeline.http import Fetch, Payload, Request
from ness_pipeline.landing import Landing
from ness_pipeline.load import Loaded, load_unit
from ness_pipeline.models import materialise
from ness_pipeline.paths import Paths
from ness_pipeline.publish import publish, writer
from ness_pipeline.runs import finish_run, start_run
from ness_pipeline.scope import Years
from ness_pipeline.settings import Settings
from ness_pipeline.sources import WORLD, Batch, Unit, sources

ANY_YEAR = Years(1600, 2100)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@contextmanager
def recorded_run(settings: Settings, command: str) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """The build database under the writer's lock, with an entry in `ops.run` that says how it ended."""
    paths = Paths.of(settings)
    with writer(paths), open_build(paths.build) as connection:
        run_id = start_run(connection, command, is_synthetic=settings.is_synthetic, now=_now())
        try:
            yield connection, run_id
        except BaseException:
            finish_run(connection, run_id, "failed", _now())
            raise
        finish_run(connection, run_id, "completed", _now())


def load_batches(settings: Settings, source: str, key: str, batches: Iterable[Batch], tables: Sequence[str]) -> list[Loaded]:  # fmt: skip
    """Load the rows of one own file as the unit of work `source` `key`, replacing what it brought before."""
    with recorded_run(settings, f"load {key}") as (connection, run_id):
        unit = Unit(source, key, ANY_YEAR)
        return load_unit(connection, unit, batches, tables, run_id=run_id, release=None, extracted_at=None, now=_now())


def load_reference(connection: duckdb.DuckDBPyConnection, settings: Settings, run_id: str) -> None:
    """Load the sources that need no publisher: the countries of ISO 3166 and the seeds."""
    context = context_of(Landing(Paths.of(settings).landing), settings)
    for source in sources().values():
        if source.is_local:
            unit = Unit(source.name, WORLD, ANY_YEAR)
            rows = source.read(unit, _no_request, context)
            load_unit(connection, unit, rows, source.tables, run_id=run_id, release=None, extracted_at=None, now=_now())


def _no_request(request: Request) -> Payload:
    raise AssertionError(f"a local source asked for {request.target}")


_: Fetch = _no_request


def materialise_and_publish(
    settings: Settings, countries: Sequence[str] | None, progress: Callable[[str], None] | None = None
) -> tuple[dict[str, int], str]:
    """Compute the metrics from what is loaded, audit and publish.

    Args:
        settings: the configuration.
        countries: country codes; None means all.
        progress: called with each model's name.

    Returns:
        Rows per table, and the content hash of the publication.
    """
    command = f"materialise {' '.join(countries or ['all'])}"
    with recorded_run(settings, command) as (connection, run_id):
        load_reference(connection, settings, run_id)
        written = materialise(connection, countries, progress=progress)
        digest = publish(connection, Paths.of(settings), run_id, is_synthetic=settings.is_synthetic, now=_now())
    return written, digest
