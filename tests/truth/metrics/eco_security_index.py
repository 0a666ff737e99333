"""The true rows of `metrics.eco_security_index`: halves, index, interval and what is missing."""

from __future__ import annotations

import hashlib
import math
import statistics
from collections import defaultdict
from typing import Any

import numpy as np

from ness_pipeline.index.reading import published_definition
from truth import Row, Truth
from truth.metrics.index_component import score

HALVES = {"ecological_system": "ecological", "security_system": "security"}


def rows(truth: Truth) -> list[Row]:
    """One row per country and year with any measure of that very year."""
    components: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in truth.rows("index_component"):
        components[row["country_code"], row["year"]].append(row)
    pillars: dict[tuple[str, int], dict[str, Row]] = defaultdict(dict)
    for row in truth.rows("index_pillar"):
        pillars[row["country_code"], row["year"]][row["pillar"]] = row
    return [_row(country, year, components[country, year], pillars[country, year]) for country, year in components]


def _stated(weight: Any) -> float:
    """A weight as stated, 1 where all count the same."""
    return 1.0 if weight is None else float(weight)


def _row(country: str, year: int, components: list[Row], pillars: dict[str, Row]) -> Row:
    definition = published_definition()
    excused = definition.missing.not_applicable
    reasons = {half: _why_not(half, pillars) for half in HALVES}
    draws = _draws(country, year, components, {name for name, row in pillars.items() if row["score"] is not None})
    points = _combine({name: row["score"] for name, row in pillars.items()}, reasons)
    row: Row = {"country_code": country, "year": year, "definition_version": definition.digest}
    for half, short in HALVES.items():
        row |= {half: points[half], f"{short}_reportable": reasons[half] is None, f"{short}_reason": reasons[half]}
        row |= _interval(short, points[half], draws[half])
    row["eco_security_index"] = points["index"]
    row |= _interval("index", points["index"], draws["index"])
    row |= {"reportable": points["index"] is not None}
    row |= {"reason": None if row["reportable"] else "half_missing"}
    weights = [weight for weight, component in zip(_whole_weights(), components, strict=True) if component["reason"] not in excused]  # fmt: skip
    meant = [component for component in components if component["reason"] not in excused]
    present = [(w, c) for w, c in zip(weights, meant, strict=True) if c["score"] is not None]
    carried = sum(weight for weight, component in present if component["value_year"] != year)
    gaps = [f"{_name(c)}: {c['reason']}" for c in meant if c["score"] is None]
    return row | {
        "coverage": sum(weight for weight, _ in present) / sum(weights),
        "carried_share": carried / sum(weight for weight, _ in present),
        "missing": "; ".join(gaps) or None,
    }


def _name(component: Row) -> str:
    group = component["taxon_group"]
    return f"{component['metric']} ({group})" if group else f"{component['metric']}"


def _why_not(half: str, pillars: dict[str, Row]) -> str | None:
    """Why a half has no score: an essential pillar, or too many, are missing; None when it has one."""
    definition = published_definition()
    own = definition.half[half].pillar
    meant = [name for name in own if pillars[name]["reason"] not in definition.missing.not_applicable]
    there = [name for name in meant if pillars[name]["score"] is not None]
    if any(own[name].essential and name not in there for name in meant):
        return "essential_missing"
    enough = bool(there) and len(there) >= definition.missing.half_needs * len(meant)
    return None if enough else "too_few_pillars"


def _whole_weights() -> list[float]:
    """Weight of each measure in the whole."""
    definition = published_definition()
    found = []
    halves = sum(_stated(half.weight) for half in definition.half.values())
    for name in HALVES:
        half = definition.half[name]
        pillars = sum(_stated(pillar.weight) for pillar in half.pillar.values())
        for pillar in half.pillar.values():
            measures = sum(_stated(measure.weight) for measure in pillar.measure)
            found += [
                _stated(half.weight) / halves * _stated(pillar.weight) / pillars * _stated(measure.weight) / measures
                for measure in pillar.measure
            ]
    return found


