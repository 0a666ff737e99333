"""A whole run against the sandbox: truth, idempotence, gaps, offline."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from running import NOWHERE, run_refresh, sandbox_settings
from truth import Truth, truths

from ness_pipeline.build.lock import writer
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.errors import SourceUnavailable, WarehouseBusy, WrongUsage
from ness_pipeline.names.years import Years
from ness_pipeline.paths import Paths
from ness_pipeline.publish.content_hash import content_hash
from ness_pipeline.run.plan import plan_refresh
from ness_pipeline.run.refresh import refresh
from ness_pipeline.run.restore import open_for_writing
from ness_pipeline.run.watch import Step

TRUE_TABLES = sorted(f"metrics.{name}" for name in truths())


def hash_of(file: Path, country: str | None = None) -> str:
    """Content hash of a published file or of one country in it."""
    with duckdb.connect(str(file), read_only=True) as connection:
        return content_hash(connection, country)


def differs(stored: Any, true: Any) -> bool:
    """Whether two values differ by more than rounding."""
    if isinstance(stored, float) and isinstance(true, (int, float)):
        return not math.isclose(stored, true, rel_tol=1e-9, abs_tol=1e-12)
    return stored != true


@pytest.mark.slow
@pytest.mark.parametrize("name", TRUE_TABLES)
def test_every_metric_equals_the_truth(full_run, name):
    """Every column of every row of a metric table is what the synthetic world truly is."""
    table = tables()[name]
    as_of = full_run.rows("SELECT max(accessed_on) FROM ops.citation WHERE source = 'cbd'")[0][0]
    truth = Truth(full_run.sandbox.world, Years(2000, 2025), as_of=as_of)
    # NP is no country of the sandbox's world: what seeds and empty lists say of it is not among the truths.
    countries = set(full_run.summary.countries) & set(full_run.sandbox.world.countries)
    true = {
        tuple(row[key] for key in table.grain): row
        for row in truth.rows(table.short_name)
        if row["country_code"] in countries
    }
    names = [column.name for column in table.columns]
    stored = [dict(zip(names, row, strict=True)) for row in full_run.rows(f"SELECT {', '.join(names)} FROM {name}")]
    keyed = {tuple(row[key] for key in table.grain): row for row in stored if row["country_code"] in countries}
    assert keyed.keys() == true.keys()
    wrong = [
        (key, column, row[column], true[key][column])
        for key, row in keyed.items()
        for column in names
        if differs(row[column], true[key][column])
    ]
    assert wrong == []


def test_run_without_gaps_is_completed(full_run):
    """A run without gaps exits with 0, names what it published and marks it synthetic."""
    assert full_run.summary.gaps == []
    assert full_run.summary.exit_code == 0
    published = full_run.rows("SELECT content_hash, is_synthetic, countries FROM ops.publication")
    assert published == [(full_run.summary.content_hash, True, 4)]
    assert full_run.rows("SELECT status, is_synthetic FROM ops.run") == [("completed", True)]


def test_nothing_is_lost(full_run):
    """Received = loaded + quarantined for every unit, and the quarantine holds what it counts."""
    assert full_run.rows("FROM ops.load WHERE received <> loaded + left_out + quarantined OR status <> 'loaded'") == []
    counted = full_run.rows("SELECT sum(quarantined) FROM ops.load")
    assert counted == full_run.rows("SELECT count(*) FROM ops.quarantine")


def test_every_payload_has_provenance(full_run):
    """Each request of the run is in ops.provenance, marked synthetic, and each source can be cited."""
    answered = {target for _, target, status in full_run.sandbox.requests if status in {200, 404}}
    requests = {target.replace("&token=sandbox", "") for target in answered}  # a token in the query is kept nowhere
    stored = {
        request.removeprefix(full_run.sandbox.url) for (request,) in full_run.rows("SELECT request FROM ops.provenance")
    }
    assert stored
    assert stored <= requests
    assert full_run.rows("FROM ops.provenance WHERE NOT is_synthetic") == []
    cited = {source for (source,) in full_run.rows("SELECT source FROM ops.citation WHERE citation LIKE 'SYNTHETIC%'")}
    assert cited == {unit.source for unit in full_run.summary.loaded}


def test_second_run_asks_nothing_and_changes_nothing(full_run, tmp_path):
    """A run over fresh landing repeats no request and gives the same content hash."""
    shutil.copytree(full_run.folder, tmp_path / "copy")
    before = len(full_run.sandbox.requests)
    summary = run_refresh(tmp_path / "copy", full_run.sandbox.url, full_run.summary.countries)
    assert summary.content_hash == full_run.summary.content_hash
    assert len(full_run.sandbox.requests) == before


def test_offline_run_rebuilds_the_same_warehouse_from_landing(full_run, tmp_path):
    """With only the landing zone left, an offline run gives the same content hash without network."""
    landing = full_run.paths.home / "landing"
    shutil.copytree(landing, tmp_path / "new" / "sandbox" / "landing")
    summary = run_refresh(tmp_path / "new", NOWHERE, full_run.summary.countries, is_offline=True)
    assert summary.gaps == []
    assert summary.content_hash == full_run.summary.content_hash


def test_country_alone_is_a_slice_of_the_full_run(full_run, tmp_path):
    """A run of one country alone stores for it exactly what the full run stored."""
    summary = run_refresh(tmp_path, full_run.sandbox.url, ["KE"])
    assert summary.gaps == []
    alone = Paths.of(sandbox_settings(tmp_path, NOWHERE)).published
    assert hash_of(alone, "KE") == hash_of(full_run.paths.published, "KE")


def test_publisher_that_is_down_leaves_a_gap(full_run, tmp_path):
    """An unreachable publisher keeps yesterday's rows; the run ends with gaps, exit code 3, and says since when."""
    shutil.copytree(full_run.folder, tmp_path / "copy")
    none = {"retries": 0}
    summary = run_refresh(tmp_path / "copy", NOWHERE, ["KE"], only=["cbd"], max_age_hours=0, settings=none)
    assert (summary.status, summary.exit_code) == ("completed_with_gaps", 3)
    assert [gap.unit.source for gap in summary.gaps] == ["cbd"]
    assert summary.gaps[0].stale_since is not None
    published = Paths.of(sandbox_settings(tmp_path / "copy", NOWHERE)).published
    assert hash_of(published, "KE") == hash_of(full_run.paths.published, "KE")


