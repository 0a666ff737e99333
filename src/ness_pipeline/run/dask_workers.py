"""Extraction on a Dask cluster over a landing zone that all workers share.

`NESS_DASK` chooses: `local` for one worker process on this machine, `local:2` for two, or the address of a scheduler
such as `tcp://dask:8786`. Workers need this package and their own settings in the environment (tokens are never sent);
`NESS_LANDING` must be a place that all of them reach. Loading stays in the process of the run, because the build
database has one writer.

Politeness: a session paces the requests of its process, so publishers see the agreed rate once per worker process. With
N workers set the rates (`NESS_GBIF_RATE` …) to an N-th of them.
"""

from __future__ import annotations

import datetime as dt
import functools
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ness_pipeline.errors import NessError, WrongUsage
from ness_pipeline.landing.http import Session
from ness_pipeline.landing.units import Unit
from ness_pipeline.run.extractors import Extractor, extract_unit, with_second_try
from ness_pipeline.run.watch import Step, Watch
from ness_pipeline.settings import Settings, load_settings

if TYPE_CHECKING:
    from distributed import Client

logger = logging.getLogger(__name__)

THREADS = 8
"""Threads of a local worker: one per publisher is enough, since each publisher serves one request at a time."""


@contextmanager
def on_dask(where: str, settings: Settings) -> Iterator[Extractor]:
    """An extractor on a Dask cluster; a local cluster lives as long as the block.

    Raises:
        WrongUsage: `NESS_DASK` is not readable, or Dask is not installed or not reachable.
    """
    try:
        import distributed  # noqa: PLC0415  (an extra that most do without)
    except ImportError as error:
        message = "NESS_DASK is set but Dask is missing; install it with `pip install 'ness-pipeline[dask]'`."
        raise WrongUsage(message) from error
    with _client(distributed, where) as client:
        workers = len(client.scheduler_info()["workers"])
        if workers > 1:
            logger.warning(
                "%d Dask workers each use the full request rate; set the rates to 1/%d of what was agreed.",
                workers,
                workers,
            )

        def extract_all(units: Sequence[Unit], max_age: dt.timedelta, watch: Watch) -> dict[Unit, NessError]:
            futures = {}
            for unit in units:
                futures[client.submit(_extract_on_worker, unit, settings.public(), max_age, pure=False)] = unit
                watch(Step("extract", unit.name, "started"))
            failures: dict[Unit, NessError] = {}
            for future in distributed.as_completed(futures):  # type: ignore[no-untyped-call]
                unit = futures[future]
                error = future.exception()
                if error is None:
                    watch(Step("extract", unit.name, "finished"))
                elif isinstance(error, NessError):
                    failures[unit] = error
                    watch(Step("extract", unit.name, "failed", str(error)))
                else:
                    raise error
            return failures

        yield extract_all


@contextmanager
def _client(distributed: Any, where: str) -> Iterator[Client]:
    local = re.fullmatch(r"local(?::([1-9]\d?))?", where)
    if local:
        size = {"n_workers": int(local[1] or 1), "threads_per_worker": THREADS, "dashboard_address": None}
        with (
            distributed.LocalCluster(host="127.0.0.1", silence_logs=logging.ERROR, **size) as cluster,
            distributed.Client(cluster) as client,
        ):
            yield client
        return
    if not re.fullmatch(r"[a-z]+://\S+", where):
        raise WrongUsage(
            f"NESS_DASK={where!r} is not readable; write local, local:2 or an address such as tcp://dask:8786."
        )
    try:
        client = distributed.Client(where, timeout="10s")
    except OSError as error:
        raise WrongUsage(f"No Dask scheduler answers at {where}; start it, or unset NESS_DASK.") from error
    with client:
        yield client


def _extract_on_worker(unit: Unit, public: Mapping[str, Any], max_age: dt.timedelta) -> None:
    """Land one unit in a worker process, with the worker's own tokens."""
    settings = load_settings().with_public(public)
    session = _session(settings)
    with_second_try(lambda: extract_unit(unit, settings, session.send, max_age))


@functools.cache
def _session(settings: Settings) -> Session:
    """The one HTTP session of a worker process, so that all its units together keep to the rates."""
    return Session(settings)
