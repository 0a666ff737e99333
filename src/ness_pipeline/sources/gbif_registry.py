"""GBIF registry: how many data sets a country's organisations publish, and how many organisations do.

One request per country, with facets and without a single entry: registry entries carry the e-mail addresses of
contacts, which are never received.

Traps, each with a test:

- unknown parameters are ignored with 200: the field of every filter is asked for as a facet and must agree;
- an organisation counts when it publishes at least one data set, not when it is only registered;
- the country is the organisation's, not that of the species: a museum publishes records of the whole world;
- the numbers are those of the day on which they are read, whatever years were asked for.
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
from ness_pipeline.sources.apis.pygbif_adapter import dataset_search

DATA_SETS, PUBLISHERS = "GBIF_DATASETS", "GBIF_PUBLISHERS"
"""Our series codes."""


class GbifRegistry:
    """Two rows: the data sets of the country's organisations and the organisations, for the year of reading."""

    name = "gbif_registry"
    scope: Literal["country"] = "country"
    tables = ("indicator_observation",)
    needs: tuple[str, ...] = ()
    cadence_days = 30
    citations = (
        (
            "GBIF.org, registry of data sets and publishers, read {release}. https://www.gbif.org/dataset/search",
            "CC0-1.0",
        ),
    )
    is_local = False
    is_redistributable = True
    requires: tuple[str, ...] = ()

    def read(self, unit: Unit, fetch: Fetch, context: Context) -> Iterator[Batch]:  # noqa: ARG002 - needs no setting
        """One batch with both numbers.

        Raises:
            SourceUnavailable: GBIF ignored the question.
            SchemaDrift: the answer lacks a field.
        """
        body, received = _answer(unit, fetch)
        answer = listed(body, "registry", ("publishingOrg",), {"publishingCountry": unit.key})
        read_on = received.date()
        values = {DATA_SETS: answer.count, PUBLISHERS: len(answer.facets["publishingOrg"])}
        rows = [
            {
                "country_code": unit.key,
                "series_code": series,
                "year": read_on.year,
                "disaggregation": "total",
                "value": value,
                "value_status": "observed",
                "unit": "NUMBER",
                "publisher": "gbif",
                "release": read_on.isoformat(),
            }
            for series, value in values.items()
        ]
        yield Batch("indicator_observation", pl.DataFrame(rows))

    def release(self, unit: Unit, fetch: Fetch) -> str | None:
        """Day of reading; the registry changes every day and names no version."""
        return _answer(unit, fetch)[1].date().isoformat()


def _answer(unit: Unit, fetch: Fetch) -> tuple[dict[str, Any], dt.datetime]:
    facets = ["publishingOrg", "publishingCountry"]
    return answered(dataset_search, fetch, publishingCountry=unit.key, facet=facets)


SOURCES = (GbifRegistry(),)
