"""The SQL files run pasted into a shell, as the README of the warehouse promises."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from published import Published

from ness_pipeline.build.models import models
from ness_pipeline.paths import sql_folder

READ_LANDED = {
    name.removeprefix("metrics.")
    for name, model in models().items()
    if name.startswith("metrics.") and any(table.startswith("landed.") for table in model.inputs)
}
"""Metric tables whose models read what was landed."""


def files(folder: str) -> list[Path]:
    """The SQL files of a folder."""
    return sorted(sql_folder(folder).glob("*.sql"))


@pytest.fixture
def readers(publication: Published):
    """A plain connection to the published file."""
    with duckdb.connect(str(publication.paths.published), read_only=True) as connection:
        yield connection


@pytest.fixture
def build(publication: Published):
    """A plain connection to the build file."""
    with duckdb.connect(str(publication.paths.build), read_only=True) as connection:
        yield connection


def test_macros_run_in_any_database():
    """Pasted in the order of their names into an empty database."""
    with duckdb.connect() as connection:
        for file in files("macros"):
            connection.execute(file.read_text(encoding="utf-8"))


def test_readers_files_run_with_the_published_file(readers):
    """Models of metrics, views and worked questions."""
    for file in [*files("metrics"), *files("views"), *files("queries")]:
        if file.stem not in READ_LANDED:
            readers.execute(file.read_text(encoding="utf-8")).fetchone()


def test_models_run_with_the_build_file(build):
    """Models of core, and the metrics that read what was landed."""
    chosen = [*files("core"), *(file for file in files("metrics") if file.stem in READ_LANDED)]
    assert len(chosen) > len(READ_LANDED) + 10
    for file in chosen:
        build.execute(file.read_text(encoding="utf-8")).fetchone()


@pytest.mark.parametrize("folder", ["cube", "index"])
def test_the_other_files_do_not_pretend_to(readers, folder):
    """They read relations that an engine defines, and the README says so."""
    for file in files(folder):
        with pytest.raises(duckdb.CatalogException, match="does not exist"):
            readers.execute(file.read_text(encoding="utf-8"))


def test_the_readme_names_every_folder():
    """Each folder of SQL or seeds has a row; the metrics that need the build file are named."""
    text = (sql_folder("") / "README.md").read_text(encoding="utf-8")
    named = {
        folder.name
        for folder in sql_folder("").iterdir()
        if folder.is_dir() and list(folder.glob("*.sql")) + list(folder.glob("*.csv"))
    }
    assert {name for name in named if f"| `{name}/` |" not in text} == set()
    assert READ_LANDED
    assert {name for name in READ_LANDED if f"`{name}`" not in text} == set()
