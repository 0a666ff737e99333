"""Rows on their way into a table, with those that were refused or filtered out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Lost:
    """One thing that a publisher was asked for and did not give, while it gave others.

    Attributes:
        what: the thing as people call it, such as `indicator ER.LND.PTLD.ZS`.
        why: why it is not there, in one sentence, with the publisher's own words where there are any.
        where: column of the table to the value, or values, by which the unit's earlier rows of the thing are known;
            they stay.
        is_change: whether the publisher's answer has changed its shape, and was not merely without the thing.
        is_passing: whether the publisher failed at it, so that it may well be there when it is asked for again.
        asked: identities of the requests for it, where other units of work would share its answers.
    """

    what: str
    why: str
    where: Mapping[str, str | Sequence[str | int]]
    is_change: bool = False
    is_passing: bool = False
    asked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Batch:
    """Rows for one table, as a source yields them.

    Attributes:
        table: table name without layer, such as `treaty_party`.
        frame: rows with the contract's column names; nullable columns and `source` may be missing; types are converted
            by the loader, which refuses rows whose values do not convert.
        refused: rows that the source itself refuses, in the columns `REFUSED_COLUMNS`.
        left_out: records that a filter leaves out and of which only the number is kept, in the columns
            `FILTERED_OUT_COLUMNS`.
        records: records behind `frame` where a row stands for several (a cube), so that received = loaded + left out +
            quarantined holds in records; None means one record per row.
        lost: what the publisher did not give of what would be in this batch.
        positions: position of each row of `frame` in its file; None where they follow those of the batches before.
    """

    table: str
    frame: pl.DataFrame
    refused: pl.DataFrame | None = None
    left_out: pl.DataFrame | None = None
    records: int | None = None
    lost: tuple[Lost, ...] = ()
    positions: pl.Series | None = None

    @property
    def received(self) -> int:
        """How many rows or records it has, with those that are refused or left out."""
        kept = self.frame.height if self.records is None else self.records
        left_out = 0 if self.left_out is None else int(self.left_out["records"].sum())
        return kept + left_out + (0 if self.refused is None else self.refused.height)

    @property
    def has_rows(self) -> bool:
        """Whether any row or record was received."""
        parts = (self.frame, self.refused, self.left_out)
        return any(part is not None and part.height for part in parts)
