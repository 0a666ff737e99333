"""The sandbox's Red List: assessments through time, the countries where species live, and what threatens them.

A handful of groups is on it with all its assessed species, so that a country takes seconds, not hours. It has
the fields of the real Red List and the features that make it hard to read: codes from before 2001, amended and regional
assessments, species that left the list, subspecies, names that GBIF knows as synonyms or not at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ness_pipeline.names.countries import countries as iso_countries
from ness_pipeline.sandbox.records import Records
from ness_pipeline.sandbox.taxonomy import SPECIES_RANK, Taxonomy

VERSION = "2031-1"
ASSESSED_YEARS: Mapping[str, tuple[int, ...]] = {
    "mammals": (1996, 2008, 2020),
    "birds": (1988, 2000, 2012, 2024),
    "amphibians": (2004, 2022),
    "conifers_and_cycads": (2003, 2014),
    "basidiomycetes": (2019,),
}
"""Groups on the list, and the years in which each was assessed as a whole."""

_LADDER = ("LC", "NT", "VU", "EN", "CR")
_NEW_CODES_SINCE = 2001
_OLD_CODES = {"LC": "LR/lc", "NT": "LR/nt", "EX": "EX"}
_THREAT_CODES = ("1_1", "2_1_2", "2_3", "3_2", "4_1", "5_1_1", "5_3_5", "7_2", "8_1_2", "9", "11_1", "11_2")
_TIMINGS = ("Ongoing", "Ongoing", "Ongoing", "Future", "Past, Unlikely to Return", "Unknown", None)
_SCOPES = ("Whole (>90%)", "Majority (50-90%)", "Minority (<50%)", "Unknown", None)
_SEVERITIES = (
    "Very Rapid Declines", "Rapid Declines", "Slow, Significant Declines", "Negligible declines", "No decline",
    "Causing/Could cause fluctuations", "Unknown", None,
)  # fmt: skip
_PERCENT = 100


@dataclass(frozen=True)
class Assessed:
    """One assessment of one taxon.

    Attributes:
        assessment_id: its number.
        year: year published.
        code: category code as published.
        possibly_extinct: tagged possibly extinct.
        in_the_wild: tagged possibly extinct in the wild.
        is_latest: whether it is the latest of its scope.
        scopes: numbers of its scopes; 1 is global.
    """

    assessment_id: int
    year: int
    code: str
    possibly_extinct: bool = False
    in_the_wild: bool = False
    is_latest: bool = False
    scopes: tuple[str, ...] = ("1",)


@dataclass(frozen=True)
class Place:
    """Location of a taxon: a country, or a part of one, with the Red List's own terms."""

    code: str
    origin: str
    presence: str
    is_endemic: bool


@dataclass(frozen=True)
class Threatening:
    """One threat with the Red List's own terms; None where a term is not stated."""

    code: str
    timing: str | None
    scope: str | None
    severity: str | None
    agent: str | None


@dataclass(frozen=True)
class Listed:
    """One taxon on the Red List.

    Attributes:
        sis_id: its number there.
        name: the name it goes by there.
        taxon: index of the accepted species in the taxonomy; None when GBIF does not know the name.
        lineage: index of any species of its order, whose higher taxa are its own.
        group: reporting group.
        infra_name: name of the subspecies, None for species.
        is_brief: whether summaries of it have the shape of 2024, without a category.
        assessments: all of them, in no order.
        places: where it lives.
        threats: what threatens it, by its latest assessment.
    """

    sis_id: int
    name: str
    taxon: int | None
    lineage: int
    group: str
    infra_name: str | None
    is_brief: bool
    assessments: tuple[Assessed, ...]
    places: tuple[Place, ...]
    threats: tuple[Threatening, ...]

    @property
    def latest(self) -> Assessed | None:
        """The latest global assessment, None when the taxon has left the list."""
        return next((assessed for assessed in self.assessments if assessed.is_latest and "1" in assessed.scopes), None)


