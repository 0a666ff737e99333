"""The lock that only one writer of a home folder can hold; who waits for it is served in turn."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from ness_pipeline.errors import WarehouseBusy, WrongUsage
from ness_pipeline.paths import Paths
from ness_pipeline.scratch import hold, is_held

_POLL_S = 0.05
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
            _wait_for_turn(ticket, deadline)
            lock.acquire(timeout=max(deadline - time.monotonic(), 0.0), poll_interval=_POLL_S)
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


def _wait_for_turn(ticket: Path, deadline: float) -> None:
    """Wait until nobody who waits has a place before this one.

    Raises:
        filelock.Timeout: somebody still has.
    """
    while _is_somebody_before(ticket):
        if time.monotonic() >= deadline:
            raise filelock.Timeout(str(ticket))
        time.sleep(_POLL_S)


def _is_somebody_before(ticket: Path) -> bool:
    """Whether a process that lives has a place before this one; places of others are cleared."""
    for other in sorted(ticket.parent.glob(_TICKETS)):
        if other.name >= ticket.name:
            return False
        if is_held(other):
            return True
        other.unlink(missing_ok=True)
    return False
