"""Rows of own files in the landing zone, so that the build database holds nothing that could be lost with it."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote as url_quote
from urllib.parse import unquote

import duckdb

from ness_pipeline.contract.ddl import landed_table
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.landing.units import Unit
from ness_pipeline.landing.zone import Landing
from ness_pipeline.names.years import ANY_YEAR
from ness_pipeline.sql import quote

OWN = "own"
"""Folder of the landing zone for the rows of own files."""
_OF_UNIT = ("load", "left_out", "quarantine", "provenance", "citation")


def keep_own(connection: duckdb.DuckDBPyConnection, landing: Landing, unit: Unit, filled: Iterable[str]) -> None:
    """Copy what a loaded own file brought, with what `ops` says of it, into the landing zone as Parquet.

    Args:
        connection: the build database.
        landing: the landing zone.
        unit: the unit of work that the file was loaded as.
        filled: tables without layer that it filled.
    """
    folder = _folder(unit)
    landing.remove(folder)
    queries = {f"landed.{name}": (landed_table(tables()[f"core.{name}"])[0], "unit_key") for name in filled}
    queries |= {f"ops.{name}": (f"ops.{name}", "unit") for name in _OF_UNIT}
    with tempfile.TemporaryDirectory() as temporary:
        for name, (table, column) in queries.items():
            file = Path(temporary) / f"{name}.parquet"
            rows = connection.sql(
                f"SELECT * FROM {quote(table)} WHERE source = $1 AND {column} = $2", params=[unit.source, unit.key]
            )
            rows.write_parquet(str(file), compression="zstd")
            landing.write(f"{folder}/{file.name}", file.read_bytes())
    landing.write(f"{folder}/own.json", json.dumps({"source": unit.source, "unit": unit.key}).encode())


def own_units(landing: Landing) -> Iterator[Unit]:
    """Units of own files that the landing zone holds whole."""
    for source in landing.names(OWN):
        for key in landing.names(f"{OWN}/{source}"):
            if landing.record(f"{OWN}/{source}/{key}/own.json") is not None:
                yield Unit(unquote(source), unquote(key), ANY_YEAR)


def take_back(
    connection: duckdb.DuckDBPyConnection, landing: Landing, unit: Unit, run_id: str, now: dt.datetime
) -> None:
    """Put what an own file brought back into an empty build database, as loaded by this run."""
    folder = _folder(unit)
    with tempfile.TemporaryDirectory() as temporary:
        for name in landing.names(folder):
            if not name.endswith(".parquet"):
                continue
            file = Path(temporary) / name
            file.write_bytes(landing.read(f"{folder}/{name}") or b"")
            table = name.removesuffix(".parquet")
            rows = "SELECT * FROM read_parquet($1)"
            if table == "ops.load":
                rows = f"SELECT * REPLACE ($2 AS run_id, $3 AS loaded_at) FROM ({rows}) QUALIFY row_number() OVER (PARTITION BY table_name ORDER BY loaded_at DESC) = 1"
            bound: list[object] = [str(file), run_id, now] if table == "ops.load" else [str(file)]
            connection.execute(f"INSERT INTO {quote(table)} BY NAME {rows}", bound)


def _folder(unit: Unit) -> str:
    return f"{OWN}/{url_quote(unit.source, safe='')}/{url_quote(unit.key, safe='')}"
