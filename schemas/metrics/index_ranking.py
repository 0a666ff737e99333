"""Contract of the view `metrics.index_ranking`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, count, country_code, share


class IndexRanking(Contract):
    """One row = the place of one state among all states of this file by its eco-security index of one year.

    Traps: a rank depends on which countries are in the file and is therefore never stored; always read it with the best
    and the worst rank, which say what one other choice of ours alone would do; territories are not ranked.
    """

    year: int = column("Year of the index.", "a", ge=1600, le=2100)
    country_code: str = country_code()
    eco_security_index: float = share("The index.")
    index_range_low: float = share("Lower end of what 90 % of the other choices give.")
    index_range_high: float = share("Upper end of what 90 % of the other choices give.")
    index_missing_low: float = share("The index if everything missing were at its worst.")
    index_missing_high: float = share("The index if everything missing were at its best.")
    coverage: float = share("Weight of the measures that have a value, of those that have a meaning for the country.")
    index_lower: float = share("deprecated: a range; `index_range_low`.")
    index_upper: float = share("deprecated: a range; `index_range_high`.")
    rank: int = column("Rank by the index, 1 being best; equal ones share it.", ge=1, le=300)
    best_rank: int = column("Best rank under any one choice of `metrics.index_choice`.", "1", ge=1, le=300)
    worst_rank: int = column("Worst rank under any one choice of `metrics.index_choice`.", "1", ge=1, le=300)
    best_choice: str = column("The choice that gives the best rank; NULL where none gives a better one.", nullable=True)
    worst_choice: str = column(
        "The choice that gives the worst rank; NULL where none gives a worse one.", nullable=True
    )
    countries: int = count("States ranked.", "{country}")

    class Config:
        """A view, whose grain is year and country."""

        unique = ["year", "country_code"]
        metadata = {"view": True}
