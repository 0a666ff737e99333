"""World Bank: indicators with aggregates among the countries, XML by default, and errors under HTTP 200."""

from __future__ import annotations

import re
from typing import Any
from xml.sax.saxutils import escape

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ness_pipeline.names.countries import countries
from ness_pipeline.sandbox.answers import json_answer, text_answer
from ness_pipeline.sandbox.indicators import WORLDBANK_AGGREGATES, WORLDBANK_SERIES
from ness_pipeline.sandbox.world import World

DEFAULT_PER_PAGE, MAX_PER_PAGE = 50, 32_500
LAST_UPDATED = "2026-07-13"
_JSON = "application/json;charset=utf-8"
_XML = "text/xml; charset=utf-8"
_REGIONS = {"Africa": ("SSF", "Sub-Saharan Africa"), "Asia": ("EAS", "East Asia & Pacific"), "Europe": ("ECS", "Europe & Central Asia"), "Oceania": ("EAS", "East Asia & Pacific"), "America": ("LCN", "Latin America & Caribbean")}  # fmt: skip

_BAD_VALUE = ("120", "Invalid value", "The provided parameter value is not valid")
_NO_INDICATOR = ("175", "Invalid format", "The indicator was not found. It may have been deleted or archived.")


def routes(world: World) -> list[Route]:
    """The World Bank's paths below its base URL."""

    async def list_countries(request: Request) -> Response:
        return _page([_country(area) for area in _areas(world)], request.query_params, {}, per_page_as_text=True)

    async def indicator(request: Request) -> Response:
        return _indicator(world, request.path_params["codes"], request.path_params["code"], request.query_params)

    return [Route("/v2/country", list_countries), Route("/v2/country/{codes}/indicator/{code}", indicator)]


def _areas(world: World) -> list[str]:
    return [*WORLDBANK_AGGREGATES, *world.countries, "XK"]


def _alpha3(area: str) -> str:
    return WORLDBANK_AGGREGATES[area][0] if area in WORLDBANK_AGGREGATES else countries()[area].iso3_code


def _name(area: str) -> str:
    return WORLDBANK_AGGREGATES[area][1] if area in WORLDBANK_AGGREGATES else countries()[area].country_name


def _country(area: str) -> dict[str, Any]:
    region = ("NA", "Aggregates") if area in WORLDBANK_AGGREGATES else _REGIONS[countries()[area].region or "Europe"]
    return {
        "id": _alpha3(area) or "INX",
        "iso2Code": area,
        "name": _name(area),
        "region": {"id": region[0], "iso2code": region[0][:2], "value": region[1]},
        "adminregion": {"id": "", "iso2code": "", "value": ""},
        "incomeLevel": {"id": "NA", "iso2code": "XX", "value": "Not classified"},
        "lendingType": {"id": "", "iso2code": "", "value": "Aggregates" if region[0] == "NA" else "Not classified"},
        "capitalCity": "",
        "longitude": "",
        "latitude": "",
    }


def _indicator(world: World, codes: str, code: str, params: QueryParams) -> Response:
    """Values of a series, the latest year first; one unknown country fails the whole list."""
    areas = _areas(world)
    by_name = {_alpha3(area): area for area in areas if _alpha3(area)} | {area: area for area in areas}
    requested = [item.upper() for item in codes.split(";")]
    if code not in WORLDBANK_SERIES:
        return _message(_NO_INDICATOR, params)
    if requested != ["ALL"] and any(item not in by_name for item in requested):
        return _message(_BAD_VALUE, params)
    span = re.fullmatch(r"(\d{4})(?::(\d{4}))?", params.get("date", "1900:2100"))
    if span is None:
        return _message(_BAD_VALUE, params)
    first, last = int(span[1]), int(span[2] or span[1])
    chosen = areas if requested == ["ALL"] else [by_name[item] for item in dict.fromkeys(requested)]
    rows = []
    for area in chosen:
        area_rows = [row for row in _values(world, code, area) if first <= int(row["date"]) <= last]
        rows += _most_recent(area_rows, params)
    return _page(rows, params, {"sourceid": "2", "lastupdated": LAST_UPDATED})


def _values(world: World, code: str, area: str) -> list[dict[str, Any]]:
    series = world.indicators.worldbank[code]
    years = sorted({year for _, year in series}, reverse=True)
    return [
        {
            "indicator": {"id": code, "value": WORLDBANK_SERIES[code][0]},
            "country": {"id": area, "value": _name(area)},
            "countryiso3code": _alpha3(area),
            "date": str(year),
            "value": series[area, year],
            "unit": "",
            "obs_status": "",
            "decimal": 0,
        }
        for year in years
    ]


def _whole(text: str | None) -> int | None:
    """A whole number, None when it is not readable as one."""
    return int(text) if text and re.fullmatch(r"[0-9]{1,9}", text) else None


def _most_recent(rows: list[dict[str, Any]], params: QueryParams) -> list[dict[str, Any]]:
    """`mrv`: the latest years; `mrnev`: the latest years with a value."""
    if (count := _whole(params.get("mrnev"))) is not None:
        return [row for row in rows if row["value"] is not None][:count]
    return rows[: _whole(params.get("mrv"))]  # without a readable number: all of them


def _page(
    rows: list[dict[str, Any]], params: QueryParams, vintage: dict[str, str], *, per_page_as_text: bool = False
) -> Response:
    number, per_page = _whole(params.get("page", "1")), _whole(params.get("per_page", str(DEFAULT_PER_PAGE)))
    if not number or not per_page:
        return _message(_BAD_VALUE, params)
    size = min(per_page, MAX_PER_PAGE)
    head: dict[str, Any] = {"page": number, "pages": -(-len(rows) // size)}
    # The country list gives its page size as text, the series as a number.
    head |= {"per_page": str(size) if per_page_as_text else size, "total": len(rows), **vintage}
    page_rows = rows[(number - 1) * size : number * size]
    return _answer([head, page_rows if rows else None], params)


def _message(error: tuple[str, str, str], params: QueryParams) -> Response:
    """An error, which comes under HTTP 200."""
    number, key, value = error
    return _answer([{"message": [{"id": number, "key": key, "value": value}]}], params)


def _answer(body: list[Any], params: QueryParams) -> Response:
    if params.get("format", "").lower() == "json":
        return json_answer(body, content_type=_JSON)
    return text_answer(f'<?xml version="1.0" encoding="utf-8"?>{_xml("wb:response", body)}', 200, _XML)


def _xml(tag: str, value: Any) -> str:
    """JSON as XML elements: enough to be recognised and refused, no copy of the Bank's own schema."""
    if isinstance(value, dict):
        inside = "".join(_xml(f"wb:{name}", item) for name, item in value.items())
    elif isinstance(value, list):
        inside = "".join(_xml("wb:data", item) for item in value)
    else:
        inside = "" if value is None else escape(str(value))
    namespace = ' xmlns:wb="http://www.worldbank.org"' if tag == "wb:response" else ""
    return f"<{tag}{namespace}>{inside}</{tag}>"
