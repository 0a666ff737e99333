"""Schedules: a monthly world refresh, weekly indicators, and a backfill on demand.

Flows are named by module (`ness_pipeline.flows…`), so that no code is copied and a working folder with a package `flows`
of its own is no trouble. There is no Prefect concurrency limit: Prefect ends a run whose lease it cannot renew. The one
writer is guarded by the lock of the home folder, and a second run waits for it or ends as `WarehouseBusy`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from prefect import get_client, serve
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectNotFound
from prefect.types.entrypoint import EntrypointType

from ness_pipeline.flows.backfill_country import backfill_country
from ness_pipeline.flows.refresh_countries import refresh_countries
from ness_pipeline.flows.server_address import environment
from ness_pipeline.sources import regular_sources

MONTHLY = "0 3 2 * *"
"""Second day of the month, 03:00 UTC: GBIF's monthly snapshot is made on the first."""
WEEKLY = "0 3 * * 1"

QUIET_RUNS = {
    name: value
    for name, value in environment(Path("warehouse")).items()
    if name.startswith(("PREFECT_LOGGING", "PREFECT_CLIENT", "PREFECT_SERVER_EPHEMERAL"))
}
"""Settings of Prefect for the processes of a work pool, as for runs of this machine."""


def deployments() -> list[RunnerDeployment]:
    """All deployments of this project.

    Their parameters are offered as lists to pick from (an empty list means all) and not enforced, so that ISO codes work
    as well.
    """
    indicators = sorted(source.name for source in regular_sources().values() if source.scope == "world")
    common: dict[str, Any] = {
        "enforce_parameter_schema": False,
        "entrypoint_type": EntrypointType.MODULE_PATH,
    }
    made = [
        refresh_countries.to_deployment(
            name="monthly-world",
            description="All countries from all publishers, on the second day of each month at 03:00 UTC. "
            "A custom run may pick countries, years and sources.",
            cron=MONTHLY,
            parameters={"countries": [], "sources": [], "max_age_hours": 24.0 * 7},
            tags=["ness", "world", "monthly"],
            **common,
        ),
        refresh_countries.to_deployment(
            name="weekly-indicators",
            description="The world's indicator series and treaties for all countries, on Mondays at 03:00 UTC; "
            "occurrences stay as they are.",
            cron=WEEKLY,
            parameters={"countries": [], "sources": indicators},
            tags=["ness", "world", "weekly"],
            **common,
        ),
        backfill_country.to_deployment(
            name="backfill",
            description="One country read anew, now; every other country keeps its rows.",
            parameters={"country": "Kenya"},
            tags=["ness", "country", "on-demand"],
            **common,
        ),
    ]
    return cast("list[RunnerDeployment]", made)  # outside an event loop `to_deployment` is no coroutine


def deploy(work_pool: str, image: str | None = None, volumes: Sequence[str] = ()) -> None:
    """Put all deployments into a work pool, created where there is none of that name.

    Args:
        work_pool: name of the pool.
        image: image of its containers; without one the pool starts processes.
        volumes: folders that containers share with their host, as `HOST:CONTAINER`.

    Raises:
        SystemExit: there is such a pool, and it starts something else.
    """
    wanted = "docker" if image else "process"
    with get_client(sync_client=True) as client:
        try:
            kind = client.read_work_pool(work_pool).type
        except ObjectNotFound:
            kind = client.create_work_pool(WorkPoolCreate(name=work_pool, type=wanted)).type
    if image and kind == "process":
        raise SystemExit(
            f"The work pool {work_pool} is of type {kind} and starts no image; name another, or leave --image out."
        )
    for deployment in deployments():
        deployment.job_variables["env"] = QUIET_RUNS
        if volumes:
            deployment.job_variables["volumes"] = list(volumes)
        deployment.apply(work_pool_name=work_pool, image=image)


def serve_schedules() -> None:
    """Start the scheduled runs from this process, until it is stopped."""
    serve(*deployments())
