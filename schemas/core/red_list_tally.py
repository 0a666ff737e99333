"""Contract of `core.red_list_tally`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, count, country_code, rests_on, share
from ness_pipeline.schemas.vocabulary import GROUP_SHARE_METHODS, INDEX_SETS, LIST_BASES, TAXON_GROUPS

CHANGE_POLICIES = ["genuine_changes", "as_published"]


class RedListTally(Contract):
    """One row = the numbers of species of one group in one country by Red List weight in one assessed year.

    It holds everything that a Red List Index needs: counts by weight (LC 0, NT 1, VU 2, EN 3, CR 4, possibly
    extinct, extinct in the wild, extinct since the first year 5), and sums over range shares. The species are the
    same in every year.

    Traps: species that were extinct in the group's first year and Data Deficient species are counted in columns of
    their own and not among the weights; sums over range shares include only species whose share is known;
    `red_list` separates the global list, limited to the species of the country, from the country's national list,
    which has no range shares; the year is NULL where categories are known but no assessment gives a year.
    """

    country_code: str = country_code()
    red_list: str = column("Whose categories: the global list's or the country's own.", isin=["global", "national"])
    taxon_group: str = column("Reporting group, or set of the Red List Index.", isin=[*TAXON_GROUPS, *INDEX_SETS])
    year: int = column(
        "Year in which any species of the group was assessed; NULL where no source dates a category.",
        "a",
        nullable=True,
        ge=1900,
        le=2100,
    )
    change_policy: str = column(
        "`genuine_changes`: a table of genuine changes or a reason for each change says which are, and only these count, going back from today's categories; `as_published`: every year has the categories published by then.",
        isin=CHANGE_POLICIES,
    )
    species: int = count("Species assessed by any year, extinct and Data Deficient ones included.", "{species}")
    weight_0: int = count("Species of weight 0 (LC).", "{species}")
    weight_1: int = count("Species of weight 1 (NT).", "{species}")
    weight_2: int = count("Species of weight 2 (VU).", "{species}")
    weight_3: int = count("Species of weight 3 (EN).", "{species}")
    weight_4: int = count("Species of weight 4 (CR).", "{species}")
    weight_5: int = count("Species of weight 5, those extinct in the first year left out.", "{species}")
    first_extinct: int = count("Species already extinct in the group's first year.", "{species}")
    data_deficient: int = count("Species whose latest category is DD, in all years.", "{species}")
    assessed_by_year: int = count("Species that had been assessed by the year; 0 where the year is NULL.", "{species}")
    genuine_changes: int = count("Genuine changes of weight since the group's first year.", "{species}")
    shared_species: int = count("Weighted species with a known range share.", "{species}")
    shared_weight: int = count("Sum of their weights.", "1")
    shared_weight_square: int = count("Sum of the squares of their weights.", "1")
    share_sum: float = column("Sum of their range shares.", "{species}", ge=0.0, le=1e9)
    weighted_share_sum: float = column("Sum of weight times range share.", "{species}", ge=0.0, le=1e9)
    first_extinct_share_sum: float = column(
        "Sum of the range shares of species extinct in the first year.", "{species}", ge=0.0, le=1e9
    )
    data_deficient_share_sum: float = column(
        "Sum of the range shares of Data Deficient species.", "{species}", ge=0.0, le=1e9
    )
    data_deficient_share_square: float = column("Sum of the squares of these.", "1", ge=0.0, le=1e9)
    known_share: float = share("Share of all the species whose range share is known; 0 on national lists.")
    first_extinct_shared: int = count("Species extinct in the first year whose range share is known.", "{species}")
    list_basis: str = column(
        "What the list of species rests on, as in core.species_status; NULL on national lists.",
        nullable=True,
        isin=LIST_BASES,
    )
    share_method: str = column(
        "How the range shares were obtained; NULL where none is known.", nullable=True, isin=GROUP_SHARE_METHODS
    )
    share_basis: str = rests_on("sums over range shares")
    recent_species: int = count("Species with an assessment of the year or of the four years before.", "{species}")
    is_reassessed: bool = column(
        "Whether the group was assessed as a whole: 80 % of its species in the year or the four before, or by a table of genuine changes."
    )

    class Config:
        """Grain: country, list, group and year."""

        unique = ["country_code", "red_list", "taxon_group", "year"]
