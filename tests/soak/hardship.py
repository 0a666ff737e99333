"""Runs under hardship, for processes of their own: without rights, on a full disk, beside another writer.

They are here and not in a test module, because a process that is started finds only importable modules.
"""

from __future__ import annotations

import os
import resource
import signal
from pathlib import Path

from soak.drive import drive

from ness_pipeline.run import restore
from ness_pipeline.run.restore import open_for_writing
from ness_pipeline.settings import Settings


def run_as_nobody(home: Path, url: str) -> None:
    """A run without the right to write; ends the process with its exit code, 99 if the error names another cause."""
    os.setuid(65534)
    done = drive(home, url)
    os._exit(done.exit_code if "cannot be written" in done.error else 99)


def run_on_full_disk(home: Path, url: str, most_bytes: int) -> None:
    """A run that can write no file larger than so many bytes; ends the process with its exit code."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    done = drive(home, url, max_age_hours=0)
    os._exit(done.exit_code if "cannot be written" in done.error or done.gaps else 99)


def wait_for_the_lock(settings: Settings) -> None:
    """Open the build database, as soon as nobody else writes it."""
    with open_for_writing(settings):
        pass


def rebuild_until_killed(settings: Settings) -> None:
    """Open the build database, which has to be rebuilt, and be killed before the rows of own files are back."""

    def kill(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    restore.take_in_own = kill  # type: ignore[assignment]
    with open_for_writing(settings):
        pass
