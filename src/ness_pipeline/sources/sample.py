"""The sample: open series of real countries that come with the package, so that a first run needs no publisher.

It takes part in a run only when asked for. Its rows are the publishers' own values of one vintage per series
(`warehouse/sample/README.md`); where a publisher's own release of a series is loaded, the sample's rows of it go.
"""

from __future__ import annotations

import datetime as dt
import functools
import tomllib
from collections.abc import Collection, Iterator
from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict

from ness_pipeline.contract.batch import Batch
from ness_pipeline.landing.request import Fetch
from ness_pipeline.landing.units import Unit
from ness_pipeline.paths import sql_folder
from ness_pipeline.sources import SAMPLE, Context


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Cited(_Part):
    """Whom to name for some series.

    Attributes:
        publisher: who publishes them, and through whom they came.
        citation: what to cite.
        licence: SPDX name, or a reference to terms of use.
        terms: the licence in words.
    """

    publisher: str
    citation: str
    licence: str
    terms: str


class SampleSeries(_Part):
    """One series of the sample.

    Attributes:
        series_code: the publisher's code.
        title: what it measures.
        publisher: as in `core.indicator_observation`.
        unit: unit of the values.
        release: vintage of the file.
        file: name of the publisher's file.
        cited_as: whom to name, in `Sample.cited`.
        older_file: a file of an earlier vintage, for countries that the newer one lacks altogether.
        older_release: its vintage.
        no: where values are words, the one that means 0; every other means 1.
    """

    series_code: str
    title: str
    publisher: Literal["unsdg", "worldbank"]
    unit: str
    release: str
    file: str
    cited_as: str
    older_file: str | None = None
    older_release: str | None = None
    no: str | None = None


class SampleDefinition(_Part):
    """The contents of `series.toml`.

    Attributes:
        as_of: day of the newest vintage.
        first_year: years before it are left out.
        cited: whom to name, by short name.
        series: the series.
    """

    as_of: dt.date
    first_year: int
    cited: dict[str, Cited]
    series: tuple[SampleSeries, ...]


@functools.cache
def sample_definition() -> SampleDefinition:
    """What the sample is made of."""
    return SampleDefinition.model_validate(
        tomllib.loads((sql_folder(SAMPLE) / "series.toml").read_text(encoding="utf-8"))
    )


def citations_of(series_codes: Collection[str]) -> list[str]:
    """What to cite for some series of the sample."""
    definition = sample_definition()
    names = {series.cited_as for series in definition.series if series.series_code in series_codes}
    return [cited.citation for name, cited in definition.cited.items() if name in names]


class Sample:
    """One row per country, series and year with a value."""

    name = SAMPLE
    scope: Literal["world"] = "world"
    tables = ("indicator_observation",)
    needs: tuple[str, ...] = ()
    cadence_days = 365
    is_local = False
    is_redistributable = True
    requires: tuple[str, ...] = ()

    @property
    def citations(self) -> tuple[tuple[str, str], ...]:
        """What to cite, with its licence: one entry per publisher and way by which its series came."""
        return tuple((cited.citation, cited.licence) for cited in sample_definition().cited.values())

    def read(self, unit: Unit, fetch: Fetch, context: Context) -> Iterator[Batch]:  # noqa: ARG002 - needs no request
        """All rows in the years of the unit."""
        facts = pl.DataFrame(
            [series.model_dump(include={"series_code", "publisher", "unit"}) for series in sample_definition().series]
        )
        values = pl.read_parquet(sql_folder(SAMPLE) / "indicator_observation.parquet", glob=False)
        yield Batch(
            "indicator_observation",
            values.filter(pl.col("year").is_between(unit.years.first, unit.years.last))
            .join(facts, on="series_code", validate="m:1", maintain_order="left")
            .with_columns(disaggregation=pl.lit("total"), value_status=pl.lit("observed")),
        )

    def release(self, unit: Unit, fetch: Fetch) -> str | None:  # noqa: ARG002 - needs no request
        """The day of the newest vintage."""
        return sample_definition().as_of.isoformat()


SOURCES = (Sample(),)
