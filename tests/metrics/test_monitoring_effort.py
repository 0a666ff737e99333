"""Spec of `metrics.monitoring_effort`: records in cells and years in, recency, completeness, SSII and SSEI out."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_world import CODES, groups, records, species


def effort(
    warehouse: Any, cube: list[dict[str, Any]], *, datasets: int = 0, stated_by: str = "gbif_country", **shares: float
) -> dict[tuple[str, int | None], Any]:
    """Rows of the metric of one country by group and year; the species are six mammals, some with a range share."""
    warehouse.land("taxon_group", groups(), source="seeds")
    listed = [
        row | {"range_share": shares.get(row["species_key"].replace("-", "_"))} for row in species("mammals", LC=6)
    ]
    warehouse.land("country_species", [row | {"occurrences": None} for row in listed])
    warehouse.land("occurrence_cube", cube)
    keys = [f"00000000-0000-4000-8000-{number:012}" for number in range(datasets)]
    warehouse.land(
        "dataset_count",
        [{"country_code": "KE", "dataset_key": key, "occurrences": 9} for key in keys],
        source=stated_by,
    )
    warehouse.materialise(only="metrics.monitoring_effort")
    return {(row["taxon_group"], row["year"]): row for row in warehouse.rows("FROM metrics.monitoring_effort")}


def placed(place: int, year: int, counts: list[int], **more: Any) -> list[dict[str, Any]]:
    """Cube rows of a mammal: so many records in each of the first cells."""
    return [
        records(f"mammals-{place}", year, count, grid="eqdgc:2", cell_code=f"cell {cell}") | more
        for cell, count in enumerate(counts)
        if count
    ]


def test_ten_expected_cells_and_records_in_four(warehouse: Any) -> None:
    """Records 5, 3, 1, 1 in four of ten expected cells: SSII 0.4, SSEI 0.8427 among the four, 0.5074 among the ten."""
    row = effort(warehouse, placed(0, 2000, [1] * 10) + placed(0, 2001, [5, 3, 1, 1]))["mammals", 2001]
    assert row["ssii"] == 0.4
    assert row["ssei"] * math.log(4) == pytest.approx(1.168282450, abs=5e-10)
    assert row["ssei"] == pytest.approx(0.842737649, abs=5e-10)
    assert row["ssei_expected"] == pytest.approx(0.507378621, abs=5e-10)
    assert (row["expected_species_cells"], row["recorded_species_cells"], row["expected_source"]) == (10, 4, "cube_baseline")  # fmt: skip


def test_national_and_stewards_index(warehouse: Any) -> None:
    """Half of one species' cells, none of the second's, all of the third's; the steward counts them by range share."""
    cube = placed(0, 2000, [9] * 4) + placed(1, 2000, [9] * 2) + placed(0, 2001, [9, 9]) + placed(2, 2001, [9, 9])
    row = effort(warehouse, cube, mammals_0=1.0, mammals_1=0.5, mammals_2=0.1)["mammals", 2001]
    assert row["ssii"] == pytest.approx((0.5 + 0 + 1) / 3, rel=1e-12)
    assert row["steward_ssii"] == pytest.approx((1.0 * 0.5 + 0.1 * 1) / 1.6, rel=1e-12)
    assert (row["ssii_reason"], row["steward_reason"], row["ssei_reason"]) == (None, None, None)


def test_steward_needs_range_shares(warehouse: Any) -> None:
    """Where the range share of most species is unknown, the steward's index is not to be quoted."""
    cube = [row for place in range(3) for row in placed(place, 2001, [9, 9])]
    found = effort(warehouse, cube, mammals_0=1.0)["mammals", 2001]
    assert (found["steward_ssii"], found["steward_reason"]) == (1.0, "no_range_share")
    assert (found["steward_species"], found["expected_species"]) == (1, 3)


def test_all_years_have_no_expectation_of_their_own(warehouse: Any) -> None:
    """Over all years the expected cells are the recorded ones, so SSII is NULL, while SSEI exists."""
    cube = [row for place in range(3) for row in placed(place, 2001, [9, 9])]
    row = effort(warehouse, cube)["mammals", None]
    assert (row["ssii"], row["ssii_reason"], row["ssei"], row["ssei_reason"]) == (None, "no_baseline", 1.0, None)


@pytest.mark.parametrize(("other", "reason"), [("col", None), ("old", "mixed_checklists"), (None, "mixed_checklists")])
def test_what_counts_species_of_all_years_needs_one_checklist(
    warehouse: Any, other: str | None, reason: str | None
) -> None:
    """A year in one checklist after years in another: what compares with them is withheld, evenness within the year is not.

    In the first year nothing was mixed yet but what SSII expects, which are the species of all years.
    """
    early = [row for place in (0, 1, 2) for row in placed(place, 2000, [9] * 4, checklist_key=other)]
    late = [row for place in (3, 4, 5) for row in placed(place, 2001, [9] * 4, checklist_key="col")]
    found = effort(warehouse, early + late, **{f"mammals_{place}": 1.0 for place in range(6)})
    columns = ("reason", "ssii_reason", "steward_reason", "ssei_reason", "completeness_reason")
    assert [found["mammals", 2000][name] for name in columns] == [None, reason, reason, None, None]
    assert [found["mammals", 2001][name] for name in columns] == [reason, reason, reason, None, None]
    assert [found["mammals", None][name] for name in columns] == [reason, "no_baseline", "no_baseline", reason, reason]


