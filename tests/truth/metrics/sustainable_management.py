"""The true rows of `metrics.sustainable_management`."""

from __future__ import annotations

from ness_pipeline.sandbox.indicators import SdgValue
from ness_pipeline.sources.iso import LANDLOCKED
from truth import Row, Truth
from truth.series import sdg_number, sdg_values

SERIES = {
    "water_management": "ER_H2O_IWRMD", "shared_waters": "EG_TBA_H2CO", "waste_water": "EN_WWT_WWDS",
    "forest_plan": "AG_LND_FRSTMGT", "illegal_fishing": "ER_REG_UNFCIM", "small_fisheries": "ER_REG_SSFRAR",
}  # fmt: skip
COLUMN = {
    "water_management": "water_management_pct", "shared_waters": "shared_waters_agreed_pct",
    "waste_water": "waste_water_treated_pct", "forest_plan": "forest_plan_pct",
    "illegal_fishing": "illegal_fishing_level", "small_fisheries": "small_fisheries_level",
}  # fmt: skip
FISHERIES = {"illegal_fishing", "small_fisheries"}


def rows(truth: Truth) -> list[Row]:
    """One row per country and year of which some series says anything."""
    forest = {
        (row["country_code"], row["year"]): row["forest_pct"]
        for row in truth.rows("ecosystem_condition")
        if row["forest_pct"] is not None
    }
    return [row for country in truth.world.countries for row in _country(truth, country, forest)]


def _country(truth: Truth, country: str, forest: dict[tuple[str, int], float]) -> list[Row]:
    said = {name: sdg_values(truth.world.indicators, code, country, truth.years) for name, code in SERIES.items()}
    years = {year for by_year in said.values() for year, row in by_year.items() if _why_not(row) != "no_data"}
    found = []
    for year in sorted(years):
        forests = [when for code, when in forest if code == country and when <= year]
        is_bare = bool(forests) and forest[country, max(forests)] == 0
        found.append(_row(country, year, {name: said[name].get(year) for name in SERIES}, is_bare=is_bare))
    return found


def _why_not(row: SdgValue | None) -> str | None:
    """Why a row of a series is no value; None where it is one."""
    if row is None:
        return "no_data"
    if sdg_number(row) is not None:
        return None
    return "not_relevant" if row.text == "N" else "bound_only" if row.text[:1] in {"<", ">"} else "no_data"


def _row(country: str, year: int, said: dict[str, SdgValue | None], *, is_bare: bool) -> Row:
    row: Row = {"country_code": country, "year": year}
    reasons = {name: _why_not(stated) for name, stated in said.items()}
    if country in LANDLOCKED:
        reasons |= dict.fromkeys(FISHERIES, "landlocked")
    if is_bare:
        reasons["forest_plan"] = "no_forest"
    for name, reason in reasons.items():
        stated = said[name]
        is_known = reason is None and stated is not None
        row[COLUMN[name]] = sdg_number(stated) if is_known and stated is not None else None
        row |= {f"{name}_basis": "official" if is_known else None, f"{name}_reportable": is_known}
        row[f"{name}_reason"] = reason
    row["reportable"] = None in reasons.values()
    others = [reason for reason in reasons.values() if reason != "no_data"]
    row["reason"] = None if row["reportable"] else (others or ["no_data"])[0]
    return row
