"""Contract of `metrics.index_sensitivity`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, count, why_not


class IndexSensitivity(Contract):
    """One row = how much of the variance of the eco-security index over all countries of this file comes from one pillar.

    Traps: it describes all countries together and changes whenever a country is added, unlike the scores of
    countries; pillars are varied independently of each other, although they are correlated in reality; the numbers
    are estimates from draws, so small ones may be just below 0.
    """

    half: str = column("Half of the pillar.", isin=["ecological_system", "security_system"])
    pillar: str = column("The pillar.")
    countries: int = count("Countries with a score of the pillar in their latest year with an index.", "{country}")
    first_order: float = column(
        "Share of the index's variance that goes when the pillar is known.", "1", nullable=True, ge=-1.0, le=2.0
    )
    total_effect: float = column(
        "Share of the index's variance that stays while only the pillar is unknown.", "1", nullable=True, ge=0.0, le=2.0
    )
    reportable: bool = column("Whether the numbers may be quoted: at least 10 countries, whose index varies.")
    reason: str = why_not()
    definition_version: str = column("Version of the definition, with a hash of its content.")

    class Config:
        """Grain: pillar."""

        unique = ["pillar"]
        metadata = {"method_version": "1"}
