"""Contract of `metrics.threatened_species`."""

from __future__ import annotations

from ness_pipeline.schemas.base import (
    OFFICIAL,
    Contract,
    Limits,
    column,
    count,
    country_code,
    measure,
    rests_on,
    share,
    why_not,
)
from ness_pipeline.schemas.vocabulary import ROLL_UPS, TAXON_GROUPS


class ThreatenedSpecies(Contract):
    """One row = the species of one group known from one country, by Red List category, and the share threatened.

    Source of the method: IUCN summary statistics (best, lower and upper estimate).

    Traps: introduced and vagrant species and those of uncertain presence are not included, as in IUCN's country
    tables, while possibly extinct and extinct species are; CR includes possibly extinct species; extinct species
    are in no denominator; quote `threatened_share` only where `reportable`; where sources name species by keys of
    several checklists, one species may be counted twice, and with more than 5 % of such species (`apart_species`) in
    the denominator, or among the threatened ones, no number may be quoted.
    """

    country_code: str = country_code()
    taxon_group: str = column("Reporting group or roll-up.", isin=[*TAXON_GROUPS, *ROLL_UPS])
    known_species: int = count(
        "Species of the group known from the country, introduced ones left out.", "{species}", nullable=True
    )
    assessed_species: int = count("Of these, species with a category other than NE or NA.", "{species}", nullable=True)
    extinct: int = count(
        "Species in category EX, or RE where only a national category is known.", "{species}", nullable=True
    )
    extinct_in_the_wild: int = count("Species in category EW.", "{species}", nullable=True)
    critically_endangered: int = count(
        "Species in category CR, possibly extinct ones included.", "{species}", nullable=True
    )
    possibly_extinct: int = count(
        "Of these, species tagged possibly extinct (in the wild).", "{species}", nullable=True
    )
    endangered: int = count("Species in category EN.", "{species}", nullable=True)
    vulnerable: int = count("Species in category VU.", "{species}", nullable=True)
    near_threatened: int = count("Species in category NT.", "{species}", nullable=True)
    least_concern: int = count("Species in category LC.", "{species}", nullable=True)
    data_deficient: int = count("Species in category DD.", "{species}", nullable=True)
    apart_species: int = count(
        "Of the species in the denominator of the share, those under a key of another checklist that may be the same as another one: `is_apart` in core.species_status.",
        "{species}",
        nullable=True,
    )
    threatened_species: int = measure(
        "Species in category CR, EN or VU.",
        "{species}",
        label="Threatened species",
        ge=0,
        le=10**9,
        basis="basis",
        quotable=("country_list",),
    )
    threatened_species_with_ew: int = measure(
        "Species in category EW, CR, EN or VU, as in IUCN's share.",
        "{species}",
        label="Threatened species, with those extinct in the wild",
        ge=0,
        le=10**9,
        basis="basis",
        quotable=("country_list",),
    )
    official_threatened_species: int = measure(
        "Threatened species as the World Bank counts them, in its latest year: mammals, birds, and higher plants beside `plants`.",
        "{species}",
        label="Threatened species, World Bank",
        ge=0,
        le=10**9,
        basis="official_basis",
        quotable=OFFICIAL,
        reportable="official_reportable",
        reason="official_reason",
    )
    official_threatened_year: int = column("Year of that count.", "a", nullable=True, ge=1900, le=2100)
    difference_from_official_threatened_species: int = measure(
        "`threatened_species` minus the World Bank's count, which is of another year.",
        "{species}",
        label="Threatened species, difference from the World Bank",
        ge=-(10**9),
        le=10**9,
        basis="basis",
        quotable=("country_list",),
        reportable="difference_reportable",
        reason="difference_reason",
    )
    threatened_share: float = measure(
        "(EW+CR+EN+VU) of the assessed species that are neither extinct nor Data Deficient (best estimate).",
        "1",
        label="Share of species threatened",
        better="lower",
        range_low="threatened_share_range_low",
        range_high="threatened_share_range_high",
        range_meaning="from no Data Deficient species being threatened to all of them",
        ge=0.0,
        le=1.0,
        basis="basis",
        quotable=("country_list",),
    )
    threatened_share_range_low: float = share("The same if no Data Deficient species is threatened.", nullable=True)
    threatened_share_range_high: float = share("The same if every Data Deficient species is threatened.", nullable=True)
    threatened_share_lower: float = share("deprecated: a range; `threatened_share_range_low`.", nullable=True)
    threatened_share_upper: float = share("deprecated: a range; `threatened_share_range_high`.", nullable=True)
    threatened_share_without_ew: float = measure(
        "The best estimate with EW left out of the threatened species, as many publications count; EW stays in the denominator.",
        "1",
        label="Share of species threatened, without those extinct in the wild",
        better="lower",
        ge=0.0,
        le=1.0,
        basis="basis",
        quotable=("country_list",),
    )
    national_assessed_share: float = share("Assessed share of the species known from the country.", nullable=True)
    described_species: int = count("Species of the group described worldwide.", "{species}", nullable=True)
    world_assessed_species: int = count("Species of the group assessed worldwide.", "{species}", nullable=True)
    world_assessed_share: float = share("Assessed share of the described species worldwide.", nullable=True)
    basis: str = rests_on("list of species")
    reportable: bool = column("Whether the share may be quoted.")
    reason: str = why_not()
    official_basis: str = rests_on("publisher's count")
    official_reportable: bool = column("Whether the publisher's count may be quoted.")
    official_reason: str = why_not()
    difference_reportable: bool = column("Whether the difference may be quoted: both counts may.")
    difference_reason: str = why_not()

    class Config:
        """Grain: country and group."""

        unique = ["country_code", "taxon_group"]
        metadata = {
            "label": "Threatened species",
            "half": "ecological_system",
            "section": "threatened_species",
            "method_version": "4",
            "limits": Limits(rows_per_country=(1, 25)),
        }
