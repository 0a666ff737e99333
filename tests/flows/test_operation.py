"""What an operator's automations see of a run: its name, its state, its artifacts, and what is stale since when."""

from __future__ import annotations

import json

import duckdb
from prefect import get_client
from prefect.client.schemas.filters import ArtifactCollectionFilter, ArtifactCollectionFilterKey

from ness_pipeline.ask.status import status_of
from ness_pipeline.flows.refresh_countries import refresh_countries
from ness_pipeline.paths import Paths
from ness_pipeline.sandbox import Fault
from ness_pipeline.settings import load_settings

FEW = ["iso_countries", "seeds", "cbd"]


def table(key: str):
    """Rows of the latest artifact of that key."""
    wanted = ArtifactCollectionFilter(key=ArtifactCollectionFilterKey(any_=[key]))
    with get_client(sync_client=True) as client:
        (artifact,) = client.read_latest_artifacts(artifact_filter=wanted)
    return json.loads(artifact.data) if isinstance(artifact.data, str) else artifact.data


def test_run_with_a_publisher_down_says_what_is_stale(home, sandbox, monkeypatch):
    """The run completes with gaps and exit code 3; state, artifacts, ops and status tell what is stale and since when."""
    monkeypatch.setenv("NESS_RETRIES", "0")
    first = refresh_countries(["KE"], sources=FEW, sandbox_url=sandbox.url)
    assert first.exit_code == 0
    paths = Paths.of(load_settings().for_sandbox(sandbox.url))
    assert {row["source"] for row in table("ness-loaded")} == set(FEW)
    sandbox.faults.listed = (Fault.parse("503@cbd:1"),)
    try:
        state = refresh_countries(["KE"], sources=FEW, max_age_hours=0, sandbox_url=sandbox.url, return_state=True)
    finally:
        sandbox.faults.listed = ()
    summary = state.result()
    assert (state.name, summary.exit_code) == ("CompletedWithGaps", 3)
    assert state.message.startswith("2 units loaded, 1 with gaps: cbd world. Earlier rows stay;")
    assert summary.content_hash == first.content_hash
    (gap,) = table("ness-gaps")
    assert (gap["source"], gap["unit"]) == ("cbd", "world")
    assert gap["stale since"] == str(summary.gaps[0].stale_since)
    ((source, unit, error, since),) = status_of(paths).gaps
    assert (source, unit, since) == ("cbd", "world", summary.gaps[0].stale_since)
    assert "503" in error
    with duckdb.connect(str(paths.published), read_only=True) as connection:
        changed = connection.execute("SELECT max(changed + added + removed) FROM ops.change").fetchone()
    assert changed == (0,)
    assert {row["table_name"] for row in table("ness-changes")} >= {"core.treaty_party", "metrics.legal_framework"}


def test_runs_are_named_for_what_they_refresh(home, sandbox):
    """A run's name says which countries and years, and not how Python writes lists."""
    refresh_countries(["KE", "ML"], sources=FEW, sandbox_url=sandbox.url)
    refresh_countries(["KE"], "2001:2002", sources=["iso_countries"], sandbox_url=sandbox.url)
    with get_client(sync_client=True) as client:
        names = {run.name for run in client.read_flow_runs()}
    assert {"refresh KE ML 2000:2025", "refresh KE 2001:2002"} <= names
