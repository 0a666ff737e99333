"""Schedules: a monthly world refresh, weekly indicators, and a backfill on demand.

Flows are named by module (`ness_pipeline.flows…`), so that no code is copied and a working folder with a package `flows`
of its own is no trouble. What an operator changes on the server (schedules, parameters, paused or not) stays, also over
restarts and new versions; `--reset-schedules` brings ours back. There is no Prefect concurrency limit: Prefect ends a run whose lease it cannot renew. The one
writer is guarded by the lock of the home folder, and a second run waits for it or ends as `WarehouseBusy`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from prefect import get_client, serve
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.responses import DeploymentResponse
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectNotFound
from prefect.types.entrypoint import EntrypointType

from ness_pipeline import __version__
from ness_pipeline.flows.backfill_country import backfill_country
from ness_pipeline.flows.refresh_countries import refresh_countries
from ness_pipeline.flows.server_address import environment
from ness_pipeline.sources import regular_sources

MONTHLY = "0 3 2 * *"
"""Second day of the month, 03:00 UTC: GBIF's monthly snapshot is made on the first."""
WEEKLY = "0 3 * * 1"

OUR_VERSION = "ness-pipeline"
"""What the versions of our deployments begin with; those of before, which were paused whenever they were stopped, have others."""

OF_THE_OPERATOR = ("schedules", "parameters", "paused", "tags")
LIMITS = ("concurrency_limit", "concurrency_options")
"""Fields of a deployment that are taken from us only where there is none yet, or with `--reset-schedules`."""

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
        "version": f"{OUR_VERSION} {__version__}",
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


def renewal(deployment: RunnerDeployment, stored: DeploymentResponse) -> RunnerDeployment:
    """A deployment as it renews the one of its name on the server.

    Entrypoint, form and texts are ours; what is in `OF_THE_OPERATOR` and `LIMITS` stays.

    Args:
        deployment: ours.
        stored: what the server has.
    """
    is_of_before = not str(stored.version or "").startswith(OUR_VERSION)
    # A limit of a version before is none of the operator's: it was ours, and ended runs whose lease Prefect could not renew.
    for name in OF_THE_OPERATOR if is_of_before else (*OF_THE_OPERATOR, *LIMITS):
        setattr(deployment, name, RunnerDeployment.model_fields[name].get_default(call_default_factory=True))
        deployment.model_fields_set.discard(name)  # what is not set is not sent
    if is_of_before and stored.work_pool_name is None:
        deployment.paused = False  # versions before paused what they served whenever they were stopped
    return deployment


def _prepared(*, is_reset: bool) -> list[RunnerDeployment]:
    """The deployments as they are to be sent to the server, which may have them already."""
    prepared = []
    with get_client(sync_client=True) as client:
        for deployment in deployments():
            try:
                stored = client.read_deployment_by_name(deployment.full_name)
            except ObjectNotFound:
                prepared.append(deployment)
                continue
            if is_reset:
                deployment.paused = False
            prepared.append(deployment if is_reset else renewal(deployment, stored))
    return prepared


def timetable() -> list[str]:
    """One line per deployment of ours on the server: its schedules as the operator has them, and whether it is paused."""
    lines = []
    with get_client(sync_client=True) as client:
        for deployment in deployments():
            stored = client.read_deployment_by_name(deployment.full_name)
            times = [_words(item.schedule) + ("" if item.active else " (not active)") for item in stored.schedules]
            paused = "; paused" if stored.paused else ""
            lines.append(f"{stored.name}: {', '.join(times) or 'on demand'}{paused}")
    return lines


def _words(schedule: Any) -> str:
    """A schedule in few words."""
    rule = getattr(schedule, "cron", None) or getattr(schedule, "rrule", None) or f"every {schedule.interval}"
    return f"{rule} {schedule.timezone or 'UTC'}"


def deploy(work_pool: str, image: str | None = None, volumes: Sequence[str] = (), *, is_reset: bool = False) -> None:
    """Put all deployments into a work pool, created where there is none of that name.

    Args:
        work_pool: name of the pool.
        image: image of its containers; without one the pool starts processes.
        volumes: folders that containers share with their host, as `HOST:CONTAINER`.
        is_reset: whether schedules and parameters become ours again where the operator has changed them.

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
    for deployment in _prepared(is_reset=is_reset):
        deployment.job_variables["env"] = QUIET_RUNS
        if volumes:
            deployment.job_variables["volumes"] = list(volumes)
        deployment.apply(work_pool_name=work_pool, image=image)


def serve_schedules(*, is_reset: bool = False) -> None:
    """Start the scheduled runs from this process, until it is stopped; stopping pauses nothing."""
    serve(*_prepared(is_reset=is_reset), pause_on_shutdown=False)
