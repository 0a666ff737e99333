"""The main flow on a real Prefect server against the sandbox: truth, idempotence, gaps, offline."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from prefect.client.orchestration import get_client
from truth import Truth, truths

from ness_pipeline.build.lock import writer
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.errors import SourceUnavailable, WarehouseBusy, WrongUsage
from ness_pipeline.flows.refresh_countries import refresh_countries
from ness_pipeline.names.years import Years
from ness_pipeline.paths import Paths
from ness_pipeline.publish.content_hash import content_hash
from ness_pipeline.settings import load_settings

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


def test_second_run_asks_nothing_and_changes_nothing(full_run, tmp_path, monkeypatch):
    """A run over fresh landing repeats no request and gives the same content hash."""
    shutil.copytree(full_run.folder, tmp_path / "copy")
    monkeypatch.setenv("NESS_HOME", str(tmp_path / "copy"))
    before = len(full_run.sandbox.requests)
    summary = refresh_countries(list(full_run.summary.countries), sandbox_url=full_run.sandbox.url)
    assert summary.content_hash == full_run.summary.content_hash
    assert len(full_run.sandbox.requests) == before


def test_offline_run_rebuilds_the_same_warehouse_from_landing(full_run, tmp_path, monkeypatch):
    """With only the landing zone left, an offline run gives the same content hash without network."""
    landing = full_run.paths.home / "landing"
    shutil.copytree(landing, tmp_path / "new" / "sandbox" / "landing")
    monkeypatch.setenv("NESS_HOME", str(tmp_path / "new"))
    nowhere = "http://127.0.0.1:9"
    summary = refresh_countries(list(full_run.summary.countries), offline=True, sandbox_url=nowhere)
    assert summary.gaps == []
    assert summary.content_hash == full_run.summary.content_hash


def test_country_alone_is_a_slice_of_the_full_run(full_run, home):
    """A run of one country alone stores for it exactly what the full run stored."""
    summary = refresh_countries(["KE"], sandbox_url=full_run.sandbox.url)
    assert summary.gaps == []
    alone = Paths.of(load_settings().for_sandbox(full_run.sandbox.url)).published
    assert hash_of(alone, "KE") == hash_of(full_run.paths.published, "KE")


def test_publisher_that_is_down_leaves_a_gap(full_run, tmp_path, monkeypatch):
    """An unreachable publisher keeps yesterday's rows; the run ends with gaps, exit code 3, and says since when."""
    shutil.copytree(full_run.folder, tmp_path / "copy")
    monkeypatch.setenv("NESS_HOME", str(tmp_path / "copy"))
    monkeypatch.setenv("NESS_RETRIES", "0")
    nowhere = "http://127.0.0.1:9"
    state = refresh_countries(["KE"], sources=["cbd"], max_age_hours=0, sandbox_url=nowhere, return_state=True)
    summary = state.result()
    assert state.name == "CompletedWithGaps"
    assert summary.exit_code == 3
    assert [gap.unit.source for gap in summary.gaps] == ["cbd"]
    assert summary.gaps[0].stale_since is not None
    published = Paths.of(load_settings().for_sandbox(nowhere)).published
    assert hash_of(published, "KE") == hash_of(full_run.paths.published, "KE")


def test_country_without_any_source_is_not_published(home):
    """When nothing at all can be read there is nothing to publish, and the failure says so."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NESS_RETRIES", "0")
        state = refresh_countries(
            ["KE"], sources=["iso_countries", "seeds", "cbd"], sandbox_url="http://127.0.0.1:9", return_state=True
        )
    assert state.is_failed()
    with pytest.raises(SourceUnavailable, match=r"No publisher could be read.*cbd"):
        state.result()
    assert not Paths.of(load_settings().for_sandbox("http://127.0.0.1:9")).published.exists()


def test_warehouse_in_use_is_refused(home, sandbox):
    """A second writer is told that the warehouse is busy, and nothing is written."""
    paths = Paths.of(load_settings().for_sandbox(sandbox.url))
    with writer(paths), pytest.raises(WarehouseBusy, match="being written by another run"):
        refresh_countries(["KE"], sandbox_url=sandbox.url)
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
def test_bad_scope_is_refused_before_anything_happens(home, sandbox, countries, years, says):
    """An unknown country, SQL in a country and reversed years are refused in one sentence; nothing is created."""
    with pytest.raises(WrongUsage, match=says):
        refresh_countries(countries, years, sandbox_url=sandbox.url)
    assert not home.exists()


def test_runs_have_names_that_people_can_read(full_run):
    """Flow and task runs carry the unit they work on in their names."""
    with get_client(sync_client=True) as client:
        flows = {run.name for run in client.read_flow_runs()}
        names = {run.name for run in client.read_task_runs()}
    assert "refresh BR DE KE NP 2000:2025" in flows
    assert {
        "extract gbif_country KE",
        "load gbif_country KE",
        "extract worldbank world",
        "materialise BR DE KE NP",
        "audit and publish",
    } <= names
