"""Files that are whole after a loss of power."""

from __future__ import annotations

import os
from pathlib import Path


def log_of(file: Path) -> Path:
    """The write-ahead log of a DuckDB file, which whoever opens a file of that name would replay into it."""
    return Path(f"{file}.wal")


def discard(file: Path) -> None:
    """Remove a DuckDB file with its write-ahead log."""
    for part in (file, log_of(file)):
        part.unlink(missing_ok=True)


def to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, would survive a loss of power."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
