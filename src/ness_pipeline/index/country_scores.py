"""Every score of one country after the other: halves, index, what is missing at its worst and at its best."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from ness_pipeline.index.components import matrix, scores_of
from ness_pipeline.index.definition import Definition
from ness_pipeline.index.scores import TINY, Floats, Layout, Scores, Standing, aggregate, standing


@dataclass(frozen=True)
class CountryScores:
    """Every score of one country by year, and the values behind it.

    Attributes:
        country_code: the country.
        years: the years; the first axis of all arrays.
        values: of the measures, NaN where missing.
        standing: how much has a value, and what may be said with it.
        point: the scores.
        least: the scores if everything missing were at its worst: whole measures, and what is not known of a measure.
        most: the scores if everything missing were at its best.
        carried_share: weight of the present measures whose value is not of that very year.
        same_since: first year of the unbroken run of years with the same measures.
        missing: measures without a value and why, None where nothing is missing.
    """

    country_code: str
    years: list[int]
    values: Floats
    standing: Standing
    point: Scores
    least: Scores
    most: Scores
    carried_share: Floats
    same_since: list[int]
    missing: list[str | None]


def score_countries(components: pl.DataFrame, definition: Definition) -> Iterator[CountryScores]:
    """Score one country after the other; the scores of a country never depend on another country.

    Args:
        components: rows as `component_rows` gives them, in their order.
        definition: the definition.
    """
    for (code,), of_country in components.group_by("country_code", maintain_order=True):
        yield _score(str(code), of_country, definition)


def _score(country_code: str, components: pl.DataFrame, definition: Definition) -> CountryScores:
    count = len(definition.measures)
    values, scores = matrix(components, "value", count), matrix(components, "score", count)
    years = components.get_column("year").to_list()[::count]
    by_year = _by_year(components, "reason", count)
    excluded_reasons = [
        [reason if reason in definition.missing.not_applicable else None for reason in year] for year in by_year
    ]
    present = ~np.isnan(scores)
    allowed = standing(definition, present, excluded_reasons)
    layout, halves = Layout.of(definition), np.array(definition.half_weights)
    ends = [scores, *(scores_of(definition, matrix(components, end, count)) for end in ("range_low", "range_high"))]
    # What is missing of a measure counts as the measures do that are missing altogether.
    point, least, most = (
        aggregate(layout, np.where(present | ~allowed.applies, known, filled), allowed.shares, halves)
        for known, filled in ((scores, np.nan), (np.fmin.reduce(ends), 0.0), (np.fmax.reduce(ends), 1.0))
    )
    whole = np.where(present, allowed.shares * _half_weight_of_measures(definition), 0.0)
    is_carried = matrix(components, "value_year", count) != np.array(years)[:, None]
    names = [measure.name for measure in definition.measures]
    missing = [
        "; ".join(
            f"{name}: {reason}"
            for name, reason, excluded in zip(names, year, excluded_of_year, strict=True)
            if reason is not None and excluded is None
        )
        or None
        for year, excluded_of_year in zip(by_year, excluded_reasons, strict=True)
    ]
    return CountryScores(
        country_code=country_code,
        years=years,
        values=values,
        standing=allowed,
        point=point,
        least=least,
        most=most,
        carried_share=np.minimum((whole * is_carried).sum(axis=-1) / np.maximum(whole.sum(axis=-1), TINY), 1.0),
        same_since=_same_since(years, _by_year(components, "value_metric", count)),
        missing=missing,
    )


def _by_year(components: pl.DataFrame, column: str, count: int) -> list[list[str | None]]:
    """A column of texts, one list of measures per year."""
    texts: list[str | None] = components.get_column(column).to_list()
    return [texts[start : start + count] for start in range(0, len(texts), count)]


def _half_weight_of_measures(definition: Definition) -> Floats:
    """Weight of the half that each measure belongs to."""
    weights = np.zeros(len(definition.measures))
    for part, weight in zip(Layout.of(definition).half_measures, definition.half_weights, strict=True):
        weights[part] = weight
    return weights


def _same_since(years: list[int], metrics: list[list[str | None]]) -> list[int]:
    """For each year the first of the unbroken run of years up to it in which the same measures have a value."""
    since: list[int] = []
    for place, year in enumerate(years):
        goes_on = place > 0 and years[place - 1] == year - 1 and metrics[place - 1] == metrics[place]
        since.append(since[-1] if goes_on else year)
    return since
