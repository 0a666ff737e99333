"""The true rows of `metrics.ecosystem_condition`."""

from __future__ import annotations

from ness_pipeline.sandbox.indicators import SdgValue
from truth import Row, Truth
from truth.series import sdg_number

SERIES = {
    "forest": "AG_LND_FRST", "mountain": "ER_MTN_GRNCVI", "degraded": "AG_LND_DGRD", "waters": "EN_H2O_WBAMBQ",
}  # fmt: skip
COLUMNS = {
    "forest": "forest_pct", "mountain": "mountain_green_cover_pct", "degraded": "degraded_land_pct",
    "waters": "waters_good_pct",
}  # fmt: skip


def rows(truth: Truth) -> list[Row]:
    """One row per country and year with any value of the series."""
    return [row for country in truth.world.countries for row in _country(truth, country)]


def _country(truth: Truth, country: str) -> list[Row]:
    indicators = truth.world.indicators
    said: dict[str, dict[int, SdgValue]] = {
        name: {
            row.year: row
            for row in indicators.unsdg[code]
            if row.area == country and row.belt in {None, "TOTAL"} and row.year in truth.years
        }
        for name, code in SERIES.items()
    }
    values = {
        name: {year: value for year, row in by_year.items() if (value := sdg_number(row)) is not None}
        for name, by_year in said.items()
    }
    bank = indicators.worldbank["AG.LND.FRST.ZS"]
    banked = {year: value for year in truth.years if (value := bank.get((country, year))) is not None}
    years = {year for by_year in values.values() for year in by_year} | set(banked)
    found = []
    # One series for all years of a country: the UN's where it has any value.
    is_bank = not values["forest"] and bool(banked)
    forests, publisher = (banked, "worldbank") if is_bank else (values["forest"], "unsdg")
    for year in sorted(years):
        row: Row = {"country_code": country, "year": year, "reportable": True, "reason": None}
        row["forest_publisher"] = publisher if year in forests else None
        for name, column in COLUMNS.items():
            value = forests.get(year) if name == "forest" else values[name].get(year)
            text = said[name][year].text if year in said[name] and not (name == "forest" and is_bank) else ""
            why = "not_relevant" if text == "N" else "bound_only" if text[:1] in {"<", ">"} else "no_data"
            row |= {column: value, f"{name}_reportable": value is not None}
            row[f"{name}_reason"] = None if value is not None else why
            row[f"{name}_basis"] = None if value is None else "official"
        value = banked.get(year)
        row |= {"forest_world_bank_pct": value, "forest_world_bank_reportable": value is not None}
        row["forest_world_bank_reason"] = "no_data" if value is None else None
        row["forest_world_bank_basis"] = None if value is None else "official"
        found.append(row | _change(forests, year, row["forest_reason"]))
    return found


def _change(forests: dict[int, float], year: int, why_no_forest: str | None) -> Row:
    """Compound annual change since the earliest value five to ten years ago."""
    earlier = [when for when in forests if year - 10 <= when <= year - 5]
    change, reason = None, why_no_forest or "too_few_years"
    if year in forests and earlier:
        first = min(earlier)
        if forests[first] > 0:
            change = 100 * ((forests[year] / forests[first]) ** (1 / (year - first)) - 1)
        else:
            reason = "no_forest"
    return {
        "forest_change_pct_per_year": change,
        "forest_change_reportable": change is not None,
        "forest_change_reason": None if change is not None else reason,
    }
