"""Contracts as DDL: `CREATE TABLE`, `COMMENT ON`, and the tables of the layer `landed`."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ness_pipeline.contract.dictionary import Column, Table
from ness_pipeline.sql import literal, quote

UNIT_KEY = Column("unit_key", pl.String(), nullable=False, description="Unit of work that brought the row.")


def ddl(name: str, columns: tuple[Column, ...]) -> str:
    """The statement `CREATE TABLE` for a table with some columns."""
    return f"CREATE TABLE IF NOT EXISTS {quote(name)} ({', '.join(_declared(column) for column in columns)})"


def _declared(column: Column) -> str:
    constraint = "" if column.nullable else " NOT NULL"
    return f"{quote(column.name)} {column.sql_type}{constraint}"


def comments(table: Table, kind: str = "TABLE") -> Iterator[str]:
    """The statements `COMMENT ON` for a table or view and its columns, from its contract."""
    name = quote(table.name)
    yield f"COMMENT ON {kind} {name} IS {literal(table.description)}"
    for column in table.columns:
        unit = f" [{column.unit}]" if column.unit else ""
        yield f"COMMENT ON COLUMN {name}.{quote(column.name)} IS {literal(column.description + unit)}"


def landed_table(table: Table) -> tuple[str, tuple[Column, ...]]:
    """Name and columns of the table in `landed` that keeps the rows of every source, with the unit that brought them."""
    return f"landed.{table.short_name}", (*table.columns, UNIT_KEY)
