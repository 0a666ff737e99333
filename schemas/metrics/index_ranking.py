"""Contract of the view `metrics.index_ranking`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, count, country_code, share


class IndexRanking(Contract):
    """One row = the place of one country among all countries of this file by its eco-security index of one year.

    Traps: a rank depends on which countries are in the file and is therefore never stored; always read it with the
    best and the worst rank: the order of countries whose ranges of ranks overlap is not certain.
    """

    year: int = column("Year of the index.", "a", ge=1600, le=2100)
    country_code: str = country_code()
    eco_security_index: float = share("The index.")
    index_range_low: float = share("Lower end of 90 % of its draws.")
    index_range_high: float = share("Upper end of 90 % of its draws.")
    index_lower: float = share("deprecated: a range; `index_range_low`.")
    index_upper: float = share("deprecated: a range; `index_range_high`.")
    rank: int = column("Rank by the index, 1 being best; equal ones share it.", ge=1, le=300)
    best_rank: int = column("Rank if only countries whose range lies wholly above are better.", "1", ge=1, le=300)
    worst_rank: int = column("Rank if every country whose range reaches above is better.", "1", ge=1, le=300)
    countries: int = count("Countries ranked.", "{country}")

    class Config:
        """A view, whose grain is year and country."""

        unique = ["year", "country_code"]
        metadata = {"view": True}
