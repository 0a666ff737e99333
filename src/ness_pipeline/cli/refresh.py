"""`ness run` and `ness backfill`: the flows, with progress and a closing summary."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ness_pipeline.cli.base import (
    FILL,
    AcceptChange,
    Offline,
    Sandbox,
    YearSpan,
    app,
    complete_country,
    console,
    sandbox_url,
    settings_for,
)
from ness_pipeline.errors import WrongUsage
from ness_pipeline.paths import Paths

if TYPE_CHECKING:
    from ness_pipeline.landing.units import Unit
    from ness_pipeline.run.summary import Summary

FIRST_DEFAULT_YEAR = 2000


def _default_years() -> str:
    import datetime as dt

    return f"{FIRST_DEFAULT_YEAR}:{dt.datetime.now(dt.UTC).year - 1}"


def _quiet_prefect() -> None:
    """Prefect's ephemeral server reports, analyses and logs unless told not to; all of it can be turned on again."""
    for name, value in {
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_CLI_PROMPT": "false",
    }.items():
        os.environ.setdefault(name, value)


def _run_flow(flow: Any, parameters: dict[str, Any], units: list[Unit], *, sandbox: bool, again: str) -> None:
    from ness_pipeline.build.models import models
    from ness_pipeline.cli.terminal import RunProgress, show_summary
    from ness_pipeline.flows.tasks import observed

    lines = RunProgress(console, units, len(models()), offline=parameters["offline"])
    with sandbox_url(wanted=sandbox) as url, lines.shown() as progress, observed(progress):
        summary: Summary = flow(**parameters, sandbox_url=url)
    if sandbox:
        console.print("[bold yellow]SYNTHETIC[/] data from the sandbox: invented species, no real country's numbers.")
    show_summary(console, summary, str(Paths.of(settings_for(sandbox=sandbox)).published), again)
    raise typer.Exit(summary.exit_code)


@app.command(rich_help_panel=FILL)
def run(
    countries: Annotated[
        list[str] | None,
        typer.Argument(help="ISO codes or names; with --all, every country.", autocompletion=complete_country),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All countries.")] = False,
    years: YearSpan = None,
    source: Annotated[list[str] | None, typer.Option("--source", help="Only these sources.")] = None,
    max_age_hours: Annotated[float, typer.Option(help="Payloads younger than this serve again.")] = 24.0,
    offline: Offline = False,
    accept_change: AcceptChange = False,
    sandbox: Sandbox = False,
) -> None:
    """Refresh countries from their publishers and publish: the main flow."""
    from ness_pipeline.names.countries import countries as all_countries
    from ness_pipeline.names.countries import resolve
    from ness_pipeline.names.years import Years
    from ness_pipeline.run.plan import plan
    from ness_pipeline.sources import sources

    if bool(countries) == everything:
        raise WrongUsage(
            "Say which countries to refresh, as in `ness run KE TZ`, or `ness run --all` for every country."
        )
    if unknown := sorted(set(source or ()) - sources().keys()):
        raise WrongUsage(f"{unknown[0]!r} is no source; choose from {', '.join(sources())}.")
    scope = resolve(countries) if countries else tuple(all_countries())
    span = Years.parse(years or _default_years())
    world, national = plan(scope, span, tuple(source or ()), settings=settings_for(sandbox=sandbox), is_offline=offline)
    _quiet_prefect()
    from ness_pipeline.flows.refresh_countries import refresh_countries

    parameters = {
        "countries": list(countries) if countries else None,
        "years": str(span),
        "sources": source,
        "offline": offline,
        "max_age_hours": max_age_hours,
        "accept_change": accept_change,
    }
    again = " --sandbox" if sandbox else ""
    _run_flow(refresh_countries, parameters, world + national, sandbox=sandbox, again=again)


@app.command(rich_help_panel=FILL)
def backfill(
    country: Annotated[str, typer.Argument(help="ISO code or name.", autocompletion=complete_country)],
    years: YearSpan = None,
    offline: Offline = False,
    accept_change: AcceptChange = False,
    sandbox: Sandbox = False,
) -> None:
    """Read one country anew and publish; every other country keeps its rows."""
    from ness_pipeline.names.countries import resolve
    from ness_pipeline.names.years import Years
    from ness_pipeline.run.plan import plan

    scope = resolve([country])
    span = Years.parse(years or _default_years())
    world, national = plan(scope, span, settings=settings_for(sandbox=sandbox), is_offline=offline)
    _quiet_prefect()
    from ness_pipeline.flows.backfill_country import backfill_country

    parameters = {"country": country, "years": str(span), "offline": offline, "accept_change": accept_change}
    again = " --sandbox" if sandbox else ""
    _run_flow(backfill_country, parameters, world + national, sandbox=sandbox, again=again)
