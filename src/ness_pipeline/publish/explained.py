"""What explains a change beyond the limits: own files, another method, and sources that give what they did not give before."""

from __future__ import annotations

from contextlib import suppress

import duckdb

from ness_pipeline.build.models import models
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.publish.audit import LAST


def changed_on_purpose(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Tables that a person has changed since the last publication, by own files, and what is computed from them."""
    rows = connection.execute(
        "SELECT DISTINCT table_name FROM ops.load WHERE source LIKE 'file:%' AND status = 'loaded' "
        f"AND loaded_at > (SELECT max(published_at) FROM {LAST}.ops.publication)"
    ).fetchall()
    changed = {name for (name,) in rows}
    return changed | _computed_from(changed)


def given_again(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Tables computed from what a source gives now and had never given when the last publication was made.

    Then a publisher was away, or left a series out, or the source was not asked at all. What it gave before and gives
    differently now is none of these, and the tables of the sources themselves keep their limits.
    """
    rows = connection.execute(
        f"WITH before AS (SELECT source, unit, table_name, bool_or(status = 'loaded') AS was_loaded FROM {LAST}.ops.load GROUP BY ALL) "
        "SELECT DISTINCT now.table_name FROM ops.load AS now LEFT JOIN before USING (source, unit, table_name) "
        "WHERE now.status = 'loaded' AND now.written > 0 AND (NOT coalesce(was_loaded, true) "
        "OR now.source NOT IN (SELECT source FROM before WHERE was_loaded))"
    ).fetchall()
    given = {name for (name,) in rows}
    with suppress(duckdb.CatalogException):  # a publication from before gaps were noted one by one
        noted = connection.execute(
            f"SELECT DISTINCT table_name FROM (SELECT source, unit, table_name, what FROM {LAST}.ops.gap WHERE rows_kept = 0 "
            "EXCEPT SELECT source, unit, table_name, what FROM ops.gap)"
        ).fetchall()
        given |= {name for (name,) in noted}
    return _computed_from(given)


def _computed_from(names: set[str]) -> set[str]:
    """The tables that models compute from some tables, directly or not."""
    computed: set[str] = set()
    for model in models().values():  # in the order in which they run
        if any(name.replace("landed.", "core.") in names | computed for name in model.inputs):
            computed.add(model.name)
    return computed - {name for name in names if tables()[name].is_landed}


def new_methods(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Tables whose rows another method than the last publication's explains.

    These are the metric tables whose method has another version, those of the index when its definition has, what is
    computed from them, and the tables of the core layer from which only models compute them. What sources and users
    loaded is never among them: rows that are missing there are missing.
    """
    rows = connection.execute(
        f"SELECT DISTINCT now.table_name FROM ops.metric AS now LEFT JOIN {LAST}.ops.metric AS before USING (metric) "
        "WHERE now.method_version IS DISTINCT FROM before.method_version"
    ).fetchall()
    renewed = {name for (name,) in rows} | _redefined(connection)
    for model in reversed(models().values()):
        if model.name in renewed:
            renewed |= {name for name in model.inputs if name.startswith("core.") and not tables()[name].is_landed}
    for model in models().values():
        if any(name in renewed and name.startswith("metrics.") for name in model.inputs):
            renewed.add(model.name)
    return renewed


def _redefined(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Tables of the index, when its definition is another one than in the last publication."""
    versions = "SELECT DISTINCT definition_version FROM {}metrics.index_definition"
    try:
        now, before = (connection.execute(versions.format(of)).fetchall() for of in ("", f"{LAST}."))
    except duckdb.CatalogException:  # a publication from before there was an index
        return set()
    of_index = {table.name for table in tables().values() if table.has("definition_version") and not table.is_view}
    return of_index if now != before else set()
