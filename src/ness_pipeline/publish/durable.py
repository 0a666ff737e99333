"""Files that are whole after a loss of power."""

from __future__ import annotations

import os
from pathlib import Path


def discard(file: Path) -> None:
    """Remove a file with its write-ahead log, which would be replayed into the next file of that name."""
    for part in (file, Path(f"{file}.wal")):
        part.unlink(missing_ok=True)


def to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, would survive a loss of power."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
