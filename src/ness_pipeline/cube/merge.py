"""Cubes made elsewhere with finer rows, added up to one row per country, year, species and cell on disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import polars as pl

from ness_pipeline.cube.species import species_of
from ness_pipeline.cube.text import sql_text
from ness_pipeline.scratch import ScratchFolder
from ness_pipeline.sql import frame_of, frames_of


class MergedCube:
    """Collects the valid rows of a cube on disk and returns the merged cube.

    Use it as a context manager; its temporary files are removed on leaving.

    Attributes:
        rows: number of rows added so far.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._folder = ScratchFolder("cube")
        self._connection = duckdb.connect(str(Path(self._folder.name) / "cube.duckdb"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self._folder.cleanup()

    def add(self, rows: pl.DataFrame) -> None:
        """Add rows; every call has the same columns."""
        statement = "CREATE OR REPLACE TABLE cube_row AS FROM rows"  # also after a first call without rows
        if self.rows:
            statement = "INSERT INTO cube_row BY NAME FROM rows"
        self._connection.register("rows", rows.to_arrow())
        self._connection.execute(statement)
        self._connection.unregister("rows")
        self.rows += rows.height

    def cube(self) -> Iterator[pl.DataFrame]:
        """Rows of the occurrence cube, sorted, in frames of bounded size."""
        if self.rows:
            yield from frames_of(self._connection, sql_text("merged_cube"))

    def species(self) -> Iterator[pl.DataFrame]:
        """Rows of `country_species`, sorted, in frames of bounded size."""
        if self.rows:
            yield from species_of([frame_of(self._connection, sql_text("species_cube_row"))])
