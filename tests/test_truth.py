"""A run over every source, from HTTP through contracts and SQL to the metrics, beside what the invented world truly is."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import duckdb
import pytest
from running import run_refresh, sandbox_settings
from truth import Truth, truths

from ness_pipeline.contract.dictionary import tables
from ness_pipeline.names.years import Years
from ness_pipeline.paths import Paths
from ness_pipeline.sandbox import World, serve
from ness_pipeline.sql import frame_of

YEARS = Years(2000, 2025)
WORLDS = [
    pytest.param({"species": 400, "countries": ("KE", "ML", "NO")}, id="three countries"),
    pytest.param({"species": 400}, id="twelve countries", marks=pytest.mark.slow),
]
NEVER_FILLED = {"national_red_list_index"}
"""Tables that need own files."""

Keyed = dict[tuple[Any, ...], dict[str, Any]]


@pytest.fixture(scope="module", params=WORLDS)
def world(request: pytest.FixtureRequest) -> World:
    """An invented world of real countries; Mali has no sea."""
    return World(**request.param)


@pytest.fixture(scope="module")
def published(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published file of a run over all sources of that world."""
    home = tmp_path_factory.mktemp("home")
    with serve(world) as sandbox:
        summary = run_refresh(home, sandbox.url, world.countries, str(YEARS))
        assert summary.gaps == []
        return Paths.of(sandbox_settings(home, sandbox.url)).published


@pytest.fixture(scope="module")
def truth(world: World, published: Path) -> Truth:
    """What every metric of that world must be on the day on which its treaties were read."""
    with duckdb.connect(str(published), read_only=True) as connection:
        query = "SELECT max(accessed_on) FROM ops.citation WHERE source = 'cbd'"
        ((day,),) = connection.execute(query).fetchall()
    return Truth(world, YEARS, as_of=day)


def differs(stored: Any, true: Any) -> bool:
    """Whether two values differ by more than rounding."""
    if isinstance(stored, float) and isinstance(true, (int, float)):
        return not math.isclose(stored, true, rel_tol=1e-9, abs_tol=1e-12)
    return bool(stored != true)


@pytest.mark.parametrize("name", sorted(truths()))
def test_every_column_of_every_row_is_true(published: Path, truth: Truth, name: str) -> None:
    """All rows of a metric table, for all countries of the world, are what plain Python computes from the world itself."""
    table = tables()[f"metrics.{name}"]
    with duckdb.connect(str(published), read_only=True) as connection:
        rows = frame_of(connection, f"FROM {table.name}").to_dicts()
    true: Keyed = {tuple(row[key] for key in table.grain): row for row in truth.rows(name)}
    # The seeds name countries that the world does not have.
    stored: Keyed = {
        tuple(row[key] for key in table.grain): row for row in rows if row["country_code"] in truth.world.countries
    }
    assert stored.keys() == true.keys()
    assert bool(true) == (name not in NEVER_FILLED)
    columns = {column.name for column in table.columns}
    assert all(row.keys() == columns for row in true.values())
    wrong = [
        (key, column, row[column], true[key][column])
        for key, row in stored.items()
        for column in columns
        if differs(row[column], true[key][column])
    ]
    assert wrong == []
