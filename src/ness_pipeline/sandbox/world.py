"""The seeded world behind the sandbox: real countries, invented species, invented numbers."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from ness_pipeline.errors import WrongUsage
from ness_pipeline.names.countries import countries as iso_countries
from ness_pipeline.sandbox.indicators import Indicators
from ness_pipeline.sandbox.knowledge import Knowledge, knowledge
from ness_pipeline.sandbox.protected_areas import Estate, estates
from ness_pipeline.sandbox.records import Records, record_everything
from ness_pipeline.sandbox.red_list import RedListBook
from ness_pipeline.sandbox.taxonomy import Taxon, Taxonomy
from ness_pipeline.sandbox.treaties import TreatyDates, treaty_dates
from ness_pipeline.sources.iso import LANDLOCKED

COUNTRIES = ("AU", "BR", "CA", "CR", "DE", "ID", "KE", "MG", "ML", "MN", "NO", "TZ")
"""Twelve real countries on every inhabited continent; Mali and Mongolia have no sea, Madagascar is an island."""

ASSESSED_PERCENT = {
    "mammals": 96, "birds": 99, "reptiles": 88, "amphibians": 76, "ray_finned_fishes": 70, "sharks_and_rays": 97,
    "insects": 12, "arachnids": 5, "crustaceans": 22, "molluscs": 18, "corals": 60, "other_animals": 6,
    "flowering_plants": 30, "conifers_and_cycads": 95, "ferns": 14, "mosses": 8, "other_plants": 4,
    "ascomycetes": 3, "basidiomycetes": 6, "other_fungi": 2, "chromists": 2, "": 0,
}  # fmt: skip
"""Share of each group that is on the invented Red List: low for fungi and insects, most of which are not assessed."""

CATEGORY_PERCENT = {"LC": 54, "NT": 9, "VU": 12, "EN": 9, "CR": 6, "DD": 7, "EW": 1, "EX": 2}
"""Percentage of assessed species in each category."""

_COMPLETE_GROUPS = ("mammals", "flowering_plants", "basidiomycetes")
_RICHEST_FIRST = ("BR", "ID", "AU", "TZ", "KE", "MG", "CR", "CA", "DE", "ML", "NO", "MN")


class World:
    """A world that is the same for the same arguments on any machine.

    Args:
        seed: seed of every draw.
        species: number of invented species.
        countries: real countries, as ISO alpha-2 codes.
        richest_share: share of all species that live in the richest country; the poorest has about a quarter of it.

    Attributes:
        taxonomy: all taxa.
        records: all occurrence records.
        category: Red List category of each species (parallel to `taxonomy.species`), `NE` when there is none.
        indicators: World Bank and UN series of the countries.
        treaties: CBD treaty dates of the countries.
        estates: Protected Planet statistics of the countries.
        knowledge: publications, data sets and their publishers as GBIF lists them.
        red_list: the IUCN Red List of some groups; in a few cases newer than the categories in GBIF.

    Raises:
        WrongUsage: a country code is none, or there are too few species to fill every group.
    """

    def __init__(
        self,
        seed: int = 2022,
        species: int = 3200,
        countries: Sequence[str] = COUNTRIES,
        richest_share: float = 0.45,
    ) -> None:
        for code in countries:
            if code not in iso_countries():
                raise WrongUsage(f"{code!r} is no country for a sandbox world; give ISO alpha-2 codes such as KE.")
        if species < 400:  # noqa: PLR2004  fewer leave groups with a single species
            raise WrongUsage(f"A sandbox world of {species} species leaves groups empty; ask for at least 400.")
        self.seed = seed
        self.countries = tuple(sorted(countries))
        self.taxonomy = Taxonomy(self._rng("taxonomy"), species)
        self.category = self._categories()
        self.records: Records = record_everything(self._rng("records"), self.taxonomy, self._shares(richest_share))
        self.indicators = Indicators(self._rng("indicators"), self.countries, LANDLOCKED)
        self.treaties: dict[str, dict[str, TreatyDates]] = treaty_dates(self._rng("treaties"), self.countries)
        self.estates: dict[str, Estate] = estates(self._rng("protected areas"), self.countries, LANDLOCKED)
        self.knowledge: Knowledge = knowledge(self._rng("knowledge"), self.countries)
        self.red_list = RedListBook(self._rng("red list"), self.taxonomy, self.category, self.records, self.countries)

    def __repr__(self) -> str:
        """Its size in one line."""
        return f"World(seed={self.seed}, species={len(self.taxonomy.species)}, countries={self.countries})"

    def _rng(self, topic: str) -> np.random.Generator:
        # One stream per topic: a change to one part of the world leaves the others as they were.
        return np.random.default_rng([self.seed, *topic.encode()])

    def _shares(self, richest: float) -> list[float]:
        order = [code for code in _RICHEST_FIRST if code in self.countries]
        order += [code for code in self.countries if code not in order]
        last = max(1, len(order) - 1)
        return [richest * (1 - 0.75 * order.index(code) / last) for code in self.countries]

    def _categories(self) -> list[str]:
        rng = self._rng("categories")
        table = np.repeat(list(CATEGORY_PERCENT), list(CATEGORY_PERCENT.values()))
        categories, seen = [], dict.fromkeys(_COMPLETE_GROUPS, 0)
        for index in self.taxonomy.species:
            group = self.taxonomy.taxa[index].group
            percent_draw, draw = int(rng.integers(100)), int(rng.integers(len(table)))
            category = str(table[draw]) if percent_draw < ASSESSED_PERCENT[group] else "NE"
            if group in seen and seen[group] < len(CATEGORY_PERCENT):
                # The first species of three groups hold every category once.
                category = list(CATEGORY_PERCENT)[seen[group]]
                seen[group] += 1
            categories.append(category)
        return categories

    @functools.cached_property
    def category_of_taxon(self) -> dict[int, str]:
        """Red List category by index into `taxonomy.taxa`; species only."""
        return dict(zip(self.taxonomy.species, self.category, strict=True))

    def taxon(self, index: int) -> Taxon:
        """A taxon by its index."""
        return self.taxonomy.taxa[index]
