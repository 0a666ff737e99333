"""The main flow: plan, extract, load, materialise, audit, publish."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from typing import Any

import duckdb
from prefect import flow
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture

from ness_pipeline.errors import NessError
from ness_pipeline.flows import tasks
from ness_pipeline.flows.forms import CountryName, Hours, SourceName, YearSpan
from ness_pipeline.flows.outcome import ended, explained, tell_outcome
from ness_pipeline.flows.workers import extractors
from ness_pipeline.landing.units import Unit
from ness_pipeline.names.countries import countries as all_countries
from ness_pipeline.names.countries import resolve
from ness_pipeline.names.years import Years
from ness_pipeline.paths import Paths
from ness_pipeline.run.plan import plan
from ness_pipeline.run.records import clock, expect_data, finish_run, start_run
from ness_pipeline.run.summary import Summary
from ness_pipeline.settings import Settings


@flow(name="refresh-countries", flow_run_name=tasks.flow_run_name, validate_parameters=False)
@explained
def refresh_countries(
    countries: list[CountryName] | None = None,
    years: YearSpan = "2000:2025",
    sources: list[SourceName] | None = None,
    offline: bool = False,
    max_age_hours: Hours = 24.0,
    accept_change: bool = False,
    sandbox_url: str | None = None,
) -> State[Summary]:
    """Refresh countries from their publishers and publish the result.

    Args:
        countries: countries to refresh; none means all.
        years: span of years, such as `2000:2025`.
        sources: names of sources; none means all.
        offline: use what has landed, ask no publisher.
        max_age_hours: payloads younger than this serve again.
        accept_change: publish also what changes more than the contracts' limits allow.
        sandbox_url: base URL of a sandbox instead of the live publishers.
    """
    scope = resolve(countries) if countries else tuple(all_countries())
    return refresh(
        scope,
        Years.parse(years),
        command=f"run {' '.join(countries or ['--all'])} --years {years}",
        only=tuple(sources or ()),
        offline=offline,
        max_age_hours=max_age_hours,
        world_max_age_hours=max_age_hours,
        accept_change=accept_change,
        sandbox_url=sandbox_url,
    )


def refresh(
    countries: tuple[str, ...],
    years: Years,
    *,
    command: str,
    only: tuple[str, ...],
    offline: bool,
    max_age_hours: float,
    world_max_age_hours: float,
    accept_change: bool,
    sandbox_url: str | None,
) -> State[Summary]:
    """Take some countries through all stages; the final state says whether there are gaps and carries the summary."""
    settings = tasks.settings_for(sandbox_url)
    world, national = plan(countries, years, only, settings=settings, is_offline=offline)
    with tasks.build_of(settings) as connection:
        run_id = start_run(connection, command, is_synthetic=settings.is_synthetic, now=clock(connection))
        summary = Summary(run_id, countries)
        try:
            for units, age in ((world, world_max_age_hours), (national, max_age_hours)):
                errors = {} if offline else _extract(units, age, sandbox_url, settings)
                tasks.load_all(connection, units, sandbox_url, summary, errors)
            expect_data(connection, summary.gaps)
            summary.written = tasks.materialise_countries(countries, sandbox_url)
            # Before the copy is made, so that the published file says how its run ended.
            finish_run(connection, run_id, summary.status, clock(connection))
            summary.content_hash = tasks.audit_and_publish(sandbox_url, run_id, accept_change=accept_change)
        except duckdb.Error:
            raise  # the database itself is the trouble, so nothing can be recorded in it
        except BaseException:
            finish_run(connection, run_id, "failed", clock(connection))
            raise
        tasks.close_run(connection, summary)
        tell_outcome(summary, Paths.of(settings))
    return ended(summary)


def _extract(
    units: list[Unit], max_age_hours: float, sandbox_url: str | None, settings: Settings
) -> dict[Unit, NessError]:
    """Extract units side by side; returns the errors of those that failed."""
    futures: dict[Unit, PrefectFuture[Any]] = {}
    for unit in units:
        tasks.tell("plan", f"{unit.source} {unit.key}")
    errors = {}
    with extractors(settings) as submit:
        for unit in units:
            futures[unit] = submit(unit.source, unit.key, str(unit.years), sandbox_url, max_age_hours)
            futures[unit].add_done_callback(_telling(f"{unit.source} {unit.key}"))
        for unit, future in futures.items():
            future.wait()
            outcome = future.result(raise_on_failure=False)
            if isinstance(outcome, NessError):
                errors[unit] = outcome
            elif isinstance(outcome, BaseException):
                raise outcome
    return errors


def _telling(what: str) -> Callable[[object], None]:
    """Tells that something was extracted when it is, and not when its turn to be waited for comes."""
    context = contextvars.copy_context()

    def tell(_future: object) -> None:
        context.run(tasks.tell, "extract", what)

    return tell
