"""`ness load` and `ness materialise`: own files through the same contracts, and the metrics from them."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from ness_pipeline.cli.base import (
    FILL,
    AcceptChange,
    AsOf,
    ChecklistName,
    CitationText,
    Licence,
    Name,
    Private,
    Publisher,
    Replaces,
    Sandbox,
    app,
    complete_country,
    console,
    settings_for,
)
from ness_pipeline.paths import Paths


@app.command(rich_help_panel=FILL)
def load(
    table_and_files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TABLE] FILE...",
            help="CSV, TSV, Excel, Parquet, or a publisher's download as it came. Before them the table, where their columns do not tell it: such as assessment; `occurrences` for records and cubes.",
        ),
    ] = None,
    list_all: Annotated[
        bool, typer.Option("--list", help="List the tables with their columns, and the series that feed metrics.")
    ] = False,
    column_map: Annotated[
        list[str] | None,
        typer.Option(
            "--map", help="What a column means, as THEIRS=OURS (`-` is not read), or a .toml file of such lines."
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Say what would be loaded, refused and displaced; nothing is written.")
    ] = False,
    country: Annotated[str | None, typer.Option(help="Country of all rows, where the file does not say.")] = None,
    taxon_group: Annotated[
        str | None, typer.Option(help="Reporting group of all rows, where the file does not say.")
    ] = None,
    checklist: ChecklistName = None,
    complete: Annotated[
        bool,
        typer.Option("--complete", help="The list names every species of its groups (country_species, assessment)."),
    ] = False,
    source: Name = None,
    as_of: AsOf = None,
    replaces: Replaces = None,
    citation: CitationText = None,
    licence: Licence = None,
    publisher: Publisher = None,
    private: Private = None,
    sandbox: Sandbox = False,
) -> None:
    """Load own files through the same contracts; `ness materialise` then computes and publishes."""
    from ness_pipeline.cli.terminal import show_file, show_rows
    from ness_pipeline.errors import ContractViolation
    from ness_pipeline.files.asked import read_map, table_and_paths
    from ness_pipeline.files.what_to_load import series_in_words, tables_in_words
    from ness_pipeline.names.checklists import checklist_named
    from ness_pipeline.run.attribution import Attribution
    from ness_pipeline.run.own_files import load_file

    if list_all:
        show_rows(console, *tables_in_words())
        console.print()
        show_rows(console, *series_in_words())
        return
    settings = settings_for(sandbox=sandbox)
    table, files = table_and_paths(table_and_files or [])
    renamed = read_map(column_map or [])
    checklist_key = checklist_named(checklist) if checklist is not None else None
    loaded_rows, is_anything_there = 0, False
    for path in files:
        with console.status(Text(f"Loading {path.name}")):
            loaded = load_file(
                settings,
                path,
                table=table,
                country_code=country,
                taxon_group=taxon_group,
                checklist_key=checklist_key,
                source=source,
                is_complete=complete,
                as_of=as_of,
                replaces=replaces,
                renamed=renamed,
                attribution=Attribution(citation, licence, publisher, private),
                is_check=check,
            )
        show_file(console, path.name, loaded)
        loaded_rows += sum(result.loaded for result in loaded.results)
        is_anything_there = is_anything_there or not loaded.results
    if not loaded_rows and not is_anything_there:
        raise ContractViolation("No row met the contract, so nothing counts; the reasons are above.")
    if check:
        console.print("Nothing was written, because of --check.")
    else:
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
            watch=lambda step: status.update(Text(f"Computing {step.name}")),
        )
    rows = sum(count for name, count in summary.written.items() if name.startswith("metrics."))
    console.print(
        f"{rows:,} metric rows in {Paths.of(settings).published}; content {summary.content_hash}", soft_wrap=True
    )
