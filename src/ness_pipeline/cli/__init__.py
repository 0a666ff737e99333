"""The command line: it parses, calls the engine or the flows, and prints; it has no logic of its own.

Only `main` is here, so that Ctrl+C is heard from the first line on; the commands are imported when it runs.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from ness_pipeline.cli import interrupt


def main() -> NoReturn:
    """Entry point of `ness`: runs one command and ends the process with its exit code.

    The process ends at once when all is written: libraries that were interrupted or failed would otherwise print their
    farewells while the interpreter shuts down.
    """
    interrupt.listen()
    try:
        from ness_pipeline.cli.base import standard_output
        from ness_pipeline.cli.commands import exit_code_of
        from ness_pipeline.scratch import remove_own

        interrupt.at_end.append(remove_own)
        sys.stdout = standard_output()
        code = exit_code_of(sys.argv[1:])
    except BaseException:
        if interrupt.is_interrupted():
            interrupt.leave()
        raise
    if interrupt.is_interrupted():
        interrupt.leave()
    os._exit(code)
