"""Rows on their way into a table, with those that were refused or left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Batch:
    """Rows for one table, as a source yields them.

    Attributes:
        table: table name without layer, such as `treaty_party`.
        frame: rows with the contract's column names; nullable columns and `source` may be left out; types are
            converted by the loader, which quarantines rows whose values do not convert.
        rejected: rows that the source itself refused, in the columns of `REJECTED`.
        left_out: records that a filter leaves out and of which only the number is kept, in the columns of `LEFT_OUT`.
        records: records behind `frame` where a row stands for several (a cube), so that received = loaded + left out +
            quarantined can be asserted in records; None means one record per row.
    """

    table: str
    frame: pl.DataFrame
    rejected: pl.DataFrame | None = None
    left_out: pl.DataFrame | None = None
    records: int | None = None


REJECTED: Mapping[str, pl.DataType] = {
    "row_number": pl.Int64(),
    "column_name": pl.String(),
    "check_name": pl.String(),
    "reason": pl.String(),
    "row": pl.String(),
}
"""Columns of refused rows: position, column, check, one-sentence reason, and the whole row as JSON."""


LEFT_OUT: Mapping[str, pl.DataType] = {
    "column_name": pl.String(),
    "reason": pl.String(),
    "records": pl.Int64(),
}
"""Columns of what filters leave out: the column looked at, a one-sentence reason, and the number of records."""
