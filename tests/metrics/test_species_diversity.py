"""Spec of `metrics.species_diversity`: cube rows in, richness per group and year out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_world import groups, records, species


def diversity(warehouse: Any, cube: list[dict[str, Any]], listed: Any = None) -> dict[tuple[str, int | None], Any]:
    """Rows of the metric of one country by group and year; the species are four mammals and four ascomycetes."""
    warehouse.land("taxon_group", groups(), source="seeds")
    warehouse.land("country_species", listed or species("mammals", LC=4) + species("ascomycetes", NE=4))
    warehouse.land("occurrence_cube", cube)
    warehouse.materialise()
    return {(row["taxon_group"], row["year"]): row for row in warehouse.rows("FROM metrics.species_diversity")}


def test_observed_richness_per_year(warehouse: Any) -> None:
    """The b3gbi example: species 1, 2 in 2001, 1, 3, 4 in 2002, 5 in 2003 are 2, 3 and 1 species, 5 over all years."""
    seen = {2001: [0, 1], 2002: [0, 2, 3], 2003: [4]}
    cube = [records(f"mammals-{place}", year, 10) for year, places in seen.items() for place in places]
    found = diversity(warehouse, cube, species("mammals", LC=5))
    assert [found["mammals", year]["observed_richness"] for year in (2001, 2002, 2003, None)] == [2, 3, 1, 5]
    assert [found["mammals", year]["occurrences"] for year in (2001, 2002, 2003, None)] == [20, 30, 10, 60]


def test_roll_ups_hold_their_groups(warehouse: Any) -> None:
    """Animals, fungi and all count the species of their groups; a year without records has no row."""
    found = diversity(warehouse, [records("mammals-0", 2001, 30), records("ascomycetes-0", 2002, 40)])
    assert {key: row["observed_richness"] for key, row in found.items()} == {
        ("mammals", 2001): 1, ("animals", 2001): 1, ("all", 2001): 1, ("mammals", None): 1, ("animals", None): 1,
        ("ascomycetes", 2002): 1, ("fungi", 2002): 1, ("all", 2002): 1, ("ascomycetes", None): 1, ("fungi", None): 1,
        ("all", None): 2,
    }  # fmt: skip


def test_species_outside_all_groups_count_nowhere(warehouse: Any) -> None:
    """A species without reporting group is in no row, not even in `all`."""
    assert diversity(warehouse, [records("x", 2001, 30)], [{"country_code": "KE", "species_key": "x"}]) == {}


@pytest.mark.parametrize(("occurrences", "reason"), [(19, "too_few_records"), (20, None)])
def test_twenty_records_are_needed(warehouse: Any, occurrences: int, reason: str | None) -> None:
    """Richness may be quoted from twenty records on."""
    row = diversity(warehouse, [records("mammals-0", 2001, occurrences)])["mammals", 2001]
    assert (row["observed_richness"], row["reportable"], row["reason"]) == (1, reason is None, reason)


@pytest.mark.parametrize("other", ["another checklist", None])
def test_keys_of_two_checklists_are_not_one_count(warehouse: Any, other: str | None) -> None:
    """Where a second or an unnamed checklist contributes, the richness is given but not to be quoted."""
    cube = [
        records("mammals-0", 2001, 30, checklist_key="one checklist"),
        records("mammals-1", 2002, 30, checklist_key=other),
    ]
    found = diversity(warehouse, cube)
    assert found["mammals", 2001]["reason"] is None
    assert (found["mammals", None]["reportable"], found["mammals", None]["reason"]) == (False, "mixed_checklists")


def test_cells_of_one_year_add_up(warehouse: Any) -> None:
    """Records in several cells are added, their species counted once."""
    cube = [records("mammals-0", 2001, 15, grid="eqdgc:2", cell_code=cell) for cell in ("E036S01AA", "E036S01AB")]
    row = diversity(warehouse, cube)["mammals", 2001]
    assert (row["occurrences"], row["observed_richness"]) == (30, 1)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    counts=st.dictionaries(
        st.tuples(st.sampled_from(["mammals", "ascomycetes"]), st.integers(0, 3), st.integers(2000, 2003)),
        st.integers(1, 15), max_size=20,
    )
)  # fmt: skip
def test_sql_equals_plain_python(warehouse: Any, counts: dict[tuple[str, int, int], int]) -> None:
    """Any small cube gives what a few lines of Python give."""
    warehouse.connection.execute(
        "DELETE FROM landed.taxon_group; DELETE FROM landed.country_species; DELETE FROM landed.occurrence_cube"
    )
    found = diversity(warehouse, [records(f"{group}-{place}", year, n) for (group, place, year), n in counts.items()])
    expected: dict[tuple[str, int | None], tuple[int, int]] = {}
    for name, members in {
        "mammals": ["mammals"], "animals": ["mammals"], "ascomycetes": ["ascomycetes"], "fungi": ["ascomycetes"],
        "all": ["mammals", "ascomycetes"],
    }.items():  # fmt: skip
        for wanted in (2000, 2001, 2002, 2003, None):
            inside = {k: n for k, n in counts.items() if k[0] in members and wanted in {None, k[2]}}
            if inside:
                expected[name, wanted] = (sum(inside.values()), len({k[:2] for k in inside}))
    assert {key: (row["occurrences"], row["observed_richness"]) for key, row in found.items()} == expected
