"""`/v1/occurrence/search`: meaning of GBIF's parameters, and its refusals."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ness_pipeline.names.countries import countries
from ness_pipeline.sandbox.occurrences import BACKBONE, RANK_FIELDS, Occurrences, normal
from ness_pipeline.sandbox.places import CONTINENTS
from ness_pipeline.sandbox.records import BASES, MEANS
from ness_pipeline.schemas.vocabulary import RED_LIST_CATEGORIES

MAX_LIMIT, DEFAULT_LIMIT, MAX_OFFSET = 300, 20, 100_000
DEFAULT_FACET_LIMIT, MAX_FACETS = 10, 1_200_000

FACETS = {
    "country": "COUNTRY", "continent": "CONTINENT", "year": "YEAR", "month": "MONTH", "basisofrecord": "BASIS_OF_RECORD",
    "datasetkey": "DATASET_KEY",
    "occurrencestatus": "OCCURRENCE_STATUS", "hascoordinate": "HAS_COORDINATE",
    "hasgeospatialissue": "HAS_GEOSPATIAL_ISSUE", "establishmentmeans": "ESTABLISHMENT_MEANS",
    "iucnredlistcategory": "IUCN_RED_LIST_CATEGORY", "taxonkey": "TAXON_KEY", "acceptedtaxonkey": "ACCEPTED_TAXON_KEY",
    **{name: f"{name[:-3].upper()}_KEY" for name in RANK_FIELDS},
}  # fmt: skip
"""Facets of the sandbox by normal name, as the answer spells them."""

REFUSED = frozenset(
    normal(name)
    for name in (
        "q", "scientificName", "publishingCountry", "gadmGid", "eventDate", "issue", "taxonomicIssue", "geometry",
        "geoDistance", "coordinateUncertaintyInMeters", "distanceFromCentroidInMeters", "isInCluster", "license",
        "datasetKey", "networkKey", "lastInterpreted", "taxonomicStatus", "stateProvince", "recordedBy", "identifiedBy",
        "catalogNumber", "institutionCode", "collectionCode", "decimalLatitude", "decimalLongitude", "elevation",
        "depth", "mediaType", "typeStatus", "occurrenceId", "gbifId", "shuffle", "subgenusKey", "facetMultiselect",
    )
)  # fmt: skip
"""Real GBIF parameters without a counterpart here: refused, because ignoring them would widen the answer."""

_INTRODUCED = normal("Introduced")
_LINEAGE = {_INTRODUCED: {_INTRODUCED, normal("IntroducedAssistedColonisation")}}

_Rows = NDArray[np.int64]


class BadParameterError(Exception):
    """A parameter that GBIF refuses, with its own words and status."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message, self.status = message, status


@dataclass
class Query:
    """The parameters of one request by normal name; empty values are dropped as GBIF drops them."""

    values: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def parse(cls, pairs: Iterable[tuple[str, str]]) -> Query:
        """From the pairs on the wire."""
        query = cls()
        for name, value in pairs:
            if value.strip():
                query.values[normal(name)].append(value.strip())
        return query

    def all(self, name: str) -> list[str]:
        """Every value of a parameter."""
        return self.values.get(name, [])

    def whole(self, name: str, default: int) -> int:
        """A non-negative number; anything unreadable falls back to the default, as GBIF does."""
        text = self.values.get(name, [""])[-1]
        return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else default


def checklist_of(query: Query) -> str:
    """The checklist that keys of this request belong to."""
    keys = query.all("checklistkey")
    for text in keys:
        try:
            uuid.UUID(text)
        except ValueError:
            raise BadParameterError(f"Invalid UUID string: {text}") from None
    return keys[-1] if keys else BACKBONE


def _allowed(name: str, values: list[str], valid_names: Iterable[str]) -> set[str]:
    allowed = {normal(value): value for value in valid_names}
    for value in values:
        if normal(value) not in allowed:
            raise BadParameterError(f"Value {value} invalid for filter parameter {name}")
    return {allowed[normal(value)] for value in values}


def _span(name: str, text: str) -> tuple[int, int]:
    first, comma, last = text.partition(",")
    if not comma:
        last = first
    if not all(re.fullmatch(r"[0-9]{1,9}|\*", bound) for bound in (first, last)):
        raise BadParameterError(f"Value {text} invalid for filter parameter {name}")
    return (0 if first == "*" else int(first)), (9999 if last == "*" else int(last))


