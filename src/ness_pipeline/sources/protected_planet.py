"""Protected Planet: national statistics of protected areas and of other effective conservation measures (OECM).

Traps, each with a test:

- the token travels in the query and is added when the request is sent, so that it reaches neither landing nor logs;
- members depend on what the token may see, and numbers may be null: what is absent is missing, never zero; a token
  without the permission for statistics gets none of them, and the rest is still read;
- `oecms_pa_…` counts protected areas and OECMs together, not OECMs alone;
- marine numbers refer to the exclusive economic zone, unlike the World Bank's territorial waters;
- a country without any site is answered with 404, which is an answer;
- the numbers are those of the month in which they are read, whatever years were asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Literal

import polars as pl

from ness_pipeline.contract.batch import Batch, Lost
from ness_pipeline.errors import SchemaDrift
from ness_pipeline.landing.request import Fetch, Payload, Request
from ness_pipeline.landing.units import Unit
from ness_pipeline.names.countries import countries
from ness_pipeline.sources import Context
from ness_pipeline.sources.fields import decimal_number, given, record

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

        Statistics that the token may not see, or that are no numbers, are noted as lost.

        Raises:
            SchemaDrift: a field is missing, or the answer is about another country.
        """
        payload = _answer(unit, fetch)
        rows, lost = ([], []) if payload.status == NOT_FOUND else _rows(unit.key, payload)
        columns = ("country_code", "series_code", "disaggregation", "value_status", "unit", "publisher", "release")
        schema: dict[str, Any] = dict.fromkeys(columns, pl.String) | {"year": pl.Int64, "value": pl.Float64}
        yield Batch("indicator_observation", pl.DataFrame(rows, schema=schema, orient="row"), lost=tuple(lost))

    def release(self, unit: Unit, fetch: Fetch) -> str | None:
        """Month of reading: the database has a release every month and the answer does not name it."""
        return f"{_answer(unit, fetch).fetched_at:%Y-%m}"


def _answer(unit: Unit, fetch: Fetch) -> Payload:
    iso3 = countries()[unit.key].iso3_code
    path, params = f"/v4/countries/{iso3}", (("with_geometry", "false"),)
    return fetch(Request("protected_planet", path, params, accepts=(NOT_FOUND,)))


def _rows(country: str, payload: Payload) -> tuple[list[dict[str, Any]], list[Lost]]:
    """The rows of a country, and what of it is not given."""
    head = record(payload.json(), "Protected Planet answer", ("country",))["country"]
    body = record(head, "Protected Planet country", ("iso_3",), None)
    if body["iso_3"] != countries()[country].iso3_code:
        raise SchemaDrift(f"Protected Planet answered {body['iso_3']!r} for {country}; look at the landed payload.")
    found: list[dict[str, Any]] = []
    lost: list[Lost] = []
    for part, members in (("statistics", STATISTICS), ("pame_statistics", ASSESSED)):
        if part not in body:
            why = (
                f"Protected Planet gives {country} without `{part}`: the token has no permission for them; ask the "
                "publisher for it (api.protectedplanet.net), or it has renamed them."
            )
            lost.append(Lost(part.replace("_", " "), why, {"series_code": [series for series, _ in members.values()]}))
            continue
        ignored = {*STATISTICS, *COUNTS} if part == "statistics" else None
        values = record(body[part] or {}, f"Protected Planet {part}", (), ignored)
        for name, (series, unit) in members.items():
            row = given(name, {"series_code": series}, partial(_row, country, payload, name, values.get(name)))
            if isinstance(row, Lost):
                lost.append(row)
            else:
                found.append(row | {"series_code": series, "unit": unit})
    return found, lost


def _row(country: str, payload: Payload, name: str, value: Any) -> dict[str, Any]:
    """The row of one statistic, without series and unit."""
    return {
        "country_code": country,
        "year": payload.fetched_at.year,
        "disaggregation": "total",
        "value": None if value is None else decimal_number(value, f"Protected Planet {name}"),
        "value_status": "missing" if value is None else "observed",
        "publisher": "protected_planet",
        "release": f"{payload.fetched_at:%Y-%m}",
    }


SOURCES = (ProtectedPlanet(),)
