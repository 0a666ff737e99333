"""GBIF literature: publications that use open biodiversity data, about a country and by its researchers, per year.

Two requests per country, with facets and without a single entry, so that no author's name is ever received.

Traps, each with a test:

- unknown parameters are ignored with 200: the field of every filter is asked for as a facet and must agree;
- one publication is about several countries and has authors in several, so countries never add up to the world;
- some entries have no year and are in no row; a year without any entry is a zero, for the list was asked for it;
- the year in which the list is read is not over, and a late entry may still raise the year before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Literal

import polars as pl

from ness_pipeline.contract.batch import Batch
from ness_pipeline.landing.request import Fetch
from ness_pipeline.landing.units import Unit
from ness_pipeline.sources import Context
from ness_pipeline.sources.apis.gbif_lists import answered, listed
from ness_pipeline.sources.apis.pygbif_adapter import literature_search

SERIES = {"countriesOfCoverage": "GBIF_LIT_COVERAGE", "countriesOfResearcher": "GBIF_LIT_RESEARCHER"}
"""Parameter that names the country to our series code."""

USED = "GBIF_USED"
"""Relevance of publications that analyse data from GBIF, unlike those that only mention it."""

FIRST_YEAR = 2001
"""The year in which GBIF was founded; before it nobody could use its data."""


class GbifLiterature:
    """One row per series and year: publications about the country, and publications by its researchers."""

    name = "gbif_literature"
    scope: Literal["country"] = "country"
    tables = ("indicator_observation",)
    needs: tuple[str, ...] = ()
    cadence_days = 30
    citations = (
        (
            "GBIF.org, literature tracking programme: publications that use GBIF-mediated data, read {release}. https://www.gbif.org/literature-tracking",
            "CC-BY-4.0",
        ),
    )
    is_local = False
    is_redistributable = True
    requires: tuple[str, ...] = ()

    def read(self, unit: Unit, fetch: Fetch, context: Context) -> Iterator[Batch]:  # noqa: ARG002 - needs no setting
        """One batch with both series.

        Raises:
            SourceUnavailable: GBIF ignored the question.
            SchemaDrift: the answer lacks a field.
        """
        rows = []
        for parameter, series in SERIES.items():
            body, received = _answer(parameter, unit, fetch)
            filters = {parameter: unit.key, "relevance": USED}
            by_year = listed(body, "literature list", ("year",), filters).facets["year"]
            read_on = received.date()
            rows += [
                {
                    "country_code": unit.key,
                    "series_code": series,
                    "year": year,
                    "disaggregation": "total",
                    "value": by_year.get(str(year), 0),
                    "value_status": "observed",
                    "unit": "NUMBER",
                    "publisher": "gbif",
                    "release": read_on.isoformat(),
                }
                for year in unit.years
                if FIRST_YEAR <= year <= read_on.year
            ]
        columns = ("country_code", "series_code", "disaggregation", "value_status", "unit", "publisher", "release")
        schema = dict.fromkeys(columns, pl.String()) | {"year": pl.Int64(), "value": pl.Int64()}
        yield Batch("indicator_observation", pl.DataFrame(rows, schema=schema, orient="row"))

    def release(self, unit: Unit, fetch: Fetch) -> str | None:
        """Day of reading; the list grows every day and names no version."""
        return max(_answer(parameter, unit, fetch)[1] for parameter in SERIES).date().isoformat()


def _answer(parameter: str, unit: Unit, fetch: Fetch) -> tuple[dict[str, Any], dt.datetime]:
    filters = {parameter: unit.key, "relevance": USED}
    return answered(literature_search, fetch, **filters, facet=["year", *filters])


SOURCES = (GbifLiterature(),)
