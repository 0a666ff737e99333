"""From values to scores: fixed goalposts, weighted means inside a half, a geometric mean between the halves.

Everything works on the last axis of arrays, so that one value, all years of a country and all choices go through the same
few lines. Sources: OECD/JRC Handbook on Constructing Composite Indicators (2008); goalposts and the geometric mean between
dimensions as in the Human Development Index.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ness_pipeline.index.definition import HALVES, Definition

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def goalpost_score(values: Floats, worst: Floats | float, best: Floats | float, scale: str = "linear") -> Floats:
    """Scores of values between two goalposts: 0 at the worst and beyond, 1 at the best and beyond; NaN stays NaN.

    Args:
        values: any values.
        worst: value that scores 0; an array varies it along the values' axes.
        best: value that scores 1; it may be the smaller of the two.
        scale: `linear`, or `log` for the ratio of logarithms.
    """
    if scale == "log":
        low, high = np.minimum(worst, best), np.maximum(worst, best)
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
    return _ratio((present_weights * np.where(is_present, values, 0.0)).sum(axis=-1), present_weights.sum(axis=-1))


def weighted_geometric_mean(values: Floats, weights: Floats) -> Floats:
    """Geometric mean over the last axis: 0 where a weighted value is 0, NaN where one is NaN; values are not negative."""
    mean: Floats = np.prod(values ** (weights / weights.sum(axis=-1, keepdims=True)), axis=-1)
    return mean


def _ratio(part: Floats, whole: Floats) -> Floats:
    """A fraction, NaN where nothing stands below the bar."""
    ratio: Floats = np.divide(part, whole, out=np.full(np.broadcast(part, whole).shape, np.nan), where=whole > 0)
    return ratio


@dataclass(frozen=True)
class Weights:
    """Weights of measures, pillars and halves; the last axis runs over them, axes before it over choices.

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
        half_measures: slice of the measures per half.
    """

    pillars: tuple[slice, ...]
    halves: tuple[slice, ...]
    half_measures: tuple[slice, ...]

    @classmethod
    def of(cls, definition: Definition) -> Layout:
        """The layout of a definition, whose measures and pillars stand in order."""
        sizes = [len(pillar.measure) for pillar in definition.pillars.values()]
        halves = _slices([len(definition.half[half].pillar) for half in HALVES])
        return cls(_slices(sizes), halves, _slices([sum(sizes[half]) for half in halves]))


def _slices(sizes: list[int]) -> tuple[slice, ...]:
    ends = np.cumsum(sizes).tolist()
    return tuple(slice(end - size, end) for end, size in zip(ends, sizes, strict=True))


def weights_in_half(layout: Layout, weights: Weights, applies: Flags) -> Floats:
    """Weight of each measure in its half; those of a half sum to 1.

    A measure that has no meaning for the country gives its weight to the others of its pillar, and a pillar without any
    measure that has one gives its weight to the other pillars of its half.

    Args:
        layout: which measures make which pillar.
        weights: the weights, of the same leading axes as `applies`, or of none.
        applies: whether each measure has a meaning for the country; the last axis runs over the measures.
    """
    of_measure = np.where(applies, weights.measures, 0.0)
    shares = []
    for half in layout.halves:
        inside = [of_measure[..., layout.pillars[place]] for place in range(half.start, half.stop)]
        sums = [part.sum(axis=-1) for part in inside]
        of_pillar = side_by_side(
            [np.where(total > 0, weights.pillars[..., half.start + i], 0.0) for i, total in enumerate(sums)]
        )
        of_pillar = np.nan_to_num(of_pillar / np.maximum(of_pillar.sum(axis=-1, keepdims=True), TINY))
        shares += [
            part / np.maximum(total, TINY)[..., None] * of_pillar[..., i, None]
            for i, (part, total) in enumerate(zip(inside, sums, strict=True))
        ]
    return np.concatenate(shares, axis=-1)


TINY = float(np.finfo(float).tiny)
"""Stands for a weight of nothing below a fraction bar."""


@dataclass(frozen=True)
class Scores:
    """Scores of pillars, halves and the index; NaN where no measure has a value.

    Attributes:
        pillars: weighted means of their measures.
        halves: weighted means of their measures.
        index: weighted geometric, or arithmetic, mean of the halves.
    """

    pillars: Floats
    halves: Floats
    index: Floats


def aggregate(
    layout: Layout, scores: Floats, shares: Floats, half_weights: Floats, is_arithmetic: Flags | None = None
) -> Scores:
    """Pillars, halves and index from the scores of the measures.

    Args:
        layout: which measures make which pillar and half.
        scores: between 0 and 1, NaN where missing; the last axis runs over the measures.
        shares: weight of each measure in its half, as `weights_in_half` gives them.
        half_weights: weights of the halves.
        is_arithmetic: where the halves are joined by an arithmetic mean; nowhere if left out.
    """
    pillars, halves = (  # rounding may lift a mean of scores above 1 by a last digit
        np.minimum(side_by_side([weighted_mean(scores[..., part], shares[..., part]) for part in parts]), 1.0)
        for parts in (layout.pillars, layout.half_measures)
    )
    index = weighted_geometric_mean(halves, half_weights)
    if is_arithmetic is not None:
        index = np.where(is_arithmetic, np.where(np.isnan(index), np.nan, weighted_mean(halves, half_weights)), index)
    return Scores(pillars, halves, index)


@dataclass(frozen=True)
class Standing:
    """How much of the index has a value, by year, and what may be said with it.

    Attributes:
        applies: whether each measure has a meaning for the country; years by measures.
        shares: weight of each measure in its half; years by measures.
        pillar_coverage: share of each pillar's weight that has a value; NaN where the pillar has no meaning.
        half_coverage: the same of each half; years by halves.
        coverage: the same of the whole.
        half_reasons: why a half may not be quoted, None where it may; years by halves.
        pillar_reasons: why a pillar has no score, None where it has one; years by pillars.
    """

    applies: Flags
    shares: Floats
    pillar_coverage: Floats
    half_coverage: Floats
    coverage: Floats
    half_reasons: list[list[str | None]]
    pillar_reasons: list[list[str | None]]


def standing(definition: Definition, present: Flags, not_applicable: list[list[str | None]]) -> Standing:
    """Apply the rules for missing data.

    Args:
        definition: the definition.
        present: whether each measure has a value; years by measures.
        not_applicable: the reason why a measure means nothing for the country, None where it means something.
    """
    layout, weights = Layout.of(definition), Weights.of(definition)
    applies = np.array([[reason is None for reason in year] for year in not_applicable]).reshape(present.shape)
    present = present & applies
    shares = weights_in_half(layout, weights, applies)
    there = np.where(present, shares, 0.0)
    of_pillar = side_by_side([_ratio(there[:, m].sum(axis=-1), shares[:, m].sum(axis=-1)) for m in layout.pillars])
    of_half = side_by_side([there[:, part].sum(axis=-1) for part in layout.half_measures])
    needed = float(definition.missing.half_needs)
    lacking = _lacks_essential(definition, layout, applies, present)
    half_reasons: list[list[str | None]] = [
        [
            "essential_missing"
            if lacking[year, half]
            else "too_little_covered"
            if of_half[year, half] < needed - ROUNDING or not of_half[year, half]
            else None
            for half in range(len(layout.halves))
        ]
        for year in range(len(present))
    ]
    pillar_reasons: list[list[str | None]] = [
        [
            not_applicable[year][part.start]
            if not applies[year, part].any()
            else None
            if present[year, part].any()
            else "too_few_measures"
            for part in layout.pillars
        ]
        for year in range(len(present))
    ]
    whole = of_half @ weights.halves / weights.halves.sum()
    return Standing(applies, shares, of_pillar, of_half, np.minimum(whole, 1.0), half_reasons, pillar_reasons)


def _lacks_essential(definition: Definition, layout: Layout, applies: Flags, present: Flags) -> Flags:
    """Whether each half lacks something that the definition calls essential; years by halves."""
    lacks = np.zeros((len(present), len(layout.halves)), dtype=bool)
    pillars = list(definition.pillars.values())
    for half, places in enumerate(layout.halves):
        for place in range(places.start, places.stop):
            part, pillar = layout.pillars[place], pillars[place]
            missing = applies[:, part] & ~present[:, part]
            if pillar.essential:
                lacks[:, half] |= applies[:, part].any(axis=1) & ~present[:, part].any(axis=1)
            lacks[:, half] |= missing[:, [measure.essential for measure in pillar.measure]].any(axis=1)
    return lacks


ROUNDING = 1e-9
"""A share that ought to equal a threshold may miss it by this much."""
