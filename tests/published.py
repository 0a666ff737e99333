"""A published file of a few sandbox countries, what the commands that read a publication are tried on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from ness_pipeline.build.load import load_unit, replace_ops
from ness_pipeline.contract.batch import Batch
from ness_pipeline.landing.units import Unit
from ness_pipeline.names.years import Years
from ness_pipeline.paths import Paths
from ness_pipeline.run.plan import plan_refresh
from ness_pipeline.run.records import clock
from ness_pipeline.run.refresh import compute_and_publish, refresh
from ness_pipeline.run.restore import open_for_writing
from ness_pipeline.run.watch import nobody
from ness_pipeline.sandbox import World, serve
from ness_pipeline.settings import Settings
from ness_pipeline.sources import regular_sources, sources

COUNTRIES = ("KE", "ML", "NO")
YEARS = Years(2015, 2024)


@dataclass(frozen=True)
class Published:
    """A published file and where it lies.

    Attributes:
        home: value of NESS_HOME; the file itself is in its folder of sandbox data.
        paths: paths of the sandbox data.
    """

    home: Path
    paths: Paths

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """The answer of the published file."""
        with duckdb.connect(str(self.paths.published), read_only=True) as connection:
            return connection.execute(query).fetchall()


def publish_sandbox(home: Path, *, with_red_list: bool = False) -> Published:
    """Extract, load, materialise and publish three countries of a small sandbox world.

    Args:
        home: value of NESS_HOME.
        with_red_list: also load rows whose publisher does not allow them to be passed on.
    """
    with serve(World(species=900, countries=COUNTRIES)) as sandbox:
        settings = Settings(_env_file=None, home=home).for_sandbox(sandbox.url)
        open_to_all = [name for name, source in regular_sources().items() if not source.requires]
        plan = plan_refresh(settings, COUNTRIES, str(YEARS), only=open_to_all)
        with open_for_writing(settings) as build:
            summary = refresh(build, settings, plan)
            if with_red_list:
                load_red_list(build, summary.run_id, clock(build))
                compute_and_publish(build, settings, None, summary, accept_change=True, watch=nobody)
    return Published(home, Paths.of(settings))


def load_red_list(connection: duckdb.DuckDBPyConnection, run_id: str, now: dt.datetime) -> None:
    """Rows of the IUCN Red List about one species of its own and one that GBIF has too, and one refused row."""
    (known,) = connection.execute(
        "SELECT min(species_key) FROM landed.country_species WHERE source = 'gbif_country' AND country_code = 'KE' "
        "AND red_list_category IS NULL AND NOT introduced_occurrences > 0"
    ).fetchone() or ("",)
    assessments = [
        {"species_key": key, "taxon_group": "mammals", "assessment_year": year, "red_list_category": category, "scope": "global"}
        for key, year, category in (("900001", 2010, "VU"), ("900001", 2020, "EN"), (known, 2010, "VU"), (known, 2021, "CR"), ("900002", 20, "EN"))
    ]  # fmt: skip
    here = [
        {"country_code": "KE", "species_key": key, "taxon_group": "mammals", "red_list_category": category, "origin": "native", "presence": "extant"}
        for key, category in (("900001", "EN"), (known, "CR"))
    ]  # fmt: skip
    threats = [{"species_key": "900001", "threat_code": "5.1.1", "timing": "ongoing", "scope": "whole", "severity": "rapid"}]  # fmt: skip
    batches = [
        Batch("assessment", pl.DataFrame(assessments)),
        Batch("country_species", pl.DataFrame(here)),
        Batch("threat", pl.DataFrame(threats)),
    ]
    source, unit = sources()["iucn"], Unit("iucn", "KE", YEARS)
    load_unit(connection, unit, batches, source.tables, run_id=run_id, release="2025-2", extracted_at=now, now=now)
    ((citation, licence),) = source.citations
    cited = {
        "source": "iucn",
        "unit": "KE",
        "citation": citation.replace("{release}", "2025-2"),
        "licence": licence,
        "accessed_on": now.date(),
        "is_redistributable": source.is_redistributable,
    }
    replace_ops(connection, "citation", unit, [cited])
