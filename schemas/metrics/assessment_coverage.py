"""Contract of `metrics.assessment_coverage`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, Limits, column, count, country_code, measure, share, why_not
from ness_pipeline.schemas.vocabulary import ROLL_UPS, TAXON_GROUPS


class AssessmentCoverage(Contract):
    """One row = how many of the species of one group known from one country are on the global Red List; for fungi, the fungi gap.

    Every country with known species has a row for every group and roll-up, so that a group without any observed
    species is visible.

    Traps: `assessed` includes Data Deficient species, which were assessed without a category of risk; introduced
    species count as observed, because the Red List assesses them too; described species are worldwide numbers; the
    shares of observed species fall when somebody records species that nobody has assessed, so they rank no countries.
    """

    country_code: str = country_code()
    taxon_group: str = column("Reporting group or roll-up.", isin=[*TAXON_GROUPS, *ROLL_UPS])
    described_species: int = count("Species of the group described worldwide.", "{species}", nullable=True)
    world_assessed_species: int = count(
        "Of these, species on the global Red List, by IUCN's summary statistics.", "{species}", nullable=True
    )
    observed_species: int = count(
        "Species of the group with at least one record in the country, introduced ones too.", "{species}"
    )
    assessed_species: int = count(
        "Of these, species on the global Red List in a category other than NE or NA.", "{species}"
    )
    data_deficient: int = count("Of these, species in category DD.", "{species}")
    assessed_share: float = measure(
        "Assessed share of the observed species.",
        "1",
        label="Recorded species that the Red List has assessed",
        ge=0.0,
        le=1.0,
        basis="records",
    )
    evaluated_share: float = measure(
        "Share of the observed species with a category that is not DD.",
        "1",
        label="Recorded species with a verdict on their risk",
        ge=0.0,
        le=1.0,
        basis="records",
    )
    world_assessed_share: float = share("Assessed share of the described species worldwide, at most 1.", nullable=True)
    gap_to_animals: float = measure(
        "Assessed share of the world's described animals minus that of this group, the same for every country; for fungi, the fungi gap.",
        "1",
        label="Assessment gap to animals",
        reportable="gap_reportable",
        reason="gap_reason",
        ge=-1.0,
        le=1.0,
        basis="described_species",
    )
    reportable: bool = column(
        "Whether the shares may be quoted: at least 10 species of the group observed, in one checklist."
    )
    reason: str = why_not()
    gap_reportable: bool = column("Whether the gap may be quoted: the described species of the group are known.")
    gap_reason: str = why_not()

    class Config:
        """Grain: country and group."""

        unique = ["country_code", "taxon_group"]
        metadata = {
            "label": "Species assessed",
            "half": "security_system",
            "section": "monitoring",
            "method_version": "4",
            "limits": Limits(rows_per_country=(1, 25)),
        }
