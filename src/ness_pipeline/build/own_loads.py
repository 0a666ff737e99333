"""The rows of a load on their way between build database and landing, and what `ops` says of loads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from ness_pipeline.contract.ddl import landed_table
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.landing.own_loads import Kept, OwnLoad
from ness_pipeline.landing.zone import Landing
from ness_pipeline.scratch import ScratchFolder
from ness_pipeline.sql import literal, parquet, quote

_OF_UNIT = ("load", "left_out", "quarantine", "provenance", "citation")


def write_rows(connection: duckdb.DuckDBPyConnection, landing: Landing, load: OwnLoad) -> None:
    """Copy what a load brought, with what `ops` says of it, into its folder of the landing zone as Parquet."""
    queries = {f"landed.{name}": (landed_table(tables()[f"core.{name}"])[0], "unit_key") for name in load.tables}
    queries |= {f"ops.{name}": (f"ops.{name}", "unit") for name in _OF_UNIT}
    for name, (table, column) in queries.items():
        rows = connection.sql(
            f"SELECT * FROM {quote(table)} WHERE source = $1 AND {column} = $2", params=list(load.name)
        )
        landing.write_with(
            f"{load.folder}/{name}.parquet",
            lambda path, rows=rows: rows.write_parquet(str(path), compression="zstd"),  # type: ignore[misc]
        )


def take_in(connection: duckdb.DuckDBPyConnection, landing: Landing, kept: Kept, run_id: str) -> None:
    """Put what a load brought into a build database that lacks it; its time stays that of the load."""
    forget(connection, [kept.load.name])
    with ScratchFolder("own") as folder:
        for name in landing.names(kept.folder):
            table = name.removesuffix(".parquet")
            if table.partition(".")[0] not in {"landed", "ops"} or not name.endswith(".parquet"):
                continue
            file = parquet(landing.local(f"{kept.folder}/{name}", Path(folder)))
            rows = f"SELECT {shared_columns(connection, table, file)} FROM {file}"
            if table == "ops.load":
                latest = "row_number() OVER (PARTITION BY table_name ORDER BY loaded_at DESC) = 1"
                rows = f"SELECT * REPLACE ({literal(run_id)} AS run_id) FROM ({rows}) QUALIFY {latest}"
            connection.execute(f"INSERT INTO {quote(table)} BY NAME {rows}")
    loaded_at = "SELECT coalesce(max(loaded_at), now()) FROM ops.load WHERE run_id = ? AND source = ? AND unit = ?"
    ((when,),) = connection.execute(loaded_at, [run_id, *kept.load.name]).fetchall()
    note(connection, kept.load, when)


def note(connection: duckdb.DuckDBPyConnection, load: OwnLoad, now: dt.datetime) -> None:
    """Record in `ops` that a load counts, and whose place it takes."""
    connection.execute("DELETE FROM ops.own_load WHERE source = ? AND unit = ?", load.name)
    connection.execute(
        "INSERT INTO ops.own_load BY NAME SELECT ? AS source, ? AS unit, ? AS kind, ? AS as_of, ? AS loaded_at",
        [*load.name, load.kind, load.as_of, now],
    )
    _note_replaced(connection, load)


def _note_replaced(connection: duckdb.DuckDBPyConnection, load: OwnLoad) -> None:
    """Record in `ops.displaced` whose place a load takes, and that none has taken its own."""
    connection.execute(
        "DELETE FROM ops.displaced WHERE reason = 'replaced' AND ((source, unit) = ($1, $2) OR (by_source, by_unit) = ($1, $2))",
        list(load.name),
    )
    for one in load.replaces:
        for name, rows in one.rows.items():
            connection.execute(
                "INSERT INTO ops.displaced BY NAME SELECT ? AS source, ? AS unit, ? AS table_name, "
                "'replaced' AS reason, ? AS by_source, ? AS by_unit, ? AS rows",
                [one.source, one.unit, f"core.{name}", load.source, load.unit, rows],
            )


def counting_rows(connection: duckdb.DuckDBPyConnection, load: OwnLoad) -> dict[str, int]:
    """How many rows of a load count, by table without layer."""
    counts = {}
    for name in load.tables:
        query = f"SELECT count(*) FROM landed.{name} WHERE source = ? AND unit_key = ?"
        ((counts[name],),) = connection.execute(query, load.name).fetchall()
    return counts


def forget(connection: duckdb.DuckDBPyConnection, names: Iterable[tuple[str, str]]) -> None:
    """Remove the rows of loads; that they were once loaded stays in `ops.load`."""
    for name in names:
        for table in tables().values():
            if table.is_landed:
                connection.execute(f"DELETE FROM landed.{table.short_name} WHERE source = ? AND unit_key = ?", name)
        for table_name in ("left_out", "quarantine", "provenance", "citation", "own_load"):
            connection.execute(f"DELETE FROM ops.{table_name} WHERE source = ? AND unit = ?", name)


def shared_columns(connection: duckdb.DuckDBPyConnection, table: str, file: str) -> str:
    """The columns that a table of the build and a Parquet file both have."""
    there = {row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {file}").fetchall()}
    known = [row[0] for row in connection.execute(f"DESCRIBE {quote(table)}").fetchall()]
    return ", ".join(quote(name) for name in known if name in there)


class KeptFiles:
    """The Parquet files of all loads that count."""

    def __init__(self, landing: Landing, kept: Sequence[Kept], folder: Path) -> None:
        self._landing, self._kept, self._folder = landing, kept, folder

    def of(self, name: str, kinds: Sequence[str]) -> list[tuple[OwnLoad, str]]:
        """Each load of some kinds that has a file of that name, with the file as a relation of SQL."""
        found = []
        for kept in self._kept:
            if kept.load.kind in kinds and name in self._landing.names(kept.folder):
                path = self._landing.local(f"{kept.folder}/{name}", self._folder)
                found.append((kept.load, parquet(path)))
        return found
