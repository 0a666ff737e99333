"""What a user gives for all rows of some files, as options of the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from ness_pipeline.contract.dictionary import Table
from ness_pipeline.names.species_names import is_given_key

NATIONAL_LISTS = frozenset({"assessment", "genuine_change"})
"""Tables whose `scope` is a country's Red List or the global one; the scope of a threat is something else."""


@dataclass(frozen=True)
class RowDefaults:
    """Values for all rows of some files, for columns that the files lack.

    Attributes:
        source: goes into the `source` column.
        country_code: country of all rows, for files that do not name it.
        taxon_group: reporting group of all rows, for files that do not name higher taxa.
        checklist_key: GBIF dataset key of the checklist of the species keys, or the word for another checklist.
        own_checklist: the same as the files themselves say it; what the user gives comes before it.
        is_complete: whether a list names every species of its groups.
        renamed: column of the file to the column or term that it means, as the user says; `-` for one that is not read.
    """

    source: str
    country_code: str | None = None
    taxon_group: str | None = None
    checklist_key: str | None = None
    own_checklist: str | None = None
    is_complete: bool = False
    renamed: Mapping[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> list[pl.Expr]:
        """The columns `source` and `checklist_key`, which no cube has itself; a name as key is of no checklist."""
        checklist = pl.when(is_given_key(pl.col("species_key"))).then(pl.lit(self.checklist, pl.String))
        return [pl.lit(self.source).alias("source"), checklist.alias("checklist_key")]

    @property
    def checklist(self) -> str | None:
        """The checklist of the species keys, as the user or else the files say it."""
        return self.checklist_key or self.own_checklist

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