def filter_rows(search: Occurrences, query: Query) -> _Rows:
    """Rows of the records that a request asks for.

    Raises:
        BadParameterError: GBIF would refuse a value, or the sandbox cannot honour a parameter.
    """
    for name in query.values:
        if name in REFUSED:
            raise BadParameterError(f"The sandbox has no data for the parameter {name}; leave it out.", 501)
    checklist = checklist_of(query)
    codes = None
    if country_names := query.all("country"):
        names = search.fields["country"].names
        country_codes = _allowed("COUNTRY", country_names, [*countries(), "ZZ", "XZ"])
        codes = [names.index(code) for code in country_codes if code in names]
    rows = search.start(codes)
    rows = _by_taxon(search, query, checklist, rows)
    return _by_value(search, query, checklist, rows)


def _by_taxon(search: Occurrences, query: Query, checklist: str, rows: _Rows) -> _Rows:
    taxon = search.records.taxon
    for name, rank in {"taxonkey": None, "acceptedtaxonkey": None, **RANK_FIELDS}.items():
        if keys := query.all(name):
            rows = rows[search.below(keys, rank, checklist)[taxon[rows]]]
    return rows


def _by_value(search: Occurrences, query: Query, checklist: str, rows: _Rows) -> _Rows:
    for name in ("year", "month"):
        if texts := query.all(name):
            values = search.fields[name].of(rows)
            inside = np.zeros(len(rows), dtype=bool)
            for first, last in (_span(name.upper(), text) for text in texts):
                inside |= (values >= max(0, first)) & (values <= last)
            rows = rows[inside]
    for name, meaning in _MEANINGS.items():
        if texts := query.all(name):
            rows = _keep(search, name, meaning(texts), checklist, rows)
    return rows


def _flags(texts: list[str]) -> set[str]:
    for text in texts:
        if text.lower() not in {"true", "false"}:
            raise BadParameterError(f"Value {text} is no valid boolean")
    return {text.lower() for text in texts}


def _continents(texts: list[str]) -> set[str]:
    for text in texts:
        if text.upper() not in CONTINENTS:
            raise BadParameterError(f"Cannot parse {text} into a known Continent")
    return {text.upper() for text in texts}


def _means(texts: list[str]) -> set[str]:
    """A concept of the vocabulary stands for the ones below it too; an unknown concept finds nothing."""
    concepts = {item for text in texts for item in _LINEAGE.get(normal(text), {normal(text)})}
    return {name for name in MEANS if normal(name) in concepts}


_MEANINGS: dict[str, Callable[[list[str]], set[str]]] = {
    "hascoordinate": _flags,
    "hasgeospatialissue": _flags,
    "occurrencestatus": lambda texts: _allowed("OCCURRENCE_STATUS", texts, ("PRESENT", "ABSENT")),
    "basisofrecord": lambda texts: _allowed("BASIS_OF_RECORD", texts, (*BASES, "LITERATURE")),
    "iucnredlistcategory": lambda texts: _allowed("IUCN_RED_LIST_CATEGORY", texts, RED_LIST_CATEGORIES),
    "continent": _continents,
    "establishmentmeans": _means,
}
"""Parameter to the function that turns its values into names of the field of the same name."""


def _keep(search: Occurrences, name: str, wanted: set[str], checklist: str, rows: _Rows) -> _Rows:
    values = search.field(name, checklist)
    if values is None:
        return rows
    codes = [values.names.index(value) for value in wanted if value in values.names]
    return rows[np.isin(values.of(rows), codes)]


def facet_answers(search: Occurrences, query: Query, rows: _Rows) -> list[dict[str, object]]:
    """The `facets` part of an answer, in the order asked for; unknown facet names are ignored, as GBIF ignores them.

    Raises:
        BadParameterError: the facet pages reach too far.
    """
    checklist = checklist_of(query)
    answers: list[dict[str, object]] = []
    for facet in dict.fromkeys(normal(name) for name in query.all("facet")):
        if facet not in FACETS:
            continue
        limit = query.whole(f"{facet}facetlimit", query.whole("facetlimit", DEFAULT_FACET_LIMIT))
        offset = query.whole(f"{facet}facetoffset", query.whole("facetoffset", 0))
        if limit + offset > MAX_FACETS:
            raise BadParameterError(f"Facets paging is only supported up to {MAX_FACETS} elements")
        counts = search.facet(rows, search.fields_of(facet, checklist), limit + offset)[offset:]
        least = query.whole("facetmincount", 1)
        terms = [{"name": name, "count": count} for name, count in counts if count >= least]
        answers.append({"field": FACETS[facet], "counts": terms})
    return answers
