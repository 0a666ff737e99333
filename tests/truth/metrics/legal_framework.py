"""The true rows of `metrics.legal_framework`."""

from __future__ import annotations

import datetime as dt

from ness_pipeline.names.years import Years
from ness_pipeline.sandbox.world import World
from truth import Row, Truth, seed_rows
from truth.series import sdg_number, sdg_values

FIRST_TREATY_YEAR = 1993
IN_BEING_SINCE = {
    "cites": 1975, "ramsar": 1975, "world_heritage": 1975, "cms": 1983, "cbd": 1993, "cartagena": 2003, "itpgrfa": 2004,
    "nagoya": 2014, "paris": 2016, "nagoya_kuala_lumpur": 2018,
}  # fmt: skip
"""Year in which each treaty itself entered into force."""
FLAGS = {
    "has_invasive_species_law": "ER_IAS_LEGIS",
    "has_invasive_species_target": "ER_IAS_NBSAP",
    "has_invasive_species_budget": "ER_IAS_NATBUD",
    "has_access_benefit_framework": "ER_CBD_ABSCLRHS",
    "has_plant_genetic_framework": "ER_CBD_ORSPGRFA",
    "has_biodiversity_target": "ER_BDY_ABT2NP",
    "has_environmental_accounts": "ER_BDY_SEEA",
}
FEWEST_ANSWERS = 3
PARTY_SERIES = {"nagoya": "ER_CBD_NAGOYA", "itpgrfa": "ER_CBD_PTYPGRFA"}


def rows(truth: Truth) -> list[Row]:
    """One row per country and year from its first entry into force to the last year in which a source speaks."""
    seeds = seed_rows("treaty_party")
    return [
        row
        for country in truth.world.countries
        for row in _country_law(truth.world, country, truth.years, truth.as_of, seeds)
    ]


def _binding_days(
    world: World, country: str, as_of: dt.date, seeds: list[dict[str, str]]
) -> tuple[dict[str, tuple[dt.date | None, dt.date | None]], list[int], list[int]]:
    """Days from which and until which each known treaty binds the country, and the years that the rows speak of."""
    binding: dict[str, dt.date | None] = {}
    left: dict[str, dt.date] = {}
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
        if row["status"] == "not_open":
            continue  # no country of the sandbox is a territory
        if row["status"] == "party" and not (force or stated):
            continue  # a party since nobody knows when
        day = (force or stated) if row["status"] == "party" else force
        binding[row["treaty"]] = None if row["status"] == "not_party" else day
        if row["left_on"]:
            left[row["treaty"]] = dt.date.fromisoformat(row["left_on"])
        first += [force.year] if force else []
        last += [stated.year] if stated else []
        last += [force.year] if force and row["status"] == "party" else []
    return {treaty: (day, left.get(treaty)) for treaty, day in binding.items()}, first, last


def _country_law(world: World, country: str, years: Years, as_of: dt.date, seeds: list[dict[str, str]]) -> list[Row]:
    binding, first, last = _binding_days(world, country, as_of, seeds)
    answers = {
        series: {
            year: value
            for year, row in sdg_values(world.indicators, series, country, years).items()
            if (value := sdg_number(row)) is not None
        }
        for series in (*FLAGS.values(), *PARTY_SERIES.values())
    }
    answered = [year for by_year in answers.values() for year in by_year]
    last += answered
    if not last or max(last) < FIRST_TREATY_YEAR:
        return []
    start = min([*first, *answered], default=max(last))
    start = min(max(FIRST_TREATY_YEAR, start), max(last))
    return [_law_row(country, year, binding, answers) for year in range(start, max(last) + 1)]


def _latest(answers: dict[int, float], year: int) -> bool | None:
    """The latest answer up to a year: 1 is yes, 0 is no, anything else says nothing."""
    said = {when: value == 1 for when, value in answers.items() if when <= year and value in {0, 1}}
    return said[max(said)] if said else None


def _law_row(
    country: str,
    year: int,
    binding: dict[str, tuple[dt.date | None, dt.date | None]],
    answers: dict[str, dict[int, float]],
) -> Row:
    end = dt.date(year, 12, 31)
    party: dict[str, bool] = {
        treaty: day is not None and day <= end and (left is None or left > end)
        for treaty, (day, left) in binding.items()
    }
    for treaty, series in PARTY_SERIES.items():
        if treaty not in party and (said := _latest(answers[series], year)) is not None:
            party[treaty] = said
    known = [treaty for treaty in party if IN_BEING_SINCE[treaty] <= year]
    in_force = sum(party[treaty] for treaty in known)
    flags = {column: _latest(answers[series], year) for column, series in FLAGS.items()}
    given = [value for value in flags.values() if value is not None]
    return {
        "country_code": country,
        "year": year,
        "treaties_known": len(known),
        "treaties_in_force": in_force if known else None,
        "treaties_in_force_share": in_force / len(known) if known else None,
        **{f"is_{treaty}_party": party.get(treaty) for treaty in IN_BEING_SINCE},
        **flags,
        "national_answers": len(given),
        "national_measures": sum(given) if given else None,
        "national_measures_share": sum(given) / len(given) if given else None,
        "national_reportable": len(given) >= FEWEST_ANSWERS,
        "national_reason": None if len(given) >= FEWEST_ANSWERS else "too_few_answers" if given else "no_data",
        "reportable": bool(known),
        "reason": None if known else "no_data",
    }
