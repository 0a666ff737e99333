"""Roll-ups of the Red List Index: what `all` stands for, and when a group may be missing."""

from __future__ import annotations

from typing import Any

import pytest
from fates import Counts, assessed, index, land_counts, living
from small_world import country

FIVE = ("amphibians", "birds", "cycads", "mammals", "reef_building_corals")
STATE: Counts = {"LC": 15, "CR": 5}
VALUE = 1 - 5 * 4 / (5 * 20)


def land(warehouse: Any, code: str, *groups: str, year: int = 2020) -> None:
    """Land groups of twenty species, a quarter of them Critically Endangered, assessed in one year."""
    for group in groups:
        land_counts(warehouse, code, group, {year: STATE})


@pytest.mark.parametrize("groups", [("birds",), ("birds", "mammals"), FIVE[:4], ("reptiles",)])
def test_a_set_that_is_not_whole_is_never_called_all(warehouse: Any, groups: tuple[str, ...]) -> None:
    """One loaded group, or four of the five of SDG 15.5.1, make no `all`: one row without a value that says so."""
    land(warehouse, "KE", *groups)
    rows = {key: row for key, row in index(warehouse).items() if key[1] in {"all", "animals", "plants"}}
    assert all(row["red_list_index"] is row["red_list_index_unweighted"] is None for row in rows.values())
    assert {row["unweighted_reason"] for row in rows.values()} == {"groups_missing"}
    assert (("KE", "all", 2020) in rows) == bool(set(groups) & set(FIVE))


def test_all_is_the_five_groups(warehouse: Any) -> None:
    """The mean of birds, mammals, amphibians, cycads and reef-building corals; other groups do not change it."""
    land(warehouse, "KE", *FIVE)
    land_counts(warehouse, "KE", "reptiles", {2020: {"CR": 20}})
    row = index(warehouse)["KE", "all", 2020]
    assert (row["groups"], row["species"]) == (5, 100)
    assert row["red_list_index_unweighted"] == row["red_list_index"] == pytest.approx(VALUE)
    assert (row["reason"], row["unweighted_reason"]) == (None, None)
    assert (row["basis"], row["unweighted_basis"], row["share_method"]) == ("assessments_and_ranges", "country_list", "range_map")  # fmt: skip


def test_cycads_count_in_their_group_too(warehouse: Any) -> None:
    """Cycads are a set of the index and conifers-and-cycads a reporting group that holds them."""
    land_counts(warehouse, "KE", "cycads", {2020: {"CR": 10}})
    land_counts(warehouse, "KE", "conifers_and_cycads", {2020: {"LC": 10}})
    rows = index(warehouse)
    assert rows["KE", "cycads", 2020]["red_list_index_unweighted"] == pytest.approx(0.2)
    assert rows["KE", "conifers_and_cycads", 2020]["red_list_index_unweighted"] == pytest.approx(0.6)


def test_a_group_may_be_absent_where_the_red_list_says_so(warehouse: Any) -> None:
    """A country whose list is the Red List's own has no cycads if they are not on it; a landlocked one has no corals."""
    land(warehouse, "KE", "birds", "mammals", "amphibians")
    warehouse.land("country_species", [living("KE-birds-0", "birds", share=None)], source="iucn", unit="KE")
    land(warehouse, "ML", "birds", "mammals", "amphibians", "cycads")
    warehouse.land("country", [country("KE"), country("ML", is_landlocked=True)])
    rows = index(warehouse)
    for code, groups in (("KE", 3), ("ML", 4)):
        row = rows[code, "all", 2020]
        assert (row["groups"], row["unweighted_reason"]) == (groups, None)
        assert row["red_list_index_unweighted"] == pytest.approx(VALUE)


def test_groups_of_different_years_have_no_common_one(warehouse: Any) -> None:
    """Without genuine changes nothing is carried from year to year, so groups assessed in other years make no `all`."""
    land(warehouse, "KE", *FIVE[:4])
    land(warehouse, "KE", FIVE[4], year=2021)
    rows = {year: row for (_, group, year), row in index(warehouse).items() if group == "all"}
    assert {year: (row["red_list_index_unweighted"], row["unweighted_reason"]) for year, row in rows.items()} == {
        2021: (None, "no_common_year"),
    }  # fmt: skip


def test_a_group_that_must_not_be_quoted_keeps_all_from_it(warehouse: Any) -> None:
    """Nine cycads are too few for an index of their own, and for a fifth of `all`."""
    land(warehouse, "KE", *(group for group in FIVE if group != "cycads"))
    land_counts(warehouse, "KE", "cycads", {2020: {"LC": 9}})
    row = index(warehouse)["KE", "all", 2020]
    assert (row["unweighted_reportable"], row["unweighted_reason"]) == (False, "too_few_species")


def test_other_recording_effort_is_another_number_and_not_quoted(warehouse: Any) -> None:
    """The same species with shares of records: 0.886 or 0.273, as people look here or there; neither may be quoted."""
    states = ["CR"] * 10 + ["LC"] * 10
    for code, of_threatened, of_safe in (("KE", 0.1, 0.9), ("TZ", 0.9, 0.1)):
        warehouse.land("country_species", [
            living(f"s{place}", "birds", code, of_threatened if state == "CR" else of_safe, share_method="occurrences")
            for place, state in enumerate(states)
        ])  # fmt: skip
    warehouse.land("assessment", [assessed(f"s{place}", "birds", 2020, state) for place, state in enumerate(states)])
    rows = index(warehouse)
    values = [rows[code, "birds", 2020]["red_list_index"] for code in ("KE", "TZ")]
    assert values == pytest.approx([1 - 4 * 0.1 / 5, 1 - 4 * 0.9 / 5])
    for code in ("KE", "TZ"):
        row = rows[code, "birds", 2020]
        assert (row["reportable"], row["reason"], row["basis"]) == (False, "shares_of_records", "shares_of_records")
        assert (row["unweighted_reportable"], row["red_list_index_unweighted"]) == (True, pytest.approx(0.6))
