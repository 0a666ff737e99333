"""The command line: it parses, calls the engine or the flows, and prints; it has no logic of its own."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from ness_pipeline import __version__
from ness_pipeline.errors import NessError, WrongUsage
from ness_pipeline.paths import Paths
from ness_pipeline.query import Format, ask, parquet, write_json
from ness_pipeline.settings import Settings, load_settings

if TYPE_CHECKING:
    from ness_pipeline.runs import Summary

app = typer.Typer(
    help="Per-country eco-security metrics from public biodiversity and policy data.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
console = Console()
errors = Console(stderr=True)

Sandbox = Annotated[bool, typer.Option("--sandbox", help="Use the embedded SYNTHETIC sandbox: no network, no keys.")]
YearSpan = Annotated[str | None, typer.Option("--years", help="Span of years, such as 2000:2025.")]
Offline = Annotated[bool, typer.Option("--offline", help="Use what has landed; ask no publisher.")]

FIRST_DEFAULT_YEAR = 2000


def _default_years() -> str:
    import datetime as dt

    return f"{FIRST_DEFAULT_YEAR}:{dt.datetime.now(dt.UTC).year - 1}"


@app.callback()
def _common(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    if debug:
        os.environ["NESS_DEBUG"] = "1"
    if version:
        console.print(__version__)
        raise typer.Exit


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


@contextmanager
def _sandbox_url(*, wanted: bool) -> Iterator[str | None]:
    if not wanted:
        yield None
        return
    from ness_pipeline.sandbox import serve

    with serve() as sandbox:
        yield sandbox.url


def _settings(*, sandbox: bool) -> Settings:
    settings = load_settings()
    return settings.for_sandbox("http://127.0.0.1") if sandbox else settings


def _run_flow(flow: Any, parameters: dict[str, Any], units: int, *, sandbox: bool, again: str) -> None:
    from flows.tasks import observed
    from ness_pipeline.models import models
    from ness_pipeline.terminal import RunProgress, show_summary

    totals = {"extract": units, "load": units, "materialise": len(models()), "publish": 1}
    with _sandbox_url(wanted=sandbox) as url, RunProgress(console, totals).shown() as progress, observed(progress):
        summary: Summary = flow(**parameters, sandbox_url=url)
    if sandbox:
        console.print("[bold yellow]SYNTHETIC[/] data from the sandbox: invented species, no real country's numbers.")
    show_summary(console, summary, str(Paths.of(_settings(sandbox=sandbox)).published), again)
    raise typer.Exit(summary.exit_code)


@app.command()
def run(
    countries: Annotated[
        list[str] | None, typer.Argument(help="ISO codes or names; with --all, every country.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All countries.")] = False,
    years: YearSpan = None,
    source: Annotated[list[str] | None, typer.Option("--source", help="Only these sources.")] = None,
    max_age_hours: Annotated[float, typer.Option(help="Payloads younger than this serve again.")] = 24.0,
    offline: Offline = False,
    sandbox: Sandbox = False,
) -> None:
    """Refresh countries from their publishers and publish: the main flow."""
    from ness_pipeline.runs import plan
    from ness_pipeline.scope import Years, resolve
    from ness_pipeline.scope import countries as all_countries
    from ness_pipeline.sources import sources

    if bool(countries) == everything:
        raise WrongUsage(
            "Say which countries to refresh, as in `ness run KE TZ`, or `ness run --all` for every country."
        )
    if unknown := sorted(set(source or ()) - sources().keys()):
        raise WrongUsage(f"{unknown[0]!r} is no source; choose from {', '.join(sources())}.")
    scope = resolve(countries) if countries else tuple(all_countries())
    span = Years.parse(years or _default_years())
    world, national = plan(scope, span, tuple(source or ()), settings=_settings(sandbox=sandbox), is_offline=offline)
    _quiet_prefect()
    from flows.refresh_countries import refresh_countries

    parameters = {
        "countries": list(countries) if countries else None,
        "years": str(span),
        "sources": source,
        "offline": offline,
        "max_age_hours": max_age_hours,
    }
    again = " --sandbox" if sandbox else ""
    _run_flow(refresh_countries, parameters, len(world) + len(national), sandbox=sandbox, again=again)


@app.command()
def backfill(
    country: Annotated[str, typer.Argument(help="ISO code or name.")],
    years: YearSpan = None,
    offline: Offline = False,
    sandbox: Sandbox = False,
) -> None:
    """Read one country anew and publish; every other country keeps its rows."""
    from ness_pipeline.runs import plan
    from ness_pipeline.scope import Years, resolve

    scope = resolve([country])
    span = Years.parse(years or _default_years())
    world, national = plan(scope, span, settings=_settings(sandbox=sandbox), is_offline=offline)
    _quiet_prefect()
    from flows.backfill_country import backfill_country

    parameters = {"country": country, "years": str(span), "offline": offline}
    again = " --sandbox" if sandbox else ""
    _run_flow(backfill_country, parameters, len(world) + len(national), sandbox=sandbox, again=again)


@app.command()
def load(
    table: Annotated[
        str, typer.Argument(help="Table to fill, such as assessment; `occurrences` for records and cubes.")
    ],
    files: Annotated[list[Path], typer.Argument(help="CSV, TSV, Parquet, or a GBIF download as it came.")],
    country: Annotated[str | None, typer.Option(help="Country of all rows, where the file does not say.")] = None,
    taxon_group: Annotated[
        str | None, typer.Option(help="Reporting group of all rows, where the file does not say.")
    ] = None,
    checklist_key: Annotated[
        str | None, typer.Option(help="GBIF dataset key of the checklist of the species keys.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Name of the data; files under one name add up.")] = None,
    sandbox: Sandbox = False,
) -> None:
    """Load own files through the same contracts; `ness materialise` then computes and publishes."""
    from ness_pipeline.operations import load_file
    from ness_pipeline.terminal import show_file

    settings = _settings(sandbox=sandbox)
    for path in files:
        with console.status(f"Loading {path.name}"):
            loaded = load_file(
                settings,
                path,
                table=None if table == "occurrences" else table,
                country_code=country,
                taxon_group=taxon_group,
                checklist_key=checklist_key,
                source=source,
            )
        show_file(console, path.name, loaded)
    console.print("Next: `ness materialise` computes the metrics and publishes them.")


@app.command()
def materialise(
    countries: Annotated[list[str] | None, typer.Argument(help="ISO codes or names; none means all.")] = None,
    sandbox: Sandbox = False,
) -> None:
    """Compute the metrics from what is loaded, audit and publish."""
    from ness_pipeline.operations import materialise_and_publish
    from ness_pipeline.scope import resolve

    settings = _settings(sandbox=sandbox)
    scope = resolve(countries) if countries else None
    with console.status("Computing metrics") as status:
        written, digest = materialise_and_publish(settings, scope, lambda name: status.update(f"Computing {name}"))
    rows = sum(count for name, count in written.items() if name.startswith("metrics."))
    console.print(f"{rows:,} metric rows in {Paths.of(settings).published}; content {digest}")


@app.command()
def sql(
    question: Annotated[str | None, typer.Argument(help="One SQL question; or use --file.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Read the question from a file.")] = None,
    form: Annotated[Format, typer.Option("--format", help="How to print the answer.")] = "table",
    sandbox: Sandbox = False,
) -> None:
    """Ask the published file in SQL: read-only, without access to files, network or settings."""
    if (question is None) == (file is None):
        raise WrongUsage('Give one question, as in `ness sql "FROM metrics.country_profile"`, or a file with --file.')
    if file is not None and not file.is_file():
        raise WrongUsage(f"There is no file {file}; give the path of a file with one question.")
    text = question if file is None else file.read_text(encoding="utf-8")
    published = Paths.of(_settings(sandbox=sandbox)).published
    if form == "parquet":
        sys.stdout.buffer.write(parquet(published, text or ""))
        return
    columns, rows = ask(published, text or "")
    if form == "json":
        write_json(columns, rows)
    elif form == "csv":
        import csv

        writer = csv.writer(sys.stdout)
        writer.writerow(columns)
        writer.writerows(rows)
    else:
        from ness_pipeline.terminal import show_rows

        show_rows(console, columns, rows)


@app.command()
def metrics(
    name: Annotated[str | None, typer.Argument(help="A metric or metric table; none lists all.")] = None,
    sandbox: Sandbox = False,
) -> None:
    """The catalogue: every published number with its definition, formula, source and columns."""
    from ness_pipeline.terminal import show_rows

    published = Paths.of(_settings(sandbox=sandbox)).published
    if name is None:
        show_rows(
            console,
            *ask(published, 'SELECT table_name AS "table", metric, unit, description FROM ops.metric ORDER BY ALL'),
        )
        return
    _, rows = ask(
        published,
        "SELECT DISTINCT table_name, definition, method_version FROM ops.metric WHERE metric = $1 OR table_name = $1 OR split_part(table_name, '.', 2) = $1",
        [name],
    )
    if not rows:
        raise WrongUsage(f"{name!r} is no metric; `ness metrics` lists them all.")
    for table, definition, version in rows:
        console.print(f"[bold]{table}[/] (method version {version})\n")
        console.print(escape(definition), highlight=False)
        _, ((comment,),) = ask(
            published, "SELECT comment FROM duckdb_tables() WHERE schema_name || '.' || table_name = $1", [table]
        )
        console.print(f"\n{escape(comment or '')}\n", highlight=False)
        show_rows(
            console,
            *ask(
                published,
                'SELECT column_name AS "column", data_type AS type, comment AS says FROM duckdb_columns() '
                "WHERE schema_name || '.' || table_name = $1 ORDER BY column_index",
                [table],
            ),
        )


@app.command()
def status(sandbox: Sandbox = False) -> None:
    """Freshness and gaps of the published file, and whether its tables match the models; exit 1 when they do not."""
    from ness_pipeline.status import status_of
    from ness_pipeline.terminal import show_rows

    paths = Paths.of(_settings(sandbox=sandbox))
    found = status_of(paths)
    says = found.publication
    if says:
        kind = "[bold yellow]SYNTHETIC[/], " if says["is_synthetic"] else ""
        console.print(
            f"{paths.published}: {kind}published {says['published_at']:%Y-%m-%d %H:%M} UTC by version {says['version']}, "
            f"{says['countries']} countries, {says['metric_values']:,} values, content {says['content_hash']}",
            highlight=False,
        )
    show_rows(console, ["table", "rows"], list(found.rows.items()))
    for label, names in (("Missing", found.missing), ("Orphaned", found.orphaned)):
        for table in names:
            console.print(f"[yellow]{label}[/] {table}; run `ness materialise`.")
    for source, unit, error, since in found.gaps:
        console.print(f"[yellow]Stale[/] {source} {unit} since {since or 'ever'}: {escape(error)}")
    raise typer.Exit(0 if found.is_clean else 1)


@app.command()
def doctor(sandbox: Sandbox = False) -> None:
    """Check settings, disk, lock, warehouse and the network; exit with the gravest finding's code."""
    from ness_pipeline.doctor import examine

    worst = 0
    with _sandbox_url(wanted=sandbox) as url:
        for finding in examine(load_settings().for_sandbox(url) if url else load_settings()):
            mark = "[green]ok[/]  " if finding.is_fine else "[red]no[/]  " if finding.exit_code else "[yellow]note[/]"
            console.print(f"{mark} {finding.name:<13} {escape(finding.says)}", highlight=False, soft_wrap=True)
            worst = max(worst, 0 if finding.is_fine else finding.exit_code)
    raise typer.Exit(worst)


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(help="Port on loopback; 0 picks a free one.")] = 8099,
    replay: Annotated[Path | None, typer.Option(help="Serve recorded responses from this folder instead.")] = None,
) -> None:
    """Serve the public APIs in miniature on loopback, with SYNTHETIC data, until stopped."""
    from ness_pipeline.sandbox import run_forever

    run_forever(port=port, replay=replay)


def main() -> None:
    """Entry point: every known error is one sentence and its exit code."""
    try:
        app()
    except NessError as error:
        if os.environ.get("NESS_DEBUG"):
            traceback.print_exc()
        errors.print(f"[red]Error:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        errors.print("Interrupted; what has landed stays, and the same command goes on from there.")
        sys.exit(130)
