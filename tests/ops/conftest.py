"""One finished run of a small world that the tests of operation copy and then mistreat."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from soak.drive import Outcome, drive, settings_of, small_world

from ness_pipeline.paths import Paths
from ness_pipeline.sandbox import Sandbox, serve


@dataclass(frozen=True)
class Finished:
    """A home folder after a run, the sandbox it was read from, and what the run gave."""

    home: Path
    sandbox: Sandbox
    outcome: Outcome

    @property
    def settings(self):
        """Settings towards its sandbox."""
        return settings_of(self.home, self.sandbox.url)

    @property
    def paths(self) -> Paths:
        """Where everything lies."""
        return Paths.of(self.settings)

    def drive(self, **options) -> Outcome:  # noqa: ANN003
        """Another run in this home."""
        return drive(self.home, self.sandbox.url, **options)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """The answer of the published file."""
        with duckdb.connect(str(self.paths.published), read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finished]:
    """The run that all tests start from; not to be changed."""
    home = tmp_path_factory.mktemp("original")
    with serve(small_world()) as sandbox:
        outcome = drive(home, sandbox.url)
        assert outcome.exit_code == 0, outcome
        yield Finished(home, sandbox, outcome)


@pytest.fixture
def finished(original: Finished, tmp_path: Path) -> Iterator[Finished]:
    """A copy of that run, to be mistreated."""
    shutil.copytree(original.home, tmp_path / "home")
    yield Finished(tmp_path / "home", original.sandbox, original.outcome)
    original.sandbox.faults.listed = ()
