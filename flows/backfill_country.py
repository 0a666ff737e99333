"""One country and a span of years through the same tasks as the main flow."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State

from ness_pipeline.flows import tasks
from ness_pipeline.flows.forms import CountryName, YearSpan
from ness_pipeline.flows.outcome import explained
from ness_pipeline.flows.refresh_countries import refresh
from ness_pipeline.names.countries import resolve
from ness_pipeline.names.years import Years
from ness_pipeline.run.summary import Summary

WORLD_MAX_AGE_HOURS = 24.0 * 31
"""A backfill uses the world's tables of the last monthly refresh, so that only the country changes."""


@flow(name="backfill-country", flow_run_name=tasks.flow_run_name, validate_parameters=False)
@explained
def backfill_country(
    country: CountryName,
    years: YearSpan = "2000:2025",
    offline: bool = False,
    accept_change: bool = False,
    sandbox_url: str | None = None,
) -> State[Summary]:
    """Read one country anew and publish; every other country keeps its rows.

    Args:
        country: the country.
        years: span of years; years loaded before are read again with it, so that none is lost.
        offline: use what has landed, ask no publisher.
        accept_change: publish also what changes more than the contracts' limits allow.
        sandbox_url: base URL of a sandbox instead of the live publishers.
    """
    return refresh(
        resolve([country]),
        Years.parse(years),
        command=f"backfill {country} --years {years}",
        only=(),
        offline=offline,
        max_age_hours=0.0,
        world_max_age_hours=WORLD_MAX_AGE_HOURS,
        accept_change=accept_change,
        sandbox_url=sandbox_url,
    )
