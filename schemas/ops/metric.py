"""Contract of `ops.metric`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column
from ness_pipeline.schemas.vocabulary import BASES


class Metric(Contract):
    """One row = one metric: the catalogue behind `metrics.metric_value`, written from the contracts."""

    metric: str = column("Name as in `metrics.metric_value`.")
    table_name: str = column("Metric table that holds it.")
    column_name: str = column("Column that holds it.")
    unit: str = column("Unit of the value.")
    better: str = column(
        "`higher` or `lower` when countries may be ranked by it.", nullable=True, isin=["higher", "lower"]
    )
    basis: str = column(
        "What all its values rest on; NULL where `metrics.metric_value.basis` says it value by value.",
        nullable=True,
        isin=list(BASES),
    )
    quotable_bases: str = column("Bases on which a value may be quoted, parted by commas.")
    description: str = column("Definition in one sentence.")
    definition: str = column("Header of the SQL model: definition, formula, source.")
    method_version: str = column("Version of the method.")

    class Config:
        """Grain: metric."""

        unique = ["metric"]
