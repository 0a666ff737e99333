"""Files of the UN's SDG portal and API: one row per series, area, year and dimensions, as CSV or Excel.

Traps: dimensions are columns of their own, in brackets in some files; the same row stands under each indicator that its series
belongs to; regions stand among the countries; `UnitMultiplier` of older files says that values are thousands or millions.
"""

from __future__ import annotations

from functools import partial

import polars as pl

from ness_pipeline.files.about import About
from ness_pipeline.files.publishers.published import OBSERVATION, VALUES, Published, areas, observations
from ness_pipeline.files.raw import ROW, RawTable
from ness_pipeline.names.column_names import ColumnNames, plain
from ness_pipeline.names.published_series import UN_SDG_CITATION, current_code
from ness_pipeline.names.published_values import disaggregation_of

NEEDED = ("SeriesCode", "GeoAreaCode", "TimePeriod", "Value")
NUMBERS = ("Value", "LowerBound", "UpperBound")
NO_DIMENSIONS = frozenset(
    map(
        plain,
        (
            *NEEDED, "Goal", "Target", "Indicator", "SeriesID", "SeriesDescription", "GeoAreaName", "Time_Detail", "TimeCoverage",
            "UpperBound", "LowerBound", "BasePeriod", "Source", "GeoInfoUrl", "FootNote", "FootNotes", "Nature", "Units",
            "UnitMultiplier", "Freq", "Observation Status", "Report Ordinal", "ReleaseName", "Release", "ValueType", "Custom Breakdown",
        ),
    )
)  # fmt: skip
"""Columns that are no dimensions, as plain names."""
POWERS = {"units": 1, "thousands": 10**3, "millions": 10**6, "billions": 10**9}


def read(raw: RawTable) -> Published | None:
    """A file of the UN's SDG portal; None for every other."""
    names = ColumnNames(raw.names, raw.shown)
    if any(name not in names for name in NEEDED):
        return None
    about = About(*UN_SDG_CITATION, publisher="United Nations Statistics Division")
    rows = observations(raw, partial(_rows, names=names), [names.name_of(term) for term in NUMBERS if term in names])
    return Published("file of the UN SDG database", (OBSERVATION,), rows, about)


def _rows(rows: pl.DataFrame, names: ColumnNames) -> pl.DataFrame:
    """Rows of the contract out of rows of the file."""

    def text(*terms: str) -> pl.Expr:
        term = names.any_of(*terms)
        return pl.lit(None, pl.String) if term is None else pl.col(names.name_of(term))

    codes = text("SeriesCode")
    of_today = {code: current_code(code) for code in rows.get_column(names.name_of("SeriesCode")).drop_nulls().unique()}
    shown = {name.strip("[] "): name for name in rows.columns if plain(name) not in NO_DIMENSIONS and name != ROW}
    made = rows.select(
        ROW,
        areas(text("GeoAreaCode").str.replace(r"\.0+$", "")),
        codes.replace(of_today).alias("series_code"),
        text("TimePeriod").str.replace(r"\.0+$", "").alias("year"),
        text("Value").fill_null("").alias("value"),
        text("LowerBound").replace("NaN", None).alias("value_lower"),
        text("UpperBound").replace("NaN", None).alias("value_upper"),
        pl.lit("observed").alias("value_status"),
        text("Units").alias("unit"),
        text("Nature").alias("nature"),
        text("FootNote", "FootNotes").alias("footnote"),
        pl.lit("unsdg").alias("publisher"),
        text("ReleaseName", "Release").alias("release"),
        text("UnitMultiplier").alias("multiplier"),
        disaggregation_of(shown).alias("disaggregation"),
    )
    return _multiplied(made).drop("multiplier")


def _multiplied(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with values times their `UnitMultiplier`."""
    power = pl.col("multiplier").str.to_lowercase().replace_strict(POWERS, default=1, return_dtype=pl.Int64)
    return rows.with_columns(
        pl.when(power > 1)
        .then((pl.col(name).cast(pl.Float64, strict=False) * power).cast(pl.String))
        .otherwise(name)
        .alias(name)
        for name in VALUES
    )
