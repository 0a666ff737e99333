"""Spec of `core.country_species`: lists and records of several sources in, one row per country and species out."""

from __future__ import annotations

from typing import Any

import pytest
from small_world import records

GBIF = {
    "country_code": "KE", "species_key": "a", "scientific_name": "Inventa prima", "taxon_group": "mammals",
    "red_list_category": "LC", "occurrences": 40, "introduced_occurrences": 10, "global_occurrences": 100,
    "range_share": 0.4, "share_method": "occurrences", "checklist_key": "col",
    "origin": "native", "presence": "extant", "is_complete_list": None,
}  # fmt: skip


def known(warehouse: Any, *landings: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """The only row, from rows landed as (source, row)."""
    for source, row in landings:
        warehouse.land("country_species", [{"country_code": "KE", "species_key": "a"} | row], source=source)
    warehouse.materialise(only="core.country_species")
    (found,) = warehouse.rows("FROM core.country_species")
    return dict(found)


def test_own_file_wins_and_leaves_the_rest(warehouse: Any) -> None:
    """What an own file says counts, what it leaves open comes from the publisher."""
    row = known(warehouse, ("gbif_country", GBIF), ("file:own", {"taxon_group": "birds"}))
    assert row == GBIF | {"taxon_group": "birds", "source": "file:own"}


def test_counts_come_from_one_source(warehouse: Any) -> None:
    """Own records bring no introduced count, so the publisher's is not set beside them."""
    row = known(warehouse, ("gbif_country", GBIF), ("file:own", {"occurrences": 3}))
    assert (row["occurrences"], row["introduced_occurrences"], row["global_occurrences"]) == (3, None, None)


def test_among_publishers_the_one_with_most_records(warehouse: Any) -> None:
    """Between two publishers the one with more records is asked first."""
    row = known(
        warehouse,
        ("one", {"occurrences": 3, "taxon_group": "birds"}),
        ("two", {"occurrences": 4, "taxon_group": "ferns"}),
    )
    assert (row["source"], row["taxon_group"]) == ("two", "ferns")


@pytest.mark.parametrize(
    ("landings", "share", "method"),
    [
        ([("file:own", "occurrences", 0.1), ("iucn", "range_map", 0.2)], 0.2, "range_map"),
        ([("file:own", "equal_shares", 0.1), ("iucn", "cells", 0.2)], 0.2, "cells"),
        ([("file:own", "equal_shares", 0.1), ("iucn", "occurrences", 0.2)], 0.2, "occurrences"),
        ([("file:own", "range_map", 0.1), ("iucn", "range_map", 0.2)], 0.1, "range_map"),
        ([("file:own", None, 0.1), ("iucn", "range_map", 0.2)], 0.1, None),
        ([("one", None, 0.1), ("two", "equal_shares", 0.2)], 0.2, "equal_shares"),
        ([("one", "cells", 0.0), ("two", "occurrences", 0.2)], 0.0, "cells"),
    ],
)
def test_best_range_share(warehouse: Any, landings: list[Any], share: float, method: str | None) -> None:
    """A better method beats a better source; a share in an own file without a method is taken at its word."""
    rows = [(source, {"range_share": value, "share_method": how}) for source, how, value in landings]
    row = known(warehouse, *rows)
    assert (row["range_share"], row["share_method"]) == (share, method)


@pytest.mark.parametrize(("world", "share"), [(100, 0.4), (40, 1.0), (39, 1.0), (0, None), (None, None)])
def test_share_from_occurrences(warehouse: Any, world: int | None, share: float | None) -> None:
    """Without any share it is the country's part of the world's records, never above 1."""
    row = known(warehouse, ("one", {"occurrences": 40, "global_occurrences": world}))
    assert (row["range_share"], row["share_method"]) == (share, None if share is None else "occurrences")


def test_species_of_the_cube_are_known(warehouse: Any) -> None:
    """A species that only has records, in an own cube say, is known from the country with their number."""
    warehouse.land("occurrence_cube", [records("b", 2000, 3), records("b", 2001, 4)], source="file:cube")
    warehouse.materialise(only="core.country_species")
    (row,) = warehouse.rows("SELECT species_key, occurrences, taxon_group, source FROM core.country_species")
    assert row == {"species_key": "b", "occurrences": 7, "taxon_group": None, "source": "file:cube"}


def test_units_of_one_source_add_up(warehouse: Any) -> None:
    """Two files under one source name hold different records of the species."""
    for unit, occurrences in (("1", 3), ("2", 4)):
        row = {"country_code": "KE", "species_key": "a", "occurrences": occurrences, "introduced_occurrences": 1}
        warehouse.land("country_species", [row], source="file:own", unit=unit)
    warehouse.materialise(only="core.country_species")
    (found,) = warehouse.rows("SELECT occurrences, introduced_occurrences FROM core.country_species")
    assert found == {"occurrences": 7, "introduced_occurrences": 2}


@pytest.mark.parametrize(("shares", "kept"), [((0.9, 0.9), None), ((0.5, 0.54), 0.5), ((0.6, None), 0.6)])
def test_shares_of_own_files_over_all_countries(
    warehouse: Any, shares: tuple[float, float | None], kept: float | None
) -> None:
    """Two own files cannot give away more than the whole range; five hundredths are left for rounding."""
    for code, share in zip(("KE", "TZ"), shares, strict=True):
        row = {"country_code": code, "species_key": "a", "range_share": share}
        warehouse.land("country_species", [row], source=f"file:{code}")
    warehouse.materialise(only="core.country_species")
    (row,) = warehouse.rows("FROM core.country_species WHERE country_code = 'KE'")
    assert row["range_share"] == kept


def test_a_publishers_share_stands_beside_those_of_own_files_that_contradict(warehouse: Any) -> None:
    """The shares of own files that add up to too much are left out, and no others."""
    for code in ("KE", "TZ"):
        own = {"country_code": code, "species_key": "a", "range_share": 0.9}
        warehouse.land("country_species", [own], source=f"file:{code}")
    warehouse.land("country_species", [GBIF], source="gbif_country")
    warehouse.materialise(only="core.country_species")
    (row,) = warehouse.rows("FROM core.country_species WHERE country_code = 'KE'")
    assert (row["range_share"], row["share_method"]) == (0.4, "occurrences")
