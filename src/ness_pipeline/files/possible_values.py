"""Values of official series that cannot be, such as 160 % of the land protected: own rows with them are refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from ness_pipeline.contract.batch import Batch
from ness_pipeline.contract.refused import refused_rows, whole_rows_as_json
from ness_pipeline.names.metric_series import PER_CENT, metric_series

TABLE = "indicator_observation"
CHECK = "possible_value"
WORDS_FOR_PER_CENT = ("", "%", "PERCENT", "PER CENT", "PERCENTAGE", "PCT")
"""As the macro `is_per_cent` has them; a value in another unit, such as km2, is no per cent and may be above 100."""


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
    limits = pl.DataFrame([(one.code, float(one.unit.low), float(one.unit.high)) for one in metric_series().values()], schema=["series_code", "low", "high"], orient="row")  # fmt: skip
    rows = batch.frame.join(limits, on="series_code", how="left", maintain_order="left")
    names = [name for name in ("value", "value_lower", "value_upper") if name in rows.columns]
    wrong = pl.coalesce(pl.when(_is_impossible(name, batch.frame.columns)).then(pl.lit(name)) for name in names)
    column = rows.select(wrong).to_series()
    impossible, columns = batch.frame.filter(column.is_not_null()), column.drop_nulls()
    reasons = [
        _reason(row["series_code"], name, row[name])
        for row, name in zip(impossible.iter_rows(named=True), columns, strict=True)
    ]
    refused = refused_rows(
        numbers.filter(column.is_not_null()),
        column=columns,
        check=CHECK,
        reason=reasons,
        rows=whole_rows_as_json(impossible),
    )
    others = () if batch.refused is None else (batch.refused,)
    return replace(
        batch,
        frame=batch.frame.filter(column.is_null()),
        refused=pl.concat([*others, refused]),
        positions=numbers.filter(column.is_null()),
    )


def _is_impossible(name: str, columns: list[str]) -> pl.Expr:
    """Whether a value is below the least or above the greatest that its series can have."""
    number = pl.col(name).cast(pl.Float64, strict=False).fill_nan(None)
    unit = pl.col("unit").cast(pl.String) if "unit" in columns else pl.lit(None, pl.String)
    in_other_unit = unit.str.strip_chars().str.to_uppercase().is_in(WORDS_FOR_PER_CENT).not_().fill_null(value=False)
    per_cents = [one.code for one in metric_series().values() if one.unit is PER_CENT]
    is_other_number = pl.col("series_code").is_in(per_cents) & in_other_unit
    return (number < pl.col("low")) | ((number > pl.col("high")) & is_other_number.not_())


def _reason(code: str, column: str, value: object) -> str:
    """Why a value cannot be, with what to do."""
    unit = metric_series()[code].unit
    other = "; correct it, or name the unit that it is in." if unit is PER_CENT else "; correct it."
    return f"{column} is {value}, but {code} is in {unit.shown} and {unit.bounds}{other}"
