"""Words, numbers, classes and tiles of the report."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ness_pipeline.contract.dictionary import tables
from ness_pipeline.names.countries import by_iso3, countries
from ness_pipeline.schemas.vocabulary import GROUP_SHARE_METHODS, NO_MEANING, REASONS
from ness_pipeline.share.report.charts import CHARTS, specs
from ness_pipeline.share.report.tiles import tiles
from ness_pipeline.share.report.wording import (
    NO_DATA,
    kind_of,
    label_of,
    missing_of,
    number,
    quoted_with,
    range_of,
    share_method_of,
    unit_of,
)
from ness_pipeline.share.report.world import CLASSES, breaks, first_choice
from ness_pipeline.share.report.world_map import outlined, outlines, places


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


def rings(topology):
    """The outlines of each area as rings of longitudes and latitudes."""
    (x_step, y_step), (left, bottom) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for steps in topology["arcs"]:
        x = y = 0
        points = []
        for right, up in steps:
            x, y = x + right, y + up
            points.append((x * x_step + left, y * y_step + bottom))
        arcs.append(points)
    return {
        shape["properties"]["a3"]: [
            [point for arc in ring for point in (arcs[arc] if arc >= 0 else arcs[~arc][::-1])]
            for polygon in (shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]])
            for ring in polygon
        ]
        for shape in topology["objects"]["countries"]["geometries"]
    }


def lies_within(x, y, outline):
    """Whether a point lies inside rings, by the number of edges to its right."""
    crossed = 0
    for ring in outline:
        for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True):
            crossed += (y0 > y) != (y1 > y) and x < x0 + (x1 - x0) * (y - y0) / (y1 - y0)
    return crossed % 2 == 1


def test_every_country_has_an_outline_or_a_place():
    """An area has an outline on the map or a place for a circle, none has both, and two outlines have no code at all."""
    codes = {by_iso3()[code] for code in outlined() if code in by_iso3()}
    placed = [place.country_code for place in places()]
    assert sorted([*codes, *placed]) == sorted(countries())
    assert outlined() - set(by_iso3()) == {"CYN", "SOL"}
    assert all(place.source for place in places())


def test_places_name_the_outline_that_they_lie_in():
    """The country named beside a place is the one whose outline holds it, and on the sea there is none."""
    outlines_by_code = {by_iso3()[code]: found for code, found in rings(outlines()).items() if code in by_iso3()}
    for place in places():
        holding = [
            code for code, found in outlines_by_code.items() if lies_within(place.longitude, place.latitude, found)
        ]
        assert holding == ([place.inside] if place.inside else []), place


def test_missing_numbers_are_parted_by_their_reason():
    """No number exists, no data are loaded, or too little stands behind it: each reason is one of the three."""
    assert set(NO_MEANING) | set(NO_DATA) <= set(REASONS)
    assert [missing_of(reason) for reason in ("landlocked", "not_open", "no_data", "half_missing", None)] == [
        "none", "does not apply", "\N{EN DASH}", "not quoted", "\N{EN DASH}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ranked", "states", "first"),
    [(100, 195, "eco_security_index"), (99, 195, "land_protected_pct"), (3, 3, "eco_security_index"), (0, 0, "land_protected_pct")],
)  # fmt: skip
def test_first_measure_is_the_index_of_many_states(ranked, states, first):
    """The page opens with the index of 100 states of one year, or of all where there are fewer; else with what most countries have."""
    metrics = [
        {"metric": name, "countries": count}
        for name, count in (
            ("eco_security_index", 190),
            ("forest_pct", 200),
            ("land_protected_pct", 200),
            ("x", 150),
        )
    ]
    assert first_choice(metrics, states, ranked) == first


@pytest.mark.parametrize(
    ("metric", "unit", "words"),
    [
        ("land_protected_pct", "%", "#"),
        ("treaties_in_force", "{treaty}", "# treaties"),
        ("eco_security_index", "1", "score #"),
        ("biodiversity_aid_received_usd", "USD", "# US dollars"),
    ],
)
def test_value_stands_with_its_unit(metric, unit, words):
    """Where the pointer shows a number alone, its unit stands with it."""
    assert quoted_with(metric, unit) == words


def test_ranges_are_called_what_they_are():
    """A range of the choices is called so, and only an interval is called an interval."""
    assert range_of("eco_security_index") == "with other choices"
    assert range_of("kba_terrestrial_pct") == "95 % interval"
    assert range_of("threatened_share") == "range"


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
