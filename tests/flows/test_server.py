"""The server of our own: in its own group, below the home folder, ended when its parent ends, whatever ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from processes import processes_with, still_running
from terminal import Terminal

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SERVE = [sys.executable, "-m", "ness_pipeline.flows.server", "--port", "0"]
TEN_TIMES_THE_GOAL_S = 150.0


def test_interrupt_ends_schedules_and_server(plain_environment):
    """Ctrl+C at `make prefect`: one line, exit code 130, nothing left running; the user's key to another server stays out."""
    terminal = Terminal(SERVE, plain_environment | {"PREFECT_API_KEY": "key-to-another-server"})
    terminal.start()
    try:
        assert terminal.read_until(lambda shown: "stop with Ctrl+C.\n" in shown, 300)
        assert len(processes_with(plain_environment["NESS_HOME"])) > 1
        assert len(processes_with("key-to-another-server")) == 1, "the command itself and nobody else"
        terminal.press_interrupt()
        assert terminal.end(TEN_TIMES_THE_GOAL_S) == 130
        assert still_running(plain_environment["NESS_HOME"]) == []
    finally:
        terminal.close()
    before, _, after = terminal.shown.partition("^C")
    assert len(before.splitlines()) == 2, terminal.shown
    assert before.startswith("Starting Prefect …\n")
    assert len(after.splitlines()) == 2, terminal.shown
    assert after.startswith("\nStopped; the warehouse and Prefect's records stay")
    assert not (Path(plain_environment["HOME"]) / ".prefect").exists()


def test_two_homes_do_not_disturb_each_other_and_a_killed_parent_leaves_nothing(plain_environment, tmp_path):
    """Two servers run side by side; kill -9 of one parent ends its server and its schedules, and not the other's."""
    environments = [plain_environment | {"NESS_HOME": str(tmp_path / f"home{number}")} for number in range(2)]
    served = []
    for environment in environments:
        process = subprocess.Popen(SERVE, env=environment, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        lines = [process.stdout.readline(), process.stdout.readline()]
        served.append((process, lines[1].split()[3].rstrip(",")))
    os.kill(served[0][0].pid, signal.SIGKILL)
    served[0][0].communicate()
    assert still_running(environments[0]["NESS_HOME"]) == []
    assert requests.get(f"{served[1][1]}/api/health", timeout=30).ok
    served[1][0].send_signal(signal.SIGINT)
    assert served[1][0].wait(TEN_TIMES_THE_GOAL_S) == 130
    served[1][0].communicate()
    assert still_running(environments[1]["NESS_HOME"]) == []
