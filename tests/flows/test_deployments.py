"""What the operator deploys."""

from __future__ import annotations

import importlib
import json
import re
import shutil
from pathlib import Path

import prefect.server.api
import pytest
from prefect import get_client
from prefect.client.schemas.sorting import FlowRunSort

from ness_pipeline.errors import WrongUsage
from ness_pipeline.flows.backfill_country import backfill_country
from ness_pipeline.flows.deployments import deploy, deployments, limit_writer, main
from ness_pipeline.flows.outcome import summary_page
from ness_pipeline.flows.tasks import WRITER
from ness_pipeline.names.countries import countries, resolve
from ness_pipeline.sources import sources


def test_deployments_are_a_monthly_a_weekly_and_one_on_demand():
    """A monthly world refresh, weekly indicators, and a backfill without schedule; one run of each at a time."""
    made = {deployment.name: deployment for deployment in deployments()}
    crons = {name: [item.schedule.cron for item in one.schedules] for name, one in made.items()}
    assert crons == {"monthly-world": ["0 3 2 * *"], "weekly-indicators": ["0 3 * * 1"], "backfill": []}
    assert {one.concurrency_limit for one in made.values()} == {1}
    assert "gbif_country" not in made["weekly-indicators"].parameters["sources"]


def test_deployments_register_on_a_real_server():
    """Each deployment is accepted by a Prefect server with its parameter form."""
    for deployment in deployments():
        deployment.apply()
    with get_client(sync_client=True) as client:
        stored = {one.name: one for one in client.read_deployments()}
    assert {"monthly-world", "weekly-indicators", "backfill"} <= stored.keys()
    assert "country" in stored["backfill"].parameter_openapi_schema["properties"]


def test_forms_offer_countries_sources_and_years():
    """The parameter forms list all countries by name and all sources, and say how years are written."""
    made = {deployment.name: deployment for deployment in deployments()}
    form = made["monthly-world"]._parameter_openapi_schema.model_dump()["properties"]
    (pick,) = (kind for kind in form["countries"]["anyOf"] if kind["type"] == "array")
    assert {"Kenya", "Norway", "Brazil"} <= set(pick["items"]["enum"])
    assert len(resolve(pick["items"]["enum"])) == len(pick["items"]["enum"]) == len(countries())
    (named,) = (kind for kind in form["sources"]["anyOf"] if kind["type"] == "array")
    assert set(named["items"]["enum"]) == set(sources())
    assert re.fullmatch(form["years"]["pattern"], form["years"]["default"])
    assert all(field["description"] for field in form.values())
    assert "Kenya" in made["backfill"]._parameter_openapi_schema.model_dump()["properties"]["country"]["enum"]
    assert all("ness" in deployment.tags for deployment in made.values())


def test_deploying_to_a_work_pool():
    """A process pool is created where there is none, and workers find the flows by module, twice as well as once."""
    for _ in range(2):
        deploy("ness-test-pool")
    with get_client(sync_client=True) as client:
        assert client.read_work_pool("ness-test-pool").type == "process"
        stored = {one.name: one for one in client.read_deployments()}
        limit = client.read_concurrency_limit_by_tag(tag=WRITER) if limit_writer() is None else None
    assert stored["backfill"].work_pool_name == "ness-test-pool"
    assert stored["backfill"].entrypoint == "ness_pipeline.flows.backfill_country.backfill_country"
    assert limit is not None


def docker_variables() -> dict[str, dict[str, object]]:
    """The job variables that Prefect's docker worker knows, as the server itself holds them."""
    views = Path(prefect.server.api.__file__).parent / "collections_data" / "views" / "aggregate-worker-metadata.json"
    known = json.loads(views.read_text(encoding="utf-8"))["prefect-docker"]["docker"]
    return known["default_base_job_configuration"]["variables"]["properties"]


def test_deploying_to_containers():
    """With an image the pool is of type docker, and each deployment brings image and volumes in that worker's own words."""
    main(["--work-pool", "ness-test-docker", "--image", "ness:1", "--volume", "/srv/ness:/data"])
    with get_client(sync_client=True) as client:
        assert client.read_work_pool("ness-test-docker").type == "docker"
        stored = [one for one in client.read_deployments() if one.work_pool_name == "ness-test-docker"]
    assert {one.name for one in stored} == {"monthly-world", "weekly-indicators", "backfill"}
    for one in stored:
        assert one.job_variables == {"image": "ness:1", "volumes": ["/srv/ness:/data"]}
        assert one.job_variables.keys() <= docker_variables().keys()
        assert one.path is None
        assert one.pull_steps is None
        importlib.import_module(one.entrypoint.rpartition(".")[0])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--image", "ness:1"], "--image needs --work-pool"),
        (["--work-pool", "ness-test-pool", "--volume", "/srv/ness:/data"], "--volume needs --image"),
        (["--work-pool", "ness-test-processes", "--image", "ness:1"], "is of type process and starts no image"),
    ],
)
def test_containers_that_would_not_start_are_refused(words, says, capsys):
    """An image without a pool, a volume without an image, and an image in a pool of processes are refused in a sentence."""
    deploy("ness-test-processes")
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert says in capsys.readouterr().err + str(caught.value)


def test_failure_says_its_sentence(home):
    """A run that fails for a known reason has its name and sentence in its state, and keeps its exit code."""
    state = backfill_country("Atlantis", sandbox_url="http://127.0.0.1:9", return_state=True)
    assert state.is_failed()
    assert state.message.startswith("'Atlantis' is not a country; give an ISO 3166 code")
    with pytest.raises(WrongUsage) as caught:
        state.result()
    assert caught.value.exit_code == 2
    with get_client(sync_client=True) as client:
        stored = client.read_flow_runs(sort=FlowRunSort.START_TIME_DESC, limit=1)[0]
    assert (stored.state.name, stored.state.message) == ("WrongUsage", state.message)


def test_run_leaves_a_summary(full_run):
    """A finished run leaves a page with its outcome, the rows of each source, the file and the next steps."""
    with get_client(sync_client=True) as client:
        pages = [one.data for one in client.read_artifacts() if one.key == "ness-summary"]
    page = next(page for page in pages if str(full_run.paths.published) in page)
    assert page.startswith(f"## {len(full_run.summary.loaded)} units loaded")
    assert f"content `{full_run.summary.content_hash}`" in page
    ((received,),) = full_run.rows("SELECT sum(received) FROM ops.load WHERE source = 'gbif_country'")
    assert f"| gbif_country | 4 | {received:,} |" in page
    assert "`ness report` writes the report" in page
    report = full_run.paths.home / "report" / "index.html"
    report.parent.mkdir()
    report.write_text("<!doctype html><title>x</title>")
    try:
        assert f"<{report.as_uri()}>" in summary_page(full_run.summary, full_run.paths)
    finally:
        shutil.rmtree(report.parent)


def test_writer_is_limited_to_one():
    """The deploy command lets one task at a time write the warehouse."""
    limit_writer()
    with get_client(sync_client=True) as client:
        assert client.read_concurrency_limit_by_tag(tag=WRITER).concurrency_limit == 1
