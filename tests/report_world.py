"""A small SYNTHETIC warehouse of every country, landed and published through the engine, for tests of the report."""

from __future__ import annotations

import datetime as dt
import random
import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl
from small_world import Row, observation, records, seeded_groups, species, treaty

from ness_pipeline.build.database import open_build
from ness_pipeline.build.models import materialise
from ness_pipeline.contract.ddl import landed_table
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.names.countries import countries
from ness_pipeline.paths import Paths
from ness_pipeline.publish.publication import publish
from ness_pipeline.settings import Settings

RICH = ("BR", "DE", "KE", "ML")
"""Countries with species and records; all others have indicators and treaties only."""
HOSTILE_NAME = '<b onclick="alert(1)">Nowhere</b> & "more"'
HOSTILE = "AQ"
"""The country whose name is markup, to see whether it stays text."""
NOW = dt.datetime(2026, 2, 3, 4, 5, tzinfo=dt.UTC)
FIRST_YEAR, LAST_YEAR = 2015, 2024


def land(connection: duckdb.DuckDBPyConnection, table: str, rows: list[Row]) -> None:
    """Put rows into `landed.<table>`; columns left out are NULL."""
    name, columns = landed_table(tables()[f"core.{table}"])
    schema = {column.name: column.dtype for column in columns}
    frame = pl.DataFrame([{"source": "test", "unit_key": "world"} | row for row in rows], schema=schema, orient="row")  # noqa: F841  (read by DuckDB)
    connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM frame")


def _countries() -> list[Row]:
    return [
        {
            "country_code": code, "iso3_code": country.iso3_code, "m49_code": country.m49_code, "region": country.region,
            "subregion": country.subregion, "is_landlocked": code in {"ML", "NP"},
            "country_name": HOSTILE_NAME if code == HOSTILE else country.country_name,
        }
        for code, country in countries().items()
    ]  # fmt: skip


def _indicators(code: str) -> list[Row]:
    draw = random.Random(code)  # noqa: S311  (a repeatable world, no secret)
    start, land_pct, sea_pct = draw.uniform(0.6, 0.99), draw.uniform(1, 40), draw.uniform(0, 45)
    found = []
    for step, year in enumerate(range(FIRST_YEAR, LAST_YEAR + 1)):
        index = start - step * draw.uniform(0, 0.004)
        found += [
            observation("ER_RSK_LST", year, index, code, value_lower=index - 0.01, value_upper=index + 0.01),
            observation("ER.LND.PTLD.ZS", year, min(100.0, land_pct + step * 0.3), code),
            observation("ER_PTD_TERR", year, draw.uniform(10, 90), code),
        ]
        if code not in {"ML", "NP"}:
            found.append(observation("ER.MRN.PTMR.ZS", year, min(100.0, sea_pct + step * 0.5), code))
    return found


def _species(code: str) -> list[Row]:
    size = 6
    found = [
        *species("mammals", code, LC=8 * size, NT=size, VU=size, EN=2, CR=1, DD=1),
        *species("birds", code, LC=20 * size, NT=2, VU=size, EN=1),
        *species("insects", code, LC=size, DD=size, NONE=30 * size),
        *species("flowering_plants", code, LC=9 * size, VU=3, EN=4, NONE=20 * size),
        *species("conifers_and_cycads", code, LC=size, VU=2),
        *species("basidiomycetes", code, VU=1, NONE=15 * size),
        *species("ascomycetes", code, NONE=9 * size),
    ]
    return [row | {"range_share": 0.2, "share_method": "range_map"} for row in found]


def _assessed() -> list[Row]:
    """Mammals and birds, the same in every country, assessed twice without a change."""
    return [
        {
            "species_key": row["species_key"], "taxon_group": row["taxon_group"], "assessment_year": year, "scope": "global",
            "red_list_category": row["red_list_category"], "vintage": f"{year}-1",
        }
        for row in _species("KE") if row["taxon_group"] in {"mammals", "birds"} for year in (2008, 2020)
    ]  # fmt: skip


def _threats() -> list[Row]:
    """Two threats to each of these species."""
    return [
        {
            "species_key": row["species_key"], "threat_code": code, "timing": "ongoing", "scope": "majority",
            "severity": severity,
        }
        for row in _species("KE") if row["taxon_group"] in {"mammals", "birds"}
        for code, severity in (("2.1", "rapid"), ("11", "slow_significant"))
    ]  # fmt: skip


def _records(code: str) -> list[Row]:
    draw = random.Random(code)  # noqa: S311  (as above)
    return [
        records(row["species_key"], year, draw.randint(1, 40), code)
        for row in _species(code)
        for year in range(FIRST_YEAR, LAST_YEAR + 1)
        if draw.random() < 0.3
    ]


def _fill(connection: duckdb.DuckDBPyConnection, codes: Sequence[str]) -> None:
    land(connection, "country", _countries())
    land(connection, "taxon_group", seeded_groups())
    land(connection, "indicator_observation", [row for code in codes for row in _indicators(code)])
    dates = {"cbd": "1993-12-29", "nagoya": "2014-10-12", "cartagena": None}
    land(connection, "treaty_party", [treaty(name, since, code) for code in codes for name, since in dates.items()])
    land(connection, "country_species", [row for code in RICH for row in _species(code)])
    land(connection, "assessment", _assessed())
    land(connection, "threat", _threats())
    land(connection, "occurrence_cube", [row for code in RICH for row in _records(code)])
    citation = {
        "source": "worldbank", "unit": "world", "citation": "SYNTHETIC stand-in for: <i>World Bank</i>, Indicators.", "doi": "10.5072/example",
        "licence": "CC-BY-4.0", "accessed_on": dt.date(2026, 2, 3), "is_redistributable": True,
    }  # fmt: skip
    frame = pl.DataFrame([citation])  # noqa: F841  (read by DuckDB)
    connection.execute("INSERT INTO ops.citation BY NAME SELECT * FROM frame")


def publish_few(home: Path) -> Path:
    """Land, materialise and publish the rich countries below `home`; the published file."""
    paths = Paths.of(Settings(home=home))
    home.mkdir(parents=True, exist_ok=True)
    with open_build(paths.build) as connection:
        _fill(connection, RICH)
        materialise(connection, None)
        publish(connection, paths, "test-run", is_synthetic=True, now=NOW)
    return paths.published


def publish_all(few: Path, target: Path) -> Path:
    """The same file with every other country added: Kenya's indicators and treaties, and protection of its own."""
    shutil.copy(few, target)
    with duckdb.connect(str(target)) as connection:
        for table in (
            "core.indicator_observation",
            "core.treaty_party",
            "metrics.legal_framework",
            "metrics.protected_area_coverage",
        ):
            connection.execute(
                f"INSERT INTO {table} SELECT one.* REPLACE (other.country_code AS country_code) FROM {table} AS one "
                "CROSS JOIN core.country AS other WHERE one.country_code = 'KE' AND other.country_code NOT IN (SELECT unnest($1))",
                [list(RICH)],
            )
        connection.execute(
            "UPDATE metrics.protected_area_coverage SET land_protected_pct = hash(country_code) % 400 / 10 + (year - 2015) * 0.3, "
            "marine_protected_pct = CASE WHEN marine_reportable THEN hash(country_code, 'sea') % 450 / 10 + (year - 2015) * 0.5 END"
        )
    return target
