"""`ness report`: the static site from the published file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ness_pipeline.cli.base import SHARE, Sandbox, app, complete_country, console, settings_for
from ness_pipeline.paths import Paths


@app.command(rich_help_panel=SHARE)
def report(
    countries: Annotated[
        list[str] | None,
        typer.Argument(
            help="ISO codes or names whose pages are written; none means all.", autocompletion=complete_country
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder of the site; `report` in the home folder.")] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the world page in a browser.")] = False,
    sandbox: Sandbox = False,
) -> None:
    """Write a static site that works without a network: a world page and one page per country."""
    from ness_pipeline.cli.terminal import counted
    from ness_pipeline.names.countries import resolve
    from ness_pipeline.share.report.site import write_site

    paths = Paths.of(settings_for(sandbox=sandbox))
    scope = resolve(countries) if countries else None
    with counted(console, "Writing pages") as progress:
        written = write_site(paths.published, out or paths.report, scope, progress=progress)
    pages = "1 country page" if written.pages == 1 else f"{written.pages} country pages"
    console.print(
        f"{written.index}: the world page and {pages}, {written.total_bytes / 1e6:.1f} MB; open it in a browser.",
        soft_wrap=True,
    )
    if show:
        typer.launch(str(written.index))
