"""Values of official series that cannot be, such as 160 % of the land protected."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from ness_pipeline.names.metric_series import PER_CENT, MetricSeries, metric_series

CHECK = "possible_value"
WORDS_FOR_PER_CENT = ("", "%", "PERCENT", "PER CENT", "PERCENTAGE", "PCT")
"""As the macro `is_per_cent` has them; a value in another unit, such as km2, is no per cent and may be above 100."""


def impossible(rows: pl.DataFrame, is_judged: Callable[[MetricSeries], bool] = lambda _: True) -> pl.Series:
    """The column of each row whose value cannot be; NULL where all can.

    Args:
        rows: rows of series with `series_code` and `value`.
        is_judged: which series to look at.
    """
    judged = [series for series in metric_series().values() if is_judged(series)]
    limits = pl.DataFrame(
        [(series.code, float(series.unit.low), float(series.unit.high)) for series in judged],
        schema={"series_code": pl.String, "low": pl.Float64, "high": pl.Float64},
        orient="row",
    )
    limited = rows.join(limits, on="series_code", how="left", maintain_order="left")
    names = [name for name in ("value", "value_lower", "value_upper") if name in rows.columns]
    wrong = pl.coalesce(pl.when(_is_impossible(name, rows.columns)).then(pl.lit(name)) for name in names)
    return limited.select(wrong).to_series()


def _is_impossible(name: str, columns: list[str]) -> pl.Expr:
    """Whether a value is below the least or above the greatest that its series can have."""
    number = pl.col(name).cast(pl.Float64, strict=False).fill_nan(None)
    unit = pl.col("unit").cast(pl.String) if "unit" in columns else pl.lit(None, pl.String)
    in_other_unit = unit.str.strip_chars().str.to_uppercase().is_in(WORDS_FOR_PER_CENT).not_().fill_null(value=False)
    per_cents = [one.code for one in metric_series().values() if one.unit is PER_CENT]
    is_other_number = pl.col("series_code").is_in(per_cents) & in_other_unit
    return (number < pl.col("low")) | ((number > pl.col("high")) & is_other_number.not_())


def why_impossible(code: str, column: str, value: object) -> str:
    """Why a value cannot be."""
    unit = metric_series()[code].unit
    return f"{column} is {value}, but {code} is in {unit.shown} and {unit.bounds}"
