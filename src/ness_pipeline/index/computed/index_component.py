"""Which value of each measure stands for each country and year in the eco-security index, and what it scores.

score = (value - worst) / (best - worst), cut to 0..1; on a logarithmic scale the same with logarithms
A value that may be quoted stands for its year and, up to the measure's max_age_years, for the years after it; a measure
without years stands for every year. Nothing is imputed. Goalposts are fixed, so a score depends on no other country.
Source: goalposts per measure in metrics.index_definition; OECD/JRC Handbook on Constructing Composite Indicators (2008).
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import polars as pl

from ness_pipeline.index.components import component_rows
from ness_pipeline.index.reading import published_definition, tables_of


def inputs() -> frozenset[str]:
    """The definition and every table whose numbers it names."""
    return tables_of(published_definition()) | {"metrics.index_definition"}


def rows(connection: duckdb.DuckDBPyConnection, countries: Sequence[str] | None) -> pl.DataFrame:
    """Values and scores of the measures."""
    return component_rows(connection, published_definition(), countries)
