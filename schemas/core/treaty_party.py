"""Contract of `core.treaty_party`."""

from __future__ import annotations

import datetime as dt

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from ness_pipeline.schemas.base import Limits, Sourced, column, country_code, latest_day
from ness_pipeline.schemas.vocabulary import TREATIES, TREATY_IN_BEING_FROM, TREATY_MADE_ON

TREATY_STATUSES = ["party", "deposited", "signatory", "not_party", "not_open"]
LATEST = dt.date(2100, 12, 31)
DAYS_OF_COUNTING = 3
"""Lists count the days of a clause differently, so that many days too early is no mistake."""
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"


def _not_before(name: str, days: dict[str, dt.date]) -> pl.Expr:
    """Whether a date is missing or not before a day that depends on the treaty."""
    first = pl.col("treaty").replace_strict(days, default=None, return_dtype=pl.Date())
    return (pl.col(name) >= first.dt.offset_by(f"-{DAYS_OF_COUNTING}d")).fill_null(value=True)


class TreatyParty(Sourced):
    """One row = the status of one country under one treaty, as the source that speaks last gives it.

    Of sources that differ, the one that speaks of the later day (`as_of`) is believed, of the same day own files before
    publishers before seeds. A row without `as_of` speaks up to the latest of its own dates. What each source says of
    earlier days is in `core.treaty_statement`, which metrics read.

    Traps: a signature does not make a country a party; between deposit and entry into force (90 days for the Nagoya
    Protocol) a country is `deposited`, not yet a party; a past year's status follows from `entry_into_force`,
    `left_on` and `earlier_periods`, not from `status`; `not_party` and `signatory` say nothing of days after `as_of`,
    while a `party` stays one until a withdrawal is known; `not_open` means that the country cannot join, for example
    because it is a territory of a state that is a party. Where the state has extended a treaty to a territory, a row
    `party` of an own file says so.
    """

    country_code: str = country_code()
    treaty: str = column("Treaty code.", isin=list(TREATIES))
    status: str = column("Status on the date of the source.", isin=TREATY_STATUSES)
    signed_on: dt.date = column("Date of signature.", nullable=True)
    deposited_on: dt.date = column("Date on which the instrument was deposited.", nullable=True)
    entry_into_force: dt.date = column(
        "Date from which the treaty binds the country, the last time where it joined more than once.",
        nullable=True,
    )
    left_on: dt.date = column(
        "Date from which it no longer binds the country; NULL for who has not left since.", nullable=True
    )
    instrument: str = column("Ratification, accession, acceptance, approval or succession.", nullable=True)
    as_of: dt.date = column("Date of the source.", nullable=True)
    stated_by: str = column("Who stated it, where the row was compiled from several lists.", nullable=True)
    note: str = column("How sources differ and which was believed, or what the row cannot say.", nullable=True)
    earlier_periods: str = column(
        "Periods in which the treaty bound the country before it left and joined again: the first day, a slash and the "
        "first day after, such as 2016-11-04/2020-11-04, several with a semicolon between them.",
        nullable=True,
        str_matches=rf"^{_DAY}/{_DAY}(;{_DAY}/{_DAY})*$",
    )

    @pa.dataframe_check(description="signature and deposit are not before the day on which the treaty was adopted")
    @classmethod
    def is_signed_after_adoption(cls, data: PolarsData) -> pl.LazyFrame:
        """Whether signature and deposit are missing or possible."""
        return data.lazyframe.select(
            _not_before("signed_on", TREATY_MADE_ON) & _not_before("deposited_on", TREATY_MADE_ON)
        )

    @pa.dataframe_check(description="the treaty does not bind the country before the treaty itself entered into force")
    @classmethod
    def is_in_force_after_the_treaty(cls, data: PolarsData) -> pl.LazyFrame:
        """Whether the entry into force is missing or possible."""
        return data.lazyframe.select(_not_before("entry_into_force", TREATY_IN_BEING_FROM))

    @pa.dataframe_check(description="no date lies after the year 2100; leave a date that is not known empty")
    @classmethod
    def is_within_reach(cls, data: PolarsData) -> pl.LazyFrame:
        """Whether every date is missing or not a stand-in such as 9999-12-31."""
        days = pl.max_horizontal("signed_on", "deposited_on", "entry_into_force", "left_on", "as_of")
        return data.lazyframe.select((days <= LATEST).fill_null(value=True))

    @pa.dataframe_check(description="a source does not speak of days to come; as_of is the day of the source")
    @classmethod
    def is_of_today(cls, data: PolarsData) -> pl.LazyFrame:
        """Whether the day of the source is missing or has come."""
        return data.lazyframe.select((pl.col("as_of") <= latest_day()).fill_null(value=True))

    @pa.dataframe_check(description="a country leaves a treaty after it has joined it")
    @classmethod
    def is_left_after_entry(cls, data: PolarsData) -> pl.LazyFrame:
        """Whether the two dates are missing or in order."""
        return data.lazyframe.select((pl.col("left_on") > pl.col("entry_into_force")).fill_null(value=True))

    class Config:
        """Grain: country, treaty and source."""

        unique = ["country_code", "treaty", "source"]
        metadata = {"limits": Limits(rows_per_country=(1, 1_000), rows_lost_share=0.05)}
