"""Which rows of own files count, when several files speak of the same.

What counts is computed from all loads together, so it depends neither on their order nor on how many files the same rows
came in. `docs/own-data.md` has the rules in words, `warehouse/own/` those for records in SQL.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import duckdb

from ness_pipeline.build.own_loads import KeptFiles, shared_columns
from ness_pipeline.build.own_species import identify_species
from ness_pipeline.contract.ddl import landed_table
from ness_pipeline.contract.dictionary import Table, tables
from ness_pipeline.landing.matched_names import matched_names
from ness_pipeline.landing.own_loads import RECORDS, Kept, OwnLoad, kept_loads
from ness_pipeline.landing.zone import Landing
from ness_pipeline.paths import sql_folder
from ness_pipeline.scratch import ScratchFolder
from ness_pipeline.sql import literal, quote

CUBE_TABLES = ("occurrence_cube", "country_species")
DATED_BY = {
    "indicator_observation": "release",
    "kba_site_coverage": "assessed_year",
    "ness_network": "as_of",
    "taxon_group": "counts_as_of",
    "treaty_party": "as_of",
}
"""Column of a table that says of which day or release a row speaks; in others the load's own day counts."""
WORDS = ("checklist_key", "scientific_name", "threat_name", "label", "footnote", "note")
"""Columns that name or explain; rows that differ in these alone do not contradict each other."""
FILLED = ("country_species",)
"""Tables whose rows are often partial: what the latest row leaves open is taken from an earlier one."""


def contradictions(table: Table, among: str = "") -> str:
    """SQL for whether rows of a window `same_key` say different things; what one leaves open another may say.

    Args:
        table: the table.
        among: which rows of the window are compared, as a `FILTER`; all without one.
    """
    names = [c.name for c in table.columns if c.name not in {*_key(table), "source", *WORDS, DATED_BY.get(table.short_name)}]  # fmt: skip
    differing = [
        f"min({quote(name)}) {among} OVER same_key <> max({quote(name)}) {among} OVER same_key" for name in names
    ]
    return f"coalesce({' OR '.join(differing) or 'FALSE'}, FALSE)"


def decide(
    connection: duckdb.DuckDBPyConnection, landing: Landing, kept: Sequence[Kept], names: Iterable[str]
) -> frozenset[str]:
    """Put into the landed tables which rows of own files count, and say in `ops` which do not.

    Args:
        connection: the build database, inside a transaction.
        landing: the landing zone.
        kept: all loads that count, with the folders of their rows.
        names: tables without layer whose loads changed.

    Returns:
        The tables whose rows were decided: these, and those of loads with species that count under another key than before.
    """
    with ScratchFolder("own") as folder:
        files = KeptFiles(landing, kept, Path(folder))
        _name_units(connection, kept)
        renamed = identify_species(connection, files, matched_names(landing))
        changed = set(names) | {name for one in kept if one.load.name in renamed for name in one.load.tables}
        if changed & set(CUBE_TABLES):
            changed |= set(CUBE_TABLES)
        for name in changed - {"occurrence_cube"}:
            _decide_rows(connection, files, tables()[f"core.{name}"], renamed)
        if "occurrence_cube" in changed:
            _decide_records(connection, files, renamed)
        connection.execute("DROP VIEW IF EXISTS own_record")
        for step in ("stated_species", "matched_name", "known_species", "own_key"):
            connection.execute(f"DROP TABLE {step}")
    return frozenset(changed)


def decide_anew(connection: duckdb.DuckDBPyConnection, landing: Landing) -> None:
    """Decide again which rows of own files count, where species of theirs may count under another key than before.

    Publishers may have brought the species that an own file names, or taken them away.
    """
    kept = kept_loads(landing)
    if not kept:
        return
    connection.execute("BEGIN TRANSACTION")
    try:
        displace_publishers(connection, decide(connection, landing, kept, ()))
        connection.execute("COMMIT")
    except BaseException:
        with suppress(duckdb.Error):
            connection.execute("ROLLBACK")
        raise


