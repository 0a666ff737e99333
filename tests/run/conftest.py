"""One full run of the sandbox world that many tests look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from running import run_refresh, sandbox_settings

from ness_pipeline.paths import Paths
from ness_pipeline.run.summary import Summary
from ness_pipeline.sandbox import Sandbox, serve

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
        return Paths.of(sandbox_settings(self.folder, self.sandbox.url))

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """The answer of its published file."""
        with duckdb.connect(str(self.paths.published), read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """The sandbox with its default world."""
    with serve() as running:
        yield running


@pytest.fixture(scope="session")
def full_run(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Four countries, all years, all sources."""
    folder = tmp_path_factory.mktemp("full")
    return Home(folder, sandbox, run_refresh(folder, sandbox.url, COUNTRIES))
