"""Spec of the views over the choices: ranks of states, what each choice does to them, and how far."""

from __future__ import annotations

from typing import Any

import pytest

from ness_pipeline.build.models import check_table
from ness_pipeline.build.views import create_views
from ness_pipeline.contract.dictionary import tables

SCORES = {
    "AA": (0.8, 0.5, 0.9),
    "BB": (0.6, 0.7, 0.6),
    "CC": (0.6, 0.65, 0.5),
    "DD": (0.2, 0.1, 0.3),
    "EE": (0.9, None, 0.9),
}
"""The index as defined, without law and in five steps; EE is a territory, and its index may not be quoted."""


@pytest.fixture
def ranked(warehouse: Any) -> Any:
    """A warehouse with five countries under three choices."""
    for code, (index, without_law, five_steps) in SCORES.items():
        is_state = code != "EE"
        row = {
            "country_code": code, "year": 2020, "eco_security_index": index, "index_range_low": index - 0.1, "index_range_high": index + 0.1,
            "index_missing_low": 0.0, "index_missing_high": 1.0, "coverage": 1.0, "ecological_coverage": 1.0, "security_coverage": 1.0,
            "carried_share": 0.0, "same_measures_since": 2020, "ecological_reportable": True, "security_reportable": True,
            "reportable": is_state, "reason": None if is_state else "no_state", "definition_version": "1",
        }  # fmt: skip
        insert(warehouse, "metrics.eco_security_index", row)
        for choice, other in (("without law", without_law), ("five steps", five_steps)):
            if is_state:
                values = {"country_code": code, "year": 2020, "choice": choice, "eco_security_index": other}
                insert(warehouse, "metrics.index_choice", values | {"definition_version": "1"})
    create_views(warehouse.connection)
    for name in ("metrics.index_ranking", "metrics.index_choice_effect"):
        check_table(warehouse.connection, name, tables()[name])
    return warehouse


def insert(warehouse: Any, table: str, row: dict[str, Any]) -> None:
    """Insert one row."""
    names, marks = ", ".join(row), ", ".join("?" for _ in row)
    warehouse.connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", [*row.values()])


def test_ranks_and_their_ranges(ranked: Any) -> None:
    """AA leads, but third without law; equal ones share a rank; DD is always last; a territory has no rank."""
    found = ranked.rows("FROM metrics.index_ranking ORDER BY country_code")
    shown = ("country_code", "rank", "best_rank", "worst_rank", "best_choice", "worst_choice")
    assert [tuple(row[name] for name in shown) for row in found] == [
        ("AA", 1, 1, 3, None, "without law"),
        ("BB", 2, 1, 2, "without law", None),
        ("CC", 2, 2, 3, None, "five steps"),
        ("DD", 4, 4, 4, None, None),
    ]  # fmt: skip
    assert {row["countries"] for row in found} == {4}


def test_what_each_choice_does(ranked: Any) -> None:
    """Without law AA falls by two, BB rises by one and CC stays; in five steps only CC falls, by one."""
    found = {row["choice"]: row for row in ranked.rows("FROM metrics.index_choice_effect")}
    assert found["without law"]["rank_change"] == pytest.approx(3 / 4)
    assert (found["without law"]["largest_rank_change"], found["without law"]["moved_most"]) == (2, "AA")
    assert found["without law"]["index_change"] == pytest.approx((0.3 + 0.1 + 0.05 + 0.1) / 4)
    assert (found["five steps"]["rank_change"], found["five steps"]["moved_most"]) == (pytest.approx(1 / 4), "CC")
