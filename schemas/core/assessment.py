"""Contract of `core.assessment`."""

from __future__ import annotations

from ness_pipeline.schemas.base import LATEST_YEAR, Sourced, column, species_key
from ness_pipeline.schemas.vocabulary import CHANGE_REASONS, INDEX_SETS, RED_LIST_CATEGORIES, TAXON_GROUPS


class Assessment(Sourced):
    """One row = one assessment of one species' extinction risk: a year, a scope, a category.

    Traps: a species has one latest assessment per scope, so always filter the scope before counting species;
    `scope` is `global` or the ISO code of the country whose national Red List it is; most changes of category come
    from better knowledge, so only rows whose `change_reason` is genuine mean that the state of a species became
    better or worse; two vintages may give one year different categories, and then the later vintage counts; keys
    such as `iucn:<number>` are species whose name has no certain match in the checklist in use.
    """

    species_key: str = species_key()
    scientific_name: str = column("Name of the species without authorship.", nullable=True)
    taxon_group: str = column("Reporting group of the species.", nullable=True, isin=list(TAXON_GROUPS))
    index_set: str = column(
        "Set of the Red List Index that the species is in besides its reporting group: `cycads` or `reef_building_corals`.",
        nullable=True,
        isin=list(INDEX_SETS),
    )
    assessment_year: int = column("Year in which the assessment was published.", "a", ge=1950, le=LATEST_YEAR)
    red_list_category: str = column("Red List category.", isin=list(RED_LIST_CATEGORIES))
    is_possibly_extinct: bool = column(
        "Whether a Critically Endangered species is tagged possibly extinct (in the wild).", nullable=True
    )
    scope: str = column(
        "`global`, or the ISO alpha-2 code of a national list's country.", str_matches=r"^(global|[A-Z]{2})$"
    )
    vintage: str = column(
        "Release of the Red List with the assessment, such as 2025-1; sorts as text, later is larger.",
        nullable=True,
        str_length={"min_value": 1, "max_value": 64},
    )
    change_reason: str = column(
        "Why the category differs from the species' assessment before, in the source's own code.",
        nullable=True,
        isin=list(CHANGE_REASONS),
    )
    is_complete_list: bool = column(
        "Whether the source says that its list assesses every species of its groups in its scope; NULL when it does not say.",
        nullable=True,
    )

    class Config:
        """Grain: species, year, scope, vintage and source."""

        unique = ["species_key", "assessment_year", "scope", "vintage", "source"]
