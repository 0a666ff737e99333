"""The species of each country, from its records or the rows of its cube."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import polars as pl

from ness_pipeline.cube.text import sql_text
from ness_pipeline.sql import frames_of


def species_of(records: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Rows of `country_species`, sorted, in frames of bounded size.

    Args:
        records: numbers of records of each country and species by scientific name, reporting group and Red List category.
    """
    with (
        tempfile.TemporaryDirectory(prefix="ness-species-") as folder,
        duckdb.connect(str(Path(folder) / "species.duckdb")) as connection,
    ):
        is_first = True
        for frame in records:
            rows = frame.to_arrow()  # noqa: F841  (read by DuckDB)
            into = "CREATE TABLE species_record AS" if is_first else "INSERT INTO species_record BY NAME"
            connection.execute(f"{into} FROM rows")
            is_first = False
        if is_first:
            return
        yield from frames_of(connection, sql_text("country_species"))
