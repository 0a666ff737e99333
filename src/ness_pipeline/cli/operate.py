"""`ness status`, `doctor`, `rollback`, `prune` and `sandbox`: whether all is well, the past, and the APIs in miniature."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from ness_pipeline.cli.base import OPERATE, Sandbox, app, console, errors, sandbox_url, settings_for
from ness_pipeline.errors import WrongUsage
from ness_pipeline.paths import Paths
from ness_pipeline.settings import load_settings


@app.command(rich_help_panel=OPERATE)
def status(
    digest: Annotated[bool, typer.Option("--hash", help="Compute the content hash anew and print it alone.")] = False,
    whole: Annotated[
        bool, typer.Option("--verify", help="Read every byte of the file: is it what was published, and undamaged?")
    ] = False,
    sandbox: Sandbox = False,
) -> None:
    """Freshness, gaps and latest changes of the published file, and whether its tables match the models; exit 1 when not."""
    from ness_pipeline.ask.status import status_of
    from ness_pipeline.cli.terminal import show_kind, show_rows

    paths = Paths.of(settings_for(sandbox=sandbox))
    if digest:
        raise typer.Exit(_print_hash(paths))
    status_now = status_of(paths, is_verified=whole)
    publication_row = status_now.publication
    if publication_row:
        kind = Text("SYNTHETIC, " if publication_row["is_synthetic"] else "", "bold yellow")
        console.print(
            Text(f"{paths.published}: ") + kind,
            f"published {publication_row['published_at']:%Y-%m-%d %H:%M} UTC by version {publication_row['version']}, "
            f"{publication_row['countries']} {'country' if publication_row['countries'] == 1 else 'countries'}, {publication_row['metric_values']:,} values, content {publication_row['content_hash']}",
            sep="",
            soft_wrap=True,
        )
        if publication_row.get("sample_as_of"):
            show_kind(console, paths.published)
    show_rows(console, ["table", "rows"], list(status_now.rows.items()))
    if status_now.changes:
        console.print("Changed with this publication:")
        show_rows(console, ["table", "before", "after", "added", "removed", "changed"], status_now.changes)
    for label, names in (("Missing", status_now.missing), ("Orphaned", status_now.orphaned)):
        for table in names:
            console.print(Text(label, "yellow"), f"{table}; run `ness materialise`.")
    for source, unit, error, since in status_now.gaps:
        console.print(Text("Stale", "yellow"), f"{source} {unit} since {since or 'ever'}: {error}")
    for sentence in status_now.wrong:
        console.print(Text("Attention", "yellow"), f"{sentence}.", soft_wrap=True)
    if whole and not status_now.wrong:
        console.print("Every byte was read, and the file is what was published.")
    raise typer.Exit(0 if status_now.is_clean else 1)


def _print_hash(paths: Paths) -> int:
    """Print the content hash alone, for scripts; returns 1 where the file states another."""
    from ness_pipeline.ask.status import content_of

    content = content_of(paths)
    print(content.computed_now)  # noqa: T201  (without any markup)
    if content.is_true:
        return 0
    errors.print(f"{paths.published} states {content.recorded}; it was changed, or the disk is faulty.")
    return 1


@app.command(rich_help_panel=OPERATE)
def doctor(
    line: Annotated[bool, typer.Option("--line", help="Print the one line of health alone.")] = False,
    sandbox: Sandbox = False,
) -> None:
    """Check settings, disk, lock, warehouse, age of each source, network and Prefect; exit with the gravest finding's code."""
    from ness_pipeline.ask.doctor import examine, in_one_line

    with sandbox_url(wanted=sandbox) as url:
        findings = []
        for finding in examine(load_settings().for_sandbox(url) if url else load_settings()):
            findings.append(finding)
            mark, colour = (
                ("ok", "green") if finding.is_fine else ("no", "red") if finding.exit_code else ("note", "yellow")
            )
            if not line:
                console.print(Text(f"{mark:<4}", colour), f"{finding.name:<17} {finding.message}", soft_wrap=True)
    console.print(in_one_line(findings), soft_wrap=True)
    raise typer.Exit(max((0 if finding.is_fine else finding.exit_code for finding in findings), default=0))


@app.command(rich_help_panel=OPERATE)
def rollback(
    publication: Annotated[str | None, typer.Argument(help="Identifier; none means the one before this.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="Only list what can be returned to.")] = False,
    sandbox: Sandbox = False,
) -> None:
    """Put an earlier publication before the readers again; the present one stays in the history."""
    from ness_pipeline.publish.history import history, roll_back

    settings = settings_for(sandbox=sandbox)
    paths = Paths.of(settings)
    if listed:
        for file in (earlier := history(paths)):
            console.print(file.stem)
        if not earlier:
            errors.print("There is no other publication than the present one.")
        return
    name = roll_back(paths, publication, keep=settings.keep_publications, wait_s=settings.busy_wait_s)
    console.print(f"{paths.published} is publication {name} again; the next run publishes anew.", soft_wrap=True)


@app.command(rich_help_panel=OPERATE)
def prune(
    days: Annotated[float | None, typer.Option(min=0, help="Readings older than this go.")] = None,
    size: Annotated[
        float | None, typer.Option("--gib", min=0, help="The oldest go until no more GiB are left.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and leave it.")] = False,
    sandbox: Sandbox = False,
) -> None:
    """Remove old payloads from landing; the latest reading of each unit stays, so the warehouse can be rebuilt."""
    import datetime as dt

    from ness_pipeline.build.lock import writer
    from ness_pipeline.landing.prune import prune as remove
    from ness_pipeline.landing.zone import Landing

    if days is None and size is None:
        raise WrongUsage("Say what may go: readings older than --days, or what exceeds --gib.")
    settings = settings_for(sandbox=sandbox)
    paths = Paths.of(settings)
    with writer(paths, settings.busy_wait_s):
        done = remove(
            Landing(paths.landing),
            now=dt.datetime.now(dt.UTC),
            max_age=None if days is None else dt.timedelta(days=days),
            max_bytes=None if size is None else int(size * 2**30),
            is_trial=dry_run,
        )
    console.print(
        f"{'Would remove' if dry_run else 'Removed'} {done.extractions:,} readings and {done.payloads:,} payloads "
        f"({done.freed / 2**20:,.1f} MiB); {done.kept / 2**20:,.1f} MiB stay.",
    )


@app.command(rich_help_panel=OPERATE)
def sandbox(
    port: Annotated[int, typer.Option(help="Port on loopback; 0 picks a free one.")] = 8099,
    replay: Annotated[Path | None, typer.Option(help="Serve recorded responses from this folder instead.")] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(help="A fault as kind@publisher:share, such as 503@cbd:1 or reset:0.05; may be repeated."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the faults: the same seed, the same faults.")] = 0,
) -> None:
    """Serve the public APIs in miniature on loopback, with SYNTHETIC data, until stopped."""
    from ness_pipeline.sandbox import Fault, Faults, run_forever

    def announce(url: str) -> None:
        content = Text("recorded answers") if replay else Text.assemble(("SYNTHETIC", "bold yellow"), " data")
        console.print("Serving", content, f"at {url}, below /gbif, /unsdg and so on; stop with Ctrl+C.")

    faults = Faults(tuple(Fault.parse(text) for text in fault or ()), seed)
    run_forever(port=port, replay=replay, faults=faults, announce=announce)
