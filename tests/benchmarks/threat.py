"""How long the Red List metrics of the world take and how much memory, beside polars by hand and a Monte Carlo.

    python tests/benchmarks/threat.py [--species 150000] [--years 9] [--countries 250] [--json]

Generates assessments of all species in every year, of which 3 % change from one to the next and 12 % are Data Deficient;
each species lives in one to nine countries and has two threats. Then materialises everything from them in a process of
its own, whose peak memory is reported. Peers: the two indices, responsibility and STAR computed by hand in polars from the
same tables (no contracts, no Data Deficient bounds, no reasons), and, against the exact bounds alone, 1,000 random draws
for each country, group and year as in the published Monte Carlo codes, timed on a sample of cells and scaled up.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
import polars as pl

from ness_pipeline.build.database import open_build
from ness_pipeline.build.models import materialise
from ness_pipeline.names.countries import countries as iso_countries
from ness_pipeline.paths import sql_folder

MEMORY = "2500MB"
SAMPLE = 400
DRAWS = 1000
WEIGHTS = {"LC": 0, "NT": 1, "VU": 2, "EN": 3, "CR": 4, "EX": 5}

GENERATE = """
CREATE TEMP MACRO draw(key, topic, sides) AS CAST(hash(key, topic) % sides AS BIGINT);
INSERT INTO landed.taxon_group BY NAME
    SELECT *, 'seeds' AS source, 'world' AS unit_key FROM read_csv($seeds);
CREATE TEMP TABLE species AS
    SELECT i, 's' || i AS species_key, g[1 + draw(i, 1, len(g))] AS taxon_group,
           1 + draw(i, 2, 3) + draw(i, 3, 4) * draw(i, 4, 2) AS places, draw(i, 5, 100) AS luck
    FROM range($species) AS s(i),
         (SELECT list(taxon_group ORDER BY taxon_group) AS g FROM landed.taxon_group WHERE NOT is_roll_up);
INSERT INTO landed.country_species BY NAME
    SELECT DISTINCT c[1 + draw(i, 100 + place, len(c))] AS country_code, species_key, taxon_group,
           1 / places AS range_share, 'range_map' AS share_method, 'file:made' AS source, 'made' AS unit_key
    FROM (SELECT *, unnest(range(places)) AS place FROM species), (SELECT $countries::VARCHAR[] AS c);
