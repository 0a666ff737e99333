"""Contract of `metrics.index_component`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, country_code, share, why_not
from ness_pipeline.schemas.vocabulary import ROLL_UPS, TAXON_GROUPS


class IndexComponent(Contract):
    """One row = one measure of the eco-security index for one country and year: the value that is used, and its score.

    Years run from the definition's first year; a year has rows when one of the measures has a value of that very
    year.

    Traps: `value_year` may lie before `year`, and is NULL for a measure without years; a score is a position
    between two fixed goalposts, not a share or a percentile.
    """

    country_code: str = country_code()
    year: int = column("Year of the index.", "a", ge=1600, le=2100)
    pillar: str = column("Pillar of the measure.")
    metric: str = column("Measure, as in `metrics.metric_value`.")
    taxon_group: str = column(
        "Reporting group or roll-up, where the measure has groups.", nullable=True, isin=[*TAXON_GROUPS, *ROLL_UPS]
    )
    value_metric: str = column(
        "Whose value is used: the measure itself, or the one that stands in for it.", nullable=True
    )
    value: float = column("The value that is used.", "see metric", nullable=True, ge=-1e15, le=1e15)
    lower: float = column("Its lower bound, where the metric has one.", "see metric", nullable=True, ge=-1e15, le=1e15)
    upper: float = column("Its upper bound, where the metric has one.", "see metric", nullable=True, ge=-1e15, le=1e15)
    range_low: float = column(
        "Lower end of its range, where part of it is not known.", "see metric", nullable=True, ge=-1e15, le=1e15
    )
    range_high: float = column("Upper end of its range.", "see metric", nullable=True, ge=-1e15, le=1e15)
    value_year: int = column("Year of the value.", "a", nullable=True, ge=1600, le=2100)
    score: float = share("Score of the value between its goalposts.", nullable=True)
    weight: float = share(
        "Weight of the measure in its half for this country and year: 0 for a measure without a meaning, whose weight the "
        "others of its pillar have. A half is sum(weight * score) / sum(weight) over the measures with a score."
    )
    reportable: bool = column("Whether the measure has a value that may be quoted.")
    reason: str = why_not()
    definition_version: str = column("Version of the definition, with a hash of its content.")

    class Config:
        """Grain: country, year, measure and group."""

        unique = ["country_code", "year", "metric", "taxon_group"]
        metadata = {"method_version": "2"}
