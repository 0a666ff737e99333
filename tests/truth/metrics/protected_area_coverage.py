"""The true rows of `metrics.protected_area_coverage`."""

from __future__ import annotations

from ness_pipeline.sandbox.protected_areas import percentage
from ness_pipeline.sources.iso import LANDLOCKED
from truth import Row, Truth
from truth.series import sdg_number, sdg_values

TARGET_PCT = 30
SDG_SERIES = {
    "kba_terrestrial": "ER_PTD_TERR", "kba_freshwater": "ER_PTD_FRHWTR", "kba_mountain": "ER_PTD_MTN",
    "kba_marine": "ER_MRN_MPA", "eez": "ER_MRN_MARIN",
}  # fmt: skip
BANK_SERIES = {"land": "ER.LND.PTLD.ZS", "marine": "ER.MRN.PTMR.ZS"}
MARINE = {"marine", "eez", "eez_conserved", "kba_marine"}
KBA = ("kba_terrestrial", "kba_freshwater", "kba_mountain", "kba_marine")

Series = dict[str, dict[int, float]]


def rows(truth: Truth) -> list[Row]:
    """One row per country and year with any value of the series."""
    return [row for country in truth.world.countries for row in _country(truth, country)]


def _country(truth: Truth, country: str) -> list[Row]:
    world = truth.world
    said = {name: sdg_values(world.indicators, code, country, truth.years) for name, code in SDG_SERIES.items()}
    values: Series = {
        name: {year: value for year in truth.years if (value := world.indicators.worldbank[code].get((country, year))) is not None}
        for name, code in BANK_SERIES.items()
    }  # fmt: skip
    values |= {
        name: {year: value for year, row in by_year.items() if (value := sdg_number(row)) is not None}
        for name, by_year in said.items()
    }
    planet = _planet(truth, country)
    years = {year for by_year in (*values.values(), *planet.values()) for year in by_year}
    return [
        _row(country, year, values, planet, {name: _why_not(by_year[year].text) for name, by_year in said.items() if year in by_year})
        for year in sorted(years)
        if any(year in by_year for name, by_year in (values | planet).items() if not _has_no_sea(name, country))
    ]  # fmt: skip


def _has_no_sea(name: str, country: str) -> bool:
    return name in MARINE and country in LANDLOCKED


def _planet(truth: Truth, country: str) -> Series:
    """What Protected Planet says for the year in which it is read."""
    estate = truth.world.estates[country]
    if estate.is_empty:
        return {}
    shares = {
        "land_planet": percentage(estate.land_protected, estate.land),
        "land_conserved": percentage(estate.land_conserved, estate.land),
        "eez_planet": percentage(estate.sea_protected, estate.sea),
        "eez_conserved": percentage(estate.sea_conserved, estate.sea),
    }
    return {name: {truth.as_of.year: value} for name, value in shares.items() if value is not None}


def _why_not(text: str) -> str:
    """Why a text of UN SDG is no value."""
    return "not_relevant" if text == "N" else "bound_only" if text[:1] in {"<", ">"} else "no_data"


def _row(country: str, year: int, values: Series, planet: Series, why_not: dict[str, str]) -> Row:
    now = {name: by_year.get(year) for name, by_year in (values | planet).items()}
    bank = now["land"]
    now["land"] = now.get("land_planet") if bank is None else bank
    now["eez"] = now.get("eez_planet") if now["eez"] is None else now["eez"]
    row: Row = {"country_code": country, "year": year, "reportable": True, "reason": None}
    row["land_protected_publisher"] = (
        "worldbank" if bank is not None else None if now["land"] is None else "protected_planet"
    )
    for name in ("land", "land_conserved", "marine", "eez", "eez_conserved", *KBA):
        value = None if _has_no_sea(name, country) else now.get(name)
        reason = (
            None if value is not None else "landlocked" if _has_no_sea(name, country) else why_not.get(name, "no_data")
        )
        row |= {f"{name}_reportable": reason is None, f"{name}_reason": reason}
        if name.startswith("kba"):
            row |= {f"{name}_pct": value, f"{name}_pct_lower": None, f"{name}_pct_upper": None}
            row[f"{name}_source"] = None if value is None else "unsdg"
        elif name.endswith("conserved"):
            row[f"{name}_pct"] = value
        else:
            best = value if name == "marine" or now.get(f"{name}_conserved") is None else now[f"{name}_conserved"]
            row[f"{name}_protected_pct"] = value
            row[f"{name}_progress_share"] = None if value is None or best is None else min(1.0, best / TARGET_PCT)
    for name in ("land", "eez"):
        trend = None if _has_no_sea(name, country) else _trend(values[name], year)
        row[f"{name}_trend_pct_per_year"] = trend
        row[f"{name}_trend_reportable"] = trend is not None
        row[f"{name}_trend_reason"] = None if trend is not None else row[f"{name}_reason"] or "too_few_years"
    return row


def _trend(by_year: dict[int, float], year: int) -> float | None:
    """Points per year since the earliest value five to ten years ago."""
    earlier = [when for when in by_year if year - 10 <= when <= year - 5]
    if year not in by_year or not earlier:
        return None
    return (by_year[year] - by_year[min(earlier)]) / (year - min(earlier))
