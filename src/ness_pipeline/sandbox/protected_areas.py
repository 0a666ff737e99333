"""What the sandbox's Protected Planet knows: invented areas of parks and of other conserved land and sea."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

ASSESSED_PART = 3
"""Management has been assessed in one third of the protected area."""


@dataclass(frozen=True)
class Estate:
    """Protected and conserved areas of one country, in square kilometres.

    Attributes:
        land: land area.
        land_protected: protected land.
        land_conserved: protected and otherwise conserved land (OECM); None where the token may not see OECMs.
        sea: exclusive economic zone, None for a landlocked country; so are the next two.
        sea_protected: protected sea.
        sea_conserved: protected and otherwise conserved sea; None also where the token may not see OECMs.
        land_assessed: protected land whose management has been assessed; None where the token may not see OECMs.
        sea_assessed: the same at sea; None also for a landlocked country.
        is_empty: whether the publisher lists no site and does not know the country.
    """

    land: int
    land_protected: int
    land_conserved: int | None
    sea: int | None
    sea_protected: int | None
    sea_conserved: int | None
    land_assessed: int | None
    sea_assessed: int | None
    is_empty: bool = False


def estates(rng: np.random.Generator, countries: tuple[str, ...], landlocked: frozenset[str]) -> dict[str, Estate]:
    """Areas by country.

    Every fourth country has no members about OECMs, and the last one is not listed at all.
    """
    by_country = {}
    for place, code in enumerate(countries):
        land, sea = int(rng.integers(30_000, 9_000_000)), int(rng.integers(20_000, 8_000_000))
        shares = rng.integers(200, 4000, size=4).tolist()
        sees_oecms = place % 4 != 3  # noqa: PLR2004  every fourth
        protected, conserved = land * shares[0] // 10_000, land * (shares[0] + shares[1] // 4) // 10_000
        marine, conserved_sea = sea * shares[2] // 10_000, sea * (shares[2] + shares[3] // 4) // 10_000
        has_sea = code not in landlocked
        by_country[code] = Estate(
            land=land,
            land_protected=protected,
            land_conserved=conserved if sees_oecms else None,
            sea=sea if has_sea else None,
            sea_protected=marine if has_sea else None,
            sea_conserved=conserved_sea if has_sea and sees_oecms else None,
            land_assessed=protected // ASSESSED_PART if sees_oecms else None,
            sea_assessed=marine // ASSESSED_PART if has_sea and sees_oecms else None,
            is_empty=place == len(countries) - 1,
        )
    return by_country


def percentage(part: int | None, whole: int | None) -> float | None:
    """A percentage as the publisher rounds it; None when one of the two is missing."""
    return None if part is None or not whole else round(100 * part / whole, 6)
