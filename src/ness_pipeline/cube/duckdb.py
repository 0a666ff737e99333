"""The cube engine for one machine: records and cube rows are gathered on disk and grouped there, so memory is bounded."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import polars as pl

from ness_pipeline.database import frame_of
from ness_pipeline.paths import sql_folder

BATCH_ROWS = 500_000
GATHERED = {"occurrence": ("occurrence_cube", "species_record"), "cube_row": ("merged_cube", "species_cube_row")}
"""What can be gathered, with the queries that make the cube and the list of its species from it."""


class Cube:
    """Gathers the checked rows of a file and gives back its cube.

    Use it as a context manager; what was gathered is removed on leaving it.

    Attributes:
        gathers: `occurrence` for records in the columns of the contract `Occurrence` plus `row_number`, `cube_row` for
            rows of finer cubes.
        rows: rows gathered so far.
    """

    def __init__(self, gathers: str) -> None:
        self.gathers = gathers
        self.rows = 0
        self._folder = tempfile.TemporaryDirectory(prefix="ness-cube-")
        self._connection = duckdb.connect(str(Path(self._folder.name) / "cube.duckdb"))
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.execute(_sql("macros", "temporal_uncertainty"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self._folder.cleanup()

    def add(self, rows: pl.DataFrame) -> None:
        """Gather rows; every call has the same columns."""
        first = "INSERT INTO {} BY NAME FROM rows" if self.rows else "CREATE OR REPLACE TABLE {} AS FROM rows"
        self._connection.register("rows", rows.to_arrow())
        self._connection.execute(first.format(self.gathers))
        self._connection.unregister("rows")
        self.rows += rows.height

    def remove_repeated(self, key: str) -> pl.Series:
        """Keep the first row of each `key` only and give back the `row_number` of the others, sorted."""
        if not self.rows:
            return pl.Series("row_number", [], pl.Int64)
        later = f"SELECT row_number FROM {self.gathers} QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY row_number) > 1"
        repeated = frame_of(self._connection, f"FROM ({later}) ORDER BY 1").get_column("row_number")
        if len(repeated):
            self._connection.register("repeated", repeated.to_frame().to_arrow())
            self._connection.execute(f"DELETE FROM {self.gathers} WHERE row_number IN (FROM repeated)")
            self._connection.unregister("repeated")
            self.rows -= len(repeated)
        return repeated

    def cube(self) -> Iterator[pl.DataFrame]:
        """Rows of the occurrence cube, sorted, in frames of bounded size."""
        return self._frames(_sql("cube", GATHERED[self.gathers][0]))

    def species(self) -> Iterator[pl.DataFrame]:
        """Rows of `country_species`, sorted, in frames of bounded size."""
        if self.rows:
            per_species = _sql("cube", GATHERED[self.gathers][1])
            self._connection.execute(f"CREATE OR REPLACE TEMP TABLE species_record AS {per_species}")
        return self._frames(_sql("cube", "country_species"))

    def _frames(self, query: str) -> Iterator[pl.DataFrame]:
        if not self.rows:
            return
        for batch in self._connection.sql(query).to_arrow_reader(BATCH_ROWS):
            frame = pl.DataFrame(pl.from_arrow(batch))
            if frame.height:
                yield frame


def _sql(folder: str, name: str) -> str:
    return (sql_folder(folder) / f"{name}.sql").read_text(encoding="utf-8")
