"""The views over all metric tables, written from the contracts so that a new metric needs no list edited."""

from __future__ import annotations

import duckdb
import polars as pl

from ness_pipeline.build.models import models
from ness_pipeline.contract.ddl import comments
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.contract.measures import country_profile_sql, measures, metric_value_sql, profile_columns
from ness_pipeline.paths import sql_folder
from ness_pipeline.sql import quote


def catalogue() -> pl.DataFrame:
    """Rows of `ops.metric`: every measure with its definition, from contract and model."""
    known = models()
    rows = [
        {
            "metric": column.name,
            "table_name": table.name,
            "column_name": column.name,
            "unit": column.unit,
            "better": says["better"],
            "description": column.description,
            "definition": known[table.name].definition if table.name in known else table.description,
            "method_version": table.method_version,
        }
        for table, column, says in measures()
    ]
    return pl.DataFrame(rows, schema={column.name: column.dtype for column in tables()["ops.metric"].columns})


def create_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the views and their comments, and fill the catalogue behind them."""
    metrics = catalogue()  # noqa: F841  (read by DuckDB)
    connection.execute("DELETE FROM ops.metric")
    connection.execute("INSERT INTO ops.metric BY NAME SELECT * FROM metrics")
    connection.execute(f"CREATE OR REPLACE VIEW metrics.metric_value AS {metric_value_sql()}")
    connection.execute(f"CREATE OR REPLACE VIEW metrics.country_profile AS {country_profile_sql()}")
    for file in sorted(sql_folder("views").glob("*.sql")):
        sql = file.read_text(encoding="utf-8")
        connection.execute(f"CREATE OR REPLACE VIEW metrics.{quote(file.stem)} AS {sql}")
    for table in tables().values():
        if table.is_view:
            for comment in comments(table, "VIEW"):
                connection.execute(comment)
    wide = "COMMENT ON VIEW metrics.country_profile IS 'One row = one country with the latest reportable value of each measure; NULL where none may be quoted.'"
    connection.execute(wide)
    for name, metric, _, description in profile_columns():
        text = f"{description} ({metric})".replace("'", "''")
        connection.execute(f"COMMENT ON COLUMN metrics.country_profile.{quote(name)} IS '{text}'")
