"""Contract of `metrics.eco_security_index`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, country_code, measure, share, why_not

RANGE = "90 % of the draws: values within their 95 % intervals, weights within 25 % of themselves"


class EcoSecurityIndex(Contract):
    """One row = the eco-security of one country in one year: its two halves, the index and its range.

    Traps: never quote the index without its range and `coverage`; the range holds 90 % of the draws and is no 95 %
    interval; a score is a position between fixed goalposts and does not mean safe or unsafe; scores of two definition
    versions are not comparable; `carried_share` is the share of the values that are older than the year.
    """

    country_code: str = country_code()
    year: int = column("Year of the index.", "a", ge=1600, le=2100)
    eco_security_index: float = measure(
        "Weighted geometric mean of the two halves, 0 worst and 1 best.",
        "1",
        label="Eco-security index",
        better="higher",
        range_low="index_range_low",
        range_high="index_range_high",
        range_meaning=RANGE,
        ge=0.0,
        le=1.0,
        basis="composite",
    )
    index_range_low: float = share("Lower end of 90 % of the draws.", nullable=True)
    index_range_high: float = share("Upper end of 90 % of the draws.", nullable=True)
    index_lower: float = share("deprecated: a range; `index_range_low`.", nullable=True)
    index_upper: float = share("deprecated: a range; `index_range_high`.", nullable=True)
    ecological_system: float = measure(
        "Weighted mean of the pillars of the ecological system.",
        "1",
        label="Ecological system",
        better="higher",
        range_low="ecological_range_low",
        range_high="ecological_range_high",
        range_meaning=RANGE,
        reportable="ecological_reportable",
        reason="ecological_reason",
        ge=0.0,
        le=1.0,
        basis="composite",
    )
    ecological_range_low: float = share("Lower end of 90 % of the draws.", nullable=True)
    ecological_range_high: float = share("Upper end of 90 % of the draws.", nullable=True)
    ecological_lower: float = share("deprecated: a range; `ecological_range_low`.", nullable=True)
    ecological_upper: float = share("deprecated: a range; `ecological_range_high`.", nullable=True)
    security_system: float = measure(
        "Weighted mean of the pillars of the security system.",
        "1",
        label="Security system",
        better="higher",
        range_low="security_range_low",
        range_high="security_range_high",
        range_meaning=RANGE,
        reportable="security_reportable",
        reason="security_reason",
        ge=0.0,
        le=1.0,
        basis="composite",
    )
    security_range_low: float = share("Lower end of 90 % of the draws.", nullable=True)
    security_range_high: float = share("Upper end of 90 % of the draws.", nullable=True)
    security_lower: float = share("deprecated: a range; `security_range_low`.", nullable=True)
    security_upper: float = share("deprecated: a range; `security_range_high`.", nullable=True)
    coverage: float = share("Weight of the measures that have a value, of those that have a meaning for the country.")
    carried_share: float = share(
        "Weight of the values that are older than the year or have no year, of the weight of all values."
    )
    missing: str = column("Measures without a value, each with its reason; NULL when none is missing.", nullable=True)
    ecological_reportable: bool = column("Whether the rules for missing data allow the ecological half.")
    ecological_reason: str = why_not()
    security_reportable: bool = column("Whether the rules for missing data allow the security half.")
    security_reason: str = why_not()
    reportable: bool = column("Whether the index may be quoted: both halves have a score.")
    reason: str = why_not()
    definition_version: str = column("Version of the definition, with a hash of its content.")

    class Config:
        """Grain: country and year."""

        unique = ["country_code", "year"]
        metadata = {
            "label": "The index and its halves",
            "half": "both",
            "section": "halves",
            "method_version": "2",
        }
