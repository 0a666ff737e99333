"""The true rows of `metrics.eco_security_index`: halves, index, both ranges and what is missing."""

from __future__ import annotations

import functools
import hashlib
from collections import defaultdict
from typing import Any

import numpy as np

from ness_pipeline.index.reading import published_definition
from truth import Row, Truth
from truth.index_arithmetic import HALVES, Choice, halves_and_index, parts

SHORT = {"ecological_system": "ecological", "security_system": "security", "index": "index"}


def rows(truth: Truth) -> list[Row]:
    """One row per country and year with any measure of that very year."""
    by_country: dict[str, dict[int, list[Row]]] = defaultdict(dict)
    for row in truth.rows("index_component"):
        by_country[row["country_code"]].setdefault(row["year"], []).append(row)
    return [
        _row(country, year, of_year, _same_since(year, years))
        for country, years in by_country.items()
        for year, of_year in years.items()
    ]


def _row(country: str, year: int, components: list[Row], same_since: int) -> Row:
    definition = published_definition()
    excused = definition.missing.not_applicable
    meant = [row for row in components if row["reason"] not in excused]
    point, least, most = (halves_and_index(definition, components, Choice(filled=end)) for end in (None, 0.0, 1.0))
    covers = [
        sum(
            part["weight"]
            for part in meant
            if part["score"] is not None and part["pillar"] in definition.half[half].pillar
        )
        for half in HALVES
    ]
    is_quoted = max(covers) >= float(definition.missing.half_needs) - 1e-9
    draws = [halves_and_index(definition, components, choice) for choice in every_choice()] if is_quoted else []
    row: Row = {"country_code": country, "year": year, "definition_version": definition.digest}
    covered = {}
    for part, short in SHORT.items():
        row |= _range(short, point[part], [draw[part] for draw in draws])
        known = point[part] is not None
        row |= {f"{short}_missing_low": least[part] if known else None, f"{short}_missing_high": most[part] if known else None}  # fmt: skip
    for half in HALVES:
        short, of_half = SHORT[half], [part for part in meant if part["pillar"] in definition.half[half].pillar]
        covered[half] = sum(part["weight"] for part in of_half if part["score"] is not None)
        enough = covered[half] >= float(definition.missing.half_needs) - 1e-9
        row |= {half: point[half], f"{short}_coverage": covered[half], f"{short}_reportable": enough}
        row[f"{short}_reason"] = None if enough else "too_little_covered"
    weights = {name: float(definition.half[half].weight or 1) for half in HALVES for name in definition.half[half].pillar}  # fmt: skip
    scored = [(part["weight"] * weights[part["pillar"]], part) for part in meant if part["score"] is not None]
    whole = sum(weight for weight, _ in scored)
    coverage = whole / sum(float(definition.half[half].weight or 1) for half in HALVES)
    if point["index"] is None or not all(row[f"{SHORT[half]}_reportable"] for half in HALVES):
        reason = "half_missing"
    else:  # all countries of the sandbox are members of the United Nations
        reason = None if coverage >= float(definition.missing.index_needs) - 1e-9 else "too_little_covered"
    gaps = [f"{_name(part)}: {part['reason']}" for part in meant if part["score"] is None]
    return row | {
        "eco_security_index": point["index"],
        "coverage": coverage,
        "carried_share": sum(weight for weight, part in scored if part["value_year"] != year) / whole if whole else 0.0,
        "same_measures_since": same_since,
        "missing": "; ".join(gaps) or None,
        "reportable": reason is None,
        "reason": reason,
    }


def _same_since(year: int, years: dict[int, list[Row]]) -> int:
    """The first year of the unbroken run up to this one in which the values are of the same metrics."""
    while year - 1 in years and _metrics(years[year - 1]) == _metrics(years[year]):
        year -= 1
    return year


def _metrics(components: list[Row]) -> list[Any]:
    return [row["value_metric"] for row in components]


def _name(component: Row) -> str:
    group = component["taxon_group"]
    return f"{component['metric']} ({group})" if group else f"{component['metric']}"


@functools.cache
def every_choice() -> list[Choice]:
    """Choices in which everything changes together, the same for every country and year."""
    definition = published_definition()
    settings, count, names = definition.choices, len(definition.measures), list(definition.pillars)
    rows = count + len(names) + 2 + count + count + 3
    seed = int(hashlib.sha256(f"{settings.seed}|choices".encode()).hexdigest(), 16)
    raw = np.random.PCG64(seed).random_raw(rows * settings.draws)
    uniform = np.ldexp((raw // 2048).astype(float), -53).reshape(rows, -1).T.tolist()
    spread = float(settings.weight_spread)
    gone = [frozenset[int](), *parts(definition).values()]
    found = []
    for draw in uniform:
        numbers = iter(draw)
        of_measures = [1 - spread + 2 * spread * next(numbers) for _ in range(count)]
        of_pillars = {name: 1 - spread + 2 * spread * next(numbers) for name in names}
        of_halves = [1 - spread + 2 * spread * next(numbers) for _ in HALVES]
        spans = [m.worst_between or (m.worst, m.worst) for m in definition.measures]
        worst = [low + next(numbers) * (high - low) for low, high in spans]
        spans = [m.best_between or (m.best, m.best) for m in definition.measures]
        best = [low + next(numbers) * (high - low) for low, high in spans]
        found.append(
            Choice(
                of_measures=of_measures,
                of_pillars=of_pillars,
                of_halves=of_halves,
                goalposts=list(zip(worst, best, strict=True)),
                left_out=gone[int(next(numbers) * len(gone))],
                is_stepped=next(numbers) < 0.5,
                is_arithmetic=next(numbers) < 0.5,
            )
        )
    return found


def _range(short: str, point: float | None, draws: list[float | None]) -> Row:
    """The ends between which the wanted share of draws lies, and the point in any case."""
    if point is None or not draws:
        return dict.fromkeys(f"{short}_{end}" for end in ("range_low", "range_high", "lower", "upper"))
    inside = float(published_definition().choices.interval)
    ordered = sorted(draw for draw in draws if draw is not None)
    ends = []
    for share in ((1 - inside) / 2, (1 + inside) / 2):
        place = share * (len(ordered) - 1)
        before = ordered[int(place)]
        after = ordered[min(int(place) + 1, len(ordered) - 1)]
        ends.append(before + (place - int(place)) * (after - before))
    low, high = min(ends[0], point), max(ends[1], point)
    return {f"{short}_range_low": low, f"{short}_range_high": high, f"{short}_lower": low, f"{short}_upper": high}
