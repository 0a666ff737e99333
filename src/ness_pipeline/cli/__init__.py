"""The command line: it parses, calls the engine or the flows, and prints; it has no logic of its own.

One module per kind of work; the folder is the registry, so a new module's commands appear by themselves.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
import traceback

from rich.markup import escape

from ness_pipeline.cli.base import PANELS, app, errors
from ness_pipeline.errors import NessError

for _module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
    importlib.import_module(f"{__name__}.{_module.name}")
# The help begins with what everybody needs first.
app.registered_commands.sort(
    key=lambda command: (
        PANELS.index(str(command.rich_help_panel)),
        getattr(command.callback, "__name__", "") not in {"run", "sql", "report"},
    )
)

__all__ = ["app", "main"]


def main() -> None:
    """Entry point: every known error is one sentence and its exit code."""
    try:
        app()
    except NessError as error:
        if os.environ.get("NESS_DEBUG"):
            traceback.print_exc()
        errors.print(f"[red]Error:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        code = error.exit_code
        # Prefect keeps a failed run's exception until the process ends, and its frames hold the database open.
        traceback.clear_frames(error.__traceback__)
        sys.exit(code)
    except KeyboardInterrupt:
        errors.print("Interrupted; what has landed stays, and the same command goes on from there.")
        sys.exit(130)
