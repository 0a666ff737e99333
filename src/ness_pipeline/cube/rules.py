"""What a record must be to count: the filters of the cube, and the contract for what they let pass, as SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from ness_pipeline.contract.checks_in_sql import broken_columns
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.cube.options import CubeOptions, Trust
from ness_pipeline.cube.terms import SqlTerms
from ness_pipeline.sql import literal

Checks = list[tuple[str, str]]
"""Columns of a record in the order in which they are asked, each with the SQL condition that it fails."""
GROUPED = {
    "species_key": ("key_word", "key_of(key_word)"),
    "year": ("year", "year"),
    "country_code": ("country_word", "code_of(country_word, getvariable('countries'))"),
}
"""Columns that the cube groups by, which are checked once for each count: the word that `warehouse/cube/written.sql` counts
by, and the value that it stands for.
"""
FILTERS = {
    "occurrence_status": "NOT is_present",
    "has_geospatial_issue": "has_geospatial_issue",
    "basis_of_record": "is_fossil_or_living",
    "species_key": "is_unstated(key_word)",
    "year": "year IS NULL AND year_text IS NULL",
    "country_code": "is_bare(country_word)",
}
"""Records that are none of those that a cube counts, whatever else is in them: columns, each with the SQL condition that
leaves a record out. Source: B-Cubed occurrence-cube specification (Desmet et al. 2023); a cube of countries needs theirs.
"""
_OF_WORDS = {name: f"{value} IS NULL" for name, (_, value) in GROUPED.items()}
_ASKED_APART = {name: _OF_WORDS[name] for name in ("species_key", "country_code")} | {
    "red_list_category": "NOT is_category"
}
"""Where another question than the contract's own says, and cheaper, whether a column meets it."""


@dataclass(frozen=True)
class Rules:
    """What is asked of each record: first the filters; what none of them leaves out is held to the contract.

    Attributes:
        filters: conditions that leave a record out, which is no fault of it.
        checks: conditions that break the contract.
    """

    filters: Checks
    checks: Checks

    @classmethod
    def of(cls, files: Sequence[SqlTerms], options: CubeOptions, trust: Trust) -> Self:
        """The rules for files of some columns; who trusts everything asks of the contract only for words that say nothing."""
        if trust == "everything":
            checks = list(_OF_WORDS.items())
        else:
            proven = {"record_id", "taxon_group", "is_introduced", "occurrence_status", "has_geospatial_issue", "basis_of_record"}  # fmt: skip
            proven |= {"event_date"} if all(terms.has_instants for terms in files) else set()
            texts = {name for terms in files for name in terms.texts}
            checks = broken_columns(tables()["landed.occurrence"], texts, proven, _ASKED_APART)
        return cls(_filters(options, checks), checks)

    @property
    def every(self) -> Checks:
        """Filters and checks in the order in which they are asked."""
        return [*self.filters, *self.checks]

    @property
    def of_words(self) -> Checks:
        """Checks of what the cube groups by, which are asked once for each count."""
        return [(name, breaks) for name, breaks in self.checks if name in GROUPED]

    @property
    def of_records(self) -> Checks:
        """Filters and all other checks, which are asked of each record."""
        return [*self.filters, *((name, breaks) for name, breaks in self.checks if name not in GROUPED)]


def _filters(options: CubeOptions, checks: Checks) -> Checks:
    """The filters of every cube and those of the options, which leave out no value that breaks the contract."""

    def unless(*names: str) -> str:
        return "".join(f" AND NOT ({breaks})" for name, breaks in checks if name in names)

    filters = list(FILTERS.items())
    if options.max_uncertainty_m is not None:
        name, cap = "coordinate_uncertainty_m", literal(options.max_uncertainty_m)
        filters.append((name, f"coalesce({name}, 1000) > {cap}{unless(name)}"))
    if options.grid is not None:
        filters.append(("cell_code", f"cell_code IS NULL{unless('decimal_latitude', 'decimal_longitude')}"))
    return filters
