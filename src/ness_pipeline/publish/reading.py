"""Read a published file as it was published, whatever a client does with it.

A client that opens the file for writing locks it against every reader, and keeps its changes in a write-ahead log
beside it, which everybody who opens a file of that name takes for a part of it: also when the client is long dead and the file
is another one. So a file that is locked, or has such a log, is read from a copy without the log.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import duckdb

from ness_pipeline.errors import process_in
from ness_pipeline.publish.durable import log_of
from ness_pipeline.scratch import ScratchFolder, no_space
from ness_pipeline.sql import literal, quote

logger = logging.getLogger(__name__)

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
        copy = Path(folder) / file.name
        try:
            shutil.copyfile(file, copy)
        except OSError as error:
            if error.filename2 is None and error.filename != str(copy):
                raise  # the published file itself cannot be read
            raise no_space(error) from error
        return opened(copy)


def connect_published(
    file: Path, config: dict[str, str | bool | int | float | list[str]] | None = None
) -> duckdb.DuckDBPyConnection:
    """A read-only connection to a published file; errors as of `as_published`."""
    return as_published(file, lambda path: duckdb.connect(str(path), read_only=True, config=config or {}))


def first_whole(files: Iterable[Path]) -> Path | None:
    """The first of some publications of which every table can be read; None where there is none."""
    for file in files:
        if file.exists():
            if (reason := as_published(file, damage)) is None:
                return file
            logger.warning("a publication is damaged and not read", extra={"file": file.name, "error": reason})
    return None


def damage(file: Path) -> str | None:
    """Why a file of DuckDB cannot be read to its end, in DuckDB's words; None where every table can be read.

    Opening a file reads little of it, and what is damaged further on would later look like damage of whatever reads it.

    Raises:
        duckdb.Error: a client has it open for writing.
    """
    try:
        with duckdb.connect() as connection:
            connection.execute(f"ATTACH {literal(file)} AS looked_at (READ_ONLY)")
            tables = "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = 'looked_at'"
            for (name,) in connection.execute(tables).fetchall():
                connection.execute(f"SELECT max(hash(COLUMNS(*))) FROM {quote('looked_at.' + name)}").fetchall()
    except duckdb.Error as error:
        if is_locked(error):
            raise
        return str(error).splitlines()[0]
    return None


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
