"""Contract of `metrics.species_turnover`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, count, country_code, measure, why_not
from ness_pipeline.schemas.vocabulary import ROLL_UPS, TAXON_GROUPS


class SpeciesTurnover(Contract):
    """One row = the change of the recorded species of one group in one country from one year with records to the next.

    The year before is the latest one with a record of the group; years without records have no row. Turnover needs
    20 records and three species in both years and at most three years without records between them (below that, the
    R package dubicube reports an important problem).

    Traps: occurrences are records, not individuals; they depend on recording effort, so a lost species was not
    recorded, which does not mean that it is gone, and a gained one may have been there before: read the turnover
    together with `species_diversity.sample_coverage_share`; cumulative richness counts each species from its
    earliest year, while the R package b3gbi takes its first row, whatever the year.
    """

    country_code: str = country_code()
    taxon_group: str = column("Reporting group or roll-up.", isin=[*TAXON_GROUPS, *ROLL_UPS])
    year: int = column("Year of the records.", "a", ge=1600, le=2100)
    previous_year: int = column(
        "Latest year before it with a record of the group.", "a", nullable=True, ge=1600, le=2100
    )
    year_records: int = count("Records of the group in the year.", "{record}")
    previous_year_records: int = count("Records of the group in the previous year.", "{record}", nullable=True)
    year_species: int = count("Species of the group recorded in the year.", "{species}")
    gained_species: int = count("Of these, species not recorded in the previous year.", "{species}", nullable=True)
    lost_species: int = count("Species recorded in the previous year only.", "{species}", nullable=True)
    shared_species: int = count("Species recorded in both years.", "{species}", nullable=True)
    turnover_share: float = measure(
        "Species recorded in one of the two years only, of those recorded in either.",
        "1",
        label="Species recorded in one of two years only",
        reportable="turnover_reportable",
        reason="turnover_reason",
        ge=0.0,
        le=1.0,
        basis="records",
    )
    cumulative_richness: int = measure(
        "Species recorded up to and including the year.",
        "{species}",
        label="Species recorded so far",
        ge=0,
        le=10**9,
        basis="records",
    )
    recent_richness: int = measure(
        "Of these, species recorded in the ten years that end with the year.",
        "{species}",
        label="Species recorded in the last ten years",
        ge=0,
        le=10**9,
        basis="records",
    )
    newness_year: int = measure(
        "Mean year of the rows of the group's cube up to the year, rounded half to even (newness of b3gbi).",
        "a",
        label="Mean year of the records",
        ge=1600,
        le=2100,
        basis="records",
    )
    turnover_reportable: bool = column(
        "Whether the turnover may be quoted: 20 records and 3 species in both years, at most three years apart without records."
    )
    turnover_reason: str = why_not()
    reportable: bool = column(
        "Whether the other numbers may be quoted: 20 records in the year, one checklist up to it."
    )
    reason: str = why_not()

    class Config:
        """Grain: country, group and year."""

        unique = ["country_code", "taxon_group", "year"]
        metadata = {
            "label": "Coming and going of species",
            "half": "ecological_system",
            "method_version": "2",
        }
