"""Values of official series that cannot be, such as 160 % of the land protected: own rows with them are refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from ness_pipeline.contract.batch import Batch
from ness_pipeline.contract.refused import refused_rows, whole_rows_as_json
from ness_pipeline.names.metric_series import PER_CENT, metric_series
from ness_pipeline.names.possible_values import CHECK, impossible, why_impossible

TABLE = "indicator_observation"


def only_possible(batches: Iterator[Batch]) -> Iterator[Batch]:
    """The batches of a file, rows of series whose value cannot be refused one by one."""
    received = 0
    for batch in batches:
        numbers = pl.int_range(batch.frame.height, eager=True) + received
        named = {"series_code", "value"} <= set(batch.frame.columns)
        is_checked = batch.table == TABLE and named and batch.frame.height
        yield _possible(batch, numbers if batch.positions is None else batch.positions) if is_checked else batch
        received += batch.received


def _possible(batch: Batch, numbers: pl.Series) -> Batch:
    """A batch of which the rows that cannot be are refused.

    Args:
        batch: rows of series.
        numbers: position of each row in the file.
    """
    column = impossible(batch.frame)
    wrong, columns = batch.frame.filter(column.is_not_null()), column.drop_nulls()
    reasons = [
        _reason(row["series_code"], name, row[name])
        for row, name in zip(wrong.iter_rows(named=True), columns, strict=True)
    ]
    refused = refused_rows(
        numbers.filter(column.is_not_null()),
        column=columns,
        check=CHECK,
        reason=reasons,
        rows=whole_rows_as_json(wrong),
    )
    others = () if batch.refused is None else (batch.refused,)
    return replace(
        batch,
        frame=batch.frame.filter(column.is_null()),
        refused=pl.concat([*others, refused]),
        positions=numbers.filter(column.is_null()),
    )


def _reason(code: str, column: str, value: object) -> str:
    """Why a value cannot be, with what to do."""
    is_per_cent = metric_series()[code].unit is PER_CENT
    other = "; correct it, or name the unit that it is in." if is_per_cent else "; correct it."
    return f"{why_impossible(code, column, value)}{other}"
