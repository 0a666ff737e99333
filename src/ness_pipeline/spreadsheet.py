"""Texts in CSV files as spreadsheets may open them: what would be run as a formula gets an apostrophe, which `ness load` removes.

Spreadsheets run a cell that begins with `=`, `+`, `-`, `@` or a tab, so a name in somebody's file could start a program on
the machine of whoever opens an export. Numbers are no formulas and stay. A text that begins with apostrophes and then such
a sign gets one more, so that removing one always gives the text back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

FORMULA = r"'*[=+\-@\t\r\n" "\uff1d\uff0b\uff0d\uff20]"
"""How a text begins that a spreadsheet runs, behind any number of apostrophes; the last four are the signs of East Asia."""
NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
ESCAPED = rf"^'({FORMULA})"
"""How a text begins from which one apostrophe is to be removed."""
EXPLAINED = (
    "In the CSV files a text that a spreadsheet would run as a formula (it begins with =, +, -, @, a tab or a line end, and is no "
    "number) has an apostrophe before it, and so has a text that begins with apostrophes and then such a sign: remove one."
)


def escaped(text: str) -> str:
    """A text as a cell that no spreadsheet runs."""
    is_formula = re.match(FORMULA, text) is not None and re.fullmatch(NUMBER, text) is None
    return f"'{text}" if is_formula else text


def escaped_sql(query: str, columns: Iterable[str]) -> str:
    """A query with some columns of texts as cells that no spreadsheet runs.

    Args:
        query: any query.
        columns: names of the columns, as identifiers.
    """
    cells = [
        f"CASE WHEN regexp_matches({name}, {_literal('^' + FORMULA)}) AND NOT regexp_full_match({name}, {_literal(NUMBER)}) "
        f"THEN '''' || {name} ELSE {name} END AS {name}"
        for name in columns
    ]
    return f"SELECT * REPLACE ({', '.join(cells)}) FROM ({query})" if cells else query


def _literal(pattern: str) -> str:
    return "'" + pattern.replace("'", "''") + "'"
