"""Each source alone on a fresh home: what has rows for a metric is published."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from running import run_refresh, sandbox_settings

from ness_pipeline.paths import Paths
from ness_pipeline.sandbox import Sandbox, World, serve
from ness_pipeline.sources import regular_sources

pytestmark = pytest.mark.slow  # each is a whole run


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A small world."""
    with serve(World(species=400, countries=("KE", "ML"))) as running:
        yield running


@pytest.mark.parametrize("name", regular_sources())
def test_each_source_alone_is_published(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    """It takes what it needs and what comes with the package with it."""
    summary = run_refresh(tmp_path, sandbox.url, ["KE"], "2018:2020", only=[name])
    needed = {"iso_countries", "seeds", name, *regular_sources()[name].needs}
    assert (summary.gaps, {unit.source for unit in summary.loaded}) == ([], needed)
    published = Paths.of(sandbox_settings(tmp_path, sandbox.url)).published
    with duckdb.connect(str(published), read_only=True) as connection:
        assert connection.execute("SELECT DISTINCT country_code FROM metrics.metric_value").fetchall() == [("KE",)]


def test_names_of_groups_are_asked_again_after_90_days_only(sandbox: Sandbox, tmp_path: Path) -> None:
    """A run reads the country anew and not the names, unless it is told that nothing may be older than now."""

    def matches(max_age_hours: float) -> tuple[int, int]:
        since = len(sandbox.requests)
        run_refresh(tmp_path, sandbox.url, ["KE"], "2018:2020", only=["gbif_country"], max_age_hours=max_age_hours)
        targets = [target for _, target, _ in sandbox.requests[since:]]
        return sum("/species/match" in target for target in targets), sum(
            "/occurrence/" in target for target in targets
        )

    first, second, forced = matches(24), matches(1e-6), matches(0)
    assert first[0] == forced[0] > 50
    assert second == (0, first[1])
