"""One published file of three sandbox countries for all tests of this folder, and `ness` in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from published import Published, publish_sandbox

Ness = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Three countries, with some rows of a publisher that does not allow them to be passed on."""
    return publish_sandbox(tmp_path_factory.mktemp("home"), with_red_list=True)


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
