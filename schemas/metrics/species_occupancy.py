"""Contract of `metrics.species_occupancy`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, count, country_code, measure, why_not
from ness_pipeline.schemas.vocabulary import ROLL_UPS, TAXON_GROUPS


class SpeciesOccupancy(Contract):
    """One row = the places in which one group was recorded in one country in one year, or over all years (year NULL).

    A sampling unit is a grid cell in a year. Where the cube has no grid, the country is one cell: a year alone is
    one unit, so only the row over all years, whose units are the years, has estimates. Reportable with at least 20
    incidences in three units, in one grid and one checklist (below that, the R package dubicube reports an
    important problem).

    Traps: occurrences are records, not individuals; estimates of this table use the number of units in which a
    species was seen and not the number of its records; cells without any record are unknown, not empty, so shares
    are of cells that ever had a record of the group; the R package b3gbi sums rarity over the rows of a cube, while
    here each species counts once a year.
    """

    country_code: str = country_code()
    taxon_group: str = column("Reporting group or roll-up.", isin=[*TAXON_GROUPS, *ROLL_UPS])
    year: int = column("Year of the records; NULL for all years together.", "a", nullable=True, ge=1600, le=2100)
    grid: str = column("Grid of the cells; NULL when there is none, or more than one.", nullable=True)
    sampling_units: int = count("Cells and years (years, without a grid) with a record of the group.", "{unit}")
    incidences: int = count("Sum over the species of the units in which each was recorded.", "{incidence}")
    species_recorded: int = count("Species with at least one record.", "{species}")
    unique_species: int = count("Species recorded in exactly one unit.", "{species}")
    duplicate_species: int = count("Species recorded in exactly two units.", "{species}")
    chao2_richness: float = measure(
        "Species that exist, at least (Chao2, with the factor (T-1)/T).",
        "{species}",
        label="Species likely to exist (Chao2)",
        lower="chao2_richness_lower",
        upper="chao2_richness_upper",
        ge=0.0,
        le=1e18,
        basis="records",
    )
    chao2_richness_lower: float = column(
        "Lower 95 % bound, log-normal; NULL when no species is thought unseen.",
        "{species}",
        nullable=True,
        ge=0.0,
        le=1e18,
    )
    chao2_richness_upper: float = column(
        "Upper 95 % bound, log-normal; NULL when no species is thought unseen.",
        "{species}",
        nullable=True,
        ge=0.0,
        le=1e36,
    )
    unit_coverage_share: float = measure(
        "Sample coverage: estimated chance that one more incidence is of a species already recorded (Chao & Jost).",
        "1",
        label="Sample coverage of places and years",
        ge=0.0,
        le=1.0,
        basis="records",
    )
    unit_standardised_richness: float = measure(
        "Species expected in as many sampling units as have a coverage of 95 %, fewer or up to twice as many as there are.",
        "{species}",
        label="Species expected at equal sampling of places and years",
        reportable="standardised_reportable",
        reason="standardised_reason",
        ge=0.0,
        le=1e9,
        basis="records",
    )
    unit_standardised_hill_1: float = measure(
        "Hill number of order 1, the effective number of common species, in as many units.",
        "{species}",
        label="Common species at equal sampling of places and years",
        reportable="standardised_hill_reportable",
        reason="standardised_hill_reason",
        ge=0.0,
        le=1e9,
        basis="records",
    )
    unit_standardised_hill_2: float = measure(
        "Hill number of order 2, the effective number of dominant species, in as many units.",
        "{species}",
        label="Dominant species at equal sampling of places and years",
        reportable="standardised_hill_reportable",
        reason="standardised_hill_reason",
        ge=0.0,
        le=1e9,
        basis="records",
    )
    standardised_units: float = column("Sampling units for that coverage.", "{unit}", nullable=True, ge=0.0, le=1e16)
    occupied_cells: int = count("Cells with a record of the group.", "{cell}", nullable=True)
    ever_occupied_cells: int = count("Cells that had a record of the group in any year.", "{cell}", nullable=True)
    occupied_cell_share: float = measure(
        "Cells with a record of the group, of those that ever had one.",
        "1",
        label="Known places with a record",
        reportable="cell_reportable",
        reason="cell_reason",
        ge=0.0,
        le=1.0,
        basis="records",
    )
    mean_occupancy_share: float = measure(
        "Mean over the species recorded of the share of the group's cells in which each was.",
        "1",
        label="Known places in which a species is found, on average",
        reportable="cell_reportable",
        reason="cell_reason",
        ge=0.0,
        le=1.0,
        basis="records",
    )
    area_rarity: float = measure(
        "Sum over the species of the group's cells by the species' cells, both of all years: the more narrowly spread species, the larger.",
        "1",
        label="Rarity of the species, by places",
        reportable="cell_reportable",
        reason="cell_reason",
        ge=0.0,
        le=1e24,
        basis="records",
    )
    reportable: bool = column(
        "Whether Chao2 and the coverage may be quoted: 20 incidences in 3 units, a species in two of them, one grid, one checklist."
    )
    reason: str = why_not()
    standardised_reportable: bool = column(
        "Whether the standardised numbers may be quoted: also a coverage of 95 % within twice the units."
    )
    standardised_reason: str = why_not()
    standardised_hill_reportable: bool = column(
        "Whether the standardised Hill numbers may be quoted: also the common species not fewer than the dominant ones."
    )
    standardised_hill_reason: str = why_not()
    cell_reportable: bool = column(
        "Whether occupancy and rarity may be quoted: 20 incidences in 3 units of one grid, one checklist."
    )
    cell_reason: str = why_not()

    class Config:
        """Grain: country, group and year."""

        unique = ["country_code", "taxon_group", "year"]
        metadata = {
            "label": "Places with records",
            "half": "ecological_system",
            "method_version": "3",
        }
