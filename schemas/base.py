"""What all contracts share: how a column is written down and where a row came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandera.polars as pa

MAX_COUNT = 10**15
"""No count of records, species or square metres on Earth reaches this: above it is a broken number."""


@dataclass(frozen=True)
class Limits:
    """What a table must keep to before it is published, stated in `Config.metadata["limits"]` of its contract.

    The first two hold always. The others compare with the last publication, over the countries that both have, and a
    person may accept what lies beyond them.

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


def column(
    description: str,
    unit: str | None = None,
    *,
    nullable: bool = False,
    **checks: Any,
) -> Any:
    """One column of a contract: what it says in one sentence, its unit, and its bounds.

    Args:
        description: one sentence for the data dictionary and `COMMENT ON COLUMN`.
        unit: UCUM-like unit (`1` for shares and indices, `%`, `km2`, `a` for years, `{species}` for
            counts), or None for text, codes, dates and flags.
        nullable: whether NULL is allowed; a NULL measure needs a reason in its row.
        checks: pandera's own checks (`ge`, `le`, `isin`, `str_matches`). Float columns always state both
            bounds, because NaN and infinity pass a one-sided one.
    """
    return pa.Field(description=description, nullable=nullable, metadata={"unit": unit}, **checks)


def measure(
    description: str,
    unit: str,
    *,
    better: str | None = None,
    lower: str | None = None,
    upper: str | None = None,
    reportable: str = "reportable",
    reason: str = "reason",
    profile: tuple[str, ...] = ("all",),
    **checks: Any,
) -> Any:
    """One published number of a metric table; it appears in `metrics.metric_value`.

    Args:
        description: one sentence that defines it.
        unit: as in `column`.
        better: `higher` or `lower` when countries may be ranked by it, None when they may not.
        lower: column with the lower bound, when there is one.
        upper: column with the upper bound, when there is one.
        reportable: column that says whether this number may be quoted.
        reason: column that says why not.
        profile: reporting groups that `metrics.country_profile` shows, where the table has groups.
        checks: as in `column`; measures are always nullable.
    """
    metadata = {
        "unit": unit,
        "measure": {
            "better": better,
            "lower": lower,
            "upper": upper,
            "reportable": reportable,
            "reason": reason,
            "profile": profile,
        },
    }
    return pa.Field(description=description, nullable=True, metadata=metadata, **checks)


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
        "GBIF dataset key of the checklist that the species key belongs to; NULL when the file did not say.",
        nullable=True,
        str_length={"min_value": 1, "max_value": 64},
    )


def share(description: str, **options: Any) -> Any:
    """A column between 0 and 1."""
    return column(description, "1", ge=0.0, le=1.0, **options)


def count(description: str, unit: str, **options: Any) -> Any:
    """A column of whole, non-negative numbers."""
    return column(description, unit, ge=0, le=MAX_COUNT, **options)


class Contract(pa.DataFrameModel):
    """Base of all contracts: the columns are exactly those written down, no more and no fewer.

    `Config.unique` of a contract is its grain: the columns that identify one row.
    """

    class Config:
        """Extra columns are an error: nothing enters the warehouse unnamed."""

        strict = True


class Sourced(Contract):
    """A table that sources and users load; its rows say who stated them.

    Each such table exists twice in the build database: `landed.<table>` keeps what every source said, with the
    unit of work that brought it, and the model `warehouse/core/<table>.sql` decides what is believed.
    """

    source: str = column(
        "Who stated this row: a publisher's source name, `seeds`, or `file:` and a name for own data.",
        str_matches=r"^[a-z][a-z0-9_]*(:.+)?$",
    )
