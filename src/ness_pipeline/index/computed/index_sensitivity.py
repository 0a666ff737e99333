"""How much each pillar drives the eco-security index over the countries of this file: Sobol indices.

first_order  = share of the variance of the index that goes when the pillar is known
total_effect = share that stays while only this pillar is unknown
Pillars vary independently of each other, each as it does over the countries in the latest year in which they have an
index. This table speaks of all countries together and is computed anew by every run; it has no row per country, and no
country's score depends on it.
Source: Saltelli et al. (2010), first order; Jansen (1999), total effect; as in COINr.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import polars as pl

from ness_pipeline.index.reading import published_definition
from ness_pipeline.index.tables import latest_pillars, sensitivity_rows


def inputs() -> frozenset[str]:
    """Index and pillars of all countries."""
    return frozenset({"metrics.eco_security_index", "metrics.index_pillar"})


def rows(connection: duckdb.DuckDBPyConnection, _countries: Sequence[str] | None) -> pl.DataFrame:
    """Sensitivity per pillar, over all countries whatever the scope of the run."""
    definition = published_definition()
    return sensitivity_rows(latest_pillars(connection, definition), definition)
