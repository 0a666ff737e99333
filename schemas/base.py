"""What all contracts share: how a column is declared, and the base classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandera.polars as pa

from ness_pipeline.schemas.vocabulary import REASONS

MAX_COUNT = 10**15
"""No count of records, species or square metres on Earth reaches this: above it is a broken number."""


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
        lower: column with the lower bound, when there is one.
        upper: column with the upper bound, when there is one.
        reportable: column that says whether the number may be quoted.
        reason: column that says why not.
        profile: reporting groups that `metrics.country_profile` shows, where the table has groups.
    """

    label: str | None
    better: str | None
    lower: str | None
    upper: str | None
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
    label: str | None = None,
    better: str | None = None,
    lower: str | None = None,
    upper: str | None = None,
    reportable: str = "reportable",
    reason: str = "reason",
    profile: tuple[str, ...] = ("all",),
    **checks: Any,
) -> Any:
    """One published number of a metric table; it appears in `metrics.metric_value`, always nullable.

    Args:
        description: one sentence that defines it.
        unit: as in `column`.
        label: as in `Measure`, like all that follow.
        better: `higher`, `lower` or None.
        lower: column with the lower bound.
        upper: column with the upper bound.
        reportable: column that says whether the number may be quoted.
        reason: column that says why not.
        profile: reporting groups of the wide view.
        checks: as in `column`.
    """
    about = Measure(label, better, lower, upper, reportable, reason, profile)
    return pa.Field(description=description, nullable=True, metadata={"unit": unit, "measure": about}, **checks)


def country_code() -> Any:
    """The country column that every per-country table shares."""
    return column(
        "ISO 3166-1 alpha-2 code of the country or territory (XK for Kosovo).",
        str_matches=r"^[A-Z]{2}$",
    )


def species_key(**options: Any) -> Any:
    """The species column that every per-species table shares."""
    return column(
        "Key of the accepted species in the checklist in use; always text, because Catalogue of Life keys are alphanumeric.",
        str_length={"min_value": 1, "max_value": 64},
        **options,
    )


def checklist_key() -> Any:
    """Which checklist a species key belongs to."""
    return column(
        "GBIF dataset key of the checklist that the species key belongs to; NULL when the file does not give it.",
        nullable=True,
        str_length={"min_value": 1, "max_value": 64},
    )


def share(description: str, **options: Any) -> Any:
    """A column between 0 and 1."""
    return column(description, "1", ge=0.0, le=1.0, **options)


def count(description: str, unit: str, **options: Any) -> Any:
    """A column of whole, non-negative numbers."""
    return column(description, unit, ge=0, le=MAX_COUNT, **options)


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
