"""A connection that reads a file of a user within limits of time and memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import duckdb

from ness_pipeline.errors import WrongUsage, first_line
from ness_pipeline.scratch import ScratchFolder

START_S = 30.0
"""Seconds that any reading may take."""
SLOWEST = 2**20
"""Bytes in a second that every reading does; the slowest disks do many times as much. A file made to do harm takes much longer:
a row of a hundred thousand values under three names takes minutes."""
MEMORY = "1500MB"


class Reading:
    """The clock of a reading; it stands still while somebody uses what was read.

    Args:
        connection: what reads.
        allowed_s: seconds that it may run without a pause.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, allowed_s: float) -> None:
        self.connection = connection
        self.is_over = threading.Event()
        self._allowed_s = allowed_s
        self._timer: threading.Timer | None = None

    def resume(self) -> None:
        """Start the clock anew."""
        self.pause()
        self._timer = threading.Timer(self._allowed_s, self._interrupt)
        self._timer.daemon = True
        self._timer.start()

    def pause(self) -> None:
        """Stop the clock."""
        if self._timer is not None:
            self._timer.cancel()

    def _interrupt(self) -> None:
        self.is_over.set()
        self.connection.interrupt()


@contextmanager
def reading(shown: str, size: int) -> Iterator[Reading]:
    """A connection for the body, within limits.

    Args:
        shown: how messages name the file.
        size: its bytes.

    Raises:
        WrongUsage: the file is damaged, or takes far too long for its size, or too much memory.
    """
    allowed_s = START_S + size / SLOWEST
    with ExitStack() as stack:
        spill = stack.enter_context(ScratchFolder("rows"))
        connection = stack.enter_context(
            duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": f"{spill}/spill"})
        )
        connection.execute("SET TimeZone = 'UTC'")
        clock = Reading(connection, allowed_s)
        try:
            clock.resume()
            yield clock
        except duckdb.Error as error:
            if clock.is_over.is_set():
                raise WrongUsage(
                    f"{shown} takes more than {allowed_s:.0f} s to read, far too long for its size; look whether its rows have the columns of its header."
                ) from error
            raise unreadable(shown, error) from error
        finally:
            clock.pause()


def unreadable(shown: str, error: Exception) -> WrongUsage:
    """The error for a file that cannot be read to its end."""
    return WrongUsage(f"{shown} is not readable to its end ({first_line(error)}); export or download it again.")