def test_one_cell_is_no_distribution(warehouse: Any) -> None:
    """SSEI of species in one cell each is NULL with the reason, not 0 and not 1."""
    cube = [row for place in range(3) for row in placed(place, 2001, [30])]
    row = effort(warehouse, cube)["mammals", 2001]
    assert (row["ssei"], row["ssei_reason"], row["ssii"]) == (None, "too_few_cells", 1.0)


def test_without_grid_there_is_neither(warehouse: Any) -> None:
    """Without cells SSII and SSEI are NULL; records, recency and completeness stay."""
    cube = [records("mammals-0", 2001, 30), records("mammals-1", 2012, 30), records("mammals-2", 2012, 1)]
    found = effort(warehouse, cube)
    row = found["mammals", None]
    assert (row["ssii"], row["ssei"], row["ssii_reason"], row["ssei_reason"]) == (None, None, "no_grid", "no_grid")
    assert (row["recorded_occurrences"], row["latest_record_year"]) == (61, 2012)
    assert row["recent_species_share"] == pytest.approx(2 / 3, rel=1e-12)
    assert found["mammals", 2001]["recent_species_share"] == 1.0
    assert (row["completeness_share"], row["completeness_reason"]) == (1.0, None)


def test_cells_of_gbif_are_named(warehouse: Any) -> None:
    """The baseline says whose records it is made of."""
    assert effort(warehouse, placed(0, 2001, [9] * 3, source="gbif_sql"))["mammals", 2001]["expected_source"] == "gbif_baseline"  # fmt: skip


def test_data_sets_are_known_for_all_groups_and_years_together(warehouse: Any) -> None:
    """Three data sets stand in the row of everything; the others say why they have none."""
    cube = [records("mammals-0", year, 30, source="gbif_country") for year in (2001, 2002)]
    found = effort(warehouse, cube, datasets=3)
    assert {key: (row["datasets"], row["datasets_reason"]) for key, row in found.items() if key[1] != 2002} == {
        ("all", None): (3, None), ("all", 2001): (None, "all_years_only"),
        ("animals", None): (None, "roll_up_only"), ("animals", 2001): (None, "roll_up_only"),
        ("mammals", None): (None, "roll_up_only"), ("mammals", 2001): (None, "roll_up_only"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cube_source", "stated_by", "number"),
    [("gbif_sql", "gbif_country", 3), ("file:own", "gbif_country", None), ("file:own", "file:mine", 3), ("gbif_sql", "file:mine", None)],
)  # fmt: skip
def test_data_sets_of_records_that_are_not_in_use_do_not_count(
    warehouse: Any, cube_source: str, stated_by: str, number: int | None
) -> None:
    """GBIF's data sets are not behind a cube of one's own, nor the other way round."""
    cube = [records("mammals-0", 2001, 30, source=cube_source)]
    row = effort(warehouse, cube, datasets=3, stated_by=stated_by)["all", None]
    assert (row["datasets"], row["datasets_reason"]) == (number, None if number else "no_data")


cubes = st.dictionaries(
    st.tuples(st.integers(0, 3), st.integers(2000, 2002)),
    st.lists(st.integers(0, 9), min_size=1, max_size=5),
    min_size=1,
    max_size=9,
).filter(lambda counts: all(sum(cells) for cells in counts.values()))


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(of_countries=st.lists(cubes, min_size=8, max_size=8))
def test_sql_equals_plain_python(warehouse: Any, of_countries: list[dict[tuple[int, int], list[int]]]) -> None:
    """SSII and SSEI of any small cube of a country are what sets of cells and a sum of logarithms give."""
    warehouse.clear("taxon_group", "country_species", "occurrence_cube")
    codes = CODES[: len(of_countries)]
    warehouse.land("taxon_group", groups(), source="seeds")
    warehouse.land("country_species", [
        row | {"occurrences": None} for code in codes for row in species("mammals", code, LC=6)
    ])  # fmt: skip
    warehouse.land("occurrence_cube", [
        row
        for code, counts in zip(codes, of_countries, strict=True)
        for (place, year), cells in counts.items()
        for row in placed(place, year, cells, country_code=code)
    ])  # fmt: skip
    warehouse.materialise(only="metrics.monitoring_effort")
    rows = warehouse.rows("FROM metrics.monitoring_effort WHERE taxon_group = 'mammals'")
    for code, counts in zip(codes, of_countries, strict=True):
        check_cells({row["year"]: row for row in rows if row["country_code"] == code}, counts)


def check_cells(found: dict[int | None, Any], counts: dict[tuple[int, int], list[int]]) -> None:
    """Compare the rows of one country by year with plain Python."""
    ever: dict[int, set[int]] = {}
    for (place, _), cells in counts.items():
        ever.setdefault(place, set()).update(cell for cell, count in enumerate(cells) if count)
    for year in {year for _, year in counts}:
        here = {place: [count for count in cells if count] for (place, when), cells in counts.items() if when == year}
        even = {
            place: -sum(count / sum(cells) * math.log(count / sum(cells)) for count in cells)
            for place, cells in here.items()
        }
        wide = {place: even[place] / math.log(len(cells)) for place, cells in here.items() if len(cells) > 1}
        most = {place: even[place] / math.log(len(ever[place])) for place in here if len(ever[place]) > 1}
        row = found[year]
        assert row["ssii"] == pytest.approx(sum(len(cells) / len(ever[place]) for place, cells in here.items()) / len(ever), rel=1e-12)  # fmt: skip
        assert row["ssei"] == (pytest.approx(sum(wide.values()) / len(wide), rel=1e-12) if wide else None)
        assert row["ssei_expected"] == (pytest.approx(sum(most.values()) / len(most), rel=1e-12, abs=1e-15) if most else None)  # fmt: skip
