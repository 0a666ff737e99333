"""The cube engine for one machine: DuckDB scans the files, groups them in bounded memory and spills to disk."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from ness_pipeline.cube.engine import Engine, Progress, Records
from ness_pipeline.cube.options import CubeOptions, Trust
from ness_pipeline.cube.text import for_duckdb, sql_text
from ness_pipeline.errors import SourceUnavailable, WrongUsage
from ness_pipeline.paths import sql_folder
from ness_pipeline.sql import exact_path, literal

BATCH_ROWS = 250_000
MEMORY = "1500MB"
"""What DuckDB may use; with its buffers for reading and with polars beside it a run stays below 2 GiB."""
_LOOK_S = 0.5


class DuckdbEngine(Engine):
    """DuckDB as cube engine.

    Args:
        records: the records.
        options: how to count them.
        trust: see `Engine`.
        progress: told what is being done.
        memory: what DuckDB may use, such as `1500MB`; beyond that it spills to a temporary folder.
        threads: threads; None takes all.
    """

    def __init__(
        self,
        records: Sequence[Records],
        options: CubeOptions,
        *,
        trust: Trust = "nothing",
        progress: Progress | None = None,
        memory: str = MEMORY,
        threads: int | None = None,
    ) -> None:
        super().__init__(records, options, trust=trust, progress=progress)
        self._memory, self._threads = memory, threads
        self._folder = tempfile.TemporaryDirectory(prefix="ness-cube-")
        self._connection = duckdb.connect()
        self._cube_file = Path(self._folder.name) / "cube.parquet"

    def start(self) -> None:
        """Set memory, macros and options, and find the files that patterns of object stores stand for."""
        run = self._run
        run("SET TimeZone = 'UTC'")
        run("SET preserve_insertion_order = false")
        run("SET produce_arrow_string_view = true")  # polars takes these as they are
        run("SET enable_progress_bar = true")
        run("SET enable_progress_bar_print = false")
        try:
            run(f"SET memory_limit = {literal(self._memory)}")
        except duckdb.Error:
            raise WrongUsage(f"--memory {self._memory} is no size; write it as in 1500MB or 4GB.") from None
        run(f"SET temp_directory = {literal(self._folder.name)}")
        if self._threads is not None:
            run(f"SET threads = {self._threads}")
        for name in self.options.macros:
            run((sql_folder("macros") / f"{name}.sql").read_text(encoding="utf-8"))
        if self.options.grid is not None and self.options.grid.kind == "h3":
            self._add_h3()
        with self._readable():
            self.records = tuple(replace(part, files=self._found(part.files)) for part in self.records)

    def close(self) -> None:
        """Remove what was needed on the way."""
        self._connection.close()
        self._folder.cleanup()

    def columns(self, files: tuple[str, ...]) -> list[tuple[tuple[str, ...], Mapping[str, str]]]:
        """Files that have the same columns, with those columns and their types."""
        with self._readable():
            described = "SELECT file_name, list((name, type, converted_type, logical_type::VARCHAR, num_children)) FROM parquet_schema(?) GROUP BY file_name"
            same: defaultdict[str, list[str]] = defaultdict(list)
            for name, schema in self._connection.execute(described, [[exact_path(file) for file in files]]).fetchall():
                same[str(schema)].append(str(name))
            order = {name: place for place, name in enumerate(files)}
            found: list[tuple[tuple[str, ...], Mapping[str, str]]] = []
            for names in same.values():
                names.sort(key=lambda name: order.get(name, 0))
                relation = self._connection.read_parquet(exact_path(names[0]), binary_as_string=True)
                types = (str(kind) for kind in relation.types)
                found.append((tuple(names), dict(zip(relation.columns, types, strict=True))))
        return found

    def rows_by_file(self) -> Mapping[str, int]:
        """How many rows each file has."""
        files = [exact_path(file) for part in self.records for file in part.files]
        with self._readable():
            counted = "SELECT file_name, num_rows FROM parquet_file_metadata(?)"
            return {str(name): int(rows) for name, rows in self._connection.execute(counted, [files]).fetchall()}

    def open(self, relation: str, files: tuple[str, ...]) -> None:
        """Make the rows of files a relation."""
        listed = ", ".join(literal(exact_path(file)) for file in files)
        where = "*, filename AS _file_path, parse_filename(filename) AS _file_name, file_row_number AS _file_row"
        self.define(relation, f"SELECT {where} FROM read_parquet([{listed}], binary_as_string = true)")

    def define(self, relation: str, statement: str) -> None:
        """Make a statement a relation."""
        with self._readable():
            self._run(f"CREATE OR REPLACE TEMP VIEW {relation} AS {self._text(statement)}")

    def keep(self, relation: str, statement: str, what: str) -> int:
        """Make the rows of a statement a relation that is computed once; gives back how many they are."""
        with self._readable(), self._shown(what):
            self._run(f"CREATE OR REPLACE TEMP TABLE {relation} AS {self._text(statement)}")
            return int(self._run(f"SELECT count(*) FROM {relation}")[0][0])

    def keep_written(self) -> None:
        """Count by the words of the files; where all is trusted, as the file of the cube.

        Words mostly stand for themselves, and then these counts are the cube: a table in between would cost as much as a
        fifth of the counting.
        """
        if self.trust != "everything":
            super().keep_written()
            return
        cube = sql_text("occurrence_cube")
        counts = (
            f"SELECT *, country_word AS country_code, key_word AS species_key FROM ({sql_text('written')}) AS written"
        )
        self._copy(f"WITH summed AS ({counts}) {cube}", self._cube_file, "Counting records")
        named = "* RENAME (country_code AS country_word, species_key AS key_word), CAST(NULL AS TINYINT) AS kept_out_by"
        self.define("written", f"SELECT {named} FROM read_parquet({literal(self._cube_file)})")

    def frames(self, statement: str, what: str) -> Iterator[pl.DataFrame]:
        """The rows of a statement in frames of bounded size."""
        with self._readable(), self._shown(what):
            for batch in self._connection.sql(self._text(statement)).to_arrow_reader(BATCH_ROWS):
                frame = pl.DataFrame(pl.from_arrow(batch))
                if frame.height:
                    yield frame

    def write(self, path: Path) -> None:
        """Write the cube to a file, as parquet or CSV."""
        self.count()
        if self._is_cube_written and path.suffix.lower() == self._cube_file.suffix:
            shutil.copyfile(self._cube_file, path)
        else:
            self._copy(sql_text("occurrence_cube"), path, "Writing the cube")

    def _copy(self, statement: str, path: Path, what: str) -> None:
        """Write the rows of a statement to a file."""
        how = "FORMAT csv, HEADER" if path.suffix.lower() == ".csv" else "FORMAT parquet, COMPRESSION zstd"
        with self._readable(), self._shown(what):
            self._run(f"COPY ({self._text(statement)}) TO {literal(path)} ({how})")

    def _add_h3(self) -> None:
        try:
            import h3  # noqa: PLC0415  (an extra)
        except ImportError:
            raise WrongUsage(
                "The grid h3 needs its library; install it with: pip install 'ness-pipeline[h3]'."
            ) from None
        types = ["DOUBLE", "DOUBLE", "INTEGER"]
        self._connection.create_function("h3_cell", h3.latlng_to_cell, types, "VARCHAR")  # type: ignore[arg-type]
        self._run(
            "CREATE OR REPLACE MACRO h3_code(latitude, longitude, resolution) AS h3_cell(latitude, longitude, resolution)"
        )

    def _found(self, files: tuple[str, ...]) -> tuple[str, ...]:
        """Files, with the patterns in URLs written out."""
        found: list[str] = []
        for file in files:
            is_pattern = "://" in file and "*" in file
            named = [str(row[0]) for row in self._run(f"FROM glob({literal(file)})")] if is_pattern else [file]
            if not named:
                raise WrongUsage(f"No file is at {file}; check the address and the pattern.")
            found += named
        return tuple(found)

    def _run(self, statement: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement).fetchall()

    def _text(self, statement: str) -> str:
        return for_duckdb(statement, self.variables)

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Say in one sentence what DuckDB gives up on."""
        shown = self.records[0].shown if len(self.records) == 1 else "One of the files"
        try:
            yield
        except (duckdb.OutOfMemoryException, duckdb.FatalException) as error:
            raise WrongUsage(
                f"The cube of {shown} needs more memory or disk than is free ({_first(error)}); raise --memory or set TMPDIR to a larger disk."
            ) from error
        except (duckdb.HTTPException, duckdb.IOException) as error:
            if "://" in str(error) and "httpfs" in str(error):
                raise WrongUsage(
                    "Object stores need DuckDB's extension httpfs, which is not installed here; download the files first."
                ) from error
            if isinstance(error, duckdb.HTTPException):
                raise SourceUnavailable(f"{shown} cannot be fetched ({_first(error)}); check the address.") from error
            raise WrongUsage(
                f"{shown} is not readable to its end ({_first(error)}); export or download it again."
            ) from error
        except duckdb.Error as error:
            raise WrongUsage(
                f"{shown} is not readable to its end ({_first(error)}); export or download it again."
            ) from error

    @contextmanager
    def _shown(self, what: str) -> Iterator[None]:
        """Report progress while a statement runs."""
        done = threading.Event()

        def look() -> None:
            while not done.wait(_LOOK_S):
                share = self._connection.query_progress()
                self._progress(what, share / 100 if share >= 0 else None)

        self._progress(what, None)
        watcher = threading.Thread(target=look, name="ness-cube-progress", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()


def _first(error: Exception) -> str:
    return str(error).splitlines()[0]