def _name_units(connection: duckdb.DuckDBPyConnection, kept: Sequence[Kept]) -> None:
    """The temporary table `own_unit`: the loads."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE own_unit (source VARCHAR, unit VARCHAR, kind VARCHAR, as_of VARCHAR)"
    )
    for load in (one.load for one in kept):
        connection.execute(
            "INSERT INTO own_unit VALUES (?, ?, ?, release_order(?))", [*load.name, load.kind, load.as_of]
        )


def _gather(
    connection: duckdb.DuckDBPyConnection, target: str, table: Table, files: Sequence[tuple[OwnLoad, str]]
) -> None:
    """A temporary table with the rows of a table in some files; columns that a file of an earlier version lacks are NULL."""
    _, columns = landed_table(table)
    declared = ", ".join(f"{quote(column.name)} {column.sql_type}" for column in columns)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {target} ({declared})")
    for _, file in files:
        shared = shared_columns(connection, f"landed.{table.short_name}", file)
        connection.execute(f"INSERT INTO {target} BY NAME SELECT {shared} FROM {file}")


def _rename_species(connection: duckdb.DuckDBPyConnection, target: str, table: Table) -> None:
    """Give the species in a temporary table of own rows the keys under which they count."""
    if not table.has("species_key"):
        return
    values = {"species_key": "own_key.species_key", "checklist_key": "own_key.checklist_key", "taxon_group": f"coalesce({target}.taxon_group, own_key.taxon_group)"}  # fmt: skip
    changes = ", ".join(f"{name} = {value}" for name, value in values.items() if table.has(name))
    connection.execute(
        f"UPDATE {target} SET {changes} FROM own_key WHERE own_key.is_changed AND {target}.source = own_key.source "
        f"AND {target}.unit_key = own_key.unit AND {target}.species_key = own_key.given_key"
    )


# Rows of tables: one row for each key.


def _decide_rows(
    connection: duckdb.DuckDBPyConnection, files: KeptFiles, table: Table, renamed: Collection[tuple[str, str]]
) -> None:
    """Of rows of the same key the one that speaks of the latest day counts; see `docs/own-data.md`.

    Args:
        connection: the build database.
        files: the rows of all loads.
        table: the table.
        renamed: loads with species that count under another key than their own, or did until now.
    """
    listed = files.of(f"landed.{table.short_name}.parquet", ("rows",))
    if not _is_disputed(connection, table, [load for load, _ in listed], renamed):
        return
    _gather(connection, "own_row", table, listed)
    _rename_species(connection, "own_row", table)
    for step, statement in _row_statements(table, _private(connection)).items():
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {step} AS {statement}")
    names = ", ".join(quote(column.name) for column in landed_table(table)[1])
    of_rows = "(source, unit_key) IN (SELECT (source, unit) FROM own_unit WHERE kind = 'rows')"
    grain = ", ".join(quote(name) for name in table.grain)
    connection.execute(f"DELETE FROM landed.{table.short_name} WHERE {of_rows}")
    connection.execute(
        f"INSERT INTO landed.{table.short_name} BY NAME SELECT {names} FROM counting_row ORDER BY {grain}"
    )
    _tell(connection, table, "judged_row WHERE reason IS NOT NULL", "1")
    key = ", ".join(f"{name} := {quote(name)}" for name in _key(table))
    whole = ", ".join(
        f"{quote(column.name)} := {quote(column.name)}" for column in table.columns if column.name != "source"
    )
    connection.execute(
        "INSERT INTO ops.set_aside BY NAME SELECT source, unit_key AS unit, "
        f"{literal(table.name)} AS table_name, to_json(struct_pack({key})) AS row_key, to_json(struct_pack({whole})) AS row, "
        "by_source AS against_source, by_unit AS against_unit FROM judged_row WHERE reason = 'contradiction' "
        "QUALIFY row_number() OVER (PARTITION BY source, unit_key, row_key ORDER BY row) = 1"
    )
    for step in ("own_row", "disputed_row", "judged_row", "counting_row"):
        connection.execute(f"DROP TABLE {step}")


def _key(table: Table) -> list[str]:
    """Columns that say what a row of an own file speaks of."""
    return [name for name in table.grain if name not in {"source", DATED_BY.get(table.short_name)}]


def _private(connection: duckdb.DuckDBPyConnection) -> str:
    """The sources whose rows may not be passed on, as an SQL list."""
    query = "SELECT DISTINCT source FROM ops.citation WHERE NOT is_redistributable ORDER BY source"
    return f"[{', '.join(literal(source) for (source,) in connection.execute(query).fetchall())}]"


def _row_statements(table: Table, private: str) -> Mapping[str, str]:
    """The steps from the rows of all loads (`own_row`) to those that count (`counting_row`).

    Of rows with one key the latest are compared: by the row's own date, then by the load's. Where they contradict each
    other none of the key's rows counts, else they are one row that takes its values from all of them. It bears the name of
    the latest, but where a value may be of a source that may not be passed on, the name of that one.
    """
    key = ", ".join(quote(name) for name in _key(table))
    dated = DATED_BY.get(table.short_name)
    own_day = f"release_order(CAST(own_row.{quote(dated)} AS VARCHAR))" if dated else "NULL"
    spoken = f"coalesce({own_day}, own_unit.as_of)"
    others = [c.name for c in table.columns if c.name not in {*_key(table), "source", dated}]
    is_open = f"source NOT IN {private}"
    counting_rows = "" if table.short_name in FILLED else "WHERE recency = 1"
    merged = [f"first({quote(n)} ORDER BY place) FILTER ({quote(n)} IS NOT NULL) AS {quote(n)}" for n in [*others, *([dated] if dated else [])]]  # fmt: skip
    columns = ", ".join(quote(column.name) for column in landed_table(table)[1])
    return {
        "disputed_row": (
            f"SELECT own_row.rowid AS row_id, own_row.*, own_unit.as_of AS day_of_load, {spoken} AS spoken FROM own_row JOIN own_unit "
            "ON own_row.source = own_unit.source AND own_row.unit_key = own_unit.unit "
            f"QUALIFY count(*) OVER (PARTITION BY {key}) > 1"
        ),
        "judged_row": (
            "SELECT * EXCLUDE (is_contradicted, recency), CASE WHEN is_contradicted AND recency = 1 THEN 'contradiction' "
            "WHEN place = 1 THEN NULL WHEN recency = 1 THEN 'same' ELSE 'older' END AS reason, "
            "CASE WHEN place = 1 THEN second_source ELSE first_source END AS by_source, "
            "CASE WHEN place = 1 THEN second_unit ELSE first_unit END AS by_unit, recency, is_contradicted FROM ("
            f"SELECT *, {contradictions(table, 'FILTER (recency = 1)')} AS is_contradicted FROM ("
            "SELECT *, rank() OVER latest_first AS recency, row_number() OVER in_order AS place, "
            "first_value(source) OVER in_order AS first_source, first_value(unit_key) OVER in_order AS first_unit, "
            "nth_value(source, 2) OVER in_order AS second_source, nth_value(unit_key, 2) OVER in_order AS second_unit "
            f"FROM disputed_row WINDOW latest_first AS (PARTITION BY {key} ORDER BY spoken DESC NULLS LAST, day_of_load DESC NULLS LAST), "
            f"in_order AS (PARTITION BY {key} ORDER BY spoken DESC NULLS LAST, day_of_load DESC NULLS LAST, source, unit_key "
            "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)) "
            f"WINDOW same_key AS (PARTITION BY {key}))"
        ),
        "counting_row": (
            f"SELECT {columns} FROM own_row WHERE rowid NOT IN (SELECT row_id FROM disputed_row) "
            f"UNION ALL BY NAME SELECT {key}, {', '.join(merged)}, first(source ORDER BY {is_open}, place) AS source, "
            f"first(unit_key ORDER BY {is_open}, place) AS unit_key FROM judged_row {counting_rows} "
            f"GROUP BY {key} HAVING NOT bool_or(is_contradicted)"
        ),
    }


# Records and cubes.


def _decide_records(
    connection: duckdb.DuckDBPyConnection, files: KeptFiles, renamed: Collection[tuple[str, str]]
) -> None:
    """Each record of own files counts once, and so do cubes; see `warehouse/own/`."""
    kinds = ("records", "cube", "counted")
    cubes = files.of("landed.occurrence_cube.parquet", kinds)
    table = tables()["core.occurrence_cube"]
    if not _is_disputed(connection, table, [load for load, _ in cubes], renamed):
        return
    species = tables()["core.country_species"]
    _gather(connection, "own_cube", table, cubes)
    _gather(connection, "own_species", species, files.of("landed.country_species.parquet", kinds))
    for target, of_table in (("own_cube", table), ("own_species", species)):
        _rename_species(connection, target, of_table)
    if renamed:
        for target, statement in (("own_cube", "cube_of_load"), ("own_species", "species_of_load")):
            connection.execute(f"CREATE OR REPLACE TEMP TABLE {target} AS {_own_sql(statement)}")
    parts = [
        f"SELECT {literal(load.source)} AS source, {literal(load.unit)} AS unit, * FROM {file}"
        for load, file in files.of(RECORDS, ("records",))
    ]
    records = " UNION ALL BY NAME ".join([NO_RECORDS, *parts])
    if renamed:
        records = (
            "SELECT record.* REPLACE (coalesce(own_key.species_key, record.species_key) AS species_key) "
            f"FROM ({records}) AS record LEFT JOIN own_key ON record.source = own_key.source "
            "AND record.unit = own_key.unit AND record.species_key = own_key.given_key"
        )
    by_content = "CASE WHEN is_by_content THEN hash(record_key, species_key) ELSE record_key END"
    records = f"SELECT * REPLACE ({by_content} AS record_key) FROM ({records})"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW own_record AS {records}")
    for step in ("displaced_record", "judged_cube"):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {step} AS {_own_sql(step)}")
    of_records = "(source, unit_key) IN (SELECT (source, unit) FROM own_unit WHERE kind <> 'rows')"
    for target, statement in (
        ("occurrence_cube", "SELECT * EXCLUDE (reason, by_source, by_unit) FROM judged_cube WHERE reason IS NULL"),
        ("country_species", _own_sql("species_of_records")),
    ):
        connection.execute(f"DELETE FROM landed.{target} WHERE {of_records}")
        order = "country_code, species_key" + (", year, cell_code" if target == "occurrence_cube" else "")
        connection.execute(f"INSERT INTO landed.{target} BY NAME SELECT * FROM ({statement}) ORDER BY {order}")
    told = (
        "(SELECT source, unit AS unit_key, country_code, species_key, reason, by_source, by_unit, 1 AS occurrences "
        "FROM displaced_record UNION ALL BY NAME FROM judged_cube WHERE reason IS NOT NULL)"
    )
    _tell(connection, table, told, "occurrences")
    for step in ("own_cube", "own_species", "displaced_record", "judged_cube"):
        connection.execute(f"DROP TABLE {step}")


NO_RECORDS = (
    "SELECT '' AS source, '' AS unit, 0::UBIGINT AS record_key, FALSE AS is_by_content, '' AS country_code, 0 AS year, '' AS species_key, "
    "'' AS cell_code, 0.0 AS coordinate_uncertainty_m, 0 AS temporal_uncertainty_s, FALSE AS is_introduced WHERE FALSE"
)


def _own_sql(name: str) -> str:
    return (sql_folder("own") / f"{name}.sql").read_text(encoding="utf-8")


# What is said of it.


def _is_disputed(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    loads: Sequence[OwnLoad],
    renamed: Collection[tuple[str, str]],
) -> bool:
    """Whether a table does not simply have the rows of one load, or did not until now; what was said of it is removed."""
    removed = connection.execute(
        "DELETE FROM ops.displaced WHERE table_name = ? AND reason NOT IN ('own_file', 'replaced') RETURNING 1",
        [table.name],
    ).fetchall()
    connection.execute("DELETE FROM ops.set_aside WHERE table_name = ?", [table.name])
    return bool(removed) or len(loads) > 1 or any(load.name in renamed for load in loads)


def _tell(connection: duckdb.DuckDBPyConnection, table: Table, displaced: str, rows: str) -> None:
    """Count in `ops.displaced` the rows that do not count.

    Args:
        connection: the build database.
        table: the table.
        displaced: the rows, with their `reason`, `by_source` and `by_unit`.
        rows: how many each of them stands for, as SQL.
    """
    connection.execute(
        f"INSERT INTO ops.displaced BY NAME SELECT source, unit_key AS unit, {literal(table.name)} AS table_name, reason, "
        f"by_source, by_unit, CAST(sum({rows}) AS BIGINT) AS rows, {_species_and_countries(table)} FROM {displaced} GROUP BY ALL"
    )


def _species_and_countries(table: Table, of: str = "") -> str:
    """How many species, and which countries, rows of a table are about; `of` is the name of the rows with a point."""
    species = f"count(DISTINCT {of}species_key)" if table.has("species_key") else "NULL"
    codes = f"array_to_string(list_sort(list(DISTINCT {of}country_code))[:10], ', ')"
    return f"{species} AS species, {codes if table.has('country_code') else 'NULL'} AS countries"


DISPLACED_BY = {
    "assessment": ["species_key", "assessment_year", "scope"],
    "kba_site_coverage": ["country_code", "realm"],
    "occurrence_cube": ["country_code", "species_key"],
    "taxon_group": [],
    "threat": ["species_key"],
    "treaty_party": [],
}
"""What an own row and a publisher's must share for the own one to come before, where it is not the key of the table: species
and country for all records of them, for example. Empty where more than the source decides (`core/treaty_party.sql`)."""


def displace_publishers(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> None:
    """Count in `ops.displaced` the rows of publishers that give way to rows of own files in some tables."""
    for name in names:
        table = tables()[f"core.{name}"]
        connection.execute("DELETE FROM ops.displaced WHERE table_name = ? AND reason = 'own_file'", [table.name])
        key = DISPLACED_BY.get(name, _key(table))
        if not key:
            continue
        keys = ", ".join(quote(column) for column in key)
        joined = " AND ".join(f"theirs.{quote(c)} IS NOT DISTINCT FROM ours.{quote(c)}" for c in key)
        rows = "sum(occurrences)" if name == "occurrence_cube" else "count(*)"
        theirs = (
            f"SELECT source, {keys}, {rows} AS rows FROM landed.{name} WHERE source_precedence(source) > 0 GROUP BY ALL"
        )
        ours = f"SELECT source, unit_key, {keys}, {rows} AS rows FROM landed.{name} WHERE source_precedence(source) = 0 GROUP BY ALL"
        connection.execute(
            f"INSERT INTO ops.displaced BY NAME SELECT theirs.source, NULL AS unit, {literal(table.name)} AS table_name, "
            "'own_file' AS reason, ours.source AS by_source, ours.unit_key AS by_unit, "
            "CAST(sum(theirs.rows) AS BIGINT) AS rows, CAST(sum(ours.rows) AS BIGINT) AS by_rows, "
            f"{_species_and_countries(table, 'theirs.')} FROM ({theirs}) AS theirs JOIN ({ours}) AS ours ON {joined} GROUP BY ALL"
        )
