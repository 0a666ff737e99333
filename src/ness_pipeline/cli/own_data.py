"""`ness load` and `ness materialise`: own files through the same contracts, and the metrics from them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ness_pipeline.cli.base import FILL, AcceptChange, Sandbox, app, complete_country, console, settings_for
from ness_pipeline.paths import Paths


@app.command(rich_help_panel=FILL)
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
    complete: Annotated[
        bool,
        typer.Option("--complete", help="The list names every species of its groups (country_species, assessment)."),
    ] = False,
    source: Annotated[str | None, typer.Option(help="Name of the data; files under one name add up.")] = None,
    sandbox: Sandbox = False,
) -> None:
    """Load own files through the same contracts; `ness materialise` then computes and publishes."""
    from ness_pipeline.cli.terminal import show_file
    from ness_pipeline.run.own_files import load_file

    settings = settings_for(sandbox=sandbox)
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
                is_complete=complete,
            )
        show_file(console, path.name, loaded)
    console.print("Next: `ness materialise` computes the metrics and publishes them.")


@app.command(rich_help_panel=FILL)
def materialise(
    countries: Annotated[
        list[str] | None,
        typer.Argument(help="ISO codes or names; none means all.", autocompletion=complete_country),
    ] = None,
    accept_change: AcceptChange = False,
    sandbox: Sandbox = False,
) -> None:
    """Compute the metrics from what is loaded, audit and publish."""
    from ness_pipeline.names.countries import resolve
    from ness_pipeline.run.materialise import materialise_and_publish

    settings = settings_for(sandbox=sandbox)
    scope = resolve(countries) if countries else None
    with console.status("Computing metrics") as status:
        summary = materialise_and_publish(
            settings,
            scope,
            accept_change=accept_change,
            watch=lambda step: status.update(f"Computing {step.name}"),
        )
    rows = sum(count for name, count in summary.written.items() if name.startswith("metrics."))
    console.print(f"{rows:,} metric rows in {Paths.of(settings).published}; content {summary.content_hash}")
