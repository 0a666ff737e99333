"""Contract of the view `metrics.index_choice_effect`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, count, share


class IndexChoiceEffect(Contract):
    """One row = what one other choice does to the index and to the ranks of all states of this file in one year.

    Traps: a mean over the states of this file, so it changes whenever a country joins; one choice at a time.
    """

    year: int = column("Year of the index.", "a", ge=1600, le=2100)
    choice: str = column(
        "The other choice, as in `metrics.index_choice`.", str_length={"min_value": 1, "max_value": 200}
    )
    countries: int = count("States with an index under it.", "{country}")
    index_change: float = share("Mean change of the index, without its sign.")
    rank_change: float = column("Mean change of rank, without its sign.", "1", ge=0, le=300)
    largest_rank_change: int = column("Largest change of rank, without its sign.", "1", ge=0, le=300)
    moved_most: str = column("The state that it moves most; NULL where it moves none.", nullable=True)

    class Config:
        """A view, whose grain is year and choice."""

        unique = ["year", "choice"]
        metadata = {"view": True}
