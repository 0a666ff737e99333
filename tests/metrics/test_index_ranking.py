"""Spec of the view `metrics.index_ranking`: ranks with the range that the intervals leave open."""

from __future__ import annotations

from typing import Any

from ness_pipeline.build.models import check_table
from ness_pipeline.build.views import create_views
from ness_pipeline.contract.dictionary import tables

SCORES = [
    ("AA", 0.8, 0.7, 0.9),
    ("BB", 0.6, 0.5, 0.75),
    ("CC", 0.6, 0.55, 0.65),
    ("DD", 0.2, 0.1, 0.3),
    ("EE", None, None, None),
]


def test_ranks_and_their_ranges(warehouse: Any) -> None:
    """AA leads, but its range meets BB's; DD is surely last; equal ones share a rank; without an index no rank."""
    for code, index, lower, upper in SCORES:
        known = index is not None
        row = {
            "country_code": code, "year": 2020, "eco_security_index": index,
            "index_range_low": lower, "index_range_high": upper,
            "coverage": 1.0, "carried_share": 0.0, "ecological_reportable": known, "security_reportable": known,
            "reportable": known, "reason": None if known else "half_missing", "definition_version": "1",
        }  # fmt: skip
        names, marks = ", ".join(row), ", ".join("?" for _ in row)
        warehouse.connection.execute(f"INSERT INTO metrics.eco_security_index ({names}) VALUES ({marks})", [*row.values()])  # fmt: skip
    create_views(warehouse.connection)
    check_table(warehouse.connection, "metrics.index_ranking", tables()["metrics.index_ranking"])
    found = warehouse.rows("FROM metrics.index_ranking ORDER BY country_code")
    assert [(row["country_code"], row["rank"], row["best_rank"], row["worst_rank"]) for row in found] == [
        ("AA", 1, 1, 2), ("BB", 2, 1, 3), ("CC", 2, 2, 3), ("DD", 4, 4, 4),
    ]  # fmt: skip
    assert {row["countries"] for row in found} == {4}
