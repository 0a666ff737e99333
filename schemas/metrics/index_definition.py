"""Contract of `metrics.index_definition`."""

from __future__ import annotations

from typing import Any

from ness_pipeline.schemas.base import Contract, column, share
from ness_pipeline.schemas.vocabulary import ROLL_UPS, TAXON_GROUPS


def _goalpost(description: str) -> Any:
    return column(description, "see metric", ge=-1e15, le=1e15)


def _span(goalpost: str) -> Any:
    return column(
        f"An end of the span in which `{goalpost}` is varied to see what the choice does; NULL where it is not varied.",
        "see metric",
        nullable=True,
        ge=-1e15,
        le=1e15,
    )


class IndexDefinition(Contract):
    """One row = one measure of the eco-security index: its pillar, its weight, and its goalposts with their source.

    Traps: goalposts are fixed and never taken from the countries in the file; values beyond a goalpost score 0 or 1;
    `worst` above `best` means that lower is better.
    """

    position: int = column("Place in the definition, from 0.", "1", ge=0, le=1000)
    half: str = column("Half of the index.", isin=["ecological_system", "security_system"])
    half_weight: float = share("Weight of the half in the index.")
    pillar: str = column("Pillar of the half.")
    pillar_weight: float = share("Weight of the pillar in the half.")
    is_essential_pillar: bool = column("Whether the half may not be quoted without the pillar.")
    metric: str = column("Measure, as in `metrics.metric_value`.")
    else_metric: str = column("Measure that stands in where this one has no value.", nullable=True)
    taxon_group: str = column(
        "Reporting group or roll-up, where the measure has groups.", nullable=True, isin=[*TAXON_GROUPS, *ROLL_UPS]
    )
    measure_weight: float = share("Weight of the measure in the pillar.")
    is_essential: bool = column("Whether the half may not be quoted without the measure.")
    worst: float = _goalpost("Value that scores 0, as every value beyond it does.")
    best: float = _goalpost("Value that scores 1, as every value beyond it does.")
    worst_from: float = _span("worst")
    worst_to: float = _span("worst")
    best_from: float = _span("best")
    best_to: float = _span("best")
    scale: str = column("Whether scores grow with the value or with its logarithm.", isin=["linear", "log"])
    max_age_years: int = column(
        "Years for which a value stands after its own; NULL where the measure has no years.",
        "a",
        nullable=True,
        ge=0,
        le=100,
    )
    goalpost_source: str = column("Where the goalposts come from.")
    definition_version: str = column("Version of the definition, with a hash of its content.")

    class Config:
        """Grain: measure and group."""

        unique = ["metric", "taxon_group"]
        metadata = {"method_version": "2"}
