"""The main flow: one run of `ness_pipeline.run.refresh` as a Prefect flow."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any
from uuid import UUID

import prefect.runtime
from prefect import flow
from prefect.client.schemas.objects import State

from ness_pipeline.errors import NessError
from ness_pipeline.flows.forms import CountryName, Hours, SourceName, YearSpan
from ness_pipeline.flows.outcome import artifacts_of, ended, failed
from ness_pipeline.flows.report import Report
from ness_pipeline.names.years import default_years
from ness_pipeline.paths import Paths
from ness_pipeline.run.plan import Plan, plan_refresh
from ness_pipeline.run.refresh import refresh
from ness_pipeline.run.restore import open_for_writing
from ness_pipeline.run.summary import Summary
from ness_pipeline.settings import Settings, load_settings

PATIENCE_S = 15.0
"""How long a flow run waits for a server that is away; Prefect's engine then waits for up to 45 s more."""
SHOWN_COUNTRIES = 100
"""Letters of the countries in the name of a flow run."""


def flow_run_name(plan: Plan) -> str:
    """Name of a flow run that people can read, such as `refresh KE TZ 2000:2025`."""
    verb, _, words = plan.command.partition(" ")
    asked = words.partition(" --years")[0].replace("--all", "all")
    return f"{'refresh' if verb == 'run' else verb} {asked[:SHOWN_COUNTRIES]} {plan.years}"


def name_of_current_run() -> str:
    """Name of the flow run that Prefect has just started, from its parameters."""
    flow_name, given = prefect.runtime.flow_run.flow_name, prefect.runtime.flow_run.parameters
    asked = given.get("countries") or given.get("country") or ["all"]
    words = asked if isinstance(asked, str) else " ".join(asked)
    return (
        f"{str(flow_name).split('-', maxsplit=1)[0]} {words[:SHOWN_COUNTRIES]} {given.get('years') or default_years()}"
    )


@flow(name="refresh-countries", flow_run_name=name_of_current_run, validate_parameters=False)
def refresh_countries(
    countries: list[CountryName] | None = None,
    years: YearSpan | None = None,
    sources: list[SourceName] | None = None,
    offline: bool = False,
    max_age_hours: Hours = 24.0,
    accept_change: bool = False,
    sample: bool = False,
) -> State[Summary]:
    """Refresh countries from their publishers and publish the result.

    Args:
        countries: countries to refresh; none means all.
        years: span of years, such as `2000:2025`; none means from 2000 to the last complete year.
        sources: names of sources; none means all.
        offline: use what has landed, ask no publisher.
        max_age_hours: payloads younger than this serve again.
        accept_change: publish also what changes more than the contracts' limits allow.
        sample: load the sample of open data that comes with the package, ask no publisher.
    """

    def plan(settings: Settings) -> Plan:
        return plan_refresh(
            settings,
            countries,
            years,
            only=sources or (),
            is_offline=offline,
            max_age_hours=max_age_hours,
            accept_change=accept_change,
            with_sample=sample,
        )

    return run_in_flow(plan)


def run_in_flow(plan_of: Callable[[Settings], Plan]) -> State[Any]:
    """Carry out a plan inside a flow run that Prefect has started; returns its final state.

    Prefect's engine needs its server before and after this function, but nothing in it does.
    """
    report = Report(UUID(prefect.runtime.flow_run.get_id()), patience_s=PATIENCE_S)
    report.start()
    try:
        settings = load_settings()
        plan = plan_of(settings)
        with open_for_writing(settings) as build:
            summary = refresh(build, settings, plan, watch=report.watch)
    except NessError as error:
        report.finish(None)
        return failed(error)
    if warning := report.finish(None, artifacts_of(summary, Paths.of(settings))):
        sys.stderr.write(f"Warning: {warning}\n")
    return ended(summary)
