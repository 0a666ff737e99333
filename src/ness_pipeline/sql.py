"""Names, values and results of SQL: how an identifier and a literal are written, and a result as a frame."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl


def quote(name: str) -> str:
    """A table or column name as an SQL identifier."""
    return ".".join(map(identifier, name.split(".")))


def identifier(name: str) -> str:
    """The name of a column of somebody else's file, whatever is in it, as one SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def exact_path(file: Path | str) -> str:
    """A path as DuckDB must be given it: it would take `*`, `?` and `[` for patterns and read other files; URLs stay."""
    path = str(file)
    return path if "://" in path else "".join(f"[{letter}]" if letter in "*?[" else letter for letter in path)


def literal(value: object) -> str:
    """A value as an SQL literal."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).upper()
    return repr(value) if isinstance(value, (int, float)) else "'" + str(value).replace("'", "''") + "'"


def frame_of(connection: duckdb.DuckDBPyConnection, query: str, bound: Sequence[object] = ()) -> pl.DataFrame:
    """The result of a query as a polars frame."""
    frame = pl.from_arrow(connection.sql(query, params=list(bound)).to_arrow_table())
    assert isinstance(frame, pl.DataFrame)  # noqa: S101  (an Arrow table never becomes a Series)
    return frame
