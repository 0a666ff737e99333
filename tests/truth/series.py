"""Official series of the sandbox's world, read in plain Python."""

from __future__ import annotations

from ness_pipeline.names.years import Years
from ness_pipeline.sandbox.indicators import Indicators, SdgValue


def sdg_number(row: SdgValue) -> float | None:
    """The number in a UN SDG row; None for bounds (`<5`), `N`, `NaN`, `..` and an empty text."""
    try:
        value = float(row.text)
    except ValueError:
        return None
    return value if value == value else None  # noqa: PLR0124  NaN is the one number that differs from itself


def sdg_values(indicators: Indicators, series: str, country: str, years: Years) -> dict[int, SdgValue]:
    """Rows of a UN SDG series for one country by year; only totals, no rows of a part of the population or area."""
    rows = indicators.unsdg[series]
    return {row.year: row for row in rows if row.area == country and row.belt is None and row.year in years}
