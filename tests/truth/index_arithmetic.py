"""Halves and index of one country and year in plain Python, as the definition says, with any of its choices made otherwise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ness_pipeline.index.definition import Definition

Row = dict[str, Any]
HALVES = ("ecological_system", "security_system")


def stated(weight: Any) -> float:
    """A weight as stated, 1 where all count the same."""
    return 1.0 if weight is None else float(weight)


def score(measure: Any, value: float, worst: float | None = None, best: float | None = None) -> float:
    """Place of a value between the goalposts of a measure, or between others."""
    worst, best = measure.worst if worst is None else worst, measure.best if best is None else best
    low, high = min(worst, best), max(worst, best)
    value = min(max(value, low), high)
    share = (math.log(value) - math.log(low)) / (math.log(high) - math.log(low)) if measure.scale == "log" else (value - low) / (high - low)  # fmt: skip
    return share if best == high else 1 - share


@dataclass
class Choice:
    """What is done otherwise: factors on weights, other goalposts, what is left out, steps, an arithmetic mean."""

    of_measures: Sequence[float] | None = None
    of_pillars: dict[str, float] = field(default_factory=dict)
    of_halves: Sequence[float] = (1.0, 1.0)
    goalposts: Sequence[tuple[float, float]] | None = None
    left_out: frozenset[int] = frozenset()
    is_stepped: bool = False
    is_arithmetic: bool = False
    filled: float | None = None  # 0 or 1: everything missing at its worst, or at its best


def weights_in_half(definition: Definition, applies: Sequence[bool], choice: Choice) -> list[float]:
    """Weight of every measure in its half; a measure without a meaning gives its own to its pillar, an empty pillar to its half."""
    found, place = [], 0
    for name in HALVES:
        pillars = []
        for pillar_name, pillar in definition.half[name].pillar.items():
            own = []
            for measure in pillar.measure:
                factor = 1.0 if choice.of_measures is None else choice.of_measures[place]
                own.append(stated(measure.weight) * factor if applies[place] and place not in choice.left_out else 0.0)
                place += 1
            pillars.append((stated(pillar.weight) * choice.of_pillars.get(pillar_name, 1.0) if sum(own) else 0.0, own))
        total = sum(weight for weight, _ in pillars)
        for weight, own in pillars:
            found += [weight / total * part / sum(own) if sum(own) else 0.0 for part in own]
    return found


def halves_and_index(definition: Definition, components: list[Row], choice: Choice | None = None) -> Row:
    """Both halves and the index from the components of one country and year; None where no measure has a value."""
    choice = choice or Choice()
    applies = [row["reason"] not in definition.missing.not_applicable for row in components]
    weights = weights_in_half(definition, applies, choice)
    scores: list[float | None] = []
    for place, (measure, row) in enumerate(zip(definition.measures, components, strict=True)):
        posts = (measure.worst, measure.best) if choice.goalposts is None else choice.goalposts[place]
        some = choice.filled if row["value"] is None else score(measure, row["value"], *posts)
        if choice.filled is not None and row["value"] is not None:
            ends = [row[end] for end in ("range_low", "range_high") if row.get(end) is not None]
            every = [some, *(score(measure, end) for end in ends)]
            some = max(every) if choice.filled else min(every)
        scores.append(math.floor(some * 4 + 0.5) / 4 if choice.is_stepped and some is not None else some)
    found: Row = {}
    start = 0
    for name in HALVES:
        end = start + sum(len(pillar.measure) for pillar in definition.half[name].pillar.values())
        known = [(weights[i], scores[i]) for i in range(start, end) if scores[i] is not None]
        total = math.fsum(weight for weight, _ in known)
        found[name] = math.fsum(weight * some for weight, some in known if some is not None) / total if total else None
        start = end
    first, second = (stated(definition.half[name].weight) * factor for name, factor in zip(HALVES, choice.of_halves, strict=True))  # fmt: skip
    eco, law = (found[name] for name in HALVES)
    if eco is None or law is None:
        found["index"] = None
    elif choice.is_arithmetic:
        found["index"] = (first * eco + second * law) / (first + second)
    else:
        found["index"] = eco ** (first / (first + second)) * law ** (second / (first + second))
    return found


def parts(definition: Definition) -> dict[str, frozenset[int]]:
    """Every pillar and measure that can be left out, with the places of its measures."""
    found: dict[str, frozenset[int]] = {}
    of_half, place = {}, 0
    for name in HALVES:
        start = place
        for pillar_name, pillar in definition.half[name].pillar.items():
            found[pillar_name] = frozenset(range(place, place + len(pillar.measure)))
            place += len(pillar.measure)
        of_half[name] = frozenset(range(start, place))
    for at, measure in enumerate(definition.measures):
        group = f" ({measure.taxon_group})" if measure.taxon_group else ""
        found.setdefault(measure.metric + group, frozenset({at}))
    return {name: gone for name, gone in found.items() if not any(whole <= gone for whole in of_half.values())}
