"""The cube engine for one machine: DuckDB scans the files, groups them in bounded memory and spills to disk."""

from __future__ import annotations

import shutil
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from ness_pipeline.cube.engine import Engine
from ness_pipeline.cube.options import CubeOptions, Trust
from ness_pipeline.cube.records import FileGroup, Progress, Records
from ness_pipeline.cube.steps import checked_records, records, terms_of, validated_records, with_relations
from ness_pipeline.cube.text import for_duckdb, sql_text
from ness_pipeline.errors import SourceUnavailable, WrongUsage, first_line
from ness_pipeline.paths import sql_folder
from ness_pipeline.scratch import ScratchFolder
from ness_pipeline.sql import exact_path, frames_of, literal, parquet

MEMORY = "1500MB"
"""What DuckDB may use; with its buffers for reading and with polars beside it a run stays below 2 GiB."""
PROGRESS_S = 0.5
"""How often progress is reported, in seconds."""
PARQUET_COLUMNS = """
    SELECT file_name, list((name, type, converted_type, logical_type::VARCHAR, num_children))
    FROM parquet_schema(?)
    GROUP BY file_name
"""
"""The columns of parquet files with their types; files with equal lists have the same columns."""


class DuckdbEngine(Engine):
    """DuckDB as cube engine.

    Args:
        records: the records.
        options: how to count them.
        trust: see `Engine`.
        progress: called with what is being done.
        memory: what DuckDB may use, such as `1500MB`; what needs more goes to a temporary folder.
        threads: number of threads; None takes one for each core.
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
        self._folder = ScratchFolder("cube")
        self._connection = duckdb.connect()
        self._cube_file = Path(self._folder.name) / "cube.parquet"

    def start(self) -> None:
        """Set memory and macros, and list the files that match patterns of object stores."""
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
        with self._errors_in_plain_words():
            self.records = tuple(replace(part, files=self._listed(part.files)) for part in self.records)

    def close(self) -> None:
        """Close the connection and remove temporary files."""
        self._connection.close()
        self._folder.cleanup()

    def columns(self, files: tuple[str, ...]) -> list[tuple[tuple[str, ...], Mapping[str, str]]]:
        """Files that have the same columns, with those columns and their types."""
        with self._errors_in_plain_words():
            files_by_schema: defaultdict[str, list[str]] = defaultdict(list)
            exact_paths = [exact_path(file) for file in files]
            for name, schema in self._connection.execute(PARQUET_COLUMNS, [exact_paths]).fetchall():
                files_by_schema[str(schema)].append(str(name))
            place = {name: number for number, name in enumerate(files)}
            groups: list[tuple[tuple[str, ...], Mapping[str, str]]] = []
            for names in files_by_schema.values():
                names.sort(key=lambda name: place.get(name, 0))
                relation = self._connection.read_parquet(exact_path(names[0]), binary_as_string=True)
                types = [str(type_name) for type_name in relation.types]
                groups.append((tuple(names), dict(zip(relation.columns, types, strict=True))))
        return groups

    def rows_by_file(self) -> Mapping[str, int]:
        """How many rows each file has."""
        files = [exact_path(file) for part in self.records for file in part.files]
        with self._errors_in_plain_words():
            rows = self._connection.execute("SELECT file_name, num_rows FROM parquet_file_metadata(?)", [files])
            return {str(name): int(number) for name, number in rows.fetchall()}

    def open(self, relation: str, files: tuple[str, ...]) -> None:
        """Define a relation with the rows of files."""
        listed = ", ".join(literal(exact_path(file)) for file in files)
        position = "filename AS _file_path, parse_filename(filename) AS _file_name, file_row_number AS _file_row"
        self.define(relation, f"SELECT *, {position} FROM read_parquet([{listed}], binary_as_string = true)")

    def define(self, relation: str, statement: str) -> None:
        """Define a relation as a view."""
        with self._errors_in_plain_words():
            self._run(f"CREATE OR REPLACE TEMP VIEW {relation} AS {self._text(statement)}")

    def store(self, relation: str, statement: str, what: str) -> int:
        """Define a relation as a table; returns the number of its rows."""
        with self._errors_in_plain_words(), self._progress_shown(what):
            self._run(f"CREATE OR REPLACE TEMP TABLE {relation} AS {self._text(statement)}")
            return int(self._run(f"SELECT count(*) FROM {relation}")[0][0])

    def define_uncounted(self, group: FileGroup, condition: str) -> None:
        """Define `uncounted_record` by going over the files again, because checked records do not carry whole rows."""
        relations = {
            "term": terms_of([group], self.options, with_file_columns=True),
            "record": records(),
            "validated_record": validated_records(self.rules),
            "checked_record": checked_records(has_repeats=self.has_repeats),
        }
        uncounted = f"SELECT *, {group.terms.whole_row} AS whole_row FROM checked_record WHERE {condition}"
        self.define("uncounted_record", with_relations(relations, uncounted))

    def count_by_text(self) -> None:
        """Count the records by the text of the files; where everything is trusted, as the file of the cube.

        Mostly each text is its own value, and then these counts are the cube: to write them to a table first would take
        a fifth of the time of counting.
        """
        if self.trust != "everything":
            super().count_by_text()
            return
        relations = {
            "count_by_text": sql_text("count_by_text"),
            "merged_count": "SELECT *, country_code_text AS country_code, species_key_text AS species_key FROM count_by_text",
        }
        self._copy(with_relations(relations, sql_text("occurrence_cube")), self._cube_file, "Counting records")
        columns = "* RENAME (country_code AS country_code_text, species_key AS species_key_text)"
        counts = f"SELECT {columns}, CAST(NULL AS TINYINT) AS failed_rule FROM {parquet(self._cube_file)}"
        self.define("count_by_text", counts)

    def frames(self, statement: str, what: str) -> Iterator[pl.DataFrame]:
        """The rows of a statement in frames of bounded size."""
        with self._errors_in_plain_words(), self._progress_shown(what):
            yield from frames_of(self._connection, self._text(statement))

    def write(self, path: Path) -> None:
        """Write the cube to a file, as parquet."""
        result = self.count()
        if self.trust == "everything" and result.texts_are_values:
            shutil.copyfile(self._cube_file, path)
        else:
            self._copy(sql_text("occurrence_cube"), path, "Writing the cube")

    def write_keys(self, path: Path) -> None:
        """Write the records that the cube counts, each under a hash that other files have too, as parquet; see `record_key.sql`."""
        self.define_counted_records()
        with_keys = Path(self._folder.name) / "keys.parquet"
        what = "Noting which records there are"
        self._copy(sql_text("record_key"), with_keys, what)
        self.define("record_with_key", f"SELECT * FROM {parquet(with_keys)}")
        ((unnamed,),) = self._run("SELECT count(*) FROM record_with_key WHERE record_key IS NULL")
        if unnamed:
            self._copy(sql_text("known_record"), path.with_suffix(".parquet"), what)
            path.with_suffix(".parquet").replace(path)
        else:
            shutil.move(with_keys, path)

    def _copy(self, statement: str, path: Path, what: str) -> None:
        """Write the rows of a statement to a file, as parquet."""
        with self._errors_in_plain_words(), self._progress_shown(what):
            self._run(f"COPY ({self._text(statement)}) TO {literal(path)} (FORMAT parquet, COMPRESSION zstd)")

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

    def _listed(self, files: tuple[str, ...]) -> tuple[str, ...]:
        """Files, with patterns in URLs replaced by the files that match.

        Raises:
            WrongUsage: no file matches a pattern.
        """
        listed: list[str] = []
        for file in files:
            if "://" not in file or "*" not in file:
                listed.append(file)
                continue
            matches = [str(row[0]) for row in self._run(f"FROM glob({literal(file)})")]
            if not matches:
                raise WrongUsage(f"No file is at {file}; check the address and the pattern.")
            listed += matches
        return tuple(listed)

    def _run(self, statement: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement).fetchall()

    def _text(self, statement: str) -> str:
        return for_duckdb(statement, self.variables)

    @contextmanager
    def _errors_in_plain_words(self) -> Iterator[None]:
        """Turn an error of DuckDB into one sentence that names the file and what to do."""
        shown = self.records[0].shown if len(self.records) == 1 else "One of the files"
        try:
            yield
        except (duckdb.OutOfMemoryException, duckdb.FatalException) as error:
            raise WrongUsage(
                f"The cube of {shown} needs more memory or disk than is free ({first_line(error)}); raise --memory or set TMPDIR to a larger disk."
            ) from error
        except (duckdb.HTTPException, duckdb.IOException) as error:
            if "://" in str(error) and "httpfs" in str(error):
                raise WrongUsage(
                    "Object stores need DuckDB's extension httpfs, which is not installed here; download the files first."
                ) from error
            if isinstance(error, duckdb.HTTPException):
                raise SourceUnavailable(
                    f"{shown} cannot be fetched ({first_line(error)}); check the address."
                ) from error
            raise WrongUsage(
                f"{shown} is not readable to its end ({first_line(error)}); export or download it again."
            ) from error
        except duckdb.Error as error:
            raise WrongUsage(
                f"{shown} is not readable to its end ({first_line(error)}); export or download it again."
            ) from error

    @contextmanager
    def _progress_shown(self, what: str) -> Iterator[None]:
        """Report progress while a statement runs."""
        done = threading.Event()

        def report() -> None:
            while not done.wait(PROGRESS_S):
                share = self._connection.query_progress()
                self._progress(what, share / 100 if share >= 0 else None)

        self._progress(what, None)
        watcher = threading.Thread(target=report, name="ness-cube-progress", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()
