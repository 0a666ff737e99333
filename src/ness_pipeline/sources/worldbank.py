"""World Bank indicators: protected land and sea, threatened species, forest, land area, population.

Traps, each with a test:

- an error is a list of one record with `message`, under HTTP status 200; an indicator that is refused or archived is
  lost alone, and so is one without any row;
- aggregates (World, income groups, EU) stand among the countries with two-letter codes of their own; `/v2/country`
  tells them apart, and `countryiso3code` may be empty;
- paging numbers are numbers or text; without data the second element is null;
- `value` is null for most years, `date` may be a quarter or month in other databases (such a row is quarantined);
- `per_page` above 32,500 is refused; the default would be 50.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Literal

import polars as pl

from ness_pipeline.contract.batch import Batch, Lost
from ness_pipeline.errors import SchemaDrift, SourceUnavailable
from ness_pipeline.landing.request import Fetch, Request
from ness_pipeline.landing.units import Unit
from ness_pipeline.names.countries import by_iso3, countries
from ness_pipeline.names.published_series import WORLD_BANK, WORLD_BANK_CITATION, is_read_in
from ness_pipeline.sources import Context
from ness_pipeline.sources.apis.pages import Pages
from ness_pipeline.sources.fields import decimal_number, given, record, refused, rows, text, whole_number

NOT_COUNTRIES = {"JG": "Channel Islands, which ISO lists as Guernsey and Jersey"}
"""Areas that are neither aggregates nor ISO countries, with the reason why they are left out."""

NO_SUCH_INDICATOR = "175"
"""Number of the message about an indicator that was deleted, archived or never there."""

PER_PAGE = 20000


class WorldBank:
    """One row per country, indicator and year that the World Bank lists, also where it has no value."""

    name = "worldbank"
    scope: Literal["world"] = "world"
    tables = ("indicator_observation",)
    needs: tuple[str, ...] = ()
    cadence_days = 30
    citations = (WORLD_BANK_CITATION,)
    is_local = False
    is_redistributable = True
    requires: tuple[str, ...] = ()

    def read(self, unit: Unit, fetch: Fetch, context: Context) -> Iterator[Batch]:  # noqa: ARG002 - needs no setting
        """One batch per indicator; one that is not given, or not understood, is noted as lost.

        Rows of aggregates are not countries and are left out; rows of areas unknown to ISO are refused.

        Raises:
            SourceUnavailable: the list of countries is refused, or its pages do not add up.
            SchemaDrift: the list of countries lacks a field.
        """
        aggregates = _aggregates(fetch)
        for code in WORLD_BANK:
            read = partial(_batch, fetch, code, unit, aggregates)
            found = given(f"indicator {code}", {"series_code": code}, read)
            yield Batch("indicator_observation", _frame([]), lost=(found,)) if isinstance(found, Lost) else found

    def release(self, unit: Unit, fetch: Fetch) -> str | None:
        """Date of the last update, as the first indicator that is given states it."""
        for code in WORLD_BANK:
            found = given(code, {}, partial(_updated, fetch, code, unit))
            if found is not None and not isinstance(found, Lost):
                return found
        return None


def _updated(fetch: Fetch, code: str, unit: Unit) -> str | None:
    """Date of the last update of an indicator."""
    head, _ = _page(fetch, f"indicator/{code}", 1, {"date": str(unit.years)}, PER_PAGE)
    return text(head["lastupdated"], "World Bank page's 'lastupdated'")


def _batch(fetch: Fetch, code: str, unit: Unit, aggregates: set[str]) -> Batch:
    """The rows of one indicator."""
    observations, unknown_areas = [], []
    for row, updated in _observations(fetch, code, str(unit.years)):
        area = record(row["country"], "World Bank country of a row", ("id", "value"))
        area_code = text(area["id"], "World Bank country's 'id'") or ""
        if area_code in aggregates or area_code in NOT_COUNTRIES:
            continue
        iso3 = text(row["countryiso3code"], "World Bank row's 'countryiso3code'") or ""
        country = area_code if area_code in countries() else by_iso3().get(iso3)
        if country is None:
            unknown_areas.append(row)
            continue
        read_in = text(row["unit"], "World Bank row's 'unit'") or WORLD_BANK[code]
        if not is_read_in(code, read_in):
            raise SchemaDrift(f"The World Bank row of {code} is in {read_in!r}, which is not read as {WORLD_BANK[code]}; please report it.")  # fmt: skip
        observations.append(
            {
                "country_code": country,
                "series_code": code,
                "year": str(row["date"]),
                "disaggregation": "total",
                "value": None if row["value"] is None else decimal_number(row["value"], "World Bank value"),
                "value_status": "missing" if row["value"] is None else "observed",
                "unit": read_in,
                "publisher": "worldbank",
                "release": updated,
            }
        )
    return Batch(
        "indicator_observation",
        _frame(observations),
        refused(
            unknown_areas,
            len(observations),
            "country_code",
            "is_country",
            "This area is no country of ISO 3166-1.",
        ),
    )


def _observations(fetch: Fetch, code: str, years: str) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Every row of an indicator with the date of its last update."""
    seen = 0
    pages = Pages(f"worldbank {code}")
    for number in pages:
        head, data = _page(fetch, f"indicator/{code}", number, {"date": years}, PER_PAGE)
        pages.announce(*_size(head))
        seen += len(data)
        updated = text(head["lastupdated"], "World Bank page's 'lastupdated'")
        for row in data:
            needed = ("indicator", "country", "countryiso3code", "date", "value", "unit")
            yield record(row, "World Bank row", needed, ("obs_status", "decimal", "scale")), updated
    if seen != pages.total:
        raise SourceUnavailable(
            f"worldbank gave {seen} of {pages.total} rows of {code}; it changed while being read, run again."
        )
    if not seen:
        raise SourceUnavailable(f"worldbank knows {code} and has no row of it for {years}; an empty list is no answer.")


