"""Ranks, ranges and coverage of the index on the first page."""

from __future__ import annotations

import pytest

from ness_pipeline.share.report.index_rows import Ranking, doubt_in_words

ROWS = {
    2020: {"LI": {"year": 2020, "reportable": True}, "KE": {"year": 2020, "reportable": True}},
    2024: {"LI": {"year": 2024, "reportable": False}, "KE": {"year": 2024, "reportable": True}},
}
PLACES = {
    2020: {"LI": {"rank": 1, "best_rank": 1, "worst_rank": 2}, "KE": {"rank": 2, "best_rank": 1, "worst_rank": 2}},
    2024: {"KE": {"rank": 1, "best_rank": 1, "worst_rank": 1}},
}


@pytest.mark.parametrize(
    ("years", "opens", "ranks", "year_of_liechtenstein"),
    [(PLACES, 2024, {"KE": 1}, 2024), ({}, None, {}, 2020)],
    ids=["ranked", "nobody is ranked"],
)
def test_ranks_are_of_the_latest_year_alone(years, opens, ranks, year_of_liechtenstein):
    """Only states of the latest ranked year have a rank; without ranks each country has its latest index."""
    ranking = Ranking(years, ROWS)
    assert ranking.year == opens
    assert {code: row["rank"] for code, row in ranking.ranked.items()} == ranks
    assert ranking.row_of("LI")["year"] == year_of_liechtenstein
    assert ranking.row_of("AQ") is None


def test_index_stands_with_both_ranges_and_coverage():
    """The sentences beside the index and a half name both ranges and the coverage by weight."""
    row = {
        "index_range_low": 0.4, "index_range_high": 0.6, "index_missing_low": 0.3, "index_missing_high": 0.7, "coverage": 0.64,
        "security_missing_low": 0.2, "security_missing_high": 0.8, "security_coverage": 0.5,
    }  # fmt: skip
    assert doubt_in_words(row) == (
        "Other choices: 0.400 to 0.600. Everything missing at its worst, and at its best: 0.300 to 0.700. "
        "Coverage by weight: 64.0\u00a0%."
    )
    assert doubt_in_words(row, "security_system") == (
        "Everything missing at its worst, and at its best: 0.200 to 0.800. Coverage by weight: 50.0\u00a0%."
    )
