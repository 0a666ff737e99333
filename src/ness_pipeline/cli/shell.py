"""`ness shell`: a prompt on the published file, read-only."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import Annotated

import typer

from ness_pipeline.ask.query import open_published
from ness_pipeline.cli.base import ASK, Sandbox, app, errors, settings_for, write_out
from ness_pipeline.paths import Paths

BANNER = """\
Read-only on {file}.
  sql("FROM metrics.country_profile")     ask; the answer prints itself, .pl() or .df() gives a frame
  con                                     the DuckDB connection
  exit()                                  leave"""


def _show(value: object) -> None:
    """Print the answer to a line that was typed, with visible control characters."""
    if value is not None:
        write_out(f"{value!r}\n")


@app.command(rich_help_panel=ASK)
def shell(
    python: Annotated[bool, typer.Option("--python", help="A Python prompt even where DuckDB's own shell is.")] = False,
    sandbox: Sandbox = False,
) -> None:
    """Open the published file in DuckDB's own shell where it is installed, else in a Python prompt; both read-only."""
    published = Paths.of(settings_for(sandbox=sandbox)).published
    with open_published(published) as connection:
        duckdb_shell = None if python else shutil.which("duckdb")
        if duckdb_shell is None:
            import code

            if not python:
                errors.print("DuckDB's own shell is not installed (https://duckdb.org/install), so this is Python.")
            words = {"con": connection, "sql": connection.sql}
            sys.displayhook = _show
            code.interact(BANNER.format(file=published), local=words, exitmsg="")
            return
    # A file that cannot be opened has raised an error of one sentence at the connection above.
    done = subprocess.run([duckdb_shell, "-readonly", str(published)], check=False)  # noqa: S603  (the command opens a shell)
    raise typer.Exit(done.returncode)
