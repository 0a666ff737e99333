"""What the operator deploys."""

from __future__ import annotations

import importlib
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import prefect.server.api
import pytest
from prefect import get_client
from prefect.client.schemas.actions import DeploymentScheduleUpdate, DeploymentUpdate
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.settings import PREFECT_API_URL, temporary_settings

from ness_pipeline.flows.deployments import main
from ness_pipeline.flows.schedules import QUIET_RUNS, deploy, deployments
from ness_pipeline.flows.server import prefect_server
from ness_pipeline.names.countries import countries, resolve
from ness_pipeline.run.plan import plan_refresh
from ness_pipeline.settings import Settings
from ness_pipeline.sources import sources


def test_deployments_are_a_monthly_a_weekly_and_one_on_demand(tmp_path):
    """A monthly world refresh, weekly indicators, and a backfill without schedule; no Prefect limit that could end a run."""
    made = {deployment.name: deployment for deployment in deployments()}
    crons = {name: [item.schedule.cron for item in one.schedules] for name, one in made.items()}
    assert crons == {"monthly-world": ["0 3 2 * *"], "weekly-indicators": ["0 3 * * 1"], "backfill": []}
    assert {one.concurrency_limit for one in made.values()} == {None}
    assert {"gbif_country", "sample"}.isdisjoint(made["weekly-indicators"].parameters["sources"])
    for one in made.values():
        if "sources" in one.parameters:
            settings, named = Settings(_env_file=None, home=tmp_path), one.parameters["sources"]
            assert plan_refresh(settings, ["KE"], "2000:2025", only=named, is_offline=True).units


@pytest.mark.slow
def test_deployments_register_on_a_real_server(server):
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
    assert set(named["items"]["enum"]) == set(sources()) - {"sample"}, "which is asked for on its own"
    (written,) = (kind for kind in form["years"]["anyOf"] if kind["type"] == "string")
    assert re.fullmatch(written["pattern"], "2000:2025")
    assert form["years"]["default"] is None, "a span that is written down reads the same years for ever"
    assert all(field["description"] for field in form.values())
    assert "Kenya" in made["backfill"]._parameter_openapi_schema.model_dump()["properties"]["country"]["enum"]
    assert all("ness" in deployment.tags for deployment in made.values())


@pytest.mark.slow
def test_deploying_to_a_work_pool(server):
    """A process pool is created where there is none, and workers find the flows by module, twice as well as once."""
    for _ in range(2):
        deploy("ness-test-pool")
    with get_client(sync_client=True) as client:
        assert client.read_work_pool("ness-test-pool").type == "process"
        stored = {one.name: one for one in client.read_deployments()}
    assert stored["backfill"].work_pool_name == "ness-test-pool"
    assert stored["backfill"].entrypoint == "ness_pipeline.flows.backfill_country.backfill_country"
    assert stored["backfill"].global_concurrency_limit is None


def docker_variables() -> dict[str, dict[str, object]]:
    """The job variables that Prefect's docker worker knows, as the server itself holds them."""
    views = Path(prefect.server.api.__file__).parent / "collections_data" / "views" / "aggregate-worker-metadata.json"
    known = json.loads(views.read_text(encoding="utf-8"))["prefect-docker"]["docker"]
    return known["default_base_job_configuration"]["variables"]["properties"]


@pytest.mark.slow
def test_deploying_to_containers(server, monkeypatch):
    """With an image the pool is of type docker, and each deployment brings image and volumes in that worker's own words."""
    monkeypatch.setenv("PREFECT_API_URL", server)
    main(["--work-pool", "ness-test-docker", "--image", "ness:1", "--volume", "/srv/ness:/data"])
    with get_client(sync_client=True) as client:
        assert client.read_work_pool("ness-test-docker").type == "docker"
        stored = [one for one in client.read_deployments() if one.work_pool_name == "ness-test-docker"]
    assert {one.name for one in stored} == {"monthly-world", "weekly-indicators", "backfill"}
    for one in stored:
        assert one.job_variables == {"env": QUIET_RUNS, "image": "ness:1", "volumes": ["/srv/ness:/data"]}
        assert one.job_variables.keys() <= docker_variables().keys()
        assert one.path is None
        assert not one.pull_steps
        importlib.import_module(one.entrypoint.rpartition(".")[0])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--image", "ness:1"], "--image needs --work-pool"),
        (["--work-pool", "ness-test-pool", "--volume", "/srv/ness:/data"], "--volume needs --image"),
        (["--work-pool", "ness-test-processes", "--image", "ness:1"], "is of type process and starts no image"),
    ],
)
def test_containers_that_would_not_start_are_refused(server, words, says, capsys, monkeypatch):
    """An image without a pool, a volume without an image, and an image in a pool of processes are refused in a sentence."""
    monkeypatch.setenv("PREFECT_API_URL", server)
    deploy("ness-test-processes")
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert says in capsys.readouterr().err + str(caught.value)


