"""Where units are extracted: in threads of the flow's process, or on a Dask cluster over a shared landing zone.

`NESS_DASK` chooses: nothing for threads, `local` for one worker process on this machine, `local:2` for two, or the
address of a scheduler such as `tcp://dask:8786`. Workers need the same package and settings, and `NESS_LANDING` must be a
place that all of them reach; loading stays in the flow's process, because the build database has one writer.

Politeness: a session paces the requests of its process, so publishers see the agreed rate once per worker process. One
worker with many threads keeps it; with N workers set the rates (`NESS_GBIF_RATE` …) to an N-th of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from prefect import get_run_logger
from prefect.futures import PrefectFuture

from ness_pipeline.errors import WrongUsage
from ness_pipeline.flows import tasks
from ness_pipeline.settings import Settings

if TYPE_CHECKING:
    from prefect_dask.task_runners import DaskTaskRunner

THREADS = 8
"""Threads of a local worker: one per publisher is enough, since each serves one request at a time."""

Submit = Callable[[str, str, str, str | None, float], PrefectFuture[Any]]


@contextmanager
def extractors(settings: Settings) -> Iterator[Submit]:
    """How to submit the extraction of a unit; the workers live as long as the body.

    Raises:
        WrongUsage: `NESS_DASK` is not readable, or Dask is not installed or not reachable.
    """
    if not settings.dask:
        yield tasks.extract_unit.submit
        return
    with _dask(settings.dask) as runner:

        def submit(source: str, key: str, years: str, sandbox_url: str | None, max_age_hours: float) -> Any:
            given = {"source": source, "key": key, "years": years, "sandbox_url": sandbox_url, "max_age_hours": max_age_hours}  # fmt: skip
            return runner.submit(tasks.extract_unit, parameters=given)

        yield submit


@contextmanager
def _dask(where: str) -> Iterator[DaskTaskRunner]:
    try:
        from prefect_dask.task_runners import DaskTaskRunner  # noqa: PLC0415  (an extra that most do without)
    except ImportError as error:
        raise WrongUsage("NESS_DASK is set but Dask is missing; install it with `pip install 'ness-pipeline[dask]'`.") from error  # fmt: skip
    local = re.fullmatch(r"local(?::([1-9]\d?))?", where)
    if local:
        size = {"n_workers": int(local[1] or 1), "threads_per_worker": THREADS, "dashboard_address": None}
        chosen = DaskTaskRunner(cluster_kwargs=size)
    elif re.fullmatch(r"[a-z]+://\S+", where):
        chosen = DaskTaskRunner(address=where, client_kwargs={"timeout": "10s"})
    else:
        raise WrongUsage(f"NESS_DASK={where!r} is not readable; write local, local:2 or an address such as tcp://dask:8786.")  # fmt: skip
    with chosen as runner:
        try:
            workers = len(runner.client.scheduler_info()["workers"])
        except OSError as error:
            raise WrongUsage(f"No Dask scheduler answers at {where}; start it, or unset NESS_DASK.") from error
        if workers > 1:
            get_run_logger().warning(
                "%d Dask workers each ask publishers at the full rate; set the rates to 1/%d of what was agreed.", workers, workers
            )  # fmt: skip
        yield runner
