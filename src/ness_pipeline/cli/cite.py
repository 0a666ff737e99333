"""`ness cite`: what to cite for the published file, and the list that GBIF turns into one DOI."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from ness_pipeline.cli.base import SHARE, Sandbox, app, errors, settings_for, write_out
from ness_pipeline.errors import WrongUsage
from ness_pipeline.paths import Paths
from ness_pipeline.share.citations import Notation, as_bibtex, as_cff, as_text, derived_dataset, read_bibliography


@app.command(rich_help_panel=SHARE)
def cite(
    form: Annotated[Notation, typer.Option("--format", help="`json` has the fields of a CITATION.cff file.")] = "text",
    derived: Annotated[
        Path | None,
        typer.Option("--derived-dataset", help="Write the datasetKey,count file of GBIF's derived-dataset form here."),
    ] = None,
    sandbox: Sandbox = False,
) -> None:
    """Citations behind the published file: every data set with DOI, version, access date and licence."""
    published = Paths.of(settings_for(sandbox=sandbox)).published
    if derived is not None:
        rows = derived_dataset(published)
        try:
            derived.write_text("".join(f"{key},{records}\n" for key, records in rows), encoding="utf-8")
        except OSError as error:
            raise WrongUsage(f"{derived} cannot be written ({error.strerror}); choose another path.") from error
        errors.print(
            f"{len(rows):,} data sets with {sum(records for _, records in rows):,} records in {derived}; register them at "
            "https://www.gbif.org/derived-dataset/register to get a DOI.",
            soft_wrap=True,
        )
        return
    bibliography = read_bibliography(published)
    if form == "json":
        write_out(json.dumps(as_cff(bibliography), ensure_ascii=False, indent=1) + "\n")
    else:
        write_out(as_text(bibliography) if form == "text" else as_bibtex(bibliography))
