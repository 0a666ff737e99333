"""Metric tables that SQL cannot express: one module per table, named after it; the folder is the registry.

A module's docstring is the definition that `ness metrics` prints, as a model's comment header is. It has `inputs()`, the
tables that it reads, and `rows(connection, countries)`, which gives the table's rows for some countries or for all. The
models runner orders, scopes, checks and stores them exactly as it does the rows of a `.sql` model.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # `ness status` lists this folder and need not wait for them
    import duckdb
    import polars as pl


class Computed(Protocol):
    """The interface of a module of this folder."""

    __doc__: str | None

    def inputs(self) -> frozenset[str]:
        """Tables that the rows are computed from."""

    def rows(self, connection: duckdb.DuckDBPyConnection, countries: Sequence[str] | None) -> pl.DataFrame:
        """Rows of the table for some countries, or for all."""


def computed() -> Iterator[tuple[str, Computed]]:
    """Every table that is computed in Python, with its module."""
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        yield f"metrics.{module.name}", importlib.import_module(f"{__name__}.{module.name}")
