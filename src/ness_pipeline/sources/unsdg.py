"""Official SDG series of UN Statistics: Red List Index, key biodiversity areas, forest, law, treaties, aid.

Traps, each with a test:

- values are text: `N` is not relevant (a marine series of a landlocked country), `NaN`, `..` and empty are missing,
  `<5` and `>95` are bounds whose number is kept and whose open side is named;
- regions and the world stand among the countries, told apart only by their M49 number. They are no countries and are
  left out: only rows of countries are received;
- several rows of one country and year differ by dimensions (sex, location, reporting type), where `total` means that
  every dimension has its code for "all"; mountain green cover (15.4.2) has no such row since 2022, its index over all
  belts is `Land cover=MGCI` beside the shares of single covers, and stays so named here;
- filters by period and dimension fail on the server, so years are chosen here; page sizes above 5,000 time out;
- `totalElements` may disagree with the rows: a few missing rows are logged, of a series with more nothing is taken;
- a series that is not listed, has no row or is not understood is lost alone; an empty list of series is no answer;
- series were renamed in 2021: old codes are read as today's.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial
from typing import Any, Literal

import polars as pl

from ness_pipeline.contract.batch import Batch, Lost
from ness_pipeline.errors import SchemaDrift, SourceUnavailable
from ness_pipeline.landing.request import Fetch, Request
from ness_pipeline.landing.units import Unit
from ness_pipeline.names.countries import by_m49
from ness_pipeline.names.published_series import FORMER_CODES, UN_SDG, UN_SDG_CITATION, is_read_in
from ness_pipeline.names.published_values import disaggregation, published_value
from ness_pipeline.names.years import Years
from ness_pipeline.sources import Context
from ness_pipeline.sources.apis.pages import Pages
from ness_pipeline.sources.fields import decimal_number, given, record, rows, text, texts, whole_number

logger = logging.getLogger(__name__)

PAGE_SIZE = 2000
TOLERATED_LOSS = 0.01
"""Share of the announced rows that may be missing from the pages."""

COLUMNS = (
    "country_code",
    "series_code",
    "disaggregation",
    "value",
    "value_lower",
    "value_upper",
    "value_status",
    "unit",
    "nature",
    "footnote",
    "publisher",
    "release",
)
NEEDED = (
    "series",
    "geoAreaCode",
    "timePeriodStart",
    "value",
    "upperBound",
    "lowerBound",
    "footnotes",
    "attributes",
    "dimensions",
)
IGNORED = (
    "goal",
    "target",
    "indicator",
    "seriesDescription",
    "seriesCount",
    "geoAreaName",
    "valueType",
    "time_detail",
    "timeCoverage",
    "basePeriod",
    "source",
    "geoInfoUrl",
)
FIRST_YEAR, LAST_YEAR = 1900, 2100
"""What is no year between them is a number of another kind, and not one of the years that nobody asked for."""
LIST_IGNORED = ("goal", "target", "indicator", "description", "uri")


class UnSdg:
    """One row per country, series, year and disaggregation."""

    name = "unsdg"
    scope: Literal["world"] = "world"
    tables = ("indicator_observation",)
    needs: tuple[str, ...] = ()
    cadence_days = 30
    citations = (UN_SDG_CITATION,)
    is_local = False
    is_redistributable = True
    requires: tuple[str, ...] = ()

    def read(self, unit: Unit, fetch: Fetch, context: Context) -> Iterator[Batch]:  # noqa: ARG002 - needs no setting
        """One batch per series; one that is not given, or not understood, is noted as lost.

        Raises:
            SourceUnavailable: the list of series is refused or empty.
            SchemaDrift: the list of series lacks a field.
        """
        listed = _listed(fetch)
        for code in UN_SDG:
            found = given(f"series {code}", {"series_code": code}, partial(_rows, fetch, code, unit.years, listed))
            lost = (found,) if isinstance(found, Lost) else ()
            observations = [] if isinstance(found, Lost) else found
            schema: dict[str, Any] = dict.fromkeys(COLUMNS, pl.String) | {"year": pl.Float64}
            yield Batch("indicator_observation", pl.DataFrame(observations, schema=schema, orient="row"), lost=lost)

    def release(self, unit: Unit, fetch: Fetch) -> str | None:  # noqa: ARG002 - one release for all years
        """Code of the newest release among the series read, such as `2024.Q1.G.02`."""
        listed = _listed(fetch)
        found = (listed[code].get("release") for code in UN_SDG if code in listed)
        return max((release for release in found if isinstance(release, str)), default=None)


def _listed(fetch: Fetch) -> dict[str, dict[str, Any]]:
    """Series code to its entry, for every series that the publisher lists."""
    request = Request.get("unsdg", "/v1/sdg/Series/List", {"allreleases": False})
    entries = rows(fetch(request).json(), "UN SDG series list")
    if not entries:
        raise SourceUnavailable("unsdg lists no series at all; an empty list is no answer, run again later.")
    listed = {str(entry["code"]): entry for entry in entries if isinstance(entry, dict) and "code" in entry}
    if not listed:
        record(entries[0], "UN SDG series", ("code",), None)
    return listed


def _rows(fetch: Fetch, code: str, years: Years, listed: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of one series.

    Raises:
        SourceUnavailable: the publisher does not list it, or lists it without rows.
        SchemaDrift: a field is missing.
    """
    former = FORMER_CODES.get(code)
    requested = code if code in listed or former not in listed else former
    if requested is None or requested not in listed:
        raise SourceUnavailable(f"unsdg does not list the series {code} any more; please report it.")
    values = list(_pages(fetch, requested))
    if not values:
        raise SourceUnavailable(f"unsdg lists the series {code} and has no row of it; an empty list is no answer.")
    entry = record(listed[requested], "UN SDG series", ("code", "release"), LIST_IGNORED)
    release = text(entry["release"], "UN SDG series' 'release'")
    found = (_row(value, code, {code, former}, years, release) for value in values)
    return [row for row in found if row is not None]


