"""Contract of `core.species_status`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, country_code, share, species_key
from ness_pipeline.schemas.vocabulary import (
    INDEX_SETS,
    LIST_BASES,
    RED_LIST_CATEGORIES,
    SPECIES_SHARE_METHODS,
    TAXON_GROUPS,
)


class SpeciesStatus(Contract):
    """One row = the global Red List status that counts for one species known from one country.

    It is kept per country so that a refresh of one country cannot change another: the statuses of a country come
    from its own unit of work and from lists loaded for the whole world, never from another country's. An assessment
    has precedence over the category that an occurrence publisher attaches to its records; among assessments, the
    latest year counts.

    Traps: `NE` means that the species is on no list, which is not the same as no risk.
    """

    country_code: str = country_code()
    species_key: str = species_key()
    taxon_group: str = column("Reporting group of the species.", nullable=True, isin=list(TAXON_GROUPS))
    index_set: str = column(
        "Set of the Red List Index that the species is in besides its group.", nullable=True, isin=list(INDEX_SETS)
    )
    red_list_category: str = column("Global Red List category, NE when there is none.", isin=list(RED_LIST_CATEGORIES))
    is_possibly_extinct: bool = column("Whether the species is tagged possibly extinct (in the wild).")
    assessment_year: int = column(
        "Year of the assessment, NULL when the source does not say.", "a", nullable=True, ge=1950, le=2100
    )
    is_introduced: bool = column(
        "Whether more than half of the species' records in the country are marked introduced or managed."
    )
    is_counted: bool = column(
        "Whether the country's Red List numbers count the species: native or reintroduced by its list, or else not introduced by its records, its presence beyond doubt, and on a country list where the group has one."
    )
    is_apart: bool = column(
        "Whether the species is counted under a key of another checklist than most of the group's main list, and may be the same as a species that is counted already; metrics with more than 5 % of such species may not be quoted."
    )
    list_basis: str = column(
        "Why the species stands among those of the country: on a country list, on an own list that does not say how each species came there, or by its records.",
        isin=LIST_BASES,
    )
    range_share: float = share(
        "Share of the world range in the country that the country's numbers use; see `share_method`.", nullable=True
    )
    share_method: str = column(
        "How it was obtained, `stated` where an own file gives it without a method. Shares of records and equal shares of several countries are left out where 80 % of the group's assessed species have better ones.",
        nullable=True,
        isin=SPECIES_SHARE_METHODS,
    )
    status_source: str = column("Whose category this is; NULL for NE.", nullable=True)

    class Config:
        """Grain: country and species."""

        unique = ["country_code", "species_key"]
