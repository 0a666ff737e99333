"""Questions to the published file: read-only, and with DuckDB's own doors to files and settings locked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import duckdb

from ness_pipeline.errors import WrongUsage
from ness_pipeline.paths import BUILD, HISTORY
from ness_pipeline.publish.reading import connect_published

Format = Literal["table", "csv", "json", "parquet"]
IndexPart = Literal["index", "ranking", "pillars", "measures", "choices", "effect", "sensitivity"]

LOCKED_DOWN: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
"""No file, network or extension can be reached."""


def open_published(published: Path, limits: Mapping[str, str] | None = None) -> duckdb.DuckDBPyConnection:
    """The published file, read-only and locked down.

    Args:
        published: the published file.
        limits: settings of DuckDB that bound what questions may use.

    Raises:
        WrongUsage: there is no such file, or it is no warehouse.
    """
    if not published.exists():
        if has_history(published):
            raise WrongUsage(f"{published} is gone; `ness rollback` puts the last publication back.")
        if published.with_name(BUILD).exists():
            raise WrongUsage(f"Nothing is published at {published} yet; `ness materialise` publishes what is loaded.")
        message = f"There is no warehouse at {published}; make one with `ness run KE`, or with `ness run --all --sample` from packaged real numbers, or try SYNTHETIC data with `ness run --sandbox KE`."
        raise WrongUsage(message)
    try:
        connection = connect_published(published, {**LOCKED_DOWN, **(limits or {})})
    except duckdb.Error as error:
        first = "move it away, then " if published.is_dir() else ""
        then = (
            "`ness rollback` puts the last publication back"
            if has_history(published)
            else "`ness materialise` publishes it anew"
        )
        reason = str(error).splitlines()[0]
        raise WrongUsage(f"{published} cannot be opened as a warehouse ({reason}); {first}{then}.") from error
    # A bar over long answers would be drawn into the CSV that is piped on; then no setting can be changed back.
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET lock_configuration = true")
    return connection


def has_history(published: Path) -> bool:
    """Whether copies of publications are kept beside a published file, or beside where it was."""
    return any(published.with_name(HISTORY).glob("*.duckdb"))


def kind_of_data(published: Path) -> str | None:
    """A sentence that says whether the numbers of a file are invented, or partly a sample; None where neither is so.

    Raises:
        WrongUsage: there is no such file, or it is no warehouse.
    """
    columns, rows = ask(published, "FROM ops.publication ORDER BY published_at DESC LIMIT 1")
    publication = dict(zip(columns, rows[0], strict=True)) if rows else {}
    if publication.get("is_synthetic"):
        return "SYNTHETIC data from the sandbox: invented species, no real country's numbers."
    if day := publication.get("sample_as_of"):
        return f"Sample of open data, as of {day}: `ness cite` names the publishers and the vintage of every series."
    return None


def ask(published: Path, sql: str, bound: Sequence[object] = ()) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows of one question of ours; those of users have limits, see `ness_pipeline.ask.answers`.

    Args:
        published: the published file.
        sql: the question.
        bound: its parameters.

    Raises:
        WrongUsage: the question does not run, or would change something.
    """
    with open_published(published) as connection:
        try:
            result = connection.execute(sql, list(bound))
            return [column[0] for column in result.description or ()], result.fetchall()
        except duckdb.Error as error:
            raise not_running(error) from error


def not_running(error: duckdb.Error) -> WrongUsage:
    """The error for a question that does not run."""
    return WrongUsage(f"The question does not run: {_sentence(error)}")


def _sentence(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if text.endswith((".", "!", "?")) else f"{text}."
