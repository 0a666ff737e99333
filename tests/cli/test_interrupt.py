"""Ctrl+C in a terminal: one line that says what is kept and how to go on, exit code 130, nothing left running."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest
from processes import NESS, clean_environment, still_running
from terminal import TEN_TIMES_THE_GOAL_S, Terminal

RUN = [NESS, "run", "--sandbox", "KE", "--years", "2015:2020"]
LINE = "Interrupted; what has landed and the last publication stay, and the same command goes on from there.\n"
START_S = 300.0


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An empty home folder, and no setting of Prefect."""
    return clean_environment(tmp_path / "home") | {"HOME": str(tmp_path), "TMPDIR": str(tmp_path)}


def shows(text: str) -> Callable[[Terminal], bool]:
    """Whether a screen shows a text."""
    return lambda terminal: text in terminal.shown


class TooLate(Exception):
    """The command ended well before it felt the key."""


def interrupted(command: list[str], environment: dict[str, str], moment: Callable[[Terminal], bool]) -> str:
    """Run a command, press Ctrl+C at some moment, and check its end; returns what was shown.

    Raises:
        TooLate: the key came when the command was over; a busy machine may let a moment pass.
    """
    terminal = Terminal(command, environment)
    terminal.start()
    try:
        assert terminal.read_until(lambda _shown: moment(terminal), START_S), terminal.shown
        terminal.press_interrupt()
        code = terminal.end(TEN_TIMES_THE_GOAL_S)
        if code == 0:
            raise TooLate(terminal.shown)
        assert code == 130, terminal.shown
        assert still_running(environment["NESS_HOME"]) == []
    finally:
        terminal.close()
    after = terminal.shown.rpartition("^C")[2]
    assert after.endswith(LINE), terminal.shown
    assert "Traceback" not in terminal.shown
    assert "nanobind" not in terminal.shown
    return terminal.shown


def test_nothing_is_drawn_below_the_line(environment):
    """A thread that goes on drawing progress while the process ends does not write after the last line."""
    code = """
import os, sys, threading, time
from ness_pipeline.cli import interrupt
end = os._exit
os._exit = lambda code: (time.sleep(0.05), end(code))  # as a busy machine does
def draw():
    while True:
        sys.stderr.write("drawn\\n")
        sys.stderr.flush()
threading.Thread(target=draw, daemon=True).start()
time.sleep(0.05)
interrupt.leave()
"""
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert done.stderr.endswith(LINE)


@pytest.mark.parametrize("seconds", [0.0, 0.2])
def test_while_it_starts(environment, seconds):
    """From our first line on, while Python imports what takes a second, and soon after: the same end."""
    begun: list[float] = []

    def moment(terminal: Terminal) -> bool:
        if not begun and len(list(Path(f"/proc/{terminal.process.pid}/task").iterdir())) > 1:
            begun.append(time.monotonic())  # our first line starts the thread that listens for the key
        return bool(begun) and time.monotonic() - begun[0] >= seconds

    interrupted(RUN, environment, moment)


@pytest.mark.slow
@pytest.mark.parametrize(
    "stage", ["Refreshing KE", "Reading gbif_country", "Loading", "Computing metrics", "Publishing"]
)
def test_during_each_stage_of_a_run(environment, tmp_path, stage):
    """Whatever the run is doing, it ends; the same command then goes on and publishes, and nothing temporary is left."""
    for attempt in range(3):
        environment["NESS_HOME"] = str(tmp_path / f"home{attempt}")
        with suppress(TooLate):
            interrupted(RUN, environment, shows(stage))
            break
    else:
        pytest.fail("the key came too late three times")
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith("ness-")] == []
    if stage != "Loading":
        return  # one resumed run is enough; kills at random moments are tried elsewhere
    done = subprocess.run(RUN, env=environment, capture_output=True, text=True, check=False, timeout=START_S)
    assert (done.returncode, done.stderr) == (0, "")
    with duckdb.connect(str(Path(environment["NESS_HOME"]) / "sandbox" / "ness.duckdb"), read_only=True) as connection:
        statuses = connection.execute("SELECT status FROM ops.run ORDER BY started_at").fetchall()
    assert statuses[-1] == ("completed",)
    assert set(statuses[:-1]) <= {("failed",)}


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", [["sandbox", "--port", "0"], ["cube", "--sandbox", "--engine", "gbif", "--country", "KE"]]
)
def test_other_commands(environment, words):
    """Serving the sandbox and waiting for GBIF end the same way."""
    moment = shows("stop with Ctrl+C") if words[0] == "sandbox" else shows("GBIF is preparing")
    interrupted([NESS, *words], environment, moment)


@pytest.mark.slow
def test_the_first_sign_of_life_comes_early(environment):
    """A run says what it does before it imports what takes seconds."""
    code = (
        "import sys; from ness_pipeline.cli.commands import exit_code_of; import ness_pipeline.cli.base as base\n"
        "base.console.print = lambda *words, **_: (print(words[0]), print([m for m in ('pandera', 'polars', 'prefect')"
        " if m in sys.modules]), sys.exit(0))\n"
        "exit_code_of(['run', '--sandbox', 'KE'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False, timeout=START_S
    )
    lines = done.stdout.splitlines()
    assert re.match(r"Refreshing KE, \d{4}:\d{4} …", lines[0])
    assert lines[1] == "[]"
