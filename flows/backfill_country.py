"""One country and a span of years, fetched anew, as a Prefect flow."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State

from ness_pipeline.flows.forms import CountryName, YearSpan
from ness_pipeline.flows.refresh_countries import name_of_current_run, run_in_flow
from ness_pipeline.run.plan import Plan, plan_backfill
from ness_pipeline.run.summary import Summary
from ness_pipeline.settings import Settings


@flow(name="backfill-country", flow_run_name=name_of_current_run, validate_parameters=False)
def backfill_country(
    country: CountryName,
    years: YearSpan | None = None,
    offline: bool = False,
    accept_change: bool = False,
) -> State[Summary]:
    """Read one country anew and publish; every other country keeps its rows.

    Args:
        country: the country.
        years: span of years, from 2000 to the last complete year where none is given; years loaded before are read again with it, so that none is lost.
        offline: use what has landed, ask no publisher.
        accept_change: publish also what changes more than the contracts' limits allow.
    """

    def plan(settings: Settings) -> Plan:
        return plan_backfill(settings, country, years, is_offline=offline, accept_change=accept_change)

    return run_in_flow(plan)
