"""Under which key each species of own files counts: its own, or the one that the warehouse has for its name.

Keys mean something only in a named checklist, and people write names. So what landing keeps is what the file says, and which
species it is gets decided anew whenever own rows or those of publishers change; `docs/own-data.md` has the rules in words.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from ness_pipeline.build.own_loads import KeptFiles
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.landing.matched_names import MatchedName
from ness_pipeline.names.red_list_words import CHECKLIST as IUCN_CHECKLIST
from ness_pipeline.names.red_list_words import OWN_KEY as IUCN_KEY
from ness_pipeline.names.species_names import NAME_KEY
from ness_pipeline.paths import sql_folder
from ness_pipeline.sql import literal, quote

KINDS = ("rows", "records", "cube", "counted")
_COLUMNS = (
    "source",
    "unit",
    "given_key",
    "scientific_name",
    "taxon_group",
    "species_key",
    "checklist_key",
    "matched_by",
    "is_changed",
)


def identify_species(
    connection: duckdb.DuckDBPyConnection, files: KeptFiles, matched: Sequence[MatchedName]
) -> frozenset[tuple[str, str]]:
    """Decide under which key each species of own files counts: the temporary table `own_key`, and `ops.own_species`.

    Args:
        connection: the build database, inside a transaction.
        files: the rows of all loads that count.
        matched: what GBIF's name matching said of names.

    Returns:
        Source and unit of the loads of which a species counts, or counted until now, under another key than its own.
    """
    _state(connection, files)
    _note_matched(connection, matched)
    for step in ("known_species", "own_key"):
        statement = (sql_folder("own") / f"{step}.sql").read_text(encoding="utf-8")
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {step} AS {statement}")
    changed = _renamed(connection, "ops.own_species") | _renamed(connection, "own_key")
    columns = ", ".join(_COLUMNS)
    connection.execute("DELETE FROM ops.own_species")
    connection.execute(
        f"INSERT INTO ops.own_species BY NAME SELECT {columns} FROM own_key WHERE matched_by <> 'key' OR is_changed ORDER BY {columns}"
    )
    return changed


def _state(connection: duckdb.DuckDBPyConnection, files: KeptFiles) -> None:
    """The temporary table `stated_species`: the species of each load, with what its files say of them."""
    parts = []
    for table in tables().values():
        if not table.is_landed or not table.has("species_key"):
            continue
        for load, file in files.of(f"landed.{table.short_name}.parquet", KINDS):
            there = {row[0] for row in connection.execute(f"DESCRIBE FROM {file}").fetchall()}
            given = {
                name: quote(name) if name in there else "CAST(NULL AS VARCHAR)"
                for name in ("checklist_key", "scientific_name", "taxon_group")
            }
            parts.append(
                f"SELECT DISTINCT {literal(load.source)} AS source, {literal(load.unit)} AS unit, {literal(load.kind)} AS kind, species_key, "
                f"coalesce({given['checklist_key']}, {literal(load.checklist)}) AS checklist_key, "
                f"{given['scientific_name']} AS scientific_name, {given['taxon_group']} AS taxon_group FROM {file}"
            )
    nothing = "SELECT '' AS source, '' AS unit, '' AS kind, '' AS species_key, '' AS checklist_key, '' AS scientific_name, '' AS taxon_group LIMIT 0"
    of_iucn = f"CASE WHEN starts_with(species_key, {literal(IUCN_KEY)}) THEN {literal(IUCN_CHECKLIST)} END"
    in_key = (
        f"CASE WHEN starts_with(species_key, {literal(NAME_KEY)}) THEN substr(species_key, {len(NAME_KEY) + 1}) END"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE stated_species AS "
        f"SELECT source, unit, kind, species_key, min(CASE WHEN NOT starts_with(species_key, {literal(NAME_KEY)}) THEN coalesce(checklist_key, {of_iucn}) END) AS checklist_key, "
        "min(CASE WHEN NOT is_below_species(name) THEN species_name_of(name) END) AS name, min(taxon_group) AS taxon_group "
        f"FROM (SELECT *, coalesce({in_key}, scientific_name) AS name FROM ({' UNION ALL '.join(parts) or nothing})) GROUP BY source, unit, kind, species_key"
    )


def _note_matched(connection: duckdb.DuckDBPyConnection, matched: Sequence[MatchedName]) -> None:
    """The temporary table `matched_name`: the names that GBIF's matching knows."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE matched_name (name VARCHAR, taxon_group VARCHAR, species_key VARCHAR, checklist_key VARCHAR, is_synonym BOOLEAN)"
    )
    if rows := [
        (m.name, m.taxon_group, m.species_key, m.checklist_key, m.is_synonym)
        for m in matched
        if m.species_key is not None
    ]:
        connection.executemany("INSERT INTO matched_name VALUES (?, ?, ?, ?, ?)", rows)


def _renamed(connection: duckdb.DuckDBPyConnection, table: str) -> frozenset[tuple[str, str]]:
    """Source and unit of the loads with a species that counts under another key, checklist or group than its file says."""
    return frozenset(connection.execute(f"SELECT DISTINCT source, unit FROM {table} WHERE is_changed").fetchall())


def is_in_no_checklist(connection: duckdb.DuckDBPyConnection, name: tuple[str, str]) -> bool:
    """Whether nobody can tell which species a load has: keys without names, of no checklist, some of which a checklist has too.

    Args:
        connection: the build database, after `identify_species`.
        name: source and unit of the load.
    """
    query = (
        "SELECT count(scientific_name) = 0 AND count(checklist_key) = 0 AND coalesce(bool_or(given_key IN ("
        "SELECT species_key FROM landed.country_species WHERE checklist_key IS NOT NULL AND (source, unit_key) <> ($1, $2))), FALSE) "
        "FROM ops.own_species WHERE (source, unit) = ($1, $2)"
    )
    ((answer,),) = connection.execute(query, name).fetchall()
    return bool(answer)
