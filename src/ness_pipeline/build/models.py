"""The models: read from their folders, ordered by their inputs, run for some countries in one transaction.

A model is one `.sql` file in `warehouse/`, or one module in `ness_pipeline.index.computed` for what SQL cannot compute.
"""

from __future__ import annotations

import contextlib
import functools
import graphlib
import inspect
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from ness_pipeline.contract.check import failed_checks, failed_own_checks
from ness_pipeline.contract.checks_in_sql import any_broken, broken_columns
from ness_pipeline.contract.dictionary import Table, tables
from ness_pipeline.contract.measures import quotable_sql
from ness_pipeline.contract.refused import ROW_NUMBER
from ness_pipeline.errors import ContractViolation, first_line
from ness_pipeline.index.computed import computed
from ness_pipeline.paths import sql_folder
from ness_pipeline.sql import frame_of, quote

LAYERS = ("core", "metrics")
SHOWN_ROWS = 100
"""Number of rows that break a contract which pandera checks again, to name the check and the value."""


@dataclass(frozen=True)
class Model:
    """One `.sql` file or one module of `computed`, which computes the rows of one table.

    Attributes:
        name: layer and table, from the folder and the file's name.
        sql: the file's text; for a module, a query of its rows under the name `computed`.
        definition: the comment header of the file, or the docstring of the module.
        inputs: tables that are read.
        rows: computes the rows of a module's table for some countries, or for all; None for a `.sql` file.
    """

    name: str
    sql: str
    definition: str
    inputs: frozenset[str]
    rows: Callable[[duckdb.DuckDBPyConnection, Sequence[str] | None], pl.DataFrame] | None = None


def definition_of(sql: str) -> str:
    """The comment lines at the head of a model, without their dashes."""
    lines = []
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return "\n".join(lines).strip()


def inputs_of(parser: duckdb.DuckDBPyConnection, sql: str) -> frozenset[str]:
    """Tables with a layer that a query reads.

    DuckDB's own parser reads the query; it needs neither macros nor tables, and takes a fraction of sqlglot's time.

    Args:
        parser: any connection.
        sql: the query.
    """
    ((tree,),) = parser.execute("SELECT json_serialize_sql($1)", [sql]).fetchall()
    names: set[str] = set()

    def collect(node: dict[str, Any]) -> dict[str, Any]:
        if node.get("type") == "BASE_TABLE" and node["schema_name"]:
            names.add(f"{node['schema_name']}.{node['table_name']}")
        return node

    json.loads(tree, object_hook=collect)
    return frozenset(names)


@functools.cache
def models() -> dict[str, Model]:
    """All models in the order in which they run."""
    by_name = {}
    with duckdb.connect() as parser:
        for layer in LAYERS:
            for file in sorted(sql_folder(layer).glob("*.sql")):
                sql = file.read_text(encoding="utf-8").strip().removesuffix(";")
                name = f"{layer}.{file.stem}"
                by_name[name] = Model(name, sql, definition_of(sql), inputs_of(parser, sql))
    for name, module in computed():
        by_name[name] = Model(name, "FROM computed", inspect.getdoc(module) or "", module.inputs(), module.rows)
    order = graphlib.TopologicalSorter({name: model.inputs & by_name.keys() for name, model in by_name.items()})
    return {name: by_name[name] for name in order.static_order()}


def with_inputs(names: Collection[str]) -> list[Model]:
    """The named models and those whose tables they read, directly or not, in the order in which they run."""
    wanted = set(names)
    for model in reversed(models().values()):
        if model.name in wanted:
            wanted |= model.inputs
    return [model for model in models().values() if model.name in wanted]


def materialise(
    connection: duckdb.DuckDBPyConnection,
    countries: Sequence[str] | None = None,
    *,
    only: Collection[str] | None = None,
    others: Collection[str] | None = None,
    progress: Callable[[str], None] | None = None,
) -> dict[str, int]:
    """Run the models for some countries, or for all, and replace the rows of these countries.

    All models run in one transaction: when a model fails, or its rows break its contract, all tables stay as they were.

    Args:
        connection: the build database.
        countries: country codes; None means all.
        only: names of the models to run, with the models that these read; None means every model.
        others: other countries, of which the rows stay; None means all that there are.
        progress: called with each model's name before it runs.

    Returns:
        Rows written per table.

    Raises:
        ContractViolation: a model fails or breaks its contract.
    """
    written = {}
    connection.execute("BEGIN TRANSACTION")
    try:
        for model in models().values() if only is None else with_inputs(only):
            if progress is not None:
                progress(model.name)
            written[model.name] = _run(connection, model, countries, others)
        connection.execute("COMMIT")
    except BaseException:
        # A commit that failed, as on a full disk, has ended the transaction already.
        with contextlib.suppress(duckdb.Error):
            connection.execute("ROLLBACK")
        raise
    return written


