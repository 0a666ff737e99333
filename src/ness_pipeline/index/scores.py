"""From values to scores: fixed goalposts, arithmetic means inside, a geometric mean between the halves.

Everything works on the last axis of arrays, so that one value, all years of a country and all draws of the interval go
through the same few lines. Sources: OECD/JRC Handbook on Constructing Composite Indicators (2008); goalposts and the
geometric mean between dimensions as in the Human Development Index.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from ness_pipeline.index.definition import HALVES, Definition

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def goalpost_score(values: Floats, worst: float, best: float, scale: str = "linear") -> Floats:
    """Scores of values between two goalposts: 0 at the worst and beyond, 1 at the best and beyond; NaN stays NaN.

    Args:
        values: any values.
        worst: value that scores 0.
        best: value that scores 1; it may be the smaller of the two.
        scale: `linear`, or `log` for the ratio of logarithms.
    """
    if scale == "log":
        low, high = sorted((worst, best))
        values, worst, best = np.log(np.clip(values, low, high)), np.log(worst), np.log(best)
    scores: Floats = np.clip((values - worst) / (best - worst), 0.0, 1.0)
    return scores


def side_by_side(columns: list[Floats]) -> Floats:
    """Arrays of one shape along a new last axis, each of them whole in memory, so that sums over that axis are fast."""
    return np.moveaxis(np.stack(columns), 0, -1)


def weighted_mean(values: Floats, weights: Floats) -> Floats:
    """Arithmetic mean over the last axis; values that are NaN lose their weight, nothing left gives NaN."""
    is_present = ~np.isnan(values)
    present_weights = np.where(is_present, weights, 0.0)
    total = present_weights.sum(axis=-1)
    summed = (present_weights * np.where(is_present, values, 0.0)).sum(axis=-1)
    mean: Floats = np.divide(summed, total, out=np.full(np.shape(summed), np.nan), where=total > 0)
    return mean


def weighted_geometric_mean(values: Floats, weights: Floats) -> Floats:
    """Geometric mean over the last axis: 0 where a weighted value is 0, NaN where one is NaN; values are not negative."""
    mean: Floats = np.prod(values ** (weights / weights.sum(axis=-1, keepdims=True)), axis=-1)
    return mean


@dataclass(frozen=True)
class Weights:
    """Weights of measures, pillars and halves; the last axis runs over them, axes before it over draws.

    Attributes:
        measures: in their pillars.
        pillars: in their halves.
        halves: in the index.
    """

    measures: Floats
    pillars: Floats
    halves: Floats

    @classmethod
    def of(cls, definition: Definition) -> Weights:
        """The weights that a definition states."""
        return cls(
            np.array(definition.measure_weights),
            np.array(definition.pillar_weights),
            np.array(definition.half_weights),
        )


@dataclass(frozen=True)
class Layout:
    """Which measures make each pillar, and which pillars each half, as positions.

    Attributes:
        pillars: slice of the measures per pillar.
        halves: slice of the pillars per half.
    """

    pillars: tuple[slice, ...]
    halves: tuple[slice, ...]

    @classmethod
    def of(cls, definition: Definition) -> Layout:
        """The layout of a definition, whose measures and pillars stand in order."""
        pillar_sizes = [len(pillar.measure) for pillar in definition.pillars.values()]
        return cls(_slices(pillar_sizes), _slices([len(definition.half[half].pillar) for half in HALVES]))


def _slices(sizes: list[int]) -> tuple[slice, ...]:
    ends = np.cumsum(sizes).tolist()
    return tuple(slice(end - size, end) for end, size in zip(ends, sizes, strict=True))


@dataclass(frozen=True)
class Standing:
    """The parts of the index that may be computed, by year.

    Attributes:
        pillars: whether each pillar has a score; years by pillars.
        halves: whether each half has one; years by halves.
        index: whether the index has one; by year.
        pillar_reasons: why not, None where it has.
        half_reasons: why not, None where it has.
        coverage: weight of the measures present, of those that mean anything for the country.
    """

    pillars: Flags
    halves: Flags
    index: Flags
    pillar_reasons: list[list[str | None]]
    half_reasons: list[list[str | None]]
    coverage: Floats


def standing(definition: Definition, present: Flags, not_applicable: list[list[str | None]]) -> Standing:
    """Apply the rules for missing data.

    Args:
        definition: the definition.
        present: whether each measure has a value; years by measures.
        not_applicable: the reason why a measure means nothing for the country, None where it means something.
    """
    layout, missing = Layout.of(definition), definition.missing
    applies = np.array([[reason is None for reason in year] for year in not_applicable]).reshape(present.shape)
    present = present & applies
    pillar_ok, pillar_applies, pillar_reasons = _ruled(
        layout.pillars,
        present,
        applies,
        [m.essential for m in definition.measures],
        missing.pillar_needs,
        "too_few_measures",
        "essential_missing",
    )
    for year, reasons in enumerate(pillar_reasons):
        for pillar, measures in enumerate(layout.pillars):
            if not pillar_applies[year, pillar]:
                reasons[pillar] = not_applicable[year][measures.start]
    half_ok, _, half_reasons = _ruled(
        layout.halves,
        pillar_ok,
        pillar_applies,
        [p.essential for p in definition.pillars.values()],
        missing.half_needs,
        "too_few_pillars",
        "essential_missing",
    )
    whole = whole_weights(definition)
    coverage = (whole * present).sum(axis=-1) / np.maximum((whole * applies).sum(axis=-1), np.finfo(float).tiny)
    return Standing(
        pillar_ok, half_ok, np.all(half_ok, axis=1), pillar_reasons, half_reasons, np.minimum(coverage, 1.0)
    )


def whole_weights(definition: Definition) -> Floats:
    """Weight of each measure in the whole: measure times pillar times half."""
    layout, weights = Layout.of(definition), Weights.of(definition)
    of_pillar = weights.pillars.copy()
    for half, pillars in enumerate(layout.halves):
        of_pillar[pillars] *= weights.halves[half]
    of_measure = weights.measures.copy()
    for pillar, measures in enumerate(layout.pillars):
        of_measure[measures] *= of_pillar[pillar]
    return of_measure


def _ruled(
    groups: tuple[slice, ...],
    present: Flags,
    applies: Flags,
    essential: list[bool],
    needs: Fraction,
    too_few: str,
    no_essential: str,
) -> tuple[Flags, Flags, list[list[str | None]]]:
    """Which groups of parts may be computed, which mean anything at all, and why the others may not."""
    required = applies & np.array(essential)
    ok = np.zeros((len(present), len(groups)), dtype=bool)
    meant = np.zeros_like(ok)
    reasons: list[list[str | None]] = [[None] * len(groups) for _ in present]
    for place, parts in enumerate(groups):
        there, of = present[:, parts].sum(axis=-1), applies[:, parts].sum(axis=-1)
        lacks_essential = (required[:, parts] & ~present[:, parts]).any(axis=-1)
        enough = (there > 0) & (there * needs.denominator >= of * needs.numerator)
        ok[:, place], meant[:, place] = enough & ~lacks_essential, of > 0
        for year in np.flatnonzero(~ok[:, place]):
            reasons[year][place] = no_essential if lacks_essential[year] else too_few
    return ok, meant, reasons


@dataclass(frozen=True)
class Scores:
    """Scores of pillars, halves and the index; NaN where the rules allow none."""

    pillars: Floats
    halves: Floats
    index: Floats


def aggregate(layout: Layout, scores: Floats, weights: Weights, pillar_ok: Flags, half_ok: Flags) -> Scores:
    """Pillars, halves and index from the scores of the measures.

    Args:
        layout: which measures make which pillar.
        scores: between 0 and 1, NaN where missing; the last axis runs over the measures.
        weights: of the same leading axes, or of none.
        pillar_ok: whether each pillar may have a score.
        half_ok: whether each half may have one.
    """
    pillars = side_by_side([weighted_mean(scores[..., m], weights.measures[..., m]) for m in layout.pillars])
    pillars = np.where(pillar_ok, pillars, np.nan)
    halves = side_by_side([weighted_mean(pillars[..., p], weights.pillars[..., p]) for p in layout.halves])
    halves = np.where(half_ok, halves, np.nan)
    return Scores(pillars, halves, weighted_geometric_mean(halves, weights.halves))
