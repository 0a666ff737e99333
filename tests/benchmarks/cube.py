"""How long a cube takes: by this project, by hand-written DuckDB (the limit), polars, pandas and Spark, in one run.

    python tests/benchmarks/cube.py --rows 10000000 [--json] [--only ours,validated,limit] [--times 3] [--folder DIR]

Every way runs in a process of its own over the same parquet files, writes its cube to a file of as many columns as the
contract has (four of them empty, without a grid and a target group), and is told in seconds, seconds of processors (Java's
not among them) and peak memory; what counts are the ratios, on a busy machine those of the processors. With `--times` all
ways take turns, and of each the run that took the processors the least time is told.
The records look like GBIF's monthly snapshot: log-normal species, 250 countries, 50 years, one record in twenty refused by
a filter or the contract. `checked` holds every record to the contract; `validated` then also gives each refused record back
whole, with its reason.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl

SPECIES, SPREAD, PART_ROWS = 200_000, 2.5, 5_000_000
"""Species, the standard deviation of the logarithm of their abundance, and records in a file."""
PANDAS_ROWS = 10_000_000
RECORDS = """
    SELECT
        CAST(4000000000 + n AS VARCHAR) AS gbifid,
        CASE WHEN n % 97 = 0 THEN 'ABSENT' ELSE 'PRESENT' END AS occurrencestatus,
        CASE WHEN n % 89 = 0 THEN 'FOSSIL_SPECIMEN' WHEN n % 5 = 0 THEN 'PRESERVED_SPECIMEN' ELSE 'HUMAN_OBSERVATION' END AS basisofrecord,
        list_extract({codes}, 1 + CAST(floor(249 * pow(hash(8 * species + place) / 18446744073709551616.0, 3)) AS INTEGER)) AS countrycode,
        CASE WHEN n % 61 = 0 THEN NULL ELSE CAST(100000 + species AS VARCHAR) END AS specieskey,
        'Inventa ' || CAST(species AS VARCHAR) AS species,
        'Animalia' AS kingdom, 'Arthropoda' AS phylum, 'Insecta' AS class, 'Order ' || CAST(species % 30 AS VARCHAR) AS "order",
        CAST(CASE WHEN n % 1009 = 0 THEN 9999 ELSE 1976 + floor(50 * sqrt(share(n, 3))) END AS INTEGER) AS year,
        CAST(make_date(1990, 1, 1) + CAST(floor(9000 * share(n, 4)) AS INTEGER) AS TIMESTAMP)
            + to_seconds(CASE WHEN n % 3 = 0 THEN CAST(floor(86400 * share(n, 5)) AS BIGINT) ELSE 0 END) AS eventdate,
        round(180 * share(n, 6) - 90, 5) AS decimallatitude,
        round(360 * share(n, 7) - 180, 5) AS decimallongitude,
        CASE WHEN n % 4 = 0 THEN NULL ELSE floor(5000 * share(n, 8)) END AS coordinateuncertaintyinmeters,
        CASE WHEN n % 71 = 0 THEN ['ZERO_COORDINATE'] WHEN n % 2 = 0 THEN ['COORDINATE_ROUNDED'] ELSE [] END AS issue
    FROM (
        SELECT
            n,
            CAST(floor({species} * beyond(z)) AS BIGINT) AS species,
            CAST(floor(8 * pow(share(n, 9), 2)) AS BIGINT) AS place
        FROM (
            SELECT n, {spread} + sqrt(-2 * ln(1 - share(n, 1))) * cos(6.283185307 * share(n, 2)) AS z
            FROM range({first}, {last}) AS t(n)
        )
    )
"""
"""A record's species is drawn by the rank of a log-normal abundance: weighed by abundance, a standard score lies higher by
the spread, and the share of species beyond it is their rank. A species lives in up to eight countries.
"""
MACROS = """
    CREATE MACRO share(n, what) AS hash(16 * n + what) / 18446744073709551616.0;
    CREATE MACRO tail(z) AS 0.5 * exp(-0.717 * z - 0.416 * z * z);
    CREATE MACRO beyond(z) AS CASE WHEN z > 0 THEN tail(z) ELSE 1 - tail(-z) END;
