"""The contracts read as a data dictionary: tables, columns, types, units, checks and metrics."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandera.polars as pa
import polars as pl

from ness_pipeline.contract.constraints import Check, breaks_in_sql, read_checks
from ness_pipeline.errors import ContractViolation
from ness_pipeline.schemas import Contract, Limits, Measure, Sourced, contracts
from ness_pipeline.schemas.vocabulary import BASES, WEAK_BASES

SQL_TYPES: dict[pl.DataType, str] = {
    pl.String(): "VARCHAR",
    pl.Int64(): "BIGINT",
    pl.Float64(): "DOUBLE",
    pl.Boolean(): "BOOLEAN",
    pl.Date(): "DATE",
    pl.Datetime("us", "UTC"): "TIMESTAMP WITH TIME ZONE",
}
PROFILE = "metrics.country_profile"
"""The wide view, whose columns follow from the metrics of all other contracts."""
COUNTRY_COLUMNS = ("country_code", "iso3_code", "country_name", "region", "subregion", "is_landlocked", "land_area_km2")
"""Columns of `core.country` with which the wide view begins."""


@dataclass(frozen=True)
class Column:
    """One column of a table as its contract declares it.

    Attributes:
        name: name of the column.
        dtype: its type.
        nullable: whether NULL is allowed.
        description: one sentence for the data dictionary.
        unit: unit of a number, None for text, codes, dates and flags.
        measure: direction, bounds and label of a published number; None for all other columns.
        checks: what every value of the column must meet.
    """

    name: str
    dtype: pl.DataType
    nullable: bool
    description: str
    unit: str | None = None
    measure: Measure | None = None
    checks: tuple[Check, ...] = ()

    @property
    def sql_type(self) -> str:
        """DuckDB's type for the column."""
        return SQL_TYPES[self.dtype]

    @property
    def checks_without_sql(self) -> tuple[Check, ...]:
        """Checks that SQL cannot express, so that pandera has to run them."""
        return tuple(check for check in self.checks if breaks_in_sql(check, self.name, self.dtype) is None)


@dataclass(frozen=True)
class Table:
    """One table or view as its contract declares it.

    Attributes:
        name: layer and table, such as `core.treaty_party`.
        contract: the pandera class; None for a view whose columns are computed from other contracts.
        columns: in the order of the table; lineage comes last.
        checks: what every row as a whole must meet (`@pa.dataframe_check`).
        grain: columns that identify a row.
        is_view: whether it is a view.
        is_landed: whether sources and users load it, so that the layer `landed` has a table of the same name.
        method_version: version of the method, for metric tables.
        limits: limits that a publication must keep to.
        description: docstring of the contract.
        label: short name of a metric table for readers; None where the contract gives none.
        half: half of the eco-security system that the metrics belong to: `ecological_system`, `security_system`,
            `both`, or None.
        section: part of a country's report page that shows the metrics in a layout of its own; None where they are
            listed with all other metrics.
    """

    name: str
    contract: type[Contract] | None
    columns: tuple[Column, ...]
    checks: tuple[Check, ...]
    grain: tuple[str, ...]
    is_view: bool
    is_landed: bool
    method_version: str | None
    limits: Limits
    description: str
    label: str | None = None
    half: str | None = None
    section: str | None = None

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
        return any(present.name == column for present in self.columns)


def table_of(name: str, contract: type[Contract]) -> Table:
    """The table that a contract describes.

    Args:
        name: layer and table, such as `core.treaty_party`.
        contract: the pandera class.

    Raises:
        ContractViolation: the contract uses something of pandera that would be ignored here.
    """
    schema = contract.to_schema()
    metadata = contract.__config__.metadata or {}  # type: ignore[union-attr]  # set by pandera on every model
    _refuse_options(name, schema, ("coerce", "ordered", "add_missing_columns", "drop_invalid_rows", "parsers"))
    lineage = set(Sourced.__annotations__)
    columns = [_column(name, declared) for declared in schema.columns.values()]
    table = Table(
        name=name,
        contract=contract,
        columns=tuple(sorted(columns, key=lambda column: column.name in lineage)),
        checks=read_checks(name, schema.checks),
        grain=tuple(schema.unique or ()),
        is_view=bool(metadata.get("view")),
        is_landed=issubclass(contract, Sourced),
        method_version=metadata.get("method_version"),
        limits=metadata.get("limits", Limits()),
        description=inspect.cleandoc(contract.__doc__ or ""),
        label=metadata.get("label"),
        half=metadata.get("half"),
        section=metadata.get("section"),
    )
    if table.layer == "landed":
        _require_sql(table)
    _refuse_measures(table)
    return table


