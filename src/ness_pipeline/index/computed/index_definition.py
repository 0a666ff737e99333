"""What goes into the eco-security index: one row per measure, from `warehouse/index/eco_security_index.toml`.

Half, pillar, weights, fixed goalposts with their source, and for how many years a value stands. `ness index --show`
prints the file itself, with the rules for missing data and the reasons behind it.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import polars as pl

from ness_pipeline.index.components import definition_rows
from ness_pipeline.index.reading import published_definition


def inputs() -> frozenset[str]:
    """None: the definition is a file."""
    return frozenset()


def rows(_connection: duckdb.DuckDBPyConnection, _countries: Sequence[str] | None) -> pl.DataFrame:
    """The published definition."""
    return definition_rows(published_definition())
