"""Contract of `metrics.eco_security_index`."""

from __future__ import annotations

from typing import Any

from ness_pipeline.schemas.base import Contract, column, country_code, measure, share, why_not

CHOICES = "90 % of the other choices that could have been made: a measure or pillar left out, other weights and goalposts, scores in five steps, an arithmetic mean of the halves; widened to hold the score itself"
MISSING = "{0} end if everything missing were at its {1}: measures without a value, and what is not known of a measure"


def _score(description: str, stem: str, *, label: str) -> Any:
    of_half = "" if stem == "index" else f"{stem}_"
    return measure(
        description,
        "1",
        label=label,
        better="higher",
        range_low=f"{stem}_range_low",
        range_high=f"{stem}_range_high",
        range_meaning=CHOICES,
        ge=0.0,
        le=1.0,
        basis="composite",
        reportable=f"{of_half}reportable",
        reason=f"{of_half}reason",
    )


def _low() -> Any:
    return share(f"Lower end of {CHOICES}; NULL where neither half may be quoted.", nullable=True)


def _high() -> Any:
    return share(f"Upper end of {CHOICES}; NULL where neither half may be quoted.", nullable=True)


def _worst() -> Any:
    return share(f"{MISSING.format('Lower', 'worst')}.", nullable=True)


def _best() -> Any:
    return share(f"{MISSING.format('Upper', 'best')}.", nullable=True)


def _same(name: str) -> Any:
    return share(f"deprecated: a range; `{name}`.", nullable=True)


def _covered(what: str) -> Any:
    return share(
        f"Weight of the measures that have a value, of those of the {what} that have a meaning for the country."
    )


class EcoSecurityIndex(Contract):
    """One row = the eco-security of one country in one year: its two halves, the index and its two ranges.

    Traps: never quote the index without `coverage` and both ranges, which say different things and are not 95 %
    intervals: `index_range_low` and `_high` what other choices of ours would give, `index_missing_low` and `_high` what the
    measures without a value could do; neither says how true the values themselves are. A score is a position between fixed
    goalposts and does not mean safe or unsafe; scores of two definition versions are not comparable; compare years only
    from `same_measures_since` on, because before it other measures had a value; `carried_share` is the share of the values
    that are older than the year.
    """

    country_code: str = country_code()
    year: int = column("Year of the index.", "a", ge=1600, le=2100)
    eco_security_index: float = _score(
        "The two halves joined so that a strong one cannot simply make up for a weak one (weighted geometric mean); 0 worst, 1 best.",
        "index",
        label="Eco-security index",
    )
    index_range_low: float = _low()
    index_range_high: float = _high()
    index_missing_low: float = _worst()
    index_missing_high: float = _best()
    index_lower: float = _same("index_range_low")
    index_upper: float = _same("index_range_high")
    ecological_system: float = _score(
        "Weighted mean of the measures of the ecological system.", "ecological", label="Ecological system"
    )
    ecological_range_low: float = _low()
    ecological_range_high: float = _high()
    ecological_missing_low: float = _worst()
    ecological_missing_high: float = _best()
    ecological_lower: float = _same("ecological_range_low")
    ecological_upper: float = _same("ecological_range_high")
    security_system: float = _score(
        "Weighted mean of the measures of the security system.", "security", label="Security system"
    )
    security_range_low: float = _low()
    security_range_high: float = _high()
    security_missing_low: float = _worst()
    security_missing_high: float = _best()
    security_lower: float = _same("security_range_low")
    security_upper: float = _same("security_range_high")
    coverage: float = _covered("index")
    ecological_coverage: float = _covered("ecological system")
    security_coverage: float = _covered("security system")
    carried_share: float = share(
        "Weight of the values that are older than the year or have no year, of the weight of all values."
    )
    same_measures_since: int = column(
        "First year of the unbroken run of years with the same measures as this year; earlier years are not comparable.",
        "a",
        ge=1600,
        le=2100,
    )
    missing: str = column("Measures without a value, each with its reason; NULL when none is missing.", nullable=True)
    ecological_reportable: bool = column("Whether the ecological half may be quoted: enough of its weight has a value.")
    ecological_reason: str = why_not()
    security_reportable: bool = column("Whether the security half may be quoted: enough of its weight has a value.")
    security_reason: str = why_not()
    reportable: bool = column(
        "Whether the index may be quoted: both halves may, enough of the whole weight has a value, and it is one of a state."
    )
    reason: str = why_not()
    definition_version: str = column("Version of the definition, with a hash of its content.")

    class Config:
        """Grain: country and year."""

        unique = ["country_code", "year"]
        metadata = {
            "label": "The index and its halves",
            "half": "both",
            "section": "halves",
            "method_version": "3",
        }
