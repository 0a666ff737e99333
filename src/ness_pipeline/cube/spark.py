"""The cube engine for a cluster, or for many cores: the same SQL text, translated for Apache Spark.

Text tables are rewritten as parquet before, so that both engines read the same values. On a cluster the files, and the
folder for temporary files (TMPDIR), must be where the workers can see them.

Spark's optimizer repeats the expression of every column wherever it is used. Over SQL of this depth that takes minutes before
the first row is read, so the validated records are computed once and stored as parquet; all that follows reads those.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from ness_pipeline.cube.engine import Engine
from ness_pipeline.cube.options import CubeOptions, Trust
from ness_pipeline.cube.records import FileGroup, Progress, Records
from ness_pipeline.cube.text import for_spark, sql_text
from ness_pipeline.errors import WrongUsage
from ness_pipeline.scratch import ScratchFolder

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LOCAL = "local[*]"
_SETTINGS = {  # without the excluded rule, files of many layouts share the steps after their terms are named
    "spark.app.name": "ness cube",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.parquet.binaryAsString": "true",
    "spark.sql.caseSensitive": "true",
    "spark.sql.optimizer.excludedRules": "org.apache.spark.sql.catalyst.optimizer.PushProjectionThroughUnion",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
}


class SparkEngine(Engine):
    """Spark as cube engine.

    Args:
        records: the records.
        options: how to count them.
        trust: see `Engine`.
        progress: called with what is being done.
        master: where Spark runs, such as `local[*]` or `spark://host:7077`.
    """

    def __init__(
        self,
        records: Sequence[Records],
        options: CubeOptions,
        *,
        trust: Trust = "nothing",
        progress: Progress | None = None,
        master: str = LOCAL,
    ) -> None:
        absolute = [replace(part, files=tuple(map(_absolute, part.files))) for part in records]
        super().__init__(absolute, options, trust=trust, progress=progress)
        self._folder = ScratchFolder("spark")
        self._master = master
        self._spark: SparkSession | None = None
        self._is_own = False
        self._stored_statements = 0

    @property
    def spark(self) -> SparkSession:
        """The session; only inside the `with` block."""
        if self._spark is None:
            raise WrongUsage("The engine spark has not been started; use it as a context manager.")
        return self._spark

    @property
    def _stored_relation(self) -> str | None:
        """The relation that is stored when it is defined; None where only one short statement will read it."""
        if self.trust != "everything":
            return "validated_record"
        return "record" if self.options.grid else None

    def start(self) -> None:
        """Start a session, or use the one that this process has."""
        try:
            from pyspark.sql import SparkSession  # noqa: PLC0415  (an extra)
        except ImportError:
            raise WrongUsage(
                "The engine spark needs pyspark; install it with: pip install 'ness-pipeline[spark]'."
            ) from None
        self._spark = SparkSession.getActiveSession()
        if self._spark is None:
            if self._master.startswith("local") and not _has_java():
                raise WrongUsage("The engine spark needs Java 17 or newer; install it, or set JAVA_HOME to it.")
            self._progress("Starting Spark", None)
            self._spark, self._is_own = session(self._master), True
        if self.options.grid is not None and self.options.grid.kind == "h3":
            self._add_h3()

    def close(self) -> None:
        """Stop the session that was started here, and remove temporary files."""
        if self._spark is not None and self._is_own:
            with suppress(Exception):  # Java may have ended before
                self._spark.stop()
        self._folder.cleanup()

    def columns(self, files: tuple[str, ...]) -> list[tuple[tuple[str, ...], Mapping[str, str]]]:
        """Files that have the same columns, with those columns and their types."""
        files_by_columns: dict[tuple[tuple[str, str], ...], list[str]] = {}
        with self._errors_in_plain_words():
            for file in files:
                fields = self.spark.read.parquet(_escaped(file)).schema.fields
                columns = tuple((field.name, field.dataType.simpleString()) for field in fields)
                files_by_columns.setdefault(columns, []).append(file)
        return [(tuple(names), dict(columns)) for columns, names in files_by_columns.items()]

    def rows_by_file(self) -> Mapping[str, int]:
        """How many rows each file has."""
        files = [file for part in self.records for file in part.files]
        return {file: self.spark.read.parquet(_escaped(file)).count() for file in files}

    def open(self, relation: str, files: tuple[str, ...]) -> None:
        """Define a relation with the rows of files."""
        from pyspark.sql import functions as f  # noqa: PLC0415  (an extra)

        url = f.col("_metadata.file_path")
        path = f.regexp_replace(f.url_decode(f.replace(url, f.lit("+"), f.lit("%2B"))), "^file:/+", "/")
        self.spark.read.parquet(*map(_escaped, files)).select(
            "*",
            f.when(url.startswith("file:"), path).otherwise(url).alias("_file_path"),
            f.col("_metadata.file_name").alias("_file_name"),
            f.col("_metadata.row_index").alias("_file_row"),
        ).createOrReplaceTempView(relation)

    def define(self, relation: str, statement: str) -> None:
        """Define a relation as a view; the one that all others read is stored."""
        with self._errors_in_plain_words():
            rows = self._stored(statement) if relation == self._stored_relation else self._sql(statement)
            rows.createOrReplaceTempView(relation)

    def store(self, relation: str, statement: str, what: str) -> int:
        """Store a relation as parquet; returns the number of its rows."""
        with self._errors_in_plain_words():
            self._progress(what, None)
            rows = self._stored(statement)
            rows.createOrReplaceTempView(relation)
            return rows.count()

    def define_uncounted(self, group: FileGroup, condition: str) -> None:
        """Define `uncounted_record` by joining the whole rows of the files to the stored records."""
        columns = {"path": "_file_path", "row": "_file_row"} | group.terms.file_columns
        listed = ", ".join(f"{expression} AS {name}" for name, expression in columns.items())
        whole = f"SELECT {listed} FROM {group.relation}"
        checked = f"SELECT * FROM checked_record WHERE {condition}"
        joined = f"({checked}) AS checked JOIN ({whole}) AS whole ON checked.file_path = whole.path AND checked.file_row = whole.row"
        self.define("uncounted_record", f"SELECT *, {group.terms.whole_row} AS whole_row FROM {joined}")

    def frames(self, statement: str, what: str) -> Iterator[pl.DataFrame]:
        """The rows of a statement in frames of bounded size."""
        with self._errors_in_plain_words():
            self._progress(what, None)
            folder = self._parquet_of(statement)
        for part in sorted(folder.glob("*.parquet")):
            frame = pl.read_parquet(part, glob=False)
            if frame.height:
                yield frame
        shutil.rmtree(folder)

    def write(self, path: Path) -> None:
        """Write the cube to a file, as parquet."""
        self.count()
        with self._errors_in_plain_words():
            folder = self._parquet_of(sql_text("occurrence_cube"))
        parts = sorted(folder.glob("*.parquet"))  # a cube without rows has a part with its columns
        pl.scan_parquet(parts, glob=False).sink_parquet(path)
        shutil.rmtree(folder)

    def _sql(self, statement: str) -> DataFrame:
        return self.spark.sql(for_spark(statement, self.variables))

    def _stored(self, statement: str) -> DataFrame:
        """The rows of a statement, computed once and read from parquet."""
        return self.spark.read.parquet(_escaped(str(self._parquet_of(statement))))

    def _parquet_of(self, statement: str) -> Path:
        """A folder with the rows of a statement as parquet."""
        folder = Path(self._folder.name) / str(self._stored_statements)
        self._stored_statements += 1
        self._sql(statement).write.parquet(str(folder))
        return folder

    def _add_h3(self) -> None:
        try:
            import h3  # noqa: PLC0415  (an extra)
        except ImportError:
            raise WrongUsage(
                "The grid h3 needs its library; install it with: pip install 'ness-pipeline[h3]'."
            ) from None

        def cell(latitude: float | None, longitude: float | None, resolution: int) -> str | None:
            if latitude is None or longitude is None:
                return None
            return str(h3.latlng_to_cell(latitude, longitude, resolution))

        self.spark.udf.register("h3_code", cell, "string")

    @contextmanager
    def _errors_in_plain_words(self) -> Iterator[None]:
        """Turn an error of Spark into one sentence that names the file and what to do."""
        from py4j.protocol import Py4JError  # noqa: PLC0415  (an extra)
        from pyspark.errors import PySparkException  # noqa: PLC0415  (an extra)

        try:
            yield
        except (PySparkException, Py4JError, ConnectionError) as error:
            shown = self.records[0].shown if len(self.records) == 1 else "One of the files"
            message = _message_of(error)
            if "OutOfMemoryError" in message:
                raise WrongUsage(
                    f"Spark ran out of memory on {shown}; give it more, as in SPARK_DRIVER_MEMORY=8g, or take --engine duckdb, which goes to disk."
                ) from error
            raise WrongUsage(
                f"Spark gave up on {shown} ({message.strip().splitlines()[0][:300]}); export or download it again, or try --engine duckdb."
            ) from error


def session(master: str = LOCAL) -> SparkSession:
    """A quiet Spark session; on this machine it listens on loopback only.

    Raises:
        WrongUsage: Spark cannot be started there.
    """
    from pyspark.errors import PySparkException  # noqa: PLC0415  (an extra)
    from pyspark.sql import SparkSession  # noqa: PLC0415  (an extra)

    builder: Any = SparkSession.builder
    builder = builder.master(master)
    for name, value in _SETTINGS.items():
        builder = builder.config(name, value)
    if master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # Spark would take any python3, which may lack h3
        builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
        builder = builder.config("spark.sql.shuffle.partitions", str(2 * (os.cpu_count() or 1)))
    logging.getLogger("SQLQueryContextLogger").disabled = True  # it prints what is raised anyway
    try:
        with _without_stderr():
            spark: SparkSession = builder.getOrCreate()
    except (PySparkException, RuntimeError, OSError) as error:
        reason = str(error).strip().splitlines()[0]
        raise WrongUsage(
            f"Spark does not start at {master} ({reason}); check Java and the address of the cluster."
        ) from error
    return spark


@contextmanager
def _without_stderr() -> Iterator[None]:
    """Keep the warnings of a starting Java machine, which are about itself, off the terminal."""
    stderr = os.dup(2)
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123  (a descriptor is what Java inherits)
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


def _message_of(error: Exception) -> str:
    """The message of an error; without a connection to Java it is taken for a lack of memory, which ends Java."""
    from py4j.protocol import Py4JError, Py4JNetworkError  # noqa: PLC0415  (an extra)

    out_of_memory = "OutOfMemoryError"
    try:
        return out_of_memory if isinstance(error, (Py4JNetworkError, ConnectionError)) else str(error)
    except (Py4JError, OSError):
        return out_of_memory


def _has_java() -> bool:
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java") is not None or (home is not None and (Path(home) / "bin" / "java").exists())


def _absolute(file: str) -> str:
    """An absolute path, as Spark gives it in `_metadata.file_path`."""
    return file if "://" in file else str(Path(file).absolute())


def _escaped(file: str) -> str:
    """A path with `*`, `?` and brackets escaped; Spark would take them for patterns and read other files."""
    return file if "://" in file else re.sub(r"([*?\[\]{}])", r"\\\1", file)
