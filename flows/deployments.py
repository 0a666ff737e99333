"""Schedules: a monthly world refresh, weekly indicators, and a backfill on demand.

`python -m ness_pipeline.flows.deployments` creates the concurrency limit on the writer and serves the schedules from this machine until
stopped. With `--with-server` it starts a Prefect server first (`make prefect`). With `--work-pool NAME` it deploys to a work
pool instead, created when missing, and ends: `prefect worker start --pool NAME` then runs them. The pool starts processes;
with `--image`, an image with this package in it, it starts containers, and `--volume` says where they keep the warehouse.
Runs find their flows by module, so that no code is copied.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import requests
from prefect import get_client, serve
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.types.entrypoint import EntrypointType

from ness_pipeline.flows.backfill_country import backfill_country
from ness_pipeline.flows.refresh_countries import refresh_countries
from ness_pipeline.flows.tasks import WRITER
from ness_pipeline.sources import sources

MONTHLY = "0 3 2 * *"
"""Second day of the month, 03:00 UTC: GBIF's monthly snapshot is made on the first."""
WEEKLY = "0 3 * * 1"
START_SECONDS = 180.0
QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
}
"""What a server of ours is started with: it reports to nobody, sells nothing, and keeps its background troubles out of
the terminal, where they would hide what runs say."""


def deployments() -> list[RunnerDeployment]:
    """All deployments of this project; one run of each at a time.

    Their parameters are offered as lists to pick from (an empty list means all) and not enforced, so that ISO codes work
    as well.
    """
    indicators = sorted(source.name for source in sources().values() if source.scope == "world")
    common: dict[str, Any] = {
        "concurrency_limit": 1,
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


def limit_writer() -> None:
    """Let one task at a time write the build database, across all flows of the server."""
    with get_client(sync_client=True) as client:
        client.create_concurrency_limit(tag=WRITER, concurrency_limit=1)


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
            found = client.read_work_pool(work_pool).type
        except ObjectNotFound:
            found = client.create_work_pool(WorkPoolCreate(name=work_pool, type=wanted)).type
    if image and found == "process":
        raise SystemExit(
            f"The work pool {work_pool} is of type {found} and starts no image; name another, or leave --image out."
        )
    for deployment in deployments():
        if volumes:
            deployment.job_variables["volumes"] = list(volumes)
        deployment.apply(work_pool_name=work_pool, image=image)


@contextmanager
def server(port: int) -> Iterator[str]:
    """A Prefect server with its UI on loopback for as long as the body runs; yields the address of its API.

    Raises:
        SystemExit: it does not start.
    """
    url = f"http://127.0.0.1:{port}/api"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, env=os.environ | QUIET | {"PREFECT_SERVER_UI_API_URL": url}) as process:  # noqa: S603  (our own interpreter)
        try:
            deadline = time.monotonic() + START_SECONDS
            while not _answers(url):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"The Prefect server did not start on port {port}; choose another with --port.")
                time.sleep(0.2)
            with temporary_settings({PREFECT_API_URL: url}):
                yield url
        finally:
            process.terminate()


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/health", timeout=2).ok
    except requests.RequestException:
        return False


def main(words: Sequence[str] | None = None) -> None:
    """Create the limit, then serve the schedules or deploy them."""
    parser = argparse.ArgumentParser(
        prog="python -m ness_pipeline.flows.deployments", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--with-server", action="store_true", help="start a Prefect server with its UI as well")
    parser.add_argument("--port", type=int, default=4200, help="port of that server (4200)")
    parser.add_argument("--work-pool", metavar="NAME", help="deploy to this work pool and end, instead of serving")
    parser.add_argument("--image", help="image of the containers of that pool; without one it starts processes")
    parser.add_argument(
        "--volume",
        action="append",
        default=[],
        metavar="HOST:CONTAINER",
        help="folder that containers share with their host, for landing and the published file",
    )
    given = parser.parse_args(words)
    if given.image and not given.work_pool:
        parser.error("--image needs --work-pool NAME")
    if given.volume and not given.image:
        parser.error("--volume needs --image, because processes see the folders of their machine anyway")
    if given.work_pool:
        limit_writer()
        deploy(given.work_pool, given.image, given.volume)
        sys.stdout.write(f"Deployed; `prefect worker start --pool {given.work_pool}` runs what is due.\n")
    elif given.with_server:
        with server(given.port) as url:
            limit_writer()
            sys.stdout.write(f"Prefect is at {url.removesuffix('/api')}; stop with Ctrl+C.\n")
            sys.stdout.flush()
            serve(*deployments())
    else:
        limit_writer()
        serve(*deployments())


if __name__ == "__main__":
    main()
