"""Questions to the published file: read-only, and with DuckDB's own doors to files and settings locked."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import duckdb

from ness_pipeline.errors import WrongUsage
from ness_pipeline.paths import BUILD

Format = Literal["table", "csv", "json", "parquet"]
IndexPart = Literal["index", "ranking", "pillars", "measures", "choices", "effect", "sensitivity"]

LOCKED_DOWN: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
"""No file, network or extension can be reached."""


def open_published(published: Path) -> duckdb.DuckDBPyConnection:
    """The published file, read-only and locked down.

    Raises:
        WrongUsage: there is no such file, or it is no warehouse.
    """
    if not published.exists():
        if published.with_name(BUILD).exists():
            raise WrongUsage(f"Nothing is published at {published} yet; `ness materialise` publishes what is loaded.")
        message = f"There is no warehouse at {published}; make one with `ness run KE`, or with `ness run --all --sample` from packaged real numbers, or try SYNTHETIC data with `ness run --sandbox KE`."
        raise WrongUsage(message)
    try:
        connection = duckdb.connect(str(published), read_only=True, config=LOCKED_DOWN)
    except duckdb.Error as error:
        message = (
            f"{published} cannot be opened as a warehouse ({str(error).splitlines()[0]}); run again to publish it anew."
        )
        raise WrongUsage(message) from error
    # A bar over long answers would be drawn into the CSV that is piped on; then no setting can be changed back.
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET lock_configuration = true")
    return connection


def kind_of_data(published: Path) -> str | None:
    """A sentence that says whether the numbers of a file are invented, or partly a sample; None where neither is so.

    Raises:
        WrongUsage: there is no such file, or it is no warehouse.
    """
    columns, rows = ask(published, "FROM ops.publication ORDER BY published_at DESC LIMIT 1")
    publication = dict(zip(columns, rows[0], strict=True)) if rows else {}
    if publication.get("is_synthetic"):
        return "[bold yellow]SYNTHETIC[/] data from the sandbox: invented species, no real country's numbers."
    if day := publication.get("sample_as_of"):
        return f"Sample of open data, as of {day}: `ness cite` names the publishers and the vintage of every series."
    return None


@contextmanager
def _answering(published: Path, timeout_s: float | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection whose question is interrupted when it takes too long.

    Raises:
        WrongUsage: the question does not run, would change something, or takes longer than it may.
    """
    with open_published(published) as connection:
        timer = threading.Timer(timeout_s or 0.0, connection.interrupt)
        if timeout_s is not None:
            timer.start()
        try:
            yield connection
        except duckdb.InterruptException as error:
            message = f"The question took longer than {timeout_s:g} s; narrow it, or allow more with --timeout."
            raise WrongUsage(message) from error
        except duckdb.Error as error:
            raise WrongUsage(f"The question does not run: {_sentence(error)}") from error
        finally:
            timer.cancel()


def ask(
    published: Path,
    sql: str,
    bound: Sequence[object] = (),
    *,
    most_rows: int | None = None,
    timeout_s: float | None = None,
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows of one question.

    Args:
        published: the published file.
        sql: the question.
        bound: its parameters.
        most_rows: rows after which the answer is cut; one row more is returned when there are more.
        timeout_s: seconds after which it is given up.

    Raises:
        WrongUsage: the question does not run, would change something, or takes longer than it may.
    """
    with _answering(published, timeout_s) as connection:
        result = connection.execute(sql, list(bound))
        names = [column[0] for column in result.description or ()]
        return names, result.fetchall() if most_rows is None else result.fetchmany(most_rows + 1)


def parquet(published: Path, sql: str, *, most_rows: int | None = None, timeout_s: float | None = None) -> bytes:
    """The answer as a Parquet file; cut after `most_rows`.

    Raises:
        WrongUsage: as for `ask`.
    """
    import pyarrow as pa  # noqa: PLC0415  (a third of a second that other formats need not wait for)
    import pyarrow.parquet as pq  # noqa: PLC0415

    with _answering(published, timeout_s) as connection:
        reader = connection.execute(sql).to_arrow_reader(100_000)
        if reader is None:
            raise WrongUsage("The question has no answer; ask with SELECT or FROM.")
        rows = pa.Table.from_batches(_first(reader, most_rows), reader.schema)
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink)
    return bytes(sink.getvalue())


def _first(batches: Iterable[Any], most_rows: int | None) -> Iterator[Any]:
    """Batches up to a number of rows."""
    left = most_rows
    for batch in batches:
        yield batch if left is None else batch.slice(0, left)
        if left is not None:
            left -= batch.num_rows
            if left <= 0:
                return


def write_json(columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    """Print rows as a JSON array of objects."""
    json.dump(
        [dict(zip(columns, row, strict=True)) for row in rows], sys.stdout, default=str, ensure_ascii=False, indent=1
    )
    sys.stdout.write("\n")


def _sentence(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if text.endswith((".", "!", "?")) else f"{text}."
