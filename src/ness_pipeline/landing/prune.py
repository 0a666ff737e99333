"""Which landed payloads may go: by age and size, but never what the warehouse could be rebuilt from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ness_pipeline.landing.extraction import Extraction
from ness_pipeline.landing.zone import Landing


@dataclass(frozen=True)
class Pruned:
    """What was, or would be, removed.

    Attributes:
        extractions: readings of units.
        payloads: bodies that no reading needs any more.
        freed: bytes of these bodies, compressed.
        kept: bytes of the bodies that stay.
    """

    extractions: int
    payloads: int
    freed: int
    kept: int


def prune(
    landing: Landing,
    *,
    now: dt.datetime,
    max_age: dt.timedelta | None = None,
    max_bytes: int | None = None,
    is_trial: bool = False,
) -> Pruned:
    """Remove old readings of units and the payloads that only they needed.

    The latest complete reading of a unit always stays, and so does one that is still going on, whatever was asked:
    with them the warehouse can be rebuilt.

    Args:
        landing: the landing zone.
        now: the time, UTC.
        max_age: readings older than this go; None keeps them.
        max_bytes: the oldest go until the payloads are no more than this; None means any size.
        is_trial: say what would go and leave it.
    """
    needed, spare = [], []
    for source, key in landing.units():
        own = landing.extractions(source, key)
        latest = landing.latest(source, key)
        current = {own[-1].folder} if own and not own[-1].is_refused else set()
        current |= {latest.folder} if latest else set()
        needed += [extraction for extraction in own if extraction.folder in current]
        spare += [extraction for extraction in own if extraction.folder not in current]
    spare.sort(key=lambda extraction: extraction.started_at)
    sizes = landing.sizes()
    total = sum(sizes.values())
    uses: dict[str, int] = {}
    bodies = {
        extraction.folder: {record["sha256"] for record in extraction.records()} for extraction in (*needed, *spare)
    }
    for digests in bodies.values():
        for digest in digests:
            uses[digest] = uses.get(digest, 0) + 1
    gone: list[Extraction] = []
    freed: set[str] = {digest for digest in sizes if digest not in uses}
    for extraction in spare:
        left = total - sum(sizes.get(digest, 0) for digest in freed)
        is_old = max_age is not None and now - extraction.started_at > max_age
        if not is_old and (max_bytes is None or left <= max_bytes):
            continue
        gone.append(extraction)
        for digest in bodies[extraction.folder]:
            uses[digest] -= 1
            if not uses[digest]:
                freed.add(digest)
    if not is_trial:
        _remove(landing, gone, freed)
    bytes_freed = sum(sizes.get(digest, 0) for digest in freed)
    return Pruned(len(gone), len(freed & sizes.keys()), bytes_freed, total - bytes_freed)


def _remove(landing: Landing, gone: list[Extraction], bodies: set[str]) -> None:
    """First the marks and records, then the bodies, so that a kill in between leaves nothing that points nowhere."""
    for extraction in gone:
        landing.remove(f"{extraction.folder}/complete.json")
        landing.remove(extraction.folder)
    for name, digest in landing.shared():
        if digest in bodies:
            landing.remove(name)
    for digest in sorted(bodies):
        landing.remove_body(digest)
    landing.remove_partial()
