"""The true rows of `metrics.index_pillar`: means of the measures that stand."""

from __future__ import annotations

from collections import defaultdict

from ness_pipeline.index.reading import published_definition
from truth import Row, Truth


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
    """The mean score of a pillar's measures where the rules allow one, or why not."""
    definition = published_definition()
    measures = definition.pillars[pillar].measure
    excused = definition.missing.not_applicable
    weighed = [
        (row["score"], 1.0 if measure.weight is None else float(measure.weight), measure.essential)
        for measure, row in zip(measures, components, strict=True)
        if row["reason"] not in excused
    ]
    there = [(score, weight) for score, weight, _ in weighed if score is not None]
    if not weighed:
        reason = components[0]["reason"]
    elif any(essential and score is None for score, _, essential in weighed):
        reason = "essential_missing"
    elif not there or len(there) < definition.missing.pillar_needs * len(weighed):
        reason = "too_few_measures"
    else:
        reason = None
    mean = sum(score * weight for score, weight in there) / sum(weight for _, weight in there) if there else None
    return {"score": None if reason else mean, "reportable": reason is None, "reason": reason}
