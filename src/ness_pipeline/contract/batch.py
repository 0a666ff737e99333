"""Rows on their way into a table, with those that were refused or filtered out."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Batch:
    """Rows for one table, as a source yields them.

    Attributes:
        table: table name without layer, such as `treaty_party`.
        frame: rows with the contract's column names; nullable columns and `source` may be missing; types are converted
            by the loader, which refuses rows whose values do not convert.
        refused: rows that the source itself refuses, in the columns `REFUSED_COLUMNS`.
        left_out: records that a filter leaves out and of which only the number is kept, in the columns
            `FILTERED_OUT_COLUMNS`.
        records: records behind `frame` where a row stands for several (a cube), so that received = loaded + left out +
            quarantined holds in records; None means one record per row.
    """

    table: str
    frame: pl.DataFrame
    refused: pl.DataFrame | None = None
    left_out: pl.DataFrame | None = None
    records: int | None = None
