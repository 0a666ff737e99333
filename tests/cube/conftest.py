"""Occurrence records of a small invented world as a monthly snapshot, and one quiet Spark for all tests."""

from __future__ import annotations

import polars as pl
import pytest

from ness_pipeline.sandbox.gbif_table import records_table
from ness_pipeline.sandbox.occurrences import Occurrences
from ness_pipeline.sandbox.world import World

QUICK = {
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}


@pytest.fixture(scope="session")
def world_records():
    """All records of a world of 400 species in two countries."""
    return records_table(Occurrences(World(species=400, countries=["DE", "NO"])))


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory, world_records):
    """The records as GBIF's monthly snapshot: two parts without extension, the first with dates as timestamps."""
    folder = tmp_path_factory.mktemp("snapshot") / "occurrence.parquet"
    folder.mkdir()
    half = world_records.height // 2
    dates = (pl.col("eventdate") + "-01-01").str.slice(0, 10).str.to_datetime("%Y-%m-%d", strict=False)
    world_records.head(half).with_columns(dates).write_parquet(folder / "000000")
    world_records.slice(half).write_parquet(folder / "000001")
    return folder


@pytest.fixture(scope="session")
def spark():
    """One Spark session on this machine; for so few records, compiling the statements would take longer than running them."""
    pytest.importorskip("pyspark")
    from ness_pipeline.cube.spark import session

    opened = session("local[2]")
    for name, value in QUICK.items():
        opened.conf.set(name, value)
    yield opened
    opened.stop()
