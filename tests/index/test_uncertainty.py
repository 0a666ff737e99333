"""Intervals and sensitivity: reproducible draws, bounds that mean what they say, and Sobol's test function."""

from __future__ import annotations

import math
import statistics
from typing import Any

import numpy as np
import pytest
from small_index import LAND, LAW, SITES, content, definition, halves, pillar

from ness_pipeline.index.definition import Definition
from ness_pipeline.index.uncertainty import draw_key, draw_scores, drawn_values, interval, sensitivity, sobol, uniforms


def test_draws_depend_on_their_key_alone() -> None:
    """The first numbers of a key are these, on any machine and with any numpy; another key has others."""
    assert uniforms("7|KE|2020", 1, 4)[0].tolist() == [
        0.6968070484723264, 0.9088664630657428, 0.20520321894945137, 0.9370350223684235,
    ]  # fmt: skip
    assert not np.intersect1d(uniforms("7|KE|2020", 1, 1000), uniforms("7|KE|2021", 1, 1000)).size


def test_draws_are_uniform() -> None:
    """Every tenth of the numbers falls into every tenth of the range, and none reaches 1."""
    drawn = uniforms("any", 10, 10_000)
    assert drawn.min() >= 0
    assert drawn.max() < 1
    counts = np.histogram(drawn, bins=10, range=(0, 1))[0]
    assert counts == pytest.approx(np.full(10, 10_000), rel=0.05)


def test_bounds_are_95_percent_and_the_value_is_the_median() -> None:
    """2.5 % of the draws lie beyond each bound and half on each side of the value, however lopsided the bounds are."""
    first, second = uniforms("any", 2, 200_000)
    drawn = drawn_values(np.array(0.7), np.array(0.5), np.array(0.72), first, second)
    assert np.quantile(drawn, [0.025, 0.5, 0.975]).tolist() == pytest.approx([0.5, 0.7, 0.72], abs=0.003)
    assert np.mean(drawn < 0.7) == pytest.approx(0.5, abs=0.005)


@pytest.mark.parametrize(("lower", "upper"), [(math.nan, math.nan), (0.7, 0.7), (0.8, 0.6)])
def test_value_without_bounds_does_not_vary(lower: float, upper: float) -> None:
    """No bounds, bounds on the value and bounds on the wrong side leave the value as it is."""
    first, second = uniforms("any", 2, 100)
    assert (drawn_values(np.array(0.7), np.array(lower), np.array(upper), first, second) == 0.7).all()


def plain_draws(
    small: Definition, country: str, year: int, values: list[float], low: Any, high: Any
) -> list[list[float]]:
    """Draws of both halves and the index in plain Python, for one pillar of two measures beside one of law."""
    drawn = uniforms(draw_key(small.uncertainty.seed, country, year), 3 * 3 + 2 + 2, small.uncertainty.draws).tolist()
    first, second, of_measures, of_pillars, of_halves = drawn[:3], drawn[3:6], drawn[6:9], drawn[9:11], drawn[11:]
    posts = [(0, 30), (0, 100), (0, 1)]
    rows = []
    for draw in range(small.uncertainty.draws):
        scores, weights = [], []
        for place, value in enumerate(values):
            normal = math.sqrt(-2 * math.log(1 - first[place][draw])) * math.cos(2 * math.pi * second[place][draw])
            width = 0 if low[place] is None else value - low[place] if normal < 0 else high[place] - value
            some = value + max(width, 0) * normal / statistics.NormalDist().inv_cdf(0.975)
            worst, best = posts[place]
            scores.append(min(1, max(0, (some - worst) / (best - worst))))
            weights.append([0.5, 0.5, 1][place] * (0.75 + 0.5 * of_measures[place][draw]))
        nature = (scores[0] * weights[0] + scores[1] * weights[1]) / (weights[0] + weights[1])
        shares = [0.5 * (0.75 + 0.5 * of_halves[half][draw]) for half in range(2)]
        total = math.exp(sum(w * math.log(x) for w, x in zip(shares, [nature, scores[2]], strict=True)) / sum(shares))
        rows.append([nature, scores[2], total])
    assert len(of_pillars) == 2  # alone in their halves, pillars weigh the same whatever is drawn
    return rows


def test_draws_equal_plain_python() -> None:
    """Arrays give, draw by draw, what a loop in plain Python gives."""
    small = definition(half=halves({"areas": pillar(LAND, SITES)}))
    values, low, high = [17.0, 60.0, 0.8], [12.0, None, 0.5], [20.0, None, 0.9]
    bounds = tuple(np.array([[math.nan if b is None else b for b in side]]) for side in (low, high))
    ok = np.ones((1, 2), dtype=bool)
    found = draw_scores(small, "KE", [2020], np.array([values]), (bounds[0], bounds[1]), ok, ok)
    arrays = np.concatenate([found.halves[0], found.index[0][:, None]], axis=-1)
    assert arrays == pytest.approx(np.array(plain_draws(small, "KE", 2020, values, low, high)), abs=1e-12)


