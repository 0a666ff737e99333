"""Contract of `core.treaty_party`."""

from __future__ import annotations

import datetime as dt

from ness_pipeline.schemas.base import Limits, Sourced, column, country_code
from ness_pipeline.schemas.vocabulary import TREATIES

TREATY_STATUSES = ["party", "deposited", "signatory", "not_party", "not_open"]


class TreatyParty(Sourced):
    """One row = the status of one country under one treaty.

    Traps: a signature does not make a country a party; between deposit and entry into force (90 days for the Nagoya
    Protocol) a country is `deposited`, not yet a party; a past year's status follows from `entry_into_force` and
    `left_on`, not from `status`; `not_open` means that the country cannot join, for example because it is a
    territory of a state that is a party.
    """

    country_code: str = country_code()
    treaty: str = column("Treaty code.", isin=list(TREATIES))
    status: str = column("Status on the date of the source.", isin=TREATY_STATUSES)
    signed_on: dt.date = column("Date of signature.", nullable=True)
    deposited_on: dt.date = column("Date on which the instrument was deposited.", nullable=True)
    entry_into_force: dt.date = column("Date from which the treaty binds the country.", nullable=True)
    left_on: dt.date = column(
        "Date from which it no longer binds the country; NULL for who has not left.", nullable=True
    )
    instrument: str = column("Ratification, accession, acceptance, approval or succession.", nullable=True)
    as_of: dt.date = column("Date of the source.", nullable=True)
    stated_by: str = column("Who stated it, where the row was compiled from several lists.", nullable=True)
    note: str = column("How sources differ and which was believed, or what the row cannot say.", nullable=True)

    class Config:
        """Grain: country, treaty and source."""

        unique = ["country_code", "treaty", "source"]
        metadata = {"limits": Limits(rows_per_country=(1, 1_000), rows_lost_share=0.05)}
