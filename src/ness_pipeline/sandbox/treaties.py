"""What the sandbox's countries have signed: invented dates for the CBD and its protocols."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

CBD_TREATIES = {
    "cbd": ("XXVII8", dt.date(1992, 6, 5), dt.date(1993, 12, 29)),
    "cartagena": ("XXVII8a", dt.date(2000, 5, 15), dt.date(2003, 9, 11)),
    "nagoya": ("XXVII8b", dt.date(2011, 2, 2), dt.date(2014, 10, 12)),
    "nagoya_kuala_lumpur": ("XXVII8c", dt.date(2011, 3, 7), dt.date(2018, 3, 5)),
}
"""Treaty code to the CBD's own id, the day it was opened for signature and the day it entered into force."""

DAYS_TO_FORCE = 90
AHEAD = dt.date(2099, 1, 1)
"""Entry into force of who has deposited and waits."""
_INSTRUMENTS = ("ratification", "accession", "acceptance", "approval")


@dataclass(frozen=True)
class TreatyDates:
    """Dates of one country under one treaty.

    Attributes:
        signed_on: date of signature, None when it never signed.
        deposited_on: date of the deposit of its instrument.
        entry_into_force: date from which it is a party; None for who has not deposited.
        instrument: how it joined.
    """

    signed_on: dt.date | None = None
    deposited_on: dt.date | None = None
    entry_into_force: dt.date | None = None
    instrument: str | None = None


def treaty_dates(rng: np.random.Generator, countries: tuple[str, ...]) -> dict[str, dict[str, TreatyDates]]:
    """Dates by country and treaty.

    Most are parties; per treaty (but the convention itself) one country never signed, one only signed, and one has
    deposited its instrument and waits for a day that the list names and that is far ahead, whenever the sandbox runs.
    """
    by_country: dict[str, dict[str, TreatyDates]] = {code: {} for code in countries}
    for number, (treaty, (_, opened, in_force)) in enumerate(CBD_TREATIES.items()):
        for place, code in enumerate(countries):
            wait, pause = int(rng.integers(0, 360)), int(rng.integers(30, 2000))
            signed = opened + dt.timedelta(days=wait)
            deposited = signed + dt.timedelta(days=pause)
            instrument = _INSTRUMENTS[int(rng.integers(len(_INSTRUMENTS)))]
            standing = (place + 3 * number) % len(countries) if number else -1
            if standing == 0:
                dates = TreatyDates()
            elif standing == 1:
                dates = TreatyDates(signed_on=signed)
            elif standing == 2:  # noqa: PLR2004  the third country
                dates = TreatyDates(signed, dt.date(2025, 11, 3), AHEAD, instrument)
            else:
                # An accession has no signature before it.
                first = None if instrument == "accession" else signed
                force = max(in_force, deposited + dt.timedelta(days=DAYS_TO_FORCE))
                dates = TreatyDates(first, deposited, force, instrument)
            by_country[code][treaty] = dates
    return by_country
