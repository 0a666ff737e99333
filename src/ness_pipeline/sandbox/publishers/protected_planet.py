"""Protected Planet v4: national statistics behind a token in the query."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ness_pipeline.names.countries import by_iso3, countries
from ness_pipeline.sandbox.answers import JSON_UTF8, json_answer
from ness_pipeline.sandbox.protected_areas import Estate, percentage
from ness_pipeline.sandbox.world import World

DEFAULT_PER_PAGE, MAX_PER_PAGE = 25, 50
_REFUSED = {"error": "Unauthorized. Invalid or expired token."}


def routes(world: World) -> list[Route]:
    """Protected Planet's paths below its base URL; any token is accepted."""
    codes = [code for code, estate in world.estates.items() if not estate.is_empty]

    async def test(_: Request) -> Response:
        return json_answer({"status": "Success!"}, content_type=JSON_UTF8)

    async def country(request: Request) -> Response:
        if not request.query_params.get("token"):
            return json_answer(_REFUSED, 401, JSON_UTF8)
        name = request.path_params["code"].upper()
        code = name if name in world.countries else by_iso3().get(name)
        if code not in codes:
            return json_answer({"error": "not_found"}, 404, JSON_UTF8)
        body = _country(code, world.estates[code])
        if request.query_params.get("with_geometry", "true") != "false":  # single items have it by default
            body["geojson"] = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": []}}
        return json_answer({"country": body}, content_type=JSON_UTF8)

    async def country_list(request: Request) -> Response:
        if not request.query_params.get("token"):
            return json_answer(_REFUSED, 401, JSON_UTF8)
        page, size = (_whole(request, name, default) for name, default in (("page", 1), ("per_page", DEFAULT_PER_PAGE)))
        if size > MAX_PER_PAGE:
            return json_answer({"error": "per_page does not have a valid value"}, 400, JSON_UTF8)
        page_codes = codes[(page - 1) * size : page * size]
        answer = json_answer(
            {"countries": [_country(code, world.estates[code]) for code in page_codes]}, 200, JSON_UTF8
        )
        pages = -(-len(codes) // size)
        answer.headers.update({"X-Total": str(len(codes)), "X-Total-Pages": str(pages), "X-Page": str(page)})
        return answer

    return [Route("/test", test), Route("/v4/countries", country_list), Route("/v4/countries/{code}", country)]


def _whole(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, "")
    return max(1, int(text)) if text.isdigit() else default


def _country(code: str, estate: Estate) -> dict[str, Any]:
    """One country; members about OECMs are absent where the token may not see them."""
    statistics: dict[str, Any] = {
        "pa_land_area": estate.land_protected,
        "pa_marine_area": estate.sea_protected,
        "percentage_pa_land_cover": percentage(estate.land_protected, estate.land),
        "land_area": estate.land,
        "percentage_pa_marine_cover": percentage(estate.sea_protected, estate.sea),
        "marine_area": estate.sea,
        "polygons_count": 1,
        "points_count": 0,
    }
    if estate.land_conserved is not None:
        statistics |= {
            "oecms_pa_land_area": estate.land_conserved,
            "oecms_pa_marine_area": estate.sea_conserved,
            "percentage_oecms_pa_land_cover": percentage(estate.land_conserved, estate.land),
            "percentage_oecms_pa_marine_cover": percentage(estate.sea_conserved, estate.sea),
        }
    assessed: dict[str, Any] = {"assessments": 0, "assessed_pas": 0}
    if estate.land_assessed is not None:
        assessed = {
            "assessments": 12,
            "assessed_pas": 7,
            "pame_pa_land_area": estate.land_assessed,
            "pame_percentage_pa_land_cover": percentage(estate.land_assessed, estate.land),
            "pame_pa_marine_area": estate.sea_assessed,
            "pame_percentage_pa_marine_cover": percentage(estate.sea_assessed, estate.sea),
        }
    iso3 = countries()[code].iso3_code
    return {
        "name": countries()[code].country_name,
        "iso_3": iso3,
        "id": iso3,
        "links": {"protected_planet": f"https://protectedplanet.net/country/{iso3}"},
        "pas_count": 10,
        "pas_national_count": 9,
        "pas_regional_count": 0,
        "pas_international_count": 1,
        "statistics": statistics,
        "pame_statistics": assessed,
        "designations": [],
        "iucn_categories": [],
        "governances": [],
    }
