"""GBIF: occurrence search with facets, counts, downloads, name matching, species, countries, literature and data sets.

A synonym has a key of its own and no records, since the sandbox files every record under an accepted name.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ness_pipeline.names.countries import countries
from ness_pipeline.sandbox.answers import json_answer, text_answer
from ness_pipeline.sandbox.gbif_downloads import Downloads
from ness_pipeline.sandbox.gbif_lists import data_sets, literature
from ness_pipeline.sandbox.gbif_names import Names
from ness_pipeline.sandbox.gbif_records import STATUS_NAMES, record
from ness_pipeline.sandbox.gbif_search import (
    DEFAULT_LIMIT,
    MAX_LIMIT,
    MAX_OFFSET,
    BadParameterError,
    Query,
    facet_answers,
    filter_rows,
)
from ness_pipeline.sandbox.occurrences import BACKBONE, Occurrences
from ness_pipeline.sandbox.places import enumeration_name, gbif_continent
from ness_pipeline.sandbox.taxonomy import RANKS
from ness_pipeline.sandbox.world import World

_Handler = Callable[[Request], Awaitable[Response]]


def routes(world: World) -> list[Route]:
    """GBIF's paths below its base URL."""
    search = Occurrences(world)
    names = Names(search)
    answers: dict[str, Callable[[Request], Any]] = {
        "/v1/occurrence/search": lambda request: _search(search, _query(request)),
        "/v1/occurrence/count": lambda request: len(filter_rows(search, _query(request))),
        "/v2/species/match": lambda request: names.match(_query(request)),
        "/v1/species/{key}/iucnRedListCategory": lambda request: _category(search, request.path_params["key"]),
        "/v1/species/{key}": lambda request: _species(search, request.path_params["key"]),
        "/v1/enumeration/country": lambda _: _countries(),
        "/v1/literature/search": lambda request: literature(world, _query(request)),
        "/v1/dataset/search": lambda request: data_sets(world, _query(request)),
    }
    endpoints = [Route(path, _handler(answer)) for path, answer in answers.items()]
    return [*endpoints, *Downloads(search).routes(), Route("/{rest:path}", _unknown)]


def _query(request: Request) -> Query:
    return Query.parse(request.query_params.multi_items())


def _handler(answer: Callable[[Request], Any]) -> _Handler:
    async def handle(request: Request) -> Response:
        try:
            body = answer(request)
        except BadParameterError as error:
            return text_answer(error.message, error.status)
        return _missing(request) if body is None else json_answer(body)

    return handle


def _missing(request: Request) -> Response:
    body = {"timestamp": "2026-01-01T00:00:00.000+00:00", "status": 404, "error": ""}
    return json_answer(body | {"message": f"Entity not found for uri: {_below_version(request)}"}, 404)


async def _unknown(request: Request) -> Response:
    return text_answer(f"Entity not found for uri: {_below_version(request)}", 404)


def _below_version(request: Request) -> str:
    path = request.url.path.removeprefix(str(request.scope.get("root_path", "")))
    return "/" + path.split("/", 2)[-1]


def _search(search: Occurrences, query: Query) -> dict[str, Any]:
    """One page of records and the facets; `limit` is clamped silently, a page too far is refused."""
    limit = min(query.whole("limit", DEFAULT_LIMIT), MAX_LIMIT)
    offset = query.whole("offset", 0)
    if offset + limit > MAX_OFFSET:
        raise BadParameterError(f"Max offset of {MAX_OFFSET} exceeded: {offset} + {limit}")
    rows = filter_rows(search, query)
    return {
        "offset": offset,
        "limit": limit,
        # With limit=0 GBIF never says that the end is reached, unless there is nothing at all.
        "endOfRecords": offset + limit >= len(rows),
        "count": len(rows),
        "results": [record(search, row) for row in rows[offset : offset + limit].tolist()],
        "facets": facet_answers(search, query, rows),
    }


def _species(search: Occurrences, key: str) -> dict[str, Any] | None:
    """A taxon of the old backbone by its number, None when there is none."""
    index = search.by_key[BACKBONE].get(key)
    if index is None:
        return None
    taxon = search.world.taxonomy.taxa[index]
    body: dict[str, Any] = {"key": int(key), "nubKey": int(key), "datasetKey": BACKBONE}
    for rank, above in zip(RANKS, taxon.lineage, strict=True):
        if above >= 0 and (higher := search.world.taxonomy.taxa[above]).backbone_key is not None:
            body |= {rank.lower(): higher.name, f"{rank.lower()}Key": higher.backbone_key}
    status = "ACCEPTED" if taxon.accepted is None else "SYNONYM"
    return body | {
        "scientificName": taxon.scientific_name,
        "canonicalName": taxon.name,
        "authorship": taxon.authorship,
        "nameType": "SCIENTIFIC",
        "rank": RANKS[taxon.rank],
        "taxonomicStatus": status,
        "issues": [],
    }


def _category(search: Occurrences, key: str) -> dict[str, str] | None:
    """Red List category of a backbone species; NE also when the Red List does not know it."""
    index = search.by_key[BACKBONE].get(key)
    if index is None:
        return None
    taxon = search.world.taxonomy.taxa[index]
    accepted = index if taxon.accepted is None else taxon.accepted
    code = search.world.category_of_taxon.get(accepted, "NE")
    body = {"category": STATUS_NAMES[code], "scientificName": taxon.scientific_name}
    if accepted != index:
        body["acceptedName"] = search.world.taxonomy.taxa[accepted].scientific_name
    return body | {"taxonomicStatus": "ACCEPTED" if accepted == index else "SYNONYM", "code": code}


def _countries() -> list[dict[str, str]]:
    """Every ISO country, as GBIF names it."""
    return [
        {
            "iso2": code,
            "iso3": country.iso3_code,
            "isoNumerical": "" if country.m49_code is None else str(country.m49_code),
            "title": country.country_name,
            "gbifRegion": gbif_continent(code),
            "enumName": enumeration_name(country),
        }
        for code, country in countries().items()
    ]
