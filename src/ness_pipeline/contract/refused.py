"""Rows that a contract refuses, and records that a filter leaves out: the one place that builds their frames.

A refused row is kept whole in `ops.quarantine`. Of records that a filter leaves out, `ops.left_out` keeps the number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

ROW_NUMBER = "row_number"
"""Position of a row in what was received, from 0."""

REFUSED_COLUMNS: Mapping[str, pl.DataType] = {
    ROW_NUMBER: pl.Int64(),
    "column_name": pl.String(),
    "check_name": pl.String(),
    "reason": pl.String(),
    "row": pl.String(),
}
"""Columns of refused rows: position, column (NULL where the row as a whole fails), check, one-sentence reason, and the
whole row as JSON.
"""

FILTERED_OUT_COLUMNS: Mapping[str, pl.DataType] = {
    "column_name": pl.String(),
    "reason": pl.String(),
    "records": pl.Int64(),
}
"""Columns of filtered-out records: the column that the filter checks, a one-sentence reason, and how many they are."""

Texts = str | Sequence[str] | pl.Series
"""One text for all rows, or one for each."""


def no_refused_rows() -> pl.DataFrame:
    """An empty frame with the columns of refused rows."""
    return pl.DataFrame(schema=dict(REFUSED_COLUMNS))


def refused_rows(
    numbers: Iterable[int] | pl.Series,
    *,
    column: Texts | None,
    check: Texts,
    reason: Texts,
    rows: Sequence[str] | pl.Series | None = None,
) -> pl.DataFrame:
    """Refused rows as a frame with the columns `REFUSED_COLUMNS`.

    Args:
        numbers: positions of the rows.
        column: column that fails; None where the row as a whole does.
        check: check that fails.
        reason: why, in one sentence.
        rows: the whole rows as JSON; None where `with_whole_rows` adds them later.
    """
    given = {"column_name": column, "check_name": check, "reason": reason, "row": rows}
    frame = pl.Series(ROW_NUMBER, numbers).cast(pl.Int64).to_frame()
    return frame.with_columns(_values(value).cast(pl.String).alias(name) for name, value in given.items())


def _values(value: Texts | None) -> pl.Expr:
    """One value for all rows, or a column with one value for each."""
    return pl.lit(value) if value is None or isinstance(value, str) else pl.lit(pl.Series(value))


def as_refused_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns `REFUSED_COLUMNS` of a frame that has them and maybe others, in their order and types."""
    return frame.select(pl.col(name).cast(dtype) for name, dtype in REFUSED_COLUMNS.items())


def with_whole_rows(refused: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Refused rows with the whole row of each as JSON.

    Args:
        refused: refused rows; `row_number` is their position in `rows`.
        rows: all rows of the batch.
    """
    chosen = rows[refused.get_column(ROW_NUMBER)]
    return refused.with_columns(whole_rows_as_json(chosen).alias("row"))


def whole_rows_as_json(rows: pl.DataFrame) -> pl.Series:
    """Each row of a frame as a JSON object, in a series named `row`."""
    return rows.select(pl.struct(pl.all()).struct.json_encode().alias("row")).to_series()


def filtered_out(columns: Sequence[str], reasons: Sequence[str], records: Sequence[int]) -> pl.DataFrame:
    """Filtered-out records as a frame with the columns `FILTERED_OUT_COLUMNS`, one row for each filter."""
    content = {"column_name": columns, "reason": reasons, "records": records}
    return pl.DataFrame(content, schema=dict(FILTERED_OUT_COLUMNS))