def test_country_without_any_source_is_not_published(tmp_path):
    """When nothing at all can be read there is nothing to publish, and the failure says so."""
    with pytest.raises(SourceUnavailable, match=r"No publisher could be read.*cbd"):
        run_refresh(tmp_path, NOWHERE, ["KE"], only=["iso_countries", "seeds", "cbd"], settings={"retries": 0})
    assert not Paths.of(sandbox_settings(tmp_path, NOWHERE)).published.exists()


def test_warehouse_in_use_is_refused(tmp_path, sandbox):
    """A second writer is told that the warehouse is busy, and nothing is written."""
    paths = Paths.of(sandbox_settings(tmp_path, sandbox.url))
    with writer(paths), pytest.raises(WarehouseBusy, match="being written by another run"):
        run_refresh(tmp_path, sandbox.url, ["KE"])
    assert not paths.published.exists()


@pytest.mark.parametrize(
    ("countries", "years", "says"),
    [
        (["Atlantis"], "2000:2025", "'Atlantis' is not a country"),
        (["KE'; DROP TABLE core.country; --"], "2000:2025", "is not a country"),
        (["KE"], "2025:2000", "run backwards"),
        (["KE"], "next year", "not readable"),
    ],
)
def test_bad_scope_is_refused_before_anything_happens(tmp_path, sandbox, countries, years, says):
    """An unknown country, SQL in a country and reversed years are refused in one sentence; nothing is created."""
    with pytest.raises(WrongUsage, match=says):
        run_refresh(tmp_path / "home", sandbox.url, countries, years)
    assert not (tmp_path / "home").exists()


def test_steps_are_watched_and_a_watcher_that_fails_is_no_matter(tmp_path, sandbox):
    """Every unit is reported when it starts and ends, then the metrics and the publication; errors of a watcher are ignored."""
    settings = sandbox_settings(tmp_path, sandbox.url)
    plan = plan_refresh(settings, ["KE"], "2020", only=["iso_countries", "seeds", "cbd"])
    seen: list[tuple[str, str, str]] = []

    def watch(step: Step) -> None:
        seen.append((step.stage, step.name, step.state))
        raise RuntimeError("a watcher of somebody else")

    with open_for_writing(settings) as build:
        summary = refresh(build, settings, plan, watch=watch)
    assert summary.gaps == []
    for stage, name in (("extract", "cbd world"), ("load", "cbd world"), ("materialise", "KE")):
        assert [state for s, n, state in seen if (s, n) == (stage, name)][-2:] == ["started", "finished"]
    assert seen[-1] == ("publish", str(Paths.of(settings).published), "finished")
