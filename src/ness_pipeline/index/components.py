"""From the values in a warehouse to scored measures: which value stands for each measure, country and year."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import polars as pl

from ness_pipeline.contract.dictionary import tables
from ness_pipeline.contract.measures import metric_value_sql
from ness_pipeline.index.definition import HALVES, Definition
from ness_pipeline.index.scores import Floats, Layout, Weights, goalpost_score, side_by_side, weights_in_half
from ness_pipeline.paths import sql_folder
from ness_pipeline.sql import frame_of


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
    return frame("index_definition", rows)


def frame(table: str, rows: Sequence[dict[str, object]] | pl.DataFrame) -> pl.DataFrame:
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
    of_measure = matrix(chosen, "value", len(definition.measures))
    scores = scores_of(definition, of_measure).reshape(-1)
    has_no_meaning = chosen.get_column("reason").fill_null("").is_in(list(definition.missing.not_applicable))
    applies = ~has_no_meaning.to_numpy()
    weights = weights_in_half(Layout.of(definition), Weights.of(definition), applies.reshape(of_measure.shape))
    return frame(
        "index_component",
        chosen.with_columns(
            score=pl.Series(scores, dtype=pl.Float64).fill_nan(None),
            weight=pl.Series(weights.reshape(-1), dtype=pl.Float64),
            reportable=pl.col("reason").is_null(),
            definition_version=pl.lit(definition.digest),
        ),
    )


def scores_of(definition: Definition, values: Floats) -> Floats:
    """Scores of values; rows of measures."""
    return side_by_side(
        [
            goalpost_score(values[:, place], one.worst, one.best, one.scale)
            for place, one in enumerate(definition.measures)
        ]
    )


def matrix(components: pl.DataFrame, column: str, measures: int) -> Floats:
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
