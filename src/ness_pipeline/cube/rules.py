"""Which records a cube counts: the filters of the cube, and the contract for the records that pass them, as SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from ness_pipeline.contract.checks_in_sql import broken_columns
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.cube.options import CubeOptions, Trust
from ness_pipeline.cube.terms import SqlTerms
from ness_pipeline.sql import literal


class Rule(NamedTuple):
    """What one column of a record must meet.

    Attributes:
        column: name of the column.
        fails: SQL condition, never NULL, that is true for a record that does not meet it.
    """

    column: str
    fails: str


class GroupingColumn(NamedTuple):
    """A column that the cube groups by, which is checked once for each count instead of each record.

    Attributes:
        text: the column that `warehouse/cube/count_by_text.sql` counts by, as the files have it.
        value: SQL expression for the value that a text stands for; NULL for an invalid text.
    """

    text: str
    value: str

    @property
    def is_invalid(self) -> str:
        """SQL condition that is true for a text without a value."""
        return f"{self.value} IS NULL"


GROUPING = {
    "species_key": GroupingColumn("species_key_text", "species_key_of(species_key_text)"),
    "year": GroupingColumn("year", "year"),
    "country_code": GroupingColumn("country_code_text", "code_of(country_code_text, getvariable('countries'))"),
}
FILTERS = {
    "occurrence_status": "NOT is_present",
    "has_geospatial_issue": "has_geospatial_issue",
    "basis_of_record": "is_fossil_or_living",
    "species_key": "is_missing(species_key_text)",
    "year": "year IS NULL AND year_text IS NULL AND NOT is_date_unread",
    "country_code": "is_blank(country_code_text)",
}
"""Filters of every cube: columns, each with the SQL condition that is true for a record that is not counted.

Source: B-Cubed occurrence-cube specification (Desmet et al. 2023); a cube by country needs the country of each record.
"""
QUICK_CHECKS = {
    "species_key": GROUPING["species_key"].is_invalid,
    "country_code": GROUPING["country_code"].is_invalid,
    "red_list_category": "NOT is_category",
    "event_date": "is_date_unread",
}
"""Columns that are checked by another condition than the contract's, which has the same result and is quicker."""
CANNOT_FAIL = {
    "record_id",
    "taxon_group",
    "is_introduced",
    "occurrence_status",
    "has_geospatial_issue",
    "basis_of_record",
}
"""Columns that no record can fail: `warehouse/cube/record.sql` or a filter allows only what the contract allows."""


@dataclass(frozen=True)
class Rules:
    """The rules for records: first the filters; records that pass all of them must meet the contract.

    Attributes:
        filters: a record that fails one is filtered out.
        checks: a record that fails one is refused.
    """

    filters: list[Rule]
    checks: list[Rule]

    @classmethod
    def of(cls, files: Sequence[SqlTerms], options: CubeOptions, trust: Trust) -> Self:
        """The rules for files of some columns; where everything is trusted, only the grouping columns are checked."""
        if trust == "everything":
            checks = [Rule(name, column.is_invalid) for name, column in GROUPING.items()]
        else:
            numbers = {name for terms in files for name in terms.numbers_as_text}
            conditions = broken_columns(tables()["landed.occurrence"], numbers, CANNOT_FAIL, QUICK_CHECKS)
            checks = [Rule(name, condition) for name, condition in conditions]
        return cls(_filters(options, checks), checks)

    @property
    def every(self) -> list[Rule]:
        """Filters and checks, in the order in which they are applied."""
        return [*self.filters, *self.checks]

    @property
    def of_counts(self) -> list[Rule]:
        """Checks of the columns that the cube groups by, applied once for each count."""
        return [rule for rule in self.checks if rule.column in GROUPING]

    @property
    def of_records(self) -> list[Rule]:
        """Filters and all other checks, applied to each record."""
        return [*self.filters, *(rule for rule in self.checks if rule.column not in GROUPING)]


def _filters(options: CubeOptions, checks: Sequence[Rule]) -> list[Rule]:
    """The filters of every cube and those of the options.

    Filters of the options look at values, so they do not apply where a value breaks the contract: that record is refused.
    """

    def if_valid(*columns: str) -> str:
        return "".join(f" AND NOT ({rule.fails})" for rule in checks if rule.column in columns)

    filters = [Rule(name, condition) for name, condition in FILTERS.items()]
    if options.max_uncertainty_m is not None:
        name = "coordinate_uncertainty_m"
        filters.append(Rule(name, f"coalesce({name}, 1000) > {literal(options.max_uncertainty_m)}{if_valid(name)}"))
    if options.grid is not None:
        coordinates = if_valid("decimal_latitude", "decimal_longitude")
        filters.append(Rule("cell_code", f"cell_code IS NULL{coordinates}"))
    return filters