def _run(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    countries: Sequence[str] | None,
    others: Collection[str] | None = None,
) -> int:
    """Run one model and replace the rows of its table; returns how many rows it wrote."""
    table = tables()[model.name]
    is_scoped = table.has("country_code") and countries is not None
    where = "WHERE list_contains($countries, country_code)" if is_scoped else ""
    bound = {"countries": list(countries or ())} if is_scoped else {}
    if model.rows is not None:
        connection.register("computed", model.rows(connection, countries))
    cast = ", ".join(f"CAST({quote(c.name)} AS {c.sql_type}) AS {quote(c.name)}" for c in table.columns)
    try:
        _check_columns(connection, model, table)
        rows_sql = f"SELECT * {quotable_sql(table)} FROM ({model.sql}\n) {where}"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE staged AS SELECT {cast} FROM ({rows_sql})", bound)
    except duckdb.Error as error:
        raise ContractViolation(
            f"The model {model.name} does not run ({first_line(error)}); correct its SQL."
        ) from error
    check_table(connection, "staged", table)
    connection.execute(f"DELETE FROM {quote(table.name)} {where}", bound)
    if is_scoped and others is not None:
        strangers = f"DELETE FROM {quote(table.name)} WHERE NOT list_contains(?, country_code)"
        connection.execute(strangers, [[*(countries or ()), *others]])
    grain = ", ".join(quote(name) for name in table.grain)
    connection.execute(f"INSERT INTO {quote(table.name)} BY NAME SELECT * FROM staged ORDER BY {grain}")
    (rows,) = connection.execute("SELECT count(*) FROM staged").fetchone() or (0,)
    connection.execute("DROP TABLE staged")
    return int(rows)


def _check_columns(connection: duckdb.DuckDBPyConnection, model: Model, table: Table) -> None:
    """Check that a model has exactly the columns of its contract."""
    computed_columns = {row[0] for row in connection.execute(f"DESCRIBE {model.sql}").fetchall()}
    declared = {column.name for column in table.columns}
    for problem, names in (("lacks", declared - computed_columns), ("adds", computed_columns - declared)):
        if names:
            message = f"The model {table.name} {problem} the column {min(names)!r} of its contract; change one of them."
            raise ContractViolation(message)


def check_table(connection: duckdb.DuckDBPyConnection, name: str, table: Table) -> None:
    """Check all rows of a table of the database against a contract, and its grain.

    SQL finds the rows that break the checks that it can express, and pandera gives the reason for the first of them.
    pandera also runs all other checks of the contract, on all rows.

    Raises:
        ContractViolation: the first broken check, with the table, the column and a value.
    """
    columns = ", ".join(quote(column.name) for column in table.columns)
    broken = f"FROM {quote(name)} WHERE {any_broken(broken_columns(table))}"
    ((number,),) = connection.execute(f"SELECT count(*) {broken}").fetchall()
    if number:
        rows = frame_of(connection, f"SELECT {columns} {broken} ORDER BY ALL LIMIT {SHOWN_ROWS}")
        failures = failed_checks(table, rows)
        if failures.is_empty():
            raise ContractViolation(
                f"{table.name} has {number} rows that its contract allows; report this as a defect."
            )
        raise _violation(table, failures, number)
    if table.checks or any(column.checks_without_sql for column in table.columns):
        failures = failed_own_checks(table, frame_of(connection, f"SELECT {columns} FROM {quote(name)} ORDER BY ALL"))
        if failures.height:
            raise _violation(table, failures, failures.get_column(ROW_NUMBER).n_unique())
    _check_grain(connection, name, table)


def _violation(table: Table, failures: pl.DataFrame, number: int) -> ContractViolation:
    """The error for the first failure of a table."""
    first = failures.row(0, named=True)
    place = table.name if first["column_name"] is None else f"{table.name}.{first['column_name']}"
    return ContractViolation(
        f"{place} breaks {first['check_name']} with {first['value']!r} ({number} rows); "
        "nothing was changed, correct the model or its contract."
    )


def _check_grain(connection: duckdb.DuckDBPyConnection, name: str, table: Table) -> None:
    grain = ", ".join(quote(column) for column in table.grain)
    repeated = connection.execute(
        f"SELECT {grain} FROM {quote(name)} GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL LIMIT 1"
    ).fetchone()
    if repeated is not None:
        key = ", ".join(f"{column}={value}" for column, value in zip(table.grain, repeated, strict=True))
        raise ContractViolation(f"{table.name} has several rows for {key}; nothing was changed, correct the model.")
