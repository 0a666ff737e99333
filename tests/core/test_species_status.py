"""Spec of `core.species_status`: assessments and published categories in, the status that counts out."""

from __future__ import annotations

from typing import Any

import pytest
from small_world import groups, records

GLOBAL = {"species_key": "a", "scope": "global", "assessment_year": 2020, "red_list_category": "VU"}


def status(warehouse: Any, listed: dict[str, Any], *assessments: dict[str, Any]) -> dict[str, Any]:
    """The status of one species from its list row and its assessments."""
    warehouse.land("country_species", [{"country_code": "KE", "species_key": "a"} | listed], source="gbif_country")
    warehouse.land("assessment", [GLOBAL | row for row in assessments], source="iucn")
    warehouse.materialise(only="core.species_status")
    (row,) = warehouse.rows("FROM core.species_status")
    return dict(row)


def test_latest_global_assessment_wins(warehouse: Any) -> None:
    """The latest year counts, before the category that an occurrence publisher attaches to its records."""
    older = {"assessment_year": 2010, "red_list_category": "EN"}
    row = status(warehouse, {"red_list_category": "LC", "taxon_group": "birds"}, older, {})
    assert (row["red_list_category"], row["assessment_year"], row["status_source"]) == ("VU", 2020, "iucn")


def test_national_lists_are_not_the_global_status(warehouse: Any) -> None:
    """A national assessment leaves the global status alone, even the country's own and a later one."""
    row = status(warehouse, {"red_list_category": "LC"}, {"scope": "KE", "assessment_year": 2024})
    assert (row["red_list_category"], row["assessment_year"], row["status_source"]) == ("LC", None, "gbif_country")


def test_unknown_to_every_list(warehouse: Any) -> None:
    """A species without assessment and category is Not Evaluated, by nobody."""
    row = status(warehouse, {})
    assert (row["red_list_category"], row["is_possibly_extinct"], row["status_source"]) == ("NE", False, None)


@pytest.mark.parametrize(
    ("category", "tag", "expected"), [("CR", True, True), ("CR", None, False), ("EN", True, False)]
)
def test_possibly_extinct_needs_critically_endangered(
    warehouse: Any,
    category: str,
    tag: bool | None,  # noqa: FBT001
    expected: bool,  # noqa: FBT001
) -> None:
    """The tag counts with CR only, and no tag is no."""
    row = status(warehouse, {}, {"red_list_category": category, "is_possibly_extinct": tag})
    assert row["is_possibly_extinct"] is expected


@pytest.mark.parametrize(
    ("occurrences", "introduced", "expected"),
    [(4, 3, True), (4, 2, False), (4, None, False), (None, None, False), (0, 0, False)],
)
def test_introduced_is_more_than_half(
    warehouse: Any,
    occurrences: int | None,
    introduced: int | None,
    expected: bool,  # noqa: FBT001
) -> None:
    """More than half of the records decides; exactly half, or unknown, does not."""
    row = status(warehouse, {"occurrences": occurrences, "introduced_occurrences": introduced})
    assert row["is_introduced"] is expected


def test_group_from_the_assessment(warehouse: Any) -> None:
    """A species known from records alone takes its group from the Red List that a user loaded."""
    warehouse.land("occurrence_cube", [records("a", 2000, 3)], source="file:cube")
    warehouse.land("assessment", [GLOBAL | {"taxon_group": "ascomycetes"}], source="file:red_list")
    warehouse.materialise(only="core.species_status")
    (row,) = warehouse.rows("SELECT taxon_group, red_list_category, status_source FROM core.species_status")
    assert row == {"taxon_group": "ascomycetes", "red_list_category": "VU", "status_source": "file:red_list"}


def test_category_names_its_own_source(warehouse: Any) -> None:
    """A category filled in from the publisher is the publisher's, though an own file lists the species first."""
    warehouse.land("country_species", [{"country_code": "KE", "species_key": "a"}], source="file:own")
    assert status(warehouse, {"red_list_category": "NT"})["status_source"] == "gbif_country"


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("own", ["EN", "VU"])
@pytest.mark.parametrize("vintages", [(None, None), ("2021", "2020"), ("2020", "2021")])
def test_one_source_twice_in_a_year_is_told_apart(
    warehouse: Any, order: int, own: str, vintages: tuple[str | None, str | None]
) -> None:
    """What a file says of a species for one country and for all: the latest vintage, then the category nearest to
    extinction, in the status and in every year of the tally, in whatever order they were landed.
    """  # noqa: D205  (the first sentence needs two lines)
    other = {"EN": "VU", "VU": "EN"}[own]
    landed = list(zip(("KE", "world"), (own, other), vintages, strict=True))[::order]
    warehouse.land("taxon_group", groups(), source="seeds")
    warehouse.land("country_species", [{"country_code": "KE", "species_key": "a", "taxon_group": "birds"}])
    for unit, category, vintage in landed:
        warehouse.land("assessment", [GLOBAL | {"red_list_category": category, "vintage": vintage}], source="file:a", unit=unit)  # fmt: skip
    warehouse.materialise(only="core.red_list_tally")
    expected = {(None, None): "EN", ("2021", "2020"): own, ("2020", "2021"): other}[vintages]
    assert [row["red_list_category"] for row in warehouse.rows("FROM core.species_status")] == [expected]
    (tally,) = warehouse.rows("FROM core.red_list_tally")
    assert (tally["weight_3"], tally["weight_2"]) == ((1, 0) if expected == "EN" else (0, 1))


