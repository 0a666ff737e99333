"""Read a published file as it was published, whatever a client does with it.

A client that opens the file for writing locks it against every reader, and keeps its changes in a write-ahead log
beside it, which everybody who opens a file of that name takes for a part of it: also when the client is long dead and the file
is another one. So a file that is locked, or has such a log, is read from a copy without the log.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import duckdb

from ness_pipeline.errors import process_in
from ness_pipeline.publish.durable import log_of
from ness_pipeline.scratch import ScratchFolder

Opened = TypeVar("Opened")


def as_published(file: Path, opened: Callable[[Path], Opened]) -> Opened:
    """What `opened` makes of the file, or of a copy of it where a client is writing into it or has left changes beside it.

    Args:
        file: the published file.
        opened: opens or attaches a DuckDB file for reading.

    Raises:
        duckdb.Error: the file is damaged.
        WrongUsage: there is no space for the copy.
    """
    if not log_of(file).exists():
        try:
            return opened(file)
        except duckdb.Error as error:
            if not is_locked(error):
                raise
    with ScratchFolder("reading") as folder:  # an open file stays readable after its name is gone
        return opened(Path(shutil.copyfile(file, Path(folder) / file.name)))


def connect_published(
    file: Path, config: dict[str, str | bool | int | float | list[str]] | None = None
) -> duckdb.DuckDBPyConnection:
    """A read-only connection to a published file; errors as of `as_published`."""
    return as_published(file, lambda path: duckdb.connect(str(path), read_only=True, config=config or {}))


def is_locked(error: duckdb.Error) -> bool:
    """Whether a file could not be opened because a process has it open for writing."""
    return "lock on file" in str(error).lower()


def writing_client(file: Path) -> str | None:
    """The process that has a published file open for writing, in words; None where there is none."""
    try:
        with duckdb.connect(str(file), read_only=True):
            return None
    except duckdb.Error as error:
        if not is_locked(error):
            return None
        return process_in(error) or "another process"
