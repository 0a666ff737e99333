"""The true rows of `metrics.protected_area_coverage`."""

from __future__ import annotations

from ness_pipeline.sandbox.indicators import SdgValue
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
KBA = ("kba_terrestrial", "kba_freshwater", "kba_mountain", "kba_marine")
OWN = ("kba_own_terrestrial", "kba_own_freshwater", "kba_own_mountain", "kba_own_marine")
MARINE = {"marine", "eez", "eez_planet", "eez_conserved", "eez_management", "kba_marine", "kba_own_marine"}
COLUMN = {
    "land": "land_protected_pct", "land_planet": "land_protected_planet_pct", "land_conserved": "land_conserved_pct",
    "land_management": "land_management_assessed_pct", "marine": "marine_protected_pct", "eez": "eez_protected_pct",
    "eez_planet": "eez_protected_planet_pct", "eez_conserved": "eez_conserved_pct",
    "eez_management": "eez_management_assessed_pct",
}  # fmt: skip
PROGRESS = ("land", "land_conserved", "marine", "eez", "eez_conserved")

Series = dict[str, dict[int, float]]


def rows(truth: Truth) -> list[Row]:
    """One row per country and year with any value of the series."""
    return [row for country in truth.world.countries for row in _country(truth, country)]


def _country(truth: Truth, country: str) -> list[Row]:
    world = truth.world
    sdg = {name: sdg_values(world.indicators, code, country, truth.years) for name, code in SDG_SERIES.items()}
    values: Series = {name: _numbers(by_year) for name, by_year in sdg.items()}
    for name, code in BANK_SERIES.items():
        bank = world.indicators.worldbank[code]
        values[name] = {year: value for year in truth.years if (value := bank.get((country, year))) is not None}
    values |= _planet(truth, country)
    # One publisher's series for all years of the country.
    publisher = {"land": "worldbank", "eez": "unsdg"}
    for name in publisher:
        if not values[name] and values[f"{name}_planet"]:
            values[name], publisher[name] = values[f"{name}_planet"], "protected_planet"
    if country in LANDLOCKED:
        values |= {name: {} for name in MARINE & values.keys()}
    years = sorted({year for by_year in values.values() for year in by_year})
    return [_row(country, year, values, sdg, publisher) for year in years]


def _numbers(by_year: dict[int, SdgValue]) -> dict[int, float]:
    return {year: value for year, row in by_year.items() if (value := sdg_number(row)) is not None}


def _planet(truth: Truth, country: str) -> Series:
    """What Protected Planet says for the year in which it is read."""
    estate = truth.world.estates[country]
    shares = {
        "land_planet": percentage(estate.land_protected, estate.land),
        "land_conserved": percentage(estate.land_conserved, estate.land),
        "land_management": percentage(estate.land_assessed, estate.land),
        "eez_planet": percentage(estate.sea_protected, estate.sea),
        "eez_conserved": percentage(estate.sea_conserved, estate.sea),
        "eez_management": percentage(estate.sea_assessed, estate.sea),
    }
    return {
        name: {} if value is None or estate.is_empty else {truth.as_of.year: value} for name, value in shares.items()
    }


def _why_not(text: str) -> str:
    """Why a text of UN SDG is no value."""
    return "not_relevant" if text == "N" else "bound_only" if text[:1] in {"<", ">"} else "no_data"


def _row(
    country: str, year: int, values: Series, sdg: dict[str, dict[int, SdgValue]], publisher: dict[str, str]
) -> Row:
    row: Row = {"country_code": country, "year": year, "reportable": True, "reason": None}
    for name in (*COLUMN, *KBA, *OWN):
        value = values.get(name, {}).get(year)
        said = sdg.get(name, {}).get(year)
        if value is not None:
            # Zeros in all years may mean that there is no such site.
            reason = "none_or_no_site" if name in KBA and not _has_site(values[name], sdg[name]) else None
        elif name in MARINE and country in LANDLOCKED:
            reason = "landlocked"
        else:
            reason = "no_data" if said is None or publisher.get(name) == "protected_planet" else _why_not(said.text)
        row |= {f"{name}_reportable": reason is None, f"{name}_reason": reason}
        row[COLUMN.get(name, f"{name}_pct")] = value
        if name not in OWN:
            row[f"{name}_basis"] = None if value is None else "official"
        if name in KBA:
            row[f"{name}_source"] = None if value is None else "unsdg"
            row[f"{name}_pct_lower"] = None if value is None or said is None else float(said.lower or "nan")
            row[f"{name}_pct_upper"] = None if value is None or said is None else float(said.upper or "nan")
        if name in OWN:
            row |= {f"{name}_pct_lower": None, f"{name}_pct_upper": None, f"{name}_sites": None}
        if name in PROGRESS:
            stem = COLUMN[name].removesuffix("_pct").removesuffix("_protected")
            row[f"{stem}_progress_share"] = None if value is None else min(1.0, value / TARGET_PCT)
    for name in ("land", "eez"):
        row[f"{name}_protected_publisher"] = publisher[name] if year in values[name] else None
        trend = _trend(values[name], year)
        row[f"{name}_trend_pct_per_year"] = trend
        row[f"{name}_trend_reportable"] = trend is not None
        row[f"{name}_trend_reason"] = None if trend is not None else row[f"{name}_reason"] or "too_few_years"
    return row


def _has_site(values: dict[int, float], rows: dict[int, SdgValue]) -> bool:
    """Whether a series shows that the country has a site: a value or an upper bound above 0 in any year."""
    return any(max(value, float(rows[year].upper or 0)) > 0 for year, value in values.items())


def _trend(by_year: dict[int, float], year: int) -> float | None:
    """Points per year since the earliest value five to ten years ago."""
    earlier = [when for when in by_year if year - 10 <= when <= year - 5]
    if year not in by_year or not earlier:
        return None
    return (by_year[year] - by_year[min(earlier)]) / (year - min(earlier))
