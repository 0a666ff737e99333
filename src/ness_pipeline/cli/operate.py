"""`ness status`, `ness doctor` and `ness sandbox`: whether all is well, and the APIs in miniature."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from ness_pipeline.cli.base import OPERATE, Sandbox, app, console, sandbox_url, settings_for
from ness_pipeline.paths import Paths
from ness_pipeline.settings import load_settings


@app.command(rich_help_panel=OPERATE)
def status(sandbox: Sandbox = False) -> None:
    """Freshness and gaps of the published file, and whether its tables match the models; exit 1 when they do not."""
    from ness_pipeline.status import status_of
    from ness_pipeline.terminal import show_rows

    paths = Paths.of(settings_for(sandbox=sandbox))
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


@app.command(rich_help_panel=OPERATE)
def doctor(sandbox: Sandbox = False) -> None:
    """Check settings, disk, lock, warehouse and the network; exit with the gravest finding's code."""
    from ness_pipeline.doctor import examine

    worst = 0
    with sandbox_url(wanted=sandbox) as url:
        for finding in examine(load_settings().for_sandbox(url) if url else load_settings()):
            mark = "[green]ok[/]  " if finding.is_fine else "[red]no[/]  " if finding.exit_code else "[yellow]note[/]"
            console.print(f"{mark} {finding.name:<13} {escape(finding.says)}", highlight=False, soft_wrap=True)
            worst = max(worst, 0 if finding.is_fine else finding.exit_code)
    raise typer.Exit(worst)


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
        what = "recorded answers" if replay else "[bold yellow]SYNTHETIC[/] data"
        console.print(f"Serving {what} at {url}, below /gbif, /unsdg and so on; stop with Ctrl+C.")

    faults = Faults(tuple(Fault.parse(text) for text in fault or ()), seed)
    run_forever(port=port, replay=replay, faults=faults, announce=announce)
