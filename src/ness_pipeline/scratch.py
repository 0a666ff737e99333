"""Temporary folders and unfinished files that carry the mark of their owner, so that what a killed process left is removed."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import re
import shutil
import socket
import tempfile
import time
import uuid
from pathlib import Path
from types import TracebackType
from typing import IO

from ness_pipeline.errors import WrongUsage

logger = logging.getLogger(__name__)

PREFIX = "ness-"
"""What the names of all our temporary folders begin with."""
PARTIAL = ".partial"
"""Ending of a file or folder that is being written."""
_OWNER = ".owner"
_ELSEWHERE_S = 86_400.0
"""Seconds after which an unfinished file of a process on another machine counts as abandoned."""
_own: set[ScratchFolder] = set()
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def hold(mark: Path) -> IO[str]:
    """Create a file and lock it; the lock goes with the process, however it ends.

    The file gets its name only when it is locked, so that nobody takes it for one that was left.

    Raises:
        OSError: it cannot be written.
    """
    unnamed = mark.with_name(f".{mark.name}.{os.getpid()}.new")
    handle = unnamed.open("w")
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    try:
        unnamed.rename(mark)
    except OSError:
        handle.close()
        unnamed.unlink(missing_ok=True)
        raise
    return handle


def is_held(mark: Path) -> bool:
    """Whether the process that created a mark still lives."""
    try:
        with mark.open() as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


class ScratchFolder(tempfile.TemporaryDirectory[str]):  # noqa: TID251  (which it gives the mark)
    """A temporary folder of this process.

    Args:
        purpose: a word for its name.

    Raises:
        WrongUsage: there is no space for temporary files; also for errors of that kind that end the block.
    """

    def __init__(self, purpose: str) -> None:
        try:
            super().__init__(prefix=f"{PREFIX}{purpose}-", ignore_cleanup_errors=True)
            self._mark = hold(Path(self.name) / _OWNER)
        except OSError as error:
            raise no_space(error) from error
        _own.add(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Remove the folder; a full disk is said to be the cause where it is."""
        folder = self.name
        super().__exit__(kind, error, traceback)
        if isinstance(error, Exception) and is_full(error, folder):
            raise no_space(error) from error

    def cleanup(self) -> None:
        """Remove the folder."""
        self._mark.close()
        super().cleanup()
        _own.discard(self)


def remove_own() -> None:
    """Remove the temporary folders of this process, which ends in the middle of what it does."""
    for folder in list(_own):
        folder.cleanup()


def unfinished(path: str) -> str:
    """The name that a file has while it is written; machine and process are in it."""
    return f"{path}.{_machine()}-{os.getpid()}-{uuid.uuid4().hex[:8]}{PARTIAL}"


def is_abandoned(file: Path) -> bool:
    """Whether an unfinished file belongs to no process that lives, as far as its name tells."""
    machine, _, process = file.name.removesuffix(PARTIAL).rpartition(".")[2].rpartition("-")[0].rpartition("-")
    if machine == _machine() and process.isdecimal():
        return not _lives(int(process))
    return time.time() - file.stat().st_mtime > _ELSEWHERE_S


def _machine() -> str:
    """Name of this machine, in letters that a file name may have."""
    return re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def is_full(error: BaseException, folder: Path | str) -> bool:
    """Whether an error says that a file in a temporary folder could not grow."""
    if isinstance(error, OSError) and error.errno in _FULL:
        return error.filename is None or str(error.filename).startswith(str(folder))
    text = str(error)
    return str(folder) in text and any(os.strerror(number).lower() in text.lower() for number in _FULL)


def no_space(error: BaseException) -> WrongUsage:
    """The error of a folder for temporary files in which nothing can be written."""
    reason = (error.strerror if isinstance(error, OSError) else None) or "no space left"
    return WrongUsage(
        f"The folder for temporary files, {tempfile.gettempdir()}, cannot be written ({reason.lower()}); free space there, "
        "or name another one in the environment variable TMPDIR."
    )


def remove_leftovers() -> int:
    """Remove the temporary folders of our processes that live no more; returns their size in bytes."""
    freed = 0
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        mark = folder / _OWNER
        try:
            is_ours = folder.is_dir() and not folder.is_symlink() and folder.stat().st_uid == os.getuid()
            if not is_ours or not mark.exists() or is_held(mark):
                continue
            size = sum(file.lstat().st_size for file in folder.rglob("*"))
        except OSError:  # somebody else removes it at this moment
            continue
        shutil.rmtree(folder, ignore_errors=True)
        freed += size
        about = {"folder": str(folder), "bytes": size}
        logger.warning(
            "%s, left by a process that was killed, was removed (%.1f MiB)", folder, size / 2**20, extra=about
        )
    return freed