class RedListBook:
    """All taxa and assessments of the sandbox's Red List.

    Args:
        rng: source of every draw.
        taxonomy: the species.
        category: category of each species as GBIF states it, parallel to `taxonomy.species`.
        records: where species were recorded.
        countries: the world's countries.

    Attributes:
        taxa: all listed taxa by number.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        taxonomy: Taxonomy,
        category: Sequence[str],
        records: Records,
        countries: Sequence[str],
    ) -> None:
        self._rng = rng
        self._taxonomy = taxonomy
        self._countries = countries
        self._elsewhere = [code for code in iso_countries() if code not in countries]
        self._seen = _countries_of_species(records, len(countries))
        self._next_id = 1_000
        self._synonym = {
            taxon.accepted: taxon.name
            for taxon in taxonomy.taxa
            if taxon.accepted is not None and taxon.rank == SPECIES_RANK
        }
        self.taxa: dict[int, Listed] = {}
        for species, stated in zip(taxonomy.species, category, strict=True):
            if taxonomy.taxa[species].group in ASSESSED_YEARS and stated != "NE":
                self._list(species, stated)

    def on_list_of(self, country: str) -> list[Listed]:
        """Taxa on a country's list, whatever their origin there; none for countries outside the world."""
        if country not in self._countries:
            return []
        return [listed for listed in self.taxa.values() if any(place.code == country for place in listed.places)]

    def _chance(self, percent: int) -> bool:
        return int(self._rng.integers(_PERCENT)) < percent

    def _pick(self, words: Sequence[str | None]) -> str | None:
        return words[int(self._rng.integers(len(words)))]

    def _number(self) -> int:
        self._next_id += 1 + int(self._rng.integers(50))
        return self._next_id

    def _list(self, species: int, stated: str) -> None:
        places = self._places(species, is_extinct=stated == "EX")
        if not places:
            return
        taxon = self._taxonomy.taxa[species]
        name, is_matched = taxon.name, True
        if self._chance(50) and species in self._synonym:
            name = self._synonym[species]
        elif self._chance(2):
            name, is_matched = f"Ignota {taxon.name.split()[1]}{len(self.taxa)}", False
        current = stated
        if stated in _LADDER and self._chance(6):
            current = _LADDER[min(len(_LADDER) - 1, _LADDER.index(stated) + 1)]
        listed = Listed(
            sis_id=self._number(),
            name=name,
            taxon=species if is_matched else None,
            lineage=species,
            group=taxon.group,
            infra_name=None,
            is_brief=self._chance(10),
            assessments=self._assessments(taxon.group, current),
            places=places,
            threats=self._threats(current),
        )
        self.taxa[listed.sis_id] = listed
        if self._chance(2):
            subspecies = replace(
                listed, sis_id=self._number(), name=f"{name} ssp. minor", infra_name="minor", taxon=None,
                assessments=(Assessed(self._number(), 2015, "CR", is_latest=True),), threats=(),
            )  # fmt: skip
            self.taxa[subspecies.sis_id] = subspecies

    def _assessments(self, group: str, current: str) -> tuple[Assessed, ...]:
        """The history that ends in a category, walked backwards: mostly no change, else mostly from less threatened."""
        years = ASSESSED_YEARS[group]
        is_gone = self._chance(2)
        assessments: list[Assessed] = []
        category = current
        for year in reversed(years):
            if year != years[-1]:
                category = self._before(category)
                if self._chance(5):
                    continue
            tagged = category == "CR" and year != years[0] and self._chance(25)
            wild = tagged and self._chance(20)
            code = _OLD_CODES.get(category, category) if year < _NEW_CODES_SINCE else category
            if year < 1994 and category == "VU":  # noqa: PLR2004 - the year of version 2.3
                code = "V"  # judged before there were criteria; has no counterpart today
            is_latest = year == years[-1] and not is_gone
            if self._chance(4):
                former = "NT" if code == "LC" else "LC"
                assessments.append(Assessed(self._number(), year, former))
            assessments.append(Assessed(self._number(), year, code, tagged and not wild, wild, is_latest))
        if self._chance(8):
            assessments.append(Assessed(self._number(), 2011, "EN", is_latest=True, scopes=("2",)))
        return tuple(assessments)

    def _before(self, category: str) -> str:
        if category == "EX":
            return "CR" if self._chance(30) else "EX"
        if category not in _LADDER:
            return category
        step = -1 if self._chance(15) else 1 if self._chance(4) else 0
        return _LADDER[min(len(_LADDER) - 1, max(0, _LADDER.index(category) + step))]

    def _places(self, species: int, *, is_extinct: bool) -> tuple[Place, ...]:
        here = [self._countries[place] for place in self._seen[species] if self._chance(92)]
        if not here:
            return ()
        beyond = 0 if self._chance(25) else int(self._rng.integers(1, 6))
        codes = here + [self._elsewhere[int(self._rng.integers(len(self._elsewhere)))] for _ in range(beyond)]
        codes = list(dict.fromkeys(codes))
        places = []
        for code in codes:
            draw = int(self._rng.integers(_PERCENT))
            origin = "Native" if draw < 91 else "Introduced" if draw < 95 else "Vagrant" if draw < 97 else "Reintroduced" if draw < 99 else "Origin Uncertain"  # noqa: PLR2004  # fmt: skip
            draw = int(self._rng.integers(_PERCENT))
            presence = "Extant" if draw < 92 else "Possibly Extinct" if draw < 95 else "Extinct Post-1500" if draw < 97 else "Presence Uncertain"  # noqa: PLR2004  # fmt: skip
            if is_extinct:
                presence = "Extinct Post-1500"
            places.append(Place(code, origin, presence, is_endemic=len(codes) == 1))
        if self._chance(10):
            places.append(Place(f"{codes[0]}-A1", "Native", "Extant", is_endemic=False))
        return tuple(places)

    def _threats(self, category: str) -> tuple[Threatening, ...]:
        if not self._chance(20 if category in {"LC", "DD"} else 0 if category == "EX" else 92):
            return ()
        threats: dict[tuple[str, str | None], Threatening] = {}
        for _ in range(int(self._rng.integers(1, 5))):
            code = str(self._pick(_THREAT_CODES))
            agent = self._pick(("Felis fictus", "Rattus inventus", None)) if code == "8_1_2" else None
            words = self._pick(_TIMINGS), self._pick(_SCOPES), self._pick(_SEVERITIES)
            threats[code, agent] = Threatening(code, *words, agent)
        return tuple(threats.values())


def _countries_of_species(records: Records, countries: int) -> dict[int, list[int]]:
    """Countries with any record of each species, sorted; the high seas and the unknown are none."""
    countries_of: defaultdict[int, list[int]] = defaultdict(list)
    pairs = np.unique(np.stack([records.taxon, records.country]), axis=1)
    for taxon, country in zip(*pairs.tolist(), strict=True):
        if 0 <= country < countries:
            countries_of[taxon].append(country)
    return countries_of
