"""The true values of a sandbox world's protected areas and legal framework, in plain Python."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ness_pipeline.sandbox.indicators import SdgValue
from ness_pipeline.sandbox.world import World
from ness_pipeline.scope import Years
from ness_pipeline.sources.iso import LANDLOCKED

Row = dict[str, Any]

TARGET_PCT = 30
FIRST_TREATY_YEAR = 1993
IN_BEING_SINCE = {
    "cites": 1975, "ramsar": 1975, "world_heritage": 1975, "cms": 1983, "cbd": 1993, "cartagena": 2003, "itpgrfa": 2004,
    "nagoya": 2014, "paris": 2016, "nagoya_kuala_lumpur": 2018,
}  # fmt: skip
"""Year in which each treaty itself entered into force."""
KBA_SERIES = {
    "kba_terrestrial": "ER_PTD_TERR", "kba_freshwater": "ER_PTD_FRHWTR", "kba_mountain": "ER_PTD_MTN",
    "kba_marine": "ER_MRN_MPA",
}  # fmt: skip
AREA_SERIES = {"land": "ER.LND.PTLD.ZS", "marine": "ER.MRN.PTMR.ZS"}
FLAGS = {
    "has_invasive_species_law": "ER_IAS_LEGIS",
    "has_invasive_species_target": "ER_IAS_NBSAP",
    "has_access_benefit_framework": "ER_CBD_ABSCLRHS",
}
PARTY_SERIES = {"nagoya": "ER_CBD_NAGOYA", "itpgrfa": "ER_CBD_PTYPGRFA"}


def number(row: SdgValue) -> float | None:
    """The number that a UN SDG row states; None for bounds (`<5`), `N`, `NaN`, `..` and nothing."""
    try:
        value = float(row.text)
    except ValueError:
        return None
    return value if value == value else None  # noqa: PLR0124  NaN is the one number that differs from itself


def _sdg(world: World, series: str, country: str, years: Years) -> dict[int, SdgValue]:
    rows = world.indicators.unsdg[series]
    return {row.year: row for row in rows if row.area == country and row.belt is None and row.year in years}


def protected_area_coverage(world: World, years: Years) -> list[Row]:
    """One row per country and year with any value of the six series."""
    found = []
    for country in world.countries:
        kba = {realm: _sdg(world, series, country, years) for realm, series in KBA_SERIES.items()}
        for year in years:
            values: dict[str, float | None] = {
                realm: world.indicators.worldbank[series].get((country, year)) for realm, series in AREA_SERIES.items()
            }
            values |= {realm: number(rows[year]) if year in rows else None for realm, rows in kba.items()}
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


def legal_framework(world: World, years: Years, as_of: dt.date, seeds: list[dict[str, str]]) -> list[Row]:
    """One row per country and year from its first entry into force to the last year in which a source speaks."""
    return [row for country in world.countries for row in _country_law(world, country, years, as_of, seeds)]


def _binding_days(
    world: World, country: str, as_of: dt.date, seeds: list[dict[str, str]]
) -> tuple[dict[str, dt.date | None], list[int], list[int]]:
    """Day from which each known treaty binds the country, and the first and last years that the rows speak of."""
    binding: dict[str, dt.date | None] = {}
    first, last = [], []
    for treaty, dates in world.treaties[country].items():
        binding[treaty] = dates.entry_into_force
        last.append(as_of.year)
        if dates.entry_into_force:
            first.append(dates.entry_into_force.year)
    for row in seeds:
        if row["country_code"] != country or row["treaty"] in binding:
            continue  # the CBD speaks for its own treaties
        force, stated = (
            dt.date.fromisoformat(row[name]) if row.get(name) else None for name in ("entry_into_force", "as_of")
        )
        if row["status"] == "party" and not (force or stated):
            continue  # a party since nobody knows when
        day = (force or stated) if row["status"] == "party" else force
        binding[row["treaty"]] = None if row["status"] == "not_party" else day
        first += [force.year] if force else []
        last += [stated.year] if stated else []
        last += [force.year] if force and row["status"] == "party" else []
    return binding, first, last


def _country_law(world: World, country: str, years: Years, as_of: dt.date, seeds: list[dict[str, str]]) -> list[Row]:
    binding, first, last = _binding_days(world, country, as_of, seeds)
    answers = {
        series: {
            year: value
            for year, row in _sdg(world, series, country, years).items()
            if (value := number(row)) is not None
        }
        for series in (*FLAGS.values(), *PARTY_SERIES.values())
    }
    answered = [year for by_year in answers.values() for year in by_year]
    last += answered
    if not last or max(last) < FIRST_TREATY_YEAR:
        return []
    start = min(first) if first else min(answered) if answered else max(last)
    start = min(max(FIRST_TREATY_YEAR, start), max(last))
    return [_law_row(country, year, binding, answers) for year in range(start, max(last) + 1)]


def _latest(answers: dict[int, float], year: int) -> bool | None:
    """The latest answer up to a year: 1 is yes, 0 is no, anything else says nothing."""
    said = {when: value == 1 for when, value in answers.items() if when <= year and value in {0, 1}}
    return said[max(said)] if said else None


def _law_row(country: str, year: int, binding: dict[str, dt.date | None], answers: dict[str, dict[int, float]]) -> Row:
    party: dict[str, bool] = {
        treaty: day is not None and day <= dt.date(year, 12, 31) for treaty, day in binding.items()
    }
    for treaty, series in PARTY_SERIES.items():
        if treaty not in party and (said := _latest(answers[series], year)) is not None:
            party[treaty] = said
    known = [treaty for treaty in party if IN_BEING_SINCE[treaty] <= year]
    in_force = sum(party[treaty] for treaty in known)
    flags = {column: _latest(answers[series], year) for column, series in FLAGS.items()}
    members = ("cbd", "cartagena", "nagoya", "nagoya_kuala_lumpur", "itpgrfa")
    return {
        "country_code": country,
        "year": year,
        "treaties_known": len(known),
        "treaties_in_force": in_force if known else None,
        "treaties_in_force_share": in_force / len(known) if known else None,
        **{f"is_{treaty}_party": party.get(treaty) for treaty in members},
        **flags,
        "reportable": bool(known),
        "reason": None if known else "no_data",
    }
