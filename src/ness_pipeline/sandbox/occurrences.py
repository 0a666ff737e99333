"""Filters and facets over the sandbox's records, as exact or as approximate as GBIF's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ness_pipeline.sandbox.places import gbif_continent
from ness_pipeline.sandbox.records import BASES, MEANS, NO_MONTH, NO_YEAR, Records
from ness_pipeline.sandbox.taxonomy import RANKS, SPECIES_RANK
from ness_pipeline.sandbox.world import World
from ness_pipeline.settings import CATALOGUE_OF_LIFE

BACKBONE = "d7dddbf4-2cf0-4f39-9b2a-bb099caae36c"
"""Checklist of a request without `checklistKey`: the old backbone."""

DATASETS = 60
"""Data sets that the records come from."""
SHARDS = 5
MAX_SHARD_SIZE = 10_000
RANK_FIELDS = {f"{rank.lower()}key": depth for depth, rank in enumerate(RANKS)}
CATEGORIES = ("EX", "EW", "CR", "EN", "VU", "NT", "LC", "DD", "NE")
_STATED_NE = 2  # every second unassessed species carries NE in the publisher's records, the others nothing

_Rows = NDArray[np.int64]
_Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Field:
    """One filterable and facetable field.

    Attributes:
        codes: code per record, -1 where it has no value; with `taxon`, code per taxon.
        names: text of each code.
        taxon: taxon of each record, for fields that follow from it.
    """

    codes: _Codes
    names: list[str]
    taxon: _Codes | None = None

    def of(self, rows: _Rows) -> _Codes:
        """Codes of some records."""
        return self.codes[rows] if self.taxon is None else self.codes[self.taxon[rows]]


def dataset_key(number: int) -> str:
    """GBIF key of a data set of the sandbox."""
    return f"00000000-2022-4000-8000-{number + 1:012d}"


def data_set_of(records: Records) -> _Codes:
    """Data set of each record: a few collections and observation programmes per country and kind of record."""
    spread = (records.country + 2) * 7 + records.basis * 3 + records.taxon % 4
    return (spread % DATASETS).astype(np.int64)


def normal(name: str) -> str:
    """A parameter name as GBIF compares it: any case, without dots, dashes and underscores."""
    return name.lower().replace(".", "").replace("-", "").replace("_", "")


class Occurrences:
    """The searchable records of a world."""

    def __init__(self, world: World) -> None:
        self.world, self.records = world, world.records
        self.size = len(self.records)
        self._shard = (np.arange(self.size) * 2_654_435_761 >> 8) % SHARDS
        taxa = world.taxonomy.taxa
        everything = np.arange(len(taxa), dtype=np.int32)
        self.usage = {CATALOGUE_OF_LIFE: everything, BACKBONE: world.taxonomy.backbone_usage}
        self.keys = {
            CATALOGUE_OF_LIFE: [taxon.col_key for taxon in taxa],
            BACKBONE: ["" if taxon.backbone_key is None else str(taxon.backbone_key) for taxon in taxa],
        }
        self.by_key = {name: {key: i for i, key in enumerate(keys) if key} for name, keys in self.keys.items()}
        records = self.records
        regions = sorted(set(self._continents()) - {""})
        continent = np.array([regions.index(name) if name else -1 for name in self._continents()])
        countries = [*world.countries, "ZZ"]
        self.fields = {
            "country": Field(records.country, countries),
            "continent": Field(np.where(records.country >= 0, continent[records.country], -1), regions),
            "year": Field(np.where(records.year == NO_YEAR, -1, records.year), [str(i) for i in range(2101)]),
            "month": Field(np.where(records.month == NO_MONTH, -1, records.month), [str(i) for i in range(13)]),
            "basisofrecord": Field(records.basis, list(BASES)),
            "occurrencestatus": Field(records.is_absent.astype(np.int64), ["PRESENT", "ABSENT"]),
            "hascoordinate": Field(records.has_coordinate.astype(np.int64), ["false", "true"]),
            "hasgeospatialissue": Field(records.has_issue.astype(np.int64), ["false", "true"]),
            "datasetkey": Field(data_set_of(records), [dataset_key(number) for number in range(DATASETS)]),
            "establishmentmeans": Field(np.where(records.means == 0, -1, records.means), list(MEANS)),
        }
        self._category = {name: self._category_codes(usage) for name, usage in self.usage.items()}

    def _continents(self) -> list[str]:
        return [*(gbif_continent(code) for code in self.world.countries), ""]

    def _category_codes(self, usage: NDArray[np.int32]) -> _Codes:
        """Category code by taxon under one checklist; -1 where GBIF's records carry none."""
        codes = np.full(len(usage), -1, dtype=np.int64)
        for place, (taxon, category) in enumerate(self.world.category_of_taxon.items()):
            if usage[taxon] == taxon and (category != "NE" or place % _STATED_NE == 0):
                codes[taxon] = CATEGORIES.index(category)
        return codes

    def fields_of(self, name: str, checklist: str) -> list[Field]:
        """The values of a facet by its normal name: one field, or for `taxonKey` one per rank."""
        names = list(RANK_FIELDS) if name == "taxonkey" else [name]
        return [field for part in names if (field := self.field(part, checklist))]

    def field(self, name: str, checklist: str) -> Field | None:
        """A field by its normal name, None when the sandbox has no such field."""
        if name in self.fields:
            return self.fields[name]
        if checklist not in self.usage:
            return Field(np.full(self.size, -1), [])  # no record is classified by an unknown checklist
        taxon, usage = self.records.taxon, self.usage[checklist]
        if name in RANK_FIELDS:
            lineage = self.world.taxonomy.lineage[usage, RANK_FIELDS[name]].astype(np.int64)
            return Field(lineage, self.keys[checklist], taxon)
        if name == "iucnredlistcategory":
            return Field(self._category[checklist], list(CATEGORIES), taxon)
        return Field(usage.astype(np.int64), self.keys[checklist], taxon) if name == "acceptedtaxonkey" else None

    def start(self, countries: Iterable[int] | None) -> _Rows:
        """Rows to look at first: records are sorted by country, so a country is one slice."""
        if countries is None:
            return np.arange(self.size)
        country = self.records.country
        slices = [
            np.arange(np.searchsorted(country, code, "left"), np.searchsorted(country, code, "right"))
            for code in sorted(set(countries))
        ]
        return np.concatenate(slices) if slices else np.arange(0)

    def below(self, keys: Iterable[str], rank: int | None, checklist: str) -> NDArray[np.bool_]:
        """Mask of the taxa at or below one of the keys; a key of another rank than `rank` matches nothing."""
        lineage = self.world.taxonomy.lineage
        taxa = self.world.taxonomy.taxa
        inside = np.zeros(len(taxa), dtype=bool)
        if checklist not in self.usage:
            return inside
        used = self.usage[checklist]
        for key in keys:
            index = self.by_key[checklist].get(key)
            if index is None or taxa[index].accepted is not None or rank not in {None, taxa[index].rank}:
                continue
            inside |= lineage[used, taxa[index].rank] == index
        return inside

    def facet(self, rows: _Rows, fields: list[Field], size: int) -> list[tuple[str, int]]:
        """The `size` most frequent values, most frequent first, then by name.

        Above the shard size the answer is what Elasticsearch gives: every shard names only its own most frequent values,
        so a value that is rare on a shard loses that shard's records, silently. Source: Elasticsearch's terms
        aggregation; shard size min(2 * size + 100, 10,000) as GBIF sets it.
        """
        codes = np.concatenate([field.of(rows) for field in fields])
        shards = np.tile(self._shard[rows], len(fields))
        names = fields[0].names
        has_value = codes >= 0
        codes, shards = codes[has_value], shards[has_value]
        shard_size = min(2 * size + 100, MAX_SHARD_SIZE)
        counts = np.bincount(codes, minlength=1)
        if np.count_nonzero(counts) > shard_size:
            merged = np.zeros(len(counts), dtype=np.int64)
            for shard in range(SHARDS):
                part = np.bincount(codes[shards == shard], minlength=len(counts))
                kept = self._top(part, names, shard_size)
                merged[kept] += part[kept]
            counts = merged
        return [(names[i], int(counts[i])) for i in self._top(counts, names, size)]

    @staticmethod
    def _top(counts: _Codes, names: list[str], size: int) -> list[int]:
        present = np.flatnonzero(counts)
        return sorted(present.tolist(), key=lambda i: (-int(counts[i]), names[i]))[:size]

    def species_of(self, row: int) -> int | None:
        """Index of a record's species, None when it is known to the genus only."""
        taxon = int(self.records.taxon[row])
        return taxon if self.world.taxonomy.taxa[taxon].rank == SPECIES_RANK else None
