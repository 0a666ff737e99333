"""Rows of finer cubes brought to the grain of the occurrence cube: gathered on disk and added up there."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import polars as pl

from ness_pipeline.cube.species import species_of
from ness_pipeline.cube.text import sql_text
from ness_pipeline.sql import frame_of

BATCH_ROWS = 500_000


class MergedCube:
    """Gathers the checked rows of a cube and gives back the merged one.

    Use it as a context manager; what was gathered is removed on leaving it.

    Attributes:
        rows: rows gathered so far.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._folder = tempfile.TemporaryDirectory(prefix="ness-cube-")
        self._connection = duckdb.connect(str(Path(self._folder.name) / "cube.duckdb"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self._folder.cleanup()

    def add(self, rows: pl.DataFrame) -> None:
        """Gather rows; every call has the same columns."""
        first = (
            "INSERT INTO cube_row BY NAME FROM rows" if self.rows else "CREATE OR REPLACE TABLE cube_row AS FROM rows"
        )
        self._connection.register("rows", rows.to_arrow())
        self._connection.execute(first)
        self._connection.unregister("rows")
        self.rows += rows.height

    def cube(self) -> Iterator[pl.DataFrame]:
        """Rows of the occurrence cube, sorted, in frames of bounded size."""
        if self.rows:
            for batch in self._connection.sql(sql_text("merged_cube")).to_arrow_reader(BATCH_ROWS):
                yield pl.DataFrame(pl.from_arrow(batch))

    def species(self) -> Iterator[pl.DataFrame]:
        """Rows of `country_species`, sorted, in frames of bounded size."""
        if self.rows:
            yield from species_of([frame_of(self._connection, sql_text("species_cube_row"))])
