"""`ness cube`: occurrence records to a cube, into the warehouse or a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, cast, get_args

import typer
from rich.text import Text

from ness_pipeline.cli.base import (
    FILL,
    AsOf,
    ChecklistName,
    CitationText,
    Licence,
    Name,
    Private,
    Publisher,
    Replaces,
    Sandbox,
    YearSpan,
    app,
    console,
    memory_size,
    sandbox_url,
    settings_for,
)
from ness_pipeline.errors import WrongUsage
from ness_pipeline.settings import load_settings


@app.command(rich_help_panel=FILL)
def cube(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            help="Records: parquet, CSV, Darwin Core archives, snapshots, object-store URLs; none for gbif."
        ),
    ] = None,
    engine: Annotated[
        str, typer.Option(help="duckdb (this machine), spark, or gbif (their cluster; needs an account).")
    ] = "duckdb",
    grid: Annotated[
        str | None, typer.Option(help="Cells to count in: eqdgc:LEVEL, eea:METRES or h3:RESOLUTION.")
    ] = None,
    max_uncertainty: Annotated[
        float | None, typer.Option(help="Leave out records less certain than this, in metres.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Draw points inside their circle of uncertainty with this seed.")
    ] = None,
    target_rank: Annotated[
        str | None, typer.Option(help="Count the records of this higher taxon beside: phylum, class, order or family.")
    ] = None,
    country: Annotated[
        str | None, typer.Option(help="Only this country; the country of all rows, where the files name none.")
    ] = None,
    years: YearSpan = None,
    taxon_group: Annotated[
        str | None, typer.Option(help="Reporting group of all rows, where the files lack higher taxa.")
    ] = None,
    checklist: ChecklistName = None,
    source: Name = None,
    as_of: AsOf = None,
    replaces: Replaces = None,
    citation: CitationText = None,
    licence: Licence = None,
    publisher: Publisher = None,
    private: Private = None,
    trust: Annotated[
        str,
        typer.Option(
            help="What is not checked: nothing, keys (that no record is there twice) or everything (with --out)."
        ),
    ] = "nothing",
    memory: Annotated[
        str, typer.Option(help="Memory of the engine duckdb, as 4GB; what needs more goes to disk.")
    ] = "1500MB",
    master: Annotated[str, typer.Option(help="Where Spark runs, such as spark://host:7077.")] = "local[*]",
    product: Annotated[str, typer.Option(help="What gbif makes: cube, records or species.")] = "cube",
    out: Annotated[
        Path | None, typer.Option(help="Write the cube to this .parquet or .csv instead of the warehouse.")
    ] = None,
    sandbox: Sandbox = False,
) -> None:
    """Count occurrence records into a cube: by country, year, species and, where wanted, grid cell."""
    from ness_pipeline.cli.terminal import show_cube, show_file
    from ness_pipeline.cube.gbif import Product
    from ness_pipeline.cube.options import CubeOptions, Grid, TargetRank, Trust
    from ness_pipeline.files.row_defaults import RowDefaults
    from ness_pipeline.names.checklists import checklist_named
    from ness_pipeline.names.countries import resolve
    from ness_pipeline.names.years import Years
    from ness_pipeline.run.attribution import Attribution
    from ness_pipeline.run.cube import cube_to_file, cube_to_warehouse, engine_for, gbif_to_warehouse
    from ness_pipeline.schemas.vocabulary import TAXON_GROUPS

    _check_choice("target-rank", target_rank, get_args(TargetRank))
    _check_choice("trust", trust, get_args(Trust))
    _check_choice("taxon-group", taxon_group, tuple(TAXON_GROUPS))
    _check_choice("product", product, get_args(Product))
    options = CubeOptions(
        grid=Grid.parse(grid) if grid else None,
        max_uncertainty_m=max_uncertainty,
        seed=seed,
        target_rank=cast("TargetRank | None", target_rank),
        country_code=resolve([country])[0] if country else None,
        years=Years.parse(years) if years else None,
    )
    input_files = files or []
    if (engine == "gbif") == bool(input_files) or (engine == "gbif" and out is not None):
        raise WrongUsage("Give the files to count, or --engine gbif without files and without --out.")
    checklist_key = checklist_named(checklist) if checklist is not None else None
    first = str(input_files[0]).rstrip("/").rpartition("/")[2] if input_files else f"GBIF {country or 'world'}"
    defaults = RowDefaults(f"file:{source or first}", taxon_group=taxon_group, checklist_key=checklist_key)
    attribution = Attribution(citation, licence, publisher, private)
    with sandbox_url(wanted=sandbox and engine == "gbif") as url, console.status("Reading") as status:
        settings = load_settings().for_sandbox(url) if url else settings_for(sandbox=sandbox)

        def progress(step: str, share: float | None) -> None:
            status.update(Text(step if share is None else f"{step} ({share:.0%})"))

        if engine == "gbif":
            pause_s = 0.1 if url else 60.0
            loaded = gbif_to_warehouse(
                settings,
                cast("Product", product),
                options,
                defaults,
                attribution=attribution,
                progress=progress,
                pause_s=pause_s,
            )
        else:
            how: dict[str, Any] = {
                "trust": trust,
                "master": master,
                "memory": f"{memory_size(memory)}B",
                "progress": progress,
            }
            if out is not None:
                with engine_for(engine, input_files, options, **how) as records:
                    cube_to_file(records, out)
                    show_cube(console, records, out)
                return
            loaded = cube_to_warehouse(
                settings,
                input_files,
                options,
                defaults,
                f"cube {' '.join(input_files)}",
                engine=engine,
                as_of=as_of,
                replaces=replaces,
                attribution=attribution,
                **how,
            )
    show_file(console, first, loaded)
    console.print("Next: `ness materialise` computes the metrics and publishes them.")


def _check_choice(option: str, value: str | None, allowed: tuple[str, ...]) -> None:
    """Check that the value of an option is allowed, or absent.

    Raises:
        WrongUsage: the value is not allowed.
    """
    if value is not None and value not in allowed:
        raise WrongUsage(f"--{option} {value} means nothing; choose one of {', '.join(allowed)}.")
