"""Contract of `metrics.extinction_responsibility`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, count, country_code, measure, rests_on, share, why_not
from ness_pipeline.schemas.vocabulary import GROUP_SHARE_METHODS, ROLL_UPS, TAXON_GROUPS


class ExtinctionResponsibility(Contract):
    """One row = the contribution of one country to the world's extinction risk of one group, by today's categories.

    A country with half the range of a Critically Endangered species contributes half of that species' risk. The sum
    over all countries is 1 minus the Red List Index of the group, over species neither Data Deficient nor Extinct.

    Source of the method: Rodrigues et al. 2014, contributions to the global Red List Index.

    Traps: a large country contributes much because it has many species; species without a known range share are not
    included, and `range_share_known_share` is the share of those with one; roll-ups include only groups of which 80
    % or more are assessed worldwide; endemic is defined by range share, and shares from occurrences depend on
    recording effort.
    """

    country_code: str = country_code()
    taxon_group: str = column("Reporting group or roll-up.", isin=[*TAXON_GROUPS, *ROLL_UPS])
    extinction_responsibility: float = measure(
        "Country's contribution to global extinction risk: sum of weight times range share, of 5 times the species worldwide that are neither Data Deficient nor Extinct.",
        "1",
        label="Part of the world's extinction risk",
        better="lower",
        ge=0.0,
        le=1.0,
        basis="basis",
        quotable=("assessments_and_ranges",),
    )
    extinction_risk_species: float = measure(
        "The same in species: as if so many species that live nowhere else were extinct.",
        "{species}",
        label="Extinction risk, in species",
        better="lower",
        reportable="risk_reportable",
        reason="risk_reason",
        ge=0.0,
        le=1e9,
        basis="basis",
        quotable=("assessments_and_ranges",),
    )
    endemic_threatened_species: int = measure(
        "Threatened species (CR, EN, VU) with at least 95 % of their range here.",
        "{species}",
        label="Threatened species found nowhere else",
        reportable="endemic_reportable",
        reason="endemic_reason",
        ge=0,
        le=10**9,
        basis="endemic_basis",
        quotable=("assessments_and_ranges",),
    )
    near_endemic_threatened_species: int = measure(
        "Threatened species with at least 50 % of their range here, endemic ones included.",
        "{species}",
        label="Threatened species found mostly here",
        reportable="risk_reportable",
        reason="risk_reason",
        ge=0,
        le=10**9,
        basis="basis",
        quotable=("assessments_and_ranges",),
    )
    assessed_species: int = count("Species of the country with a category, Data Deficient ones included.", "{species}")
    threatened_species: int = count("Of these, species in category CR, EN or VU.", "{species}")
    apart_species: int = count(
        "Of the species that add to the contribution (NT to EW, with a range share), those under a key of another checklist that may be the same as another one: `is_apart` in core.species_status; with more than 5 % of them no number may be quoted.",
        "{species}",
    )
    world_assessed_species: int = count("Species of the group assessed worldwide.", "{species}", nullable=True)
    world_weighed_species: int = count(
        "Of these, species neither Data Deficient nor Extinct; NULL where no dated source gives it.",
        "{species}",
        nullable=True,
    )
    range_share_known_share: float = share("Share of the assessed species whose range share is known.", nullable=True)
    share_method: str = column(
        "How the range shares were obtained; NULL where none is known.", nullable=True, isin=GROUP_SHARE_METHODS
    )
    basis: str = rests_on("contribution and the near-endemic species")
    endemic_basis: str = rests_on("number of endemic species")
    reportable: bool = column("Whether the contribution may be quoted.")
    reason: str = why_not()
    risk_reportable: bool = column("Whether the numbers of species may be quoted.")
    risk_reason: str = why_not()
    endemic_reportable: bool = column("Whether the number of endemic species may be quoted.")
    endemic_reason: str = why_not()

    class Config:
        """Grain: country and group."""

        unique = ["country_code", "taxon_group"]
        metadata = {
            "label": "Part in the world's extinction risk",
            "half": "ecological_system",
            "section": "threats",
            "method_version": "3",
        }
