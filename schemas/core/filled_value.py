"""Contract of `core.filled_value`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, country_code, species_key

FILLED_COLUMNS = [
    "checklist_key",
    "scientific_name",
    "taxon_group",
    "red_list_category",
    "occurrences",
    "range_share",
    "origin",
    "presence",
]


class FilledValue(Contract):
    """One row = one value of `core.country_species` that comes from another source than the rest of its row.

    A row of `core.country_species` names the source with the highest precedence; values that this source does not
    give are filled from the next source, which is named here. This matters when rows are passed on, because the two
    sources may have different licences.

    Traps: `occurrences` stands for the three counts of records, `range_share` for the share with its method; values
    that no single source gives, such as a share computed from records, have no row.
    """

    country_code: str = country_code()
    species_key: str = species_key()
    column_name: str = column("Column of `core.country_species` that was filled.", isin=FILLED_COLUMNS)
    filled_from: str = column("Source of the value.", str_matches=r"^[a-z][a-z0-9_]*(:.+)?$")

    class Config:
        """Grain: country, species and column."""

        unique = ["country_code", "species_key", "column_name"]
