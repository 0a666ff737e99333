"""The list of series that feed metrics, beside the SQL that reads them and the values that publishers give."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
from small_world import CODES, country, observation

from ness_pipeline.build.models import models, with_inputs
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.names.metric_series import (
    AID,
    INDEX,
    LEVEL,
    PER_CENT,
    SERIES,
    TRUE_FALSE,
    YES_NO,
    MetricSeries,
    metric_series,
    nearest_series,
)
from ness_pipeline.names.published_series import unit_of
from ness_pipeline.paths import sql_folder

READ = "core.indicator_observation"
CODE = re.compile(r"'([A-Z][A-Z0-9]*(?:[._][A-Z0-9]+)+)'")
"""A series code as a text in SQL."""


def test_the_list_has_the_series_of_the_sql() -> None:
    """Each code that a model names is listed, and each listed one is named by a model."""
    named = {code for model in models().values() if READ in model.inputs for code in CODE.findall(model.sql)}
    assert named == set(metric_series())
    assert len(SERIES) == len(metric_series())


def value_of(series: MetricSeries, place: int) -> float:
    """A value that no other series has, where its unit leaves a choice."""
    if series.unit is PER_CENT:
        return 10 + place / 10
    return {YES_NO: 1.0, TRUE_FALSE: 1.0, LEVEL: 2.0, INDEX: 0.5, AID: 20.0 + place}.get(series.unit, 1e6 + place)


def test_each_series_feeds_what_the_list_says(warehouse: Any) -> None:
    """A country with all series, one with each alone and one without each: what differs is fed by that series."""
    whole, places, rows = CODES[0], [country(CODES[0])], []
    for place, series in enumerate(SERIES):
        alone, lacking = CODES[1 + 2 * place], CODES[2 + 2 * place]
        places += [country(alone), country(lacking)]
        without = [code for other, code in enumerate(CODES[2 : 2 + 2 * len(SERIES) : 2]) if other != place]
        for code in (whole, alone, *without):
            row = observation(series.code, 2020, value_of(series, place), code, publisher=series.publisher)
            rows.append(row | {"unit": series.unit.name})
    warehouse.land("country", places)
    warehouse.land("indicator_observation", rows)
    names = sorted({f"metrics.{feeds.partition('.')[0]}" for series in SERIES for feeds in series.feeds})
    warehouse.materialise(only=names)
    for place, series in enumerate(SERIES):
        for feeds in series.feeds:
            table, _, column = feeds.partition(".")
            assert column in {measure.name for measure in tables()[f"metrics.{table}"].measures}
            found: dict[str, list[float]] = {}
            for row in warehouse.rows(f"SELECT country_code, {column} AS value FROM metrics.{table} ORDER BY ALL"):
                if row["value"] is not None:
                    found.setdefault(row["country_code"], []).append(row["value"])
            alone, lacking = found.get(CODES[1 + 2 * place]), found.get(CODES[2 + 2 * place])
            assert alone is not None or lacking != found[whole], series.code


def test_every_metric_table_that_reads_series_is_fed() -> None:
    """No table of metrics that reads series itself is missing from the list."""
    readers = {name for name, model in models().items() if name.startswith("metrics.") and READ in model.inputs}
    fed = {f"metrics.{feeds.partition('.')[0]}" for series in SERIES for feeds in series.feeds}
    through_core = {model.name for name in fed for model in with_inputs([name])}
    assert readers <= fed
    assert {
        name for name, model in models().items() if name.startswith("core.") and READ in model.inputs
    } <= through_core


def test_real_values_are_within_the_bounds() -> None:
    """No value that the World Bank or the UN published in the sample of open data is beyond what the list allows."""
    values = pl.read_parquet(sql_folder("sample") / "indicator_observation.parquet")
    known = values.filter(pl.col("series_code").is_in(list(metric_series())))
    assert known.height > 50_000
    for (code,), rows in known.with_columns(pl.col("value").cast(pl.Float64)).group_by("series_code"):
        unit = metric_series()[str(code)].unit
        assert rows.filter(~pl.col("value").is_between(unit.low, unit.high)).is_empty(), code


def test_the_nearest_series_is_found_by_code_and_by_name() -> None:
    """A misspelt code, a former code and a title; nothing for a word that is like none."""
    nearest = {word: found.code for word in ("ER_RSK_LSTX", "er.lnd.ptld.z", "ER_RSK_LSTI", "Degraded land", "land degraded") if (found := nearest_series(word))}  # fmt: skip
    assert nearest["ER_RSK_LSTX"] == nearest["ER_RSK_LSTI"] == "ER_RSK_LST"
    assert nearest["er.lnd.ptld.z"] == "ER.LND.PTLD.ZS"
    assert nearest["Degraded land"] == "AG_LND_DGRD"
    assert nearest_series("QQQ") is None


def test_units_are_those_of_the_publishers_series():
    """The unit in which a metric reads a series is the one in which the sources give it."""
    known = {code: unit_of(code) for code in metric_series()}
    assert {code: one.unit.name for code, one in metric_series().items() if known[code]} == {
        code: unit for code, unit in known.items() if unit
    }
