"""What the operator deploys."""

from __future__ import annotations

from prefect import get_client

from flows.deployments import deployments, limit_writer
from flows.tasks import WRITER


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


def test_writer_is_limited_to_one():
    """The deploy command lets one task at a time write the warehouse."""
    limit_writer()
    with get_client(sync_client=True) as client:
        assert client.read_concurrency_limit_by_tag(tag=WRITER).concurrency_limit == 1
