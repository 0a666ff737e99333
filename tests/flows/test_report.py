"""The report of a run to a server that does not take it: no error, no long wait, one sentence."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from prefect.client.schemas.actions import ArtifactCreate
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Completed

from ness_pipeline.flows import report as report_module
from ness_pipeline.flows.report import Report
from ness_pipeline.run.watch import Step

TEN_TIMES_S = 50.0


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}/api", "http://127.0.0.1:9/api", "nonsense", "ftp://x"])
def test_a_server_that_takes_nothing_is_not_waited_for_long(address):
    """Steps, artifacts and the final state are given up; what is missing is said in one sentence."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        temporary_settings({PREFECT_API_URL: address.format(port=listener.getsockname()[1])}),
    ):
        report = Report(uuid4(), patience_s=0.5)
        report.start()
        started = time.monotonic()
        for state in ("waiting", "started", "finished"):
            report.watch(Step("extract", "cbd world", state))
        report.watch(Step("model", "core.country", "started"))
        report.watch(Step("load", "cbd world", "failed", "the publisher is not available"))
        warning = report.finish(Completed(), [ArtifactCreate(key="ness-summary", type="markdown", data="done")])
    assert time.monotonic() - started < TEN_TIMES_S
    assert warning is not None
    assert warning.startswith("The Prefect server could not be told everything about this run (")
    assert "the warehouse is complete" in warning


def test_a_client_that_fails_when_all_is_sent_costs_nothing(monkeypatch):
    """Its connection breaks as it is closed: the end has been taken from the queue, and nobody waits for it again."""

    @contextmanager
    def breaking_client(**_: object) -> Iterator[None]:
        yield
        raise OSError("the connection broke")

    sent = []
    monkeypatch.setattr(report_module, "get_client", breaking_client)
    report = Report(uuid4(), patience_s=TEN_TIMES_S)
    monkeypatch.setattr(Report, "_send", lambda _report, _client, message: sent.append(message))
    report.start()
    report.watch(Step("extract", "cbd world", "started"))
    started = time.monotonic()
    assert report.finish(Completed()) is None
    assert time.monotonic() - started < TEN_TIMES_S / 2
    assert len(sent) == 2
