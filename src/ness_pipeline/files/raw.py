"""Rows of a file as text, in batches of bounded size, for text tables and parquet alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl

from ness_pipeline.contract.refused import no_refused_rows, refused_rows, whole_rows_as_json
from ness_pipeline.cube.records import Records
from ness_pipeline.errors import WrongUsage
from ness_pipeline.files.text import MAX_LINE, TextFormat
from ness_pipeline.sql import exact_path, frame_of, identifier, literal

BATCH_CELLS = 2_000_000
"""Values per batch: a wide table is read in fewer rows at a time, so that memory is the same."""
ROW = "row number"
"""Added to every batch: position of the row in the file, from 0. The blank keeps it apart from a file's own columns."""


@dataclass
class RawTable:
    """The rows of one or several files of the same format, every value as text or NULL.

    Attributes:
        shown: how messages name the file.
        files: the files.
        names: column names as the file writes them, and those of `defaults`.
        text: format of a text table, None for parquet.
        defaults: value of a column where the file has none, or lacks the column altogether.
        malformed: lines that are no rows, in the columns `REFUSED_COLUMNS`; complete once `batches` is exhausted.
    """

    shown: str
    files: tuple[Path, ...]
    names: tuple[str, ...]
    text: TextFormat | None
    defaults: Mapping[str, str] = field(default_factory=dict)
    malformed: pl.DataFrame = field(default_factory=no_refused_rows)

    @classmethod
    def from_parquet(cls, files: tuple[Path, ...], shown: str) -> RawTable:
        """A table from parquet parts; parts may differ in which columns they have.

        Raises:
            WrongUsage: a part is damaged or half written.
        """
        with duckdb.connect() as connection:
            table = cls(shown, files, (), None)
            try:
                table.names = tuple(table._relation(connection).columns)
            except duckdb.Error as error:
                raise unreadable(shown, error) from error
            return table

    def batches(self) -> Iterator[pl.DataFrame]:
        """Frames with the file's columns as text and `ROW`, in the order of the file.

        Raises:
            WrongUsage: the file is damaged further down, or a quote is never closed.
        """
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            received = 0
            try:
                reader = self._relation(connection).to_arrow_reader(max(1_000, BATCH_CELLS // len(self.names)))
                for batch in reader:
                    frame = pl.DataFrame(pl.from_arrow(batch))
                    if frame.height:
                        numbered = pl.int_range(received, received + frame.height, dtype=pl.Int64).alias(ROW)
                        texts = frame.select(*(as_text(frame[name]) for name in frame.columns), numbered)
                        yield texts.with_columns(
                            (pl.col(name).fill_null(value) if name in texts.columns else pl.lit(value)).alias(name)
                            for name, value in self.defaults.items()
                        )
                        received += frame.height
                self.malformed = self._malformed(connection)
            except (duckdb.Error, pl.exceptions.PolarsError) as error:
                raise unreadable(self.shown, error) from error

    def as_records(self, folder: Path) -> Records:
        """The rows for a cube engine: parquet as it is, a text table rewritten as parquet of the same name.

        Args:
            folder: where a rewritten table goes.

        Raises:
            WrongUsage: the file is damaged, or a quote is never closed.
        """
        if self.text is None:
            return Records(self.shown, tuple(map(str, self.files)))
        target = folder / self.files[0].name
        with duckdb.connect() as connection:
            connection.execute("SET memory_limit = '1GB'")
            try:
                relation = self._relation(connection)
                names = [identifier(name) for name in relation.columns]
                expressions = {name: f"trim({name}, concat(' ', chr(9), chr(10), chr(13)))" for name in names}
                for column, value in self.defaults.items():
                    name, default = identifier(column), literal(value)
                    expressions[name] = f"coalesce(nullif(trim({name}), ''), {default})" if name in names else default
                projection = ", ".join(f"{expression} AS {name}" for name, expression in expressions.items())
                relation.project(projection).write_parquet(str(target), compression="zstd")
                self.malformed = self._malformed(connection)
            except duckdb.Error as error:
                raise unreadable(self.shown, error) from error
        return Records(self.shown, (str(target),), self.malformed)

    def _relation(self, connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
        names = [exact_path(file) for file in self.files]
        if self.text is None:
            return connection.read_parquet(names, union_by_name=True, binary_as_string=True)
        return connection.read_csv(
            names,  # type: ignore[arg-type]  # its stub does not know that lists of files are read
            header=False,
            skiprows=self.text.skip,
            columns=dict.fromkeys(self.text.names, "VARCHAR"),
            auto_detect=False,
            sep=self.text.delimiter,
            quotechar=self.text.quote,
            escapechar=self.text.quote,
            store_rejects=True,
            rejects_limit=0,
            max_line_size=MAX_LINE,
            buffer_size=4 * MAX_LINE,
        )

    def _malformed(self, connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
        """Lines of the text table that are no rows, as refused rows.

        Raises:
            WrongUsage: a quote is never closed, so that nobody knows where its row ends.
        """
        if self.text is None:
            return no_refused_rows()
        errors = frame_of(connection, "FROM reject_errors").unique(["file_id", "line"]).sort("file_id", "line")
        unclosed = errors.filter(pl.col("error_type").cast(pl.String) == "UNQUOTED VALUE")
        if unclosed.height:
            line = unclosed["line"][0]
            raise WrongUsage(f"{self.shown} has a quote that is never closed, from row {line} on; close or remove it.")
        return refused_rows(
            errors.get_column("line").cast(pl.Int64) - 1 - self.text.skip,
            column=None,
            check="columns",
            reason=f"The line does not have the {len(self.text.names)} columns of the header.",
            rows=whole_rows_as_json(errors.select(line="csv_line")),
        )


def unreadable(shown: str, error: Exception) -> WrongUsage:
    """The error for a file that cannot be read to its end."""
    return WrongUsage(
        f"{shown} is not readable to its end ({str(error).splitlines()[0]}); export or download it again."
    )


def as_text(values: pl.Series) -> pl.Series:
    """A column of any type as text: list items joined by `;`, vocabulary structs by their concept, blank as NULL."""
    dtype = values.dtype
    if isinstance(dtype, pl.Struct):
        concept = next((name for name in ("concept", "concepts") if name in {f.name for f in dtype.fields}), None)
        inner = values.struct.field(concept) if concept else values.struct.json_encode()
        return as_text(inner).alias(values.name)
    if isinstance(dtype, pl.List):
        values = values.list.eval(pl.element().cast(pl.String)).list.join(";")
    elif isinstance(dtype, pl.Datetime):
        values = values.dt.to_string("%Y-%m-%dT%H:%M:%S")
    elif dtype != pl.String:
        values = values.cast(pl.String)
    stripped = values.str.strip_chars()
    return stripped.set(stripped == "", None)
