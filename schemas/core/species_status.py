"""Contract of `core.species_status`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, country_code, species_key
from ness_pipeline.schemas.vocabulary import RED_LIST_CATEGORIES, TAXON_GROUPS


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
    red_list_category: str = column("Global Red List category, NE when there is none.", isin=list(RED_LIST_CATEGORIES))
    is_possibly_extinct: bool = column("Whether the species is tagged possibly extinct (in the wild).")
    assessment_year: int = column(
        "Year of the assessment, NULL when the source does not say.", "a", nullable=True, ge=1950, le=2100
    )
    is_introduced: bool = column(
        "Whether more than half of the species' records in the country are marked introduced or managed."
    )
    is_counted: bool = column(
        "Whether the country's Red List numbers count the species: native or reintroduced by its list, or else not introduced by its records, and its presence beyond doubt."
    )
    status_source: str = column("Whose category this is; NULL for NE.", nullable=True)

    class Config:
        """Grain: country and species."""

        unique = ["country_code", "species_key"]
