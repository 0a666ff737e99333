"""The true rows of `metrics.index_pillar`: means of the measures that stand."""

from __future__ import annotations

from collections import defaultdict

from ness_pipeline.index.reading import published_definition
from truth import Row, Truth
from truth.index_arithmetic import stated


def rows(truth: Truth) -> list[Row]:
    """One row per country, year and pillar of the definition."""
    definition = published_definition()
    by_pillar: dict[tuple[str, int, str], list[Row]] = defaultdict(list)
    for row in truth.rows("index_component"):
        by_pillar[row["country_code"], row["year"], row["pillar"]].append(row)
    half_of = {pillar: half for half, part in definition.half.items() for pillar in part.pillar}
    return [
        {
            "country_code": country,
            "year": year,
            "half": half_of[pillar],
            "pillar": pillar,
            "definition_version": definition.digest,
        }
        | pillar_score(pillar, components)
        for (country, year, pillar), components in by_pillar.items()
    ]


def pillar_score(pillar: str, components: list[Row]) -> Row:
    """The mean score of the measures that have one, the share of the weight behind it, or why there is none."""
    definition = published_definition()
    meant = [
        (row["score"], stated(measure.weight))
        for measure, row in zip(definition.pillars[pillar].measure, components, strict=True)
        if row["reason"] not in definition.missing.not_applicable
    ]
    there = [(score, weight) for score, weight in meant if score is not None]
    held = sum(weight for _, weight in there)
    return {
        "score": sum(score * weight for score, weight in there) / held if there else None,
        "coverage": held / sum(weight for _, weight in meant) if meant else None,
        "reportable": bool(there),
        "reason": None if there else "too_few_measures" if meant else components[0]["reason"],
    }
