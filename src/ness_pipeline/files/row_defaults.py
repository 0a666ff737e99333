"""What a user gives for all rows of some files, as options of the command line."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class RowDefaults:
    """Values for all rows of some files, for columns that the files lack.

    Attributes:
        source: goes into the `source` column.
        country_code: country of all rows, for files that do not name it.
        taxon_group: reporting group of all rows, for files that do not name higher taxa.
        checklist_key: GBIF dataset key of the checklist of the species keys.
        is_complete: whether a list names every species of its groups.
    """

    source: str
    country_code: str | None = None
    taxon_group: str | None = None
    checklist_key: str | None = None
    is_complete: bool = False

    @property
    def origin(self) -> list[pl.Expr]:
        """The columns `source` and `checklist_key`, which no cube has itself."""
        return [pl.lit(self.source).alias("source"), pl.lit(self.checklist_key, pl.String).alias("checklist_key")]

    def given(self) -> dict[str, str]:
        """The values that the user gave, by column name, without `source`."""
        values = {
            "country_code": self.country_code,
            "taxon_group": self.taxon_group,
            "checklist_key": self.checklist_key,
            "is_complete_list": "true" if self.is_complete else None,
        }
        return {name: value for name, value in values.items() if value is not None}
