"""Words, numbers, classes and tiles of the report."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ness_pipeline.contract.dictionary import tables
from ness_pipeline.names.countries import countries
from ness_pipeline.schemas.vocabulary import GROUP_SHARE_METHODS
from ness_pipeline.share.report.charts import CHARTS, specs
from ness_pipeline.share.report.tiles import tiles
from ness_pipeline.share.report.wording import kind_of, label_of, number, share_method_of, unit_of
from ness_pipeline.share.report.world import CLASSES, breaks


def test_every_share_method_has_its_words():
    """No method is shown by its code, and none is left out; where no share is known there is nothing to say."""
    words = [share_method_of(method) for method in GROUP_SHARE_METHODS]
    assert len(set(words)) == len(words)
    assert not any("_" in word for word in words)
    assert share_method_of(None) == ""


def test_every_country_has_one_tile_of_its_own():
    """The grid holds each country and territory once, and no two share a place."""
    assert sorted(tile.country_code for tile in tiles()) == sorted(countries())
    assert len({(tile.column, tile.row) for tile in tiles()}) == len(tiles())


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (0.1234, "share", "12.3\u00a0%"), (1.0, "share", "100.0\u00a0%"), (0.00022, "share", "0.022\u00a0%"), (-0.00001, "pct", "-0.000010\u00a0%"), (0.0, "pct", "0.0\u00a0%"),
        (27.04, "pct", "27.0\u00a0%"), (-0.415, "points", "-41.5\u00a0points"), (1234567, "count", "1\u202f234\u202f567"),
        (0.91234, "number", "0.912"), (0.000123, "number", "0.00012"), (12.345, "number", "12.35"), (123.45, "number", "123.5"), (12345.6, "number", "12\u202f346"),
        (2024, "year", "2024"), (None, "share", "\N{EN DASH}"), (float("nan"), "number", "\N{EN DASH}"), (float("inf"), "pct", "\N{EN DASH}"),
    ],
)  # fmt: skip
def test_numbers_are_written_for_readers(value, kind, text):
    """No more digits than a number carries, thousands apart, a dash where there is none."""
    assert number(value, kind) == text


@pytest.mark.parametrize(
    ("metric", "unit", "kind", "words"),
    [
        ("land_protected_pct", "%", "pct", "percent"),
        ("threatened_share", "1", "share", "percent"),
        ("gap_to_animals", "1", "points", "percentage points"),
        ("red_list_index", "1", "number", "score"),
        ("treaties_in_force", "{treaty}", "count", "number of treaties"),
        ("observed_richness", "{species}", "count", "number of species"),
    ],
)
def test_kind_and_unit_follow_from_the_contract(metric, unit, kind, words):
    """How a measure is written follows from its name and unit, so that a new one needs no entry anywhere."""
    assert kind_of(metric, unit) == kind
    assert unit_of(metric, unit) == words


def test_every_measure_has_a_name_without_underscores():
    """No column name reaches a reader as it is."""
    for table in tables().values():
        for column in table.measures:
            assert label_of(column.name)
            assert "_" not in label_of(column.name)


@given(st.lists(st.floats(-1e9, 1e9, allow_nan=False), min_size=1, max_size=60))
def test_classes_are_few_and_part_the_values(values):
    """There are at most six classes, limits rise, and none lies outside the values."""
    edges = breaks(values)
    assert len(edges) < CLASSES
    assert edges == sorted(set(edges))
    assert all(min(values) < edge <= max(values) for edge in edges)


def test_classes_have_round_limits():
    """Limits are numbers that a legend can show."""
    assert breaks([3.8, 12.0, 20.0, 42.6]) == [10.0, 20.0, 30.0, 40.0]
    assert breaks([0.61, 0.7, 0.93]) == [0.7, 0.8, 0.9]
    assert breaks([5.0, 5.0]) == []


def test_classes_of_skewed_numbers_hold_alike_many():
    """A few huge countries do not push all others into one class."""
    values = [float(value) for value in range(1, 100)] + [1e6]
    edges = breaks(values)
    assert len(edges) == 5
    assert edges[0] < 20


def test_every_chart_leaves_its_rows_to_the_page_and_asks_for_nothing():
    """Specs name the rows instead of holding them, and have no address to load from."""
    drawn = specs()
    assert drawn.keys() == CHARTS.keys()
    for spec in drawn.values():
        assert '"url"' not in str(spec)
        assert spec.get("data", {}).get("name") == "rows" or "layer" in spec