@pytest.mark.slow
def test_deployments_of_an_earlier_version_are_renewed(server):
    """A deployment that names a module which is no more, and has a limit, gets today's module and no limit."""
    (backfill,) = [one for one in deployments() if one.name == "backfill"]
    backfill.entrypoint = "flows.backfill_country.backfill_country"
    backfill.concurrency_limit = 1
    backfill.version = "of before"
    deployment_id = backfill.apply(work_pool_name=None)
    with get_client(sync_client=True) as client:
        assert client.read_deployment(deployment_id).entrypoint == "flows.backfill_country.backfill_country"
    deploy("ness-test-pool")
    with get_client(sync_client=True) as client:
        renewed = client.read_deployment(deployment_id)
    assert renewed.entrypoint == "ness_pipeline.flows.backfill_country.backfill_country"
    assert renewed.global_concurrency_limit is None


@contextmanager
def served(environment: dict[str, str], *options: str) -> Iterator[None]:
    """The schedules, served by a process of their own until the block ends; what it prints is nobody's concern."""
    command = [sys.executable, "-m", "ness_pipeline.flows.deployments", *options]
    with get_client(sync_client=True) as client:
        before = {one.name: one.updated for one in client.read_deployments()}
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            deadline = time.monotonic() + 120
            while time.monotonic() < deadline and process.poll() is None:
                now = {one.name: one.updated for one in client.read_deployments()}
                if all(now.get(one.name) and now[one.name] != before.get(one.name) for one in deployments()):
                    break
                time.sleep(0.2)
            yield
            process.send_signal(signal.SIGTERM)
            process.wait(60)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_month_of_an_operator(tmp_path):
    """Schedules changed, paused, and given other parameters stay so over stops of the process, of the server, and a new version."""

    def stored() -> dict[str, DeploymentResponse]:
        with get_client(sync_client=True) as client:
            return {one.name: one for one in client.read_deployments()}

    with (
        prefect_server(tmp_path, 0) as environment,
        temporary_settings({PREFECT_API_URL: environment["PREFECT_API_URL"]}),
    ):
        with served(environment):
            pass
        first = stored()
        assert not any(one.paused for one in first.values()), "stopping pauses nothing"
        world, weekly = first["monthly-world"], first["weekly-indicators"]
        with get_client(sync_client=True) as client:
            later = CronSchedule(cron="0 5 3 * *", timezone="Africa/Nairobi")
            client.update_deployment(
                world.id,
                DeploymentUpdate(
                    schedules=[DeploymentScheduleUpdate(schedule=later)],
                    parameters=world.parameters | {"countries": ["Kenya"]},
                    entrypoint="somewhere.of_an_earlier_version",
                ),
            )
            client.update_deployment(weekly.id, DeploymentUpdate(paused=True, tags=["nightly"], concurrency_limit=1))
        with served(environment):  # the process was started again
            pass
    with (
        prefect_server(tmp_path, 0) as environment,
        temporary_settings({PREFECT_API_URL: environment["PREFECT_API_URL"]}),
    ):
        with served(environment):  # the machine was
            pass
        now = stored()
        (schedule,) = now["monthly-world"].schedules
        assert (schedule.schedule.cron, schedule.schedule.timezone, schedule.active) == (
            "0 5 3 * *",
            "Africa/Nairobi",
            True,
        )
        assert now["monthly-world"].parameters["countries"] == ["Kenya"]
        assert now["monthly-world"].entrypoint == world.entrypoint, "which is ours, and renewed"
        assert [one.name for one in now.values() if one.paused] == ["weekly-indicators"]
        assert now["weekly-indicators"].tags == ["nightly"]
        assert now["weekly-indicators"].global_concurrency_limit.limit == 1
        with get_client(sync_client=True) as client:  # as a version before left it, which paused when it was stopped
            client.update_deployment(now["backfill"].id, DeploymentUpdate(paused=True, version="abc"))
        with served(environment):
            pass
        assert [one.name for one in stored().values() if one.paused] == ["weekly-indicators"]
        with served(environment, "--reset-schedules"):
            pass
        reset = stored()
        assert [item.schedule.cron for item in reset["monthly-world"].schedules] == ["0 3 2 * *"]
        assert reset["monthly-world"].parameters["countries"] == []
        assert not any(one.paused for one in reset.values())
        assert reset["weekly-indicators"].tags == weekly.tags


def test_damaged_records_of_prefect_are_named(tmp_path):
    """The sentence names the file and what to do, instead of another port."""
    (tmp_path / "prefect").mkdir()
    (tmp_path / "prefect" / "prefect.db").write_bytes(b"no records" * 500)
    with (
        pytest.raises(SystemExit, match=r"prefect\.db are damaged \(.*\); move the file away"),
        prefect_server(tmp_path, 0),
    ):
        pass


def test_no_server_is_started_unasked(monkeypatch, tmp_path):
    """Without a configured server the command says so and starts none."""
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    with pytest.raises(
        SystemExit, match="No Prefect server is configured; set PREFECT_API_URL, or start one with `python"
    ):
        main([])
