"""What a run did: what became of each unit of work, and how the run ended."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from ness_pipeline.build.load import Loaded
from ness_pipeline.landing.units import Unit

Status = Literal["running", "completed", "completed_with_gaps", "failed"]

COUNTS = ("units", "received", "loaded", "quarantined")
"""What is counted per source: units of work, and rows (or records)."""


@dataclass(frozen=True)
class Gap:
    """A unit of work that failed, or one thing that it did not give; the earlier rows stay in place.

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
    """What a run did, for the terminal, the Prefect artifact and the exit code.

    Attributes:
        run_id: identifier of the run.
        countries: country codes that were asked for; none means all.
        loaded: what became of the rows of each unit of work.
        gaps: units of work that failed, and things that others did not give.
        written: rows written per table.
        series_replaced: series of the sample of open data that a publisher's own release has replaced.
        content_hash: of the publication.
    """

    run_id: str
    countries: tuple[str, ...]
    loaded: dict[Unit, list[Loaded]] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    written: dict[str, int] = field(default_factory=dict)
    series_replaced: int = 0
    content_hash: str | None = None

    def per_source(self) -> dict[str, Counter[str]]:
        """The `COUNTS` of each source, in the order in which they were loaded."""
        totals: dict[str, Counter[str]] = {}
        for unit, results in self.loaded.items():
            counts = totals.setdefault(unit.source, Counter(units=0))
            counts["units"] += 1
            for result in results:
                counts.update(received=result.received, loaded=result.loaded, quarantined=result.quarantined)
        return totals

    @property
    def status(self) -> Status:
        """How the run ended."""
        return "completed_with_gaps" if self.gaps else "completed"

    @property
    def exit_code(self) -> int:
        """0 without gaps, else the gravest gap's code: a broken contract before an unavailable source."""
        return max((gap.exit_code for gap in self.gaps), default=0)
