"""The views over all metric tables, written from the contracts so that a new metric needs no list edited."""

from __future__ import annotations

import duckdb
import polars as pl

from ness_pipeline.build.models import models
from ness_pipeline.contract.ddl import comments
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.contract.measures import country_profile_sql, measures, metric_value_sql, with_iso3_sql
from ness_pipeline.paths import sql_folder
from ness_pipeline.schemas.vocabulary import BASES
from ness_pipeline.sql import quote


def catalogue() -> pl.DataFrame:
    """Rows of `ops.metric`: every published number with its definition, from contract and model."""
    by_table = models()
    rows = [
        {
            "metric": column.name,
            "table_name": table.name,
            "column_name": column.name,
            "unit": column.unit,
            "better": measure.better,
            "basis": measure.basis if measure.basis in BASES else None,
            "quotable_bases": ", ".join(measure.quotable),
            "description": column.description,
            "definition": by_table[table.name].definition if table.name in by_table else table.description,
            "method_version": table.method_version,
        }
        for table, column, measure in measures()
    ]
    return pl.DataFrame(rows, schema={column.name: column.dtype for column in tables()["ops.metric"].columns})


def create_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the views and their comments, and fill the catalogue behind them."""
    metrics = catalogue()  # noqa: F841  (read by DuckDB)
    connection.execute("DELETE FROM ops.metric")
    connection.execute("INSERT INTO ops.metric BY NAME SELECT * FROM metrics")
    queries = {
        "metric_value": with_iso3_sql(metric_value_sql(), tables()["metrics.metric_value"].columns),
        "country_profile": country_profile_sql(),
    }
    for file in sorted(sql_folder("views").glob("*.sql")):
        queries[file.stem] = file.read_text(encoding="utf-8")
    for name, query in queries.items():
        connection.execute(f"CREATE OR REPLACE VIEW metrics.{quote(name)} AS {query}")
    for table in tables().values():
        if table.is_view:
            for comment in comments(table, "VIEW"):
                connection.execute(comment)
