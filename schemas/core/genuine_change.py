"""Contract of `core.genuine_change`."""

from __future__ import annotations

from ness_pipeline.schemas.base import LATEST_YEAR, Sourced, column, species_key
from ness_pipeline.schemas.vocabulary import INDEX_SETS, RED_LIST_CATEGORIES, TAXON_GROUPS


class GenuineChange(Sourced):
    """One row = one change of category because the state of the species itself became better or worse, not because more is known.

    Source of the idea: Butchart et al. 2007; IUCN publishes such lists with each Red List (Table 7).

    Traps: the change is dated by the year from which the new category holds, which can lie before the year in which
    the assessment was published; a loaded change has precedence over the reason in an assessment of the same year.
    """

    species_key: str = species_key()
    taxon_group: str = column(
        "Reporting group of the species, or set of the Red List Index; where it is given, the group's other changes of category count as better knowledge in every country.",
        nullable=True,
        isin=[*TAXON_GROUPS, *INDEX_SETS],
    )
    scope: str = column(
        "`global`, or the ISO alpha-2 code of a national list's country.", str_matches=r"^(global|[A-Z]{2})$"
    )
    from_year: int = column("Assessed year before the change.", "a", nullable=True, ge=1900, le=LATEST_YEAR)
    to_year: int = column("Assessed year from which the new category holds.", "a", ge=1900, le=LATEST_YEAR)
    category_before: str = column("Category before the change.", isin=list(RED_LIST_CATEGORIES))
    is_possibly_extinct_before: bool = column("Whether the species was then tagged possibly extinct.", nullable=True)
    category_after: str = column("Category after the change.", isin=list(RED_LIST_CATEGORIES))
    is_possibly_extinct_after: bool = column("Whether the species is then tagged possibly extinct.", nullable=True)
    driver: str = column("What drove the change, in the source's words.", nullable=True)

    class Config:
        """Grain: species, scope, year of the change and source."""

        unique = ["species_key", "scope", "to_year", "source"]
