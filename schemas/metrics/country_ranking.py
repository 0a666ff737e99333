"""Contract of the view `metrics.country_ranking`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, count, country_code


class CountryRanking(Contract):
    """One row = the place of one country among all countries of this file for one metric, group and year.

    Traps: a rank depends on which countries are in the file and is therefore never stored; only reportable values of
    metrics with a direction are ranked; equal values share a rank.
    """

    metric: str = column("Name of the measure.")
    taxon_group: str = column("Reporting group or roll-up.", nullable=True)
    year: int = column("Year of the value.", "a", nullable=True, ge=1600, le=2100)
    country_code: str = country_code()
    value: float = column("The value.", "see unit", ge=-1e15, le=1e15)
    rank: int = column("Rank, 1 being best.", ge=1, le=300)
    countries: int = count("Countries ranked.", "{country}")

    class Config:
        """A view, whose grain is metric, group, year and country."""

        unique = ["metric", "taxon_group", "year", "country_code"]
        metadata = {"view": True}
