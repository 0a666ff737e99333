"""A contract as one SQL expression, so that rows are checked where they are, in the pass that counts them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ness_pipeline.contract.dictionary import Table
from ness_pipeline.sql import literal

_CHECKS: Mapping[str, Callable[[str, Any], str]] = {
    "greater_than_or_equal_to": lambda column, says: f"{column} < {literal(says['min_value'])}",
    "less_than_or_equal_to": lambda column, says: f"{column} > {literal(says['max_value'])}",
    "equal_to": lambda column, says: f"{column} <> {literal(says['value'])}",
    "isin": lambda column, says: _one_of(column, says["allowed_values"], "FALSE", f"{column} IS NOT NULL"),
    "notin": lambda column, says: _one_of(column, says["forbidden_values"], "TRUE", "FALSE"),
    "str_matches": lambda column, says: f"NOT regexp_matches({column}, {literal(says['pattern'])})",
    "str_length": lambda column, says: f"length({column}) NOT BETWEEN {says['min_value']} AND {says['max_value']}",
}


def _one_of(column: str, values: Iterable[Any], then: str, otherwise: str) -> str:
    """A CASE, because DuckDB makes a join of a list of more than five values."""
    branches = " ".join(f"WHEN {literal(value)} THEN {then}" for value in values)
    return f"CASE {column} {branches} ELSE {otherwise} END"


def broken_columns(
    table: Table,
    numbers: Iterable[str] = (),
    leave_out: Iterable[str] = (),
    apart: Mapping[str, str] | None = None,
) -> list[tuple[str, str]]:
    """What a row must not be to meet the contract: columns in its order, each with the SQL condition that it fails.

    No condition is ever NULL, so that its opposite needs no more words.
    It says which rows to keep and which to set apart; the contract itself then says of those what is wrong.

    Args:
        table: the table with its contract.
        numbers: columns that were converted from text, which stands in a column with `_text` behind its name.
        leave_out: columns that cannot fail, or are not there yet.
        apart: conditions by column, never NULL, that hold exactly where it fails, in place of the contract's checks.

    Raises:
        KeyError: the contract uses a check that has no SQL yet.
    """
    converted, absent, known = set(numbers), set(leave_out), apart or {}
    found = []
    for name, column in table.contract.to_schema().columns.items():
        if name in known:
            found.append((name, known[name]))
        elif name not in absent and (breaks := _breaks(name, column, is_converted=name in converted)):
            found.append((name, " OR ".join(breaks)))
    return found


def _breaks(name: str, column: Any, *, is_converted: bool) -> list[str]:
    """Each column is named as rarely as may be: DuckDB computes one that is named twice before it looks at a row."""
    checks = {check.name: check for check in column.checks}
    breaks = []
    if {"greater_than_or_equal_to", "less_than_or_equal_to"} <= checks.keys():
        least = checks.pop("greater_than_or_equal_to").statistics["min_value"]
        most = checks.pop("less_than_or_equal_to").statistics["max_value"]
        is_inside = f"{name} BETWEEN {literal(least)} AND {literal(most)}"
        breaks.append(f"NOT coalesce({is_inside}, {literal(column.nullable)})")
    elif not column.nullable:
        breaks.append(f"{name} IS NULL")
    if is_converted and column.nullable:
        breaks.append(f"({name} IS NULL AND {name}_text IS NOT NULL)")
    return breaks + [f"coalesce({_CHECKS[check.name](name, check.statistics)}, FALSE)" for check in checks.values()]


def first_broken(columns: Iterable[tuple[str | int, str]]) -> str:
    """An SQL expression that gives the first column (or place) of a row that fails, NULL for a valid row."""
    return f"CASE {' '.join(f'WHEN {condition} THEN {literal(name)}' for name, condition in columns)} END"


def none_broken(columns: Iterable[tuple[str, str]]) -> str:
    """An SQL condition that is true for a valid row; quicker than to say what is wrong with others."""
    return " AND ".join(f"NOT ({condition})" for _, condition in columns)


def any_broken(columns: Iterable[tuple[str, str]]) -> str:
    """An SQL condition that is true for a row that fails, false for a valid one."""
    return " OR ".join(f"({condition})" for _, condition in columns)
