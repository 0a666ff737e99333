"""Separate the rows that meet a contract from those that do not, with column, check and reason for each."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Iterable
from typing import Any

import pandera.errors
import pandera.polars as pa
import polars as pl
from pandera.constants import CHECK_OUTPUT_KEY

from ness_pipeline.contract.constraints import Check
from ness_pipeline.contract.dictionary import Column, Table
from ness_pipeline.contract.refused import ROW_NUMBER, no_refused_rows, refused_rows, with_whole_rows
from ness_pipeline.errors import ContractViolation, SchemaDrift, first_line

KINDS = {
    "BIGINT": "whole number",
    "BOOLEAN": "truth value (true, false)",
    "DATE": "day written as 2024-12-31",
    "DOUBLE": "number",
    "TIMESTAMP WITH TIME ZONE": "time",
}
"""Types of columns in the words of people who fill them."""
_FAILURES = {ROW_NUMBER: pl.Int64(), "column_name": pl.String(), "check_name": pl.String(), "value": pl.String()}
"""Columns of failures: row, column (NULL where the row as a whole fails), check, and the value as text."""


def check(table: Table, frame: pl.DataFrame, source: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Separate the rows of a batch that meet the contract from those that do not.

    A check of all rows together (`@pa.dataframe_check` that gives one answer) is run on the valid rows of this batch;
    on the whole table it is run with the model of the layer `core`.

    Args:
        table: the table with its contract.
        frame: rows with the contract's column names; nullable columns and `source` may be missing.
        source: value of `source` where the frame has no such column.

    Returns:
        The valid rows in the contract's columns and types with their position (`row_number`), and the refused ones in
        the columns `REFUSED_COLUMNS`.

    Raises:
        SchemaDrift: a column is missing or unknown.
        ContractViolation: a check fails for all rows together, or cannot be run.
    """
    _check_columns(table, frame)
    converted = frame.select(_converted(column, frame, source) for column in table.columns)
    refused = pl.concat(
        [
            _refused_conversions(frame, converted, table.columns),
            _refused_by(failed_checks(table, converted), table),
        ]
    ).unique(subset=ROW_NUMBER, keep="first", maintain_order=True)
    numbered = converted.with_row_index(ROW_NUMBER).cast({ROW_NUMBER: pl.Int64})
    valid = numbered.join(refused.select(ROW_NUMBER), on=ROW_NUMBER, how="anti", maintain_order="left")
    own = _refused_by_own_checks(table, valid)
    valid = valid.join(own.select(ROW_NUMBER), on=ROW_NUMBER, how="anti", maintain_order="left")
    return valid, with_whole_rows(pl.concat([refused, own]).sort(ROW_NUMBER), frame)


def failed_values(table: Table, name: str, values: pl.Series) -> pl.DataFrame:
    """Values of one column that break the contract, whatever the other columns of their rows hold.

    Args:
        table: the table with its contract.
        name: the column.
        values: values as text.

    Returns:
        Their position (`row_number`), the check that fails first (`check_name`) and the sentence (`reason`).
    """
    column = next(column for column in table.columns if column.name == name)
    given = values.alias(name).to_frame()
    converted = given.select(convert(pl.col(name), pl.String(), column.dtype).alias(name))
    failures = [_refused_conversions(given, converted, [column]), _refused_by(failed_checks(table, converted), table)]
    return pl.concat(failures).unique(subset=ROW_NUMBER, keep="first").select(ROW_NUMBER, "check_name", "reason")


