"""What a place is to a species: how far it belongs to the species' range."""

from __future__ import annotations

RANGE_ORIGINS = frozenset({"native", "reintroduced"})
RANGE_PRESENCES = frozenset({"extant", "probably_extant", "possibly_extant"})
NATIVE = 2
"""The lowest rank of a place that may be in the range."""


def rank_in_range(origin: str | None, presence: str | None) -> int:
    """Rank of a place in a species' range: 1 listed, 2 native or reintroduced, 3 and still there."""
    is_own = origin in RANGE_ORIGINS
    return 1 + is_own + (is_own and presence in RANGE_PRESENCES)
