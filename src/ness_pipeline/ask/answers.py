"""The answer to a question of a user, row by row: within limits of time and memory, and written in every format."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import IO, Any

import duckdb

from ness_pipeline.ask.limits import Limits, Watch, too_much_memory, watched
from ness_pipeline.ask.query import not_running, open_published
from ness_pipeline.errors import WrongUsage
from ness_pipeline.scratch import ScratchFolder
from ness_pipeline.spreadsheet import escaped

BATCH_ROWS = 2048
"""Rows that are in memory at once: as many as DuckDB computes at once."""
ARROW_ROWS = 100_000
"""Rows of one group of a Parquet file."""
SPILL = "10GB"
"""Disk that a question may use for what does not fit into memory."""


class Answer:
    """An answer that is computed while it is read, either as rows or as Arrow.

    Args:
        connection: the published file.
        statement: the question.
        most_rows: rows after which it is cut.
        watch: its clock.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, statement: duckdb.Statement, most_rows: int, watch: Watch
    ) -> None:
        self._connection, self._statement = connection, statement
        self.most_rows, self.watch = most_rows, watch

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column[0] for column in self._connection.execute(self._statement).description or ())

    def batches(self) -> Iterator[list[tuple[Any, ...]]]:
        """The rows in parts, up to the most that there may be.

        Raises:
            WrongUsage: a limit is passed.
        """
        left = self.most_rows if self.columns else 0
        while left and (rows := self._connection.fetchmany(min(left, BATCH_ROWS))):
            self.watch.check()
            left -= len(rows)
            yield rows
        self.watch.check()

    def has_more(self) -> bool:
        """Whether there are rows beyond the most that there may be, once those are read."""
        return self._connection.fetchone() is not None

    def reader(self) -> Any:
        """A reader of the rows as batches of Arrow, of all of them.

        Raises:
            WrongUsage: the statement has no rows.
        """
        relation = self._connection.sql(self._statement)
        if relation is None:
            raise WrongUsage("The question has no answer; ask with SELECT or FROM.")
        return relation.to_arrow_reader(ARROW_ROWS)


@contextmanager
def answer(published: Path, question: str, limits: Limits, *, most_rows: int) -> Iterator[Answer]:
    """The answer to one question, as long as the body reads it.

    Args:
        published: the published file.
        question: one statement in SQL.
        limits: what it may use.
        most_rows: rows after which the answer is cut.

    Raises:
        WrongUsage: it is no question or several, does not run, would change something, or passes a limit.
    """
    spill = ScratchFolder("question")

    config = {
        "memory_limit": f"{limits.memory_bytes // 2}B",
        "temp_directory": spill.name,
        "max_temp_directory_size": SPILL,
    }
    try:
        with open_published(published, config) as connection, watched(limits, connection.interrupt) as watch:
            try:
                yield Answer(connection, _only_statement(connection, question), most_rows, watch)
                watch.check()
            except duckdb.Error as error:
                if watch.reason is not None:
                    raise WrongUsage(watch.reason) from error
                if isinstance(error, duckdb.OutOfMemoryException):
                    raise WrongUsage(too_much_memory(limits)) from error
                raise not_running(error) from error
            except MemoryError as error:
                raise WrongUsage(too_much_memory(limits)) from error
    finally:
        spill.cleanup()


def _only_statement(connection: duckdb.DuckDBPyConnection, question: str) -> duckdb.Statement:
    """The one statement of a text.

    Raises:
        WrongUsage: it holds none, or several; DuckDB would answer the last one only.
    """
    statements = connection.extract_statements(question)
    if not statements:
        raise WrongUsage('The question is empty; ask with SELECT or FROM, as in "FROM metrics.country_profile".')
    if len(statements) > 1:
        second = " ".join(statements[1].query.split())[:60]
        raise WrongUsage(
            f"These are {len(statements)} questions, the second begins with {second!r}; ask one at a time, as only one can be answered."
        )
    return statements[0]


def write_csv(answer: Answer, write: Callable[[str], object]) -> bool:
    """Write an answer as CSV with a line of column names, part by part; returns whether it is cut."""
    _write_csv_rows([answer.columns], answer.watch, write)
    for rows in answer.batches():
        _write_csv_rows(rows, answer.watch, write)
    return answer.has_more()


def _write_csv_rows(rows: Sequence[tuple[Any, ...]], watch: Watch, write: Callable[[str], object]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([escaped(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    with watch.stopped():
        write(text.getvalue())


def write_json(answer: Answer, write: Callable[[str], object]) -> bool:
    """Write an answer as a JSON array of objects, part by part; returns whether it is cut."""
    for part in json_parts(answer.columns, answer.batches()):
        with answer.watch.stopped():
            write(part)
    return answer.has_more()


def json_parts(columns: Sequence[str], batches: Iterable[Sequence[tuple[Any, ...]]]) -> Iterator[str]:
    """The parts of the text of a JSON array of objects; of two columns of one name the second gets a number."""
    names = _distinct(columns)
    before = "["
    for rows in batches:
        objects = []
        for row in rows:
            values = {name: _json_value(value) for name, value in zip(names, row, strict=True)}
            text = json.dumps(values, default=str, ensure_ascii=False, indent=1, allow_nan=False)
            objects.append(before + "\n " + text.replace("\n", "\n "))
            before = ","
        yield "".join(objects)
    yield "[]\n" if before == "[" else "\n]\n"


def _json_value(value: object) -> object:
    """A value as JSON has it: keys are texts, and what is no number is null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {str(key): _json_value(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_json_value(one) for one in value]
    return value


def _distinct(names: Sequence[str]) -> list[str]:
    """Column names of which none occurs twice."""
    distinct: list[str] = []
    for name in names:
        number, free = 0, name
        while free in distinct:
            number += 1
            free = f"{name}_{number}"
        distinct.append(free)
    return distinct


class _Pipe:
    """A file for pyarrow: whoever reads its other end takes no time of the question."""

    closed = False

    def __init__(self, out: IO[bytes], watch: Watch) -> None:
        self._out, self._watch = out, watch

    def write(self, data: bytes) -> None:
        with self._watch.stopped():
            self._out.write(data)

    def flush(self) -> None:
        self._out.flush()


def write_parquet(answer: Answer, out: IO[bytes]) -> bool:
    """Write an answer as a Parquet file, part by part; returns whether it is cut.

    Raises:
        WrongUsage: a column is of a type that Parquet does not have.
    """
    import pyarrow as pa  # noqa: PLC0415  (a third of a second that other formats need not wait for)
    import pyarrow.parquet as pq  # noqa: PLC0415

    reader = answer.reader()
    left, is_cut = answer.most_rows, False
    try:
        schema = pa.schema(
            [field.with_name(name) for field, name in zip(reader.schema, _distinct(reader.schema.names), strict=True)]
        )
        with pq.ParquetWriter(_Pipe(out, answer.watch), schema) as writer:
            while not is_cut and (batch := next(reader, None)) is not None:
                answer.watch.check()
                rows = batch.slice(0, left)
                left -= rows.num_rows
                is_cut = batch.num_rows > rows.num_rows
                if rows.num_rows:
                    writer.write_batch(pa.record_batch(rows.columns, schema=schema))
    except pa.ArrowNotImplementedError as error:
        raise WrongUsage(
            f"Parquet has no such type of column ({error}); cast it, as in SELECT column::VARCHAR, or use --format csv."
        ) from error
    except pa.ArrowException as error:
        raise WrongUsage(f"The answer cannot be written as Parquet ({error}); use --format csv.") from error
    return is_cut
