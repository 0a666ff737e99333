"""The index as tables: from the values in a warehouse to the rows of every table that the index fills."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import polars as pl

from ness_pipeline.contract.dictionary import tables
from ness_pipeline.contract.measures import metric_value_sql
from ness_pipeline.index.definition import HALVES, Definition
from ness_pipeline.index.scores import Floats, Layout, Scores, Standing, Weights, aggregate, standing, whole_weights
from ness_pipeline.index.uncertainty import draw_scores, interval, score_all, sensitivity
from ness_pipeline.paths import sql_folder
from ness_pipeline.sql import frame_of

FEWEST_COUNTRIES = 10
"""Fewer countries than this say nothing about how an index varies over the world."""

TINY = float(np.finfo(float).tiny)
"""Stands for a weight of nothing below a fraction bar."""


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
            "taxon_group": measure.taxon_group,
            "measure_weight": weight,
            "is_essential": measure.essential,
            "worst": measure.worst,
            "best": measure.best,
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
    long = metric_value_sql({measure.metric for measure in definition.measures})
    groups = sorted({measure.taxon_group for measure in definition.measures if measure.taxon_group})
    values = frame_of(
        connection,
        f"FROM ({long}) WHERE (taxon_group IS NULL OR list_contains($1, taxon_group)) "
        "AND ($2 OR list_contains($3, country_code))",
        [groups, countries is None, list(countries or ())],
    )
    measures = definition_rows(definition).with_columns(first_year=pl.lit(definition.first_year))
    with duckdb.connect() as beside:
        beside.register("index_value", values)
        beside.register("index_measure", measures)
        chosen = frame_of(beside, (sql_folder("index") / "component.sql").read_text(encoding="utf-8"))
    count = len(definition.measures)
    scores = score_all(definition.measures, _matrix(chosen, "value", count)).reshape(-1)
    return _frame(
        "index_component",
        chosen.with_columns(
            score=pl.Series(scores, dtype=pl.Float64).fill_nan(None),
            reportable=pl.col("reason").is_null(),
            definition_version=pl.lit(definition.digest),
        ),
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


@dataclass(frozen=True)
class CountryScores:
    """Every score of one country by year, and the values behind it.

    Attributes:
        country_code: the country.
        years: the years; the first axis of all arrays.
        values: of the measures, NaN where missing.
        bounds: lower and upper bounds of the values, NaN where there are none.
        standing: what the rules allow.
        point: the scores.
        carried_share: weight of the present measures whose value is not of that very year.
        missing: measures without a value and why, None where nothing is missing.
    """

    country_code: str
    years: list[int]
    values: Floats
    bounds: tuple[Floats, Floats]
    standing: Standing
    point: Scores
    carried_share: Floats
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
    reasons: list[str | None] = components.get_column("reason").to_list()
    by_year = [reasons[start : start + count] for start in range(0, len(reasons), count)]
    excluded_reasons = [
        [reason if reason in definition.missing.not_applicable else None for reason in year] for year in by_year
    ]
    present = ~np.isnan(scores)
    allowed = standing(definition, present, excluded_reasons)
    point = aggregate(Layout.of(definition), scores, Weights.of(definition), allowed.pillars, allowed.halves)
    whole = whole_weights(definition) * present
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
        bounds=(_matrix(components, "lower", count), _matrix(components, "upper", count)),
        standing=allowed,
        point=point,
        carried_share=np.minimum((whole * is_carried).sum(axis=-1) / np.maximum(whole.sum(axis=-1), TINY), 1.0),
        missing=missing,
    )


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
            "reportable": bool(country.standing.pillars[row, place]),
            "reason": country.standing.pillar_reasons[row][place],
            "definition_version": definition.digest,
        }
        for country in scored
        for row, year in enumerate(country.years)
        for place, pillar in enumerate(definition.pillars)
    ]
    return _frame("index_pillar", rows)


def _intervals(country: CountryScores, definition: Definition) -> tuple[Floats, Floats]:
    """Lower and upper bounds of the halves and of the index (last): years by three, NaN where there is no score."""
    point = np.column_stack([country.point.halves, country.point.index])
    lower, upper = np.full_like(point, np.nan), np.full_like(point, np.nan)
    some = np.flatnonzero(country.standing.halves.any(axis=1))
    if some.size:
        draws = draw_scores(
            definition,
            country.country_code,
            [country.years[row] for row in some],
            country.values[some],
            (country.bounds[0][some], country.bounds[1][some]),
            country.standing.pillars[some],
            country.standing.halves[some],
        )
        drawn = np.concatenate([draws.halves, draws.index[..., None]], axis=-1)
        lower[some], upper[some] = interval(drawn, point[some], float(definition.uncertainty.interval))
    return lower, upper


def _ends(stem: str, low: float, high: float) -> dict[str, object]:
    """The ends of a range, under their names and under those of before, which say interval and mean a range."""
    return {
        f"{stem}_range_low": _number(low),
        f"{stem}_range_high": _number(high),
        f"{stem}_lower": _number(low),
        f"{stem}_upper": _number(high),
    }


def index_rows(scored: Iterable[CountryScores], definition: Definition) -> pl.DataFrame:
    """One row per country and year, in the columns of `metrics.eco_security_index`."""
    rows = []
    for country in scored:
        lower, upper = _intervals(country, definition)
        for row, year in enumerate(country.years):
            index_ok = bool(country.standing.index[row])
            index_row: dict[str, object] = {
                "country_code": country.country_code,
                "year": year,
                "eco_security_index": _number(country.point.index[row]),
                **_ends("index", lower[row, -1], upper[row, -1]),
                "coverage": float(country.standing.coverage[row]),
                "carried_share": float(country.carried_share[row]),
                "missing": country.missing[row],
                "reportable": index_ok,
                "reason": None if index_ok else "half_missing",
                "definition_version": definition.digest,
            }
            for place, half in enumerate(HALVES):
                short = half.removesuffix("_system")
                index_row |= {
                    half: _number(country.point.halves[row, place]),
                    **_ends(short, lower[row, place], upper[row, place]),
                    f"{short}_reportable": bool(country.standing.halves[row, place]),
                    f"{short}_reason": country.standing.half_reasons[row][place],
                }
            rows.append(index_row)
    return _frame("eco_security_index", rows)


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
