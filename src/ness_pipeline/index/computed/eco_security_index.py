"""The eco-security index of a country in a year: its ecological system and its security system side by side.

half  = sum(weight x pillar) / sum(weight), over the pillars that have a score
index = ecological_system^w1 x security_system^w2, the geometric mean: laws cannot buy back extinct species
All scores run from 0, every measure at its worst goalpost, to 1, every measure at its best; there are no grades. A half
has a score when two thirds of its pillars and each essential one have one, the index when both halves have.
The interval holds 90 % of 1,000 draws: values within their own 95 % bounds, every weight within 25 % of itself. Draws
come from a hash of seed, country and year, so a country's interval depends on no other country.
Source: halves of a national eco-security system as in the Haikou Initiative (2022); OECD/JRC Handbook on Constructing
Composite Indicators (2008). Pillars, measures, goalposts, weights and rules: `ness index --show`.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import polars as pl

from ness_pipeline.index.reading import published_definition
from ness_pipeline.index.tables import index_rows, score_countries, stored_components


def inputs() -> frozenset[str]:
    """The scored measures, in the order of the definition."""
    return frozenset({"metrics.index_component", "metrics.index_definition"})


def rows(connection: duckdb.DuckDBPyConnection, countries: Sequence[str] | None) -> pl.DataFrame:
    """The index and its halves."""
    definition = published_definition()
    components = stored_components(connection, definition, countries)
    return index_rows(score_countries(components, definition), definition)
