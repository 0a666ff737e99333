"""One run: plan, extract, load, materialise, audit, publish.

Everything that runs, runs through here: the command line, the Prefect flows, the long test and all other tests. Who
extracts and who watches are arguments; nothing here needs a scheduler.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import duckdb

from ness_pipeline.build.load import load_extraction, record_failure, remove_replaced_sample
from ness_pipeline.build.models import materialise
from ness_pipeline.build.own_rows import decide_anew
from ness_pipeline.errors import AuditFailed, ContractViolation, DamagedBuild, NessError, SourceUnavailable
from ness_pipeline.landing.units import Unit
from ness_pipeline.landing.zone import Landing
from ness_pipeline.paths import Paths
from ness_pipeline.publish.audit import LAST, countries_there, last_publication
from ness_pipeline.publish.history import the_last_first
from ness_pipeline.publish.publication import publish
from ness_pipeline.run.dask_workers import on_dask
from ness_pipeline.run.extractors import Extractor, in_threads
from ness_pipeline.run.own_names import match_own_names
from ness_pipeline.run.plan import Plan
from ness_pipeline.run.records import clock, expect_data, finish_run, gap_of, gaps_within, start_run
from ness_pipeline.run.summary import Summary
from ness_pipeline.run.watch import Stage, Step, Watch, nobody, unfailing
from ness_pipeline.settings import Settings
from ness_pipeline.sources import sources
from ness_pipeline.sources.extract import context_of


def refresh(
    build: duckdb.DuckDBPyConnection,
    settings: Settings,
    plan: Plan,
    *,
    extractor: Extractor | None = None,
    watch: Watch = nobody,
) -> Summary:
    """Carry out a plan and publish the result.

    Args:
        build: the build database, open under the writer's lock; see `ness_pipeline.run.restore.open_for_writing`.
        settings: the configuration.
        plan: what to do.
        extractor: lands the units of work; threads of this process, or Dask where `NESS_DASK` says so, if none is given.
        watch: receives every step when it starts and ends; it cannot stop the run.

    Returns:
        What was loaded, which units failed, and the content hash of the publication.

    Raises:
        NessError: nothing was published; the last publication stays. Units that fail are no errors but gaps of the
            summary, as long as there is something to publish.
    """
    watch = unfailing(watch)
    run_id = start_run(build, plan.command, is_synthetic=settings.is_synthetic, now=clock(build))
    summary = Summary(run_id, plan.countries)
    with failing_run_recorded(build, run_id):
        if plan.accept_change:
            _believe(settings, plan.units)
        with _extractor_of(settings, extractor) as extract:
            for units, max_age in ((plan.world, plan.world_max_age), (plan.national, plan.max_age)):
                failures = {} if plan.is_offline else extract(units, max_age, watch)
                _load(build, settings, units, failures, summary, watch, accept_change=plan.accept_change)
        expect_data(build, summary.gaps)
        if not plan.is_offline:
            match_own_names(build, settings)
        summary.series_replaced = remove_replaced_sample(build)
        # Countries that nobody asked for have numbers of the replaced vintage, too.
        countries = None if summary.series_replaced else plan.countries
        try:
            compute_and_publish(build, settings, countries, summary, accept_change=plan.accept_change, watch=watch)
        except (AuditFailed, ContractViolation) as error:
            _doubt(build, settings, summary.loaded, error)
            raise
    return summary


def compute_and_publish(
    build: duckdb.DuckDBPyConnection,
    settings: Settings,
    countries: Sequence[str] | None,
    summary: Summary,
    *,
    accept_change: bool,
    watch: Watch,
) -> None:
    """The second half of a run: compute the metrics from what is loaded, audit and publish; completes the summary.

    Args:
        build: the build database.
        settings: the configuration.
        countries: country codes; None means all.
        summary: receives the rows written per table and the content hash.
        accept_change: publish also what changes more than the contracts' limits allow.
        watch: receives every step.

    Raises:
        ContractViolation: a model fails or breaks its contract.
        AuditFailed: the audit failed.
    """
    paths = Paths.of(settings)
    with watched(watch, "materialise", " ".join(countries or ["all"])):
        decide_anew(build, Landing(paths.landing))
        # What a run computed that could not be published is none of the countries that the next one publishes.
        with last_publication(build, the_last_first(paths)) as is_there:
            others = countries_there(build) if is_there else []
        summary.written = materialise(
            build, countries, others=others, progress=lambda model: watch(Step("model", model, "started"))
        )
    # Recorded before the copy is made, so that the published file contains how its run ended.
    finish_run(build, summary.run_id, summary.status, clock(build))
    with watched(watch, "publish", str(paths.published)):
        summary.content_hash = publish(
            build,
            paths,
            summary.run_id,
            is_synthetic=settings.is_synthetic,
            now=clock(build),
            accept_change=accept_change,
            keep=settings.keep_publications,
        )


@contextmanager
def failing_run_recorded(build: duckdb.DuckDBPyConnection, run_id: str) -> Iterator[None]:
    """Record in `ops.run` that a run failed when the block raises."""
    try:
        yield
    except duckdb.Error:
        raise  # the database itself is the trouble, so nothing can be recorded in it
    except BaseException:
        finish_run(build, run_id, "failed", clock(build))
        raise


@contextmanager
def watched(watch: Watch, stage: Stage, name: str) -> Iterator[None]:
    """Report the start of a block, and its end or its error."""
    watch(Step(stage, name, "started"))
    try:
        yield
    except BaseException as error:
        watch(Step(stage, name, "failed", str(error)))
        raise
    watch(Step(stage, name, "finished"))


@contextmanager
def _extractor_of(settings: Settings, given: Extractor | None) -> Iterator[Extractor]:
    """The extractor that was given, or the one that the settings name."""
    if given is not None:
        yield given
    elif settings.dask:
        with on_dask(settings.dask, settings) as workers:
            yield workers
    else:
        with in_threads(settings) as threads:
            yield threads


def _doubt(build: duckdb.DuckDBPyConnection, settings: Settings, units: Iterable[Unit], error: NessError) -> None:
    """Let the next run ask anew for what was read since the last publication, because something in it cannot be published.

    What the publication has that readers see is not asked for again: it passed its audit, and hundreds of countries would be
    asked anew for the fault of one.
    """
    paths = Paths.of(settings)
    landing = Landing(paths.landing)
    published_at = None
    with last_publication(build, the_last_first(paths)) as is_there:
        if is_there:
            ((published_at,),) = build.execute(f"SELECT max(published_at) FROM {LAST}.ops.publication").fetchall()
    for unit in units:
        extraction = landing.latest(unit.source, unit.key)
        if extraction is None or sources()[unit.source].is_local:
            continue
        if published_at is None or extraction.completed_at is None or extraction.completed_at > published_at:
            extraction.doubt(str(error), clock(build))


def _believe(settings: Settings, units: Iterable[Unit]) -> None:
    """Use again what the last run read and could not publish: a person has looked at it and accepts it."""
    landing = Landing(Paths.of(settings).landing)
    for unit in units:
        extraction = landing.latest(unit.source, unit.key)
        if extraction is not None:
            extraction.believe()


def _load(
    build: duckdb.DuckDBPyConnection,
    settings: Settings,
    units: Sequence[Unit],
    failures: dict[Unit, NessError],
    summary: Summary,
    watch: Watch,
    *,
    accept_change: bool,
) -> None:
    """Load the landed units in order; a unit that failed keeps its earlier rows and becomes a gap."""
    landing = Landing(Paths.of(settings).landing)
    context = context_of(landing, settings)
    for unit in units:
        failure = failures.get(unit)
        if failure is None:
            watch(Step("load", unit.name, "started"))
            extraction = None
            try:
                extraction = landing.latest(unit.source, unit.key)
                if extraction is None:
                    raise SourceUnavailable(f"{unit.name} has never been extracted; run it with network first.")
                summary.loaded[unit] = load_extraction(
                    build, extraction, context, run_id=summary.run_id, now=clock(build), may_be_empty=accept_change
                )
                within = gaps_within(build, unit)
                if within and extraction.is_believed:
                    extraction.doubt(within[0].error, clock(build))
                summary.gaps += within
                watch(Step("load", unit.name, "finished"))
                continue
            except DamagedBuild:
                raise  # nothing can be loaded any more
            except NessError as error:
                failure = error
                if extraction is not None:
                    extraction.doubt(str(error), clock(build))
        tables = sources()[unit.source].tables
        record_failure(build, unit, tables, str(failure), run_id=summary.run_id, now=clock(build))
        summary.gaps.append(gap_of(build, unit, failure))
        watch(Step("load", unit.name, "failed", str(failure)))
