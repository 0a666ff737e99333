"""IUCN Red List API v4: countries, taxa and assessments, behind a token, in both shapes that summaries have had."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ness_pipeline.names.countries import countries
from ness_pipeline.sandbox.answers import JSON_UTF8, json_answer
from ness_pipeline.sandbox.red_list import VERSION, Assessed, Listed
from ness_pipeline.sandbox.taxonomy import RANKS
from ness_pipeline.sandbox.world import World

TOKEN = "sandbox"  # noqa: S105 - the token of a sandbox is no secret
PER_PAGE = 100

_NAMES = {
    "EX": "Extinct", "EW": "Extinct in the Wild", "CR": "Critically Endangered", "EN": "Endangered", "VU": "Vulnerable",
    "NT": "Near Threatened", "LC": "Least Concern", "DD": "Data Deficient",
}  # fmt: skip
_SCOPES = {"1": "Global", "2": "Europe"}
_Answer = Callable[[Request], Response]


def routes(world: World) -> list[Route]:
    """The Red List's paths below its base URL."""
    by_assessment = {assessed.assessment_id: (listed, assessed) for listed in world.red_list.taxa.values() for assessed in listed.assessments}  # fmt: skip

    def version(_: Request) -> Response:
        return _json({"red_list_version": VERSION})

    def country(request: Request) -> Response:
        return _country(world, request)

    def taxon(request: Request) -> Response:
        listed = world.red_list.taxa.get(request.path_params["sis_id"])
        if listed is None:
            return _json({"error": "Not found"}, 404)
        summaries = [_summary(listed, assessed) for assessed in _newest_first(listed)]
        return _json({"sis_id": listed.sis_id, "taxon": _taxon(world, listed), "assessments": summaries})

    def assessment(request: Request) -> Response:
        number = request.path_params["assessment_id"]
        if number not in by_assessment:
            return _json({"error": f"Assessment ID {number} not found"}, 404)
        return _json(_details(world, *by_assessment[number]))

    answers: dict[str, _Answer] = {
        "/v4/information/red_list_version": version,
        "/v4/countries/{code}": country,
        "/v4/taxa/sis/{sis_id:int}": taxon,
        "/v4/assessment/{assessment_id:int}": assessment,
        "/{rest:path}": lambda _: _json({"error": "Not found"}, 404),
    }
    return [Route(path, _with_token(answer)) for path, answer in answers.items()]


def _with_token(answer: _Answer) -> Callable[[Request], Any]:
    async def handle(request: Request) -> Response:
        if request.headers.get("authorization") != TOKEN:
            return _json({"error": "Unauthorized"}, 401)
        return answer(request)

    return handle


def _json(body: Any, status: int = 200) -> Response:
    return json_answer(body, status, JSON_UTF8)


def _newest_first(listed: Listed) -> list[Assessed]:
    return sorted(listed.assessments, key=lambda assessed: (-assessed.year, -assessed.assessment_id))


def _country(world: World, request: Request) -> Response:
    """A page of a country's list, all years and scopes without a filter; past the end it is empty."""
    code = request.path_params["code"]
    if code not in countries():
        return _json({"error": "Not found"}, 404)
    filters = {name: request.query_params[name] for name in ("latest", "scope_code", "year_published") if name in request.query_params}  # fmt: skip
    summaries = [
        _summary(listed, assessed) | {"code": code, "code_type": "country"}
        for listed in world.red_list.on_list_of(code)
        for assessed in _newest_first(listed)
        if filters.get("scope_code", assessed.scopes[0]) in assessed.scopes
        and (filters.get("latest", "").lower() != "true" or assessed.is_latest)
        and filters.get("year_published", str(assessed.year)) == str(assessed.year)
    ]
    page = int(request.query_params.get("page", "1"))
    page_summaries = summaries[(page - 1) * PER_PAGE : page * PER_PAGE]
    body = {
        "country": {"description": {"en": countries()[code].country_name}, "code": code},
        "assessments": page_summaries,
        "filters": filters,
    }
    answer = _json(body)
    answer.headers["current-page"] = str(page)
    answer.headers["page-items"] = str(PER_PAGE)
    answer.headers["total-count"] = str(len(summaries))
    answer.headers["total-pages"] = str(math.ceil(len(summaries) / PER_PAGE))
    return answer


