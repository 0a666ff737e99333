"""What Spark needs and does not find, or runs out of, is one sentence with the next step; each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from own_files import records, write_text

COMMAND = "from ness_pipeline.cli import main; main()"
TOO_MUCH = """
import sys
from ness_pipeline.cube.options import CubeOptions
from ness_pipeline.cubes import engine_for
from ness_pipeline.errors import NessError
try:
    with engine_for("spark", [sys.argv[1]], CubeOptions(), trust="everything", master="local[1]") as engine:
        list(engine.frames("SELECT max(length(repeat(species, 120000000))) AS n FROM raw_0", "Filling memory"))
except NessError as error:
    sys.exit(f"{error.exit_code}: {error}")
"""


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


def test_out_of_memory_says_how_to_give_more(table):
    """A Java machine that ends for want of memory is no damaged file."""
    pytest.importorskip("pyspark")
    said = python(TOO_MUCH, table, SPARK_DRIVER_MEMORY="600m")
    assert said.returncode == 1
    assert "2: Spark ran out of memory on good.tsv; give it more, as in SPARK_DRIVER_MEMORY=8g" in said.stderr
