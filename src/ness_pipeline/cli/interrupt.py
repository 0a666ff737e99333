"""Ctrl+C: one line that says what is kept and how to go on, exit code 130, and nothing left running.

The key raises KeyboardInterrupt in the main thread, which rolls back, closes and removes what is temporary. A library may
hold the main thread for longer than anyone waits (a query, an import), so a second thread hears of the key as well and
ends the process after a few seconds; that is as safe as a kill, which every write to disk survives.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from types import FrameType
from typing import NoReturn

EXIT_CODE = 130
PATIENCE_S = 2.0
"""Seconds in which the main thread may end by itself."""

KEPT = "Interrupted; what has landed and the last publication stay, and the same command goes on from there."

_lock = threading.Lock()
_interrupted = threading.Event()


def listen() -> None:
    """From now on, end this process properly on Ctrl+C."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    signal.signal(signal.SIGINT, _interrupt)
    threading.Thread(target=_end_in_time, args=(reader,), name="ness-interrupt", daemon=True).start()


def is_interrupted() -> bool:
    """Whether Ctrl+C has been pressed: errors from then on are only its consequences."""
    return _interrupted.is_set()


def leave() -> NoReturn:
    """Print the line, once, and end the process without waiting for anything."""
    with _lock:  # never released: whoever comes second must not print
        with suppress(OSError, ValueError):
            sys.stdout.flush()
        # In a terminal below what was drawn there, and with the cursor that the drawing may have hidden.
        line = f"\n\x1b[?25h{KEPT}\n" if os.isatty(2) else f"{KEPT}\n"
        with suppress(OSError):
            ours, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
            for shared in (1, 2):  # a thread that still draws progress must not write below the last line
                os.dup2(nowhere, shared)
            os.write(ours, line.encode())
        os._exit(EXIT_CODE)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    is_first = not _interrupted.is_set()
    _interrupted.set()
    sys.unraisablehook = lambda _unraisable: None  # what a library swallows on the way out is of no use to anyone
    if is_first:
        raise KeyboardInterrupt


def _end_in_time(reader: int) -> None:
    while os.read(reader, 1)[0] != signal.SIGINT:
        pass
    _interrupted.set()
    time.sleep(PATIENCE_S)
    leave()
