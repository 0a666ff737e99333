"""The true rows of `metrics.index_choice`: the index with one thing done otherwise."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from ness_pipeline.index.reading import published_definition
from truth import Row, Truth
from truth.index_arithmetic import Choice, halves_and_index, parts, stated


def rows(truth: Truth) -> list[Row]:
    """One row per choice for each country and year whose index may be quoted."""
    definition = published_definition()
    quoted = {(row["country_code"], row["year"]) for row in truth.rows("eco_security_index") if row["reportable"]}
    components: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in truth.rows("index_component"):
        components[row["country_code"], row["year"]].append(row)
    found = []
    for country, year in sorted(quoted):
        for name, choice in _choices().items():
            result = halves_and_index(definition, components[country, year], choice)
            found.append({
                "country_code": country, "year": year, "choice": name, "definition_version": definition.digest,
                "eco_security_index": result["index"], "ecological_system": result["ecological_system"],
                "security_system": result["security_system"],
            })  # fmt: skip
    return found


def _choices() -> dict[str, Choice]:
    """Every choice that has a name."""
    definition = published_definition()
    found = {f"without {name}": Choice(left_out=gone) for name, gone in parts(definition).items()}
    pillars = {name: 1 / stated(pillar.weight) for name, pillar in definition.pillars.items()}
    measures = [1 / stated(measure.weight) for measure in definition.measures]
    wide, narrow = [], []
    for measure in definition.measures:
        worst, best = _span(measure.worst, measure.worst_between), _span(measure.best, measure.best_between)
        inwards = measure.best > measure.worst
        wide.append((min(worst), max(best)) if inwards else (max(worst), min(best)))
        narrow.append((max(worst), min(best)) if inwards else (min(worst), max(best)))
    return found | {
        "equal pillars": Choice(of_pillars=pillars),
        "equal measures": Choice(of_measures=measures),
        "wide goalposts": Choice(goalposts=wide),
        "narrow goalposts": Choice(goalposts=narrow),
        "five steps": Choice(is_stepped=True),
        "arithmetic mean": Choice(is_arithmetic=True),
    }


def _span(goalpost: float, between: Any) -> tuple[float, float]:
    return between or (goalpost, goalpost)
