"""Uncertainty of the index: an interval per country and year, and the sensitivity to each pillar over the world.

Every draw comes from a hash of seed, country and year, never from a generator that other countries share: the interval
of a country is the same whether it is computed alone or with all others.
Sources: Monte Carlo as in the OECD/JRC Handbook on Constructing Composite Indicators (2008), part 7; sensitivity after
Saltelli et al. (2010) for the first order and Jansen (1999) for the total effect.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

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
)

BOUND = 1.959963984540054
"""Standard deviations between the middle of a normal distribution and its 97.5 % quantile."""


def uniforms(key: str, rows: int, columns: int) -> Floats:
    """Numbers between 0 and 1 (never 1) that depend on the key alone, on any machine and with any numpy.

    Only numpy's raw bits are used, which it promises never to change; the last 11 of 64 bits are dropped.
    """
    seed = int.from_bytes(hashlib.sha256(key.encode()).digest(), "big")
    raw = np.random.PCG64(seed).random_raw(rows * columns)
    return (raw >> np.uint64(11)).reshape(rows, columns).astype(np.float64) * 2.0**-53


def draw_key(seed: int, country_code: str, year: int) -> str:
    """The seed text of the draws of one country and year."""
    return f"{seed}|{country_code}|{year}"


def drawn_values(values: Floats, lower: Floats, upper: Floats, first: Floats, second: Floats) -> Floats:
    """Values within their bounds: two half-normal distributions that meet in the value.

    Half of the draws lie below the value and half above it, and 2.5 % lie beyond each bound. A missing bound, or one on
    the wrong side, leaves the value as it is on that side.

    Args:
        values: the values.
        lower: their 2.5 % bounds, NaN where there are none.
        upper: their 97.5 % bounds, NaN where there are none.
        first: uniform numbers.
        second: other uniform numbers.
    """
    normal = np.sqrt(-2.0 * np.log1p(-first)) * np.cos(2.0 * np.pi * second)
    below, above = (np.nan_to_num(np.maximum(side, 0.0)) for side in (values - lower, upper - values))
    drawn: Floats = values + np.where(normal < 0, below, above) * normal / BOUND
    return drawn


def score_all(measures: tuple[Measure, ...], values: Floats) -> Floats:
    """Scores of values whose last axis runs over the measures."""
    return side_by_side([goalpost_score(values[..., i], m.worst, m.best, m.scale) for i, m in enumerate(measures)])


def draw_scores(
    definition: Definition,
    country_code: str,
    years: list[int],
    values: Floats,
    bounds: tuple[Floats, Floats],
    pillar_ok: Flags,
    half_ok: Flags,
) -> Scores:
    """Draws of every score of one country: years by draws by parts.

    Args:
        definition: the definition.
        country_code: the country.
        years: the years.
        values: years by measures, NaN where missing.
        bounds: lower and upper bounds of the values, NaN where there are none.
        pillar_ok: which pillars may have a score; years by pillars.
        half_ok: which halves may have one; years by halves.
    """
    measures, pillars, halves = len(definition.measures), len(definition.pillars), len(definition.half_weights)
    settings = definition.uncertainty
    rows = 3 * measures + pillars + halves
    by_part = np.stack(
        [uniforms(draw_key(settings.seed, country_code, year), rows, settings.draws) for year in years], axis=1
    )
    drawn = np.moveaxis(by_part, 0, -1)  # what is drawn runs last, yet the draws of one part lie side by side in memory
    first, second, of_measures, of_pillars, of_halves = np.split(
        drawn, np.cumsum([measures, measures, measures, pillars]), axis=-1
    )
    lower, upper = bounds
    some = np.moveaxis(np.repeat(values.T[:, :, None], settings.draws, axis=2), 0, -1)
    for place in np.flatnonzero((~np.isnan(lower) | ~np.isnan(upper)).any(axis=0)):
        value, low, high = (column[:, None, place] for column in (values, lower, upper))
        some[..., place] = drawn_values(value, low, high, first[..., place], second[..., place])
    spread, defined = float(settings.weight_spread), Weights.of(definition)
    weights = Weights(
        *(
            weight * (1.0 + spread * (2.0 * uniform - 1.0))
            for weight, uniform in zip(
                (defined.measures, defined.pillars, defined.halves), (of_measures, of_pillars, of_halves), strict=True
            )
        )
    )
    return aggregate(
        Layout.of(definition),
        score_all(definition.measures, some),
        weights,
        pillar_ok[:, None],
        half_ok[:, None],
    )


def interval(draws: Floats, point: Floats, inside: float) -> tuple[Floats, Floats]:
    """Bounds that hold a share of the draws (axis 1), widened to hold the point itself where all draws lie on one side."""
    lower, upper = np.quantile(draws, [(1 - inside) / 2, (1 + inside) / 2], axis=1)
    return np.minimum(lower, point), np.maximum(upper, point)


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
    settings = definition.uncertainty
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
