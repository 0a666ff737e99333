"""Read one unit of work from its publisher into the landing zone, and back out of it."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Iterator

from ness_pipeline.contract.batch import Batch, Lost
from ness_pipeline.errors import ContractViolation, PublisherAway, SchemaDrift, SourceUnavailable
from ness_pipeline.landing.extraction import Extraction
from ness_pipeline.landing.request import Fetch
from ness_pipeline.landing.units import WORLD, Unit
from ness_pipeline.landing.zone import Landing
from ness_pipeline.settings import Settings
from ness_pipeline.sources import Context, sources
from ness_pipeline.sources.fields import MISREAD, misread
from ness_pipeline.sources.lost_rows import without_lost_rows

logger = logging.getLogger(__name__)


def context_of(landing: Landing, settings: Settings) -> Context:
    """Context of the sources beside their own requests: the settings, and world sources already in landing."""

    def world(name: str) -> Fetch:
        extraction = landing.latest(name, WORLD)
        if extraction is None:
            raise SourceUnavailable(f"The source {name} has not been extracted yet; run it before the countries.")
        return extraction.replay()

    return Context(settings, world)


def settings_behind_answers(settings: Settings) -> dict[str, object]:
    """Settings, other than the unit, on which the answers of any publisher depend."""
    return {"checklist": settings.gbif_checklist, "is_synthetic": settings.is_synthetic}


def extract(
    unit: Unit, landing: Landing, settings: Settings, send: Fetch, *, max_age: dt.timedelta, now: dt.datetime
) -> Extraction:
    """Land everything that a unit of work needs; an interrupted reading goes on where it stopped.

    Args:
        unit: the unit of work.
        landing: where the payloads go.
        settings: the configuration.
        send: how a request reaches its publisher.
        max_age: a complete extraction younger than this serves again, unless something of it was missing or wrong.
        now: the time, UTC.

    Raises:
        SourceUnavailable: the publisher could not be read; what has landed stays for the next try.
        SchemaDrift: the publisher's answers have changed shape.
    """
    context = context_of(landing, settings)
    latest = landing.latest(unit.source, unit.key)
    if latest is not None and latest.completed_at is not None:
        is_same = latest.unit == unit and all(
            latest.about.get(k) == v for k, v in settings_behind_answers(settings).items()
        )
        if is_same and latest.is_believed and dt.timedelta(0) <= now - latest.completed_at < max_age:
            # Only damaged answers in landing are requested again.
            return latest if latest.is_intact else _read(latest, context, send, now)
    return _read(landing.start(unit, settings_behind_answers(settings), now), context, send, now)


def _read(extraction: Extraction, context: Context, send: Fetch, now: dt.datetime) -> Extraction:
    """Request the missing payloads of an extraction, and mark it complete, or refused when it cannot be read."""
    unit = extraction.unit
    source = sources()[unit.source]
    fetch = extraction.fetch_through(send)
    is_first_try = not extraction.has_refusals
    try:
        lost = [one for batch in understood(unit, source.read(unit, fetch, context)) for one in batch.lost]
        release = source.release(unit, fetch)
    except PublisherAway:
        raise  # the missing answers are requested in a later run
    except (SourceUnavailable, ContractViolation) as error:
        extraction.refuse(str(error), now)  # an answer that cannot be read is requested again
        raise
    if is_first_try and (broken := next((one.why for one in lost if one.is_passing), None)) is not None:
        raise PublisherAway(broken)  # like all that may pass, it is asked for once more before it is a gap
    for one in lost:
        extraction.unshare(one.asked)
    extraction.complete(release, dt.datetime.now(dt.UTC), is_whole=not lost)
    logger.info("extracted", extra={"source": unit.source, "unit": unit.key, "extraction": extraction.number})
    return extraction


def understood(unit: Unit, batches: Iterable[Batch]) -> Iterator[Batch]:
    """The batches of a source without rows that cannot be right; a value of a kind that it did not foresee is drift and no crash.

    Raises:
        SchemaDrift: an answer has a shape that the source does not read.
        SourceUnavailable: nothing of what was asked for is there; an empty list is no answer. Only a country may have
            nothing of a source.
    """
    has_rows = False
    lost: list[Lost] = []
    for whole in _foreseen(unit, batches):
        batch = without_lost_rows(unit, whole)
        has_rows = has_rows or batch.has_rows
        lost += batch.lost
        yield batch
    if has_rows:
        return
    if lost:
        more = f" ({len(lost)} things, all without rows)" if len(lost) > 1 else ""
        is_passing = any(one.is_passing for one in lost)
        kind = PublisherAway if is_passing else SchemaDrift if lost[0].is_change else SourceUnavailable
        raise kind(f"{lost[0].why}{more}")
    if unit.key == WORLD:
        raise SourceUnavailable(
            f"{unit.source} gave no row for the years {unit.years}; an empty list is no answer, run again later."
        )


def _foreseen(unit: Unit, batches: Iterable[Batch]) -> Iterator[Batch]:
    """The batches of a source, whose stumbling over a value that it did not foresee is drift."""
    try:
        yield from batches
    except MISREAD as error:
        raise misread(unit.name, error) from error
