"""What people install and open: the wheel works outside the checkout, and older DuckDB clients read the published file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ness_pipeline.paths import sql_folder

ROOT = Path(__file__).parent.parent
UV = Path(sys.executable).parent / "uv"

OLD_CLIENT = """
import json, sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
tables = connection.execute("SELECT schema_name || '.' || table_name, comment FROM duckdb_tables() ORDER BY 1").fetchall()
rows = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name, _ in tables}
views = ["metrics.metric_value", "metrics.country_profile", "metrics.country_ranking"]
rows |= {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in views}
weight = connection.execute("SELECT red_list_weight('CR', true)").fetchone()[0]
print(json.dumps({"version": duckdb.__version__, "rows": rows, "silent": [n for n, c in tables if not c], "weight": weight}))
"""


def run(*words: str, cwd: Path, **environment: str) -> str:
    """Standard output of a command that must succeed."""
    done = subprocess.run(
        words, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def install_old_client(folder: Path, version: str) -> None:
    """An older DuckDB in a folder of its own, from the cache where it is there; the test is skipped without either."""
    for offline in (("--offline",), ()):
        done = subprocess.run(
            (str(UV), "pip", "install", "--quiet", *offline, "--target", str(folder), f"duckdb=={version}"),
            capture_output=True, text=True, check=False, timeout=240,
        )  # fmt: skip
        if done.returncode == 0:
            return
    pytest.skip(f"needs duckdb {version} from the package registry: {done.stderr[-200:]}")


@pytest.mark.slow
@pytest.mark.parametrize("version", ["1.2.2", "1.4.4"])
def test_older_clients_read_everything(publication, tmp_path, version):
    """DuckDB from 1.2 on opens the file and reads every table, view, comment and macro as today's does."""
    install_old_client(tmp_path / "old", version)
    said = run(
        sys.executable, "-S", "-c", OLD_CLIENT, str(publication.paths.published), cwd=tmp_path,
        PYTHONPATH=str(tmp_path / "old"),
    )  # fmt: skip
    found = json.loads(said)
    assert found["version"] == version
    assert found["silent"] == []
    assert found["weight"] == 5
    assert found["rows"] == {name: publication.rows(f"SELECT count(*) FROM {name}")[0][0] for name in found["rows"]}
    assert found["rows"]["metrics.metric_value"] > 1000


@pytest.mark.slow
def test_the_wheel_works_outside_the_checkout(tmp_path):
    """Built and installed elsewhere, the tool loads, computes, publishes and answers with its own SQL and seeds."""
    run(
        str(UV), "build", "--quiet", "--wheel", "--no-build-isolation", "--offline", "--python", sys.executable,
        "--out-dir", str(tmp_path / "dist"), str(ROOT), cwd=tmp_path,
    )  # fmt: skip
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
        names = archive.namelist()
    assert not [name for name in names if name.startswith("tests/") or name.endswith((".duckdb", ".lock"))]
    assert {f"warehouse/macros/{file.name}" for file in sql_folder("macros").glob("*.sql")} <= set(names)
    (tmp_path / "list.csv").write_text(
        "species_key,country_code,taxon_group,red_list_category\na,KE,mammals,VU\nb,KE,mammals,LC\n", encoding="utf-8"
    )
    where = {"PYTHONPATH": str(tmp_path / "installed"), "NESS_HOME": str(tmp_path / "home")}
    ness = (sys.executable, "-c", "from ness_pipeline.cli import main; main()")
    origin = run(sys.executable, "-c", "import ness_pipeline; print(ness_pipeline.__file__)", cwd=tmp_path, **where)
    assert Path(origin.strip()).is_relative_to(tmp_path / "installed")
    run(*ness, "load", "country_species", "list.csv", cwd=tmp_path, **where)
    run(*ness, "materialise", cwd=tmp_path, **where)
    answer = run(
        *ness, "sql", "--format", "csv", "SELECT threatened_species FROM metrics.threatened_species WHERE taxon_group = 'mammals'",
        cwd=tmp_path, **where,
    )  # fmt: skip
    assert answer.split() == ["threatened_species", "1"]
