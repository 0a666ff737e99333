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

from ness_pipeline.index.scores import (
    Layout,
    Weights,
    aggregate,
    goalpost_score,
    standing,
    weighted_geometric_mean,
    weighted_mean,
    whole_weights,
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


def test_published_composite_of_pillars() -> None:
    """The worked example of the ASEM index for Switzerland, from pillars to halves, comes out as published."""
    connectivity = weighted_mean(array(63.41, 32.87, 74.78, 85.94, 56.93), np.ones(5))
    sustainability = weighted_mean(array(77.21, 87.85, 56.88), np.ones(3))
    assert float(connectivity) == pytest.approx(62.79, abs=0.005)
    assert float(sustainability) == pytest.approx(73.98, abs=0.005)
    assert float(weighted_mean(np.array([connectivity, sustainability]), np.ones(2))) == pytest.approx(68.38, abs=0.01)


def test_two_thirds_of_the_measures() -> None:
    """Of (1,3,1), (2,-,-) and (3,-,1) with a threshold of two thirds, the second has no mean."""
    rows = np.array([[1, 3, 1], [2, NAN, NAN], [3, NAN, 1]], dtype=float)
    small = definition()
    present = np.hstack([~np.isnan(rows), np.ones((3, 1), dtype=bool)])
    allowed = standing(small, present, [[None] * 4] * 3)
    assert allowed.pillars[:, 0].tolist() == [True, False, True]
    assert [reasons[0] for reasons in allowed.pillar_reasons] == [None, "too_few_measures", None]
    means = np.where(allowed.pillars[:, 0], weighted_mean(rows, np.ones(3)), NAN)
    assert means.tolist() == pytest.approx([1.666667, NAN, 2.0], abs=5e-7, nan_ok=True)


@pytest.mark.parametrize(
    ("present", "why_not", "pillar_reason", "half_reason", "coverage"),
    [
        ([1, 1, 1, 1], [], None, None, 1.0),
        ([1, 1, 0, 1], [], None, None, 5 / 6),
        ([1, 0, 0, 1], [], "too_few_measures", "too_few_pillars", 4 / 6),
        ([0, 1, 1, 1], [], "essential_missing", "too_few_pillars", 5 / 6),
        ([1, 0, 1, 1], [1], None, None, 1.0),
        ([1, 0, 0, 1], [1, 2], None, None, 1.0),
        ([1, 0, 0, 1], [1], "too_few_measures", "too_few_pillars", 0.8),
        ([0, 0, 0, 1], [0, 1, 2], "landlocked", "too_few_pillars", 1.0),
        ([0, 0, 0, 0], [], "essential_missing", "too_few_pillars", 0.0),
    ],
)  # fmt: skip
def test_rules_for_missing_data(
    present: list[int], why_not: list[int], pillar_reason: str | None, half_reason: str | None, coverage: float
) -> None:
    """Two thirds of what means anything and each essential measure are needed; no sea is no gap; coverage says what is there."""
    small = definition(half=halves({"areas": pillar(LAND | {"essential": True}, SEA, SITES)}))
    pointless = [["landlocked" if place in why_not else None for place in range(4)]]
    allowed = standing(small, np.array([present], dtype=bool), pointless)
    assert allowed.pillar_reasons[0][0] == pillar_reason
    assert allowed.half_reasons[0][0] == half_reason
    assert allowed.index.tolist() == [half_reason is None and present[3] == 1]
    assert allowed.coverage.tolist() == pytest.approx([coverage])


def test_half_needs_two_thirds_of_its_pillars_and_the_essential_ones() -> None:
    """A half whose essential pillar has no score has none either, however many others have one."""
    pillars = {"land": pillar(LAND, essential=True), "sea": pillar(SEA), "sites": pillar(SITES)}
    small = definition(half=halves(pillars))
    present = np.array([[1, 1, 0, 1], [1, 0, 0, 1], [0, 1, 1, 1]], dtype=bool)
    allowed = standing(small, present, [[None] * 4] * 3)
    assert [reasons[0] for reasons in allowed.half_reasons] == [None, "too_few_pillars", "essential_missing"]


def test_weights_that_are_left_out_are_equal() -> None:
    """Without weights the parts count the same; with weights they count as stated."""
    small = definition(half=halves({"areas": pillar(LAND, SEA, SITES)}))
    assert whole_weights(small).tolist() == pytest.approx([1 / 6, 1 / 6, 1 / 6, 1 / 2])
    stated = pillar(LAND | {"weight": "1/2"}, SEA | {"weight": 0.25}, SITES | {"weight": "1/4"})
    assert whole_weights(definition(half=halves({"areas": stated}))).tolist() == [0.25, 0.125, 0.125, 0.5]


NAMES = ["land_protected_pct", "marine_protected_pct", "kba_terrestrial_pct", "kba_freshwater_pct", "kba_mountain_pct", "kba_marine_pct"]  # fmt: skip


def reference(pillars: list[list[float | None]], weights: list[list[int]], needs: Fraction) -> tuple[Any, Any]:
    """Scores of pillars and of their half in plain Python; pillars count the same."""
    found = []
    for scores, stated in zip(pillars, weights, strict=True):
        there = [(score, weight) for score, weight in zip(scores, stated, strict=True) if score is not None]
        enough = there and Fraction(len(there), len(scores)) >= needs
        found.append(sum(s * w for s, w in there) / sum(w for _, w in there) if enough else None)
    known = [score for score in found if score is not None]
    half = sum(known) / len(known) if known and Fraction(len(known), len(found)) >= needs else None
    return found, half


@given(
    scores=st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=6, max_size=6),
    weights=st.lists(st.integers(1, 9), min_size=6, max_size=6),
    law=st.floats(0, 1),
    needs=st.fractions(0, 1, max_denominator=6),
)
def test_arrays_equal_plain_python(scores: list[float | None], weights: list[int], law: float, needs: Fraction) -> None:
    """Any scores, weights and gaps give what a few lines of Python give."""
    total = [sum(weights[:2]), sum(weights[2:])]
    measures = [measure(name, weight=Fraction(w, total[place > 1])) for place, (name, w) in enumerate(zip(NAMES, weights, strict=True))]  # fmt: skip
    small = definition(
        half=halves({"one": pillar(*measures[:2]), "two": pillar(*measures[2:])}),
        missing={"pillar_needs": needs, "half_needs": needs},
    )
    row = np.array([[NAN if score is None else score for score in [*scores, law]]])
    allowed = standing(small, ~np.isnan(row), [[None] * 7])
    found = aggregate(Layout.of(small), row, Weights.of(small), allowed.pillars, allowed.halves)
    pillars, half = reference([scores[:2], scores[2:]], [weights[:2], weights[2:]], needs)
    expected = [NAN if score is None else score for score in [*pillars, law]]
    assert found.pillars[0].tolist() == pytest.approx(expected, abs=1e-12, nan_ok=True)
    index = NAN if half is None else half**0.5 * law**0.5
    assert found.index[0] == pytest.approx(index, abs=1e-12, nan_ok=True)


def test_one_pillar_of_law_is_the_whole_half() -> None:
    """A half of one pillar of one measure is that measure's score."""
    small = definition(half=halves({"areas": pillar(LAND)}, {"law": pillar(LAW)}))
    ok = np.ones((1, 2), dtype=bool)
    found = aggregate(Layout.of(small), np.array([[0.25, 0.64]]), Weights.of(small), ok, ok)
    assert found.halves.tolist() == [[0.25, 0.64]]
    assert found.index.tolist() == pytest.approx([0.4])
