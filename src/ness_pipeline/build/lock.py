"""The lock that only one writer of a home folder can hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import filelock

from ness_pipeline.errors import WarehouseBusy, WrongUsage
from ness_pipeline.paths import Paths


@contextmanager
def writer(paths: Paths, timeout_s: float = 0.0) -> Iterator[None]:
    """Hold the lock that only one writer of a home folder can hold.

    Raises:
        WarehouseBusy: another process holds it for longer than `timeout_s`.
        WrongUsage: the folder cannot be written.
    """
    lock = filelock.FileLock(paths.lock)
    try:
        paths.home.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=timeout_s)
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
