"""The eco-security index of a country in a year: its ecological system and its security system side by side.

half  = sum(weight x score) / sum(weight), over the measures that have a value; weight = pillar's x measure's in it
index = ecological_system^w1 x security_system^w2, the geometric mean: laws cannot buy back extinct species
All scores run from 0, every measure at its worst goalpost, to 1, every measure at its best; there are no grades. What a
measure without a value weighs is missing from the coverage; a measure without a meaning for the country gives its weight to
the others of its pillar. A half may be quoted when two fifths of its weight and each essential pillar have a value, the index
when both halves may, half of the whole weight has a value and the country is a member or observer of the United Nations.
Two ranges. Choices: 90 % of 1,000 draws in which one pillar, one measure or nothing is left out, every weight lies within a
quarter of itself and every goalpost within its span, scores go in five steps or in proportion, and the halves are joined by
a geometric or an arithmetic mean; the draws are the same for all countries. Missing: the index with every missing measure,
and what is not known of a measure, at its worst, and at its best, with its full weight.
Source: halves of a national eco-security system as in the Haikou Initiative (2022); OECD/JRC Handbook on Constructing
Composite Indicators (2008). Pillars, measures, goalposts, weights and rules: `ness index --show`.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import polars as pl

from ness_pipeline.index.components import stored_components
from ness_pipeline.index.country_scores import score_countries
from ness_pipeline.index.reading import published_definition
from ness_pipeline.index.tables import index_rows, states


def inputs() -> frozenset[str]:
    """The scored measures, in the order of the definition, and which areas are states."""
    return frozenset({"metrics.index_component", "metrics.index_definition", "core.country"})


def rows(connection: duckdb.DuckDBPyConnection, countries: Sequence[str] | None) -> pl.DataFrame:
    """The index and its halves."""
    definition = published_definition()
    components = stored_components(connection, definition, countries)
    return index_rows(score_countries(components, definition), definition, states(connection))
