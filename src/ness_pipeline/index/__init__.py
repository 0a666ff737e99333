"""The eco-security index and its uncertainty: what SQL cannot say.

`definition` is what the index is, `reading` reads and checks it, `scores` computes it, `uncertainty` says how sure it is, `tables` goes
from the values in a warehouse to rows. With any definition, from any warehouse, the way is the same:

    components = component_rows(connection, definition, countries)
    index_rows(score_countries(components, definition), definition)
"""

from __future__ import annotations

from ness_pipeline.index.definition import Definition
from ness_pipeline.index.reading import definition_file, published_definition, read_definition, tables_of
from ness_pipeline.index.tables import (
    component_rows,
    definition_rows,
    index_rows,
    latest_pillars,
    pillar_rows,
    score_countries,
    sensitivity_rows,
    stored_components,
)

__all__ = [
    "Definition",
    "component_rows",
    "definition_file",
    "definition_rows",
    "index_rows",
    "latest_pillars",
    "pillar_rows",
    "published_definition",
    "read_definition",
    "score_countries",
    "sensitivity_rows",
    "stored_components",
    "tables_of",
]
