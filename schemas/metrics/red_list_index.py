"""Contract of `metrics.red_list_index`."""

from __future__ import annotations

from typing import Any

from ness_pipeline.schemas.base import (
    OFFICIAL,
    Contract,
    column,
    count,
    country_code,
    measure,
    rests_on,
    share,
    why_not,
)
from ness_pipeline.schemas.vocabulary import GROUP_SHARE_METHODS, INDEX_SETS, ROLL_UPS, TAXON_GROUPS

VALUE_KINDS = ["assessed", "partly_assessed", "interpolated", "extrapolated", "undated"]


def _index(description: str) -> Any:
    return share(description, nullable=True)


class RedListIndex(Contract):
    """One row = the Red List Index of one group in one country and year: 1 when nothing is at risk, 0 when all is extinct.

    `red_list_index` weights each species by the share of its world range in the country, so it measures how the
    country contributes to the extinction of species worldwide; `red_list_index_unweighted` counts species. Both use
    global categories. Species already extinct in the group's first year are included only in the columns
    `_with_first_extinct`. `all` is the mean of the five groups of SDG 15.5.1 (birds, mammals, amphibians, cycads,
    reef-building corals), other roll-ups that of their groups of which 80 % or more are assessed worldwide; a roll-up
    that lacks a group has no value. The weighted index may be quoted with range shares from maps, cells or an
    expert, both with a country list and 10 species in each group.

    Source of the method: Butchart et al. 2007; Rodrigues et al. 2014; SDG indicator 15.5.1.

    Traps: bounds come from Data Deficient species alone and do not include other errors; those of the weighted
    index are centred on `red_list_index_p50`, where Data Deficient species have their group's mean weight whatever
    their range; a trend without genuine changes may only reflect better knowledge; the index of groups with few
    species can change abruptly; a NULL year is the present state of categories without a date.
    """

    country_code: str = country_code()
    taxon_group: str = column(
        "Reporting group, set of the index, or roll-up.", isin=[*TAXON_GROUPS, *INDEX_SETS, *ROLL_UPS]
    )
    year: int = column(
        "Year; NULL for the present where no source dates a category.", "a", nullable=True, ge=1600, le=2100
    )
    value_kind: str = column(
        "`assessed` as a whole, `partly_assessed`, `interpolated` between two assessed years, `extrapolated` with the slope of the two closest ones, or `undated`; NULL where there is only an official value.",
        nullable=True,
        isin=VALUE_KINDS,
    )
    change_policy: str = column(
        "`genuine_changes` or `as_published`, see core.red_list_tally; of a roll-up, `as_published` when any group is.",
        nullable=True,
        isin=["genuine_changes", "as_published"],
    )
    red_list_index: float = measure(
        "Red List Index with species weighted by range share.",
        "1",
        label="Red List Index, weighted by range",
        better="higher",
        lower="red_list_index_lower",
        upper="red_list_index_upper",
        ge=0.0,
        le=1.0,
        basis="basis",
        quotable=("assessments_and_ranges",),
    )
    red_list_index_lower: float = _index("Its 2.5 % bound from Data Deficient species.")
    red_list_index_p05: float = _index("Its 5 % bound.")
    red_list_index_p50: float = _index("Its middle when Data Deficient species have their group's mean weight.")
    red_list_index_p95: float = _index("Its 95 % bound.")
    red_list_index_upper: float = _index("Its 97.5 % bound.")
    red_list_index_if_dd_least_concern: float = _index("The index if every Data Deficient species were LC.")
    red_list_index_if_dd_critically_endangered: float = _index("The index if every Data Deficient species were CR.")
    red_list_index_with_first_extinct: float = measure(
        "The index with species extinct in the first year counted.",
        "1",
        label="Red List Index, weighted by range, with species extinct at the start",
        lower="red_list_index_with_first_extinct_lower",
        upper="red_list_index_with_first_extinct_upper",
        better="higher",
        ge=0.0,
        le=1.0,
        basis="basis",
        quotable=("assessments_and_ranges",),
    )
    red_list_index_with_first_extinct_lower: float = _index("Its 2.5 % bound from Data Deficient species.")
    red_list_index_with_first_extinct_upper: float = _index("Its 97.5 % bound.")
    red_list_index_unweighted: float = measure(
        "Red List Index with every species counted alike.",
        "1",
        label="Red List Index, all species alike",
        better="higher",
        lower="red_list_index_unweighted_lower",
        upper="red_list_index_unweighted_upper",
        reportable="unweighted_reportable",
        reason="unweighted_reason",
        ge=0.0,
        le=1.0,
        basis="unweighted_basis",
        quotable=("country_list",),
    )
    red_list_index_unweighted_lower: float = _index("Its exact 2.5 % quantile from Data Deficient species.")
    red_list_index_unweighted_p05: float = _index("Its exact 5 % quantile.")
    red_list_index_unweighted_p50: float = _index("Its exact median.")
    red_list_index_unweighted_p95: float = _index("Its exact 95 % quantile.")
    red_list_index_unweighted_upper: float = _index("Its exact 97.5 % quantile.")
    red_list_index_unweighted_standard_error: float = _index("Its standard error from Data Deficient species.")
    red_list_index_unweighted_if_dd_least_concern: float = _index("The same if every Data Deficient species were LC.")
    red_list_index_unweighted_if_dd_critically_endangered: float = _index(
        "The same if every Data Deficient species were CR."
    )
    red_list_index_unweighted_with_first_extinct: float = measure(
        "The same with species extinct in the first year counted.",
        "1",
        label="Red List Index, all species alike, with species extinct at the start",
        lower="red_list_index_unweighted_with_first_extinct_lower",
        upper="red_list_index_unweighted_with_first_extinct_upper",
        better="higher",
        reportable="unweighted_reportable",
        reason="unweighted_reason",
        ge=0.0,
        le=1.0,
        basis="unweighted_basis",
        quotable=("country_list",),
    )
    red_list_index_unweighted_with_first_extinct_lower: float = _index(
        "Its exact 2.5 % quantile from Data Deficient species."
    )
    red_list_index_unweighted_with_first_extinct_upper: float = _index("Its exact 97.5 % quantile.")
    red_list_index_change: float = measure(
        "Change of `red_list_index` per year since the first assessed year.",
        "1/a",
        label="Red List Index, change a year",
        better="higher",
        reportable="change_reportable",
        reason="change_reason",
        ge=-1.0,
        le=1.0,
        basis="basis",
        quotable=("assessments_and_ranges",),
    )
    official_red_list_index: float = measure(
        "The UN's own Red List Index of the country (SDG 15.5.1), beside the roll-up `all`.",
        "1",
        label="Red List Index, official UN series",
        lower="official_red_list_index_lower",
        upper="official_red_list_index_upper",
        reportable="official_reportable",
        reason="official_reason",
        ge=0.0,
        le=1.0,
        basis="official_basis",
        quotable=OFFICIAL,
    )
    official_red_list_index_lower: float = _index("Its published lower bound.")
    official_red_list_index_upper: float = _index("Its published upper bound.")
    difference_from_official: float = measure(
        "`red_list_index` minus the official index of the same year.",
        "1",
        label="Red List Index, difference from the official series",
        reportable="difference_reportable",
        reason="difference_reason",
        ge=-1.0,
        le=1.0,
        basis="basis",
        quotable=("assessments_and_ranges",),
    )
    groups: int = count("Groups behind the row.", "1")
    species: int = count("Assessed species of the country, extinct and Data Deficient ones included.", "{species}")
    data_deficient_species: int = count("Of these, Data Deficient ones.", "{species}")
    first_extinct_species: int = count("Of these, species extinct in the group's first year.", "{species}")
    assessed_by_year_species: int = count("Of these, species that had been assessed by the year.", "{species}")
    genuine_changes: int = count("Genuine changes of category since the first year.", "1")
    apart_species: int = count(
        "Of the species that are neither Data Deficient nor Extinct, those under a key of another checklist that may be the same as another one: `is_apart` in core.species_status; with more than 5 % of them in a group no index may be quoted.",
        "{species}",
    )
    share_method: str = column(
        "How the range shares were obtained; NULL where none is known.", nullable=True, isin=GROUP_SHARE_METHODS
    )
    basis: str = rests_on("weighted index")
    unweighted_basis: str = rests_on("unweighted index")
    official_basis: str = rests_on("official index")
    reportable: bool = column("Whether the weighted index may be quoted.")
    reason: str = why_not()
    unweighted_reportable: bool = column("Whether the unweighted index may be quoted.")
    unweighted_reason: str = why_not()
    change_reportable: bool = column("Whether the change may be quoted.")
    change_reason: str = why_not()
    official_reportable: bool = column("Whether there is an official index.")
    official_reason: str = why_not()
    difference_reportable: bool = column("Whether the difference may be quoted.")
    difference_reason: str = why_not()

    class Config:
        """Grain: country, group and year."""

        unique = ["country_code", "taxon_group", "year"]
        metadata = {
            "label": "Red List Index",
            "half": "ecological_system",
            "section": "red_list_index",
            "method_version": "3",
        }
