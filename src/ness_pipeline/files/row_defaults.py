"""What a user gives for all rows of some files, as options of the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from ness_pipeline.contract.dictionary import Table

NATIONAL_LISTS = frozenset({"assessment", "genuine_change"})
"""Tables whose `scope` is a country's Red List or the global one; the scope of a threat is something else."""


@dataclass(frozen=True)
class RowDefaults:
    """Values for all rows of some files, for columns that the files lack.

    Attributes:
        source: goes into the `source` column.
        country_code: country of all rows, for files that do not name it.
        taxon_group: reporting group of all rows, for files that do not name higher taxa.
        checklist_key: GBIF dataset key of the checklist of the species keys.
        is_complete: whether a list names every species of its groups.
        renamed: column of the file to the column or term that it means, as the user says; `-` for one that is not read.
    """

    source: str
    country_code: str | None = None
    taxon_group: str | None = None
    checklist_key: str | None = None
    is_complete: bool = False
    renamed: Mapping[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> list[pl.Expr]:
        """The columns `source` and `checklist_key`, which no cube has itself."""
        return [pl.lit(self.source).alias("source"), pl.lit(self.checklist_key, pl.String).alias("checklist_key")]

    def given(self, table: Table) -> dict[str, str]:
        """The values that the user gave for the rows of a table, by column name, without `source`.

        The country of a national Red List is its scope.
        """
        is_list = not table.has("country_code") and table.short_name in NATIONAL_LISTS
        values = {
            "scope" if is_list else "country_code": self.country_code,
            "taxon_group": self.taxon_group,
            "checklist_key": self.checklist_key,
            "is_complete_list": "true" if self.is_complete else None,
        }
        return {name: value for name, value in values.items() if value is not None}
