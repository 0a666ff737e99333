"""A contract as one SQL expression, so that rows are checked where they are, in the pass that counts them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ness_pipeline.database import literal
from ness_pipeline.dictionary import Table

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


def failed_column(table: Table, numbers: Iterable[str] = (), leave_out: Iterable[str] = ()) -> str:
    """An SQL expression that gives the first column of a row that breaks the contract, NULL for a valid row.

    It says which rows to keep and which to set apart; the contract itself then says of those what is wrong.

    Args:
        table: the table with its contract.
        numbers: columns that were converted from text, which stands in a column with `_text` behind its name.
        leave_out: columns that cannot fail, or are not there yet.

    Raises:
        KeyError: the contract uses a check that has no SQL yet.
    """
    converted, absent = set(numbers), set(leave_out)
    branches = []
    for name, column in table.contract.to_schema().columns.items():
        if name in absent:
            continue
        breaks = [] if column.nullable else [f"{name} IS NULL"]
        breaks += [f"({name} IS NULL AND {name}_text IS NOT NULL)"] if name in converted and column.nullable else []
        breaks += [_CHECKS[check.name](name, check.statistics) for check in column.checks]
        if breaks:
            branches.append(f"WHEN {' OR '.join(breaks)} THEN {literal(name)}")
    return f"CASE {' '.join(branches)} END"
