"""Units of work: what is extracted, landed, loaded and retried as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from ness_pipeline.names.years import Years

WORLD = "world"
"""Key of the unit of work of a source that a publisher serves whole."""


@dataclass(frozen=True)
class Unit:
    """One unit of work: what is extracted, landed, loaded and retried as a whole.

    Attributes:
        source: name of the source.
        key: an ISO alpha-2 country code, or `world`.
        years: span of years asked for.
    """

    source: str
    key: str
    years: Years

    @property
    def name(self) -> str:
        """What people read of it, such as `gbif_country KE`."""
        return f"{self.source} {self.key}"
