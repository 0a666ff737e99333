"""Contract of `core.country_species`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Limits, Sourced, checklist_key, column, count, country_code, share, species_key
from ness_pipeline.schemas.vocabulary import ORIGINS, PRESENCES, RED_LIST_CATEGORIES, SHARE_METHODS, TAXON_GROUPS


class CountrySpecies(Sourced):
    """One row = one species known from one country: its group, its share of the world range there, its category.

    Traps: a species outside all reporting groups (bacteria, protozoa) has no `taxon_group` and is in no metric by
    group; the category is the global one as the source publishes it, and national lists are in `core.assessment`;
    where shares of own files add up to more than 1 over the countries, none of them is believed; shares from
    occurrences depend on recording effort, and `share_method` marks them; a species of the IUCN Red List whose name has
    no certain match in the checklist in use has the key `iucn:<number>`, so it may be the same species as another row.
    """

    country_code: str = country_code()
    species_key: str = species_key()
    checklist_key: str = checklist_key()
    scientific_name: str = column(
        "Name of the species without authorship; NULL when the source gives keys only.", nullable=True
    )
    taxon_group: str = column("Reporting group of the species.", nullable=True, isin=list(TAXON_GROUPS))
    red_list_category: str = column(
        "Global Red List category as the source publishes it; NULL when it gives none.",
        nullable=True,
        isin=list(RED_LIST_CATEGORIES),
    )
    occurrences: int = count(
        "Records of the species in the country, over all requested years.", "{record}", nullable=True
    )
    introduced_occurrences: int = count(
        "Of these, records that the publisher marks as introduced or managed.", "{record}", nullable=True
    )
    global_occurrences: int = count(
        "Records of the species worldwide under the same filters.", "{record}", nullable=True
    )
    range_share: float = share("Share of the species' world range that lies in the country.", nullable=True)
    share_method: str = column("How the range share was obtained.", nullable=True, isin=SHARE_METHODS)
    origin: str = column(
        "How the species came to the country; NULL when the source does not say.", nullable=True, isin=list(ORIGINS)
    )
    presence: str = column(
        "Whether the species is in the country today; NULL when the source does not say.",
        nullable=True,
        isin=list(PRESENCES),
    )
    is_complete_list: bool = column(
        "Whether the source says that its list names every species of its groups that lives in the country; NULL when it does not say.",
        nullable=True,
    )

    class Config:
        """Grain: country, species and source."""

        unique = ["country_code", "species_key", "source"]
        metadata = {"limits": Limits(rows_per_country=(1, 5_000_000))}
