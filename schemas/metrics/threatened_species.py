"""Contract of `metrics.threatened_species`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, Limits, column, count, country_code, measure, share, why_not
from ness_pipeline.schemas.vocabulary import ROLL_UPS, TAXON_GROUPS


class ThreatenedSpecies(Contract):
    """One row = the species of one group known from one country, by Red List category, and the share threatened.

    Source of the method: IUCN summary statistics (best, lower and upper estimate).

    Traps: introduced and vagrant species and those of uncertain presence are not included, as in IUCN's country
    tables, while possibly extinct and extinct species are; CR includes possibly extinct species; extinct species
    are in no denominator; quote `threatened_share` only where `reportable`.
    """

    country_code: str = country_code()
    taxon_group: str = column("Reporting group or roll-up.", isin=[*TAXON_GROUPS, *ROLL_UPS])
    known_species: int = count("Species of the group known from the country, introduced ones left out.", "{species}")
    assessed_species: int = count("Of these, species with a category other than NE or NA.", "{species}")
    extinct: int = count("Species in category EX, or RE where only a national category is known.", "{species}")
    extinct_in_the_wild: int = count("Species in category EW.", "{species}")
    critically_endangered: int = count("Species in category CR, possibly extinct ones included.", "{species}")
    possibly_extinct: int = count("Of these, species tagged possibly extinct (in the wild).", "{species}")
    endangered: int = count("Species in category EN.", "{species}")
    vulnerable: int = count("Species in category VU.", "{species}")
    near_threatened: int = count("Species in category NT.", "{species}")
    least_concern: int = count("Species in category LC.", "{species}")
    data_deficient: int = count("Species in category DD.", "{species}")
    threatened_species: int = measure(
        "Species in category CR, EN or VU.",
        "{species}",
        label="Threatened species",
        ge=0,
        le=10**9,
        basis="country_list",
    )
    threatened_species_with_ew: int = measure(
        "Species in category EW, CR, EN or VU, as in IUCN's share.",
        "{species}",
        label="Threatened species, with those extinct in the wild",
        ge=0,
        le=10**9,
        basis="country_list",
    )
    threatened_share: float = measure(
        "(EW+CR+EN+VU) of the assessed species that are neither extinct nor Data Deficient (best estimate).",
        "1",
        label="Share of species threatened",
        better="lower",
        lower="threatened_share_lower",
        upper="threatened_share_upper",
        ge=0.0,
        le=1.0,
        basis="country_list",
    )
    threatened_share_lower: float = share("The same if no Data Deficient species is threatened.", nullable=True)
    threatened_share_upper: float = share("The same if every Data Deficient species is threatened.", nullable=True)
    threatened_share_without_ew: float = measure(
        "The best estimate with EW left out of the threatened species, as many publications count; EW stays in the denominator.",
        "1",
        label="Share of species threatened, without those extinct in the wild",
        better="lower",
        ge=0.0,
        le=1.0,
        basis="country_list",
    )
    national_assessed_share: float = share("Assessed share of the species known from the country.", nullable=True)
    described_species: int = count("Species of the group described worldwide.", "{species}", nullable=True)
    world_assessed_species: int = count("Species of the group assessed worldwide.", "{species}", nullable=True)
    world_assessed_share: float = share("Assessed share of the described species worldwide.", nullable=True)
    reportable: bool = column("Whether the share may be quoted.")
    reason: str = why_not()

    class Config:
        """Grain: country and group."""

        unique = ["country_code", "taxon_group"]
        metadata = {
            "label": "Threatened species",
            "half": "ecological_system",
            "section": "threatened_species",
            "method_version": "2",
            "limits": Limits(rows_per_country=(1, 25)),
        }
