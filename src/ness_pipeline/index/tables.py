"""The index as tables: from the values in a warehouse to the rows of every table that the index fills."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import polars as pl

from ness_pipeline.contract.dictionary import tables
from ness_pipeline.contract.measures import metric_value_sql
from ness_pipeline.index.choices import ChoiceSet, drawn_choices, named_choices, range_of, scores_under, sensitivity
from ness_pipeline.index.definition import HALVES, Definition
from ness_pipeline.index.scores import (
    ROUNDING,
    TINY,
    Floats,
    Layout,
    Scores,
    Standing,
    Weights,
    aggregate,
    goalpost_score,
    side_by_side,
    standing,
    weights_in_half,
)
from ness_pipeline.paths import sql_folder
from ness_pipeline.sql import frame_of

FEWEST_COUNTRIES = 10
"""Fewer countries than this say nothing about how an index varies over the world."""


def definition_rows(definition: Definition) -> pl.DataFrame:
    """One row per measure, in the columns of `metrics.index_definition`."""
    half_of = {name: half for half in HALVES for name in definition.half[half].pillar}
    half_weight = dict(zip(HALVES, definition.half_weights, strict=True))
    pillar_weight = dict(zip(definition.pillars, definition.pillar_weights, strict=True))
    named = [(name, measure) for name, pillar in definition.pillars.items() for measure in pillar.measure]
    rows: list[dict[str, object]] = [
        {
            "position": position,
            "half": half_of[name],
            "half_weight": half_weight[half_of[name]],
            "pillar": name,
            "pillar_weight": pillar_weight[name],
            "is_essential_pillar": definition.pillars[name].essential,
            "metric": measure.metric,
            "else_metric": measure.else_metric,
            "taxon_group": measure.taxon_group,
            "measure_weight": weight,
            "is_essential": measure.essential,
            "worst": measure.worst,
            "best": measure.best,
            "worst_from": None if measure.worst_between is None else measure.worst_between[0],
            "worst_to": None if measure.worst_between is None else measure.worst_between[1],
            "best_from": None if measure.best_between is None else measure.best_between[0],
            "best_to": None if measure.best_between is None else measure.best_between[1],
            "scale": measure.scale,
            "max_age_years": measure.max_age_years,
            "goalpost_source": measure.source,
            "definition_version": definition.digest,
        }
        for position, ((name, measure), weight) in enumerate(zip(named, definition.measure_weights, strict=True))
    ]
    return _frame("index_definition", rows)


def _frame(table: str, rows: Sequence[dict[str, object]] | pl.DataFrame) -> pl.DataFrame:
    """Rows in the columns and types of a metric table."""
    columns = {column.name: column.dtype for column in tables()[f"metrics.{table}"].columns}
    frame = rows if isinstance(rows, pl.DataFrame) else pl.DataFrame(rows, schema=columns, orient="row")
    return frame.select(pl.col(name).cast(dtype) for name, dtype in columns.items())


def component_rows(
    connection: duckdb.DuckDBPyConnection, definition: Definition, countries: Sequence[str] | None
) -> pl.DataFrame:
    """One row per country, year and measure, in the columns of `metrics.index_component`.

    Args:
        connection: a database with the metric tables; it is only read.
        definition: the definition.
        countries: country codes; None means all.
    """
    long = metric_value_sql({metric for measure in definition.measures for metric in measure.metrics})
    groups = sorted({measure.taxon_group for measure in definition.measures if measure.taxon_group})
    values = frame_of(
        connection,
        f"FROM ({long}) WHERE (taxon_group IS NULL OR list_contains($1, taxon_group)) "
        "AND ($2 OR list_contains($3, country_code))",
        [groups, countries is None, list(countries or ())],
    )
    measures = definition_rows(definition).with_columns(first_year=pl.lit(definition.first_year))
    metrics = pl.DataFrame(
        [
            {"position": position, "choice": choice, "metric": metric}
            for position, measure in enumerate(definition.measures)
            for choice, metric in enumerate(measure.metrics)
        ]
    )
    with duckdb.connect() as beside:
        beside.register("index_value", values)
        beside.register("index_measure", measures)
        beside.register("index_metric", metrics)
        chosen = frame_of(beside, (sql_folder("index") / "component.sql").read_text(encoding="utf-8"))
    of_measure = _matrix(chosen, "value", len(definition.measures))
    scores = _scores_of(definition, of_measure).reshape(-1)
    has_no_meaning = chosen.get_column("reason").fill_null("").is_in(list(definition.missing.not_applicable))
    applies = ~has_no_meaning.to_numpy()
    weights = weights_in_half(Layout.of(definition), Weights.of(definition), applies.reshape(of_measure.shape))
    return _frame(
        "index_component",
        chosen.with_columns(
            score=pl.Series(scores, dtype=pl.Float64).fill_nan(None),
            weight=pl.Series(weights.reshape(-1), dtype=pl.Float64),
            reportable=pl.col("reason").is_null(),
            definition_version=pl.lit(definition.digest),
        ),
    )


def _scores_of(definition: Definition, values: Floats) -> Floats:
    """Scores of values; rows of measures."""
    return side_by_side(
        [
            goalpost_score(values[:, place], one.worst, one.best, one.scale)
            for place, one in enumerate(definition.measures)
        ]
    )


def _matrix(components: pl.DataFrame, column: str, measures: int) -> Floats:
    """A column of components, sorted by country, year and measure, as rows of measures; NaN where NULL."""
    values: Floats = components.get_column(column).cast(pl.Float64).to_numpy().astype(float).reshape(-1, measures)
    return values


def stored_components(
    connection: duckdb.DuckDBPyConnection, definition: Definition, countries: Sequence[str] | None
) -> pl.DataFrame:
    """The rows of `metrics.index_component`, in the order of the definition."""
    return frame_of(
        connection,
        "SELECT component.* FROM metrics.index_component AS component JOIN metrics.index_definition AS place "
        "ON component.metric = place.metric AND component.taxon_group IS NOT DISTINCT FROM place.taxon_group "
        "WHERE component.definition_version = $1 AND ($2 OR list_contains($3, component.country_code)) "
        "ORDER BY component.country_code, component.year, place.position",
        [definition.digest, countries is None, list(countries or ())],
    )


def states(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Members and observers of the United Nations: who is ranked."""
    rows = connection.execute("SELECT country_code FROM core.country WHERE un_membership IS NOT NULL").fetchall()
    return frozenset(code for (code,) in rows)


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
    values, scores = _matrix(components, "value", count), _matrix(components, "score", count)
    years = components.get_column("year").to_list()[::count]
    by_year = _by_year(components, "reason", count)
    excluded_reasons = [
        [reason if reason in definition.missing.not_applicable else None for reason in year] for year in by_year
    ]
    present = ~np.isnan(scores)
    allowed = standing(definition, present, excluded_reasons)
    layout, halves = Layout.of(definition), np.array(definition.half_weights)
    ends = [scores, *(_scores_of(definition, _matrix(components, end, count)) for end in ("range_low", "range_high"))]
    # What is missing of a measure counts as the measures do that are missing altogether.
    point, least, most = (
        aggregate(layout, np.where(present | ~allowed.applies, known, filled), allowed.shares, halves)
        for known, filled in ((scores, np.nan), (np.fmin.reduce(ends), 0.0), (np.fmax.reduce(ends), 1.0))
    )
    whole = np.where(present, allowed.shares * _half_weight_of_measures(definition), 0.0)
    is_carried = _matrix(components, "value_year", count) != np.array(years)[:, None]
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


