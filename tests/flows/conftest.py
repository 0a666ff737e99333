"""A real Prefect server for the tests of the flows, with a PREFECT_HOME of its own, and a sandbox to read from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings
from processes import clean_environment

from ness_pipeline.flows.server import prefect_server
from ness_pipeline.sandbox import Sandbox, serve


@pytest.fixture(scope="session")
def prefect_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of processes that use the server."""
    with prefect_server(tmp_path_factory.mktemp("prefect-home"), 0) as environment:
        yield environment


@pytest.fixture
def server(prefect_environment: dict[str, str]) -> Iterator[str]:
    """The server as the configured one of this process; yields the address of its API."""
    address, home = prefect_environment["PREFECT_API_URL"], prefect_environment["PREFECT_HOME"]
    with temporary_settings({PREFECT_API_URL: address, PREFECT_HOME: home}):
        yield address


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """The sandbox with its default world."""
    with serve() as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> Path:
    """An empty home folder that the flows of this test use, towards the sandbox."""
    monkeypatch.setenv("NESS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NESS_SANDBOX_URL", sandbox.url)
    return tmp_path / "home"


@pytest.fixture
def plain_environment(tmp_path: Path) -> dict[str, str]:
    """Environment variables of a process without any setting of Prefect or of ours, but for an empty home folder."""
    return clean_environment(tmp_path / "home") | {"HOME": str(tmp_path), "COLUMNS": "200"}