INSERT INTO landed.assessment BY NAME
    SELECT species_key, taxon_group, 2024 - 5 * ($years - 1 - y) AS assessment_year, 'global' AS scope,
           false AS is_possibly_extinct, 'file:made' AS source, 'made' AS unit_key,
           CASE WHEN luck < 12 THEN 'DD' WHEN luck < 14 THEN 'EX'
                ELSE ['LC','NT','VU','EN','CR'][least(5, 1 + (luck - 14) // 20 + CASE WHEN draw(i, 7, 33) < y THEN 1 ELSE 0 END)]
           END AS red_list_category
    FROM species, range($years) AS t(y);
INSERT INTO landed.threat BY NAME
    SELECT species_key, ['1.1','2.1.2','5.3','8.1.2','11.2'][1 + draw(i, 200 + n, 5)] AS threat_code, n::VARCHAR AS detail,
           'ongoing' AS timing, ['whole','majority','minority'][1 + draw(i, 300 + n, 3)] AS scope,
           ['rapid','slow_significant'][1 + draw(i, 400 + n, 2)] AS severity, 'file:made' AS source, 'made' AS unit_key
    FROM species, range(2) AS t(n)
"""


def fill(file: Path, species: int, years: int, places: int) -> None:
    """Generate the landed tables."""
    bound = {
        "seeds": str(sql_folder("seeds") / "taxon_group.csv"),
        "species": species,
        "years": years,
        "countries": list(iso_countries())[:places],
    }
    with open_build(file) as connection:
        for statement in GENERATE.split(";"):
            used = {name: value for name, value in bound.items() if f"${name}" in statement}
            connection.execute(statement, used)


def run(file: Path, told: multiprocessing.Queue[dict[str, float]]) -> None:
    """Materialise everything; tells seconds by model, rows and peak memory."""
    marks: list[tuple[str, float]] = []
    with open_build(file) as connection:
        connection.execute(f"SET memory_limit = '{MEMORY}'")
        started = time.perf_counter()
        written = materialise(connection, progress=lambda name: marks.append((name, time.perf_counter())))
        ended = time.perf_counter()
    ends = [at for _, at in marks[1:]] + [ended]
    seconds = {f"seconds {name}": end - at for (name, at), end in zip(marks, ends, strict=True)}
    rows = {f"rows {name}": number for name, number in written.items() if number}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    told.put({"seconds": ended - started, "peak_gib": peak, **seconds, **rows})


def by_hand(file: Path) -> float:
    """Seconds for the same numbers in polars, from frames that are already in memory."""
    with duckdb.connect(str(file), read_only=True) as connection:
        assessment = connection.sql(
            "SELECT species_key, assessment_year, red_list_category FROM landed.assessment"
        ).pl()
        listed = connection.sql(
            "SELECT country_code, species_key, taxon_group, range_share FROM landed.country_species"
        ).pl()
        threat = connection.sql("SELECT species_key, threat_code, scope, severity FROM landed.threat").pl()
    started = time.perf_counter()
    where = ["country_code", "taxon_group"]
    weighed = assessment.with_columns(w=pl.col("red_list_category").replace_strict(WEIGHTS, default=None))
    joined = listed.join(weighed, on="species_key")
    first = joined.filter(pl.col("assessment_year") == joined["assessment_year"].min())
    gone = first.filter(pl.col("red_list_category") == "EX").select("species_key").unique()
    kept = joined.join(gone, on="species_key", how="anti").filter(pl.col("w").is_not_null())
    share = pl.col("range_share")
    index = kept.group_by(*where, "assessment_year").agg(
        unweighted=1 - pl.col("w").sum() / (5 * pl.len()), weighted=1 - (pl.col("w") * share).sum() / (5 * share.sum())
    )
    latest = joined.filter(pl.col("assessment_year") == joined["assessment_year"].max())
    risk = latest.group_by(where).agg((pl.col("w") * share).sum())
    percent = {"wholerapid": 24, "wholeslow_significant": 10, "majorityrapid": 18, "majorityslow_significant": 9, "minorityrapid": 7, "minorityslow_significant": 5}  # fmt: skip
    scored = threat.with_columns(e=(pl.col("scope") + pl.col("severity")).replace_strict(percent))
    scored = scored.with_columns(part=pl.col("e") / pl.col("e").sum().over("species_key"))
    at_risk = latest.filter(pl.col("w").is_between(1, 4)).with_columns(score=pl.col("w") * 100 * share)
    stars = at_risk.join(scored, on="species_key").with_columns(star=pl.col("score") * pl.col("part"))
    levels = [
        stars.group_by(*where, pl.col("threat_code").str.split(".").list.head(level).list.join(".")).agg(
            pl.col("star").sum()
        )
        for level in (1, 2, 3)
    ]
    seconds = time.perf_counter() - started
    assert min(one.height for one in (index, risk, *levels)) > 0
    return seconds


def monte_carlo(file: Path) -> tuple[float, int]:
    """Seconds of 1,000 draws for every cell, scaled up from a sample, and the number of cells."""
    pools = "SELECT weight_0, weight_1, weight_2, weight_3, weight_4, weight_5, data_deficient FROM core.red_list_tally WHERE data_deficient > 0"
    with duckdb.connect(str(file), read_only=True) as connection:
        cells = connection.sql(pools).fetchall()
    rng = np.random.default_rng(1)
    sample = [cells[i] for i in rng.permutation(len(cells))[:SAMPLE]]
    started = time.perf_counter()
    for *counts, deficient in sample:
        known = np.repeat(np.arange(6), counts)
        if not len(known):
            continue
        values = [
            1 - (known.sum() + rng.choice(known, deficient).sum()) / (5 * (len(known) + deficient))
            for _ in range(DRAWS)
        ]
        np.percentile(values, [2.5, 5, 50, 95, 97.5])
    return (time.perf_counter() - started) * len(cells) / max(1, len(sample)), len(cells)


def measure(species: int, years: int, places: int) -> dict[str, float]:
    """All numbers of one run."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "build.duckdb"
        fill(file, species, years, places)
        context = multiprocessing.get_context("spawn")
        told: multiprocessing.Queue[dict[str, float]] = context.Queue()
        child = context.Process(target=run, args=(file, told))
        child.start()
        found = told.get()
        child.join()
        polars_s = by_hand(file)
        drawn_s, cells = monte_carlo(file)
    exact_s = found["seconds core.data_deficient_weight"]
    return found | {
        "polars_seconds": polars_s,
        "ratio_to_polars": found["seconds"] / polars_s,
        "monte_carlo_cells": cells,
        "monte_carlo_seconds": drawn_s,
        "exact_bounds_ratio_to_monte_carlo": exact_s / drawn_s,
    }


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--species", type=int, default=150_000)
    parser.add_argument("--years", type=int, default=9)
    parser.add_argument("--countries", type=int, default=250)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.species, options.years, options.countries)
    if options.json:
        json.dump(found, sys.stdout)
        return
    for name, value in found.items():
        print(f"{name:<44} {value:>14,.3f}")


if __name__ == "__main__":
    main()
