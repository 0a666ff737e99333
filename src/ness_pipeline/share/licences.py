"""Redistribution rules: the sources that forbid it, and their rows and values in a published file.

Numbers per country that were computed from such rows are no copy of them, so metrics stay; so do `ops.load`,
`ops.citation` and `ops.displaced`, which name the source and hold none of its data.
"""

from __future__ import annotations

import re

import duckdb

from ness_pipeline.contract.dictionary import Table
from ness_pipeline.sources import sources

COUNTS_ONLY = frozenset({"ops.load", "ops.citation", "ops.displaced"})
"""Tables with a source column that hold nothing of what the source sent."""


def restricted_sources(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Sources with rows in a published file that may not be passed on, as the file or the source's own module says."""
    forbidden = {name for name, source in sources().items() if not source.is_redistributable}
    cited = connection.execute("SELECT DISTINCT source FROM ops.citation WHERE NOT is_redistributable").fetchall()
    present = connection.execute("SELECT DISTINCT source FROM ops.load").fetchall()
    return tuple(sorted((forbidden | {name for (name,) in cited}) & {name for (name,) in present}))


def open_rows(table: Table, restricted: tuple[str, ...]) -> str:
    """A query for the rows and values of a published table that may be passed on."""
    if not restricted or table.layer == "metrics" or table.name in COUNTS_ONLY:
        return f"FROM {table.name}"
    listed = ", ".join("'" + name.replace("'", "''") + "'" for name in restricted)
    if table.name == "core.species_status":
        return (
            f"SELECT * REPLACE ({_blank('taxon_group', listed)}) FROM {table.name} AS kept "
            f"SEMI JOIN (FROM core.country_species WHERE source NOT IN ({listed})) USING (country_code, species_key) "
            # Whether a species counts follows from its origin and presence.
            f"WHERE coalesce(status_source NOT IN ({listed}), true) "
            f"AND NOT {_is_filled('origin', listed)} AND NOT {_is_filled('presence', listed)}"
        )
    if table.name == "core.country_species":
        blanks = ", ".join(_blank(column.name, listed) for column in table.columns if column.name in _FILLED_BY)
        return f"SELECT * REPLACE ({blanks}) FROM {table.name} AS kept WHERE source NOT IN ({listed})"
    if table.name == "core.filled_value":
        return f"FROM {table.name} WHERE filled_from NOT IN ({listed})"
    return f"FROM {table.name} WHERE source NOT IN ({listed})" if table.has("source") else f"FROM {table.name}"


_FILLED_BY = {
    "checklist_key": "checklist_key",
    "scientific_name": "scientific_name",
    "taxon_group": "taxon_group",
    "red_list_category": "red_list_category",
    "occurrences": "occurrences",
    "introduced_occurrences": "occurrences",
    "global_occurrences": "occurrences",
    "range_share": "range_share",
    "share_method": "range_share",
    "origin": "origin",
    "presence": "presence",
}
"""Column of the species list to its name in `core.filled_value`."""


def _blank(column: str, listed: str) -> str:
    """The column, NULL where one of the listed sources filled it."""
    return f"CASE WHEN NOT {_is_filled(column, listed)} THEN {column} END AS {column}"


def _is_filled(column: str, listed: str) -> str:
    """Whether one of the listed sources filled that column of the species' row in `core.country_species`."""
    return (
        "EXISTS (FROM core.filled_value AS filled WHERE filled.country_code = kept.country_code "
        f"AND filled.species_key = kept.species_key AND filled.column_name = '{_FILLED_BY[column]}' "
        f"AND filled.filled_from IN ({listed}))"
    )


def licence_names(licence: str | None) -> list[str]:
    """The licences of an expression such as `CC0-1.0 AND CC-BY-4.0`."""
    return [name.strip() for name in re.split(r"\s+(?:AND|OR)\s+", licence or "") if name.strip()]
