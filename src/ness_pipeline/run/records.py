"""The record of a run in `ops.run`, and the clock of the warehouse."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import duckdb

from ness_pipeline import __version__
from ness_pipeline.build.gaps import noted_gaps
from ness_pipeline.errors import NessError, SchemaDrift, SourceUnavailable
from ness_pipeline.landing.units import Unit
from ness_pipeline.run.summary import Gap, Status
from ness_pipeline.sources import sources


def start_run(connection: duckdb.DuckDBPyConnection, command: str, *, is_synthetic: bool, now: dt.datetime) -> str:
    """Record a run that begins and return its identifier; runs recorded as still running were killed."""
    connection.execute("UPDATE ops.run SET status = 'failed' WHERE status = 'running'")
    run_id = f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
    connection.execute(
        "INSERT INTO ops.run (run_id, command, started_at, status, version, is_synthetic) VALUES (?, ?, ?, ?, ?, ?)",
        [run_id, command, now, "running", __version__, is_synthetic],
    )
    return run_id


def clock(connection: duckdb.DuckDBPyConnection) -> dt.datetime:
    """The time, UTC, but never before what the database has already recorded, because a machine's clock can go back."""
    row = connection.execute(
        "SELECT max(latest) FROM (SELECT max(started_at) AS latest FROM ops.run "
        "UNION ALL SELECT max(published_at) FROM ops.publication UNION ALL SELECT max(loaded_at) FROM ops.load)"
    ).fetchone()
    now = dt.datetime.now(dt.UTC)
    latest = row[0] if row else None
    return now if latest is None or now > latest else latest + dt.timedelta(milliseconds=1)


def finish_run(connection: duckdb.DuckDBPyConnection, run_id: str, status: Status, now: dt.datetime) -> None:
    """Record how a run ended."""
    connection.execute("UPDATE ops.run SET status = ?, finished_at = ? WHERE run_id = ?", [status, now, run_id])


def gap_of(connection: duckdb.DuckDBPyConnection, unit: Unit, error: NessError) -> Gap:
    """What a failed unit leaves: the error and the age of the rows still in place."""
    row = connection.execute(
        "SELECT max(extracted_at) FROM ops.load WHERE source = ? AND unit = ? AND status = 'loaded'",
        [unit.source, unit.key],
    ).fetchone()
    return Gap(unit, str(error), error.exit_code, row[0] if row else None)


def gaps_within(connection: duckdb.DuckDBPyConnection, unit: Unit) -> list[Gap]:
    """What a unit that was loaded did not give, while it gave the rest."""
    return [
        Gap(unit, gap.text, (SchemaDrift if gap.is_change else SourceUnavailable).exit_code, gap.rows_from)
        for gap in noted_gaps(connection, unit)
    ]


def was_fed(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether anything was ever loaded besides what comes with this package."""
    local = [source.name for source in sources().values() if source.is_local]
    row = connection.execute(
        "SELECT count(*) FROM ops.load WHERE status = 'loaded' AND NOT list_contains(?, source)", [local]
    ).fetchone()
    return bool(row and row[0])


def expect_data(connection: duckdb.DuckDBPyConnection, gaps: Sequence[Gap]) -> None:
    """Be sure that there is something to publish.

    Raises:
        SourceUnavailable: no publisher and no own file has ever been read.
    """
    if gaps and not was_fed(connection):
        raise SourceUnavailable(f"No publisher could be read, so nothing is published; the first said: {gaps[0].error}")
