"""All commands: one module per kind of work; the folder is the registry, so a new module's commands appear by themselves."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
import traceback
from collections.abc import Sequence

from ness_pipeline import cli
from ness_pipeline.cli.base import PANELS, app, errors, show_error
from ness_pipeline.errors import NessError, WrongUsage

# A module of this folder adds its commands when it is imported; these have none.
_NO_COMMANDS = {"base", "commands", "interrupt", "terminal"}

for _module in sorted(pkgutil.iter_modules(cli.__path__), key=lambda module: module.name):
    if _module.name not in _NO_COMMANDS:
        importlib.import_module(f"{cli.__name__}.{_module.name}")
# The help begins with what everybody needs first.
app.registered_commands.sort(
    key=lambda command: (
        PANELS.index(str(command.rich_help_panel)),
        getattr(command.callback, "__name__", "") not in {"run", "sql", "report"},
    )
)


def exit_code_of(words: Sequence[str]) -> int:
    """Run one command and return its exit code; every known error is printed as one sentence.

    Args:
        words: the words after `ness`.
    """
    try:
        for word in words:
            if any("\udc80" <= letter <= "\udcff" for letter in word):  # Python's stand-ins for such bytes
                raise WrongUsage(f"{word} has bytes that are no text in UTF-8; rename it, or write it anew.")
        try:
            app(list(words), prog_name="ness")
        finally:
            sys.stdout.flush()  # only now may a full disk show
    except NessError as error:
        if os.environ.get("NESS_DEBUG"):
            errors.print(traceback.format_exc(), soft_wrap=True)
        show_error(str(error))
        return error.exit_code
    except SystemExit as end:
        if isinstance(end.code, str):
            errors.print(end.code, soft_wrap=True)
            return 1
        return end.code or 0
    except BrokenPipeError:  # the reader of a pipe has gone, as with `ness sql … | head`
        return 1
    return 0
