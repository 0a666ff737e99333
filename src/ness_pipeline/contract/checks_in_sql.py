"""A contract as SQL conditions, so that rows are checked where they are, in the query that counts them.

Checks that SQL cannot express are not among them: a contract of the layer `landed` may not have any, and `check_table`
of the models lets pandera run them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ness_pipeline.contract.constraints import breaks_in_sql
from ness_pipeline.contract.dictionary import Column, Table
from ness_pipeline.sql import literal

LEAST, MOST = "greater_than_or_equal_to", "less_than_or_equal_to"


def broken_columns(
    table: Table,
    numbers: Iterable[str] = (),
    leave_out: Iterable[str] = (),
    apart: Mapping[str, str] | None = None,
) -> list[tuple[str, str]]:
    """Columns in the contract's order, each with the SQL condition that is true where the column breaks the contract.

    No condition is ever NULL, so each can be negated as it is. The conditions find the rows that break the contract;
    `contract.check` then gives the reasons.

    Args:
        table: the table with its contract.
        numbers: columns that were converted from text, which is in a column of the same name with `_text` behind it.
        leave_out: columns that cannot fail, or do not exist yet.
        apart: other conditions by column, never NULL, in place of the contract's checks.
    """
    converted, without, other = set(numbers), set(leave_out), apart or {}
    conditions = []
    for column in table.columns:
        if column.name in other:
            conditions.append((column.name, other[column.name]))
        elif column.name not in without:
            breaks = _breaks(column, is_converted=column.name in converted)
            if breaks:
                conditions.append((column.name, " OR ".join(breaks)))
    return conditions


def _breaks(column: Column, *, is_converted: bool) -> list[str]:
    """Conditions of one column.

    Each names the column as rarely as possible: DuckDB computes a column that is named twice before it reads a row.
    """
    name = column.name
    checks = list(column.checks)
    breaks = []
    bounds = _bounds(column)
    if bounds is not None:
        least, most = (literal(value) for value in bounds.values())
        breaks.append(f"NOT coalesce({name} BETWEEN {least} AND {most}, {literal(column.nullable)})")
        checks = [check for check in checks if check.name not in bounds]
    elif not column.nullable:
        is_missing = f"{name} IS NULL"
        # pandera counts NaN as missing.
        breaks.append(f"({is_missing} OR isnan({name}))" if column.dtype.is_float() else is_missing)
    if is_converted and column.nullable:
        breaks.append(f"({name} IS NULL AND {name}_text IS NOT NULL)")
    for check in checks:
        condition = breaks_in_sql(check, name, column.dtype)
        if condition is not None:
            breaks.append(f"coalesce({condition}, FALSE)")
            if check.refuses_null and column.nullable:
                breaks.append(f"{name} IS NULL")
    return breaks


def _bounds(column: Column) -> dict[str, object] | None:
    """The least and the most that a number may be, by the name of the check; None for columns without both."""
    if not column.dtype.is_numeric():
        return None
    checks = {
        check.name: check
        for check in column.checks
        if not check.refuses_null and breaks_in_sql(check, column.name, column.dtype) is not None
    }
    if not {LEAST, MOST} <= checks.keys():
        return None
    return {LEAST: checks[LEAST].statistics["min_value"], MOST: checks[MOST].statistics["max_value"]}


def first_broken(columns: Iterable[tuple[str | int, str]]) -> str:
    """An SQL expression for the first column (or place) of a row that fails, NULL for a valid row."""
    return f"CASE {' '.join(f'WHEN {condition} THEN {literal(name)}' for name, condition in columns)} END"


def none_broken(columns: Iterable[tuple[str, str]]) -> str:
    """An SQL condition that is true for a valid row; it is quicker than finding the column that fails."""
    return " AND ".join(f"NOT ({condition})" for _, condition in columns) or "TRUE"


def any_broken(columns: Iterable[tuple[str, str]]) -> str:
    """An SQL condition that is true for a row that fails, and false for a valid one."""
    return " OR ".join(f"({condition})" for _, condition in columns) or "FALSE"
