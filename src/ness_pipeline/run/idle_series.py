"""Series of own files that no metric reads: they are loaded, and nothing comes of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ness_pipeline.landing.own_loads import OwnLoad
from ness_pipeline.landing.zone import Landing
from ness_pipeline.names.metric_series import metric_series, nearest_series
from ness_pipeline.scratch import ScratchFolder

TABLE = "indicator_observation"


@dataclass(frozen=True)
class IdleSeries:
    """One series that feeds no metric.

    Attributes:
        series_code: its code, as the file has it.
        rows: how many rows of it were loaded.
        nearest: code of the series that feeds a metric and is most like it, None where none is.
    """

    series_code: str
    rows: int
    nearest: str | None


def idle_series(landing: Landing, load: OwnLoad) -> list[IdleSeries]:
    """The series of a load that feed no metric, those with most rows first."""
    if TABLE not in load.tables:
        return []
    with ScratchFolder("own") as folder:
        file = landing.local(f"{load.folder}/landed.{TABLE}.parquet", Path(folder))
        rows = pl.read_parquet(file, columns=["series_code"], glob=False)
    counts = rows.filter(~pl.col("series_code").is_in(list(metric_series()))).get_column("series_code").value_counts()
    return [
        IdleSeries(code, number, None if (series := nearest_series(code)) is None else series.code)
        for code, number in counts.sort(["count", "series_code"], descending=[True, False]).iter_rows()
    ]
