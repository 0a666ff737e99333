"""Spec of `core.filled_value`: sources that each state a part in, who filled what out."""

from __future__ import annotations

from typing import Any

import pytest

Stated = dict[str, Any]


def filled(warehouse: Any, **by_source: Stated) -> dict[str, str]:
    """Column to the source that filled it, for one species of one country."""
    for source, says in by_source.items():
        row = {"country_code": "KE", "species_key": "1"} | says
        warehouse.land("country_species", [row], source=source.replace("file_", "file:"), unit="KE")
    warehouse.materialise(only="core.filled_value")
    return {row["column_name"]: row["filled_from"] for row in warehouse.rows("FROM core.filled_value")}


@pytest.mark.parametrize(
    ("by_source", "expected"),
    [
        ({"gbif_country": {"occurrences": 5, "taxon_group": "birds"}}, {}),
        (
            {"gbif_country": {"occurrences": 5}, "iucn": {"origin": "native", "presence": "extant"}},
            {"origin": "iucn", "presence": "iucn"},
        ),
        (
            {"gbif_country": {"occurrences": 5, "red_list_category": "LC"}, "iucn": {"red_list_category": "EN"}},
            {},
        ),
        (
            {"file_own": {"taxon_group": "birds"}, "gbif_country": {"occurrences": 5}, "iucn": {"taxon_group": "mammals"}},
            {"occurrences": "gbif_country"},
        ),
        (
            {"file_own": {"occurrences": 1}, "gbif_country": {"red_list_category": "LC"}, "iucn": {"red_list_category": "EN"}},
            {"red_list_category": "gbif_country"},
        ),
        (
            {
                "gbif_country": {"occurrences": 5, "range_share": 0.5, "share_method": "occurrences"},
                "iucn": {"range_share": 0.25, "share_method": "range_map"},
            },
            {"range_share": "iucn"},
        ),
        ({"gbif_country": {"occurrences": 5, "global_occurrences": 10}, "iucn": {"origin": "native"}}, {"origin": "iucn"}),
    ],
    ids=["one source", "both fill", "own word counts", "own file first", "first of two", "better share", "computed share"],
)  # fmt: skip
def test_who_filled_what(warehouse: Any, by_source: dict[str, Stated], expected: dict[str, str]) -> None:
    """Only what the row's own source leaves open is filled, and by the source believed next."""
    assert filled(warehouse, **by_source) == expected
