"""What all contracts share: how a column is declared, and the base classes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandera.polars as pa

from ness_pipeline.schemas.vocabulary import BASES, REASONS

OFFICIAL = ("official", "own_value")
"""Bases of a number that a publisher gives, and that an own file may correct."""

LATEST_YEAR = max(2026, dt.datetime.now(dt.UTC).year)
"""No publisher, list or record speaks of a year to come: above it is a slip of the pen, or a wish.

It is the year in which the process began, and not before 2026, so that a clock that lags refuses nothing.
"""

MAX_COUNT = 10**15
"""No count of records, species or square metres on Earth reaches this: above it is a broken number."""


def latest_day() -> dt.date:
    """Today wherever on Earth it is latest: no source speaks of a day after it."""
    return dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)


@dataclass(frozen=True)
class Limits:
    """Limits of a table that a publication must keep to; a contract gives them in `Config.metadata["limits"]`.

    The first two always hold. The others compare with the last publication, over the countries that both have, and a
    person may accept a change beyond them.

    Attributes:
        rows_per_country: fewest and most rows of a country that has any.
        missing_share: column to the largest share of its rows that may be NULL.
        rows_lost_share: largest share of rows that may disappear.
        withheld_share: largest share of numbers that may become missing.
        moved_share: largest share of numbers that may move by more than a quarter.
        fewest: rows or numbers below which shares mean nothing.
    """

    rows_per_country: tuple[int, int] = (1, 1_000_000_000)
    missing_share: Mapping[str, float] = field(default_factory=dict)
    rows_lost_share: float = 0.2
    withheld_share: float = 0.2
    moved_share: float = 0.5
    fewest: int = 20


@dataclass(frozen=True)
class Measure:
    """Label, direction and related columns of one published number.

    Attributes:
        label: short name for readers; None where the name of the column, written as words, is good enough.
        better: `higher` or `lower` when countries may be ranked by the number, None when they may not.
        lower: column with the lower end of the 95 % interval, when there is one.
        upper: column with its upper end, when there is one.
        range_low: column with the lower end of any other range, when there is one.
        range_high: column with its upper end, when there is one.
        range_meaning: what that range is, in one sentence.
        basis: what the number rests on: a term of `BASES`, or the column that has the term row by row.
        quotable: terms of `BASES` on which the number may be quoted; on others it is shown and not `reportable`.
        reportable: column that says whether the number may be quoted.
        reason: column that says why not.
        profile: reporting groups that `metrics.country_profile` shows, where the table has groups.
    """

    label: str | None
    better: str | None
    lower: str | None
    upper: str | None
    range_low: str | None
    range_high: str | None
    range_meaning: str | None
    basis: str
    quotable: tuple[str, ...]
    reportable: str
    reason: str
    profile: tuple[str, ...]


def column(
    description: str,
    unit: str | None = None,
    *,
    nullable: bool = False,
    **checks: Any,
) -> Any:
    """One column of a contract: its description in one sentence, its unit, and its bounds.

    Args:
        description: one sentence for the data dictionary and `COMMENT ON COLUMN`.
        unit: UCUM-like unit (`1` for shares and indices, `%`, `km2`, `a` for years, `{species}` for
            counts), or None for text, codes, dates and flags.
        nullable: whether NULL is allowed; a NULL measure needs a reason in its row.
        checks: pandera's own checks (`ge`, `le`, `isin`, `str_matches`). Float columns always have both bounds,
            because NaN and infinity pass a single one.
    """
    return pa.Field(description=description, nullable=nullable, metadata={"unit": unit}, **checks)


def measure(
    description: str,
    unit: str,
    *,
    basis: str,
    quotable: tuple[str, ...] | None = None,
    label: str | None = None,
    better: str | None = None,
    lower: str | None = None,
    upper: str | None = None,
    range_low: str | None = None,
    range_high: str | None = None,
    range_meaning: str | None = None,
    reportable: str = "reportable",
    reason: str = "reason",
    profile: tuple[str, ...] = ("all",),
    **checks: Any,
) -> Any:
    """One published number of a metric table; it appears in `metrics.metric_value`, always nullable.

    Args:
        description: one sentence that defines it.
        unit: as in `column`.
        basis: as in `Measure`, like all that follow.
        quotable: left out, only what the term in `basis` says.
        label: short name.
        better: `higher`, `lower` or None.
        lower: column with the lower end of the 95 % interval.
        upper: column with its upper end.
        range_low: column with the lower end of any other range.
        range_high: column with its upper end.
        range_meaning: what that range is.
        reportable: column that says whether the number may be quoted.
        reason: column that says why not.
        profile: reporting groups of the wide view.
        checks: as in `column`.
    """
    may_be_quoted = (basis,) if quotable is None else quotable
    ends = (lower, upper, range_low, range_high, range_meaning)
    about = Measure(label, better, *ends, basis, may_be_quoted, reportable, reason, profile)
    return pa.Field(description=description, nullable=True, metadata={"unit": unit, "measure": about}, **checks)


def country_code() -> Any:
    """The country column that every per-country table shares."""
    return column(
        "ISO 3166-1 alpha-2 code of the country or territory (XK for Kosovo).",
        str_matches=r"^[A-Z]{2}$",
    )


def iso3_code(**options: Any) -> Any:
    """The country's three letters, which no program takes for a missing value, as many take Namibia's NA."""
    return column("ISO 3166-1 alpha-3 code (XKX for Kosovo).", str_matches=r"^[A-Z]{3}$", **options)


def species_key(**options: Any) -> Any:
    """The species column that every per-species table shares."""
    return column(
        "Key of the accepted species in the checklist in use; always text, because Catalogue of Life keys are alphanumeric. "
        "`name:` and the name, or an own key, where that checklist does not know the species (`ops.own_species`).",
        str_length={"min_value": 1, "max_value": 64},
        **options,
    )


def checklist_key() -> Any:
    """Which checklist a species key belongs to."""
    return column(
        "GBIF dataset key of the checklist that the species key belongs to, or a user's word for it; NULL where nobody knows.",
        nullable=True,
        str_length={"min_value": 1, "max_value": 64},
    )


def share(description: str, **options: Any) -> Any:
    """A column between 0 and 1."""
    return column(description, "1", ge=0.0, le=1.0, **options)


def count(description: str, unit: str, **options: Any) -> Any:
    """A column of whole, non-negative numbers."""
    return column(description, unit, ge=0, le=MAX_COUNT, **options)


def rests_on(what: str = "number") -> Any:
    """What a number rests on: a term of `BASES`."""
    return column(
        f"What the {what} rests on: a term of `BASES`; NULL where there is none.", nullable=True, isin=list(BASES)
    )


def why_not() -> Any:
    """Why a number must not be quoted; NULL where it may."""
    return column("Why not.", nullable=True, isin=list(REASONS))


class Contract(pa.DataFrameModel):
    """Base of all contracts: a table has exactly the columns of its contract.

    The inner class `Config` may give:
        unique: the grain, which are the columns that identify one row.
        metadata: `method_version`; `limits`; `view` for views; and for metric tables `label` (short name for readers),
            `half` (`ecological_system`, `security_system`, `both` or None) and `section` (part of the report's
            country page that shows the table in a layout of its own; left out, the table is listed with all others).
    """

    class Config:
        """A column that the contract does not have is an error."""

        strict = True


class Sourced(Contract):
    """A table that sources and users load; each row names its source.

    The build database has each such table twice: `landed.<table>` keeps the rows of every source with the unit of work
    that brought them, and the model `warehouse/core/<table>.sql` chooses between sources that differ.
    """

    source: str = column(
        "Source of the row: a publisher's source name, `seeds`, or `file:` and a name for own data.",
        str_matches=r"^[a-z][a-z0-9_]*(:.+)?$",
    )
