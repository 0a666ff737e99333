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
