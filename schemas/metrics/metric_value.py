"""Contract of the view `metrics.metric_value`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, country_code, iso3_code, rests_on, why_not


class MetricValue(Contract):
    """One row = one published number: the long view over all metric tables.

    Traps: quote a value only where `reportable`; `year` is NULL for numbers that stand for all years or for today;
    units differ by metric, so never add values of two metrics; `lower` and `upper` are 95 % intervals, while a range
    means what `range_meaning` says.
    """

    country_code: str = country_code()
    iso3_code: str = iso3_code()
    metric: str = column("Name of the measure; `ops.metric` defines it.")
    taxon_group: str = column("Reporting group or roll-up; NULL where the metric has none.", nullable=True)
    year: int = column("Year of the value; NULL for all years or for today.", "a", nullable=True, ge=1600, le=2100)
    value: float = column("The value.", "see unit", nullable=True, ge=-1e15, le=1e15)
    lower: float = column(
        "Lower end of the 95 % interval, where the metric has one.", "see unit", nullable=True, ge=-1e15, le=1e15
    )
    upper: float = column("Upper end of the 95 % interval.", "see unit", nullable=True, ge=-1e15, le=1e15)
    range_low: float = column(
        "Lower end of any other range, where the metric has one.", "see unit", nullable=True, ge=-1e15, le=1e15
    )
    range_high: float = column("Upper end of that range.", "see unit", nullable=True, ge=-1e15, le=1e15)
    range_meaning: str = column("What that range is.", nullable=True)
    unit: str = column("Unit of the value.")
    basis: str = rests_on("value")
    reportable: bool = column("Whether the value may be quoted.")
    reason: str = why_not()
    method_version: str = column("Version of the method.")

    class Config:
        """A view, whose grain is country, metric, group and year."""

        unique = ["country_code", "metric", "taxon_group", "year"]
        metadata = {"view": True}
