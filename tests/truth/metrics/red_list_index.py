"""The true rows of `metrics.red_list_index`."""

from __future__ import annotations

from collections import Counter

from ness_pipeline.sandbox.red_list import Assessed
from ness_pipeline.schemas.vocabulary import TAXON_GROUPS
from ness_pipeline.sources.iso import LANDLOCKED
from truth import CATEGORY_OF, Row, Truth
from truth.red_list_arithmetic import Country, Fate, Groups, country_rows
from truth.series import sdg_number, sdg_values


def rows(truth: Truth) -> list[Row]:
    """One row per country, group and year; nobody explains the changes of category."""
    world = Groups(
        {group: truth.world_counts(group)[2] for group in TAXON_GROUPS},
        {group: truth.seed[group]["roll_up"] or None for group in TAXON_GROUPS},
    )
    return [
        {"country_code": code} | row
        for place, code in enumerate(truth.world.countries)
        for row in country_rows(fates(truth, place), _country(truth, place), world, frozenset())
    ]


def fates(truth: Truth, country: int) -> list[Fate]:
    """The country's own species that have a category."""
    found = []
    for species, named in truth.counted(country).items():
        category, tagged = truth.status(country, species)
        if named.group and category != "NE":
            history = {year: _state(one) for year, one in truth.history(country, species).items()}
            found.append(Fate(
                named.group, "PE" if tagged else category, named.share, history, in_set=truth.in_set(country, species),
                on=named.on, method=named.method,
            ))  # fmt: skip
    return found


def _state(one: Assessed) -> str:
    category = str(CATEGORY_OF.get(one.code, one.code))
    return "PE" if category == "CR" and (one.possibly_extinct or one.in_the_wild) else category


def _country(truth: Truth, country: int) -> Country:
    known = Counter[str]()
    for species, named in truth.counted(country).items():
        known.update(group for group in (named.group, truth.in_set(country, species)) if group)
    code = truth.world.countries[country]
    return Country(known, _official(truth, code), bool(truth.listed[country]), code in LANDLOCKED)


def _official(truth: Truth, code: str) -> dict[int, tuple[float, float | None, float | None]]:
    found = {}
    for year, row in sdg_values(truth.world.indicators, "ER_RSK_LST", code, truth.years).items():
        if (value := sdg_number(row)) is not None:
            found[year] = (value, float(row.lower) if row.lower else None, float(row.upper) if row.upper else None)
    return found
