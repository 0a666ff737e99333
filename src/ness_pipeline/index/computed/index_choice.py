"""The eco-security index under other choices, one change at a time, to see what each choice does to values and ranks.

Left out is each pillar and each measure; pillars, or measures in their pillars, weigh the same; goalposts stand at the outer
or at the inner ends of the spans that the definition states; scores go in five steps; the halves are joined by an arithmetic
mean. Of each country the years with an index that may be quoted.
Source: OECD/JRC Handbook on Constructing Composite Indicators (2008), step 7.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import polars as pl

from ness_pipeline.index.components import stored_components
from ness_pipeline.index.country_scores import score_countries
from ness_pipeline.index.reading import published_definition
from ness_pipeline.index.tables import choice_rows, states


def inputs() -> frozenset[str]:
    """The scored measures, in the order of the definition, and which areas are states."""
    return frozenset({"metrics.index_component", "metrics.index_definition", "core.country"})


def rows(connection: duckdb.DuckDBPyConnection, countries: Sequence[str] | None) -> pl.DataFrame:
    """The index under every named choice."""
    definition = published_definition()
    components = stored_components(connection, definition, countries)
    return choice_rows(score_countries(components, definition), definition, states(connection))
