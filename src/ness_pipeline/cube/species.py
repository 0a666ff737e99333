"""The species of each country, from its records or the rows of its cube."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import polars as pl

from ness_pipeline.cube.text import sql_text
from ness_pipeline.scratch import ScratchFolder
from ness_pipeline.spreadsheet import escaped_sql
from ness_pipeline.sql import frames_of, identifier, literal, parquet


def species_of(records: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Rows of `country_species`, sorted, in frames of bounded size.

    Args:
        records: numbers of records of each country and species by scientific name, reporting group and Red List category.
    """
    with (
        ScratchFolder("species") as folder,
        duckdb.connect(str(Path(folder) / "species.duckdb")) as connection,
    ):
        is_first = True
        for frame in records:
            rows = frame.to_arrow()  # noqa: F841  (read by DuckDB)
            into = "CREATE TABLE species_record AS" if is_first else "INSERT INTO species_record BY NAME"
            connection.execute(f"{into} FROM rows")
            is_first = False
        if is_first:
            return
        yield from frames_of(connection, sql_text("country_species"))


def write_with_species(cube: Path, species: Iterable[pl.DataFrame], path: Path) -> None:
    """Write a cube as parquet or CSV with name, reporting group, category and introduced records of each row's species.

    Args:
        cube: the cube as parquet.
        species: rows of `country_species` for all of its species; without any reporting group the file has no such column.
        path: where to write, a name that ends in `.parquet` or `.csv`.
    """
    with (
        ScratchFolder("species") as folder,
        duckdb.connect(str(Path(folder) / "species.duckdb")) as connection,
    ):
        connection.execute(
            "CREATE TABLE species (country_code VARCHAR, species_key VARCHAR, scientific_name VARCHAR, taxon_group VARCHAR, red_list_category VARCHAR, introduced_occurrences BIGINT)"
        )
        for frame in species:
            rows = frame.drop("occurrences").to_arrow()  # noqa: F841  (read by DuckDB)
            connection.execute("INSERT INTO species BY NAME FROM rows")
        connection.execute(f"CREATE VIEW cube AS FROM {parquet(cube)}")
        has_groups = connection.execute("SELECT count(taxon_group) > 0 FROM species").fetchall()[0][0]
        left_out = "" if has_groups else "EXCLUDE (taxon_group)"
        _copy(connection, f"SELECT * {left_out} FROM ({sql_text('cube_with_species')})", path)


def write_alone(cube: Path, path: Path) -> None:
    """Write a cube without its species; arguments as of `write_with_species`."""
    with duckdb.connect() as connection:
        _copy(connection, f"FROM {parquet(cube)}", path)


def _copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """Write rows as parquet, or as CSV that a spreadsheet opens without running what is in it."""
    options = "FORMAT parquet, COMPRESSION zstd"
    if path.suffix.lower() == ".csv":
        options = "FORMAT csv, HEADER"
        columns = connection.execute(f"DESCRIBE {query}").fetchall()
        query = escaped_sql(query, [identifier(name) for name, sql_type, *_ in columns if sql_type == "VARCHAR"])
    connection.execute(f"COPY ({query}) TO {literal(str(path))} ({options})")
