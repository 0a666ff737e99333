"""Contract of `core.taxon_group`."""

from __future__ import annotations

import datetime as dt

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from ness_pipeline.schemas.base import Sourced, column, count, latest_day
from ness_pipeline.schemas.vocabulary import ROLL_UPS, TAXON_GROUPS


class TaxonGroup(Sourced):
    """One row = one reporting group (mammals … chromists) or roll-up (animals, plants, fungi, all).

    Traps: described and assessed species are worldwide numbers with a date; an own file says whose its counts are and of
    which day. Its row is refused where its own counts cannot be, and passed over where they contradict what is known of the
    group: fewer than 80 % of the described or weighed species that publishers or seeds give, more than twice as many
    assessed ones, or weighed ones that do not fit the assessed ones known. The counts of a roll-up come from the same
    table of the same release where possible, and are not the sum of the rows here, because some groups have no count,
    and fishes are split by another source.
    """

    taxon_group: str = column("Reporting group or roll-up.", isin=[*TAXON_GROUPS, *ROLL_UPS])
    label: str = column("How the group is written for people.")
    roll_up: str = column(
        "The roll-up a group belongs to besides `all`; NULL where there is none.", nullable=True, isin=list(ROLL_UPS)
    )
    is_roll_up: bool = column("Whether the row is a group of groups.")
    described_species: int = count("Species of the group described worldwide.", "{species}", nullable=True)
    world_assessed_species: int = count("Species of the group on the global IUCN Red List.", "{species}", nullable=True)
    counts_source: str = column("Where the two counts come from.", nullable=True)
    counts_as_of: dt.date = column("Date of the two counts.", nullable=True)
    world_weighed_species: int = count(
        "Species of the group on the global Red List that are neither Data Deficient nor Extinct; NULL where no dated source gives it.",
        "{species}",
        nullable=True,
    )
    weighed_source: str = column("Where that count comes from.", nullable=True)
    weighed_as_of: dt.date = column("Date of that count.", nullable=True)

    @pa.dataframe_check(description="counts of an own file name their source and its day, which is not to come")
    @classmethod
    def has_dated_counts(cls, data: PolarsData) -> pl.LazyFrame:
        """Whether the row is not an own file's, or has a source and a day for each count."""
        counts = pl.coalesce("described_species", "world_assessed_species").is_null()
        is_dated = (pl.col("counts_as_of") <= latest_day()) & pl.col("counts_source").is_not_null()
        is_weighed = (pl.col("weighed_as_of") <= latest_day()) & pl.col("weighed_source").is_not_null()
        is_stated = (counts | is_dated) & (pl.col("world_weighed_species").is_null() | is_weighed)
        return data.lazyframe.select(~pl.col("source").str.starts_with("file:") | is_stated.fill_null(value=False))

    @pa.dataframe_check(
        description="no more species are assessed than described, nor weighed than assessed, and half of these have a weight"
    )
    @classmethod
    def is_possible(cls, data: PolarsData) -> pl.LazyFrame:
        """Whether the counts of the row fit each other, as far as it has them."""
        described, assessed, weighed = map(
            pl.col, ("described_species", "world_assessed_species", "world_weighed_species")
        )
        fits = (assessed <= described).fill_null(value=True)
        return data.lazyframe.select(fits & weighed.is_between(assessed / 2, assessed).fill_null(value=True))

    class Config:
        """Grain: group."""

        unique = ["taxon_group"]
