"""Questions to the published file: read-only, and with DuckDB's own doors to files and settings locked."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import duckdb

from ness_pipeline.errors import WrongUsage

Format = Literal["table", "csv", "json", "parquet"]
IndexPart = Literal["index", "pillars", "measures", "sensitivity"]

LOCKED_DOWN: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "lock_configuration": True,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
"""No file, network or extension can be reached, and no setting can be changed back."""


def open_published(published: Path) -> duckdb.DuckDBPyConnection:
    """The published file, read-only and locked down.

    Raises:
        WrongUsage: there is no such file, or it is no warehouse.
    """
    if not published.exists():
        message = f"There is no warehouse at {published}; make one with `ness run KE`, or try `ness run --sandbox`."
        raise WrongUsage(message)
    try:
        return duckdb.connect(str(published), read_only=True, config=LOCKED_DOWN)
    except duckdb.Error as error:
        message = (
            f"{published} cannot be opened as a warehouse ({str(error).splitlines()[0]}); run again to publish it anew."
        )
        raise WrongUsage(message) from error


def ask(published: Path, sql: str, bound: Sequence[object] = ()) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows of one question.

    Raises:
        WrongUsage: the question does not run, or would change something.
    """
    with open_published(published) as connection:
        try:
            result = connection.execute(sql, list(bound))
            return [column[0] for column in result.description or ()], result.fetchall()
        except duckdb.Error as error:
            raise WrongUsage(f"The question does not run: {_sentence(error)}") from error


def parquet(published: Path, sql: str) -> bytes:
    """The answer as a Parquet file.

    Raises:
        WrongUsage: as for `ask`.
    """
    import pyarrow as pa  # noqa: PLC0415  (a third of a second that other formats need not wait for)
    import pyarrow.parquet as pq  # noqa: PLC0415

    with open_published(published) as connection:
        try:
            table = connection.execute(sql).to_arrow_table()
        except duckdb.Error as error:
            raise WrongUsage(f"The question does not run: {_sentence(error)}") from error
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return bytes(sink.getvalue())


def write_json(columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    """Print rows as a JSON array of objects."""
    json.dump(
        [dict(zip(columns, row, strict=True)) for row in rows], sys.stdout, default=str, ensure_ascii=False, indent=1
    )
    sys.stdout.write("\n")


def _sentence(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if text.endswith((".", "!", "?")) else f"{text}."
