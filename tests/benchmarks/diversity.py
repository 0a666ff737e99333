"""All diversity and monitoring metrics over a world of cube rows: time, peak memory, one country alone, pandas.

    python tests/benchmarks/diversity.py --rows 20000000 [--json]

A made-up world of 250 countries and 50 years, with log-normal abundances and cells, is written into the core tables;
then the four models run as the pipeline runs them, contracts included, for all countries and for one. Beside them
`species_diversity` of one country with pandas' grouping and the textbook formulas in Python. Numbers of one run on one
machine are comparable with each other only, so that ratios are printed.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

import duckdb
from truth.metrics.species_diversity import diversity

from ness_pipeline.build.database import open_build
from ness_pipeline.build.models import _run, models

COUNTRIES, YEARS = 250, 50
TABLES = ("species_diversity", "species_turnover", "species_occupancy", "monitoring_effort")
FIRST = "AA"

# The n-th row's country, species and so on come from hashes of n, so that the world is the same on every machine.
WORLD = """
INSERT INTO core.occurrence_cube BY NAME
SELECT
    chr(65 + CAST(n % {countries} // 26 AS INTEGER)) || chr(65 + CAST(n % {countries} % 26 AS INTEGER)) AS country_code,
    1975 + CAST(floor({years} * sqrt((hash(n, 1) % 1000003) / 1000003)) AS BIGINT) AS year,
    's' || CAST(floor({species} * power((hash(n, 2) % 1000003) / 1000003, 2)) AS BIGINT) AS species_key,
    'eqdgc:2' AS grid,
    'E' || CAST(floor({cells} * power((hash(n, 3) % 1000003) / 1000003, 1.5)) AS BIGINT) AS cell_code,
    1 + CAST(floor(exp(1.3 * sqrt(-2 * ln((1 + hash(n, 4) % 1000003) / 1000004)) * cos(6.2831853 * (hash(n, 5) % 1000003) / 1000003))) AS BIGINT)
        AS occurrences,
    'gbif_sql' AS source
FROM range({rows}) AS world (n)
"""
MERGE = """
CREATE OR REPLACE TABLE core.occurrence_cube AS
SELECT country_code, year, species_key, grid, cell_code, CAST(sum(occurrences) AS BIGINT) AS occurrences, 1000.0::DOUBLE AS min_coordinate_uncertainty_m, NULL::BIGINT AS min_temporal_uncertainty_s, NULL::VARCHAR AS checklist_key, 'gbif_sql' AS source
FROM core.occurrence_cube GROUP BY ALL ORDER BY country_code, year, species_key
"""
SPECIES = """
INSERT INTO core.species_status BY NAME
SELECT DISTINCT country_code, species_key, list_extract((SELECT list(taxon_group ORDER BY taxon_group) FROM core.taxon_group WHERE NOT is_roll_up), 1 + CAST(hash(species_key) % 21 AS BIGINT)) AS taxon_group,
    'NE' AS red_list_category, false AS is_possibly_extinct, false AS is_introduced, true AS is_counted
FROM core.occurrence_cube ORDER BY ALL
"""
LISTED = "INSERT INTO core.country_species BY NAME SELECT country_code, species_key, 0.5 AS range_share, 'cells' AS share_method, 'gbif_sql' AS source FROM core.species_status"


def make_world(connection: duckdb.DuckDBPyConnection, rows: int, seeds: Path) -> int:
    """Fill the core tables; the number of cube rows after equal ones are added up."""
    size = {"rows": rows, "countries": COUNTRIES, "years": YEARS, "species": max(400, rows // 4000), "cells": max(40, rows // 20000)}  # fmt: skip
    connection.execute(f"INSERT INTO core.taxon_group BY NAME SELECT *, 'seeds' AS source FROM read_csv('{seeds}')")
    connection.execute(WORLD.format(**size))
    connection.execute(MERGE)
    connection.execute(SPECIES)
    connection.execute(LISTED)
    (stored,) = connection.execute("SELECT count(*) FROM core.occurrence_cube").fetchone() or (0,)
    return int(stored)


def run(connection: duckdb.DuckDBPyConnection, countries: list[str] | None) -> dict[str, float]:
    """Seconds of each model for some countries or all."""
    taken = {}
    for table in TABLES:
        start = time.perf_counter()
        _run(connection, models()[f"metrics.{table}"], countries)
        taken[table] = time.perf_counter() - start
    return taken


def with_pandas(connection: duckdb.DuckDBPyConnection) -> float:
    """Seconds for `species_diversity` of one country with pandas and the formulas in Python."""
    query = (
        "SELECT c.year, c.species_key, c.occurrences, unnest(reporting_groups(s.taxon_group, g.roll_up)) AS taxon_group "
        "FROM core.occurrence_cube AS c JOIN core.species_status AS s USING (country_code, species_key) "
        f"JOIN core.taxon_group AS g ON s.taxon_group = g.taxon_group WHERE country_code = '{FIRST}'"
    )
    frame = connection.execute(query).df()
    start = time.perf_counter()
    for keys in (["taxon_group", "year"], ["taxon_group"]):
        counted = frame.groupby([*keys, "species_key"])["occurrences"].sum()
        for _, abundances in counted.groupby(level=keys if len(keys) > 1 else keys[0]):
            diversity(abundances.tolist())
    return time.perf_counter() - start


def main() -> None:
    """Build the world, run, print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=200_000)
    options.add_argument("--memory-gib", type=float, default=4.0)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    seeds = Path(__file__).parents[2] / "warehouse" / "seeds" / "taxon_group.csv"
    with tempfile.TemporaryDirectory() as folder, open_build(Path(folder) / "build.duckdb") as connection:
        connection.execute(f"SET memory_limit = '{chosen.memory_gib}GiB'; SET temp_directory = '{folder}/spill'")
        stored = make_world(connection, chosen.rows, seeds)
        whole = run(connection, None)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        alone = run(connection, [FIRST])
        pandas = with_pandas(connection)
        (rows,) = connection.execute(" + ".join(["SELECT 0", *(f"(SELECT count(*) FROM metrics.{table})" for table in TABLES)])).fetchone() or (0,)  # fmt: skip
    found = {
        "cube_rows": stored,
        "metric_rows": int(rows),
        "whole_s": whole,
        "whole_total_s": sum(whole.values()),
        "peak_gib": peak,
        "one_country_s": alone,
        "one_country_share": sum(alone.values()) / sum(whole.values()),
        "pandas_species_diversity_one_country_s": pandas,
        "pandas_to_sql_per_country": pandas / (whole["species_diversity"] / COUNTRIES),
    }
    if chosen.json:
        print(json.dumps(found, indent=1))
        return
    for name, value in found.items():
        for part, number in value.items() if isinstance(value, dict) else [("", value)]:
            print(f"{name:40} {part:20} {number:14.3f}")


if __name__ == "__main__":
    main()
