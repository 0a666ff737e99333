"""Lists of the sandbox's GBIF beside records: invented publications, data sets and their publishers."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import numpy as np

FIRST_YEAR, LAST_YEAR = 2003, 2025
RELEVANCES = ("GBIF_USED", "GBIF_CITED", "GBIF_MENTIONED", "GBIF_DISCUSSED")
DATASET_TYPES = ("OCCURRENCE", "CHECKLIST", "SAMPLING_EVENT", "METADATA")


@dataclass(frozen=True)
class Publication:
    """One entry of the literature list.

    Attributes:
        key: its identifier.
        year: year of publication, None where it is not stated.
        coverage: countries that it is about.
        researchers: countries of its authors.
        relevance: what it does with GBIF.
    """

    key: str
    year: int | None
    coverage: tuple[str, ...]
    researchers: tuple[str, ...]
    relevance: tuple[str, ...]


@dataclass(frozen=True)
class DataSet:
    """One registered data set.

    Attributes:
        key: its identifier.
        country: country of the organisation that publishes it.
        publisher: identifier of that organisation.
        kind: kind of data set.
    """

    key: str
    country: str
    publisher: str
    kind: str


@dataclass(frozen=True)
class Knowledge:
    """Everything that GBIF lists beside records.

    Attributes:
        publications: the literature list.
        data_sets: the registered data sets.
    """

    publications: tuple[Publication, ...]
    data_sets: tuple[DataSet, ...]


def knowledge(rng: np.random.Generator, countries: tuple[str, ...]) -> Knowledge:
    """Publications that grow over the years and data sets; the last country publishes none."""

    def key() -> str:
        return str(uuid.UUID(bytes=rng.bytes(16)))

    def draw_countries(most: int) -> tuple[str, ...]:
        chosen = rng.choice(len(countries), size=min(int(rng.integers(0, most + 1)), len(countries)), replace=False)
        return tuple(countries[place] for place in sorted(chosen.tolist()))

    publications = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for _ in range(int(rng.integers(1, 3 * (year - FIRST_YEAR) + 3))):
            relevance = tuple(name for name in RELEVANCES if int(rng.integers(0, 3)) == 0) or (RELEVANCES[0],)
            publication_year = None if int(rng.integers(0, 40)) == 0 else year
            publications.append(Publication(key(), publication_year, draw_countries(3), draw_countries(4), relevance))
    data_sets = []
    for country in countries[:-1]:
        for _ in range(int(rng.integers(1, 6))):
            publisher = key()
            for _ in range(int(rng.integers(1, 9))):
                kind = DATASET_TYPES[int(rng.integers(0, len(DATASET_TYPES)))]
                data_sets.append(DataSet(key(), country, publisher, kind))
    return Knowledge(tuple(publications), tuple(data_sets))
