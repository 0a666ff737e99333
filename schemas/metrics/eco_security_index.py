"""Contract of `metrics.eco_security_index`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, country_code, measure, share, why_not


class EcoSecurityIndex(Contract):
    """One row = the eco-security of one country in one year: its two halves, the index and its interval.

    Traps: never quote the index without its interval and `coverage`; the interval holds 90 % of the draws, not 95
    %; a score is a position between fixed goalposts and does not mean safe or unsafe; scores of two definition
    versions are not comparable; `carried_share` is the share of the values that are older than the year.
    """

    country_code: str = country_code()
    year: int = column("Year of the index.", "a", ge=1600, le=2100)
    eco_security_index: float = measure(
        "Weighted geometric mean of the two halves, 0 worst and 1 best.",
        "1",
        label="Eco-security index",
        better="higher",
        lower="index_lower",
        upper="index_upper",
        ge=0.0,
        le=1.0,
        basis="composite",
    )
    index_lower: float = share("Lower end of the 90 % interval.", nullable=True)
    index_upper: float = share("Upper end of the 90 % interval.", nullable=True)
    ecological_system: float = measure(
        "Weighted mean of the pillars of the ecological system.",
        "1",
        label="Ecological system",
        better="higher",
        lower="ecological_lower",
        upper="ecological_upper",
        reportable="ecological_reportable",
        reason="ecological_reason",
        ge=0.0,
        le=1.0,
        basis="composite",
    )
    ecological_lower: float = share("Lower end of the 90 % interval.", nullable=True)
    ecological_upper: float = share("Upper end of the 90 % interval.", nullable=True)
    security_system: float = measure(
        "Weighted mean of the pillars of the security system.",
        "1",
        label="Security system",
        better="higher",
        lower="security_lower",
        upper="security_upper",
        reportable="security_reportable",
        reason="security_reason",
        ge=0.0,
        le=1.0,
        basis="composite",
    )
    security_lower: float = share("Lower end of the 90 % interval.", nullable=True)
    security_upper: float = share("Upper end of the 90 % interval.", nullable=True)
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
            "method_version": "1",
        }
