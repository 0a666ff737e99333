"""`/v1/literature/search` and `/v1/dataset/search`: filters and facets over the sandbox's publications and data sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ness_pipeline.sandbox.gbif_search import DEFAULT_FACET_LIMIT, Query
from ness_pipeline.sandbox.knowledge import DataSet, Publication
from ness_pipeline.sandbox.occurrences import normal
from ness_pipeline.sandbox.world import World

DEFAULT_LIMIT, MAX_LIMIT = 20, 1000

LITERATURE: Mapping[str, Callable[[Publication], Sequence[str]]] = {
    "COUNTRIES_OF_COVERAGE": lambda publication: publication.coverage,
    "COUNTRIES_OF_RESEARCHER": lambda publication: publication.researchers,
    "RELEVANCE": lambda publication: publication.relevance,
    "YEAR": lambda publication: () if publication.year is None else (str(publication.year),),
}
"""Facet of the literature list to its values in one entry."""

DATASETS: Mapping[str, Callable[[DataSet], Sequence[str]]] = {
    "PUBLISHING_COUNTRY": lambda data_set: (data_set.country,),
    "PUBLISHING_ORG": lambda data_set: (data_set.publisher,),
    "TYPE": lambda data_set: (data_set.kind,),
}
"""Facet of the registry to its values in one entry."""


def literature(world: World, query: Query) -> dict[str, Any]:
    """One page of the literature list."""
    return _page(world.knowledge.publications, LITERATURE, query, _publication)


def data_sets(world: World, query: Query) -> dict[str, Any]:
    """One page of the registry's data sets."""
    return _page(world.knowledge.data_sets, DATASETS, query, _data_set)


def _page(
    entries: Sequence[Any],
    fields: Mapping[str, Callable[[Any], Sequence[str]]],
    query: Query,
    as_json: Callable[[Any], dict[str, Any]],
) -> dict[str, Any]:
    """Entries that match all filters; parameters and facets that GBIF does not know are ignored, as it does."""
    by_name = {normal(field): (field, values) for field, values in fields.items()}
    for name, (_, values) in by_name.items():
        wanted = {text.upper() for text in query.all(name)}
        if wanted:
            entries = [entry for entry in entries if wanted & {value.upper() for value in values(entry)}]
    limit, offset = min(query.whole("limit", DEFAULT_LIMIT), MAX_LIMIT), query.whole("offset", 0)
    facets = []
    for name in query.all("facet"):
        if normal(name) in by_name:
            field, values = by_name[normal(name)]
            counts = Counter(value for entry in entries for value in values(entry)).most_common()
            most = query.whole("facetlimit", DEFAULT_FACET_LIMIT)
            facets.append({"field": field, "counts": [{"name": term, "count": count} for term, count in counts[:most]]})
    return {
        "offset": offset,
        "limit": limit,
        "endOfRecords": limit > 0 and offset + limit >= len(entries),
        "count": len(entries),
        "results": [as_json(entry) for entry in entries[offset : offset + limit]],
        "facets": facets,
    }


def _publication(publication: Publication) -> dict[str, Any]:
    """One entry; its author is a person with an e-mail address that must never be kept."""
    body: dict[str, Any] = {
        "id": publication.key,
        "title": "SYNTHETIC publication",
        "authors": [{"firstName": "Synthetic", "lastName": "Author"}],
        "countriesOfCoverage": list(publication.coverage),
        "countriesOfResearcher": list(publication.researchers),
        "relevance": list(publication.relevance),
        "literatureType": "JOURNAL",
        "notes": "Correspondence: synthetic.author@example.org",
        "topics": [],
    }
    return body if publication.year is None else body | {"year": publication.year}


def _data_set(data_set: DataSet) -> dict[str, Any]:
    return {
        "key": data_set.key,
        "title": "SYNTHETIC data set",
        "type": data_set.kind,
        "publishingCountry": data_set.country,
        "publishingOrganizationKey": data_set.publisher,
        "license": "http://creativecommons.org/licenses/by/4.0/legalcode",
    }
