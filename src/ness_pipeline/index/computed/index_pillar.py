"""Scores of the pillars of the eco-security index.

score = sum(weight x score of the measure) / sum(weight), over the measures that have a value
A pillar has a score when one of its measures has a value; `coverage` says how much of its weight has. Measures that have no
meaning for the country, such as the sea of a landlocked one, count nowhere.
Source: OECD/JRC Handbook on Constructing Composite Indicators (2008).
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import polars as pl

from ness_pipeline.index.components import stored_components
from ness_pipeline.index.country_scores import score_countries
from ness_pipeline.index.reading import published_definition
from ness_pipeline.index.tables import pillar_rows


def inputs() -> frozenset[str]:
    """The scored measures, in the order of the definition."""
    return frozenset({"metrics.index_component", "metrics.index_definition"})


def rows(connection: duckdb.DuckDBPyConnection, countries: Sequence[str] | None) -> pl.DataFrame:
    """Scores of the pillars."""
    definition = published_definition()
    components = stored_components(connection, definition, countries)
    return pillar_rows(score_countries(components, definition), definition)
