"""What the choices behind the index do to it, and how much each pillar drives it over the world.

Every number of an index rests on choices that could have been made otherwise. Here they are made otherwise: a measure or a
pillar is left out, weights and goalposts move within stated bounds, scores go in five steps, the halves are joined by an
arithmetic mean. Some of these choices have a name, one change each; many more are drawn, all changes together. The choices
are the same for every country and year, so ranks under one of them can be compared, and no country's range depends on
another country.

Sources: OECD/JRC Handbook on Constructing Composite Indicators (2008), step 7; Saisana, Saltelli and Tarantola (2005), for
drawing all choices together; Saltelli et al. (2010) for the first order and Jansen (1999) for the total effect.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ness_pipeline.index.definition import Definition, Measure
from ness_pipeline.index.scores import (
    Flags,
    Floats,
    Layout,
    Scores,
    Weights,
    aggregate,
    goalpost_score,
    side_by_side,
    weighted_geometric_mean,
    weighted_mean,
    weights_in_half,
)

STEPS = 4
"""Scores in five steps: 0, a quarter, a half, three quarters, 1."""


@dataclass(frozen=True)
class ChoiceSet:
    """Several ways to compute the same index, side by side; the first axis of all arrays runs over the choices.

    Attributes:
        weights: weights of measures, pillars and halves.
        worst: goalposts that score 0; choices by measures.
        best: goalposts that score 1; choices by measures.
        is_left_out: which measures are left out; choices by measures.
        is_stepped: where scores go in five steps.
        is_arithmetic: where the halves are joined by an arithmetic mean.
    """

    weights: Weights
    worst: Floats
    best: Floats
    is_left_out: Flags
    is_stepped: Flags
    is_arithmetic: Flags

    def __len__(self) -> int:
        """Number of choices."""
        return len(self.worst)


def as_defined(definition: Definition, times: int = 1) -> ChoiceSet:
    """The definition itself, several times over."""
    weights, measures = Weights.of(definition), definition.measures
    return ChoiceSet(
        weights=Weights(*(np.tile(part, (times, 1)) for part in (weights.measures, weights.pillars, weights.halves))),
        worst=np.tile([measure.worst for measure in measures], (times, 1)),
        best=np.tile([measure.best for measure in measures], (times, 1)),
        is_left_out=np.zeros((times, len(measures)), dtype=bool),
        is_stepped=np.zeros(times, dtype=bool),
        is_arithmetic=np.zeros(times, dtype=bool),
    )


def parts_to_leave_out(definition: Definition) -> dict[str, Flags]:
    """Each pillar and each measure, with the measures that go with it; none whose half would be empty without it."""
    layout, count = Layout.of(definition), len(definition.measures)
    found: dict[str, Flags] = {}
    for pillar, part in zip(definition.pillars, layout.pillars, strict=True):
        found[pillar] = np.isin(np.arange(count), np.arange(part.start, part.stop))
    for place, measure in enumerate(definition.measures):
        found.setdefault(measure.name, np.arange(count) == place)
    return {name: gone for name, gone in found.items() if not any(gone[half].all() for half in layout.half_measures)}


def named_choices(definition: Definition) -> tuple[list[str], ChoiceSet]:
    """One change each: names, and the choices.

    Left out is each pillar and each measure; pillars, or measures in their pillars, weigh the same; goalposts stand at the
    outer ends of their spans, or at the inner ones; scores go in five steps; the halves are joined by an arithmetic mean.
    """
    parts = parts_to_leave_out(definition)
    changes = ["equal pillars", "equal measures", "wide goalposts", "narrow goalposts", "five steps", "arithmetic mean"]
    names = [*(f"without {name}" for name in parts), *changes]
    choices = as_defined(definition, len(names))
    for row, gone in enumerate(parts.values()):
        choices.is_left_out[row] = gone
    layout, first = Layout.of(definition), len(parts)
    for half in layout.halves:
        choices.weights.pillars[first, half] = 1 / (half.stop - half.start)
    for pillar in layout.pillars:
        choices.weights.measures[first + 1, pillar] = 1 / (pillar.stop - pillar.start)
    for place, measure in enumerate(definition.measures):
        for row, is_wide in ((first + 2, True), (first + 3, False)):
            choices.worst[row, place], choices.best[row, place] = _ends(measure, is_wide=is_wide)
    choices.is_stepped[first + 4] = choices.is_arithmetic[first + 5] = True
    return names, choices


def _ends(measure: Measure, *, is_wide: bool) -> tuple[float, float]:
    """The goalposts of a measure that lie furthest apart, or closest together, within their spans."""
    low, high = _spans(measure)
    grows = measure.best > measure.worst
    outer = (min(low), max(high)) if grows else (max(low), min(high))
    inner = (max(low), min(high)) if grows else (min(low), max(high))
    return outer if is_wide else inner


def _spans(measure: Measure) -> tuple[tuple[float, float], tuple[float, float]]:
    """The spans of both goalposts; the goalpost itself where it is not varied."""
    return measure.worst_between or (measure.worst, measure.worst), measure.best_between or (measure.best, measure.best)


def drawn_choices(definition: Definition) -> ChoiceSet:
    """Choices in which everything changes together; they depend on the seed of the definition alone.

    Every weight lies evenly within the spread of itself and every goalpost evenly within its span; one pillar, one measure
    or nothing is left out, each as likely; half of the draws score in five steps, and half join the halves by an arithmetic
    mean.
    """
    settings, count = definition.choices, len(definition.measures)
    base = as_defined(definition, settings.draws)
    sizes = [count, len(definition.pillars), len(definition.half_weights), count, count, 1, 1, 1]
    uniform = uniforms(f"{settings.seed}|choices", sum(sizes), settings.draws).T
    of_measures, of_pillars, of_halves, of_worst, of_best, left_out, stepped, arithmetic = np.split(
        uniform, np.cumsum(sizes)[:-1], axis=1
    )
    spread = float(settings.weight_spread)
    weights = Weights(
        *(
            weight * (1.0 + spread * (2.0 * some - 1.0))
            for weight, some in (
                (base.weights.measures, of_measures),
                (base.weights.pillars, of_pillars),
                (base.weights.halves, of_halves),
            )
        )
    )
    spans = np.array([_spans(measure) for measure in definition.measures])
    worst, best = (
        spans[:, end, 0] + some * (spans[:, end, 1] - spans[:, end, 0]) for end, some in enumerate((of_worst, of_best))
    )
    parts = [np.zeros(count, dtype=bool), *parts_to_leave_out(definition).values()]
    gone = np.stack(parts)[(left_out[:, 0] * len(parts)).astype(int)]
    return replace(
        base,
        weights=weights,
        worst=worst,
        best=best,
        is_left_out=gone,
        is_stepped=stepped[:, 0] < 1 / 2,
        is_arithmetic=arithmetic[:, 0] < 1 / 2,
    )


def scores_under(definition: Definition, choices: ChoiceSet, values: Floats, applies: Flags) -> Scores:
    """Scores of one country under every choice: years by choices by parts.

    Args:
        definition: the definition.
        choices: the choices.
        values: years by measures, NaN where missing.
        applies: whether each measure has a meaning for the country; years by measures.
    """
    layout = Layout.of(definition)
    scores = side_by_side(
        [
            goalpost_score(values[:, None, place], choices.worst[:, place], choices.best[:, place], measure.scale)
            for place, measure in enumerate(definition.measures)
        ]
    )
    scores = np.where(choices.is_stepped[:, None], np.floor(scores * STEPS + 1 / 2) / STEPS, scores)
    shares = weights_in_half(layout, choices.weights, applies[:, None, :] & ~choices.is_left_out)
    return aggregate(layout, scores, shares, choices.weights.halves, choices.is_arithmetic)


def range_of(draws: Floats, point: Floats, inside: float) -> tuple[Floats, Floats]:
    """The ends that hold a share of the draws (axis 1), widened to hold the point itself; draws without a score are left out."""
    low, high = np.full((2, *point.shape), np.nan)
    some = ~np.isnan(point)
    of_some = np.moveaxis(draws, 1, -1)[some]
    if of_some.size:
        low[some], high[some] = np.nanquantile(of_some, [(1 - inside) / 2, (1 + inside) / 2], axis=-1)
    return np.fmin(low, point), np.fmax(high, point)


def uniforms(key: str, rows: int, columns: int) -> Floats:
    """Numbers between 0 and 1 (never 1) that depend on the key alone, on any machine and with any numpy.

    Only numpy's raw bits are used, which it promises never to change; the last 11 of 64 bits are dropped.
    """
    seed = int.from_bytes(hashlib.sha256(key.encode()).digest(), "big")
    raw = np.random.PCG64(seed).random_raw(rows * columns)
    return (raw >> np.uint64(11)).reshape(rows, columns).astype(np.float64) * 2.0**-53


def sobol(function: Callable[[Floats], Floats], a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """First-order and total sensitivity of a function to each of its inputs.

    The first order is the share of the variance that goes when the input is known, the total the share that stays while
    only this input is unknown. It takes N(d + 2) calls' worth of rows.

    Args:
        function: from N rows of d inputs to N values.
        a: N rows of inputs drawn independently of each other.
        b: N other rows.

    Returns:
        First order and total, one per input; NaN where the function does not vary.
    """
    of_a, of_b = function(a), function(b)
    both = np.concatenate([of_a, of_b])
    middle, variance = both.mean(), both.var()
    first, total = np.full((2, a.shape[1]), np.nan)
    if variance > 0:
        for place in range(a.shape[1]):
            mixed = a.copy()
            mixed[:, place] = b[:, place]
            change = function(mixed) - of_a
            first[place] = np.mean((of_b - middle) * change) / variance
            total[place] = np.mean(change**2) / (2.0 * variance)
    return first, total


def sensitivity(definition: Definition, pillars: Floats) -> tuple[Floats, Floats]:
    """First-order and total sensitivity of the index to each pillar, as the pillars vary over countries.

    Args:
        definition: the definition.
        pillars: scores, countries by pillars, NaN where missing; a pillar that no country has is left out.

    Returns:
        First order and total, one per pillar; NaN for a pillar that no country has, or where nothing varies.
    """
    known = [np.sort(column[~np.isnan(column)]) for column in pillars.T]
    some = np.array([column.size > 0 for column in known])
    layout, weights = Layout.of(definition), Weights.of(definition)
    if not all(some[part].any() for part in layout.halves):
        return np.full(len(known), np.nan), np.full(len(known), np.nan)
    settings = definition.choices
    uniform = uniforms(f"{settings.seed}|sensitivity", 2 * len(known), settings.sensitivity_draws).T
    a, b = (
        np.stack(
            [
                column[(column.size * quantiles).astype(int)] if column.size else np.full(len(quantiles), np.nan)
                for column, quantiles in zip(known, part.T, strict=True)
            ],
            axis=-1,
        )
        for part in np.split(uniform, 2, axis=-1)
    )

    def index_of(rows: Floats) -> Floats:
        halves = [weighted_mean(rows[:, part], weights.pillars[part]) for part in layout.halves]
        return weighted_geometric_mean(np.stack(halves, axis=-1), weights.halves)

    first, total = sobol(index_of, a, b)
    return np.where(some, first, np.nan), np.where(some, total, np.nan)
