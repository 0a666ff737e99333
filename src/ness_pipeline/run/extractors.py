"""Who extracts the units of work of a run: threads of this process, or workers of a Dask cluster."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from ness_pipeline.errors import NessError, SourceUnavailable
from ness_pipeline.landing.http import Session
from ness_pipeline.landing.request import Fetch
from ness_pipeline.landing.units import Unit
from ness_pipeline.landing.zone import Landing
from ness_pipeline.names.years import Years
from ness_pipeline.paths import Paths
from ness_pipeline.run.watch import Step, Watch
from ness_pipeline.settings import Settings
from ness_pipeline.sources import sources
from ness_pipeline.sources.extract import extract

SECOND_TRY_AFTER_S = 5.0
"""A unit whose publisher is unavailable is tried once more after this time; a broken contract is not."""


class Extractor(Protocol):
    """Lands units of work, side by side."""

    def __call__(self, units: Sequence[Unit], max_age: dt.timedelta, watch: Watch) -> dict[Unit, NessError]:
        """Land the units; returns the error of each unit that failed.

        Args:
            units: the units of work.
            max_age: landed payloads that are younger than this are not fetched again.
            watch: receives a step when a unit starts and ends.
        """
        ...


def extract_unit(unit: Unit, settings: Settings, send: Fetch, max_age: dt.timedelta) -> None:
    """Land one unit of work, with the years that have landed before: a unit is replaced whole and must not lose years.

    Raises:
        NessError: see `ness_pipeline.sources.extract.extract`.
    """
    landing = Landing(Paths.of(settings).landing)
    latest = landing.latest(unit.source, unit.key)
    years = unit.years
    if latest is not None:
        landed = latest.unit.years
        years = Years(min(years.first, landed.first), max(years.last, landed.last))
    wanted = Unit(unit.source, unit.key, years)
    if max_age and _is_looked_up(unit.source):
        max_age = max(max_age, dt.timedelta(days=sources()[unit.source].cadence_days))
    extract(wanted, landing, settings, send, max_age=max_age, now=dt.datetime.now(dt.UTC))


def _is_looked_up(source: str) -> bool:
    """Whether other sources look things up in it, such as keys of taxa: it changes with its release, not with the day."""
    return any(source in other.needs for other in sources().values())


def with_second_try(work: Callable[[], None], pause_s: float = SECOND_TRY_AFTER_S) -> None:
    """Do some work; once more after a pause where a source was unavailable."""
    try:
        work()
    except SourceUnavailable:
        time.sleep(pause_s)
        work()


class ThreadExtractor:
    """Lands units with one thread per source, so that a slow publisher holds nobody else up.

    The threads share one HTTP session, which keeps to each publisher's rate. They are daemon threads: an interrupted
    run does not wait for an answer that is still on its way.

    Args:
        settings: the configuration.
        session: the HTTP session.
        second_try_after_s: seconds before a unit whose publisher is unavailable is tried once more.
    """

    def __init__(self, settings: Settings, session: Session, second_try_after_s: float = SECOND_TRY_AFTER_S) -> None:
        self._settings, self._session = settings, session
        self._second_try_after_s = second_try_after_s
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Begin no further unit."""
        self._stopped.set()

    def __call__(self, units: Sequence[Unit], max_age: dt.timedelta, watch: Watch) -> dict[Unit, NessError]:
        """Land the units; see `Extractor`."""
        by_source: dict[str, list[Unit]] = {}
        for unit in units:
            by_source.setdefault(unit.source, []).append(unit)
            watch(Step("extract", unit.name, "waiting"))
        failures: dict[Unit, NessError] = {}
        defects: list[BaseException] = []

        def extract_source(of_source: list[Unit]) -> None:
            try:
                for unit in of_source:
                    if self._stopped.is_set():
                        return
                    if (error := self._extract(unit, max_age, watch)) is not None:
                        failures[unit] = error
            except BaseException as error:  # noqa: BLE001  (raised again in the thread that waits)
                self.stop()
                defects.append(error)

        threads = [
            threading.Thread(target=extract_source, args=(of_source,), name=f"extract {source}", daemon=True)
            for source, of_source in by_source.items()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if defects:
            raise defects[0]
        return failures

    def _extract(self, unit: Unit, max_age: dt.timedelta, watch: Watch) -> NessError | None:
        """Land one unit; returns its error, None when it landed."""
        watch(Step("extract", unit.name, "started"))

        def attempt() -> None:
            extract_unit(unit, self._settings, self._session.send, max_age)

        try:
            with_second_try(attempt, self._second_try_after_s)
        except NessError as error:
            watch(Step("extract", unit.name, "failed", str(error)))
            return error
        watch(Step("extract", unit.name, "finished"))
        return None


@contextmanager
def in_threads(settings: Settings) -> Iterator[ThreadExtractor]:
    """An extractor in threads of this process, with an HTTP session of its own."""
    with Session(settings) as session:
        extractor = ThreadExtractor(settings, session)
        try:
            yield extractor
        finally:
            extractor.stop()