"""
"""A share of one by record and topic (DuckDB's hash of two values joins theirs, so that topics would go together), and the
share of a normal distribution beyond a standard score, to within 0.007.
"""
FILTERS = "occurrencestatus = 'PRESENT' AND basisofrecord NOT IN ('FOSSIL_SPECIMEN', 'LIVING_SPECIMEN') AND specieskey IS NOT NULL AND year IS NOT NULL AND countrycode IS NOT NULL"
EMPTY = {"grid": pl.String, "cell_code": pl.String, "target_group": pl.String, "target_group_occurrences": pl.Int64}
LIMIT = """
    SELECT countrycode AS country_code, year, specieskey AS species_key,
        CAST(NULL AS VARCHAR) AS grid, CAST(NULL AS VARCHAR) AS cell_code,
        count(*) AS occurrences,
        min(coalesce(coordinateuncertaintyinmeters, 1000)) AS min_coordinate_uncertainty_m,
        CAST(min(CASE WHEN second(eventdate) <> 0 THEN 1 WHEN minute(eventdate) <> 0 THEN 60 WHEN hour(eventdate) <> 0 THEN 3600 ELSE 86400 END)
            AS BIGINT) AS min_temporal_uncertainty_s,
        CAST(NULL AS VARCHAR) AS target_group, CAST(NULL AS BIGINT) AS target_group_occurrences
    FROM read_parquet('{files}')
    WHERE {filters} AND NOT list_has_any(issue, {issues})
    GROUP BY countrycode, year, specieskey
"""


def issues() -> list[str]:
    """Issues that refuse a record."""
    from ness_pipeline.schemas.landed.occurrence import GEOSPATIAL_ISSUES

    return list(GEOSPATIAL_ISSUES)


def generate(folder: Path, rows: int) -> None:
    """Write the records in parts of bounded size."""
    from ness_pipeline.cube.duckdb import MEMORY
    from ness_pipeline.names.countries import countries

    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = '{MEMORY}'; SET enable_progress_bar = false; {MACROS}")
        for part, first in enumerate(range(0, rows, PART_ROWS)):
            query = RECORDS.format(
                species=SPECIES,
                spread=SPREAD,
                codes=list(countries())[:249],
                first=first,
                last=min(rows, first + PART_ROWS),
            )
            connection.execute(f"COPY ({query}) TO '{folder}/{part:06}' (FORMAT parquet, COMPRESSION snappy)")


def ours(folder: Path, out: Path, trust: str, *, keeps_refused: bool = False) -> int:
    """The cube by this project; gives back how many records were refused."""
    from ness_pipeline.cube.options import CubeOptions
    from ness_pipeline.files.batches import refused_records
    from ness_pipeline.run.cube import engine_for

    with engine_for("duckdb", [folder], CubeOptions(), trust=trust) as engine:
        engine.write(out)
        if keeps_refused:
            return sum(engine.filtered_out().values()) + sum(
                frame.height for frame in refused_records(engine, with_filtered_out=False)
            )
        return engine.received() - engine.counted()


def limit(folder: Path, out: Path) -> int:
    """The cube by DuckDB alone, with the memory that ours may use; it gives up on 100 million records with 1200 MB."""
    from ness_pipeline.cube.duckdb import MEMORY

    with duckdb.connect() as connection, tempfile.TemporaryDirectory() as spill:
        connection.execute(
            f"SET memory_limit = '{MEMORY}'; SET temp_directory = '{spill}'; SET preserve_insertion_order = false; SET enable_progress_bar = false"
        )
        query = LIMIT.format(files=f"{folder}/*", filters=FILTERS, issues=issues())
        connection.execute(f"COPY ({query}) TO '{out}' (FORMAT parquet, COMPRESSION zstd)")
    return 0


def with_polars(folder: Path, out: Path) -> int:
    """The cube by polars' streaming engine."""
    date, keys = pl.col("eventdate"), ["countrycode", "year", "specieskey"]
    seconds = (
        pl.when(date.dt.second() != 0)
        .then(1)
        .when(date.dt.minute() != 0)
        .then(60)
        .when(date.dt.hour() != 0)
        .then(3600)
        .otherwise(86400)
    )
    kept = (
        (pl.col("occurrencestatus") == "PRESENT")
        & ~pl.col("basisofrecord").is_in(["FOSSIL_SPECIMEN", "LIVING_SPECIMEN"])
        & pl.all_horizontal(pl.col(keys).is_not_null())
        & (pl.col("issue").list.set_intersection(issues()).list.len() == 0)
    )
    scan = pl.scan_parquet(f"{folder}/*").filter(kept).with_columns(seconds.alias("seconds"))
    cube = scan.group_by(keys).agg(
        pl.len().cast(pl.Int64).alias("occurrences"),
        pl.col("coordinateuncertaintyinmeters").fill_null(1000).min(),
        pl.col("seconds").min().cast(pl.Int64),
    )
    cube.with_columns(pl.lit(None, kind).alias(name) for name, kind in EMPTY.items()).sink_parquet(
        out, engine="streaming"
    )
    return 0


def with_pandas(folder: Path, out: Path) -> int:
    """The cube by pandas."""
    import pandas as pd

    names = [
        "occurrencestatus",
        "basisofrecord",
        "specieskey",
        "year",
        "countrycode",
        "coordinateuncertaintyinmeters",
        "eventdate",
        "issue",
    ]
    frame = pd.concat(pd.read_parquet(part, columns=names) for part in sorted(folder.iterdir()))
    bad = frame["issue"].map(lambda listed: not set(issues()).isdisjoint(listed))
    frame = frame[
        (frame["occurrencestatus"] == "PRESENT")
        & ~frame["basisofrecord"].isin(["FOSSIL_SPECIMEN", "LIVING_SPECIMEN"])
        & ~bad
    ]
    date = frame["eventdate"].dt
    seconds = date.second.ne(0).map({True: 1, False: 86400}).mask(date.second.eq(0) & date.minute.ne(0), 60)
    seconds = seconds.mask(date.second.eq(0) & date.minute.eq(0) & date.hour.ne(0), 3600)
    frame = frame.assign(seconds=seconds, uncertainty=frame["coordinateuncertaintyinmeters"].fillna(1000))
    grouped = frame.groupby(["countrycode", "year", "specieskey"], observed=True)
    cube = grouped.agg(occurrences=("seconds", "size"), uncertainty=("uncertainty", "min"), seconds=("seconds", "min"))
    cube.assign(**dict.fromkeys(EMPTY)).to_parquet(out)
    return 0


def with_spark(folder: Path, out: Path) -> int:
    """The cube by this project's engine for Spark on two cores."""
    from ness_pipeline.cube.options import CubeOptions
    from ness_pipeline.run.cube import engine_for

    with engine_for("spark", [folder], CubeOptions(), trust="everything", master="local[2]") as engine:
        engine.write(out)
    return 0


WAYS: dict[str, Callable[[Path, Path], int]] = {
    "limit": limit,
    "ours": lambda folder, out: ours(folder, out, "everything"),
    "checked": lambda folder, out: ours(folder, out, "keys"),
    "validated": lambda folder, out: ours(folder, out, "keys", keeps_refused=True),
    "polars": with_polars,
    "pandas": with_pandas,
    "spark": with_spark,
}


def _peak_mib(done: threading.Event, found: list[int]) -> None:
    """Watch the resident memory of this process and its children, Java among them."""
    while not done.wait(0.2):
        pages = 0
        for name in Path("/proc").glob("[0-9]*/stat"):
            try:
                text = name.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(text[2]) == _GROUP:
                pages += int(text[21])
        found.append(pages * resource.getpagesize() // 2**20)


_GROUP = 0


def _processor_s() -> float:
    """Seconds that processors have spent on this process and on its children that have ended."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _load_program() -> None:
    """Load the program and its contracts, which is not what is measured."""
    from ness_pipeline.contract.check import failed_values
    from ness_pipeline.contract.dictionary import tables
    from ness_pipeline.cube.text import for_duckdb
    from ness_pipeline.run.cube import engine_for  # noqa: F401  (its modules)

    for_duckdb("SELECT getvariable('grid')", {"grid": None})
    failed_values(tables()["landed.occurrence"], "year", pl.Series(["9999"]))


def _measured(way: str, folder: Path, out: Path, answer: multiprocessing.queues.SimpleQueue[dict[str, object]]) -> None:
    """One way, in a process group of its own."""
    global _GROUP  # noqa: PLW0603  (known only in the child)
    import os

    os.setpgrp()
    _GROUP = os.getpgrp()
    _load_program()
    done, peaks = threading.Event(), [0]
    watcher = threading.Thread(target=_peak_mib, args=(done, peaks))
    watcher.start()
    started, before = time.perf_counter(), _processor_s()
    try:
        refused = WAYS[way](folder, out)
    finally:
        seconds, processor_s = time.perf_counter() - started, _processor_s() - before
        done.set()
        watcher.join()
    cube = pl.scan_parquet(out).select(pl.len().alias("rows"), pl.col("occurrences").sum())
    rows, occurrences = cube.collect().row(0)
    answer.put(
        {
            "way": way,
            "seconds": round(seconds, 2),
            "processor_s": round(processor_s, 2),
            "peak_mib": max(peaks),
            "rows": rows,
            "occurrences": occurrences,
            "refused": refused,
        }
    )


def _processor_s_of(row: dict[str, object]) -> float:
    return float(str(row.get("processor_s", "inf")))


def main() -> int:
    """Generate, run every way, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", default=",".join(WAYS))
    parser.add_argument("--times", type=int, default=1, help="how often each way runs")
    parser.add_argument("--folder", type=Path, help="keep the records here for the next run")
    chosen = parser.parse_args()
    folder = chosen.folder or Path(tempfile.mkdtemp(prefix="ness-benchmark-"))
    results: list[dict[str, object]] = []
    try:
        records = folder / f"occurrence-{chosen.rows}"
        if not records.exists():
            generate(records, chosen.rows)
        spawn = multiprocessing.get_context("spawn")
        ways = [way for way in chosen.only.split(",") if way != "pandas" or chosen.rows <= PANDAS_ROWS]
        for way in ways * chosen.times:
            answer = spawn.SimpleQueue()
            process = spawn.Process(target=_measured, args=(way, records, folder / "cube.parquet", answer))
            process.start()
            process.join()
            results.append(answer.get() if process.exitcode == 0 else {"way": way, "failed": process.exitcode})
            (folder / "cube.parquet").unlink(missing_ok=True)
    finally:
        if chosen.folder is None:
            shutil.rmtree(folder)
    results = [min((row for row in results if row["way"] == way), key=_processor_s_of) for way in ways]
    for measure, ratio in (("seconds", "times_limit"), ("processor_s", "times_limit_processor")):
        base = next((float(str(row[measure])) for row in results if row["way"] == "limit" and measure in row), None)
        for row in results:
            if base and measure in row:
                row[ratio] = round(float(str(row[measure])) / base, 2)
    if chosen.json:
        print(json.dumps({"rows": chosen.rows, "results": results}))
        return 0
    print(f"{chosen.rows:,} records")
    for row in results:
        print(
            "  ".join(
                f"{name} {value:,}" if isinstance(value, int) else f"{name} {value}" for name, value in row.items()
            )
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
