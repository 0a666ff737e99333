"""Rows of a file as text, in batches of bounded size, for text tables and parquet alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote

import duckdb
import polars as pl

from ness_pipeline.contract.refused import no_refused_rows, refused_rows, whole_rows_as_json
from ness_pipeline.cube.records import Records
from ness_pipeline.errors import WrongUsage
from ness_pipeline.files.reading import Reading, reading, unreadable
from ness_pipeline.files.text import MAX_LINE, TextFormat, check_width
from ness_pipeline.names.checklists import checklist_in
from ness_pipeline.names.column_names import ColumnNames
from ness_pipeline.spreadsheet import ESCAPED
from ness_pipeline.sql import exact_path, frame_of, identifier, literal

BATCH_CELLS = 2_000_000
"""Values per batch: a wide table is read in fewer rows at a time, so that memory is the same."""
MAX_NESTED = 40
"""Lists and structs in the type of a column; GBIF's have three."""
HARMLESS_ROWS = 10_000_000
ROWS_PER_BYTE = 10
"""Most rows of a parquet file for each of its bytes; rows that differ in anything take a byte or more each."""
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""Stands in the name of a folder for a missing value."""
DECIMAL_COMMA = r"^([+-]?\d+),(\d+)$"
NO_THOUSANDS = r"^([<>]=?)?\s*[+-]?(0,\d+|\d+,\d{1,2}|\d+,\d{4,}|\d{4,},\d+)\s*%?$"
"""A number whose comma cannot stand between thousands."""
DECIMAL_POINT = r"\d\.\d"
NEVER_THOUSANDS = ("decimalLatitude", "decimalLongitude")
"""Terms of numbers below a thousand, where a comma can only be a decimal one."""
ROW = "row number"
"""Added to every batch: position of the row among those that are read, from 0 (`positions` gives that in the file). The blank keeps it apart from a file's own columns."""