def _combine(
    scores: dict[str, Any], reasons: dict[str, str | None], drawn: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Both halves and the index from pillar scores; `drawn` gives what each weight is multiplied with, by its name."""
    definition = published_definition()
    times = drawn or defaultdict(lambda: 1.0)
    found: dict[str, Any] = {}
    for half in HALVES:
        known = [
            (scores[name], _stated(pillar.weight) * times[name])
            for name, pillar in definition.half[half].pillar.items()
            if scores.get(name) is not None
        ]
        allowed = known and reasons[half] is None
        found[half] = sum(score * weight for score, weight in known) / sum(w for _, w in known) if allowed else None
    found["index"] = None
    if all(found[half] is not None for half in HALVES):
        weights = {half: _stated(definition.half[half].weight) * times[half] for half in HALVES}
        first, second = HALVES
        total = weights[first] + weights[second]
        found["index"] = found[first] ** (weights[first] / total) * found[second] ** (weights[second] / total)
    return found


def _draws(country: str, year: int, components: list[Row], scored: set[str]) -> dict[str, Any]:
    """Draws of both halves and the index: values within their bounds, weights within the spread of themselves."""
    definition = published_definition()
    settings = definition.uncertainty
    measures = [
        measure for half in HALVES for pillar in definition.half[half].pillar.values() for measure in pillar.measure
    ]
    names = [pillar for half in HALVES for pillar in definition.half[half].pillar]
    uniform = iter(_uniforms(f"{settings.seed}|{country}|{year}", 3 * len(measures) + len(names) + len(HALVES)))
    first, second = [next(uniform) for _ in measures], [next(uniform) for _ in measures]
    spread = float(settings.weight_spread)
    times = {place: 1 - spread + 2 * spread * next(uniform) for place in (*range(len(measures)), *names, *HALVES)}
    scores: dict[str, Any] = {}
    sums: dict[str, Any] = defaultdict(float)
    for place, (measure, component) in enumerate(zip(measures, components, strict=True)):
        if component["score"] is None or component["pillar"] not in scored:
            continue
        values = _around(component, first[place], second[place])
        weight = _stated(measure.weight) * times[place]
        scores[component["pillar"]] = scores.get(component["pillar"], 0.0) + weight * np.array([score(measure, value) for value in values])  # fmt: skip
        sums[component["pillar"]] = sums[component["pillar"]] + weight
    pillars = {name: total / sums[name] for name, total in scores.items()}
    rows = {row["pillar"]: {"score": pillars.get(row["pillar"]), "reason": row["reason"]} for row in components}
    for name in names:
        of_pillar = [row for row in components if row["pillar"] == name]
        excused = all(row["reason"] in definition.missing.not_applicable for row in of_pillar)
        rows[name]["reason"] = of_pillar[0]["reason"] if excused else None
    return _combine(pillars, {half: _why_not(half, rows) for half in HALVES}, times)


def _uniforms(key: str, rows: int) -> Any:
    """Uniform numbers of a key, a row per thing that is drawn."""
    seed = int(hashlib.sha256(key.encode()).hexdigest(), 16)
    raw = np.random.PCG64(seed).random_raw(rows * published_definition().uncertainty.draws)
    return np.ldexp((raw // 2048).astype(float), -53).reshape(rows, -1)


def _around(component: Row, first: Any, second: Any) -> list[float]:
    """Draws of a value: half below and half above it, 2.5 % beyond each of its bounds."""
    value, lower, upper = component["value"], component["lower"], component["upper"]
    below = 0.0 if lower is None else max(0.0, value - lower)
    above = 0.0 if upper is None else max(0.0, upper - value)
    if not below and not above:
        return [value] * len(first)
    beyond = statistics.NormalDist().inv_cdf(0.975)
    drawn = []
    for one, other in zip(first.tolist(), second.tolist(), strict=True):
        normal = math.sqrt(-2 * math.log(1 - one)) * math.cos(2 * math.pi * other)
        drawn.append(value + normal / beyond * (below if normal < 0 else above))
    return drawn


def _interval(short: str, point: float | None, draws: Any) -> Row:
    """The bounds between which the wanted share of draws lies, and the point in any case."""
    if point is None:
        return dict.fromkeys(f"{short}_{end}" for end in ("range_low", "range_high", "lower", "upper"))
    inside = float(published_definition().uncertainty.interval)
    ordered = sorted(draws.tolist())
    ends = []
    for share in ((1 - inside) / 2, (1 + inside) / 2):
        place = share * (len(ordered) - 1)
        before = ordered[int(place)]
        after = ordered[min(int(place) + 1, len(ordered) - 1)]
        ends.append(before + (place - int(place)) * (after - before))
    low, high = min(ends[0], point), max(ends[1], point)
    return {f"{short}_range_low": low, f"{short}_range_high": high, f"{short}_lower": low, f"{short}_upper": high}
