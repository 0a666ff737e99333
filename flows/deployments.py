"""Schedules: a monthly world refresh, weekly indicators, and a backfill on demand.

`python -m flows.deployments` creates the concurrency limit on the writer and serves the schedules until stopped.
"""

from __future__ import annotations

from typing import cast

from prefect import get_client, serve
from prefect.deployments.runner import RunnerDeployment

from flows.backfill_country import backfill_country
from flows.refresh_countries import refresh_countries
from flows.tasks import WRITER
from ness_pipeline.sources import sources

MONTHLY = "0 3 2 * *"
"""Second day of the month, 03:00 UTC: GBIF's monthly snapshot is made on the first."""
WEEKLY = "0 3 * * 1"


def deployments() -> list[RunnerDeployment]:
    """All deployments of this project; one run of each at a time."""
    indicators = sorted(source.name for source in sources().values() if source.scope == "world")
    made = [
        refresh_countries.to_deployment(
            name="monthly-world",
            description="All countries from all publishers.",
            cron=MONTHLY,
            parameters={"countries": None, "max_age_hours": 24.0 * 7},
            tags=["ness"],
            concurrency_limit=1,
        ),
        refresh_countries.to_deployment(
            name="weekly-indicators",
            description="The world's indicator series and treaties for all countries; occurrences stay.",
            cron=WEEKLY,
            parameters={"countries": None, "sources": indicators},
            tags=["ness"],
            concurrency_limit=1,
        ),
        backfill_country.to_deployment(
            name="backfill",
            description="One country, now.",
            parameters={"country": "KE"},
            tags=["ness"],
            concurrency_limit=1,
        ),
    ]
    return cast("list[RunnerDeployment]", made)  # outside an event loop `to_deployment` is no coroutine


def limit_writer() -> None:
    """Let one task at a time write the build database, across all flows of the server."""
    with get_client(sync_client=True) as client:
        client.create_concurrency_limit(tag=WRITER, concurrency_limit=1)


def main() -> None:
    """Create the limit and serve the schedules."""
    limit_writer()
    serve(*deployments())


if __name__ == "__main__":
    main()