def _refuse_measures(table: Table) -> None:
    """Refuse published numbers whose basis or range is not stated as the rules about quoting need it."""
    rules: dict[str, tuple[str, tuple[str, ...]]] = {}
    for column in table.measures:
        if (about := column.measure) is None:
            continue
        owner = f"The contract {table.name}.{column.name}"
        if about.basis not in BASES and not table.has(about.basis):
            raise ContractViolation(f"{owner} rests on {about.basis!r}; name a term of BASES or a column of the table.")
        if unknown := sorted(set(about.quotable) - BASES.keys()):
            raise ContractViolation(f"{owner} may be quoted on {unknown[0]!r}; name terms of BASES only.")
        if about.basis in BASES and about.basis not in {*about.quotable, *WEAK_BASES}:
            raise ContractViolation(
                f"{owner} rests on {about.basis!r} and may never be quoted on it; name it in quotable."
            )
        if rules.setdefault(about.reason, (about.basis, about.quotable)) != (about.basis, about.quotable):
            raise ContractViolation(f"{owner} shares {about.reason} with a number of another basis; give it its own.")
        if len({end is None for end in (about.range_low, about.range_high, about.range_meaning)}) > 1:
            raise ContractViolation(f"{owner} needs range_low, range_high and range_meaning, or none of them.")


def _column(table: str, declared: Any) -> Column:
    owner = f"{table}.{declared.name}"
    _refuse_options(owner, declared, ("unique", "coerce", "regex", "default", "parsers", "drop_invalid_rows"))
    if not declared.required:
        raise ContractViolation(f"The contract {owner} makes the column optional; make it nullable instead.")
    dtype = getattr(declared.dtype, "type", None)
    if dtype not in SQL_TYPES:
        types = ", ".join(str(supported) for supported in SQL_TYPES)
        raise ContractViolation(f"The contract {owner} has the type {declared.dtype}; use one of {types}.")
    metadata = declared.metadata or {}
    return Column(
        name=declared.name,
        dtype=dtype,
        nullable=declared.nullable,
        description=declared.description or "",
        unit=metadata.get("unit"),
        measure=metadata.get("measure"),
        checks=read_checks(owner, declared.checks),
    )


def _refuse_options(owner: str, declared: pa.DataFrameSchema | pa.Column, options: Iterable[str]) -> None:
    """Refuse options of pandera that nothing here follows, so that they are not ignored."""
    for option in options:
        if getattr(declared, option, None):
            raise ContractViolation(
                f"The contract {owner} uses pandera's option {option}, which is not supported; remove the option."
            )


def _require_sql(table: Table) -> None:
    """Refuse checks without SQL in a contract whose rows are checked in SQL alone."""
    checks = [(f"{table.name}.{column.name}", check) for column in table.columns for check in column.checks_without_sql]
    for owner, check in [*checks, *((table.name, check) for check in table.checks)]:
        raise ContractViolation(
            f"The contract {owner} has the check {check.name}, which SQL cannot express, and its rows are checked in SQL alone; use checks such as ge, isin or str_matches without classes like \\d."
        )


@functools.cache
def tables() -> Mapping[str, Table]:
    """Every table and view that is published or loaded, by name, in a stable order.

    Raises:
        ContractViolation: a contract uses something of pandera that would be ignored here.
    """
    read = {name: table_of(name, contract) for name, contract in contracts().items()}
    read[PROFILE] = _country_profile(read)
    layers = list(dict.fromkeys(name.split(".")[0] for name in read))
    return {name: read[name] for name in sorted(read, key=lambda name: (layers.index(name.split(".")[0]), name))}


@dataclass(frozen=True)
class ProfileColumn:
    """One column of the wide view: the latest value of a metric, or the year of that value.

    Attributes:
        column: the column.
        metric: the metric that it shows.
        taxon_group: reporting group of the value; None where the metric has no groups.
        is_year: whether it shows the year.
    """

    column: Column
    metric: str
    taxon_group: str | None
    is_year: bool = False


def profile_columns(metric_tables: Mapping[str, Table]) -> Iterator[ProfileColumn]:
    """The columns of the wide view that show a metric, from the contracts of the metric tables.

    The year of a value stands beside it, where the metric has years.
    """
    for table in metric_tables.values():
        for column in table.measures:
            shown = replace(column, dtype=pl.Float64(), measure=None)
            groups: tuple[str | None, ...] = (None,)
            if table.has("taxon_group") and column.measure:
                groups = column.measure.profile
            for group in groups:
                name = column.name if group in {None, "all"} else f"{column.name}_{group}"
                description = column.description if group is None else f"{column.description} Group: {group}."
                yield ProfileColumn(replace(shown, name=name, description=description), column.name, group)
                if table.has("year"):
                    says = f"Year of `{name}`; NULL for a value of all years."
                    year = Column(f"{name}_year", pl.Int64(), nullable=True, description=says, unit="a")
                    yield ProfileColumn(year, column.name, group, is_year=True)


def _country_profile(others: Mapping[str, Table]) -> Table:
    """The wide view, from the contracts of all other tables."""
    of_country = [column for column in others["core.country"].columns if column.name in COUNTRY_COLUMNS]
    return Table(
        name=PROFILE,
        contract=None,
        columns=(*of_country, *(shown.column for shown in profile_columns(others))),
        checks=(),
        grain=("country_code",),
        is_view=True,
        is_landed=False,
        method_version=None,
        limits=Limits(),
        description=(
            "One row = one country with the latest reportable value of each metric; NULL where none may be quoted.\n\n"
            "Its columns come from the contracts of the metric tables: the name of the metric, followed by the group "
            "where it is not `all`."
        ),
    )
