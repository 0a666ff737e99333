"""Builders of species through time for the spec tests of the Red List metrics."""

from __future__ import annotations

from typing import Any

from small_world import groups
from truth.red_list_arithmetic import WEIGHT

from ness_pipeline.schemas.vocabulary import INDEX_SETS

Row = dict[str, Any]
Counts = dict[str, int]

EVERY_GROUP_ASSESSED = dict.fromkeys(
    ("mammals", "birds", "amphibians", "corals", "conifers_and_cycads", "ferns", "basidiomycetes", "insects"),
    (100, 100, 100),
)
"""Species described, assessed, and neither Data Deficient nor Extinct worldwide."""


def category(state: str) -> Row:
    """Columns of an assessment that mean a state; PE is possibly extinct."""
    return {"red_list_category": "CR" if state == "PE" else state, "is_possibly_extinct": state == "PE"}


def assessed(
    species_key: str, taxon_group: str | None, year: int, state: str, scope: str = "global", **more: Any
) -> Row:
    """One `assessment` row."""
    where = {"species_key": species_key, "taxon_group": taxon_group, "assessment_year": year, "scope": scope}
    return where | category(state) | more


def living(species_key: str, taxon_group: str, country_code: str = "KE", share: float | None = 1.0, **more: Any) -> Row:
    """One row of a country list with a range share from a map."""
    about = {"country_code": country_code, "species_key": species_key, "taxon_group": taxon_group, "range_share": share}
    listed = {"origin": "native", "presence": "extant", "share_method": None if share is None else "range_map"}
    return about | listed | more


def states(counts: Counts) -> list[str]:
    """So many species in each state, from the least threatened to the extinct, then the Data Deficient ones."""
    order = [*WEIGHT, "DD"]
    return [state for state in order for _ in range(counts.get(state, 0))]


def land_counts(
    warehouse: Any, country_code: str, group: str, years: dict[int, Counts], *, genuine: bool = False
) -> None:
    """Land a group, or set, of which the counts by state are known in some years, for one country that holds it all.

    The species keep their order from year to year; with `genuine`, each change of state is said to be genuine, and that of
    a species without any to be none.
    """
    columns = {year: states(counts) for year, counts in years.items()}
    size = len(next(iter(columns.values())))
    keys = [f"{country_code}-{group}-{place}" for place in range(size)]
    in_set = {"index_set": group} if group in INDEX_SETS else {}
    of_group = INDEX_SETS.get(group, group)
    warehouse.land("country_species", [living(key, of_group, country_code) for key in keys])
    before = columns[min(columns)]
    for year, column in sorted(columns.items()):
        reasons = [
            None if not genuine else "genuine" if state != old else "no_change"
            for state, old in zip(column, before, strict=True)
        ]
        before = column
        warehouse.land("assessment", [
            assessed(key, of_group, year, state, change_reason=reason, **in_set)
            for key, state, reason in zip(keys, column, reasons, strict=True)
        ])  # fmt: skip


def computed(warehouse: Any, table: str, counts: Any = None) -> list[Row]:
    """Rows of a table; every group is assessed worldwide but those of which the counts say otherwise."""
    warehouse.land("taxon_group", groups(**(EVERY_GROUP_ASSESSED | (counts or {}))), source="seeds")
    warehouse.materialise(only=table)
    found: list[Row] = warehouse.rows(f"FROM {table}")
    return found


def index(warehouse: Any, counts: Any = None) -> dict[tuple[str, str, int | None], Row]:
    """Rows of `metrics.red_list_index` by country, group and year."""
    found = computed(warehouse, "metrics.red_list_index", counts)
    return {(row["country_code"], row["taxon_group"], row["year"]): row for row in found}
