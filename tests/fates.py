"""Builders of species through time for the spec tests of the Red List metrics."""

from __future__ import annotations

from typing import Any

from small_world import groups
from truth.red_list_arithmetic import WEIGHT

Row = dict[str, Any]
Counts = dict[str, int]

EVERY_GROUP_ASSESSED = dict.fromkeys(
    ("mammals", "birds", "amphibians", "corals", "conifers_and_cycads", "ferns", "basidiomycetes", "insects"),
    (100, 100),
)


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


def land_counts(warehouse: Any, country_code: str, group: str, years: dict[int, Counts]) -> None:
    """Land a group of which the counts by state are known in some years, for one country that holds it all."""
    columns = {year: states(counts) for year, counts in years.items()}
    size = len(next(iter(columns.values())))
    keys = [f"{country_code}-{group}-{place}" for place in range(size)]
    warehouse.land("country_species", [living(key, group, country_code) for key in keys])
    warehouse.land(
        "assessment",
        [
            assessed(key, group, year, state)
            for year, column in columns.items()
            for key, state in zip(keys, column, strict=True)
        ],
    )


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