def _size(head: dict[str, Any]) -> tuple[int, int]:
    """Number of pages and of rows, as the head of a page states them."""
    return whole_number(head["pages"], "World Bank pages"), whole_number(head["total"], "World Bank total")


def _aggregates(fetch: Fetch) -> set[str]:
    """Two-letter codes of the groups of countries that stand among the countries."""
    codes: set[str] = set()
    pages = Pages("worldbank's list of countries")
    ignored = ("id", "name", "adminregion", "incomeLevel", "lendingType", "capitalCity", "longitude", "latitude")
    for number in pages:
        head, data = _page(fetch, "", number, {}, 400)
        pages.announce(*_size(head))
        for row in data:
            area = record(row, "World Bank country", ("iso2Code", "region"), ignored)
            region = record(area["region"], "World Bank region", ("value",), ("id", "iso2code"))
            if (text(region["value"], "World Bank region") or "").strip() == "Aggregates":
                codes.add(text(area["iso2Code"], "World Bank country's 'iso2Code'") or "")
    if not codes:
        raise SourceUnavailable(
            "worldbank lists no aggregates any more, so countries cannot be told from them; please report it."
        )
    return codes


def _page(
    fetch: Fetch, resource: str, number: int, params: dict[str, str], per_page: int
) -> tuple[dict[str, Any], list[Any]]:
    """Head and rows of one page of `/v2/country` (`resource` empty) or of an indicator for all countries."""
    path = f"/v2/country/all/{resource}" if resource else "/v2/country"
    request = Request.get("worldbank", path, {"format": "json", **params, "per_page": per_page, "page": number})
    body = rows(fetch(request).json(), "World Bank answer")
    if len(body) == 1 and isinstance(body[0], dict) and "message" in body[0]:
        said = body[0]["message"]
        parts = [
            part if isinstance(part, dict) else {"value": part} for part in (said if isinstance(said, list) else [said])
        ]
        messages = "; ".join(" ".join(str(part[name]) for name in ("id", "value") if name in part) for part in parts)
        is_unknown = any(str(part.get("id")) == NO_SUCH_INDICATOR for part in parts)
        step = "it is no indicator of the World Bank any more, please report it" if is_unknown else "run again later"
        raise SourceUnavailable(f"worldbank refused {path} ({messages[:100]}); {step}.")
    needed = ("page", "pages", "total", "lastupdated") if resource else ("page", "pages", "total")
    head = record(body[0] if body else None, "World Bank page head", needed, ("per_page", "sourceid", "lastupdated"))
    if whole_number(head["page"], "World Bank page") != number and whole_number(head["total"], "World Bank total"):
        raise SourceUnavailable(f"worldbank answered page {head['page']} for page {number} of {path}; run again.")
    data = body[1] if len(body) > 1 else None
    return head, [] if data is None else rows(data, "World Bank page")


def _frame(observations: list[dict[str, Any]]) -> pl.DataFrame:
    columns = ("country_code", "series_code", "year", "disaggregation", "value_status", "unit", "publisher", "release")
    schema: dict[str, Any] = dict.fromkeys(columns, pl.String) | {"value": pl.Float64}
    return pl.DataFrame(observations, schema=schema, orient="row")


SOURCES = (WorldBank(),)