def _number(value: float) -> float | None:
    """A number, None for NaN."""
    return None if np.isnan(value) else float(value)


def pillar_rows(scored: Iterable[CountryScores], definition: Definition) -> pl.DataFrame:
    """One row per country, year and pillar, in the columns of `metrics.index_pillar`."""
    half_of = [half for half in HALVES for _ in definition.half[half].pillar]
    rows: list[dict[str, object]] = [
        {
            "country_code": country.country_code,
            "year": year,
            "half": half_of[place],
            "pillar": pillar,
            "score": _number(country.point.pillars[row, place]),
            "coverage": _number(country.standing.pillar_coverage[row, place]),
            "reportable": country.standing.pillar_reasons[row][place] is None,
            "reason": country.standing.pillar_reasons[row][place],
            "definition_version": definition.digest,
        }
        for country in scored
        for row, year in enumerate(country.years)
        for place, pillar in enumerate(definition.pillars)
    ]
    return _frame("index_pillar", rows)


def _ends(stem: str, place: int, row: int, ranges: tuple[Floats, Floats], country: CountryScores) -> dict[str, object]:
    """The ends of both ranges of a half or of the index (last place).

    The range of the choices also stands under the names of before, which say interval and mean a range.
    """
    low, high = (_number(end[row, place]) for end in ranges)
    point, least, most = (
        scores.index[row] if place == len(HALVES) else scores.halves[row, place]
        for scores in (country.point, country.least, country.most)
    )
    is_known = not np.isnan(point)
    return {
        f"{stem}_range_low": low,
        f"{stem}_range_high": high,
        f"{stem}_lower": low,
        f"{stem}_upper": high,
        f"{stem}_missing_low": _number(least) if is_known else None,
        f"{stem}_missing_high": _number(most) if is_known else None,
    }


def index_rows(scored: Iterable[CountryScores], definition: Definition, states: Collection[str]) -> pl.DataFrame:
    """One row per country and year, in the columns of `metrics.eco_security_index`.

    Args:
        scored: the scores of the countries.
        definition: the definition.
        states: countries whose index may be quoted and ranked; others have their halves only.
    """
    choices = drawn_choices(definition)
    rows = []
    for country in scored:
        ranges = _ranges(country, definition, choices)
        for row, year in enumerate(country.years):
            reason = _why_not(country, row, definition, states)
            index_row: dict[str, object] = {
                "country_code": country.country_code,
                "year": year,
                "eco_security_index": _number(country.point.index[row]),
                **_ends("index", len(HALVES), row, ranges, country),
                "coverage": float(country.standing.coverage[row]),
                "carried_share": float(country.carried_share[row]),
                "same_measures_since": country.same_since[row],
                "missing": country.missing[row],
                "reportable": reason is None,
                "reason": reason,
                "definition_version": definition.digest,
            }
            for place, half in enumerate(HALVES):
                short = half.removesuffix("_system")
                half_reason = country.standing.half_reasons[row][place]
                index_row |= {
                    half: _number(country.point.halves[row, place]),
                    **_ends(short, place, row, ranges, country),
                    f"{short}_coverage": float(min(country.standing.half_coverage[row, place], 1.0)),
                    f"{short}_reportable": half_reason is None,
                    f"{short}_reason": half_reason,
                }
            rows.append(index_row)
    return _frame("eco_security_index", rows)


