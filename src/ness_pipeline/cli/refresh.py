"""`ness run` and `ness backfill`: a run in this process, with progress and a closing summary."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from ness_pipeline.cli.base import (
    FILL,
    AcceptChange,
    Offline,
    Sandbox,
    YearSpan,
    app,
    complete_country,
    console,
    errors,
    program,
    sandbox_url,
)
from ness_pipeline.errors import WrongUsage
from ness_pipeline.names.years import default_years
from ness_pipeline.paths import Paths
from ness_pipeline.settings import Settings, load_settings

if TYPE_CHECKING:
    from ness_pipeline.run.plan import Plan
    from ness_pipeline.run.summary import Summary
    from ness_pipeline.run.watch import Watch


def _carry_out(plan_of: Callable[[Settings], Plan], parameters: Mapping[str, object], *, sandbox: bool) -> None:
    """Plan and run in this process; where a Prefect server is configured, the run is reported to it."""
    with sandbox_url(wanted=sandbox) as url:
        settings = load_settings().for_sandbox(url) if url else load_settings()
        plan = plan_of(settings)
        from ness_pipeline.build.models import models
        from ness_pipeline.cli.terminal import RunProgress, show_kind, show_summary

        lines = RunProgress(console, plan.units, len(models()), offline=plan.is_offline)
        with lines.shown() as progress:
            summary = _run(settings, plan, progress, parameters)
    published = Paths.of(settings).published
    show_kind(console, published)
    show_summary(console, summary, str(published), program(), " --sandbox" if sandbox else "")
    raise typer.Exit(summary.exit_code)


def _run(settings: Settings, plan: Plan, watch: Watch, parameters: Mapping[str, object]) -> Summary:
    from ness_pipeline.flows.server_address import configured_server

    server = configured_server()
    if server is not None:
        from ness_pipeline.flows.reported_run import run_reported

        summary, warning = run_reported(settings, plan, server, parameters, watch=watch)
        if warning:
            errors.print(Text("Warning:", "yellow"), warning, soft_wrap=True)
        return summary
    from ness_pipeline.run.refresh import refresh
    from ness_pipeline.run.restore import open_for_writing

    with open_for_writing(settings) as build:
        return refresh(build, settings, plan, watch=watch)


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
    sample: Annotated[
        bool, typer.Option("--sample", help="Load the sample of open data in this package; ask no publisher.")
    ] = False,
    offline: Offline = False,
    accept_change: AcceptChange = False,
    sandbox: Sandbox = False,
) -> None:
    """Refresh countries from their publishers and publish: the main run."""
    if countries and everything:
        raise WrongUsage("Name countries or say --all, and not both: --all holds every country.")
    if not countries and not everything:
        raise WrongUsage(
            "Say which countries to refresh, as in `ness run KE TZ`, or `ness run --all` for every country."
        )
    span = years or str(default_years())
    console.print(f"Refreshing {' '.join(countries or ['all countries'])}, {span} …", soft_wrap=True)

    def plan(settings: Settings) -> Plan:
        from ness_pipeline.run.plan import plan_refresh

        return plan_refresh(
            settings,
            countries,
            span,
            only=source or (),
            is_offline=offline,
            max_age_hours=max_age_hours,
            accept_change=accept_change,
            with_sample=sample,
        )

    parameters = {
        "countries": countries,
        "years": span,
        "sources": source,
        "sample": sample,
        "offline": offline,
        "max_age_hours": max_age_hours,
        "accept_change": accept_change,
    }
    _carry_out(plan, parameters, sandbox=sandbox)


@app.command(rich_help_panel=FILL)
def backfill(
    country: Annotated[str, typer.Argument(help="ISO code or name.", autocompletion=complete_country)],
    years: YearSpan = None,
    offline: Offline = False,
    accept_change: AcceptChange = False,
    sandbox: Sandbox = False,
) -> None:
    """Read one country anew and publish; every other country keeps its rows."""
    span = years or str(default_years())
    console.print(f"Reading {country} anew, {span} …", soft_wrap=True)

    def plan(settings: Settings) -> Plan:
        from ness_pipeline.run.plan import plan_backfill

        return plan_backfill(settings, country, span, is_offline=offline, accept_change=accept_change)

    parameters = {"country": country, "years": span, "offline": offline, "accept_change": accept_change}
    _carry_out(plan, parameters, sandbox=sandbox)
