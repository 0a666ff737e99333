"""A real Prefect server for the tests of the flows, and one full run of the sandbox world that many tests look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from prefect.testing.utilities import prefect_test_harness

from ness_pipeline.flows.refresh_countries import refresh_countries
from ness_pipeline.paths import Paths
from ness_pipeline.run.summary import Summary
from ness_pipeline.sandbox import Sandbox, serve
from ness_pipeline.settings import load_settings

COUNTRIES = ["BR", "DE", "KE", "NP"]


@dataclass(frozen=True)
class Home:
    """A home folder and the sandbox it was filled from."""

    folder: Path
    sandbox: Sandbox
    summary: Summary

    @property
    def paths(self) -> Paths:
        """Its paths, which are those of sandbox data."""
        return Paths.of(load_settings().model_copy(update={"home": self.folder}).for_sandbox(self.sandbox.url))

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """The answer of its published file."""
        with duckdb.connect(str(self.paths.published), read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="session", autouse=True)
def prefect_server(request: pytest.FixtureRequest) -> Iterator[None]:
    """One temporary Prefect server for all tests of the flows, where any of them does not start its own."""
    if all("served" in item.fixturenames for item in request.session.items):
        yield
        return
    with prefect_test_harness(server_startup_timeout=180):
        yield


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """The sandbox with its default world."""
    with serve() as running:
        yield running


@pytest.fixture(scope="session")
def full_run(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Four countries, all years, all sources."""
    folder = tmp_path_factory.mktemp("full")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NESS_HOME", str(folder))
        summary = refresh_countries(COUNTRIES, sandbox_url=sandbox.url)
    return Home(folder, sandbox, summary)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder that the flows of this test use."""
    monkeypatch.setenv("NESS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"
