"""The true rows of `metrics.red_list_index`."""

from __future__ import annotations

from collections import Counter

from ness_pipeline.sandbox.red_list import Assessed
from ness_pipeline.schemas.vocabulary import TAXON_GROUPS
from truth import CATEGORY_OF, Row, Truth
from truth.red_list_arithmetic import Fate, Groups, country_rows
from truth.series import sdg_number, sdg_values


def rows(truth: Truth) -> list[Row]:
    """One row per country, group and year."""
    world = Groups(
        {group: truth.world_counts(group)[2] for group in TAXON_GROUPS},
        {group: truth.seed[group]["roll_up"] or None for group in TAXON_GROUPS},
    )
    return [
        {"country_code": code} | row
        for place, code in enumerate(truth.world.countries)
        for row in country_rows(fates(truth, place), _known(truth, place), world, frozenset(), _official(truth, code))
    ]


def fates(truth: Truth, country: int) -> list[Fate]:
    """The country's own species that have a category."""
    found = []
    for species in truth.known(country):
        category, tagged = truth.status(country, species)
        if truth.group(species) and truth.is_counted(country, species) and category != "NE":
            history = {year: _state(one) for year, one in truth.history(country, species).items()}
            state = "PE" if tagged else category
            found.append(Fate(truth.group(species), state, truth.range_share(country, species), history))
    return found


def _state(one: Assessed) -> str:
    category = str(CATEGORY_OF.get(one.code, one.code))
    return "PE" if category == "CR" and (one.possibly_extinct or one.in_the_wild) else category


def _known(truth: Truth, country: int) -> Counter[str]:
    return Counter(truth.group(species) for species in truth.known(country) if truth.is_counted(country, species))


def _official(truth: Truth, code: str) -> dict[int, tuple[float, float | None, float | None]]:
    found = {}
    for year, row in sdg_values(truth.world.indicators, "ER_RSK_LST", code, truth.years).items():
        if (value := sdg_number(row)) is not None:
            found[year] = (value, float(row.lower) if row.lower else None, float(row.upper) if row.upper else None)
    return found
