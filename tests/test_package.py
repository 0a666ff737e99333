"""What people install and open: the wheel works outside the checkout, and older DuckDB clients read the published file."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

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


HOME = (
    "ness.duckdb", "ness.duckdb.wal", "build.duckdb", "report/index.html", "history/0001.duckdb", "landing/x.py",
    "landing/gbif/__init__.py", "sandbox/ness.duckdb", "sandbox/landing/payload.json.zst",
)  # fmt: skip
"""Files of a home folder, some of which look like code."""
LINKED = ("flows", "schemas", "warehouse")
"""Folders at the top of the repository that are parts of the package."""


def git(*words: str) -> list[str]:
    """Lines that git prints about the checkout; the test is skipped where there is none."""
    done = subprocess.run(("git", "-C", str(ROOT), *words), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("needs a git checkout")
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout in which `./warehouse` is also a home folder full of data."""
    copy = tmp_path_factory.mktemp("checkout") / "ness-pipeline"
    for name in git("ls-files"):
        if (ROOT / name).exists():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name, follow_symlinks=False)
    for name in HOME:
        (copy / "warehouse" / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / "warehouse" / name).write_text("data", encoding="utf-8")
    return copy


def build(source: Path, kind: str, out: Path) -> Path:
    """Build a wheel or an sdist from a folder or an sdist."""
    run(
        str(UV), "build", "--quiet", f"--{kind}", "--no-build-isolation", "--offline", "--python", sys.executable,
        "--out-dir", str(out), str(source), cwd=out.parent,
    )  # fmt: skip
    (built,) = out.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return built


@pytest.fixture(scope="module")
def wheel(checkout: Path) -> Path:
    """The wheel that is built from the checkout."""
    return build(checkout, "wheel", checkout.parent / "wheel")


@pytest.fixture(scope="module")
def sdist(checkout: Path) -> Path:
    """The source distribution that is built from the checkout."""
    return build(checkout, "sdist", checkout.parent / "sdist")


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    """The folder in which the wheel is installed, without its dependencies."""
    folder = wheel.parent / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)  # noqa: S202  (our own wheel)
    return folder


def files_of(wheel: Path) -> list[str]:
    """The files of a wheel that are installed."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    return sorted(name for name in names if ".dist-info/" not in name and not name.endswith("/"))


@pytest.mark.slow
def test_wheels_have_the_files_of_the_repository(checkout: Path, wheel: Path, sdist: Path) -> None:
    """The wheel and a wheel from the sdist install what git tracks, and nothing of the data in the same folder."""
    link = "120000"
    tracked = [line.split(maxsplit=3) for line in git("ls-files", "-s", "src/ness_pipeline", *LINKED)]
    names = [name.removeprefix("src/") for mode, _, _, name in tracked if mode != link and (ROOT / name).exists()]
    expected = sorted(f"ness_pipeline/{name}" if name.startswith(LINKED) else name for name in names)
    assert files_of(wheel) == expected
    assert files_of(build(sdist, "wheel", checkout.parent / "wheel_of_sdist")) == expected
    assert {name.split("/")[0] for name in expected} == {"ness_pipeline"}


@pytest.mark.slow
def test_the_sdist_has_no_data(sdist: Path) -> None:
    """Of the home folder beside the code no file is in the source distribution."""
    with tarfile.open(sdist) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    assert "src/ness_pipeline/warehouse/README.md" in names
    assert [name for name in names if name.endswith(HOME)] == []


@pytest.mark.slow
def test_own_folders_do_not_shadow_the_package(installed: Path, tmp_path: Path) -> None:
    """Flows of a user who has folders `flows`, `schemas` and `warehouse` of their own are ours and theirs side by side."""
    for name in LINKED:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("MINE = True", encoding="utf-8")
    code = (
        "import flows, schemas, warehouse; assert flows.MINE and schemas.MINE and warehouse.MINE;"
        "import ness_pipeline.flows.refresh_countries as ours, ness_pipeline.schemas, ness_pipeline.warehouse;"
        "print(ours.__file__, ness_pipeline.schemas.__file__, ness_pipeline.warehouse.__file__)"
    )
    files = run(sys.executable, "-c", code, cwd=tmp_path, PYTHONPATH=str(installed)).split()
    assert len(files) == 3
    assert all(Path(file).is_relative_to(installed / "ness_pipeline") for file in files)


@pytest.mark.slow
def test_the_wheel_works_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    """Installed elsewhere, the tool loads, computes, publishes and answers with its own SQL and seeds."""
    (tmp_path / "list.csv").write_text(
        "species_key,country_code,taxon_group,red_list_category\na,KE,mammals,VU\nb,KE,mammals,LC\n", encoding="utf-8"
    )
    where = {"PYTHONPATH": str(installed), "NESS_HOME": str(tmp_path / "home")}
    ness = (sys.executable, "-c", "from ness_pipeline.cli import main; main()")
    origin = run(sys.executable, "-c", "import ness_pipeline; print(ness_pipeline.__file__)", cwd=tmp_path, **where)
    assert Path(origin.strip()).is_relative_to(installed)
    run(*ness, "load", "country_species", "list.csv", cwd=tmp_path, **where)
    run(*ness, "materialise", cwd=tmp_path, **where)
    answer = run(
        *ness, "sql", "--format", "csv", "SELECT threatened_species FROM metrics.threatened_species WHERE taxon_group = 'mammals'",
        cwd=tmp_path, **where,
    )  # fmt: skip
    assert answer.split() == ["threatened_species", "1"]
