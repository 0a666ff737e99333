"""Spec of `metrics.species_occupancy`: cells and years in, occupancy and incidence-based estimates out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from small_world import CODES, groups, records, species
from truth.metrics.species_occupancy import incidence

from ness_pipeline.build.database import create_macros

HIGH = [
    144, 113, 79, 76, 74, 73, 53, 50, 43, 33, 32, 30, 29, 25, 25, 25, 24, 23, 23, 19, 18, 17, 17, 11, 11, 9, 9, 9, 9, 6, 6,
    5, 5, 5, 5, 4, 4, 3, 3, 2, 2, 2, 2, *[1] * 13,
]  # fmt: skip
HIGHEST = [80, 59, 34, 23, 19, 15, 13, 8, 8, 4, 3, 2, 2, 1]
INCIDENCE = (
    "sampling_units", "incidences", "species_recorded", "unique_species", "duplicate_species", "chao2_richness", "chao2_richness_lower",
    "chao2_richness_upper", "unit_coverage_share", "unit_standardised_richness", "unit_standardised_hill_1",
    "unit_standardised_hill_2", "standardised_units", "reason", "standardised_reason",
)  # fmt: skip


def occupancy(warehouse: Any, cube: list[dict[str, Any]], number: int = 6) -> dict[tuple[str, int | None], Any]:
    """Rows of the metric of one country by group and year; the species are mammals and as many ascomycetes."""
    warehouse.land("taxon_group", groups(), source="seeds")
    warehouse.land("country_species", species("mammals", LC=number) + species("ascomycetes", NE=number))
    warehouse.land("occurrence_cube", cube)
    warehouse.materialise(only="metrics.species_occupancy")
    return {(row["taxon_group"], row["year"]): row for row in warehouse.rows("FROM metrics.species_occupancy")}


def placed(place: int, year: int, cell: int, count: int = 1, **more: Any) -> dict[str, Any]:
    """A cube row of a mammal in a cell."""
    return records(f"mammals-{place}", year, count, grid="eqdgc:2", cell_code=f"cell {cell}") | more


def units(of_species: list[int], number: int) -> list[dict[str, Any]]:
    """Species in so many of the units, spread so that each unit has one; a unit is one of the cells of 2001."""
    cube, start = [], 0
    for place, count in enumerate(of_species):
        cube += [placed(place, 2001, (start + step) % number) for step in range(count)]
        start += count
    return cube


@pytest.mark.parametrize(
    ("of_species", "coverage", "chao2", "size", "hill"),
    [
        (HIGH, 0.9889, 77.019, 125.959, [50.479, 26.249, 18.649]),
        (HIGHEST, 0.9964, 14.249, 104.631, [12.910, 7.711, 5.795]),
    ],
)
def test_ants_of_two_heights(
    warehouse: Any, of_species: list[int], coverage: float, chao2: float, size: float, hill: list[float]
) -> None:
    """The ants of iNEXT at 1500 and 2000 m, standardised to a coverage of 0.985, as iNEXT prints them."""
    warehouse.connection.execute("CREATE OR REPLACE MACRO common_coverage() AS 0.985e0")
    try:
        row = occupancy(warehouse, units(of_species, 200), 60)["mammals", 2001]
    finally:
        create_macros(warehouse.connection)
    assert (row["sampling_units"], row["incidences"], row["species_recorded"]) == (
        200,
        sum(of_species),
        len(of_species),
    )
    assert row["unit_coverage_share"] == pytest.approx(coverage, abs=5e-5)
    assert row["chao2_richness"] == pytest.approx(chao2, abs=5e-4)
    assert row["standardised_units"] == pytest.approx(size, abs=5e-4)
    names = ("unit_standardised_richness", "unit_standardised_hill_1", "unit_standardised_hill_2")
    assert [row[name] for name in names] == pytest.approx(hill, abs=5e-4)


def test_rarity_by_area(warehouse: Any) -> None:
    """The b3gbi example: species 1, 2 in one cell in 2001, 1, 3 in another in 2002: 3 and 3."""
    found = occupancy(warehouse, [placed(1, 2001, 1), placed(2, 2001, 1), placed(1, 2002, 2), placed(3, 2002, 2)])
    assert [found["mammals", year]["area_rarity"] for year in (2001, 2002, None)] == [3, 3, 5]


def test_occupied_cells(warehouse: Any) -> None:
    """Two of three cells in 2001; species 1 in both, species 2 in one: three quarters of the occupied cells on average."""
    found = occupancy(warehouse, [placed(1, 2001, 1), placed(1, 2001, 2), placed(2, 2001, 1), placed(2, 2002, 3)])
    row = found["mammals", 2001]
    assert (row["occupied_cells"], row["ever_occupied_cells"], row["occupied_cell_share"]) == (2, 3, 2 / 3)
    assert row["mean_occupancy_share"] == 0.75
    assert found["mammals", None]["mean_occupancy_share"] == (2 / 3 + 2 / 3) / 2
    assert found["mammals", None]["sampling_units"] == 3


def test_cells_of_a_roll_up_are_counted_once(warehouse: Any) -> None:
    """A cell with a mammal and a fungus is one cell of `all`; a cell of two years is two units."""
    cube = [placed(1, 2001, 1), placed(1, 2002, 1), placed(0, 2001, 1, species_key="ascomycetes-0"), placed(0, 2001, 2, species_key="ascomycetes-0")]  # fmt: skip
    found = occupancy(warehouse, cube)
    counted = {group: (found[group, None]["occupied_cells"], found[group, None]["sampling_units"]) for group in ("mammals", "fungi", "all")}  # fmt: skip
    assert counted == {"mammals": (1, 2), "fungi": (2, 2), "all": (2, 3)}


def test_without_grid_the_years_are_the_units(warehouse: Any) -> None:
    """Without cells occupancy is unknown, and Chao2 rests on years."""
    cube = [records(f"mammals-{place}", year, 9) for place in range(6) for year in range(2000, 2004 + place)]
    row = occupancy(warehouse, cube)["mammals", None]
    assert (row["sampling_units"], row["incidences"], row["chao2_richness"], row["reason"]) == (9, 39, 6.0, None)
    assert (row["occupied_cells"], row["area_rarity"], row["cell_reason"]) == (None, None, "no_grid")


def test_two_grids_are_no_cells(warehouse: Any) -> None:
    """Species in cells of one grid and of another cannot be counted together."""
    row = occupancy(warehouse, [placed(1, 2001, 1), placed(2, 2001, 2, grid="eea:1000")])["mammals", None]
    assert {row[name] for name in ("chao2_richness", "area_rarity", "unit_coverage_share", "grid")} == {None}
    assert {row[name] for name in ("reason", "cell_reason", "standardised_reason")} == {"mixed_grids"}


INCIDENCES = st.lists(st.one_of(st.integers(1, 3), st.integers(1, 30)), min_size=1, max_size=25)
SPECIAL = [
    [1],  # one unit
    [1] * 25,  # every species in one unit only
    [30, 30, 30],  # every species in every unit
]


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(of_countries=st.lists(INCIDENCES, min_size=8, max_size=8))
@example(SPECIAL)
def test_sql_equals_plain_python(warehouse: Any, of_countries: list[list[int]]) -> None:
    """Any incidences of a country give what the textbook formulas give in plain Python, to twelve digits."""
    warehouse.clear("taxon_group", "country_species", "occurrence_cube")
    cubes = {
        code: [row | {"country_code": code} for row in units(of_species, 30)]
        for code, of_species in zip(CODES, of_countries, strict=False)
    }
    warehouse.land("taxon_group", groups(), source="seeds")
    warehouse.land("country_species", [row for code in cubes for row in species("mammals", code, LC=25)])
    warehouse.land("occurrence_cube", [row for cube in cubes.values() for row in cube])
    warehouse.materialise(only="metrics.species_occupancy")
    rows = warehouse.rows("FROM metrics.species_occupancy WHERE taxon_group = 'mammals' AND year = 2001")
    stored = {row["country_code"]: row for row in rows}
    for (code, cube), of_species in zip(cubes.items(), of_countries, strict=True):
        expected = incidence(of_species, len({line["cell_code"] for line in cube}))
        assert {name: stored[code][name] for name in INCIDENCE} == {
            name: pytest.approx(expected[name], rel=1e-12) if isinstance(expected[name], float) else expected[name]
            for name in INCIDENCE
        }, of_species


def test_numbers_beyond_the_sample_are_no_error(warehouse: Any) -> None:
    """DuckDB may work out a macro also where the CASE around it takes another way: then it must have no value, not an error."""
    frequencies = "[{'x': 1e0, 'species': 7e0}, {'x': 2e0, 'species': 6e0}, {'x': 3e0, 'species': 5e0}]"
    query = f"SELECT rarefied_hill_1({frequencies}, size, 3, 34) AS beyond FROM (VALUES (4.286e0), (5.3e0)) AS t (size)"
    assert len(warehouse.rows(query)) == 2
