"""Values and dimensions of series as publishers write them."""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

from ness_pipeline.spreadsheet import NUMBER

MISSING = frozenset({"", "nan", "..", "na", "n/a", "null", "none"})
"""Words for a missing value, in lower case."""
BOUND = re.compile(rf"([<>])=?\s*({NUMBER})")
TOTAL_CODES = frozenset({"_T", "ALLAREA", "BOTHSEX", "ALLAGE", "TOTAL"})
"""Dimension codes that mean "all of them"; the reporting type `G` (global) is the one made for comparison."""


def published_value(value: object) -> tuple[str | None, str]:
    """Number as text, so that the loader can refuse an invalid one, and kind of value.

    `N` is not relevant, such as a marine series of a landlocked country; `<5` is a bound, whose number is kept.
    """
    text = "" if value is None else str(value).strip()
    if text == "N":
        return None, "not_relevant"
    if text.lower() in MISSING:
        return None, "missing"
    bound = BOUND.fullmatch(text)
    if bound is None:
        return text, "observed"
    return bound[2], "censored_below" if bound[1] == "<" else "censored_above"


def disaggregation_of(columns: Mapping[str, str]) -> pl.Expr:
    """As `disaggregation`, for dimensions in columns of their own.

    Args:
        columns: the column of each dimension, by the dimension's name.
    """
    parts = []
    for name, column in sorted(columns.items()):
        code = pl.col(column)
        is_total = code.is_in([*TOTAL_CODES, "", *(["G"] if name == "Reporting Type" else [])])
        parts.append(pl.when(~is_total).then(pl.lit(f"{name}=") + code))
    text = pl.concat_str(parts, separator=";", ignore_nulls=True) if parts else pl.lit("")
    return pl.when(text != "").then(text).otherwise(pl.lit("total"))


def disaggregation(dimensions: Mapping[str, str | None]) -> str:
    """Dimensions other than total as `name=code`, in the order of their names; `total` when there is none."""
    parts = [
        f"{name}={code}"
        for name, code in sorted(dimensions.items())
        if code and code not in TOTAL_CODES and (name, code) != ("Reporting Type", "G")
    ]
    return ";".join(parts) or "total"
