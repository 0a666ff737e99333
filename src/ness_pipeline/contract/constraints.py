"""The checks of a contract, read from pandera, and each as an SQL condition where SQL means the same."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandera.polars as pa
import polars as pl
from pandera.api.function_dispatch import Dispatcher

from ness_pipeline.errors import ContractViolation
from ness_pipeline.sql import literal

_CLASS = r"\[\^?(?:[A-Za-z0-9]-[A-Za-z0-9]|[^\\\[\]&~-]|\\[^A-Za-z0-9\s])+-?\]"
_ATOM = rf"(?:[^\\\[\](){{}}*+?]|\\[^A-Za-z0-9\s]|{_CLASS}|\((?:\?:)?|\))"
_QUANTIFIER = r"(?:[*+?]|\{\d{1,3}(?:,(?:\d{1,3})?)?\})\??"
_PORTABLE_PATTERN = re.compile(rf"(?:{_ATOM}(?:{_QUANTIFIER})?)*")
r"""Regular expressions that mean the same to polars (Rust) and to DuckDB (RE2): `\d`, `\w`, `\s`, `\b` and flags do not,
because one of the two looks at ASCII only.
"""


class NotInSql(Exception):
    """A check compares with a value or pattern that SQL would read differently."""


@dataclass(frozen=True)
class Check:
    """One check of a contract, of a column or of whole rows.

    Attributes:
        name: pandera's name, such as `isin`, or the name of the contract's own function.
        statistics: what values are compared with, by pandera's names, such as `min_value`.
        pandera: pandera's check, which can be run on a frame.
        is_builtin: whether it is one of pandera's own checks.
    """

    name: str
    statistics: Mapping[str, Any]
    pandera: pa.Check = field(repr=False, compare=False)
    is_builtin: bool = True

    @property
    def refuses_null(self) -> bool:
        """Whether a missing value breaks the check, as with pandera's option `ignore_na=False`."""
        return not self.pandera.ignore_na


def read_checks(owner: str, declared: Collection[pa.Check]) -> tuple[Check, ...]:
    """The checks that pandera holds for a column or a table.

    Args:
        owner: table, or table and column, for messages.
        declared: pandera's checks.

    Raises:
        ContractViolation: a check has an option that would let broken rows pass.
    """
    checks = []
    for check in declared:
        name = str(check.name)
        options = {
            "raise_warning": check.raise_warning,
            "n_failure_cases": check.n_failure_cases is not None,
            "groupby": check.groupby is not None,
        }
        for option, is_used in options.items():
            if is_used:
                raise ContractViolation(
                    f"The contract {owner} uses the option {option} in the check {name}, and rows that break the check would pass; remove the option."
                )
        is_builtin = isinstance(check._check_fn, Dispatcher)  # noqa: SLF001  (nothing public tells the two apart)
        checks.append(Check(name, dict(check.statistics or {}), check, is_builtin))
    return tuple(checks)


def breaks_in_sql(check: Check, column: str, dtype: pl.DataType) -> str | None:
    """An SQL condition that is true where a value breaks a check, and NULL or false elsewhere.

    Args:
        check: the check.
        column: name of the column in SQL.
        dtype: type of the column.

    Returns:
        The condition; None where SQL cannot express the check, so that pandera has to run it.
    """
    if not check.is_builtin or check.name not in _IN_SQL:
        return None
    try:
        return _IN_SQL[check.name](column, dtype, **check.statistics)
    except NotInSql:
        return None


def _equal_to(column: str, dtype: pl.DataType, value: object) -> str:
    return f"{column} <> {_literal(value, dtype)}"


def _not_equal_to(column: str, dtype: pl.DataType, value: object) -> str:
    return f"{column} = {_literal(value, dtype)}"


def _greater_than(column: str, dtype: pl.DataType, min_value: object) -> str:
    return f"{column} <= {_literal(min_value, dtype)}"


def _greater_than_or_equal_to(column: str, dtype: pl.DataType, min_value: object) -> str:
    return f"{column} < {_literal(min_value, dtype)}"


def _less_than(column: str, dtype: pl.DataType, max_value: object) -> str:
    return f"{column} >= {_literal(max_value, dtype)}"


def _less_than_or_equal_to(column: str, dtype: pl.DataType, max_value: object) -> str:
    return f"{column} > {_literal(max_value, dtype)}"


