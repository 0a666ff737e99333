"""Protected Planet: national statistics of protected areas and of other effective conservation measures (OECM).

Traps, each with a test:

- the token travels in the query and is added when the request is sent, so that it reaches neither landing nor logs;
- members depend on what the token may see, and numbers may be null: what is absent is missing, never zero;
- `oecms_pa_…` counts protected areas and OECMs together, not OECMs alone;
- marine numbers refer to the exclusive economic zone, unlike the World Bank's territorial waters;
- a country without any site is answered with 404, which is an answer;
- the numbers are those of the month in which they are read, whatever years were asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import polars as pl

from ness_pipeline.contract.batch import Batch
from ness_pipeline.errors import SchemaDrift
from ness_pipeline.landing.request import Fetch, Payload, Request
from ness_pipeline.landing.units import Unit
from ness_pipeline.names.countries import countries
from ness_pipeline.sources import Context
from ness_pipeline.sources.fields import decimal_number, record

NOT_FOUND = 404

STATISTICS: dict[str, tuple[str, str]] = {
    "percentage_pa_land_cover": ("PP_LAND_PA_PCT", "PERCENT"),
    "pa_land_area": ("PP_LAND_PA_KM2", "KM2"),
    "percentage_oecms_pa_land_cover": ("PP_LAND_PA_OECM_PCT", "PERCENT"),
    "oecms_pa_land_area": ("PP_LAND_PA_OECM_KM2", "KM2"),
    "land_area": ("PP_LAND_KM2", "KM2"),
    "percentage_pa_marine_cover": ("PP_EEZ_PA_PCT", "PERCENT"),
    "pa_marine_area": ("PP_EEZ_PA_KM2", "KM2"),
    "percentage_oecms_pa_marine_cover": ("PP_EEZ_PA_OECM_PCT", "PERCENT"),
    "oecms_pa_marine_area": ("PP_EEZ_PA_OECM_KM2", "KM2"),
    "marine_area": ("PP_EEZ_KM2", "KM2"),
}
"""Member of the statistics to our series code and unit."""

ASSESSED: dict[str, tuple[str, str]] = {
    "pame_percentage_pa_land_cover": ("PP_LAND_PAME_PCT", "PERCENT"),
    "pame_percentage_pa_marine_cover": ("PP_EEZ_PAME_PCT", "PERCENT"),
}
"""The same for areas whose management effectiveness has been assessed (PAME); per cent of the country's land or sea, not
of its protected areas."""

COUNTS = frozenset(
    f"{shape}_count"
    for shape in (
        "polygons",
        "points",
        "oecm_polygon",
        "oecm_point",
        "protected_area_polygon",
        "protected_area_point",
    )
)
"""Members that count shapes and are not read."""


class ProtectedPlanet:
    """One row per statistic of one country, for the year in which it is read."""

    name = "protected_planet"
    scope: Literal["country"] = "country"
    tables = ("indicator_observation",)
    needs: tuple[str, ...] = ()
    cadence_days = 30
    citations = (
        (
            (
                "UNEP-WCMC and IUCN, Protected Planet: the World Database on Protected Areas (WDPA) and on Other Effective "
                "Area-based Conservation Measures (WD-OECM), {release}. https://www.protectedplanet.net"
            ),
            "LicenseRef-WDPA-terms-of-use",
        ),
    )
    is_local = False
    is_redistributable = True
    requires: tuple[str, ...] = ("protected_planet_token",)

    def read(self, unit: Unit, fetch: Fetch, context: Context) -> Iterator[Batch]:  # noqa: ARG002 - needs no setting
        """One batch; without rows for a country that the publisher does not list.

        Raises:
            SchemaDrift: a field is missing, or a percentage has no number.
        """
        payload = _answer(unit, fetch)
        rows = [] if payload.status == NOT_FOUND else _rows(unit.key, payload)
        columns = ("country_code", "series_code", "disaggregation", "value_status", "unit", "publisher", "release")
        schema: dict[str, Any] = dict.fromkeys(columns, pl.String) | {"year": pl.Int64, "value": pl.Float64}
        yield Batch("indicator_observation", pl.DataFrame(rows, schema=schema, orient="row"))

    def release(self, unit: Unit, fetch: Fetch) -> str | None:
        """Month of reading: the database has a release every month and the answer does not name it."""
        return f"{_answer(unit, fetch).fetched_at:%Y-%m}"


def _answer(unit: Unit, fetch: Fetch) -> Payload:
    iso3 = countries()[unit.key].iso3_code
    path, params = f"/v4/countries/{iso3}", (("with_geometry", "false"),)
    return fetch(Request("protected_planet", path, params, accepts=(NOT_FOUND,)))


def _rows(country: str, payload: Payload) -> list[dict[str, Any]]:
    head = record(payload.json(), "Protected Planet answer", ("country",))["country"]
    body = record(head, "Protected Planet country", ("iso_3", "statistics"), None)
    if body["iso_3"] != countries()[country].iso3_code:
        raise SchemaDrift(f"Protected Planet answered {body['iso_3']!r} for {country}; look at the landed payload.")
    statistics = record(body["statistics"] or {}, "Protected Planet statistics", (), {*STATISTICS, *COUNTS})
    assessed = body.get("pame_statistics") or {}
    members = [(name, statistics.get(name), meaning) for name, meaning in STATISTICS.items()]
    members += [(name, assessed.get(name), meaning) for name, meaning in ASSESSED.items()]
    return [
        {
            "country_code": country,
            "series_code": series,
            "year": payload.fetched_at.year,
            "disaggregation": "total",
            "value": None if value is None else decimal_number(value, f"Protected Planet {name}"),
            "value_status": "missing" if value is None else "observed",
            "unit": unit,
            "publisher": "protected_planet",
            "release": f"{payload.fetched_at:%Y-%m}",
        }
        for name, value, (series, unit) in members
    ]


SOURCES = (ProtectedPlanet(),)
