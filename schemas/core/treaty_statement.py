"""Contract of `core.treaty_statement`."""

from __future__ import annotations

import datetime as dt

from ness_pipeline.schemas.base import Contract, column, country_code
from ness_pipeline.schemas.vocabulary import TREATIES

STANDINGS = ["in_force", "not_in_force", "unknown", "not_open"]


class TreatyStatement(Contract):
    """One row = what one source says, over one span of days, of where one country stands with one treaty.

    A list with dates gives spans from its dates. A party stays one until a withdrawal is known, so its last span has
    no end. "Not a party" holds up to the day of the source (`as_of`) and is `unknown` after it. A list that names a
    party without a date says nothing of the days before its own. A flag of UN SDG 15.6.1 (Nagoya Protocol, plant
    treaty) speaks of the end of its year: 1 says that the country is a party then, not since when; 0 that it was none
    so far.

    For a given day the lists whose span holds it compete: an own file wins for days up to its `as_of`; otherwise the
    later `as_of` wins, of the same day own files before publishers before seeds. Where the list that wins is `unknown`,
    or there is none, the latest flag counts: a flag has no dates, so it fills what lists do not know and overrules none.

    Traps: UN SDG 15.6.1 counts a country as party from its deposit on, up to 90 days early; a treaty that is not open to
    a country has that one statement and those of lists that name the country as a party.
    """

    country_code: str = country_code()
    treaty: str = column("Treaty code.", isin=list(TREATIES))
    source: str = column("Source of the statement.", str_matches=r"^[a-z][a-z0-9_]*(:.+)?$")
    as_of: dt.date = column(
        "Day up to which the source speaks; 1 January 1900 for one that is not dated and only says that a treaty is not open."
    )
    is_flag: bool = column("Whether it is a flag of UN SDG 15.6.1 and no list with dates.")
    span: int = column("Number of the span among those of its source and day, the earliest first.", "1", ge=1, le=1000)
    valid_from: dt.date = column("First day of the span; NULL for ever since.", nullable=True)
    valid_to: dt.date = column("First day after the span; NULL for an open end.", nullable=True)
    standing: str = column("Where the country stands with the treaty in that span.", isin=STANDINGS)

    class Config:
        """Grain: country, treaty, source, day and kind of the statement, and span."""

        unique = ["country_code", "treaty", "source", "as_of", "is_flag", "span"]
