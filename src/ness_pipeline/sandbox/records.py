"""The sandbox's occurrence records, one array element per record."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from ness_pipeline.sandbox.taxonomy import SPECIES_RANK, Taxonomy

FIRST_YEAR, LAST_YEAR = 2000, 2025
BASES = (
    "HUMAN_OBSERVATION", "PRESERVED_SPECIMEN", "MACHINE_OBSERVATION", "MATERIAL_SAMPLE", "OBSERVATION",
    "MATERIAL_CITATION", "OCCURRENCE", "LIVING_SPECIMEN", "FOSSIL_SPECIMEN",
)  # fmt: skip
LIVING, FOSSIL = BASES.index("LIVING_SPECIMEN"), BASES.index("FOSSIL_SPECIMEN")
MEANS = ("", "Native", "Introduced", "IntroducedAssistedColonisation", "Naturalised", "Invasive", "Managed", "Vagrant", "Uncertain")  # fmt: skip
INTRODUCED_MEANS = frozenset({"Introduced", "IntroducedAssistedColonisation", "Naturalised", "Invasive", "Managed"})

NO_COUNTRY = -1
NO_YEAR = NO_MONTH = 0
_QUANTILES = 1024
_PERCENT = 100

_Ints = NDArray[np.int64]
_Flags = NDArray[np.bool_]


def _table(shares: dict[int, int]) -> _Ints:
    """A hundred entries to draw from evenly, so that drawing needs integers only and is the same on every machine."""
    return np.repeat(list(shares), list(shares.values())).astype(np.int64)


_BASIS_TABLE = _table({0: 69, 1: 15, 2: 5, 3: 4, 4: 1, 5: 1, 6: 1, LIVING: 2, FOSSIL: 2})
_MONTH_TABLE = _table({NO_MONTH: 2, 1: 4, 2: 5, 3: 7, 4: 10, 5: 14, 6: 13, 7: 12, 8: 10, 9: 9, 10: 7, 11: 4, 12: 3})
_NATIVE_MEANS = _table({0: 66, 1: 28, 2: 1, 6: 2, 7: 2, 8: 1})
_INTRODUCED_MEANS = _table({0: 10, 1: 2, 2: 50, 3: 4, 4: 12, 5: 12, 6: 8, 8: 2})
_YEAR_TABLE = np.repeat(
    np.arange(FIRST_YEAR, LAST_YEAR + 1), [4 + (year - FIRST_YEAR) for year in range(FIRST_YEAR, LAST_YEAR + 1)]
)


def _abundances() -> _Ints:
    """Records of a species in a country, by quantile: log-normal with a median of 7."""
    normal = NormalDist(mu=1.95, sigma=1.35)
    logs = [normal.inv_cdf((i + 0.5) / _QUANTILES) for i in range(_QUANTILES)]
    return np.maximum(1, np.rint(np.exp(logs))).astype(np.int64)


@dataclass(frozen=True)
class Records:
    """All records of a world, sorted by country; arrays of equal length.

    Attributes:
        country: index into the world's countries; their number for the high seas (ZZ); -1 for unknown.
        taxon: index of the species, or of the genus when the species is not identified.
        year: year, 0 when unknown.
        month: month, 0 when unknown.
        basis: index into `BASES`.
        means: index into `MEANS`.
        is_absent: whether the record states that the species was absent.
        has_issue: whether the coordinates are suspect.
        has_coordinate: whether there are coordinates.
    """

    country: _Ints
    taxon: _Ints
    year: _Ints
    month: _Ints
    basis: _Ints
    means: _Ints
    is_absent: _Flags
    has_issue: _Flags
    has_coordinate: _Flags

    def __len__(self) -> int:
        """Number of records."""
        return len(self.country)


def present_pairs(rng: np.random.Generator, species: int, shares: list[float]) -> tuple[_Ints, _Ints, _Flags]:
    """Pairs of species and country with occurrences: species, country, and whether all records of the pair are to be dropped.

    Each country has exactly its share of the species; widespread species come first everywhere, which makes countries
    share species. A twentieth more are known only from fossils, zoos, absences and broken coordinates.
    """
    breadth = rng.integers(1, 200, species)
    species_of_pairs: list[_Ints] = []
    country_of_pairs: list[_Ints] = []
    is_dirty: list[_Flags] = []
    for country, share in enumerate(shares):
        order = np.argsort(rng.integers(0, 1000, species) - breadth, kind="stable")
        species_count = min(species, round(share * species))
        chosen = order[: min(species, species_count + species_count // 20)]
        species_of_pairs.append(chosen)
        country_of_pairs.append(np.full(len(chosen), country))
        is_dirty.append(np.arange(len(chosen)) >= species_count)
    return np.concatenate(species_of_pairs), np.concatenate(country_of_pairs), np.concatenate(is_dirty)


def record_everything(rng: np.random.Generator, taxonomy: Taxonomy, shares: list[float]) -> Records:
    """Records of every species in every country where it lives, with the defects of publishers' data."""
    species, country, dirty = present_pairs(rng, len(taxonomy.species), shares)
    is_introduced = rng.integers(0, _PERCENT, len(species)) < 4  # noqa: PLR2004  per cent of the pairs
    abundance = _abundances()[rng.integers(0, _QUANTILES, len(species))]
    pair = np.repeat(np.arange(len(species)), abundance)
    first = np.concatenate([[0], np.cumsum(abundance)[:-1]])
    size = len(pair)

    def chance(per_thousand: int) -> _Flags:
        drawn: _Flags = rng.integers(0, 1000, size) < per_thousand
        return drawn

    taxon = np.asarray(taxonomy.species)[species[pair]]
    genus = taxonomy.lineage[taxon, SPECIES_RANK - 1].astype(np.int64)
    year = _YEAR_TABLE[rng.integers(0, len(_YEAR_TABLE), size)]
    year = np.where(chance(30), rng.integers(1900, FIRST_YEAR, size), year)
    year = np.where(chance(15), NO_YEAR, year)
    month = np.where(year == NO_YEAR, NO_MONTH, _MONTH_TABLE[rng.integers(0, _PERCENT, size)])
    basis = _BASIS_TABLE[rng.integers(0, _PERCENT, size)]
    draw = rng.integers(0, _PERCENT, size)
    means = np.where(is_introduced[pair], _INTRODUCED_MEANS[draw], _NATIVE_MEANS[draw])
    has_coordinate, is_absent, no_species = chance(850), chance(15), chance(50)
    has_issue = has_coordinate & chance(35)
    where = country[pair]
    where = np.where(chance(20), len(shares), np.where(chance(5), NO_COUNTRY, where))

    # The first record of a clean pair is beyond doubt, so that a country has exactly its share of the species.
    clean = first[~dirty]
    year[clean] = np.maximum(year[clean], FIRST_YEAR)
    basis[clean] = 0
    where[clean] = country[~dirty]
    is_absent[clean] = has_issue[clean] = no_species[clean] = False

    # Every record of a dirty pair has one of four faults.
    bad = dirty[pair] & (where >= 0)
    fault = rng.integers(0, 4, size)
    basis = np.where(bad & (fault == 0), FOSSIL, np.where(bad & (fault == 1), LIVING, basis))
    is_absent |= bad & (fault == 2)  # noqa: PLR2004  the third fault
    has_coordinate |= bad & (fault == 3)  # noqa: PLR2004  the fourth
    has_issue |= bad & (fault == 3)  # noqa: PLR2004

    order = np.argsort(where, kind="stable")
    return Records(
        country=where[order],
        taxon=np.where(no_species, genus, taxon)[order],
        year=year[order],
        month=month[order],
        basis=basis[order],
        means=means[order],
        is_absent=is_absent[order],
        has_issue=has_issue[order],
        has_coordinate=has_coordinate[order],
    )
