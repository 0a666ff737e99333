"""Spec of `metrics.species_turnover`: species by year in, gains, losses and running totals out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_world import groups, records, species
from truth.metrics.species_turnover import _history


def history(warehouse: Any, cube: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of one country's mammals in the order of the years; the species are six mammals and six ascomycetes."""
    warehouse.connection.execute(
        "DELETE FROM landed.taxon_group; DELETE FROM landed.country_species; DELETE FROM landed.occurrence_cube"
    )
    warehouse.land("taxon_group", groups(), source="seeds")
    warehouse.land("country_species", species("mammals", LC=6) + species("ascomycetes", NE=6))
    warehouse.land("occurrence_cube", cube)
    warehouse.materialise(only="metrics.species_turnover")
    rows: list[dict[str, Any]] = warehouse.rows(
        "SELECT * FROM metrics.species_turnover WHERE taxon_group = 'mammals' ORDER BY year"
    )
    return rows


def seen(years: Mapping[int, list[int]], count: int = 10) -> list[dict[str, Any]]:
    """Cube rows of these mammals in these years."""
    return [records(f"mammals-{place}", year, count) for year, places in years.items() for place in places]


def test_turnover_of_b3gbi(warehouse: Any) -> None:
    """Nothing to compare the first year with, then complete turnover twice."""
    rows = history(warehouse, seen({2001: [1], 2002: [2, 3], 2003: [4]}))
    assert [row["turnover_share"] for row in rows] == [None, 1.0, 1.0]
    assert [row["turnover_reason"] for row in rows] == ["first_year", "too_few_records", "too_few_records"]


def test_cumulative_richness_of_b3gbi(warehouse: Any) -> None:
    """Two species, then three, then four, in whatever order the rows come."""
    cube = seen({2001: [1, 2], 2002: [3], 2003: [1, 4]})
    assert [row["cumulative_richness"] for row in history(warehouse, cube)] == [2, 3, 4]
    assert [row["cumulative_richness"] for row in history(warehouse, cube[::-1])] == [2, 3, 4]


def test_newness_of_b3gbi(warehouse: Any) -> None:
    """The mean year of all rows so far: 2001, then 2001.5 and 2001.8, which round to 2002."""
    rows = history(warehouse, seen({2001: [1, 2], 2002: [1, 2], 2003: [1]}))
    assert [row["newness_year"] for row in rows] == [2001, 2002, 2002]


def test_newness_rounds_half_to_even(warehouse: Any) -> None:
    """2002.5 is 2002, as R rounds it."""
    assert history(warehouse, seen({2002: [1], 2003: [2]}))[1]["newness_year"] == 2002


def test_gains_and_losses(warehouse: Any) -> None:
    """Species 0 and 1 stay, 2 is lost, 3 and 4 are gained: three of five changed."""
    row = history(warehouse, seen({2001: [0, 1, 2], 2002: [0, 1, 3, 4]}))[1]
    assert (row["gained_species"], row["lost_species"], row["shared_species"]) == (2, 1, 2)
    assert (row["turnover_share"], row["turnover_reason"]) == (0.6, None)
    assert (row["previous_year_records"], row["year_records"]) == (30, 40)


@pytest.mark.parametrize(("second", "reason"), [(2005, None), (2006, "years_missing")])
def test_three_years_may_be_missing(warehouse: Any, second: int, reason: str | None) -> None:
    """Turnover over more than three empty years is given but not to be quoted."""
    row = history(warehouse, seen({2001: [0, 1, 2], second: [0, 1, 3]}))[1]
    assert (row["previous_year"], row["turnover_share"], row["turnover_reason"]) == (2001, 0.5, reason)


def test_two_species_are_too_few(warehouse: Any) -> None:
    """Below three species in either year the turnover is not to be quoted."""
    assert history(warehouse, seen({2001: [0, 1], 2002: [0, 1, 3]}))[1]["turnover_reason"] == "too_few_species"


def test_recent_species(warehouse: Any) -> None:
    """A species is recent for ten years from its last record, also in years in which only others are recorded."""
    rows = history(warehouse, seen({2000: [0], 2009: [1], 2010: [1], 2011: [0]}))
    assert [row["recent_richness"] for row in rows] == [1, 2, 1, 2]


def test_a_roll_up_has_its_own_previous_year(warehouse: Any) -> None:
    """All compares with a year in which only fungi were recorded, mammals with their own."""
    history(warehouse, [*seen({2001: [0], 2003: [0]}), records("ascomycetes-0", 2002, 30)])
    found = warehouse.rows("SELECT taxon_group, shared_species AS n FROM metrics.species_turnover WHERE year = 2003")
    assert {row["taxon_group"]: row["n"] for row in found} == {"mammals": 1, "animals": 1, "all": 0}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(years=st.dictionaries(st.integers(1990, 2020), st.lists(st.integers(0, 5), min_size=1, max_size=6, unique=True), min_size=1, max_size=9))  # fmt: skip
def test_sql_equals_plain_python(warehouse: Any, years: dict[int, list[int]]) -> None:
    """Any history gives what sets of species give."""
    rows = history(warehouse, seen(years))
    expected = _history({year: dict.fromkeys(places, 10) for year, places in years.items()})
    assert [{name: row[name] for name in expected[0]} for row in rows] == expected
