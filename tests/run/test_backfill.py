"""A backfill changes one country and no other."""

from __future__ import annotations

import shutil

import duckdb
from running import run_backfill, sandbox_settings

from ness_pipeline.paths import Paths
from ness_pipeline.publish.content_hash import content_hash


def hashes(file, countries):
    """Content hash per country of a published file."""
    with duckdb.connect(str(file), read_only=True) as connection:
        return {country: content_hash(connection, country) for country in countries}


def test_backfill_equals_the_full_run_and_touches_nobody_else(full_run, tmp_path):
    """After one country's rows are damaged, its backfill restores them; all other rows stay byte for byte."""
    shutil.copytree(full_run.folder, tmp_path / "copy")
    paths = Paths.of(sandbox_settings(tmp_path / "copy", full_run.sandbox.url))
    with duckdb.connect(str(paths.build)) as connection:
        connection.execute("UPDATE landed.occurrence_cube SET occurrences = occurrences + 1 WHERE country_code = 'KE'")
        connection.execute("DELETE FROM core.occurrence_cube WHERE country_code = 'KE' AND year = 2010")
    before = hashes(full_run.paths.published, full_run.summary.countries)
    asked = len(full_run.sandbox.requests)
    summary = run_backfill(tmp_path / "copy", full_run.sandbox.url, "Kenya")
    assert summary.gaps == []
    assert hashes(paths.published, full_run.summary.countries) == before
    assert len(full_run.sandbox.requests) > asked


def test_backfill_of_other_years_loses_none(full_run, tmp_path):
    """A backfill of a narrow span keeps the years loaded before, because a unit is replaced whole."""
    shutil.copytree(full_run.folder, tmp_path / "copy")
    paths = Paths.of(sandbox_settings(tmp_path / "copy", full_run.sandbox.url))
    before = hashes(full_run.paths.published, full_run.summary.countries)
    run_backfill(tmp_path / "copy", full_run.sandbox.url, "KE", "2020:2021")
    assert hashes(paths.published, full_run.summary.countries) == before
