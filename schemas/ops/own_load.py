"""Contract of `ops.own_load`."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from ness_pipeline.schemas.base import Contract, column

KINDS = ["rows", "records", "cube", "counted"]


class OwnLoad(Contract):
    """One row = one load of own files that counts: what `ness load` and `ness cube` brought and nothing has replaced.

    Traps: that a load counts does not mean that each of its rows does; rows that give way to others are in `ops.displaced`,
    and rows that contradict each other in `ops.set_aside`.
    """

    source: str = column("Name of the data, as in the columns `source`.")
    unit: str = column("Name of the load: its file, and the start of a hash that tells files of one name apart.")
    kind: str = column(
        "What it is: `rows` of tables, `records` that can be told apart, a `cube` made elsewhere, or `counted` records of which only the counts are kept.",
        isin=KINDS,
    )
    as_of: str = column(
        "Day or release that the files speak of; NULL where nobody said. Of two values for one key the later one counts.",
        nullable=True,
    )
    loaded_at: Annotated[pl.Datetime, "us", "UTC"] = column("When it was loaded, UTC.")

    class Config:
        """Grain: source and unit."""

        unique = ["source", "unit"]
