"""Contract of `core.occurrence_cube`."""

from __future__ import annotations

from ness_pipeline.schemas.base import (
    LATEST_YEAR,
    MAX_COUNT,
    Sourced,
    checklist_key,
    column,
    count,
    country_code,
    species_key,
)


class OccurrenceCube(Sourced):
    """One row = the records of one species in one country and year (and grid cell, when the source has one).

    Source of the form: B-Cubed occurrence-cube specification (Desmet et al. 2023).

    Traps: there are no rows with zero records, and no record does not mean that the species is absent; occurrences
    count records, not individuals; counts of different grids describe the same records and are never added up.
    """

    country_code: str = country_code()
    year: int = column("Year of the record's event.", "a", ge=1600, le=LATEST_YEAR)
    species_key: str = species_key()
    grid: str = column("Grid of the cell, such as `eqdgc:2` or `eea:1000`; NULL when the cube has none.", nullable=True)
    cell_code: str = column("Code of the grid cell; NULL when the cube has no grid.", nullable=True)
    occurrences: int = column("Number of records.", "{record}", ge=1, le=MAX_COUNT)
    min_coordinate_uncertainty_m: float = column(
        "Smallest coordinate uncertainty among the records, unknown counted as 1000 m.",
        "m",
        nullable=True,
        ge=0.0,
        le=1e8,
    )
    min_temporal_uncertainty_s: int = count("Smallest temporal uncertainty among the records.", "s", nullable=True)
    checklist_key: str = checklist_key()

    class Config:
        """Grain: country, year, species, cell and source."""

        unique = ["country_code", "year", "species_key", "grid", "cell_code", "source"]
