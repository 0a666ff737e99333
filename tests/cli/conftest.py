"""The command line in this process: what it prints, what it says of errors, and its exit code."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from published import Published, publish_sandbox

from ness_pipeline.cli.commands import exit_code_of


@dataclass(frozen=True)
class Said:
    """What a command left behind: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


Ness = Callable[..., Said]


@pytest.fixture(scope="session")
def sandbox_home(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """A home folder with a publication of three SYNTHETIC countries."""
    return publish_sandbox(tmp_path_factory.mktemp("home"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder that the environment names."""
    for name in ("NESS_CONTACT", "NESS_IUCN_TOKEN", "NESS_LANDING", "NESS_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NESS_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.fixture
def filled(home: Path, sandbox_home: Published) -> Path:
    """A copy of the home folder with a publication, for `--sandbox`."""
    shutil.copytree(sandbox_home.home, home)
    return home


@pytest.fixture
def ness(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ness:
    """Run `ness` with some words, as the entry point does."""
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str) -> Said:
        code = exit_code_of(words)
        out, err = capfd.readouterr()
        return Said(code, out, err)

    return run
