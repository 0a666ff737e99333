"""UN SDG: series of country values as strings, with regions in between and filters that do not work."""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ness_pipeline.names.countries import countries
from ness_pipeline.sandbox.answers import JSON_UTF8, json_answer, text_answer
from ness_pipeline.sandbox.indicators import BELTS, UNSDG_REGIONS, UNSDG_SERIES, SdgValue
from ness_pipeline.sandbox.world import World

DEFAULT_PAGE_SIZE, SLOW_PAGE_SIZE = 25, 10_000
RELEASE = "2026.Q3.G.01"
_NATURES = {"C": "Country data", "E": "Estimated data", "G": "Global monitoring data", "M": "Modeled data", "NA": "Data nature not available"}  # fmt: skip
_UNITS = {"CON_USD_M": "Millions of constant USD", "INDEX": "Index", "KM2": "Square kilometres", "NUMBER": "Number", "PERCENT": "Percentage", "HA_TH": "Thousands of hectares"}  # fmt: skip
_BELT_DIMENSION, _COVER_DIMENSION = "Bioclimatic belt", "Land cover"
_ALL_COVERS = "MGCI"
"""The land cover that stands for the index over all covers."""


def routes(world: World) -> list[Route]:
    """The UN SDG API's paths below its base URL."""

    async def data(request: Request) -> Response:
        return _data(world, request)

    async def series_list(_: Request) -> Response:
        return json_answer([_series(code) for code in UNSDG_SERIES], content_type=JSON_UTF8)

    async def area_list(_: Request) -> Response:
        areas = [*UNSDG_REGIONS, *world.countries]
        return json_answer([_area(area) for area in areas], content_type=JSON_UTF8)

    async def area_tree(_: Request) -> Response:
        return json_answer(_tree(world), content_type=JSON_UTF8)

    base = "/v1/sdg"
    return [
        Route(f"{base}/Series/Data", data),
        Route(f"{base}/Series/List", series_list),
        Route(f"{base}/GeoArea/List", area_list),
        Route(f"{base}/GeoArea/Tree", area_tree),
    ]


def _area(area: str) -> dict[str, str]:
    """Code and name; the code is an M49 number without leading zeros, as text."""
    if area in UNSDG_REGIONS:
        return {"geoAreaCode": area, "geoAreaName": UNSDG_REGIONS[area]}
    country = countries()[area]
    return {"geoAreaCode": str(country.m49_code), "geoAreaName": country.country_name}


def _series(code: str) -> dict[str, Any]:
    indicator, description, *_ = UNSDG_SERIES[code]
    goal, target, _ = indicator.split(".")
    parallel = {"goal": [goal], "target": [f"{goal}.{target}"], "indicator": [indicator]}
    return {**parallel, "release": RELEASE, "code": code, "description": description, "uri": f"/v1/sdg/Series/{code}"}


def _tree(world: World) -> list[dict[str, Any]]:
    def node(area: str, kind: str, children: list[dict[str, Any]]) -> dict[str, Any]:
        return {**_area(area), "type": kind, "children": children or None}

    by_name = {name: area for area, name in UNSDG_REGIONS.items() if name != "World"}
    regions = []
    for name, area in by_name.items():
        inside = [code for code in world.countries if (countries()[code].region or "") in name]
        regions.append(node(area, "Region", [node(code, "Country", []) for code in inside]))
    return [node("1", "Region", regions)]


def _data(world: World, request: Request) -> Response:
    """One page of a series.

    What is known of the real API's refusals: filters on time answer 500, filters on dimensions 400, very large pages time
    out at the gateway, and a comma list of areas is ignored, so that everything comes back.
    """
    params = request.query_params
    if "timePeriodStart" in params or "timePeriodEnd" in params:
        return text_answer("An error has occurred.", 500, "text/plain; charset=utf-8")
    if "dimensions" in params:
        return json_answer({"message": "The request is invalid."}, 400, JSON_UTF8)
    size = _whole(params.get("pageSize"), DEFAULT_PAGE_SIZE)
    if size > SLOW_PAGE_SIZE:
        return text_answer("<html><body>504 Gateway Time-out</body></html>", 504, "text/html")
    page = _whole(params.get("page"), 1)
    area_codes = {int(code) for code in params.getlist("areaCode") if re.fullmatch(r"[0-9]{1,9}", code)}
    series = params.get("seriesCode", "")
    rows = [row for row in world.indicators.unsdg.get(series, []) if not area_codes or _number(row.area) in area_codes]
    page_rows = rows[(page - 1) * size : page * size]
    body = {
        "size": size,
        "totalElements": len(rows),
        "totalPages": -(-len(rows) // size),
        "pageNumber": page,
        "attributes": _codes({"Nature": _NATURES, "Units": _UNITS}),
        "dimensions": _codes(_dimensions(series)),
        "data": [_row(series, row, len(rows)) for row in page_rows],
    }
    return json_answer(body, content_type=JSON_UTF8)


def _whole(text: str | None, default: int) -> int:
    return max(1, int(text)) if text and re.fullmatch(r"[0-9]{1,9}", text) else default


def _number(area: str) -> int:
    return int(_area(area)["geoAreaCode"])


def _dimensions(series: str) -> dict[str, dict[str, str]]:
    dimensions = {"Reporting Type": {"G": "Global", "N": "National"}}
    if UNSDG_SERIES.get(series, ("", "", "", "", 0))[3] == "belts":
        dimensions[_BELT_DIMENSION] = {belt: belt.capitalize() for belt in BELTS}
        dimensions[_COVER_DIMENSION] = {_ALL_COVERS: "Mountain Green Cover Index"}
    return dimensions


def _codes(lists: dict[str, dict[str, str]]) -> list[dict[str, Any]]:
    return [
        {"id": name, "codes": [{"code": code, "description": text, "sdmx": code} for code, text in codes.items()]}
        for name, codes in lists.items()
    ]


def _row(series: str, row: SdgValue, rows: int) -> dict[str, Any]:
    described = _series(series)
    return {
        **{name: described[name] for name in ("goal", "target", "indicator")},
        "series": series,
        "seriesDescription": described["description"],
        "seriesCount": str(rows),
        **_area(row.area),
        "timePeriodStart": float(row.year),
        "value": row.text,
        "valueType": "Float",
        "time_detail": None,
        "timeCoverage": None,
        "upperBound": row.upper,
        "lowerBound": row.lower,
        "basePeriod": None,
        "source": "SYNTHETIC sandbox",
        "geoInfoUrl": None,
        "footnotes": [""],
        "attributes": {"Nature": row.nature, "Units": UNSDG_SERIES[series][2]},
        "dimensions": {"Reporting Type": "G"}
        | ({_BELT_DIMENSION: row.belt, _COVER_DIMENSION: _ALL_COVERS} if row.belt else {}),
    }