def _ranges(country: CountryScores, definition: Definition, choices: ChoiceSet) -> tuple[Floats, Floats]:
    """Ends of the range of the choices of both halves and the index by year, NaN where neither half may be quoted."""
    point = np.column_stack([country.point.halves, country.point.index])
    low, high = np.full((2, *point.shape), np.nan)
    quoted = [None in reasons for reasons in country.standing.half_reasons]
    if any(quoted):
        drawn = scores_under(definition, choices, country.values[quoted], country.standing.applies[quoted])
        draws = np.concatenate([drawn.halves, drawn.index[..., None]], axis=-1)
        low[quoted], high[quoted] = range_of(draws, point[quoted], float(definition.choices.interval))
    return low, high


def _why_not(country: CountryScores, row: int, definition: Definition, states: Collection[str]) -> str | None:
    """Why an index may not be quoted, None where it may."""
    if country.country_code not in states:
        return "no_state"
    if np.isnan(country.point.index[row]) or any(country.standing.half_reasons[row]):
        return "half_missing"
    if country.standing.coverage[row] < float(definition.missing.index_needs) - ROUNDING:
        return "too_little_covered"
    return None


def choice_rows(scored: Iterable[CountryScores], definition: Definition, states: Collection[str]) -> pl.DataFrame:
    """One row per country, year and named choice, in the columns of `metrics.index_choice`, where the index may be quoted."""
    names, choices = named_choices(definition)
    rows: list[dict[str, object]] = []
    for country in scored:
        kept = [row for row in range(len(country.years)) if _why_not(country, row, definition, states) is None]
        if not kept:
            continue
        found = scores_under(definition, choices, country.values[kept], country.standing.applies[kept])
        rows += [
            {
                "country_code": country.country_code,
                "year": country.years[row],
                "choice": name,
                "eco_security_index": _number(found.index[at, place]),
                "ecological_system": _number(found.halves[at, place, 0]),
                "security_system": _number(found.halves[at, place, 1]),
                "definition_version": definition.digest,
            }
            for at, row in enumerate(kept)
            for place, name in enumerate(names)
        ]
    return _frame("index_choice", rows)


def latest_pillars(connection: duckdb.DuckDBPyConnection, definition: Definition) -> pl.DataFrame:
    """The rows of `metrics.index_pillar` of the latest year in which each country has an index of this definition."""
    return frame_of(
        connection,
        "SELECT pillar.* FROM metrics.index_pillar AS pillar JOIN (SELECT country_code, max(year) AS year "
        "FROM metrics.eco_security_index WHERE reportable AND definition_version = $1 GROUP BY country_code) AS latest "
        "ON pillar.country_code = latest.country_code AND pillar.year = latest.year WHERE definition_version = $1",
        [definition.digest],
    )


def sensitivity_rows(pillars: pl.DataFrame, definition: Definition) -> pl.DataFrame:
    """One row per pillar, in the columns of `metrics.index_sensitivity`.

    Args:
        pillars: rows of `metrics.index_pillar`, of the latest year in which each country has an index.
        definition: the definition.
    """
    countries = pillars.get_column("country_code").unique().sort().to_list()
    wide = np.full((len(countries), len(definition.pillars)), np.nan)
    place_of = {name: place for place, name in enumerate(definition.pillars)}
    row_of = {code: row for row, code in enumerate(countries)}
    for code, pillar, score in pillars.select("country_code", "pillar", "score").iter_rows():
        if score is not None:
            wide[row_of[code], place_of[pillar]] = score
    first, total = sensitivity(definition, wide)
    rows: list[dict[str, object]] = []
    for half in HALVES:
        for pillar in definition.half[half].pillar:
            place = place_of[pillar]
            scores = wide[~np.isnan(wide[:, place]), place]
            reason = (
                "too_few_countries"
                if len(countries) < FEWEST_COUNTRIES
                else "no_data"
                if not scores.size
                else "all_alike"
                if np.isnan(first[place])
                else None
            )
            rows.append(
                {
                    "half": half,
                    "pillar": pillar,
                    "countries": int(scores.size),
                    "first_order": None if reason else float(first[place]),
                    "total_effect": None if reason else float(total[place]),
                    "reportable": reason is None,
                    "reason": reason,
                    "definition_version": definition.digest,
                }
            )
    return _frame("index_sensitivity", rows)
