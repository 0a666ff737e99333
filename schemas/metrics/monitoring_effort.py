"""Contract of `metrics.monitoring_effort`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, count, country_code, measure, rests_on, share, why_not
from ness_pipeline.schemas.vocabulary import GROUP_SHARE_METHODS, ROLL_UPS, TAXON_GROUPS

EXPECTED_SOURCES = ["gbif_baseline", "cube_baseline"]


class MonitoringEffort(Contract):
    """One row = how well one group is monitored in one country in one year, or over all years (year NULL).

    Source of SSII and SSEI: Oliver et al. 2021 (PLoS Biology), with the cells ever recorded in place of range maps.
    Numbers are withheld where the R package dubicube reports an important problem: below 20 records, three species
    or three cells.

    Traps: occurrences are records, not individuals; SSII from recorded cells is the share of the cells ever
    recorded that are recorded again, and is higher than with range maps wherever nobody searched for a species;
    SSEI is the evenness of records among the cells with records, `ssei_expected` among all expected cells; both
    need a grid; `datasets` are those with records in the country, wherever they are published, and
    `research_awareness.data_sets` are those that its own institutions publish.
    """

    country_code: str = country_code()
    taxon_group: str = column("Reporting group or roll-up.", isin=[*TAXON_GROUPS, *ROLL_UPS])
    year: int = column("Year of the records; NULL for all years together.", "a", nullable=True, ge=1600, le=2100)
    recorded_occurrences: int = measure(
        "Records of the group.", "{record}", label="Records", better="higher", ge=0, le=10**15, basis="records"
    )
    recorded_species: int = count("Species of the group with at least one record.", "{species}")
    datasets: int = measure(
        "GBIF data sets with a record in the country, also one that names a genus only; known for all groups and years together.",
        "{dataset}",
        label="Data sets with records from the country",
        better="higher",
        reportable="datasets_reportable",
        reason="datasets_reason",
        ge=1,
        le=10**7,
        basis="records",
    )
    latest_record_year: int = measure(
        "Latest year with a record of the group, up to the row's.",
        "a",
        label="Year of the latest record",
        better="higher",
        ge=1600,
        le=2100,
        basis="records",
    )
    recent_species_share: float = measure(
        "Of the species recorded up to that year, those recorded in the ten years that end with it.",
        "1",
        label="Species seen again in the last ten years",
        better="higher",
        ge=0.0,
        le=1.0,
        basis="records",
    )
    record_coverage_share: float = share(
        "Sample coverage: estimated chance that one more record is of a species already recorded.", nullable=True
    )
    completeness_share: float = measure(
        "Species observed, of those that exist at least by the records (Chao1 as in iNEXT).",
        "1",
        label="Completeness by records",
        better="higher",
        reportable="completeness_reportable",
        reason="completeness_reason",
        ge=0.0,
        le=1.0,
        basis="records",
    )
    sampling_units: int = count("Cells and years (years, without a grid) with a record of the group.", "{unit}")
    unit_completeness_share: float = measure(
        "Species observed, of those that exist at least by the sampling units (Chao2).",
        "1",
        label="Completeness by places and years",
        better="higher",
        reportable="unit_completeness_reportable",
        reason="unit_completeness_reason",
        ge=0.0,
        le=1.0,
        basis="records",
    )
    expected_species: int = count("Species of the group ever recorded in the country.", "{species}")
    expected_species_cells: int = count(
        "Sum over these of the cells in which each is expected.", "{cell}", nullable=True
    )
    recorded_species_cells: int = count(
        "Sum over the species of the cells in which each was recorded.", "{cell}", nullable=True
    )
    expected_source: str = column(
        "Where the expected cells come from: all records of GBIF, or of the cube loaded; NULL without cells.",
        nullable=True,
        isin=EXPECTED_SOURCES,
    )
    ssii: float = measure(
        "Species Status Information Index: mean over the species expected of the expected cells with a record.",
        "1",
        label="Expected places with a record (SSII)",
        better="higher",
        reportable="ssii_reportable",
        reason="ssii_reason",
        ge=0.0,
        le=1.0,
        basis="records",
    )
    steward_ssii: float = measure(
        "Steward's SSII: the same, species weighted by the country's share of their world range.",
        "1",
        label="Expected places with a record, by the country's share of each species (steward's SSII)",
        better="higher",
        reportable="steward_reportable",
        reason="steward_reason",
        ge=0.0,
        le=1.0,
        basis="steward_basis",
        quotable=("records",),
    )
    steward_species: int = count(
        "Species expected whose share of the world range is known: those that count here.", "{species}", nullable=True
    )
    share_method: str = column(
        "How the range shares were obtained; NULL where none is known.", nullable=True, isin=GROUP_SHARE_METHODS
    )
    steward_basis: str = rests_on("steward's SSII")
    spread_species: int = count("Species recorded in at least two cells.", "{species}", nullable=True)
    ssei: float = measure(
        "Species Sampling Effectiveness Index: mean evenness of a species' records among its cells with records.",
        "1",
        label="Evenness of records among places (SSEI)",
        better="higher",
        reportable="ssei_reportable",
        reason="ssei_reason",
        ge=0.0,
        le=1.0,
        basis="records",
    )
    ssei_expected: float = measure(
        "SSEI among all cells in which the species is expected.",
        "1",
        label="Evenness of records among expected places (SSEI)",
        better="higher",
        reportable="ssei_reportable",
        reason="ssei_reason",
        ge=0.0,
        le=1.0,
        basis="records",
    )
    reportable: bool = column(
        "Whether records and recency may be quoted: 20 records in the year, one checklist up to it."
    )
    reason: str = why_not()
    datasets_reportable: bool = column("Whether the number of data sets may be quoted.")
    datasets_reason: str = why_not()
    completeness_reportable: bool = column(
        "Whether the completeness by records may be quoted: also a species with two records."
    )
    completeness_reason: str = why_not()
    unit_completeness_reportable: bool = column(
        "Whether the completeness by sampling units may be quoted: 20 incidences in 3 units, a species in two of them."
    )
    unit_completeness_reason: str = why_not()
    ssii_reportable: bool = column(
        "Whether the SSII may be quoted: one year, 20 records, 3 species expected in 3 cells of one grid, one checklist in all years."
    )
    ssii_reason: str = why_not()
    steward_reportable: bool = column(
        "Whether the steward's SSII may be quoted: also range shares of 80 % of the species expected."
    )
    steward_reason: str = why_not()
    ssei_reportable: bool = column(
        "Whether the SSEI may be quoted: as SSII, and a species in two cells; over all years, too."
    )
    ssei_reason: str = why_not()

    class Config:
        """Grain: country, group and year."""

        unique = ["country_code", "taxon_group", "year"]
        metadata = {
            "label": "Monitoring effort",
            "half": "security_system",
            "section": "monitoring",
            "method_version": "4",
        }
