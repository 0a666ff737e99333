"""Contract of `metrics.species_diversity`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, Limits, column, count, country_code, measure, why_not
from ness_pipeline.schemas.vocabulary import ROLL_UPS, TAXON_GROUPS


class SpeciesDiversity(Contract):
    """One row = the diversity of one group observed in one country in one year, or over all years (year NULL).

    Reportable with at least 20 records (below that, the R package dubicube reports an important problem) whose
    species keys all come from one checklist. The estimates also need a species with two records, ES(50) needs 50
    records, evenness needs three species, and the standardised numbers need a sample coverage of 95 % in a sample
    twice as large.

    Traps: occurrences are records, not individuals, so a species with many records need not be common, and the
    sample coverage is that of recording; observed richness depends on recording effort, so compare years and
    countries by `standardised_richness` and read `sample_coverage_share` with all other numbers; there are two
    forms of Chao1, which differ slightly, and each is named; the evenness is computed over the species of the year,
    while the R package b3gbi takes those of the whole cube; estimates from incidences, which depend less on the
    number of records, are in `metrics.species_occupancy`.
    """

    country_code: str = country_code()
    taxon_group: str = column("Reporting group or roll-up.", isin=[*TAXON_GROUPS, *ROLL_UPS])
    year: int = column("Year of the records; NULL for all years together.", "a", nullable=True, ge=1600, le=2100)
    occurrences: int = count("Records of the group.", "{record}")
    singletons: int = count("Species with exactly one record.", "{species}")
    doubletons: int = count("Species with exactly two records.", "{species}")
    observed_richness: int = measure(
        "Species with at least one record (Hill number of order 0).",
        "{species}",
        label="Species recorded",
        ge=0,
        le=10**9,
        basis="records",
    )
    chao1_inext_richness: float = measure(
        "Species that exist, at least (Chao1 as in iNEXT, with the factor (n-1)/n).",
        "{species}",
        label="Species likely to exist (Chao1, as in iNEXT)",
        reportable="estimate_reportable",
        reason="estimate_reason",
        lower="chao1_inext_richness_lower",
        upper="chao1_inext_richness_upper",
        ge=0.0,
        le=1e18,
        basis="records",
    )
    chao1_inext_richness_lower: float = column(
        "Lower 95 % bound, log-normal; NULL when no species is thought unseen.",
        "{species}",
        nullable=True,
        ge=0.0,
        le=1e18,
    )
    chao1_inext_richness_upper: float = column(
        "Upper 95 % bound, log-normal; NULL when no species is thought unseen.",
        "{species}",
        nullable=True,
        ge=0.0,
        le=1e36,
    )
    chao1_bias_corrected_richness: float = measure(
        "Species that exist, at least (Chao1 in its bias-corrected form, as in vegan).",
        "{species}",
        label="Species likely to exist (Chao1, bias-corrected)",
        reportable="estimate_reportable",
        reason="estimate_reason",
        lower="chao1_bias_corrected_richness_lower",
        upper="chao1_bias_corrected_richness_upper",
        ge=0.0,
        le=1e18,
        basis="records",
    )
    chao1_bias_corrected_richness_lower: float = column(
        "Lower 95 % bound, log-normal; NULL when no species is thought unseen.",
        "{species}",
        nullable=True,
        ge=0.0,
        le=1e18,
    )
    chao1_bias_corrected_richness_upper: float = column(
        "Upper 95 % bound, log-normal; NULL when no species is thought unseen.",
        "{species}",
        nullable=True,
        ge=0.0,
        le=1e36,
    )
    sample_coverage_share: float = measure(
        "Sample coverage: estimated chance that one more record is of a species already recorded (Chao & Jost).",
        "1",
        label="Sample coverage",
        reportable="estimate_reportable",
        reason="estimate_reason",
        ge=0.0,
        le=1.0,
        basis="records",
    )
    hill_1: float = measure(
        "Hill number of order 1, the effective number of common species (exponential of Shannon's entropy of the records).",
        "{species}",
        label="Common species, effective number",
        ge=0.0,
        le=1e9,
        basis="records",
    )
    hill_1_asymptotic: float = measure(
        "Hill number of order 1 for an endless sample (Chao & Jost).",
        "{species}",
        label="Common species, effective number, endless sample",
        reportable="hill_asymptotic_reportable",
        reason="hill_asymptotic_reason",
        ge=0.0,
        le=1e18,
        basis="records",
    )
    hill_2: float = measure(
        "Hill number of order 2, the effective number of dominant species (inverse Simpson concentration of the records).",
        "{species}",
        label="Dominant species, effective number",
        ge=0.0,
        le=1e9,
        basis="records",
    )
    hill_2_asymptotic: float = measure(
        "Hill number of order 2 for an endless sample.",
        "{species}",
        label="Dominant species, effective number, endless sample",
        reportable="hill_asymptotic_reportable",
        reason="hill_asymptotic_reason",
        ge=0.0,
        le=1e18,
        basis="records",
    )
    es50_richness: float = measure(
        "Species expected among 50 records drawn at random (Hurlbert's ES(50)).",
        "{species}",
        label="Species expected in 50 records",
        reportable="es50_reportable",
        reason="es50_reason",
        ge=0.0,
        le=51.0,
        basis="records",
    )
    pielou_evenness: float = measure(
        "Shannon's entropy of the records by its largest possible value for the species of the row.",
        "1",
        label="Evenness of records among species (Pielou)",
        reportable="evenness_reportable",
        reason="evenness_reason",
        ge=0.0,
        le=1.0,
        basis="records",
    )
    williams_evenness: float = measure(
        "One minus the root of the excess concentration, for the species of the row (Williams).",
        "1",
        label="Evenness of records among species (Williams)",
        reportable="evenness_reportable",
        reason="evenness_reason",
        ge=0.0,
        le=1.0,
        basis="records",
    )
    standardised_richness: float = measure(
        "Species expected in a sample of records with a coverage of 95 %, which may be smaller or up to twice as large as the one there is.",
        "{species}",
        label="Species expected at equal sampling",
        reportable="standardised_reportable",
        reason="standardised_reason",
        ge=0.0,
        le=1e9,
        basis="records",
    )
    standardised_hill_1: float = measure(
        "Hill number of order 1, the effective number of common species, in that sample.",
        "{species}",
        label="Common species at equal sampling, effective number",
        reportable="standardised_hill_reportable",
        reason="standardised_hill_reason",
        ge=0.0,
        le=1e9,
        basis="records",
    )
    standardised_hill_2: float = measure(
        "Hill number of order 2, the effective number of dominant species, in that sample.",
        "{species}",
        label="Dominant species at equal sampling, effective number",
        reportable="standardised_hill_reportable",
        reason="standardised_hill_reason",
        ge=0.0,
        le=1e9,
        basis="records",
    )
    standardised_records: float = column(
        "Records that such a sample has; fewer than `occurrences` where interpolated, more where extrapolated.",
        "{record}",
        nullable=True,
        ge=0.0,
        le=1e16,
    )
    abundance_rarity: float = measure(
        "Sum over the species of the group's records by the species' records, both of all years: the more rarely recorded species, the larger.",
        "1",
        label="Rarity of the species, by records",
        ge=0.0,
        le=1e24,
        basis="records",
    )
    reportable: bool = column(
        "Whether richness, observed Hill numbers and rarity may be quoted: 20 records in one checklist."
    )
    reason: str = why_not()
    estimate_reportable: bool = column(
        "Whether Chao1, sample coverage and asymptotic Hill numbers may be quoted: also a species with two records."
    )
    estimate_reason: str = why_not()
    es50_reportable: bool = column("Whether ES(50) may be quoted: also 50 records.")
    es50_reason: str = why_not()
    evenness_reportable: bool = column("Whether the evenness may be quoted: also three species.")
    evenness_reason: str = why_not()
    standardised_reportable: bool = column(
        "Whether the standardised numbers may be quoted: also a coverage of 95 % within twice the records."
    )
    standardised_reason: str = why_not()
    standardised_hill_reportable: bool = column(
        "Whether the standardised Hill numbers may be quoted: also the common species not fewer than the dominant ones."
    )
    standardised_hill_reason: str = why_not()
    hill_asymptotic_reportable: bool = column(
        "Whether the asymptotic Hill numbers may be quoted: as the estimates, and the common species not fewer than the dominant ones."
    )
    hill_asymptotic_reason: str = why_not()

    class Config:
        """Grain: country, group and year."""

        unique = ["country_code", "taxon_group", "year"]
        metadata = {
            "label": "Species and their diversity",
            "half": "ecological_system",
            "section": "monitoring",
            "method_version": "4",
            "limits": Limits(rows_per_country=(1, 25 * 502)),
        }
