"""What Spark needs and does not find is one sentence with the next step; each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from own_files import records, write_text

COMMAND = "from ness_pipeline.cli import main; main()"


@pytest.fixture
def table(tmp_path):
    """A good table of records."""
    return write_text(tmp_path / "good.tsv", records({}, {}))


def python(code, *words, **environment: str):
    """Run Python code with a changed environment."""
    kept = {name: value for name, value in os.environ.items() if name != "JAVA_HOME"}
    paths = os.pathsep.join([environment.pop("FIRST", ""), *sys.path]).strip(os.pathsep)
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
        env=kept | {"PYTHONPATH": paths, "COLUMNS": "400"} | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_without_pyspark_the_extra_is_named(table, tmp_path):
    """An installation without the extra says how to get it, and makes no file."""
    broken = tmp_path / "first" / "pyspark"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('not installed')\n")
    said = python(
        COMMAND, "cube", table, "--engine", "spark", "--out", tmp_path / "cube.parquet", FIRST=str(broken.parent)
    )
    assert (said.returncode, said.stdout) == (2, "")
    assert "pip install 'ness-pipeline[spark]'" in said.stderr
    assert "Traceback" not in said.stderr
    assert not (tmp_path / "cube.parquet").exists()


def test_without_java_it_is_named(table, tmp_path):
    """A machine without Java says what to install."""
    pytest.importorskip("pyspark")
    said = python(COMMAND, "cube", table, "--engine", "spark", "--out", tmp_path / "cube.parquet", PATH=str(tmp_path))
    assert said.returncode == 2
    assert "needs Java 17 or newer" in said.stderr
    assert "Traceback" not in said.stderr
