"""Contract of `metrics.index_choice`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, country_code, share


class IndexChoice(Contract):
    """One row = the index of one country and year under one other choice: one thing done otherwise, all else as defined.

    Choices: `without` and a pillar or a measure; `equal pillars` and `equal measures` weigh the same; `wide goalposts` and
    `narrow goalposts` stand at the outer and the inner ends of their spans; `five steps` rounds scores to quarters;
    `arithmetic mean` joins the halves so. Of each country the years with an index that may be quoted.

    Traps: one change at a time; the ranges in `metrics.eco_security_index` hold draws in which all change together.
    """

    country_code: str = country_code()
    year: int = column("Year of the index.", "a", ge=1600, le=2100)
    choice: str = column("The other choice.", str_length={"min_value": 1, "max_value": 200})
    eco_security_index: float = share("The index under it; NULL where nothing of a half is left.", nullable=True)
    ecological_system: float = share("The ecological system under it.", nullable=True)
    security_system: float = share("The security system under it.", nullable=True)
    definition_version: str = column("Version of the definition, with a hash of its content.")

    class Config:
        """Grain: country, year and choice."""

        unique = ["country_code", "year", "choice"]
        metadata = {"method_version": "1"}
