"""The map of the world: outlines of countries, and places for circles where an area has no outline of its own."""

from __future__ import annotations

import csv
import functools
import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from ness_pipeline.names.countries import by_iso3, countries

FOLDER = files("ness_pipeline.share.report") / "map"


@dataclass(frozen=True)
class Place:
    """Where the circle of an area stands.

    Attributes:
        country_code: ISO alpha-2 code of the area.
        longitude: degrees east.
        latitude: degrees north.
        inside: code of the country in whose outline the circle stands; None on the sea.
        source: whence the position is known.
    """

    country_code: str
    longitude: float
    latitude: float
    inside: str | None
    source: str


@functools.cache
def places() -> tuple[Place, ...]:
    """Places of all areas without an outline."""
    with (FOLDER / "positions.csv").open(encoding="utf-8") as lines:
        return tuple(
            Place(
                row["country_code"],
                float(row["longitude"]),
                float(row["latitude"]),
                row["inside"] or None,
                row["source"],
            )
            for row in csv.DictReader(lines)
        )


@functools.cache
def outlines() -> dict[str, Any]:
    """The outlines as TopoJSON, of which the object `countries` is drawn."""
    topology: dict[str, Any] = json.loads((FOLDER / "countries-110m.json").read_text(encoding="utf-8"))
    return topology | {"objects": {"countries": topology["objects"]["countries"]}}


def outlined() -> set[str]:
    """ISO alpha-3 codes, or Natural Earth's own, of the areas with an outline."""
    return {area["properties"]["a3"] for area in outlines()["objects"]["countries"]["geometries"]}


def script() -> str:
    """The outlines and places as a script, because a page opened from a folder may not fetch a file."""
    names = {code: country.country_name for code, country in countries().items()}
    circles = [
        {
            "code": place.country_code,
            "name": names[place.country_code],
            "longitude": place.longitude,
            "latitude": place.latitude,
            "inside": place.inside,
        }
        for place in places()
    ]
    uncoded = sorted(outlined() - set(by_iso3()))
    data = json.dumps(
        {"outlines": outlines(), "circles": circles, "uncoded": uncoded}, separators=(",", ":"), ensure_ascii=False
    )
    return f"window.ness = window.ness || {{}};\nwindow.ness.geography = {data};\n"
