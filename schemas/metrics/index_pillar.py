"""Contract of `metrics.index_pillar`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, country_code, share, why_not


class IndexPillar(Contract):
    """One row = one pillar of the eco-security index for one country and year.

    Traps: a score is a position between fixed goalposts, and the score of a pillar is a mean of such positions; the
    weight of measures without a value goes to the others, so read it together with `metrics.index_component`.
    """

    country_code: str = country_code()
    year: int = column("Year of the index.", "a", ge=1600, le=2100)
    half: str = column("Half of the pillar.", isin=["ecological_system", "security_system"])
    pillar: str = column("The pillar.")
    score: float = share("Weighted arithmetic mean of the scores of its measures.", nullable=True)
    coverage: float = share(
        "Weight of the measures that have a value, of those that have a meaning for the country; NULL where none has.",
        nullable=True,
    )
    reportable: bool = column("Whether any measure of the pillar has a value.")
    reason: str = why_not()
    definition_version: str = column("Version of the definition, with a hash of its content.")

    class Config:
        """Grain: country, year and pillar."""

        unique = ["country_code", "year", "pillar"]
        metadata = {"method_version": "2"}
