"""A run without a scheduler, for tests that need hundreds of them: the same engine in the same order as the main flow.

It can be started in a process of its own and killed there at any time. A fork server that has imported everything
makes such a process in milliseconds.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerContext
from pathlib import Path

import duckdb

from ness_pipeline.build.load import load_extraction, record_failure
from ness_pipeline.build.models import materialise
from ness_pipeline.errors import NessError
from ness_pipeline.landing.http import Session
from ness_pipeline.landing.zone import Landing
from ness_pipeline.names.years import Years
from ness_pipeline.paths import Paths
from ness_pipeline.publish.content_hash import content_hash
from ness_pipeline.publish.history import identity
from ness_pipeline.publish.publication import publish
from ness_pipeline.run.plan import plan
from ness_pipeline.run.records import clock, finish_run, start_run
from ness_pipeline.run.restore import writing
from ness_pipeline.sandbox import World
from ness_pipeline.settings import Settings
from ness_pipeline.sources import sources
from ness_pipeline.sources.apis.pygbif_adapter import _pygbif
from ness_pipeline.sources.extract import context_of, extract

_pygbif()  # takes seconds to import, so it is there before processes are started from this one

COUNTRIES = ("KE", "ML")
YEARS = Years(2018, 2020)
SOURCES = ("cbd", "gbif_taxonomy", "gbif_country", "iso_countries", "seeds", "unsdg", "worldbank")


def small_world(seed: int = 1) -> World:
    """A world of two countries that a run reads in a second or two."""
    return World(seed=seed, species=400, countries=COUNTRIES)


def settings_of(home: Path, url: str, retries: int = 20) -> Settings:
    """Settings of a home folder towards a sandbox: impatient, so that stalled answers cost little."""
    return Settings(_env_file=None, home=home, retries=retries, timeout_read_s=0.4).for_sandbox(url)


@dataclass
class Outcome:
    """What became of a run: exit code as `ness run` would give it, content hash, and the units that failed."""

    exit_code: int
    content_hash: str | None = None
    gaps: dict[str, str] = field(default_factory=dict)
    error: str = ""


def drive(
    home: Path,
    url: str,
    *,
    max_age_hours: float = 24.0,
    retries: int = 20,
    accept_change: bool = False,
    only: Sequence[str] = SOURCES,
    threads: int | None = None,
) -> Outcome:
    """One run of two countries: extract, load, materialise, audit, publish."""
    settings = settings_of(home, url, retries)
    try:
        with writing(settings) as connection, Session(settings, backoff_s=0.002) as session:
            if threads is not None:
                connection.execute(f"SET threads = {threads}")
            return _stages(connection, settings, session, max_age_hours, accept_change=accept_change, only=tuple(only))
    except NessError as error:
        return Outcome(error.exit_code, error=str(error))


def _stages(connection, settings, session, max_age_hours, *, accept_change, only) -> Outcome:
    paths = Paths.of(settings)
    landing = Landing(paths.landing)
    run_id = start_run(connection, "soak", is_synthetic=True, now=clock(connection))
    outcome = Outcome(0)
    world, national = plan(COUNTRIES, YEARS, only, settings=settings)
    for unit in (*world, *national):
        now = dt.datetime.now(dt.UTC)
        try:
            extract(unit, landing, settings, session.send, max_age=dt.timedelta(hours=max_age_hours), now=now)
            extraction = landing.latest(unit.source, unit.key)
            load_extraction(connection, extraction, context_of(landing, settings), run_id=run_id, now=clock(connection))
        except NessError as error:
            promised = sources()[unit.source].tables
            record_failure(connection, unit, promised, str(error), run_id=run_id, now=clock(connection))
            outcome.gaps[f"{unit.source} {unit.key}"] = str(error)
            outcome.exit_code = max(outcome.exit_code, error.exit_code)
    materialise(connection, COUNTRIES)
    outcome.content_hash = publish(
        connection, paths, run_id, is_synthetic=True, now=clock(connection), accept_change=accept_change
    )
    finish_run(connection, run_id, "completed_with_gaps" if outcome.gaps else "completed", clock(connection))
    return outcome


def whole(home: Path) -> str | None:
    """Content hash of the published file, after proving that it is what it states; None where there is none."""
    file = home / "sandbox" / "ness.duckdb"
    if not file.exists():
        return None
    _, stated = identity(file)
    with duckdb.connect(str(file), read_only=True) as connection:
        found = content_hash(connection)
    assert found == stated, f"{file} states {stated} and holds {found}"
    return found


def unaccounted(home: Path) -> list[tuple[object, ...]]:
    """Loads whose received rows are not all loaded or quarantined, over all runs of a home folder."""
    with duckdb.connect(str(home / "sandbox" / "ness.duckdb"), read_only=True) as connection:
        return connection.execute("FROM ops.load WHERE received <> loaded + left_out + quarantined").fetchall()


def units_accounted(home: Path) -> int:
    """How many loads of units there were in a home folder."""
    with duckdb.connect(str(home / "sandbox" / "ness.duckdb"), read_only=True) as connection:
        (number,) = connection.execute("SELECT count(*) FROM ops.load").fetchone() or (0,)
    return int(number)


def processes() -> ForkServerContext:
    """Processes that start with everything imported."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["soak.drive", "soak.trials", "polars", "pyarrow"])
    return context
