"""Names, values and results of SQL: how an identifier and a literal are written, and a result as a frame."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:  # polars takes long to import, and questions need none
    import polars as pl

EXACT_DIGITS = 15
"""Decimals of so many digits become the nearest double when they are converted; of more digits, not always."""


def quote(name: str) -> str:
    """A table or column name as an SQL identifier."""
    return ".".join(map(identifier, name.split(".")))


def identifier(name: str) -> str:
    """The name of a column of somebody else's file, whatever is in it, as one SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def exact_path(file: Path | str) -> str:
    """A path as DuckDB must be given it: it would take `*`, `?` and `[` for patterns and read other files; URLs stay."""
    path = str(file)
    if "://" in path:
        return path
    escaped = "".join(f"[{letter}]" if letter in "*?[" else letter for letter in path)
    return f"./{escaped}" if escaped.startswith("~") else escaped  # it would be taken for the home folder


def parquet(file: Path | str) -> str:
    """A Parquet file of ours as a relation: this file alone, with no columns from names of its folders such as `year=2020`."""
    return f"read_parquet({literal(exact_path(file))}, hive_partitioning = false)"


def literal(value: object) -> str:
    """A value as an SQL literal."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return _float_literal(value)
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def _float_literal(value: float) -> str:
    """A float as an SQL literal that reads back as the same number; DuckDB reads `0.1` as a decimal and `0.1e0` not."""
    text = repr(value)
    if not math.isfinite(value):
        return f"CAST('{text}' AS DOUBLE)"
    has_many_digits = sum(letter.isdigit() for letter in text) > EXACT_DIGITS
    return f"{text}e0" if has_many_digits and "e" not in text else text


BATCH_ROWS = 250_000
"""Rows of a frame that `frames_of` gives: large enough for speed, small beside the memory of a cube."""


def frames_of(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[pl.DataFrame]:
    """The result of a query as polars frames of bounded size, none of them empty."""
    import polars as pl  # noqa: PLC0415

    for batch in connection.sql(query).to_arrow_reader(BATCH_ROWS):
        frame = pl.DataFrame(pl.from_arrow(batch))
        if frame.height:
            yield frame


def frame_of(connection: duckdb.DuckDBPyConnection, query: str, bound: Sequence[object] = ()) -> pl.DataFrame:
    """The result of a query as a polars frame."""
    import polars as pl  # noqa: PLC0415

    frame = pl.from_arrow(connection.sql(query, params=list(bound)).to_arrow_table())
    assert isinstance(frame, pl.DataFrame)  # noqa: S101  (an Arrow table never becomes a Series)
    return frame
