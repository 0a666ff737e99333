"""Part the rows that meet a contract from those that do not, naming column, check and value."""

from __future__ import annotations

from collections.abc import Iterable

import pandera.errors
import polars as pl

from ness_pipeline.contract.batch import REJECTED
from ness_pipeline.contract.dictionary import Column, Table
from ness_pipeline.errors import ContractViolation, SchemaDrift

ROW = "row_number"
"""Position of a row in what was received, from 0."""


def check(table: Table, frame: pl.DataFrame, source: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part the rows of a batch into those that meet the contract and those that do not.

    Args:
        table: the table with its contract.
        frame: rows with the contract's column names; nullable columns and `source` may be missing.
        source: filled in where the frame has no `source`.

    Returns:
        The valid rows in the contract's columns and types with their position (`row_number`), and the refused ones in
        the columns of `REJECTED`.

    Raises:
        SchemaDrift: a column is missing or unknown.
    """
    columns = {column.name: column for column in table.columns}
    if unknown := [name for name in frame.columns if name not in columns]:
        raise SchemaDrift(f"{table.name} has no column {unknown[0]!r}; remove or rename it.")
    required = [c.name for c in table.columns if not c.nullable and c.name != "source"]
    if missing := [name for name in required if name not in frame.columns]:
        raise SchemaDrift(f"{table.name} needs the column {missing[0]!r}, which is missing; add it.")

    converted = frame.select(
        pl.lit(source).alias("source") if name == "source" and name not in frame.columns
        else pl.lit(None, dtype=column.dtype).alias(name) if name not in frame.columns
        else convert(pl.col(name), frame.schema[name], column.dtype).alias(name)
        for name, column in columns.items()
    )  # fmt: skip
    failures = [_failed_conversions(frame, converted, columns.values()), _failed_checks(table, converted)]
    first = pl.concat(failures).unique(subset=ROW, keep="first", maintain_order=True)
    rows = frame.select(row=pl.struct(pl.all()).struct.json_encode()).with_row_index(ROW).cast({ROW: pl.Int64})
    refused = first.join(rows, on=ROW, how="left").select(*REJECTED).sort(ROW)
    numbered = converted.with_row_index(ROW).cast({ROW: pl.Int64})
    return numbered.join(refused.select(ROW), on=ROW, how="anti"), refused


def failed_values(table: Table, name: str, values: pl.Series) -> pl.DataFrame:
    """What the contract says of values of one column, whatever stands beside them.

    Args:
        table: the table with its contract.
        name: the column.
        values: values as text.

    Returns:
        Their position (`row_number`), the check that fails first (`check_name`) and the sentence (`reason`); a value
        that meets the contract is left out.
    """
    column = next(column for column in table.columns if column.name == name)
    given = values.alias(name).to_frame()
    converted = given.select(convert(pl.col(name), pl.String(), column.dtype).alias(name))
    failed = [_failed_conversions(given, converted, [column]), _failed_checks(table, converted)]
    return pl.concat(failed).unique(subset=ROW, keep="first").select(ROW, "check_name", "reason")


def convert(value: pl.Expr, given: pl.DataType, wanted: pl.DataType) -> pl.Expr:
    """A column in the contract's type; values that do not convert without loss become NULL."""
    if given == wanted:
        return value
    if given == pl.String() and wanted == pl.Boolean():
        word = value.str.strip_chars().str.to_lowercase()
        return pl.when(word.is_in(["true", "1"])).then(True).when(word.is_in(["false", "0"])).then(False)  # noqa: FBT003
    if given == pl.String() and wanted == pl.Date():
        return value.str.strip_chars().str.to_date("%Y-%m-%d", strict=False)
    if given == pl.String() and wanted != pl.String():
        return value.str.strip_chars().cast(wanted, strict=False)
    if given.is_float() and wanted.is_integer():
        return pl.when(value == value.floor()).then(value).cast(wanted, strict=False)
    return value.cast(wanted, strict=False)


def _failed_conversions(given: pl.DataFrame, converted: pl.DataFrame, columns: Iterable[Column]) -> pl.DataFrame:
    found = [failures()]
    for column in columns:
        if column.name in given.columns:
            lost = given.get_column(column.name).is_not_null() & converted.get_column(column.name).is_null()
            if lost.any():
                kind = column.sql_type.lower()
                values = given.get_column(column.name).filter(lost).cast(pl.String)
                reason = [f"{column.name} is {value!r}, which is no {kind}." for value in values]
                found.append(failures(lost.arg_true(), column.name, "type", reason))
    return pl.concat(found)


def _failed_checks(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    schema = table.contract.to_schema()
    schema.unique = None  # the grain is checked over all batches of a unit, in the database
    schema = schema.select_columns([name for name in schema.columns if name in frame.columns])
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = pl.DataFrame(error.failure_cases)
        if cases.get_column("index").is_null().any():
            first = cases.row(0, named=True)
            raise ContractViolation(f"{table.name}.{first['column']} breaks {first['check']} as a whole.") from error
        reason = [
            f"{column} is {value!r}, which breaks {check_name}."
            for column, value, check_name in cases.select("column", "failure_case", "check").iter_rows()
        ]
        return failures(cases.get_column("index"), cases.get_column("column"), cases.get_column("check"), reason)
    return failures()


def failures(
    rows: pl.Series | None = None,
    column: str | pl.Series | None = None,
    check_name: str | pl.Series | None = None,
    reason: list[str] | None = None,
) -> pl.DataFrame:
    """Failures in the columns of `REJECTED` but for the row itself; without arguments, none."""
    schema = {name: dtype for name, dtype in REJECTED.items() if name != "row"}
    if rows is None:
        return pl.DataFrame(schema=schema)
    frame = pl.DataFrame({ROW: rows, "reason": reason})
    return frame.with_columns(
        column_name=pl.lit(column) if isinstance(column, str) else column,
        check_name=pl.lit(check_name) if isinstance(check_name, str) else check_name,
    ).select(pl.col(name).cast(dtype) for name, dtype in schema.items())
