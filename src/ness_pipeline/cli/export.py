"""`ness export`: the publication as Parquet or CSV files with a data package around them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from ness_pipeline.cli.base import SHARE, Sandbox, app, console, settings_for
from ness_pipeline.paths import Paths


@app.command(rich_help_panel=SHARE)
def export(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="New or empty folder, or an earlier export to replace.")
    ],
    form: Annotated[Literal["parquet", "csv"], typer.Option("--format", help="Kind of the files.")] = "parquet",
    include_restricted: Annotated[
        bool,
        typer.Option("--include-restricted", help="Also rows that may not be passed on, for your own use only."),
    ] = False,
    sandbox: Sandbox = False,
) -> None:
    """Write every table as a file, with a Frictionless `datapackage.json` that describes them."""
    from ness_pipeline.cli.terminal import counted
    from ness_pipeline.share.export import export as write
    from ness_pipeline.share.export import summary_lines

    published = Paths.of(settings_for(sandbox=sandbox)).published
    with counted(console, "Writing tables") as progress:
        done = write(published, folder, form=form, include_restricted=include_restricted, progress=progress)
    for line in summary_lines(done):
        console.print(line, soft_wrap=True)
    console.print(f"Next: read {folder / 'datapackage.json'}; `ness cite` says whom to name.", soft_wrap=True)
