"""Contract of `ops.load`."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from ness_pipeline.schemas.base import Contract, column, count


class Load(Contract):
    """One row = one table of one unit of work as loaded by one run; received = loaded + left out + quarantined, always.

    Traps: a unit that failed has a row with its error, and the rows of its last good load stay; for record files
    `loaded` counts records and `written` counts rows of the cube.
    """

    run_id: str = column("Run that loaded it.")
    source: str = column("Source of the rows.")
    unit: str = column("Unit of work: a country code, `world`, or a file name.")
    table_name: str = column("Table the rows went to, such as `core.occurrence_cube`.")
    received: int = count("Rows received.", "{row}")
    loaded: int = count("Rows that passed the contract.", "{row}")
    left_out: int = count(
        "Records that a filter left out and that are counted in `ops.left_out`; NULL stands for 0 in loads of earlier versions.",
        "{row}",
        nullable=True,
    )
    quarantined: int = count("Refused rows, kept in `ops.quarantine`.", "{row}")
    written: int = count("Rows written to the table.", "{row}")
    status: str = column("How the load ended.", isin=["loaded", "failed"])
    error: str = column("Why it failed, in one sentence.", nullable=True)
    release: str = column("Release of the source.", nullable=True)
    extracted_at: Annotated[pl.Datetime, "us", "UTC"] = column("When the payloads were fetched, UTC.", nullable=True)
    loaded_at: Annotated[pl.Datetime, "us", "UTC"] = column("When the rows were loaded, UTC.")

    class Config:
        """Grain: run, source, unit and table."""

        unique = ["run_id", "source", "unit", "table_name"]