@pytest.mark.parametrize(
    ("assessments", "index_set"),
    [
        ([{"index_set": "cycads"}], "cycads"),
        ([{"index_set": "cycads"}, {"assessment_year": 2024}], "cycads"),
        ([{"index_set": "cycads", "scope": "KE"}], None),
        ([{}], None),
    ],
    ids=["latest", "an earlier one", "the country's own list", "none"],
)
def test_any_global_assessment_names_the_set(
    warehouse: Any, assessments: list[dict[str, Any]], index_set: str | None
) -> None:
    """A species stays a cycad when its latest assessment does not say so; a national list is no list of the set."""
    assert status(warehouse, {"taxon_group": "conifers_and_cycads"}, *assessments)["index_set"] == index_set


COL, OTHER = "col", "another checklist"


def keyed(checklist: str | None, *keys: str, **more: Any) -> list[dict[str, Any]]:
    """Native birds of a list with keys of one checklist."""
    about = {"country_code": "KE", "taxon_group": "birds", "origin": "native", "presence": "extant"}
    return [about | {"species_key": key, "checklist_key": checklist} | more for key in keys]


@pytest.mark.parametrize(
    ("lists", "apart"),
    [
        ({"iucn": keyed(COL, "a", "b", "c") + keyed("iucn", "iucn:1")}, set()),
        ({"iucn": keyed(COL, "a") + keyed("iucn", "iucn:1", "iucn:2")}, set()),
        ({"file:a": keyed(COL, "a", "b", "c"), "file:b": keyed(COL, "c", "d")}, set()),
        ({"file:a": keyed(COL, "a", "b", "c"), "file:b": keyed(OTHER, "x", "y")}, {"x", "y"}),
        ({"file:a": keyed(COL, "a", "b", "c"), "file:b": keyed(None, "c", "x")}, {"x"}),
        ({"file:a": keyed(None, "1", "2", "3"), "file:b": keyed(None, "4", "name:Avis rara")}, {"name:Avis rara"}),
        ({"file:a": keyed(None, "name:A a", "name:B b"), "file:b": keyed(None, "name:C c")}, set()),
        ({"file:a": keyed(COL, "a"), "iucn": keyed(OTHER, "x")}, {"x"}),
        ({"file:b": keyed(COL, "a"), "file:a": keyed(OTHER, "x")}, {"a"}),
        ({"file:a": keyed(COL, "a", "b", "c") + keyed(None, "name:D d", "name:E e"), "iucn": keyed(COL, "a", "b", "d")}, {"name:D d"}),
        ({"file:a": keyed(COL, "a", "b") + keyed(None, "name:D d", "name:E e"), "iucn": keyed(COL, "a", "d", "e")}, {"name:D d", "name:E e"}),
        ({"iucn": keyed(COL, "a", "b"), "file:b": keyed(OTHER, "x", origin="introduced")}, set()),
    ],
    ids=[
        "one list with unmatched species", "one list of mostly unmatched species", "two lists with keys of one checklist",
        "a list in another checklist", "a list that names no checklist", "a name among plain keys", "names only",
        "as many on each: own files first", "as many on each: the first name",
        "an unmatched name that may be the other list's species", "two such names", "introduced species do not count",
    ],
)  # fmt: skip
def test_a_species_of_another_checklist_may_be_counted_already(
    warehouse: Any, lists: dict[str, list[dict[str, Any]]], apart: set[str]
) -> None:
    """Apart is what other lists add in another checklist, and what the main list has in another one while others add some."""
    for source, rows in lists.items():
        warehouse.land("country_species", rows, source=source)
    warehouse.materialise(only="core.species_status")
    assert {row["species_key"] for row in warehouse.rows("FROM core.species_status WHERE is_apart")} == apart


def test_groups_have_main_lists_of_their_own(warehouse: Any) -> None:
    """A list of mammals in another checklist is beside no list of birds."""
    warehouse.land("country_species", keyed(COL, "a", "b", "c"), source="file:a")
    warehouse.land("country_species", keyed(OTHER, "x", taxon_group="mammals"), source="file:b")
    warehouse.materialise(only="core.species_status")
    assert not warehouse.rows("FROM core.species_status WHERE is_apart")


def test_records_without_a_list_have_a_source_too(warehouse: Any) -> None:
    """Species known from an own cube alone are apart where its keys are of another checklist than GBIF's."""
    here = {"origin": None, "presence": None, "occurrences": 5}
    warehouse.land("country_species", keyed(COL, "a", "b", "d", **here), source="gbif_country")
    cube = [records(key, 2020, 3, checklist_key=checklist) for key, checklist in (("c", COL), ("x", OTHER))]
    warehouse.land("occurrence_cube", cube, source="file:cube")
    named = [GLOBAL | {"species_key": key, "taxon_group": "birds"} for key in ("c", "x")]
    warehouse.land("assessment", named, source="iucn")
    warehouse.materialise(only="core.species_status")
    assert [row["species_key"] for row in warehouse.rows("FROM core.species_status WHERE is_apart")] == ["x"]
