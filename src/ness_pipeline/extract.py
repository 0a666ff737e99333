"""Read one unit of work from its publisher into the landing zone, and back out of it."""

from __future__ import annotations

import datetime as dt

from ness_pipeline.errors import SourceUnavailable
from ness_pipeline.http import Fetch
from ness_pipeline.landing import Extraction, Landing
from ness_pipeline.settings import Settings
from ness_pipeline.sources import WORLD, Context, Unit, sources


def context_of(landing: Landing, settings: Settings) -> Context:
    """What sources may use besides their own requests: the settings, and world sources already in landing."""

    def world(name: str) -> Fetch:
        extraction = landing.latest(name, WORLD)
        if extraction is None:
            raise SourceUnavailable(f"The source {name} has not been extracted yet; run it before the countries.")
        return extraction.replay()

    return Context(settings, world)


def asked(settings: Settings) -> dict[str, object]:
    """What the answers of any publisher depend on besides the unit."""
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
        max_age: a complete extraction younger than this serves again.
        now: the time, UTC.

    Raises:
        SourceUnavailable: the publisher could not be read; what has landed stays for the next try.
        SchemaDrift: the publisher's answers have changed shape.
    """
    source = sources()[unit.source]
    latest = landing.latest(unit.source, unit.key)
    if latest is not None and latest.completed_at is not None:
        same = latest.unit == unit and all(latest.about.get(k) == v for k, v in asked(settings).items())
        if same and dt.timedelta(0) <= now - latest.completed_at < max_age:
            return latest
    extraction = landing.start(unit, asked(settings), now)
    fetch = extraction.fetch_through(send)
    context = context_of(landing, settings)
    for _ in source.read(unit, fetch, context):
        pass
    extraction.complete(source.release(unit, fetch), dt.datetime.now(dt.UTC))
    return extraction
