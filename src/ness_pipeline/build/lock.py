"""The lock that only one writer of a home folder can hold; who waits for it is served in turn."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import filelock

from ness_pipeline.errors import WarehouseBusy, WrongUsage
from ness_pipeline.paths import Paths
from ness_pipeline.scratch import hold, is_held

_POLL_S = 0.05
_ASLEEP_S = 10.0
_TICKETS = "[0-9]*-*"


@contextmanager
def writer(paths: Paths, timeout_s: float = 0.0) -> Iterator[None]:
    """Hold the lock that only one writer of a home folder can hold.

    Raises:
        WarehouseBusy: others hold it, or wait for it, for longer than `timeout_s`.
        WrongUsage: the folder cannot be written.
    """
    lock = filelock.FileLock(paths.lock)
    deadline = time.monotonic() + timeout_s
    try:
        paths.home.mkdir(parents=True, exist_ok=True)
        with _ticket(paths) as ticket:
            _take_in_turn(lock, ticket, deadline)
    except filelock.Timeout:
        message = f"The warehouse in {paths.home} is being written by another run; wait for it, then run again."
        raise WarehouseBusy(message) from None
    except OSError as error:
        message = f"The folder {paths.home} cannot be written ({error.strerror}); choose another with NESS_HOME."
        raise WrongUsage(message) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _ticket(paths: Paths) -> Iterator[Path]:
    """A place in the queue of those who wait: a file whose name sorts behind all that are there."""
    paths.queue.mkdir(exist_ok=True)
    last = max((int(file.name.partition("-")[0]) for file in paths.queue.glob(_TICKETS)), default=0)
    ticket = paths.queue / f"{last + 1:09d}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    with hold(ticket):
        try:
            yield ticket
        finally:
            ticket.unlink(missing_ok=True)


def _take_in_turn(lock: filelock.BaseFileLock, ticket: Path, deadline: float) -> None:
    """Wait until nobody has a place before this one or the lock, and take it.

    Raises:
        filelock.Timeout: somebody still has.
    """
    while _is_somebody_before(ticket) or not _is_taken(lock):
        if time.monotonic() >= deadline:
            raise filelock.Timeout(str(ticket))
        time.sleep(_POLL_S)
        os.utime(ticket)


def _is_taken(lock: filelock.BaseFileLock) -> bool:
    """Take the lock, if nobody holds it."""
    with suppress(filelock.Timeout):
        lock.acquire(timeout=0)
    return lock.is_locked


def _is_somebody_before(ticket: Path) -> bool:
    """Whether a process that lives has a place before this one; places of dead ones are cleared, those of stopped ones do not count."""
    for other in sorted(ticket.parent.glob(_TICKETS)):
        if other.name >= ticket.name:
            return False
        if not is_held(other):
            other.unlink(missing_ok=True)
        elif not _is_asleep(other, ticket):
            return True
    return False


def _is_asleep(other: Path, ticket: Path) -> bool:
    """Whether who waits with a ticket has not looked for a while, as a process that was stopped with Ctrl+Z does not."""
    try:
        return ticket.stat().st_mtime - other.stat().st_mtime > _ASLEEP_S
    except FileNotFoundError:
        return True  # it has just been served, or has given up
