"""One published file of three sandbox countries for all tests of this folder, and `ness` in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable

import pytest
from published import COUNTRIES, Published, load_red_list
from running import NOWHERE, sandbox_settings

from ness_pipeline.paths import Paths
from ness_pipeline.run.records import clock, start_run
from ness_pipeline.run.refresh import compute_and_publish
from ness_pipeline.run.restore import open_for_writing
from ness_pipeline.run.summary import Summary
from ness_pipeline.run.watch import nobody

Ness = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def published(publication: Published, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Three countries, with some rows of a publisher that does not allow them to be passed on."""
    home = tmp_path_factory.mktemp("share") / "home"
    shutil.copytree(publication.home, home)
    settings = sandbox_settings(home, NOWHERE)
    with open_for_writing(settings) as build:
        run_id = start_run(build, "load", is_synthetic=True, now=clock(build))
        load_red_list(build, run_id, clock(build))
        compute_and_publish(build, settings, None, Summary(run_id, COUNTRIES), accept_change=True, watch=nobody)
    return Published(home, Paths.of(settings))


@pytest.fixture
def ness(published: Published) -> Ness:
    """`ness …` outside the checkout, on the published file."""

    def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from ness_pipeline.cli import main; main()", *words],
            cwd=published.home,
            env={
                "NESS_HOME": str(published.home),
                "PATH": "/usr/bin:/bin",
                "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
                "COLUMNS": "100",
            }
            | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run
