"""A run in this process that is reported to a Prefect server: in its pages it is a flow run like any other."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from ness_pipeline.errors import NessError
from ness_pipeline.flows.server_address import environment
from ness_pipeline.paths import Paths
from ness_pipeline.run.plan import Plan
from ness_pipeline.run.refresh import refresh
from ness_pipeline.run.restore import open_for_writing
from ness_pipeline.run.summary import Summary
from ness_pipeline.run.watch import Watch, both, nobody
from ness_pipeline.settings import Settings

if TYPE_CHECKING:
    from ness_pipeline.flows.report import Report

logger = logging.getLogger(__name__)

INTERRUPT_PATIENCE_S = 1.0
"""How long a run that was interrupted waits for the server."""


def run_reported(
    settings: Settings,
    plan: Plan,
    connection: Mapping[str, str],
    parameters: Mapping[str, object],
    *,
    watch: Watch = nobody,
) -> tuple[Summary, str | None]:
    """Carry out a plan and report it to a server as a flow run.

    The flow run is created by the report and not by Prefect's engine, so the run needs the server for nothing.

    Args:
        settings: the configuration.
        plan: what to do.
        connection: settings of the connection to the server.
        parameters: parameters of the flow run.
        watch: receives every step, too.

    Returns:
        What the run did, and a sentence about what the server could not be told, None when it was told everything.

    Raises:
        NessError: nothing was published; the last publication stays.
    """
    try:
        report = _begin_report(settings, plan, connection, parameters)
    except Exception as error:  # noqa: BLE001  (settings of Prefect that are wrong in any way must not cost the run)
        logger.debug("report impossible", extra={"error": repr(error)})
        unreported = f"The run is not reported, as Prefect cannot start with its settings ({type(error).__name__}); see `prefect config view`."
        with open_for_writing(settings) as build:
            return refresh(build, settings, plan, watch=watch), unreported
    # Only now, because Prefect reads its settings when it is imported.
    from prefect.states import Crashed  # noqa: PLC0415

    from ness_pipeline.flows.outcome import artifacts_of, ended, failed  # noqa: PLC0415

    try:
        with open_for_writing(settings) as build:
            summary = refresh(build, settings, plan, watch=both(watch, report.watch))
    except NessError as error:
        report.finish(failed(error, with_error=False))
        raise
    except BaseException as error:
        report.patience_s = INTERRUPT_PATIENCE_S
        report.finish(Crashed(message=f"The run ended with {type(error).__name__}; the last publication stays."))
        raise
    warning = report.finish(ended(summary, with_summary=False), artifacts_of(summary, Paths.of(settings)))
    return summary, warning


def _begin_report(
    settings: Settings, plan: Plan, connection: Mapping[str, str], parameters: Mapping[str, object]
) -> Report:
    """A report that has begun; it raises whatever Prefect raises about its settings."""
    home = Paths.of(settings).home
    os.environ.update(environment(home, connection))
    with suppress(OSError):  # a home that cannot be written ends the run in one sentence later
        (home / "prefect").mkdir(parents=True, exist_ok=True)
    from ness_pipeline.flows.backfill_country import backfill_country  # noqa: PLC0415
    from ness_pipeline.flows.refresh_countries import flow_run_name, refresh_countries  # noqa: PLC0415
    from ness_pipeline.flows.report import NewFlowRun, Report  # noqa: PLC0415

    flow = backfill_country if "country" in parameters else refresh_countries
    report = Report(NewFlowRun(flow, flow_run_name(plan), dict(parameters)))
    report.start()
    return report
