"""`ness dictionary`: what each table and column means, on one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from ness_pipeline.cli.base import ASK, app, errors, settings_for, write_out
from ness_pipeline.errors import WrongUsage
from ness_pipeline.paths import Paths


@app.command(rich_help_panel=ASK)
def dictionary(
    form: Annotated[Literal["markdown", "html"], typer.Option("--format", help="Kind of the page.")] = "markdown",
    out: Annotated[Path | None, typer.Option("--out", help="Write it to this file instead of printing it.")] = None,
) -> None:
    """What each table and column means, and how to connect from R, Python and DBeaver, on one page."""
    from ness_pipeline.share.dictionary_page import dictionary_page

    page = dictionary_page(form, str(Paths.of(settings_for(sandbox=False)).published))
    if out is None:
        write_out(page)
        return
    try:
        out.write_text(page, encoding="utf-8")
    except OSError as error:
        raise WrongUsage(f"{out} cannot be written ({error.strerror}); choose another path.") from error
    errors.print(f"Data dictionary in {out}.", soft_wrap=True)
