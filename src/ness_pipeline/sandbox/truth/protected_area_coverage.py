"""The true rows of `metrics.protected_area_coverage`."""

from __future__ import annotations

from ness_pipeline.sandbox.indicators import sdg_number, sdg_values
from ness_pipeline.sandbox.truth import Row, Truth
from ness_pipeline.sources.iso import LANDLOCKED

TARGET_PCT = 30
KBA_SERIES = {
    "kba_terrestrial": "ER_PTD_TERR", "kba_freshwater": "ER_PTD_FRHWTR", "kba_mountain": "ER_PTD_MTN",
    "kba_marine": "ER_MRN_MPA",
}  # fmt: skip
AREA_SERIES = {"land": "ER.LND.PTLD.ZS", "marine": "ER.MRN.PTMR.ZS"}


def rows(truth: Truth) -> list[Row]:
    """One row per country and year with any value of the six series."""
    world, years = truth.world, truth.years
    found = []
    for country in world.countries:
        kba = {realm: sdg_values(world.indicators, series, country, years) for realm, series in KBA_SERIES.items()}
        for year in years:
            values: dict[str, float | None] = {
                realm: world.indicators.worldbank[series].get((country, year)) for realm, series in AREA_SERIES.items()
            }
            values |= {realm: sdg_number(rows[year]) if year in rows else None for realm, rows in kba.items()}
            if all(value is None for value in values.values()):
                continue
            row: Row = {"country_code": country, "year": year, "reportable": True, "reason": None}
            for realm, value in values.items():
                stated = kba[realm].get(year) if realm in kba else None
                row |= _realm(realm, value, is_n=stated is not None and stated.text == "N", country=country)
            found.append(row)
    return found


def _realm(realm: str, value: float | None, *, is_n: bool, country: str) -> Row:
    reason = None
    if value is None:
        reason = "not_relevant" if is_n else "no_data"
        if realm in {"marine", "kba_marine"} and country in LANDLOCKED:
            reason = "landlocked"
    columns: Row = {f"{realm}_reportable": reason is None, f"{realm}_reason": reason}
    if realm in AREA_SERIES:
        progress = None if value is None else min(1.0, value / TARGET_PCT)
        return columns | {f"{realm}_protected_pct": value, f"{realm}_progress_share": progress}
    return columns | {f"{realm}_pct": value}