def _pages(fetch: Fetch, code: str) -> Iterator[Any]:
    """Every row of a series, each once; a row that two pages repeat counts once towards the announced number."""
    ignored = ("size", "attributes", "dimensions")
    seen: set[str] = set()
    pages = Pages(f"unsdg {code}")
    for number in pages:
        params = {"seriesCode": code, "pageSize": PAGE_SIZE, "page": number}
        payload = fetch(Request.get("unsdg", "/v1/sdg/Series/Data", params))
        page = record(payload.json(), "UN SDG page", ("totalElements", "totalPages", "pageNumber", "data"), ignored)
        total = whole_number(page["totalElements"], "UN SDG totalElements")
        pages.announce(whole_number(page["totalPages"], "UN SDG totalPages"), total)
        if whole_number(page["pageNumber"], "UN SDG pageNumber") != number:
            raise SourceUnavailable(f"unsdg answered page {page['pageNumber']} for page {number} of {code}; run again.")
        for value in rows(page["data"], "UN SDG data"):
            if (identity := repr(value)) not in seen:
                seen.add(identity)
                yield value
    announced = pages.total
    if len(seen) < announced * (1 - TOLERATED_LOSS):
        raise SourceUnavailable(f"unsdg gave {len(seen)} of {announced} rows of {code}; pages are missing, run again.")
    if len(seen) != announced:
        logger.warning("UN SDG announced %d rows of %s and gave %d.", announced, code, len(seen))


def _row(value: Any, code: str, names: set[str | None], years: Years, release: str | None) -> dict[str, Any] | None:
    """A row of a country in the years asked for; None for regions and other years."""
    row = record(value, "UN SDG row", NEEDED, IGNORED)
    country = by_m49().get(whole_number(row["geoAreaCode"], "UN SDG geoAreaCode"))
    year = decimal_number(row["timePeriodStart"], "UN SDG timePeriodStart")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise SchemaDrift(f"The UN SDG row of series {code} is of the year {year:.0f}; look at the landed payload.")
    if country is None or not years.first <= year <= years.last:
        return None
    if text(row["series"], "UN SDG row's 'series'") not in names:
        raise SchemaDrift(f"The UN SDG row of series {code} says series {row['series']!r}; look at the landed payload.")
    attributes = texts(row["attributes"], "UN SDG row's attributes")
    if (unit := attributes.get("Units")) is None:
        raise SchemaDrift(f"The UN SDG row of series {code} has no unit any more; look at the landed payload.")
    if not is_read_in(code, unit):
        raise SchemaDrift(f"The UN SDG row of series {code} is in {unit!r}, which is not read as {UN_SDG[code]}; please report it.")  # fmt: skip
    number, status = published_value(row["value"])
    return {
        "country_code": country,
        "series_code": code,
        "year": year,
        "disaggregation": disaggregation(texts(row["dimensions"], "UN SDG row's dimensions")),
        "value": number,
        "value_lower": published_value(row["lowerBound"])[0],
        "value_upper": published_value(row["upperBound"])[0],
        "value_status": status,
        "unit": unit,
        "nature": attributes.get("Nature"),
        "footnote": _footnote(row["footnotes"]),
        "publisher": "unsdg",
        "release": release,
    }


def _footnote(value: Any) -> str | None:
    """The notes of a row in one text; a row may have one as plain text."""
    notes = value if isinstance(value, list) else [] if value is None else [value]
    found = [text(note, "UN SDG row's 'footnotes'") for note in notes]
    return "; ".join(note for note in found if note) or None


SOURCES = (UnSdg(),)
