"""The engine's operations as Prefect tasks: named for people, retried per unit, counted in artifacts.

Extraction runs in Prefect's worker threads, one request in flight per publisher; everything that writes the build
database runs in the flow's own thread, because DuckDB has one writer.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import traceback
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import duckdb
from prefect import get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State

from ness_pipeline import publish as publication
from ness_pipeline.database import open_build
from ness_pipeline.errors import NessError, SourceUnavailable
from ness_pipeline.extract import context_of, extract
from ness_pipeline.http import Session
from ness_pipeline.landing import Landing
from ness_pipeline.load import Loaded, load_extraction
from ness_pipeline.models import materialise
from ness_pipeline.paths import Paths
from ness_pipeline.runs import Summary, finish_run, gap_of
from ness_pipeline.scope import Years
from ness_pipeline.settings import Settings, load_settings
from ness_pipeline.sources import Unit

WRITER = "ness-writer"
"""Tag of every task that writes the build database; the deployments limit it to one at a time."""

Observer = Callable[[str, str], None]
_builds: dict[Path, duckdb.DuckDBPyConnection] = {}
_observer: ContextVar[Observer | None] = ContextVar("observer", default=None)


@contextlib.contextmanager
def build_of(paths: Paths) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build database under the writer's lock, open for the tasks of this flow.

    Tasks find it by its home folder and not among their parameters, which Prefect inspects and keeps; nor in a context
    variable, which Prefect's threads keep alive beyond the end of the process.
    """
    with publication.writer(paths), open_build(paths.build) as connection:
        _builds[paths.home] = connection
        try:
            yield connection
        finally:
            del _builds[paths.home]


@contextlib.contextmanager
def observed(observer: Observer) -> Iterator[None]:
    """Tell `observer` what happens, as (stage, what), while a flow runs in this process."""
    token = _observer.set(observer)
    try:
        yield
    finally:
        _observer.reset(token)


def tell(stage: str, what: str) -> None:
    """Tell the observer, when there is one."""
    if (observer := _observer.get()) is not None:
        observer(stage, what)


def settings_for(sandbox_url: str | None) -> Settings:
    """The configuration from the environment, towards the sandbox when there is one."""
    settings = load_settings()
    return settings if sandbox_url is None else settings.for_sandbox(sandbox_url)


@functools.cache
def session_for(settings: Settings) -> Session:
    """The one HTTP session of this process, so that all units together stay polite."""
    return Session(settings)


def _is_worth_a_retry(_task: object, _run: object, state: State[Any]) -> bool:
    """Only an unavailable source gets better by waiting; a broken contract does not."""
    try:
        state.result()
    except SourceUnavailable:
        return True
    except Exception:  # noqa: BLE001  (whatever it is, waiting does not mend it)
        return False
    return False


@task(
    name="extract",
    task_run_name="extract {source} {key}",
    tags=["extract"],
    retries=1,
    retry_delay_seconds=5,
    retry_condition_fn=_is_worth_a_retry,
    cache_policy=NO_CACHE,
)
def extract_unit(source: str, key: str, years: str, sandbox_url: str | None, max_age_hours: float) -> str:
    """Land one unit of work and return its source and key, as `source key`."""
    settings = settings_for(sandbox_url)
    landing = Landing(Paths.of(settings).landing)
    unit = Unit(source, key, widened(landing, source, key, Years.parse(years)))
    max_age = dt.timedelta(hours=max_age_hours)
    extract(unit, landing, settings, session_for(settings).send, max_age=max_age, now=dt.datetime.now(dt.UTC))
    return f"{source} {key}"


def widened(landing: Landing, source: str, key: str, years: Years) -> Years:
    """The years asked for together with those already landed: a unit is replaced whole and must not lose years."""
    latest = landing.latest(source, key)
    if latest is None:
        return years
    known = latest.unit.years
    return Years(min(years.first, known.first), max(years.last, known.last))


@task(name="load", task_run_name="load {source} {key}", tags=[WRITER], cache_policy=NO_CACHE)
def load_unit(source: str, key: str, sandbox_url: str | None, run_id: str) -> list[Loaded]:
    """Load one landed unit of work into the build database."""
    settings = settings_for(sandbox_url)
    paths = Paths.of(settings)
    landing = Landing(paths.landing)
    extraction = landing.latest(source, key)
    if extraction is None:
        raise SourceUnavailable(f"{source} {key} has never been extracted; run it with network first.")
    context = context_of(landing, settings)
    results = load_extraction(_builds[paths.home], extraction, context, run_id=run_id, now=dt.datetime.now(dt.UTC))
    for result in results:
        get_run_logger().info("%s: %d received, %d quarantined", result.table_name, result.received, result.quarantined)
    return results


@task(name="materialise", task_run_name="materialise {countries}", tags=[WRITER], cache_policy=NO_CACHE)
def materialise_countries(countries: tuple[str, ...] | None, sandbox_url: str | None) -> dict[str, int]:
    """Run all SQL models for some countries, or for all."""
    connection = _builds[Paths.of(settings_for(sandbox_url)).home]
    return materialise(connection, countries, progress=lambda model: tell("materialise", model))


@task(name="audit and publish", tags=[WRITER], cache_policy=NO_CACHE)
def audit_and_publish(sandbox_url: str | None, run_id: str) -> str:
    """Audit the build database and put it before the readers; returns the content hash."""
    settings = settings_for(sandbox_url)
    paths = Paths.of(settings)
    tell("publish", str(paths.published))
    now = dt.datetime.now(dt.UTC)
    return publication.publish(_builds[paths.home], paths, run_id, is_synthetic=settings.is_synthetic, now=now)


def load_all(
    connection: duckdb.DuckDBPyConnection,
    units: list[Unit],
    sandbox_url: str | None,
    summary: Summary,
    errors: dict[Unit, NessError],
) -> None:
    """Load what has landed of some units, in order; a unit that fails leaves its earlier rows and becomes a gap."""
    for unit in units:
        failure = errors.get(unit)
        if failure is None:
            tell("load", f"{unit.source} {unit.key}")
            try:
                summary.loaded[unit] = load_unit(unit.source, unit.key, sandbox_url, summary.run_id)
                continue
            except NessError as error:
                failure = error
                # Prefect keeps the exception of a failed task, and its frames would keep the database open.
                traceback.clear_frames(error.__traceback__)
        summary.gaps.append(gap_of(connection, unit, failure.with_traceback(None)))
        tell("gap", f"{unit.source} {unit.key}")


def close_run(connection: duckdb.DuckDBPyConnection, summary: Summary) -> None:
    """Record how the run ended, in the database and as Prefect artifacts."""
    finish_run(connection, summary.run_id, summary.status, dt.datetime.now(dt.UTC))
    rows = [
        {
            "source": unit.source,
            "unit": unit.key,
            **{name: getattr(result, name) for name in Loaded.__dataclass_fields__},
        }
        for unit, results in summary.loaded.items()
        for result in results
    ]
    if rows:
        create_table_artifact(rows, key="ness-loaded", description="Rows received, loaded and quarantined per unit.")
    if summary.gaps:
        gaps = [
            {"source": gap.unit.source, "unit": gap.unit.key, "error": gap.error, "stale since": str(gap.stale_since)}
            for gap in summary.gaps
        ]
        create_table_artifact(gaps, key="ness-gaps", description="Units that failed; their earlier rows stay.")
