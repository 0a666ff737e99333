"""`ness index`: the eco-security index of the published file, by the published definition or by one's own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ness_pipeline.ask.query import Format, IndexPart
from ness_pipeline.cli.base import ASK, Sandbox, YearSpan, app, complete_country, console, settings_for
from ness_pipeline.paths import Paths

SHOWN: dict[IndexPart, tuple[str, ...]] = {
    "index": (
        "country_code",
        "year",
        "eco_security_index",
        "index_range_low",
        "index_range_high",
        "ecological_system",
        "security_system",
        "coverage",
        "reason",
        "missing",
    ),
    "pillars": ("country_code", "year", "half", "pillar", "score", "reason"),
    "measures": ("country_code", "year", "pillar", "metric", "taxon_group", "value", "value_year", "score", "reason"),
    "sensitivity": ("half", "pillar", "countries", "first_order", "total_effect", "reason"),
}
"""Columns that a terminal has room for; the other formats have all."""


@app.command(rich_help_panel=ASK)
def index(
    countries: Annotated[
        list[str] | None,
        typer.Argument(help="ISO codes or names; none means all.", autocompletion=complete_country),
    ] = None,
    definition: Annotated[
        Path | None, typer.Option(help="Compute with this definition instead of the published one.")
    ] = None,
    part: Annotated[IndexPart, typer.Option(help="Which part of the index.")] = "index",
    years: YearSpan = None,
    form: Annotated[Format, typer.Option("--format", help="How to print the answer.")] = "table",
    show: Annotated[bool, typer.Option("--show", help="Print the definition itself, to read or to copy.")] = False,
    sandbox: Sandbox = False,
) -> None:
    """The eco-security index: both halves, the index with its 90 % interval, and what is missing; 0 worst, 1 best.

    Without --years, each country's latest year with an index.
    """
    from ness_pipeline.index.reading import definition_file, read_definition

    own = None if definition is None else read_definition(definition)
    if show:
        sys.stdout.write((definition or definition_file()).read_text(encoding="utf-8"))
        return
    from ness_pipeline.ask.index_table import ask_index
    from ness_pipeline.names.countries import resolve
    from ness_pipeline.names.years import Years

    rows = ask_index(
        Paths.of(settings_for(sandbox=sandbox)).published,
        part,
        definition=own,
        countries=resolve(countries) if countries else None,
        years=Years.parse(years) if years else None,
    )
    if form == "parquet":
        rows.write_parquet(sys.stdout.buffer)
    elif form == "csv":
        sys.stdout.write(rows.write_csv())
    elif form == "json":
        from ness_pipeline.ask.query import write_json

        write_json(rows.columns, rows.rows())
    else:
        from ness_pipeline.cli.terminal import show_rows

        if sandbox:
            console.print("[bold yellow]SYNTHETIC[/] data from the sandbox: no real country's numbers.")
        version = own.digest if own else next(iter(rows.get_column("definition_version")), "none")
        console.print(f"Definition {version}; scores run from 0 (worst) to 1 (best).", highlight=False)
        chosen = rows.select(SHOWN[part])
        show_rows(console, chosen.columns, chosen.rows())
