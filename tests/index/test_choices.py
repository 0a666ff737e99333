"""Other choices and sensitivity: reproducible draws, named changes, ranges that mean what they say, Sobol's test function."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from small_index import LAND, LAW, SITES, content, definition, halves, pillar

from ness_pipeline.index.choices import (
    drawn_choices,
    named_choices,
    range_of,
    scores_under,
    sensitivity,
    sobol,
    uniforms,
)
from ness_pipeline.index.definition import Definition


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


VARIED = LAND | {"worst_between": [0, 5], "best_between": [17, 50], "weight": "3/4"}
TWO = definition(half=halves({"areas": pillar(VARIED, SITES | {"weight": "1/4"})}))
ALL = np.ones((1, 3), dtype=bool)


def named(values: list[float], small: Definition = TWO) -> dict[str, tuple[float, float]]:
    """The ecological half and the index of one country under every named choice."""
    names, choices = named_choices(small)
    found = scores_under(small, choices, np.array([values]), np.ones((1, len(values)), dtype=bool))
    return {name: (found.halves[0, place, 0], found.index[0, place]) for place, name in enumerate(names)}


def test_every_named_choice_by_hand() -> None:
    """Land 21 % of 30, sites 40 of 100 with a quarter of the weight, law 0.64: each choice changes one thing."""
    found = named([21.0, 40.0, 0.64])
    expected = {
        "without land_protected_pct": 0.4,
        "without kba_terrestrial_pct": 0.7,
        "equal pillars": 0.625,
        "equal measures": 0.55,
        "wide goalposts": 0.75 * 21 / 50 + 0.1,
        "narrow goalposts": 0.75 * 1 + 0.1,
        "five steps": 0.75 * 0.75 + 0.25 * 0.5,
        "arithmetic mean": 0.625,
    }
    assert {name: half for name, (half, _) in found.items()} == pytest.approx(expected)
    assert found["equal measures"][1] == pytest.approx((0.55 * 0.64) ** 0.5)
    assert found["arithmetic mean"][1] == pytest.approx((0.625 + 0.64) / 2)
    assert found["five steps"][1] == pytest.approx((0.6875 * 0.75) ** 0.5)


def test_what_would_empty_a_half_is_never_left_out() -> None:
    """The only pillar of a half stays, and so does its only measure."""
    names, _ = named_choices(definition(half=halves({"land": pillar(LAND), "sites": pillar(SITES)})))
    assert [name for name in names if name.startswith("without")] == [
        "without land", "without sites", "without land_protected_pct", "without kba_terrestrial_pct",
    ]  # fmt: skip


def test_missing_measure_stays_missing_under_every_choice() -> None:
    """A measure without a value has none under another choice, and where it alone is left there is no index."""
    found = named([math.nan, 40.0, 0.64])
    assert found["equal measures"][0] == pytest.approx(0.4)
    assert math.isnan(found["without kba_terrestrial_pct"][1])


def test_draws_stay_within_the_stated_bounds() -> None:
    """Weights lie within a quarter of themselves and goalposts in their spans, evenly; each part is left out as often."""
    small = definition(
        half=halves({"areas": pillar(VARIED, SITES | {"weight": "1/4"})}),
        choices=content()["choices"] | {"draws": 10_000},
    )
    drawn = drawn_choices(small)
    for part, mean in ((drawn.weights.measures[:, 0], 0.75), (drawn.weights.halves[:, 1], 0.5), (drawn.weights.pillars[:, 0], 1.0)):  # fmt: skip
        assert part.min() >= 0.75 * mean
        assert part.max() <= 1.25 * mean
        assert part.mean() == pytest.approx(mean, rel=0.01)
    assert drawn.worst[:, 0].min() >= 0
    assert drawn.worst[:, 0].max() <= 5
    assert drawn.best[:, 0].mean() == pytest.approx((17 + 50) / 2, rel=0.02)
    assert (drawn.best[:, 1] == 100).all()
    assert drawn.is_stepped.mean() == pytest.approx(0.5, abs=0.02)
    assert drawn.is_arithmetic.mean() == pytest.approx(0.5, abs=0.02)
    # Nothing, the land, or the sites: the pillar itself cannot go, as it is the whole half.
    assert drawn.is_left_out.mean(axis=0).tolist() == pytest.approx([1 / 3, 1 / 3, 0], abs=0.02)


def test_draws_are_the_same_for_every_country_and_year() -> None:
    """A year drawn with others has the draws that it has alone, so that ranks under one draw can be compared."""
    choices = drawn_choices(TWO)
    values = np.array([[17.0, 60.0, 0.8], [18.0, 61.0, 0.8]])
    both = scores_under(TWO, choices, values, np.ones((2, 3), dtype=bool))
    alone = scores_under(TWO, drawn_choices(TWO), values[1:], ALL)
    assert (both.index[1] == alone.index[0]).all()


def test_range_holds_nine_of_ten_draws() -> None:
    """The range runs between the 5 % and the 95 % quantile, always holds the point, and is none without a point."""
    draws = np.arange(101.0).reshape(1, 101)
    assert np.ravel(range_of(draws, np.array([50.0]), 0.9)).tolist() == pytest.approx([5, 95])
    assert np.ravel(range_of(draws, np.array([99.0]), 0.9)).tolist() == pytest.approx([5, 99])
    with_gaps = np.where(np.arange(202) % 2, math.nan, np.arange(202) / 2).reshape(1, 202)
    assert np.ravel(range_of(with_gaps, np.array([50.0]), 0.9)).tolist() == pytest.approx([5, 95])
    assert np.isnan(np.ravel(range_of(draws * math.nan, np.array([math.nan]), 0.9))).all()


def test_choices_that_cannot_matter_leave_no_range() -> None:
    """Where all scores are the same and no goalpost moves, no choice changes anything."""
    small = definition(half=halves({"areas": pillar(LAND, SITES)}, {"law": pillar(LAW)}))
    found = scores_under(small, drawn_choices(small), np.array([[15.0, 50.0, 0.5]]), ALL)
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
