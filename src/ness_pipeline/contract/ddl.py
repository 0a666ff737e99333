"""Contracts as DDL: `CREATE TABLE`, `COMMENT ON`, and the table in which a loadable table's rows wait."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ness_pipeline.contract.dictionary import Column, Table
from ness_pipeline.sql import literal, quote

UNIT_KEY = Column("unit_key", pl.String(), nullable=False, description="Unit of work that brought the row.", unit=None, measure=None)  # fmt: skip


def ddl(name: str, columns: tuple[Column, ...]) -> str:
    """`CREATE TABLE` for a table of the dictionary."""
    declared = ", ".join(f"{quote(c.name)} {c.sql_type}{'' if c.nullable else ' NOT NULL'}" for c in columns)
    return f"CREATE TABLE IF NOT EXISTS {quote(name)} ({declared})"


def comments(table: Table, kind: str = "TABLE") -> Iterator[str]:
    """`COMMENT ON` for a table and its columns, from its contract."""
    name = quote(table.name)
    yield f"COMMENT ON {kind} {name} IS {literal(table.description)}"
    for column in table.columns:
        unit = f" [{column.unit}]" if column.unit else ""
        yield f"COMMENT ON COLUMN {name}.{quote(column.name)} IS {literal(column.description + unit)}"


def landed_twin(table: Table) -> tuple[str, tuple[Column, ...]]:
    """Name and columns of the table in which a loadable table's rows wait, with the unit that brought them."""
    return f"landed.{table.short_name}", (*table.columns, UNIT_KEY)
