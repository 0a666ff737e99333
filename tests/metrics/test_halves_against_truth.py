"""The tables that rest on official series, from a sandbox's payloads to metrics, beside what the world truly is."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from truth import Truth

from ness_pipeline.build.database import open_build
from ness_pipeline.build.load import load_extraction
from ness_pipeline.build.models import materialise
from ness_pipeline.build.views import create_views
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.landing.http import Session
from ness_pipeline.landing.units import WORLD, Unit
from ness_pipeline.landing.zone import Landing
from ness_pipeline.names.years import Years
from ness_pipeline.publish.publication import audit
from ness_pipeline.run.materialise import load_reference
from ness_pipeline.run.records import start_run
from ness_pipeline.sandbox import serve
from ness_pipeline.sandbox.world import World
from ness_pipeline.settings import Settings
from ness_pipeline.sources import sources
from ness_pipeline.sources.extract import context_of, extract
from ness_pipeline.sql import frame_of

YEARS = Years(2000, 2025)
WORLD_SOURCES = ("cbd", "unsdg", "worldbank")
COUNTRY_SOURCES = ("gbif_literature", "gbif_registry", "protected_planet")
TABLES = (
    "conservation_finance",
    "ecosystem_condition",
    "legal_framework",
    "protected_area_coverage",
    "research_awareness",
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[duckdb.DuckDBPyConnection, Truth]]:
    """A build database filled from a small sandbox world by every source that the tables rest on, and its truth."""
    folder = tmp_path_factory.mktemp("halves")
    world = World(species=400)
    units = [Unit(name, WORLD, YEARS) for name in WORLD_SOURCES]
    units += [Unit(name, code, YEARS) for name in COUNTRY_SOURCES for code in world.countries]
    landing = Landing(str(folder / "landing"))
    now = dt.datetime.now(dt.UTC)
    with serve(world) as sandbox, open_build(folder / "build.duckdb") as connection:
        settings = Settings(_env_file=None, home=folder).for_sandbox(sandbox.url)
        run_id = start_run(connection, "test", is_synthetic=True, now=now)
        load_reference(connection, settings, run_id)
        with Session(settings) as session:
            for unit in units:
                done = extract(unit, landing, settings, session.send, max_age=dt.timedelta(days=1), now=now)
                load_extraction(connection, done, context_of(landing, settings), run_id=run_id, now=now)
        materialise(connection)
        yield connection, Truth(world, YEARS, as_of=now.date())


def differs(stored: Any, true: Any) -> bool:
    """Whether two values differ by more than rounding."""
    if isinstance(stored, float) and isinstance(true, (int, float)):
        return not math.isclose(stored, true, rel_tol=1e-9, abs_tol=1e-12)
    return bool(stored != true)


@pytest.mark.parametrize("name", TABLES)
def test_every_column_of_every_row_is_true(filled: tuple[duckdb.DuckDBPyConnection, Truth], name: str) -> None:
    """What comes out of HTTP, contracts and SQL is what the invented world truly is, for all of its countries."""
    connection, truth = filled
    table = tables()[f"metrics.{name}"]
    codes = {row["country_code"] for row in truth.rows(name)}
    true = {tuple(row[key] for key in table.grain): row for row in truth.rows(name)}
    stored = {
        tuple(row[key] for key in table.grain): row
        for row in frame_of(connection, f"FROM {table.name}").to_dicts()
        if row["country_code"] in codes
    }
    assert stored.keys() == true.keys()
    assert {column.name for column in table.columns} == set(next(iter(true.values())))
    wrong = [
        (key, column.name, row[column.name], true[key][column.name])
        for key, row in stored.items()
        for column in table.columns
        if differs(row[column.name], true[key][column.name])
    ]
    assert wrong == []


def test_the_audit_passes(filled: tuple[duckdb.DuckDBPyConnection, Truth]) -> None:
    """No number is withheld without a reason or reported without a value, and no two have the same name."""
    connection, _ = filled
    create_views(connection)
    audit(connection)


def test_nothing_is_lost(filled: tuple[duckdb.DuckDBPyConnection, Truth]) -> None:
    """Received = loaded + quarantined for every unit, and every source brought rows."""
    connection, _ = filled
    assert connection.execute("FROM ops.load WHERE received <> loaded + left_out + quarantined").fetchall() == []
    brought = connection.execute("SELECT DISTINCT source FROM ops.load WHERE loaded > 0").fetchall()
    assert {source for (source,) in brought} >= {*WORLD_SOURCES, *COUNTRY_SOURCES}
    assert set(sources()) >= {source for (source,) in brought}


def test_one_country_alone_is_a_slice(filled: tuple[duckdb.DuckDBPyConnection, Truth]) -> None:
    """Materialising one country again leaves every row of every table as it was."""
    connection, _ = filled
    before = {name: frame_of(connection, f"FROM metrics.{name} ORDER BY ALL").to_dicts() for name in TABLES}
    materialise(connection, ["KE"])
    assert {name: frame_of(connection, f"FROM metrics.{name} ORDER BY ALL").to_dicts() for name in TABLES} == before