def _in_range(
    column: str,
    dtype: pl.DataType,
    min_value: object,
    max_value: object,
    *,
    include_min: bool = True,
    include_max: bool = True,
) -> str:
    below = _greater_than_or_equal_to if include_min else _greater_than
    above = _less_than_or_equal_to if include_max else _less_than
    return f"{below(column, dtype, min_value)} OR {above(column, dtype, max_value)}"


def _isin(column: str, dtype: pl.DataType, allowed_values: object) -> str:
    return _case(column, dtype, allowed_values, "FALSE", f"{column} IS NOT NULL")


def _notin(column: str, dtype: pl.DataType, forbidden_values: object) -> str:
    return _case(column, dtype, forbidden_values, "TRUE", "FALSE")


def _case(column: str, dtype: pl.DataType, values: object, then: str, otherwise: str) -> str:
    """A CASE over listed values: of an IN with more than five values DuckDB would make a join."""
    if not isinstance(values, (list, tuple, set, frozenset)):
        raise NotInSql
    branches = " ".join(f"WHEN {_literal(value, dtype, is_listed=True)} THEN {then}" for value in values)
    return f"CASE {column} {branches} ELSE {otherwise} END" if branches else otherwise


def _str_matches(column: str, dtype: pl.DataType, pattern: str | re.Pattern[str]) -> str:
    text = _pattern(dtype, pattern)
    return _lacks(column, text if text.startswith("^") else f"^{text}")


def _str_contains(column: str, dtype: pl.DataType, pattern: str | re.Pattern[str]) -> str:
    return _lacks(column, _pattern(dtype, pattern))


def _lacks(column: str, pattern: str) -> str:
    return f"NOT regexp_matches({column}, {literal(pattern)})"


def _pattern(dtype: pl.DataType, pattern: str | re.Pattern[str]) -> str:
    text = pattern if isinstance(pattern, str) else pattern.pattern
    if dtype != pl.String() or not _PORTABLE_PATTERN.fullmatch(text):
        raise NotInSql
    return text


def _str_startswith(column: str, dtype: pl.DataType, string: str) -> str:
    return f"NOT starts_with({column}, {_literal(string, dtype)})"


def _str_endswith(column: str, dtype: pl.DataType, string: str) -> str:
    return f"NOT ends_with({column}, {_literal(string, dtype)})"


def _str_length(
    column: str,
    dtype: pl.DataType,
    min_value: int | None = None,
    max_value: int | None = None,
    exact_value: int | None = None,
) -> str:
    if dtype != pl.String():
        raise NotInSql
    if exact_value is not None:
        return f"length({column}) <> {exact_value}"
    if min_value is not None and max_value is not None:
        return f"length({column}) NOT BETWEEN {min_value} AND {max_value}"
    return f"length({column}) < {min_value}" if max_value is None else f"length({column}) > {max_value}"


def _literal(value: object, dtype: pl.DataType, *, is_listed: bool = False) -> str:
    """A value that a column is compared with; listed whole numbers and decimals must be of the column's own kind."""
    if isinstance(value, bool):
        fits = dtype == pl.Boolean()
    elif isinstance(value, int):
        fits = dtype.is_integer() or (dtype.is_float() and not is_listed)
        fits = fits and -(2**53) <= value <= 2**53
    elif isinstance(value, float):
        fits = (dtype.is_float() or (dtype.is_integer() and not is_listed)) and not math.isnan(value)
    elif isinstance(value, str):
        fits = dtype == pl.String() and "\0" not in value
    elif isinstance(value, dt.datetime):
        fits = isinstance(dtype, pl.Datetime) and value.tzinfo is not None
    else:
        fits = isinstance(value, dt.date) and dtype == pl.Date()
    if not fits:
        raise NotInSql
    if isinstance(value, dt.datetime):
        return f"CAST({literal(value.isoformat())} AS TIMESTAMP WITH TIME ZONE)"
    if isinstance(value, dt.date):
        return f"CAST({literal(value.isoformat())} AS DATE)"
    return literal(value)


_IN_SQL: Mapping[str, Callable[..., str]] = {
    "equal_to": _equal_to,
    "not_equal_to": _not_equal_to,
    "greater_than": _greater_than,
    "greater_than_or_equal_to": _greater_than_or_equal_to,
    "less_than": _less_than,
    "less_than_or_equal_to": _less_than_or_equal_to,
    "in_range": _in_range,
    "isin": _isin,
    "notin": _notin,
    "str_matches": _str_matches,
    "str_contains": _str_contains,
    "str_startswith": _str_startswith,
    "str_endswith": _str_endswith,
    "str_length": _str_length,
}
"""pandera's checks that SQL can express, each as the condition under which a value breaks it."""
