"""The engine's operations as Prefect tasks: named for people, retried per unit, counted in artifacts.

Extraction runs in Prefect's worker threads, one request in flight per publisher; everything that writes the build
database runs in the flow's own thread, because DuckDB has one writer.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import functools
import logging
import traceback
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import duckdb
import prefect.runtime
from prefect import get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State

from ness_pipeline.build.load import Loaded, load_extraction, record_failure
from ness_pipeline.build.models import materialise
from ness_pipeline.errors import DamagedBuild, NessError, SourceUnavailable
from ness_pipeline.landing.http import Session
from ness_pipeline.landing.units import Unit
from ness_pipeline.landing.zone import Landing
from ness_pipeline.names.years import Years
from ness_pipeline.paths import Paths
from ness_pipeline.publish.publication import publish
from ness_pipeline.run.records import clock, finish_run, gap_of
from ness_pipeline.run.restore import writing
from ness_pipeline.run.summary import Summary
from ness_pipeline.settings import Settings, load_settings
from ness_pipeline.sources import sources
from ness_pipeline.sources.extract import context_of, extract

WRITER = "ness-writer"
"""Tag of every task that writes the build database; the deployments limit it to one at a time."""

logger = logging.getLogger("ness_pipeline.flows")

Observer = Callable[[str, str], None]
_builds: dict[Path, duckdb.DuckDBPyConnection] = {}
_observer: ContextVar[Observer | None] = ContextVar("observer", default=None)


@contextlib.contextmanager
def build_of(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build database under the writer's lock, open for the tasks of this flow.

    Tasks find it by its home folder and not among their parameters, which Prefect inspects and keeps; nor in a context
    variable, which Prefect's threads keep alive beyond the end of the process.
    """
    home = Paths.of(settings).home
    with writing(settings) as connection:
        _builds[home] = connection
        try:
            yield connection
        finally:
            del _builds[home]


@contextlib.contextmanager
def observed(observer: Observer) -> Iterator[None]:
    """Tell `observer` what happens, as (stage, what), while a flow runs in this process."""
    token = _observer.set(observer)
    try:
        yield
    finally:
        _observer.reset(token)


def tell(stage: str, what: str) -> None:
    """Tell the log, and the observer when there is one."""
    logger.debug(stage, extra={"what": what})
    if (observer := _observer.get()) is not None:
        observer(stage, what)


def settings_for(sandbox_url: str | None) -> Settings:
    """The configuration from the environment, towards the sandbox when there is one."""
    settings = load_settings()
    return settings if sandbox_url is None else settings.for_sandbox(sandbox_url)


def flow_run_name() -> str:
    """Name of a flow run that people can read: what is refreshed, and which years."""
    flow, given = prefect.runtime.flow_run.flow_name, prefect.runtime.flow_run.parameters
    asked = given.get("countries") or given.get("country") or ["all"]
    named = " ".join([asked] if isinstance(asked, str) else list(asked))
    verb = str(flow).split("-", maxsplit=1)[0]
    return f"{verb} {named[:100]} {given['years']}"


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
    connection = _builds[paths.home]
    results = load_extraction(connection, extraction, context, run_id=run_id, now=clock(connection))
    for result in results:
        get_run_logger().info("%s: %d received, %d quarantined", result.table_name, result.received, result.quarantined)
    return results


def _materialise_name() -> str:
    """Name of a run of the models: `materialise KE TZ`."""
    return f"materialise {' '.join(prefect.runtime.task_run.parameters['countries'] or ['all'])}"


@task(name="materialise", task_run_name=_materialise_name, tags=[WRITER], cache_policy=NO_CACHE)
def materialise_countries(countries: tuple[str, ...] | None, sandbox_url: str | None) -> dict[str, int]:
    """Run all SQL models for some countries, or for all."""
    connection = _builds[Paths.of(settings_for(sandbox_url)).home]
    return materialise(connection, countries, progress=lambda model: tell("materialise", model))


@task(name="audit and publish", task_run_name="audit and publish", tags=[WRITER], cache_policy=NO_CACHE)
def audit_and_publish(sandbox_url: str | None, run_id: str, *, accept_change: bool = False) -> str:
    """Audit the build database and put it before the readers; returns the content hash."""
    settings = settings_for(sandbox_url)
    paths = Paths.of(settings)
    connection = _builds[paths.home]
    tell("publish", str(paths.published))
    return publish(
        connection,
        paths,
        run_id,
        is_synthetic=settings.is_synthetic,
        now=clock(connection),
        accept_change=accept_change,
        keep=settings.keep_publications,
    )


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
            except DamagedBuild:
                raise  # nothing can be loaded any more
            except NessError as error:
                failure = error
                # Prefect keeps the exception of a failed task, and its frames would keep the database open.
                traceback.clear_frames(error.__traceback__)
        promised = sources()[unit.source].tables
        record_failure(connection, unit, promised, str(failure), run_id=summary.run_id, now=clock(connection))
        summary.gaps.append(gap_of(connection, unit, failure.with_traceback(None)))
        tell("gap", f"{unit.source} {unit.key}")


def close_run(connection: duckdb.DuckDBPyConnection, summary: Summary) -> None:
    """Record how the run ended, in the database and as Prefect artifacts: loaded, gaps, changes."""
    finish_run(connection, summary.run_id, summary.status, clock(connection))
    loaded = [
        {"source": unit.source, "unit": unit.key, **dataclasses.asdict(result)}
        for unit, results in summary.loaded.items()
        for result in results
    ]
    gaps = [
        {"source": gap.unit.source, "unit": gap.unit.key, "error": gap.error, "stale since": str(gap.stale_since)}
        for gap in summary.gaps
    ]
    rows = connection.execute(
        "SELECT * EXCLUDE (publication_id) FROM ops.change WHERE publication_id = "
        "(SELECT max_by(publication_id, published_at) FROM ops.publication WHERE run_id = ?) ORDER BY table_name",
        [summary.run_id],
    )
    names = [column[0] for column in rows.description or ()]
    changed = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    for key, says, table in (
        ("ness-loaded", "Rows received, loaded and quarantined per unit.", loaded),
        ("ness-gaps", "Units that failed; their earlier rows stay.", gaps),
        ("ness-changes", "How the tables changed with this publication.", changed),
    ):
        if table:
            create_table_artifact(table, key=key, description=says)
