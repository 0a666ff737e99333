"""What a run is asked for, what became of each unit, and its record in `ops.run`."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import duckdb

from ness_pipeline import __version__
from ness_pipeline.errors import NessError, SourceUnavailable, WrongUsage
from ness_pipeline.landing import Landing
from ness_pipeline.load import Loaded
from ness_pipeline.paths import Paths
from ness_pipeline.scope import Years
from ness_pipeline.settings import Settings
from ness_pipeline.sources import WORLD, Source, Unit, sources

Status = Literal["running", "completed", "completed_with_gaps", "failed"]


@dataclass(frozen=True)
class Gap:
    """A unit of work that failed; the rows of its last good load stay in place.

    Attributes:
        unit: the unit.
        error: one sentence.
        exit_code: exit code of the error.
        stale_since: when the rows still in place were extracted; None when there are none.
    """

    unit: Unit
    error: str
    exit_code: int
    stale_since: dt.datetime | None


@dataclass
class Summary:
    """What a run did, for the terminal, the Prefect artifact and the exit code."""

    run_id: str
    countries: tuple[str, ...]
    loaded: dict[Unit, list[Loaded]] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    written: dict[str, int] = field(default_factory=dict)
    content_hash: str | None = None
    requests: int = 0

    @property
    def status(self) -> Status:
        """How the run ended."""
        return "completed_with_gaps" if self.gaps else "completed"

    @property
    def exit_code(self) -> int:
        """0 without gaps, else the gravest gap's code: a broken contract before an unavailable source."""
        return max((gap.exit_code for gap in self.gaps), default=0)


def plan(
    countries: tuple[str, ...],
    years: Years,
    only: tuple[str, ...] = (),
    *,
    settings: Settings,
    is_offline: bool = False,
) -> tuple[list[Unit], list[Unit]]:
    """Units of work of a run: the world's, which come first, and the countries'.

    A source that requires a setting which is missing, such as a token, is left out; offline it takes part where it has
    landed before.

    Args:
        countries: country codes.
        years: span of years.
        only: names of sources; empty means all.
        settings: the configuration.
        is_offline: whether no publisher is going to be asked.

    Raises:
        WrongUsage: a source named in `only` lacks a setting.
    """
    wanted = [source for source in sources().values() if not only or source.name in only]
    lacking = {source.name: setting for source in wanted if (setting := _missing_setting(source, settings))}
    if only and lacking and not is_offline:
        name, setting = next(iter(lacking.items()))
        raise WrongUsage(f"The source {name} needs {setting}; set it in the environment or .env.")

    def takes_part(unit: Unit) -> bool:
        if unit.source not in lacking:
            return True
        return is_offline and Landing(Paths.of(settings).landing).latest(unit.source, unit.key) is not None

    world = [Unit(source.name, WORLD, years) for source in wanted if source.scope == "world"]
    national = [Unit(source.name, code, years) for code in countries for source in wanted if source.scope == "country"]
    return [unit for unit in world if takes_part(unit)], [unit for unit in national if takes_part(unit)]


def _missing_setting(source: Source, settings: Settings) -> str | None:
    """The environment variable of the first setting that a source requires and does not have."""
    return next((f"NESS_{name.upper()}" for name in source.requires if getattr(settings, name) is None), None)


def start_run(connection: duckdb.DuckDBPyConnection, command: str, *, is_synthetic: bool, now: dt.datetime) -> str:
    """Record a run that begins and return its identifier; under the writer's lock no other run can still be going."""
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
