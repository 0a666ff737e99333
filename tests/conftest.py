"""Fixtures that all tests share: a real build database, and the folder of real public data when present."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from ness_pipeline.build.database import open_build
from ness_pipeline.build.models import materialise
from ness_pipeline.contract.ddl import landed_table
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.sql import frame_of

ROOT = Path(__file__).parent.parent

CHROMIUM_FLAGS = ("no-sandbox", "disable-gpu", "no-first-run", "disable-background-networking",
                  "disable-component-update", "disable-sync")  # fmt: skip

# The same examples everywhere, so that a change is judged by its own doing; HYPOTHESIS_PROFILE=default looks for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share something dear (a server, a publication, a site) run in one process, where it is made once."""
    for item in items:
        has_own = (item.path.parent / "conftest.py").exists() and item.path.parent != Path(__file__).parent
        item.add_marker(pytest.mark.xdist_group(item.path.parent.name if has_own else item.path.stem))


class Warehouse:
    """A build database in a temporary folder with short words for spec tests."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def land(self, table: str, rows: list[dict[str, Any]], *, source: str = "test", unit: str = "world") -> None:
        """Put rows into `landed.<table>`; columns left out are NULL."""
        name, columns = landed_table(tables()[f"core.{table}"])
        schema = {column.name: column.dtype for column in columns}
        complete = [{"source": source, "unit_key": unit} | row for row in rows]
        assert all(row.keys() <= schema.keys() for row in complete), f"unknown column for {name}"
        frame = pl.DataFrame(complete, schema=schema, orient="row")  # noqa: F841  (read by DuckDB)
        self.connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM frame")

    def materialise(self, *countries: str, only: str | None = None) -> None:
        """Run all models, or one and those that it reads, for some countries or for all."""
        materialise(self.connection, countries or None, only=None if only is None else {only})

    def rows(self, query: str) -> list[dict[str, Any]]:
        """The result of a query as dictionaries."""
        return frame_of(self.connection, query).to_dicts()


@pytest.fixture(scope="session")
def empty_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty build database with every table of the contracts, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "build.duckdb"
    with open_build(path):
        return path


@pytest.fixture
def warehouse(empty_build: Path, tmp_path: Path) -> Iterator[Warehouse]:
    """An empty build database of this test alone."""
    shutil.copy(empty_build, tmp_path / "build.duckdb")
    with open_build(tmp_path / "build.duckdb") as connection:
        yield Warehouse(connection)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium without a window; for one module, as Prefect cannot be called while Playwright's loop runs."""
    program = os.environ.get("NESS_CHROMIUM") or shutil.which("chromium")
    if program is None:
        pytest.skip("install Chromium (`apt-get install chromium`) or name it in NESS_CHROMIUM to run this test")
    flags = [f"--{flag}" for flag in CHROMIUM_FLAGS]
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=program, args=flags) as running:
        yield running


@pytest.fixture(scope="session")
def public_data() -> Path:
    """The folder of real public data; the test is skipped where it is absent."""
    folder = Path(os.environ.get("NESS_TEST_DATA", ROOT / "../shared")).resolve()
    if not folder.is_dir():
        pytest.skip("set NESS_TEST_DATA to the folder of real public data to run this test")
    return folder
