"""Fixtures that all tests share: a real build database, and the folder of real public data when present."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from filelock import FileLock
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright
from published import Published, publish_sandbox
from running import NOWHERE, sandbox_settings
from xdist.scheduler.loadscope import LoadScopeScheduling

from ness_pipeline.build.database import open_build
from ness_pipeline.build.models import materialise
from ness_pipeline.contract.ddl import landed_table
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.paths import Paths
from ness_pipeline.sql import frame_of, quote

ROOT = Path(__file__).parent.parent

CHROMIUM_FLAGS = ("no-sandbox", "disable-gpu", "no-first-run", "disable-background-networking",
                  "disable-component-update", "disable-sync")  # fmt: skip

# The same examples everywhere, so that a change is judged by its own doing; HYPOTHESIS_PROFILE=default looks for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


SLOW_FIXTURES = {"browser", "public_data", "spark"}
"""Fixtures that only `make test-all` uses: what needs one of them is marked `slow`."""
SLOW_TIMEOUT_S = 1800
"""After this a slow test counts as hanging, on a machine that does other work as well."""
FIRST = ("soak", "ops", "flows", "run", "cube", "report", "share", "cli")
"""Folders whose tests take long start first, so that at the end no process is left with one of them."""


@pytest.hookimpl(tryfirst=True)  # before `-m` selects by the markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a slow fixture, and begin with the folders that take long."""
    for item in items:
        if SLOW_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SLOW_TIMEOUT_S))
    order = {folder: place for place, folder in enumerate(FIRST)}
    items.sort(key=lambda item: order.get(item.path.parent.name, len(FIRST)))


class ByFolder(LoadScopeScheduling):
    """Tests that share something expensive (a server, a publication, a site) run in one process, where it is made once.

    A folder with a `conftest.py` is such a group, elsewhere a file is one. `--dist loadgroup` cannot do this: with pytest 9.2
    its groups have no effect.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = Path(nodeid.partition("::")[0])
        if file.parent.name == "soak":
            return nodeid
        return str(
            file.parent if (ROOT / file.parent / "conftest.py").exists() and file.parent.name != "tests" else file
        )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFolder:
    """Distribute the groups in the order of the tests."""
    config.option.loadscopereorder = False
    return ByFolder(config, log)


SHAPE = (
    "SELECT database_name, schema_name, table_name, sql FROM duckdb_tables() ORDER BY ALL",
    "SELECT database_name, schema_name, view_name, sql FROM duckdb_views() WHERE NOT internal ORDER BY ALL",
    "SELECT name, value FROM duckdb_settings() ORDER BY ALL",
)
"""What makes a database the same but for its rows."""
FILLED = "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE estimated_size > 0"
ROWS_OF_MODELS = ("computed",)
"""What `materialise` leaves registered on its connection."""


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

    def clear(self, *tables: str) -> None:
        """Delete the rows that were landed for some tables."""
        for table in tables:
            self.connection.execute(f"DELETE FROM landed.{table}")

    def materialise(self, *countries: str, only: str | Collection[str] | None = None) -> None:
        """Run all models, or the named ones and those that they read, for some countries or for all."""
        names = {only} if isinstance(only, str) else only
        materialise(self.connection, countries or None, only=names)

    def rows(self, query: str) -> list[dict[str, Any]]:
        """The result of a query as dictionaries."""
        return frame_of(self.connection, query).to_dicts()


class SharedBuild:
    """One build database per test process: opening it takes longer than most spec tests, so it is emptied instead.

    A test that changes more than rows (a table, a view, a setting) costs the next test a new database.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: ExitStack | None = None
        self._number = 0

    def empty(self) -> duckdb.DuckDBPyConnection:
        """The connection to a database with all tables of the contracts and no rows."""
        if self._opened is None:
            self._number += 1
            self._opened = ExitStack()
            build = open_build(self._folder / f"build_{self._number}.duckdb")
            self._connection = self._opened.enter_context(build)
            self._shape = self._shape_now()
        return self._connection

    def clean(self) -> None:
        """Delete all rows; close the database when something else has changed as well."""
        try:
            with suppress(duckdb.TransactionException):  # there is none, unless the test failed in one
                self._connection.execute("ROLLBACK")
            for name in ROWS_OF_MODELS:
                self._connection.unregister(name)
            is_same = self._shape_now() == self._shape
            filled = self._connection.execute(FILLED).fetchall()
            self._connection.execute("".join(f"DELETE FROM {quote(name)};" for (name,) in filled))
        except duckdb.Error:
            is_same = False
        if not is_same:
            self.close()

    def close(self) -> None:
        """Close the database."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _shape_now(self) -> list[list[tuple[object, ...]]]:
        return [self._connection.execute(query).fetchall() for query in SHAPE]


@pytest.fixture(scope="session")
def shared_build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedBuild]:
    """The build database that the spec tests of this process use one after another."""
    shared = SharedBuild(tmp_path_factory.mktemp("build"))
    yield shared
    shared.close()


@pytest.fixture
def warehouse(shared_build: SharedBuild) -> Iterator[Warehouse]:
    """A build database without rows."""
    yield Warehouse(shared_build.empty())
    shared_build.clean()


@pytest.fixture(scope="session")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Three SYNTHETIC countries, published once for all test processes: to be read, or copied and then changed."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    home, finished = folder / "publication", folder / "publication.finished"
    with FileLock(folder / "publication.lock"):
        if not finished.exists():
            publish_sandbox(home)
            finished.touch()
    return Published(home, Paths.of(sandbox_settings(home, NOWHERE)))


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