@dataclass
class RawTable:
    """The rows of one or several files of the same format, every value as text or NULL.

    Attributes:
        shown: how messages name the file.
        files: the files.
        names: column names as the file writes them, and those of `defaults`.
        text: format of a text table, None for parquet.
        defaults: value of a column where the file has none, or lacks the column altogether.
        encoding: what a text table is written in, where that is not UTF-8.
        folder_columns: columns of parquet whose values stand in the names of folders, as in `countryCode=KE/year=2020`.
        malformed: lines that are no rows, in the columns `REFUSED_COLUMNS`; complete once `batches` is exhausted.
        renamed: name that a column of a parquet file has here.
        rows_above: rows of a sheet above the first one with values.
        empty_rows: positions of rows in which nothing stands, counted from the first one with values; they are not read.
    """

    shown: str
    files: tuple[Path, ...]
    names: tuple[str, ...]
    text: TextFormat | None
    defaults: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    folder_columns: tuple[str, ...] = ()
    malformed: pl.DataFrame = field(default_factory=no_refused_rows)
    renamed: Mapping[str, str] = field(default_factory=dict)
    rows_above: int = 0
    empty_rows: Sequence[int] = ()

    @property
    def first_row(self) -> int:
        """Number of the first row with values, as people count them: lines of a text and rows of a sheet, the names among them."""
        return 1 + (self.rows_above if self.text is None else self.text.skip - self.text.hidden)

    def rename(self, names: Mapping[str, str]) -> RawTable:
        """The same table with other names for some columns."""
        text = self.text
        if text is not None:
            text = replace(text, names=tuple(names.get(name, name) for name in text.names))
        return replace(
            self,
            names=tuple(names.get(name, name) for name in self.names),
            text=text,
            defaults={names.get(name, name): value for name, value in self.defaults.items()},
            renamed={} if text is not None else {**self.renamed, **names},
        )

    @classmethod
    def from_parquet(cls, files: tuple[Path, ...], shown: str, root: Path | None = None) -> RawTable:
        """A table from parquet parts; parts may differ in which columns they have.

        Args:
            files: the parts.
            shown: how messages name them.
            root: folder from which on the names of folders may hold values; None where they hold none.

        Raises:
            WrongUsage: a part is damaged or half written, or folders of parts beside each other name other columns.
        """
        columns = {() if root is None else tuple(values_in_folders(file, root)) for file in files}
        if len(columns) > 1:
            named = " and ".join(sorted("/".join(names) or "none" for names in columns))
            raise WrongUsage(f"{shown} has folders that name different columns ({named}); load them one by one.")
        table = cls(shown, files, (), None, folder_columns=columns.pop())
        with table._reading() as clock:
            relation = table._relation(clock.connection)
            table.names = tuple(relation.columns)
            _check_depth(dict(zip(relation.columns, map(str, relation.types), strict=True)), shown)
            _check_rows(files, shown, clock.connection)
            _check_distinct(table.names, table.folder_columns, files, shown, clock.connection)
        check_width(table.names, shown)
        return table

    def batches(self) -> Iterator[pl.DataFrame]:
        """Frames with the file's columns as text and `ROW`, in the order of the file, without empty rows.

        Raises:
            WrongUsage: the file is damaged further down, or a quote is never closed.
        """
        try:
            with self._reading() as clock:
                received = 0
                rows_at_once = max(1_000, BATCH_CELLS // len(self.names))
                for batch in self._relation(clock.connection).to_arrow_reader(rows_at_once):
                    clock.pause()
                    frame = pl.DataFrame(pl.from_arrow(batch))
                    texts = frame.select(self._as_text(frame[name]) for name in frame.columns)
                    if self.empty_rows:
                        texts = texts.filter(pl.any_horizontal(pl.all().is_not_null()))
                    if texts.height:
                        yield texts.with_columns(
                            pl.int_range(received, received + texts.height, dtype=pl.Int64).alias(ROW),
                            *(
                                (pl.col(name).fill_null(value) if name in texts.columns else pl.lit(value)).alias(name)
                                for name, value in self.defaults.items()
                            ),
                        )
                        received += texts.height
                    clock.resume()
                self.malformed = self._malformed(clock.connection)
        except pl.exceptions.PolarsError as error:
            raise unreadable(self.shown, error) from error

    def different(self, name: str) -> list[str]:
        """The different texts of a column, as `batches` gives them, in no order.

        Raises:
            WrongUsage: the file is damaged.
        """
        texts = {self.defaults[name]} if name in self.defaults else set()
        with self._reading() as clock:
            relation = self._relation(clock.connection)
            if name in relation.columns:
                values = pl.from_arrow(relation.aggregate(identifier(name), identifier(name)).to_arrow_table())
                try:
                    texts.update(self._as_text(pl.DataFrame(values)[name]).drop_nulls())
                except pl.exceptions.PolarsError as error:
                    raise unreadable(self.shown, error) from error
        return list(texts)

    def _reading(self) -> AbstractContextManager[Reading]:
        """A connection that reads the files within limits."""
        return reading(self.shown, sum(file.stat().st_size for file in self.files))

    def _as_text(self, values: pl.Series) -> pl.Series:
        """A column as text; in a text table without the apostrophe that an export puts before formulas."""
        texts = as_text(values)
        return texts if self.text is None else texts.str.replace(ESCAPED, "${1}")

    def has_text(self, text: str, names: Iterable[str]) -> bool:
        """Whether some columns have a text anywhere in the file.

        Raises:
            WrongUsage: the file is damaged.
        """
        with self._reading() as clock:
            relation = self._relation(clock.connection)
            present = [identifier(name) for name in names if name in relation.columns]
            if not present:
                return False
            condition = " OR ".join(f"trim(CAST({name} AS VARCHAR)) = {literal(text)}" for name in present)
            return bool(relation.filter(condition).limit(1).fetchall())

    def with_decimal_commas(self, names: Iterable[str]) -> list[str]:
        """Which columns of numbers have decimal commas: some separate no thousands, and no value of the column has a point.

        Raises:
            WrongUsage: the file is damaged.
        """
        with self._reading() as clock:
            relation = self._relation(clock.connection)
            types = dict(zip(relation.columns, map(str, relation.types), strict=True))
            texts = [name for name in names if types.get(name) == "VARCHAR"]
            if not texts:
                return []
            (answers,) = relation.aggregate(", ".join(map(_has_decimal_commas, texts))).fetchall()
        return [name for name, answer in zip(texts, answers, strict=True) if answer]

    def largest(self, name: str) -> float:
        """The largest number in a column, 0 where it has none.

        Raises:
            WrongUsage: the file is damaged.
        """
        with self._reading() as clock:
            numbers = self._relation(clock.connection).aggregate(f"max(TRY_CAST({identifier(name)} AS DOUBLE))")
            return max((float(number or 0) for (number,) in numbers.fetchall()), default=0.0)

    def as_records(self, folder: Path) -> Records:
        """The rows for a cube engine: parquet as it is, a text table rewritten as parquet of the same name.

        Args:
            folder: where a rewritten table goes.

        Raises:
            WrongUsage: the file is damaged, or a quote is never closed.
        """
        if self.text is None and not self.renamed and not self.folder_columns:
            return Records(self.shown, tuple(map(str, self.files)), empty_rows=self.empty_rows)
        target = folder / self.files[0].name
        with self._reading() as clock:
            relation = self._relation(clock.connection)
            if self.text is not None and self.empty_rows:
                relation = relation.filter(" OR ".join(f"{_trimmed(name)} <> ''" for name in relation.columns))
            projected = relation if self.text is None else relation.project(self._cleaned(relation.columns))
            projected.write_parquet(str(target), compression="zstd")
            self.malformed = self._malformed(clock.connection)
        return Records(self.shown, (str(target),), self.malformed, self.empty_rows)

    def _cleaned(self, columns: Sequence[str]) -> str:
        """SQL for the columns of a text table of records: trimmed, with defaults, decimal commas of coordinates as points."""
        expressions = {}
        names = ColumnNames(columns, self.shown)
        degrees = {names.name_of(term) for term in NEVER_THOUSANDS if term in names}
        for column in columns:
            trimmed = _trimmed(column)
            if column in degrees:
                trimmed = f"regexp_replace({trimmed}, {literal(DECIMAL_COMMA)}, '\\1.\\2')"
            expressions[column] = trimmed
        for column, value in self.defaults.items():
            default, text = literal(value), expressions.get(column)
            expressions[column] = default if text is None else f"coalesce(nullif({text}, ''), {default})"
        return ", ".join(f"{expression} AS {identifier(column)}" for column, expression in expressions.items())

    def _relation(self, connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
        names = [exact_path(file) for file in self.files]
        if self.folder_columns:
            listed = ", ".join(literal(name) for name in names)
            # Folders above the one that the user named may have such names too.
            everything = connection.sql(
                f"FROM read_parquet([{listed}], union_by_name = true, binary_as_string = true, "
                "hive_partitioning = true, hive_types_autocast = false)"
            )
            above = set(values_in_folders(self.files[0].absolute(), Path("/"))) - set(self.folder_columns)
            own = [identifier(name) for name in everything.columns if name not in above]
            return everything.project(", ".join(own))
        if self.text is None:
            rows = connection.read_parquet(names, union_by_name=True, binary_as_string=True)
            if not self.renamed:
                return rows
            return rows.project(
                ", ".join(f"{identifier(n)} AS {identifier(self.renamed.get(n, n))}" for n in rows.columns)
            )
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
        errors = errors.filter(pl.col("csv_line").str.strip_chars() != "")
        unclosed = errors.filter(pl.col("error_type").cast(pl.String) == "UNQUOTED VALUE")
        if unclosed.height:
            line = unclosed["line"][0]
            raise WrongUsage(f"{self.shown} has a quote that is never closed, from row {line} on; close or remove it.")
        return refused_rows(
            errors.get_column("line").cast(pl.Int64) - 1 - self.text.skip,
            column=None,
            check="columns",
            reason=f"The line does not have the {len(self.text.names)} columns of the header.",
            rows=whole_rows_as_json(errors.select(line=pl.col("csv_line").str.strip_chars_start("\r\n"))),
        )


def _trimmed(column: str) -> str:
    """SQL for a text without blanks around it."""
    return f"trim({identifier(column)}, concat(' ', chr(9), chr(10), chr(13)))"


def _check_depth(types: Mapping[str, str], shown: str) -> None:
    """Be sure that no column nests deeper than lists of records do.

    Args:
        types: DuckDB's type of each column.
        shown: how messages name the file.

    Raises:
        WrongUsage: one does; writing its values as text takes twice the time with each level.
    """
    for name, kind in types.items():
        if kind.count("[]") + kind.count("STRUCT(") + kind.count("MAP(") > MAX_NESTED:
            raise WrongUsage(f"{shown} has a column {name!r} with too many lists in lists; leave it out.")


def _check_rows(files: Sequence[Path], shown: str, connection: duckdb.DuckDBPyConnection) -> None:
    """Be sure that parquet files do not claim far more rows than their bytes can tell apart.

    Raises:
        WrongUsage: they do; counting them could take days.
    """
    listed = ", ".join(literal(exact_path(file)) for file in files)
    ((rows,),) = connection.sql(f"SELECT sum(num_rows) FROM parquet_file_metadata([{listed}])").fetchall()
    size = sum(file.stat().st_size for file in files)
    if rows > HARMLESS_ROWS and rows > ROWS_PER_BYTE * size:
        raise WrongUsage(
            f"{shown} claims {rows:,} rows in {size:,} bytes, so nearly all are the same; do not trust it."
        )


def _check_distinct(
    names: Iterable[str],
    in_folders: Iterable[str],
    files: Sequence[Path],
    shown: str,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """Be sure that no parquet file has two columns whose names differ in case alone; DuckDB renames the second, as `value_1`.

    Raises:
        WrongUsage: one has.
    """
    listed = ", ".join(literal(exact_path(file)) for file in files)
    written = {name for (name,) in connection.sql(f"SELECT DISTINCT name FROM parquet_schema([{listed}])").fetchall()}
    for name in names:
        if name not in written and name not in in_folders:
            first = re.sub(r"_\d+$", "", name).lower()
            raise WrongUsage(f"{shown} has two columns {first!r}; rename or remove one of them.")


def checklist_of_rows(raw: RawTable, columns: ColumnNames) -> str | None:
    """The checklist that a column of a file names, None without such a column, or where it names several.

    Raises:
        WrongUsage: the file is damaged.
    """
    if "checklistKey" not in columns:
        return None
    named = {checklist_in(text) or text for text in raw.different(columns.name_of("checklistKey"))}
    return named.pop() if len(named) == 1 else None


def _has_decimal_commas(name: str) -> str:
    """SQL for whether a column has decimal commas; most values have no comma, so patterns are looked for in few."""
    text = f"trim({identifier(name)})"
    has_comma = f"bool_or(contains({text}, ',') AND regexp_matches({text}, {literal(NO_THOUSANDS)}))"
    has_point = f"bool_or(contains({text}, '.') AND regexp_matches({text}, {literal(DECIMAL_POINT)}))"
    return f"{has_comma} AND NOT {has_point}"


def values_in_folders(file: Path, root: Path) -> dict[str, str]:
    """The columns whose value for a file stands in the names of its folders below a root, as `year=2020`."""
    parts = [part.partition("=") for part in file.relative_to(root).parent.parts if "=" in part]
    return {name: unquote(value) for name, _, value in parts if name and value != NO_VALUE}


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
