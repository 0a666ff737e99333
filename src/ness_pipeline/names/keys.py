"""Keys of species and taxa as files have them: what pandas and spreadsheets make of a key, and which key it was.

Records are read by SQL, which has the same rule in `warehouse/macros/text_values.sql` (`species_key_of`); a test compares both.
"""

from __future__ import annotations

import polars as pl

_WITH_ZERO_DECIMALS = r"^(-?\d+)\.0+$"
_ROUNDED = r"^\d+(\.\d+)?([eE][+-]?\d+)$|^\d*\.\d+$"


def without_zero_decimals(text: pl.Expr) -> pl.Expr:
    """Whole numbers and keys without the decimals of a program that knows numbers only: `5219833.0` is 5219833."""
    return text.str.replace(_WITH_ZERO_DECIMALS, "$1")


def is_rounded(key: pl.Expr) -> pl.Expr:
    """Whether a key is what a spreadsheet made of it (`5.2E+06`), so that nobody knows which key it was."""
    return without_zero_decimals(key).str.contains(_ROUNDED)


def key_of(text: pl.Expr) -> pl.Expr:
    """The key that a text stands for, NULL for one that is rounded."""
    return pl.when(~is_rounded(text)).then(without_zero_decimals(text))
