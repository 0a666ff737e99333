"""What an operator sees: a real Prefect server that serves the schedules, and a finished run in a real browser."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser
from processes import clean_environment, wait_for

from ness_pipeline.sandbox import Sandbox

SOURCES = ["iso_countries", "seeds", "cbd", "worldbank"]


@pytest.fixture
def served(tmp_path: Path, sandbox: Sandbox) -> Iterator[str]:
    """`make prefect`, on a free port, with folders of its own; yields the address of the UI."""
    environment = clean_environment(tmp_path / "home") | {"NESS_SANDBOX_URL": sandbox.url}
    command = [sys.executable, "-m", "ness_pipeline.flows.server", "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            process.stdout.readline()
            yield re.search(r"http://[0-9.:]+", process.stdout.readline())[0]
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.filterwarnings("ignore")
def test_operator_sees_a_finished_run(served: str, browser: Browser, tmp_path: Path) -> None:
    """The schedules make their runs, and the UI shows the form, a finished run by name, and its summary."""

    def post(path: str, body: dict[str, Any]) -> Any:
        answer = requests.post(f"{served}/api/{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json()

    deployed = wait_for(lambda: found if len(found := post("deployments/filter", {})) == 3 else None)
    (monthly,) = (one["id"] for one in deployed if one["name"] == "monthly-world")
    asked = {"countries": ["Kenya"], "sources": SOURCES}
    # The server answers with an error while its database is locked; the key keeps a second question from making a second run.
    wanted = {"parameters": asked, "state": {"type": "SCHEDULED"}, "idempotency_key": "once"}
    run = wait_for(lambda: post(f"deployments/{monthly}/create_flow_run", wanted))
    ended = {
        "flow_runs": {"id": {"any_": [run["id"]]}, "state": {"type": {"any_": ["COMPLETED", "FAILED", "CRASHED"]}}}
    }
    state = wait_for(lambda: post("flow_runs/filter", ended))[0]["state"]
    assert (state["type"], state["message"]) == ("COMPLETED", "4 units loaded, 0 with gaps.")
    # A version of SQLAlchemy that Prefect's scheduler does not get on with shows here: no run is ever scheduled.
    due = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}, "limit": 50}
    wait_for(lambda: {one["deployment_id"] for one in post("flow_runs/filter", due)} >= {monthly})

    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    elsewhere: list[str] = []
    page.on("request", lambda one: None if served in one.url else elsewhere.append(one.url))
    page.goto(f"{served}/runs/flow-run/{run['id']}")
    page.get_by_text("refresh Kenya 2000:2025").first.wait_for(timeout=60_000)
    page.get_by_text("Completed", exact=True).first.wait_for(timeout=60_000)
    picture = tmp_path / "run.png"
    page.screenshot(path=picture)
    page.get_by_text("Artifacts", exact=True).first.click()
    page.get_by_text("ness-summary").first.wait_for(timeout=60_000)
    page.screenshot(path=tmp_path / "artifacts.png")
    page.goto(f"{served}/deployments/deployment/{monthly}/run")
    page.get_by_text("countries to refresh; none means all.").first.wait_for(timeout=60_000)
    page.screenshot(path=tmp_path / "form.png")
    page.close()
    assert elsewhere == []
    assert colours(picture) > 20
    if os.environ.get("NESS_SCREENSHOTS"):
        shutil.copytree(
            tmp_path,
            os.environ["NESS_SCREENSHOTS"],
            dirs_exist_ok=True,
            ignore=shutil.ignore_patterns("home", "prefect"),
        )


def colours(picture: Path) -> int:
    """Number of colours of a screenshot; a blank page has one or two."""
    from PIL import Image

    with Image.open(picture) as image:
        return len(image.convert("RGB").getcolors(2**24) or ())
