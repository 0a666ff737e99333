"""One run of a small world, for tests that need hundreds of them.

It can be started in a process of its own and killed there at any time. A fork server that has imported everything
makes such a process in milliseconds.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerContext
from pathlib import Path

import duckdb

from ness_pipeline.errors import NessError
from ness_pipeline.landing.http import Session
from ness_pipeline.names.years import Years
from ness_pipeline.publish.content_hash import content_hash
from ness_pipeline.publish.history import identity
from ness_pipeline.run.extractors import ThreadExtractor
from ness_pipeline.run.plan import plan_refresh
from ness_pipeline.run.refresh import refresh
from ness_pipeline.run.restore import open_for_writing
from ness_pipeline.sandbox import World
from ness_pipeline.settings import Settings
from ness_pipeline.sources.apis.pygbif_adapter import _pygbif

_pygbif()  # takes seconds to import, so it is there before processes are started from this one

COUNTRIES = ("KE", "ML")
YEARS = Years(2018, 2020)
SOURCES = ("cbd", "gbif_taxonomy", "gbif_country", "iso_countries", "seeds", "unsdg", "worldbank")


def small_world(seed: int = 1) -> World:
    """A world of two countries that a run reads in a second or two."""
    return World(seed=seed, species=400, countries=COUNTRIES)


PATIENT_S, IMPATIENT_S = 60.0, 0.4
"""How long an answer may take: where requests are counted, a busy machine must cost none; a stalled one should cost little."""


def settings_of(home: Path, url: str, retries: int = 20, timeout_read_s: float = PATIENT_S) -> Settings:
    """Settings of a home folder towards a sandbox."""
    return Settings(_env_file=None, home=home, retries=retries, timeout_read_s=timeout_read_s).for_sandbox(url)


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
    timeout_read_s: float = PATIENT_S,
    accept_change: bool = False,
    only: Sequence[str] = SOURCES,
    threads: int | None = None,
) -> Outcome:
    """One run of two countries, in this process."""
    settings = settings_of(home, url, retries, timeout_read_s)
    try:
        plan = plan_refresh(
            settings, COUNTRIES, str(YEARS), only=only, max_age_hours=max_age_hours, accept_change=accept_change
        )
        with open_for_writing(settings) as build, Session(settings, backoff_s=0.002) as session:
            if threads is not None:
                build.execute(f"SET threads = {threads}")
            extractor = ThreadExtractor(settings, session, second_try_after_s=0.0)
            summary = refresh(build, settings, plan, extractor=extractor)
    except NessError as error:
        return Outcome(error.exit_code, error=str(error))
    gaps = {gap.unit.name: gap.error for gap in summary.gaps}
    return Outcome(summary.exit_code, summary.content_hash, gaps)


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