def failed_checks(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """All failures of missing values and of checks that SQL can express, as pandera finds them.

    Args:
        table: the table with its contract.
        frame: rows in the contract's types; columns may be missing.

    Returns:
        One row for each failure: `row_number`, `column_name`, `check_name` and `value`.
    """
    try:
        _schema(table, frame.columns).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = pl.DataFrame(error.failure_cases)
        if cases.get_column("index").is_null().any():
            first = cases.row(0, named=True)
            raise ContractViolation(f"{table.name}.{first['column']} breaks {first['check']} as a whole.") from error
        return cases.select(
            pl.col("index").alias(ROW_NUMBER),
            pl.col("column").alias("column_name"),
            pl.col("check").alias("check_name"),
            pl.col("failure_case").alias("value"),
        ).cast(_FAILURES)  # type: ignore[arg-type]  # instances of types are fine
    return pl.DataFrame(schema=_FAILURES)


def failed_own_checks(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """All failures of the checks that SQL cannot express: `@pa.check`, `@pa.dataframe_check` and the like.

    Args:
        table: the table with its contract.
        frame: rows in the contract's columns and types.

    Returns:
        One row for each failure: `row_number`, `column_name`, `check_name` and `value`, which for a check of whole rows
        is the row as JSON.

    Raises:
        ContractViolation: a check fails for all rows together, or cannot be run.
    """
    failures = [pl.DataFrame(schema=_FAILURES)]
    for column in table.columns:
        for own in column.checks_without_sql:
            numbers = _failing_rows(own, frame, f"{table.name}.{column.name}", column.name)
            values = frame.get_column(column.name).gather(numbers).cast(pl.String)
            failures.append(_failures(numbers, column.name, own, values))
    for own in table.checks:
        numbers = _failing_rows(own, frame, table.name, None)
        values = frame[numbers].select(pl.struct(pl.all()).struct.json_encode()).to_series()
        failures.append(_failures(numbers, None, own, values))
    return pl.concat(failures)


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


def _check_columns(table: Table, frame: pl.DataFrame) -> None:
    for name in frame.columns:
        if not table.has(name):
            raise SchemaDrift(f"{table.name} has no column {name!r}; remove or rename it.")
    for column in table.columns:
        if not column.nullable and column.name not in {*frame.columns, "source"}:
            raise SchemaDrift(f"{table.name} needs the column {column.name!r}, which is missing; add it.")


def _converted(column: Column, frame: pl.DataFrame, source: str) -> pl.Expr:
    """A column of the contract in its type, with NULL or the given source where the frame lacks it."""
    name = column.name
    if name in frame.columns:
        return convert(pl.col(name), frame.schema[name], column.dtype).alias(name)
    return pl.lit(source if name == "source" else None, dtype=column.dtype).alias(name)


def _refused_conversions(given: pl.DataFrame, converted: pl.DataFrame, columns: Iterable[Column]) -> pl.DataFrame:
    """Rows with a value that does not convert to the type of its column."""
    refused = [no_refused_rows()]
    for column in columns:
        if column.name in given.columns:
            lost = given.get_column(column.name).is_not_null() & converted.get_column(column.name).is_null()
            if lost.any():
                kind = KINDS.get(column.sql_type, column.sql_type.lower())
                values = given.get_column(column.name).filter(lost).cast(pl.String)
                reasons = [f"{column.name} is {value!r}, which is no {kind}." for value in values]
                refused.append(refused_rows(lost.arg_true(), column=column.name, check="type", reason=reasons))
    return pl.concat(refused)


def _refused_by(failures: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Failures as refused rows, with a reason each, in plain words."""
    of_column = {(column.name, check.name): (column, check) for column in table.columns for check in column.checks}
    of_rows = {check.name: check.pandera.description or check.name.replace("_", " ") for check in table.checks}
    reasons = []
    for name, check_name, value in failures.select("column_name", "check_name", "value").iter_rows():
        if name is None:
            reasons.append(f"The row breaks a rule: {of_rows.get(check_name, check_name).rstrip('.')}.")
        elif value is None:
            reasons.append(f"{name} is missing.")
        else:
            # pandera writes what it compares with behind the name, as in `isin(['a'])`.
            found = of_column.get((name, check_name)) or of_column.get((name, check_name.partition("(")[0]))
            reasons.append(f"{name} is {value!r}, {_wrong(*found, value) if found else f'which breaks {check_name}'}.")
    columns, names = failures.get_column("column_name"), failures.get_column("check_name")
    return refused_rows(failures.get_column(ROW_NUMBER), column=columns, check=names, reason=reasons)


_BOUNDS = {
    "greater_than_or_equal_to": ("below", "min_value"),
    "greater_than": ("not above", "min_value"),
    "less_than_or_equal_to": ("above", "max_value"),
    "less_than": ("not below", "max_value"),
}


def _wrong(column: Column, check: Check, value: str) -> str:
    """What is wrong with a value that breaks a check, in plain words and without the code of the check."""
    if check.pandera.description:
        return f"which breaks {check.name}: {check.pandera.description.rstrip('.')}"
    if check.name in _BOUNDS:
        word, bound = _BOUNDS[check.name]
        return f"which is {word} {check.statistics[bound]}"
    if check.name == "isin":
        allowed = [str(one) for one in check.statistics["allowed_values"]]
        guess = next(iter(difflib.get_close_matches(value, allowed, n=1)), None)
        return f"which is none of {', '.join(allowed)}{f' (nearest is {guess})' if guess else ''}"
    return f"which does not fit: {column.description.rstrip('.')}"


def _refused_by_own_checks(table: Table, valid: pl.DataFrame) -> pl.DataFrame:
    """Rows that meet all other checks and break one that SQL cannot express.

    Args:
        table: the table with its contract.
        valid: rows that meet all other checks, with their position.
    """
    if valid.is_empty():
        return no_refused_rows()
    numbers = valid.get_column(ROW_NUMBER)
    failures = _refused_by(failed_own_checks(table, valid.drop(ROW_NUMBER)), table)
    first = failures.unique(subset=ROW_NUMBER, keep="first", maintain_order=True)
    return first.with_columns(numbers.gather(first.get_column(ROW_NUMBER)).alias(ROW_NUMBER))


def _schema(table: Table, names: Iterable[str]) -> pa.DataFrameSchema:
    """The contract as pandera's schema for some columns, with the checks that SQL can express.

    The grain is not in it, for it is checked over all batches of a unit in the database.
    """
    if table.contract is None:
        raise ContractViolation(f"{table.name} has no contract of its own to check rows against; check its sources.")
    schema = table.contract.to_schema()
    present = set(names)
    columns = {}
    for column in table.columns:
        if column.name in present:
            declared = copy.copy(schema.columns[column.name])
            own = column.checks_without_sql
            declared.checks = [check.pandera for check in column.checks if check not in own]
            columns[column.name] = declared
    return pa.DataFrameSchema(columns, strict=True)


def _failing_rows(own: Check, frame: pl.DataFrame, owner: str, key: str | None) -> pl.Series:
    """Positions of the rows that break a check which pandera runs.

    Args:
        own: the check.
        frame: the rows.
        owner: table, or table and column, for messages.
        key: the column; None for a check of whole rows.

    Raises:
        ContractViolation: the check fails for all rows together, or cannot be run.
    """
    try:
        result = own.pandera(frame.lazy(), key)
        has_passed = bool(result.check_passed.collect().item())
        output: pl.DataFrame = result.check_output.collect()
    except Exception as error:
        message = (
            f"The check {own.name} of the contract {owner} cannot be run ({first_line(error)}); correct the check."
        )
        raise ContractViolation(message) from error
    if has_passed:
        return pl.Series(ROW_NUMBER, [], dtype=pl.Int64)
    is_by_row = result.failure_cases is not None and output.height == frame.height
    if not is_by_row:
        raise ContractViolation(f"{owner} breaks {own.name} over all {frame.height} rows together; correct the rows.")
    return output.get_column(CHECK_OUTPUT_KEY).not_().arg_true().cast(pl.Int64)


def _failures(numbers: pl.Series, column: str | None, own: Check, values: pl.Series) -> pl.DataFrame:
    content: dict[str, Any] = {ROW_NUMBER: numbers, "value": values}
    return pl.DataFrame(content).select(
        ROW_NUMBER,
        pl.lit(column, pl.String).alias("column_name"),
        pl.lit(own.pandera.error or own.name).alias("check_name"),
        pl.col("value").cast(pl.String),
    )
