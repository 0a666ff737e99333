"""Spec of `core.occurrence_cube`: what every source recorded in, each record counted once out."""

from __future__ import annotations

from typing import Any

import pytest
from small_world import records


def counted(warehouse: Any, *landings: tuple[str, str, list[dict[str, Any]]]) -> dict[tuple[Any, ...], int]:
    """Occurrences by species, year and cell, from rows landed as (source, unit, rows)."""
    for source, unit, rows in landings:
        warehouse.land("occurrence_cube", rows, source=source, unit=unit)
    warehouse.materialise(only="core.occurrence_cube")
    found = warehouse.rows("FROM core.occurrence_cube")
    return {(row["source"], row["species_key"], row["year"], row["cell_code"]): row["occurrences"] for row in found}


def test_own_files_come_before_publishers(warehouse: Any) -> None:
    """For a species that an own file has, the publisher's records of all years are left out; others stay."""
    found = counted(
        warehouse,
        ("gbif_country", "KE", [records("a", 2000, 500), records("a", 2001, 500), records("b", 2000, 7)]),
        ("file:atlas", "atlas", [records("a", 2000, 3)]),
    )
    assert found == {("file:atlas", "a", 2000, None): 3, ("gbif_country", "b", 2000, None): 7}


def test_precedence_is_per_country(warehouse: Any) -> None:
    """An own file about one country says nothing about another."""
    found = counted(
        warehouse,
        ("gbif_country", "TZ", [records("a", 2000, 9, "TZ")]),
        ("file:atlas", "atlas", [records("a", 2000, 3)]),
    )
    assert found == {("file:atlas", "a", 2000, None): 3, ("gbif_country", "a", 2000, None): 9}


@pytest.mark.parametrize(("ours", "theirs", "winner"), [(5, 4, "gbif_b"), (4, 5, "gbif_a"), (5, 5, "gbif_a")])
def test_among_publishers_the_one_with_most_records(warehouse: Any, ours: int, theirs: int, winner: str) -> None:
    """Two publishers' records of one species are never added; the larger number counts, on a tie the first by name."""
    found = counted(
        warehouse,
        ("gbif_b", "b", [records("a", 2000, 1), records("a", 2001, ours - 1)]),
        ("gbif_a", "a", [records("a", 2002, theirs)]),
    )
    assert {source for source, *_ in found} == {winner}


def test_own_files_add_up(warehouse: Any) -> None:
    """Own files have each record once when they are loaded, so all of them count, in whatever cells."""
    found = counted(
        warehouse,
        ("file:b", "b", [records("a", 2000, 1), records("a", 2001, 4)]),
        ("file:a", "a", [records("a", 2001, 3, grid="eea:1000", cell_code="1kmE1N1")]),
        ("gbif_country", "KE", [records("a", 2000, 500)]),
    )
    assert sum(found.values()) == 8


def test_units_of_one_source_add_up(warehouse: Any) -> None:
    """Two units of work of one source hold different records; the smallest uncertainty stands for both."""
    warehouse.land(
        "occurrence_cube", [records("a", 2000, 3, min_coordinate_uncertainty_m=50.0)], source="file:a", unit="1"
    )
    warehouse.land(
        "occurrence_cube", [records("a", 2000, 4, min_coordinate_uncertainty_m=9.0)], source="file:a", unit="2"
    )
    warehouse.materialise(only="core.occurrence_cube")
    rows = warehouse.rows("SELECT occurrences, min_coordinate_uncertainty_m FROM core.occurrence_cube")
    assert rows == [{"occurrences": 7, "min_coordinate_uncertainty_m": 9.0}]


def test_two_grids_are_the_same_records(warehouse: Any) -> None:
    """Of several grids the one with most records counts, then the finest, then none, never the sum."""
    fine = [records("a", 2000, 2, grid="eea:1000", cell_code=code) for code in ("1kmE1N1", "1kmE2N2")]
    coarse = [records("a", 2000, 4, grid="eea:10000", cell_code="10kmE0N0")]
    more = [
        records("b", 2000, 5, grid="eea:10000", cell_code="10kmE0N0"),
        records("b", 2000, 4, grid="eea:1000", cell_code="1kmE1N1"),
    ]
    whole = [records("c", 2000, 5), records("c", 2000, 5, grid="eea:1000", cell_code="1kmE1N1")]
    found = counted(warehouse, ("gbif_cube", "a", fine + coarse + more + whole))
    assert {key[1:]: occurrences for key, occurrences in found.items()} == {
        ("a", 2000, "1kmE1N1"): 2, ("a", 2000, "1kmE2N2"): 2, ("b", 2000, "10kmE0N0"): 5, ("c", 2000, None): 5,
    }  # fmt: skip
