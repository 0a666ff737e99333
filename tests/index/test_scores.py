"""The arithmetic of the index: goalposts, means with weights and missing values, and the rules for missing data."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_index import LAND, LAW, SEA, SITES, definition, halves, measure, pillar
from truth.index_arithmetic import halves_and_index

from ness_pipeline.index.scores import (
    Layout,
    Weights,
    aggregate,
    goalpost_score,
    standing,
    weighted_geometric_mean,
    weighted_mean,
    weights_in_half,
)

NAN = float("nan")


def array(*values: float) -> Any:
    """Values as an array of floats."""
    return np.array(values, dtype=float)


@pytest.mark.parametrize(
    ("value", "worst", "best", "expected"),
    [
        (1, 0, 10, 0.1), (11, 0, 10, 1.0), (-1, 0, 10, 0.0), (0, 0, 10, 0.0), (10, 0, 10, 1.0),
        (1, 10, 0, 0.9), (-1, 10, 0, 1.0), (11, 10, 0, 0.0),
        (5, 0, 10, 0.5), (17, 0, 30, 17 / 30), (30.1, 0, 30, 1.0),
    ],
)  # fmt: skip
def test_goalposts(value: float, worst: float, best: float, expected: float) -> None:
    """A value scores its place between the goalposts, cut at both; a best below the worst turns the direction."""
    assert goalpost_score(array(value), worst, best)[0] == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize(("value", "expected"), [(1, 0), (10, 1 / 3), (1000, 1), (0, 0), (-5, 0), (1e9, 1), (31.622776601683793, 0.5)])  # fmt: skip
def test_goalposts_on_a_logarithmic_scale(value: float, expected: float) -> None:
    """Each tenfold is worth the same, and nothing at all is as bad as the worst goalpost."""
    assert goalpost_score(array(value), 1, 1000, "log")[0] == pytest.approx(expected, abs=1e-15)
    assert goalpost_score(array(value), 1000, 1, "log")[0] == pytest.approx(1 - expected, abs=1e-15)


def test_missing_value_has_no_score() -> None:
    """No value stays no score, on both scales."""
    assert np.isnan(goalpost_score(array(NAN), 0, 1)).all()
    assert np.isnan(goalpost_score(array(NAN), 1, 2, "log")).all()


def test_geometric_mean() -> None:
    """The geometric mean of 1, 2, 3 is the cube root of 6; with weights 1, 1, 2 it is the fourth root of 1 x 2 x 9."""
    assert weighted_geometric_mean(array(1, 2, 3), array(1, 1, 1)) == pytest.approx(6 ** (1 / 3), abs=1e-12)
    assert weighted_geometric_mean(array(1, 2, 3), array(1, 1, 2)) == pytest.approx(18 ** (1 / 4), abs=1e-12)
    assert weighted_geometric_mean(array(0, 0.9), array(1, 1)) == 0
    assert math.isnan(weighted_geometric_mean(array(NAN, 0.9), array(1, 1)))


def test_geometric_mean_lies_below_the_arithmetic_mean() -> None:
    """A country cannot buy extinction with laws: halves of 0.1 and 0.9 give 0.3 and not 0.5."""
    assert weighted_geometric_mean(array(0.1, 0.9), array(0.5, 0.5)) == pytest.approx(0.3, abs=1e-12)


def test_weighted_mean_without_missing_values() -> None:
    """A missing value gives its weight to the others, a weight of 0 counts for nothing, nothing left is no mean."""
    assert weighted_mean(array(1, 2, 6), array(1, 1, 2)) == pytest.approx(15 / 4)
    assert weighted_mean(array(1, NAN, 6), array(1, 1, 2)) == pytest.approx(13 / 3)
    assert weighted_mean(array(1, 6), array(0, 2)) == 6
    assert np.isnan(weighted_mean(array(NAN, NAN), array(1, 1)))
    assert np.isnan(weighted_mean(array(1, NAN), array(0, 1)))


ASEM = {
    "CHE": (68.38, 62.79, 73.98, [63.41, 32.87, 74.78, 85.94, 56.93], [77.21, 87.85, 56.88]),
    "NLD": (64.82, 61.94, 67.70, [64.87, 46.62, 84.55, 71.74, 41.92], [58.73, 86.58, 57.78]),
    "DNK": (64.80, 57.10, 72.51, [50.52, 30.43, 78.13, 75.35, 51.04], [69.83, 86.40, 61.29]),
    "NOR": (64.47, 57.44, 71.50, [58.18, 25.70, 80.03, 89.46, 33.80], [70.90, 87.00, 56.59]),
    "BEL": (63.54, 63.99, 63.09, [71.97, 48.22, 80.84, 75.60, 43.32], [53.01, 86.17, 50.09]),
    "SWE": (63.00, 53.87, 72.12, [51.51, 23.87, 80.98, 74.51, 38.50], [66.37, 87.74, 62.27]),
}
"""Index, connectivity, sustainability and their pillars, as the package COINr prints them for the ASEM index (JRC 2018)."""


@pytest.mark.parametrize("country", ASEM)
def test_published_composite_of_pillars(country: str) -> None:
    """From pillars to halves to the index, the ASEM index comes out as published, to the rounding of two decimals."""
    index, *halves_published, connectivity, sustainability = ASEM[country]
    found = [float(weighted_mean(np.array(part), np.ones(len(part)))) for part in (connectivity, sustainability)]
    assert found == pytest.approx(halves_published, abs=0.0101)
    assert float(weighted_mean(np.array(halves_published), np.ones(2))) == pytest.approx(index, abs=0.0101)


@pytest.mark.parametrize(
    ("present", "pointless", "pillar_reason", "half_reason", "coverage"),
    [
        ([1, 1, 1, 1], [], None, None, (1, 1)),
        ([1, 1, 0, 1], [], None, None, (3 / 4, 7 / 8)),
        ([1, 0, 0, 1], [], None, "too_little_covered", (1 / 2, 3 / 4)),
        ([0, 1, 1, 1], [], None, "essential_missing", (1 / 2, 3 / 4)),
        ([1, 0, 1, 1], [1], None, None, (1, 1)),
        ([1, 0, 0, 1], [1, 2], None, None, (1, 1)),
        ([1, 0, 0, 1], [1], None, None, (2 / 3, 5 / 6)),
        ([0, 0, 0, 1], [0, 1, 2], "landlocked", "too_little_covered", (0, 1 / 2)),
        ([0, 0, 0, 0], [], "too_few_measures", "essential_missing", (0, 0)),
    ],
)  # fmt: skip
def test_rules_for_missing_data(
    present: list[int], pointless: list[int], pillar_reason: str | None, half_reason: str | None, coverage: Any
) -> None:
    """Two thirds of the weight and each essential measure are needed; no sea is no gap and gives its weight to the land."""
    measures = LAND | {"essential": True, "weight": "1/2"}, SEA | {"weight": "1/4"}, SITES | {"weight": "1/4"}
    small = definition(half=halves({"areas": pillar(*measures)}))
    reasons = [["landlocked" if place in pointless else None for place in range(4)]]
    allowed = standing(small, np.array([present], dtype=bool), reasons)
    assert allowed.pillar_reasons[0][0] == pillar_reason
    assert allowed.half_reasons[0] == [half_reason, None if present[3] else "too_little_covered"]
    assert (allowed.half_coverage[0, 0], allowed.coverage[0]) == pytest.approx(coverage)


def test_weight_decides_and_not_the_number() -> None:
    """One measure of half the weight is worth two of a quarter each; a pillar without a meaning gives its weight to its half."""
    pillars = {"land": pillar(LAND, weight="1/2"), "sea": pillar(SEA, SITES, weight="1/2")}
    small = definition(
        half=halves(pillars), missing={"half_needs": "1/2", "index_needs": 0, "not_applicable": ["landlocked"]}
    )
    present = np.array([[1, 0, 0, 1], [0, 1, 1, 1], [0, 1, 0, 1]], dtype=bool)
    allowed = standing(small, present, [[None] * 4] * 3)
    assert allowed.half_coverage[:, 0].tolist() == pytest.approx([0.5, 0.5, 0.25])
    assert [reasons[0] for reasons in allowed.half_reasons] == [None, None, "too_little_covered"]
    without_sea = standing(small, present[:1], [[None, "landlocked", "landlocked", None]])
    assert without_sea.shares[0].tolist() == [1, 0, 0, 1]


def test_essential_pillar() -> None:
    """A half whose essential pillar has no value may not be quoted, however much else has one."""
    small = definition(half=halves({"land": pillar(LAND, essential=True), "sea": pillar(SEA), "sites": pillar(SITES)}))
    present = np.array([[1, 1, 0, 1], [0, 1, 1, 1]], dtype=bool)
    allowed = standing(small, present, [[None] * 4] * 2)
    assert [reasons[0] for reasons in allowed.half_reasons] == [None, "essential_missing"]


def test_weights_that_are_left_out_are_equal() -> None:
    """Without weights the parts count the same; with weights they count as stated."""
    small, everything = definition(half=halves({"areas": pillar(LAND, SEA, SITES)})), np.ones(4, dtype=bool)
    assert weights_in_half(Layout.of(small), Weights.of(small), everything).tolist() == pytest.approx(
        [1 / 3, 1 / 3, 1 / 3, 1]
    )
    stated = pillar(LAND | {"weight": "1/2"}, SEA | {"weight": 0.25}, SITES | {"weight": "1/4"})
    small = definition(half=halves({"areas": stated}))
    assert weights_in_half(Layout.of(small), Weights.of(small), everything).tolist() == [0.5, 0.25, 0.25, 1]


NAMES = ["land_protected_pct", "marine_protected_pct", "kba_terrestrial_pct", "kba_freshwater_pct", "kba_mountain_pct", "kba_marine_pct"]  # fmt: skip


@given(
    scores=st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=6, max_size=6),
    weights=st.lists(st.integers(1, 9), min_size=6, max_size=6),
    pointless=st.sets(st.integers(0, 5)),
    law=st.floats(0, 1),
)
def test_arrays_equal_plain_python(
    scores: list[float | None], weights: list[int], pointless: set[int], law: float
) -> None:
    """Any scores, weights, gaps and measures without a meaning give what a few lines of Python give."""
    total = [sum(weights[:2]), sum(weights[2:])]
    measures = [measure(name, weight=Fraction(w, total[place > 1])) for place, (name, w) in enumerate(zip(NAMES, weights, strict=True))]  # fmt: skip
    small = definition(half=halves({"one": pillar(*measures[:2]), "two": pillar(*measures[2:])}))
    known = [None if place in pointless else some for place, some in enumerate(scores)]
    row = np.array([[NAN if some is None else some for some in [*known, law]]])
    reasons = [["landlocked" if place in pointless else None for place in range(7)]]
    allowed = standing(small, ~np.isnan(row), reasons)
    found = aggregate(Layout.of(small), row, allowed.shares, np.array(small.half_weights))
    rows = [{"value": some, "reason": why} for some, why in zip([*known, law], reasons[0], strict=True)]
    true = halves_and_index(small, rows)
    expected = [NAN if true[name] is None else true[name] for name in ("ecological_system", "security_system", "index")]
    assert [*found.halves[0], found.index[0]] == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_one_pillar_of_law_is_the_whole_half() -> None:
    """A half of one pillar of one measure is that measure's score; halves join geometrically, or arithmetically if asked to."""
    small = definition(half=halves({"areas": pillar(LAND)}, {"law": pillar(LAW)}))
    shares, even = np.ones((2, 2)), np.array([0.5, 0.5])
    found = aggregate(Layout.of(small), np.array([[0.25, 0.64]] * 2), shares, even, np.array([False, True]))
    assert found.halves.tolist() == [[0.25, 0.64]] * 2
    assert found.index.tolist() == pytest.approx([0.4, 0.445])
