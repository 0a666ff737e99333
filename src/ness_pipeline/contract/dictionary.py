"""The contracts read as a data dictionary: columns, types, units, measures."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass
from typing import Any

import polars as pl

from ness_pipeline.schemas import Contract, Limits, Sourced, contracts

SQL_TYPES: dict[pl.DataType, str] = {
    pl.String(): "VARCHAR",
    pl.Int64(): "BIGINT",
    pl.Float64(): "DOUBLE",
    pl.Boolean(): "BOOLEAN",
    pl.Date(): "DATE",
    pl.Datetime("us", "UTC"): "TIMESTAMP WITH TIME ZONE",
}


@dataclass(frozen=True)
class Column:
    """One column of a table as its contract declares it."""

    name: str
    dtype: pl.DataType
    nullable: bool
    description: str
    unit: str | None
    measure: dict[str, Any] | None

    @property
    def sql_type(self) -> str:
        """DuckDB's type for the column."""
        return SQL_TYPES[self.dtype]


@dataclass(frozen=True)
class Table:
    """One table as its contract declares it.

    Attributes:
        name: layer and table, such as `core.treaty_party`.
        contract: the contract.
        columns: in the order of the table; lineage comes last.
        grain: columns that identify a row.
        is_view: whether it is a view.
        is_landed: whether sources and users load it, so that it has a twin in the `landed` layer.
        method_version: version of the method, for metrics.
        limits: what it must keep to before it is published.
        description: docstring of the contract.
    """

    name: str
    contract: type[Contract]
    columns: tuple[Column, ...]
    grain: tuple[str, ...]
    is_view: bool
    is_landed: bool
    method_version: str | None
    limits: Limits
    description: str

    @property
    def layer(self) -> str:
        """Layer of the table."""
        return self.name.split(".")[0]

    @property
    def short_name(self) -> str:
        """Name without the layer."""
        return self.name.split(".")[1]

    @property
    def measures(self) -> tuple[Column, ...]:
        """Columns that are published numbers."""
        return tuple(column for column in self.columns if column.measure)

    def has(self, column: str) -> bool:
        """Whether the table has that column."""
        return any(known.name == column for known in self.columns)


def _columns(contract: type[Contract]) -> tuple[Column, ...]:
    found = []
    for name, declared in contract.to_schema().columns.items():
        metadata = declared.metadata or {}
        found.append(
            Column(
                name=name,
                dtype=declared.dtype.type,
                nullable=declared.nullable,
                description=declared.description or "",
                unit=metadata.get("unit"),
                measure=metadata.get("measure"),
            )
        )
    inherited = set(Sourced.__annotations__)
    return tuple(sorted(found, key=lambda column: column.name in inherited))


@functools.cache
def tables() -> dict[str, Table]:
    """Every table and view that has a contract, by name."""
    found = {}
    for name, contract in contracts().items():
        schema = contract.to_schema()
        metadata = contract.__config__.metadata or {}  # type: ignore[union-attr]  # set by pandera on every model
        found[name] = Table(
            name=name,
            contract=contract,
            columns=_columns(contract),
            grain=tuple(schema.unique or ()),
            is_view=bool(metadata.get("view")),
            is_landed=issubclass(contract, Sourced),
            method_version=metadata.get("method_version"),
            limits=metadata.get("limits", Limits()),
            description=inspect.cleandoc(contract.__doc__ or ""),
        )
    return found
