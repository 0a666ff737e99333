"""CBD: countries with their dates under the convention and its protocols."""

from __future__ import annotations

import datetime as dt
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ness_pipeline.names.countries import countries
from ness_pipeline.sandbox.answers import JSON_UTF8, json_answer
from ness_pipeline.sandbox.treaties import CBD_TREATIES, TreatyDates
from ness_pipeline.sandbox.world import World

_PATH = "/api/v2013/countries"


def routes(world: World) -> list[Route]:
    """The CBD's paths below its base URL; the European Union is listed beside the countries."""
    entries = [_country(code, dates) for code, dates in world.treaties.items()]
    entries.append(_european_union(world))

    async def all_countries(_: Request) -> Response:
        return json_answer(entries, content_type=JSON_UTF8)

    async def one_country(request: Request) -> Response:
        code = request.path_params["code"].upper()
        entry = next((row for row in entries if row["code"].upper() == code), None)
        if entry is None:
            return json_answer({"statusCode": 404, "message": "Not found"}, 404, JSON_UTF8)
        return json_answer(entry, content_type=JSON_UTF8)

    return [Route(_PATH, all_countries), Route(f"{_PATH}/{{code}}", one_country)]


def _date(day: dt.date | None) -> str | None:
    return f"{day.isoformat()}T00:00:00.000Z" if day else None


def _treaties(standing: dict[str, TreatyDates]) -> dict[str, dict[str, str | None]]:
    return {
        CBD_TREATIES[treaty][0]: {
            "party": _date(dates.entry_into_force),
            "instrument": dates.instrument,
            "deposit": _date(dates.deposited_on),
            "signature": _date(dates.signed_on),
        }
        for treaty, dates in standing.items()
    }


def _country(code: str, standing: dict[str, TreatyDates]) -> dict[str, Any]:
    country = countries()[code]
    names = {"code": code, "code2": code, "code3": country.iso3_code, "name": {"en": country.country_name}}
    return {**names, "treaties": _treaties(standing)}


def _european_union(world: World) -> dict[str, Any]:
    first = next(iter(world.treaties.values()))
    names = {"code": "EU", "code2": "EU", "code3": "EUR", "name": {"en": "European Union"}}
    return {**names, "treaties": _treaties(first)}
