"""Contract of `ops.run`."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from ness_pipeline.schemas.base import Contract, column


class Run(Contract):
    """One row = one run of a command or flow that writes, however it ended.

    Traps: `is_synthetic` rows come from the sandbox and describe no real country.
    """

    run_id: str = column("Identifier of the run.")
    command: str = column("The command, such as `run KE TZ`.")
    started_at: Annotated[pl.Datetime, "us", "UTC"] = column("Start of the run, UTC.")
    finished_at: Annotated[pl.Datetime, "us", "UTC"] = column(
        "End of the run, UTC; NULL while it is running or when it was killed.", nullable=True
    )
    status: str = column("How it ended.", isin=["running", "completed", "completed_with_gaps", "failed"])
    version: str = column("Version of ness-pipeline.")
    is_synthetic: bool = column("Whether the data are SYNTHETIC, from the sandbox.")

    class Config:
        """Grain: run."""

        unique = ["run_id"]
