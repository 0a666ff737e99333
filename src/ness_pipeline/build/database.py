"""The build database: every table of the contracts in one private DuckDB file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from ness_pipeline.contract.ddl import ddl, landed_table
from ness_pipeline.contract.dictionary import Column, tables
from ness_pipeline.errors import DamagedBuild, NessError, WarehouseBusy, WrongUsage, process_in
from ness_pipeline.paths import sql_folder
from ness_pipeline.sql import literal, quote

BUILD = "build"
"""Name under which the build database is attached."""
STORAGE_VERSION = "v1.2.0"
"""The oldest storage format we promise to be readable by; without it DuckDB 2 writes files that 1.x cannot open."""


def create_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the shared macros, in the order of their file names."""
    for file in sorted(sql_folder("macros").glob("*.sql")):
        connection.execute(file.read_text(encoding="utf-8"))


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring the tables to what the contracts say: create the missing, upgrade those of an earlier version.

    Raises:
        DamagedBuild: a table of an earlier version holds rows that this version cannot take over.
    """
    for layer in ("landed", "core", "metrics", "ops"):
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {layer}")
    stored = _stored_columns(connection)
    for table in tables().values():
        if table.is_view or table.layer == "landed":
            continue
        for name, columns in [(table.name, table.columns), *([landed_table(table)] if table.is_landed else [])]:
            _create(connection, name, columns, stored.get(name, {}))
    create_macros(connection)


def _stored_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """The columns that the tables have now with their types, by layer and table."""
    columns_by_table: dict[str, dict[str, str]] = {}
    for name, column, sql_type in connection.execute(
        "SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = current_database()"
    ).fetchall():
        columns_by_table.setdefault(name, {})[column] = sql_type
    return columns_by_table


def _create(
    connection: duckdb.DuckDBPyConnection, name: str, columns: tuple[Column, ...], stored: dict[str, str]
) -> None:
    """Create or upgrade one table: what models make is made again, what was loaded gains or loses columns."""
    if stored == {column.name: column.sql_type for column in columns}:
        return
    if stored and not name.startswith(("core.", "metrics.")):
        _alter(connection, name, columns, stored)
        return
    connection.execute(f"DROP TABLE IF EXISTS {quote(name)}")
    connection.execute(ddl(name, columns))


def _alter(
    connection: duckdb.DuckDBPyConnection, name: str, columns: tuple[Column, ...], stored: dict[str, str]
) -> None:
    new = [column for column in columns if column.name not in stored]
    unfit = [column.name for column in new if not column.nullable]
    unfit += [column.name for column in columns if stored.get(column.name, column.sql_type) != column.sql_type]
    if unfit:
        raise DamagedBuild(
            f"The build database was made by another version, whose {name} has no fitting column {unfit[0]!r}; it is rebuilt from landing."
        )
    for column in new:
        connection.execute(f"ALTER TABLE {quote(name)} ADD COLUMN {quote(column.name)} {column.sql_type}")
    for extra in sorted(stored.keys() - {column.name for column in columns}):
        connection.execute(f"ALTER TABLE {quote(name)} DROP COLUMN {quote(extra)}")


@contextmanager
def open_build(path: Path, *, threads: int | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build database, opened for writing and created where it is missing.

    What goes wrong with the disk or the file while it is open becomes one sentence, too.

    Raises:
        WarehouseBusy: another process has it open.
        WrongUsage: the folder cannot be written, or the disk is full.
        DamagedBuild: the file is no DuckDB database, or not whole, or of a version that cannot be taken over.
    """
    connection = duckdb.connect()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection.execute(f"ATTACH {literal(str(path))} AS {BUILD} (STORAGE_VERSION {literal(STORAGE_VERSION)})")
        connection.execute(f"USE {BUILD}")
        connection.execute("SET TimeZone = 'UTC'")
        if threads is not None:
            connection.execute(f"SET threads = {int(threads)}")
        create_tables(connection)
        yield connection
    except OSError as error:
        message = f"The folder {path.parent} cannot be written ({error.strerror}); choose another with NESS_HOME."
        raise WrongUsage(message) from error
    except duckdb.Error as error:
        if (known := translate(error, path)) is None:
            raise
        raise known from error
    finally:
        connection.close()


_BUSY = ("lock on file", "already attached", "unique file handle conflict")
_UNWRITABLE = (
    "no space left",
    "permission denied",
    "read-only file system",
    "file too large",
    "disk quota",
    "cannot allocate",
)
_DAMAGED = (
    "not a valid duckdb",
    "corrupt",
    "checksum",
    "serialization error",
    "failed to deserialize",
    "wal file",
    "could not read",
    "fatal error",
    "database has been invalidated",
    "internal error",
)


def translate(error: duckdb.Error, path: Path) -> NessError | None:
    """The error that a user can act on, None for what is no matter of disk or file."""
    text = str(error)
    first_line = text.splitlines()[0] if text else type(error).__name__
    lower = text.lower()
    if any(word in lower for word in _BUSY):
        who = process_in(error) or "another process"
        return WarehouseBusy(f"{path.name} is in use by {who}; wait for it to finish, or end it, then run again.")
    if any(word in lower for word in _UNWRITABLE):
        return WrongUsage(
            f"{path} cannot be written ({first_line}); free space or rights, then run again: it goes on where it stopped."
        )
    if any(word in lower for word in _DAMAGED) or isinstance(error, (duckdb.FatalException, duckdb.InternalException)):
        return DamagedBuild(f"{path} is damaged ({first_line}); run again, and it is rebuilt from landing.")
    if isinstance(error, duckdb.IOException):
        return WrongUsage(f"{path} cannot be opened as a warehouse ({first_line}); move it away and run again.")
    return None