def _summary(listed: Listed, assessed: Assessed) -> dict[str, Any]:
    body: dict[str, Any] = {
        "year_published": str(assessed.year),
        "latest": assessed.is_latest,
        "sis_taxon_id": listed.sis_id,
        "url": f"https://www.iucnredlist.org/species/{listed.sis_id}/{assessed.assessment_id}",
        "assessment_id": assessed.assessment_id,
        "scopes": [{"description": {"en": _SCOPES[code]}, "code": code} for code in assessed.scopes],
    }
    if listed.is_brief:
        return body
    return body | {
        "assessment_date": f"{assessed.year}-01-01T00:00:00.000Z",
        "criteria": None,
        "taxon_scientific_name": listed.name,
        "red_list_category_code": assessed.code,
        "possibly_extinct": assessed.possibly_extinct,
        "possibly_extinct_in_the_wild": assessed.in_the_wild,
    }


def _taxon(world: World, listed: Listed) -> dict[str, Any]:
    taxa = world.taxonomy.taxa
    higher = {
        f"{rank.lower()}_name": taxa[above].name.upper() if above >= 0 else None
        for rank, above in zip(RANKS[:5], taxa[listed.lineage].lineage, strict=False)
    }
    genus, species = listed.name.split()[:2]
    is_species = listed.infra_name is None
    return {
        "sis_id": listed.sis_id,
        "scientific_name": listed.name,
        **higher,
        "genus_name": genus,
        "species_name": species,
        "subpopulation_name": None,
        "infra_name": listed.infra_name,
        "authority": "Fictor, 2022",
        "species": is_species,
        "subpopulation": False,
        "infrarank": not is_species,
        "ssc_groups": [{"name": "SYNTHETIC Specialist Group", "url": None, "description": "Chair: A. Fictor (email: fictor@sandbox.example)"}],
        "common_names": [],
        "synonyms": [],
    }  # fmt: skip


def _details(world: World, listed: Listed, assessed: Assessed) -> dict[str, Any]:
    version = "3.1" if assessed.year >= 2001 else "2.3"  # noqa: PLR2004 - the year of version 3.1
    return {
        "assessment_date": f"{assessed.year}-01-01T00:00:00.000Z",
        "year_published": str(assessed.year),
        "latest": assessed.is_latest,
        "possibly_extinct": assessed.possibly_extinct,
        "possibly_extinct_in_the_wild": assessed.in_the_wild,
        "sis_taxon_id": listed.sis_id,
        "criteria": None,
        "url": f"https://www.iucnredlist.org/species/{listed.sis_id}/{assessed.assessment_id}",
        "citation": f"SYNTHETIC {assessed.year}. {listed.name}.",
        "assessment_id": assessed.assessment_id,
        "taxon": _taxon(world, listed),
        "population_trend": None,
        "red_list_category": {"version": version, "description": {"en": _NAMES.get(assessed.code, assessed.code)}, "code": assessed.code},
        "scopes": [{"description": {"en": _SCOPES[code]}, "code": code} for code in assessed.scopes],
        "locations": [
            {
                "is_endemic": place.is_endemic,
                "formerlyBred": None,
                "origin": place.origin,
                "presence": place.presence,
                "seasonality": None,
                "description": {"en": place.code},
                "code": place.code,
            }
            for place in listed.places
        ],
        "threats": [
            {
                "scope": threat.scope,
                "timing": threat.timing,
                "internationalTrade": None,
                "score": None,
                "severity": threat.severity,
                "ancestry": None,
                "virus": None,
                "ias": threat.agent,
                "text": None,
                "description": {"en": f"Threat {threat.code}"},
                "code": threat.code,
            }
            for threat in listed.threats
        ],
        "documentation": {},
        "errata": [],
    }  # fmt: skip
