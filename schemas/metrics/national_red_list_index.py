"""Contract of `metrics.national_red_list_index`."""

from __future__ import annotations

from typing import Any

from ness_pipeline.schemas.base import Contract, column, count, country_code, measure, share, why_not
from ness_pipeline.schemas.vocabulary import INDEX_SETS, ROLL_UPS, TAXON_GROUPS


def _index(description: str) -> Any:
    return share(description, nullable=True)


class NationalRedListIndex(Contract):
    """One row = the index of one group on a country's own Red List in one year in which it was assessed.

    Categories are the national ones and every species counts alike, so this is another number than
    `metrics.red_list_index`: it describes the state of the species in the country, whatever share of their range is
    there. Regionally extinct species have the weight of extinct ones; species that were extinct in the group's
    first year are not included, except in the column `_with_first_extinct`. Roll-ups are means over groups, in the
    years in which all their groups have a value.

    The index may be quoted from 10 species on, where the list assessed the group as a whole and is complete: it says
    so (`ness load assessment FILE --complete`), or has a category for 80 % of the species on a country list of a group
    that is assessed worldwide by 80 %.

    Traps: without reasons for the changes of category, better knowledge looks like a trend, so only the latest assessed
    year may be quoted then and there is no change.
    """

    country_code: str = country_code()
    taxon_group: str = column(
        "Reporting group, set of the index, or roll-up.", isin=[*TAXON_GROUPS, *INDEX_SETS, *ROLL_UPS]
    )
    year: int = column("Year of the assessment.", "a", ge=1900, le=2100)
    change_policy: str = column("As in core.red_list_tally.", isin=["genuine_changes", "as_published"])
    national_red_list_index: float = measure(
        "Index of the country's own Red List.",
        "1",
        label="National Red List Index",
        better="higher",
        lower="national_red_list_index_lower",
        upper="national_red_list_index_upper",
        ge=0.0,
        le=1.0,
        basis="national_red_list",
    )
    national_red_list_index_lower: float = _index("Its 2.5 % bound from Data Deficient species; exact for groups.")
    national_red_list_index_p50: float = _index("Its median; exact for groups.")
    national_red_list_index_upper: float = _index("Its 97.5 % bound; exact for groups.")
    national_red_list_index_with_first_extinct: float = measure(
        "The index with species gone in the first year counted.",
        "1",
        label="National Red List Index, with species gone at the start",
        lower="national_red_list_index_with_first_extinct_lower",
        upper="national_red_list_index_with_first_extinct_upper",
        better="higher",
        ge=0.0,
        le=1.0,
        basis="national_red_list",
    )
    national_red_list_index_with_first_extinct_lower: float = _index("Its 2.5 % bound; exact for groups.")
    national_red_list_index_with_first_extinct_upper: float = _index("Its 97.5 % bound; exact for groups.")
    national_red_list_index_change: float = measure(
        "Change of the index per year since the first year.",
        "1/a",
        label="National Red List Index, change a year",
        better="higher",
        reportable="change_reportable",
        reason="change_reason",
        ge=-1.0,
        le=1.0,
        basis="national_red_list",
    )
    groups: int = count("Groups behind the row.", "1")
    species: int = count("Assessed species, extinct and Data Deficient ones included.", "{species}")
    data_deficient_species: int = count("Of these, Data Deficient ones.", "{species}")
    first_extinct_species: int = count("Of these, species gone in the group's first year.", "{species}")
    genuine_changes: int = count("Genuine changes of category since the first year.", "1")
    known_species: int = count(
        "Species of the group known from the country, or named by the list, whichever are more.",
        "{species}",
        nullable=True,
    )
    apart_species: int = count(
        "Species of the list that may be the same as another one on it, because several sources make the list and name species by keys of different checklists; with more than 5 % of the species that are neither Data Deficient nor extinct from the start, no index may be quoted.",
        "{species}",
    )
    reportable: bool = column("Whether the index may be quoted.")
    reason: str = why_not()
    change_reportable: bool = column("Whether the change may be quoted.")
    change_reason: str = why_not()

    class Config:
        """Grain: country, group and year."""

        unique = ["country_code", "taxon_group", "year"]
        metadata = {
            "label": "National Red List",
            "half": "ecological_system",
            "method_version": "3",
        }
