"""Ctrl+C, `kill` and a closed terminal: one line that says what is kept and how to go on, and nothing left running.

The exit code is 130, 143 or 129. The signal raises KeyboardInterrupt in the main thread, which rolls back, closes and
removes what is temporary. A library may hold the main thread for longer than anyone waits (a query, an import), so a
second thread hears of the signal as well and ends the process after a few seconds; that is as safe as a kill, which every
write to disk survives.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import NoReturn

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE_S = 2.0
"""Seconds in which the main thread may end by itself."""

KEPT = "Interrupted; what has landed and the last publication stay, and the same command goes on from there."

at_end: list[Callable[[], object]] = []
"""What removes the temporary folders of this process; added late, because importing it takes time."""
_lock = threading.Lock()
_received: list[int] = []
_raised = threading.Event()


def listen() -> None:
    """From now on, end this process properly on each of the signals; under `nohup` it survives its terminal."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)
    threading.Thread(target=_end_in_time, args=(reader,), name="ness-interrupt", daemon=True).start()


def is_interrupted() -> bool:
    """Whether one of the signals has come: errors from then on are only its consequences."""
    return bool(_received)


def leave() -> NoReturn:
    """Print the line, once, remove temporary folders, and end the process without waiting for anything."""
    with _lock:  # never released: whoever comes second must not print
        with suppress(Exception):
            sys.stdout.flush()
        # In a terminal below what was drawn there, and with the cursor that the drawing may have hidden.
        line = f"\n\x1b[?25h{KEPT}\n" if os.isatty(2) else f"{KEPT}\n"
        with suppress(OSError):
            ours, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
            for shared in (1, 2):  # a thread that still draws progress must not write below the last line
                os.dup2(nowhere, shared)
            os.write(ours, line.encode())
        for remove in at_end:
            remove()
        os._exit(128 + (_received or SIGNALS)[0])


def _interrupt(number: int, _frame: FrameType | None) -> None:
    is_first = not _raised.is_set()
    _raised.set()
    _received.append(number)
    sys.unraisablehook = lambda _unraisable: None  # what a library swallows on the way out is of no use to anyone
    if is_first:
        raise KeyboardInterrupt


def _end_in_time(reader: int) -> None:
    while (number := os.read(reader, 1)[0]) not in SIGNALS:
        pass
    _received.append(number)
    time.sleep(PATIENCE_S)
    leave()
