"""`ness materialise`: compute the metrics from what is loaded and publish, without fetching anything."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from ness_pipeline.build.load import load_unit
from ness_pipeline.errors import WrongUsage
from ness_pipeline.landing.request import Payload, Request
from ness_pipeline.landing.units import WORLD, Unit
from ness_pipeline.landing.zone import Landing
from ness_pipeline.names.years import ANY_YEAR
from ness_pipeline.paths import Paths
from ness_pipeline.run.own_files import recorded_run
from ness_pipeline.run.records import clock, was_fed
from ness_pipeline.run.refresh import compute_and_publish
from ness_pipeline.run.summary import Summary
from ness_pipeline.run.watch import Watch, nobody, unfailing
from ness_pipeline.settings import Settings
from ness_pipeline.sources import sources
from ness_pipeline.sources.extract import context_of


def materialise_and_publish(
    settings: Settings, countries: Sequence[str] | None, *, accept_change: bool = False, watch: Watch = nobody
) -> Summary:
    """Compute the metrics from what is loaded, audit and publish.

    Args:
        settings: the configuration.
        countries: country codes; None means all.
        accept_change: publish also what changes more than the contracts' limits allow.
        watch: receives every step when it starts and ends.

    Returns:
        Rows written per table, and the content hash of the publication.

    Raises:
        WrongUsage: nothing has been loaded yet.
        NessError: nothing was published; the last publication stays.
    """
    with recorded_run(settings, f"materialise {' '.join(countries or ['all'])}") as (build, run_id):
        if not was_fed(build):
            raise WrongUsage("Nothing has been loaded yet; fill the warehouse with `ness run KE` or `ness load` first.")
        load_reference(build, settings, run_id)
        summary = Summary(run_id, tuple(countries or ()))
        compute_and_publish(build, settings, countries, summary, accept_change=accept_change, watch=unfailing(watch))
    return summary


def load_reference(build: duckdb.DuckDBPyConnection, settings: Settings, run_id: str) -> None:
    """Load the sources that need no publisher: the countries of ISO 3166 and the seeds."""
    context = context_of(Landing(Paths.of(settings).landing), settings)
    for source in sources().values():
        if source.is_local:
            unit = Unit(source.name, WORLD, ANY_YEAR)
            rows = source.read(unit, _no_request, context)
            now = clock(build)
            load_unit(build, unit, rows, source.tables, run_id=run_id, release=None, extracted_at=None, now=now)


def _no_request(request: Request) -> Payload:
    raise AssertionError(f"a local source requested {request.target}")