def test_draws_of_a_year_do_not_depend_on_other_years() -> None:
    """A year drawn with others has the draws that it has alone."""
    small = definition(half=halves({"areas": pillar(LAND, SITES)}))
    values, none = np.array([[17.0, 60.0, 0.8], [18.0, 61.0, 0.8]]), np.full((2, 3), math.nan)
    ok = np.ones((2, 2), dtype=bool)
    both = draw_scores(small, "KE", [2020, 2021], values, (none, none), ok, ok)
    alone = draw_scores(small, "KE", [2021], values[1:], (none[1:], none[1:]), ok[1:], ok[1:])
    assert (both.index[1] == alone.index[0]).all()


def test_interval_holds_nine_of_ten_draws() -> None:
    """The interval runs between the 5 % and the 95 % quantile and always holds the point."""
    draws = np.arange(101.0).reshape(1, 101)
    assert np.ravel(interval(draws, np.array([50.0]), 0.9)).tolist() == pytest.approx([5, 95])
    assert np.ravel(interval(draws, np.array([99.0]), 0.9)).tolist() == pytest.approx([5, 99])


def test_weights_that_cannot_matter_leave_no_interval() -> None:
    """Where all scores are the same, no weight changes anything, and the interval is the point."""
    small = definition(half=halves({"areas": pillar(LAND, SITES)}, {"law": pillar(LAW)}))
    values, none = np.array([[15.0, 50.0, 0.5]]), np.full((1, 3), math.nan)
    ok = np.ones((1, 2), dtype=bool)
    found = draw_scores(small, "KE", [2020], values, (none, none), ok, ok)
    assert found.index[0] == pytest.approx(np.full(200, 0.5), abs=1e-12)


def test_sobol_of_a_sum() -> None:
    """For y = x1 + 10 x2 a third input drives nothing at all, and the others 1/101 and 100/101 of the variance."""

    def sum_of(rows: Any) -> Any:
        return rows[:, 0] + 10 * rows[:, 1]

    few, many = uniforms("sobol", 6, 100).T, uniforms("sobol", 6, 200_000).T
    first, total = sobol(sum_of, few[:, :3], few[:, 3:])
    assert (first[2], total[2]) == (0, 0)
    first, total = sobol(sum_of, many[:, :3], many[:, 3:])
    assert first.tolist() == pytest.approx([0.0099, 0.9901, 0], abs=0.005)
    assert total.tolist() == pytest.approx([0.0099, 0.9901, 0], abs=0.005)


def test_sobol_of_a_product_has_interactions() -> None:
    """For the product of two inputs around 0 nothing is first order and everything is total."""
    many = uniforms("product", 4, 200_000).T - 0.5
    first, total = sobol(lambda rows: rows[:, 0] * rows[:, 1], many[:, :2], many[:, 2:])
    assert first.tolist() == pytest.approx([0, 0], abs=0.01)
    assert total.tolist() == pytest.approx([1, 1], abs=0.01)


def test_sobol_of_a_constant_is_missing() -> None:
    """What does not vary has no sensitivity, and no division by zero."""
    rows = uniforms("constant", 4, 100).T
    first, total = sobol(lambda rows: np.full(len(rows), 3.0), rows[:, :2], rows[:, 2:])
    assert np.isnan(first).all()
    assert np.isnan(total).all()


def test_pillar_that_varies_more_drives_more() -> None:
    """A pillar that is the same everywhere drives nothing, and one that no country has is left out."""
    pillars = {"same": pillar(LAND), "varied": pillar(SITES), "nowhere": pillar(LAND | {"metric": "kba_marine_pct"})}
    small = Definition.model_validate(content(half=halves(pillars)))
    scores = np.array([[0.5, place / 20, math.nan, 0.5 + place / 100] for place in range(1, 20)])
    first, total = sensitivity(small, scores)
    assert (first[0], total[0]) == (0, 0)
    assert first[1] > 0.8
    assert 0.2 > first[3] > 0
    assert np.isnan([first[2], total[2]]).all()


def test_no_pillar_of_a_half_leaves_no_sensitivity() -> None:
    """Without any score of one half there is no index to vary."""
    first, total = sensitivity(definition(), np.array([[0.5, math.nan], [0.6, math.nan]]))
    assert np.isnan([*first, *total]).all()
