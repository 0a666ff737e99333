"""What an operator sees of a run in Prefect's pages: its name, its state, its task runs, its artifacts."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import duckdb
import pytest
from prefect import get_client
from prefect.client.schemas.filters import (
    ArtifactCollectionFilter,
    ArtifactCollectionFilterKey,
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterName,
)
from processes import NESS

from ness_pipeline.ask.status import status_of
from ness_pipeline.errors import WrongUsage
from ness_pipeline.flows.backfill_country import backfill_country
from ness_pipeline.flows.outcome import summary_page
from ness_pipeline.flows.refresh_countries import refresh_countries
from ness_pipeline.paths import Paths
from ness_pipeline.sandbox import Fault
from ness_pipeline.settings import load_settings

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]

FEW = ["iso_countries", "seeds", "cbd"]


def table(key: str):
    """Rows of the latest artifact of that key."""
    wanted = ArtifactCollectionFilter(key=ArtifactCollectionFilterKey(any_=[key]))
    with get_client(sync_client=True) as client:
        (artifact,) = client.read_latest_artifacts(artifact_filter=wanted)
    return json.loads(artifact.data) if isinstance(artifact.data, str) else artifact.data


def flow_runs(name: str):
    """The flow runs of that name."""
    with get_client(sync_client=True) as client:
        return client.read_flow_runs(flow_run_filter=FlowRunFilter(name=FlowRunFilterName(any_=[name])))


def flow_run(name: str):
    """The one flow run of that name."""
    (run,) = flow_runs(name)
    return run


def task_runs(run) -> dict[str, str]:
    """Name and state of the task runs of a flow run."""
    with get_client(sync_client=True) as client:
        found = client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run.id])), limit=200)
    assert all(not one.tags for one in found)
    return {one.name: one.state_name for one in found}


def test_a_command_is_a_flow_run_where_a_server_is_configured(server, prefect_environment, plain_environment):
    """`ness run` tells the server the name, parameters, task runs, artifacts and end of its run; the content is the same."""
    command = [
        NESS,
        "run",
        "--sandbox",
        "ML",
        "--years",
        "2019:2020",
        *(word for name in FEW for word in ("--source", name)),
    ]
    with_server = plain_environment | {"PREFECT_API_URL": prefect_environment["PREFECT_API_URL"]}
    done = subprocess.run(command, env=with_server, capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    run = flow_run("refresh ML 2019:2020")
    assert (run.state_name, run.state.message) == ("Completed", "3 units loaded, 0 with gaps.")
    assert run.parameters["countries"] == ["ML"]
    assert run.total_run_time.total_seconds() > 0
    names = [f"{stage} {source} world" for stage in ("extract", "load") for source in FEW]
    assert task_runs(run) == dict.fromkeys([*names, "materialise ML", "audit and publish"], "Completed")
    assert {row["source"] for row in table("ness-loaded")} == set(FEW)

    before = Paths.of(
        load_settings().model_copy(update={"home": Path(plain_environment["NESS_HOME"]) / "sandbox"})
    ).published
    with duckdb.connect(str(before), read_only=True) as connection:
        told = connection.execute("SELECT content_hash FROM ops.publication").fetchall()
    alone = plain_environment | {"NESS_HOME": plain_environment["NESS_HOME"] + "-alone"}
    done = subprocess.run(command, env=alone, capture_output=True, text=True, check=False, timeout=300)
    assert told[0][0] in done.stdout


def test_a_flow_with_a_publisher_down_says_what_is_stale(server, home, sandbox, monkeypatch):
    """The run completes with gaps and exit code 3; state, artifacts, ops and status tell what is stale and since when."""
    monkeypatch.setenv("NESS_RETRIES", "0")
    first = refresh_countries(["KE"], sources=FEW)
    assert first.exit_code == 0
    paths = Paths.of(load_settings())
    sandbox.faults.listed = (Fault.parse("503@cbd:1"),)
    try:
        state = refresh_countries(["KE"], sources=FEW, max_age_hours=0, return_state=True)
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
    runs = [run for run in flow_runs("refresh KE 2000:2025") if run.state_name == "CompletedWithGaps"]
    states = task_runs(runs[0])
    assert (states["extract cbd world"], states["load cbd world"]) == ("Failed", "Failed")
    assert states["audit and publish"] == "Completed"


def test_a_flow_leaves_a_summary(server, home):
    """A finished run leaves a page with its outcome, the rows of each source, the file and the next steps."""
    summary = refresh_countries(["KE", "ML"], sources=FEW)
    paths = Paths.of(load_settings())
    run = flow_run("refresh KE ML 2000:2025")
    with get_client(sync_client=True) as client:
        (page,) = [
            one.data for one in client.read_artifacts() if one.key == "ness-summary" and one.flow_run_id == run.id
        ]
    assert page.startswith("## 3 units loaded, 0 with gaps")
    assert f"content `{summary.content_hash}`" in page
    with duckdb.connect(str(paths.published), read_only=True) as connection:
        ((received,),) = connection.execute("SELECT sum(received) FROM ops.load WHERE source = 'seeds'").fetchall()
    assert f"| seeds | 1 | {received:,} |" in page
    assert "`ness report` writes the report" in page
    paths.report.mkdir()
    paths.report_index.write_text("<!doctype html><title>x</title>")
    assert f"<{paths.report_index.as_uri()}>" in summary_page(summary, paths)


def test_a_flow_that_fails_says_its_sentence(server, home):
    """A run that fails for a known reason has its name and sentence in its state, and keeps its exit code."""
    state = backfill_country("Atlantis", return_state=True)
    assert state.is_failed()
    assert state.message.startswith("'Atlantis' is not a country; give an ISO 3166 code")
    with pytest.raises(WrongUsage) as caught:
        state.result()
    assert caught.value.exit_code == 2
    stored = flow_run("backfill Atlantis 2000:2025")
    assert (stored.state.name, stored.state.message) == ("WrongUsage", state.message)
