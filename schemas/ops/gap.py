"""Contract of `ops.gap`."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from ness_pipeline.schemas.base import Contract, column, count


class Gap(Contract):
    """One row = one thing that a source was asked for and did not give in the latest load of a unit, while it gave others.

    What a unit gives again has no row any more.

    Traps: the earlier rows of the thing stay in its table, from the day in `rows_from`; a unit that failed as a whole has
    its error in `ops.load`.
    """

    source: str = column("Source that was asked.")
    unit: str = column("Unit of work: a country code or `world`.")
    table_name: str = column("Table that its rows would be in, such as `core.indicator_observation`.")
    what: str = column("The thing, such as an indicator, a series, a treaty of a country, a group of species.")
    reason: str = column("Why it is not there, in one sentence, with the publisher's own words where there are any.")
    kind: str = column(
        "`not_given`: the publisher did not give it; `changed`: its answer is no longer understood.",
        isin=["not_given", "changed"],
    )
    rows_kept: int = count("Earlier rows of it that stay.", "{row}")
    rows_from: Annotated[pl.Datetime, "us", "UTC"] = column(
        "When it was last read, UTC; NULL where it has never been read.", nullable=True
    )
    noted_at: Annotated[pl.Datetime, "us", "UTC"] = column("When it was last noted, UTC.")

    class Config:
        """Grain: source, unit, table and thing."""

        unique = ["source", "unit", "table_name", "what"]
