"""Limits of time and memory for a question of a user, from its start until its answer is printed."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ness_pipeline.errors import WrongUsage

GB = 1_000_000_000
TICK_S = 0.05
"""Seconds between two looks at clock and memory."""
GRACE_S = 1.0
"""Seconds that an interrupted question has to stop by itself; inside one value (a text of a GB) DuckDB does not stop."""
RESIDENT = Path("/proc/self/statm")
"""Where Linux says how much memory this process holds; elsewhere only DuckDB's own limit holds."""


@dataclass(frozen=True)
class Limits:
    """What a question may use.

    Attributes:
        timeout_s: seconds from its start until its answer is printed, without those in which a reader of a pipe keeps it waiting.
        memory_bytes: memory that it may take; half of it is what DuckDB may hold before it uses the disk.
        give_up: ends the process with a sentence when the question does not stop by itself.
    """

    timeout_s: float
    memory_bytes: int
    give_up: Callable[[str], object]


class Watch:
    """The clock and the memory of one question.

    Args:
        limits: what it may use.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._started = time.monotonic()
        self._waited = 0.0
        self._waiting_since: float | None = None
        self._resident = _resident_bytes()
        self.reason: str | None = None

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """The clock stands still while the body writes: somebody who reads page by page takes no time of the question."""
        self._waiting_since = time.monotonic()
        try:
            yield
        finally:
            self._waited += time.monotonic() - self._waiting_since
            self._waiting_since = None

    def check(self) -> None:
        """Be sure that no limit is passed.

        Raises:
            WrongUsage: one is.
        """
        self.reason = self.reason or self._passed()
        if self.reason is not None:
            raise WrongUsage(self.reason)

    def _passed(self) -> str | None:
        """A sentence about the limit that is passed, None while none is."""
        spent = (self._waiting_since or time.monotonic()) - self._started - self._waited
        if spent > self._limits.timeout_s:
            return (
                f"The question took longer than {self._limits.timeout_s:g} s; narrow it, or allow more with --timeout."
            )
        if _resident_bytes() - self._resident > self._limits.memory_bytes:
            return too_much_memory(self._limits)
        return None

    def run(self, ended: threading.Event, interrupt: Callable[[], None]) -> None:
        """Interrupt the question once a limit is passed, and give up where that does not end it."""
        while not ended.wait(TICK_S):
            self.reason = self._passed()
            if self.reason is not None:
                interrupt()
                if not ended.wait(GRACE_S):
                    self._limits.give_up(self.reason)
                return


def too_much_memory(limits: Limits) -> str:
    """The sentence about a question that needs more memory than it may take."""
    return (
        f"The question needs more memory than {limits.memory_bytes / GB:g} GB; narrow it, or allow more with --memory."
    )


@contextmanager
def watched(limits: Limits, interrupt: Callable[[], None]) -> Iterator[Watch]:
    """A watch over the body.

    Args:
        limits: what the body may use.
        interrupt: ends what the body waits for.
    """
    watch, ended = Watch(limits), threading.Event()
    thread = threading.Thread(target=watch.run, args=(ended, interrupt), daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        ended.set()
        thread.join()


def _resident_bytes() -> int:
    try:
        return int(RESIDENT.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
