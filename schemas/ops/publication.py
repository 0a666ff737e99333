"""Contract of `ops.publication`."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import polars as pl

from ness_pipeline.schemas.base import Contract, column, count


class Publication(Contract):
    """One row = one publication of the file that analysts open; the latest one is this file."""

    publication_id: str = column("Identifier of the publication.")
    published_at: Annotated[pl.Datetime, "us", "UTC"] = column("When it was published, UTC.")
    run_id: str = column("Run that published it.")
    content_hash: str = column("Hash over all core and metrics rows.", str_matches=r"^[0-9a-f]{32}$")
    countries: int = count("Countries with metrics.", "{country}")
    metric_values: int = count("Values in `metrics.metric_value`.", "{value}")
    version: str = column("Version of ness-pipeline.")
    contracts_version: int = column(
        "Version of the contracts; NULL before they had one.", nullable=True, ge=1, le=10_000
    )
    is_synthetic: bool = column("Whether any data in it are SYNTHETIC.")
    sample_as_of: dt.date = column(
        "Day of the sample of open data, where some series are of it (`source` = sample in core.indicator_observation); "
        "NULL where none is.",
        nullable=True,
    )

    class Config:
        """Grain: publication."""

        unique = ["publication_id"]
