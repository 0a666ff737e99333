"""Ctrl+C in a terminal: one line that says what is kept and how to go on, exit code 130, nothing left running."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from terminal import TEN_TIMES_THE_GOAL_S, Terminal, processes_with

NESS = str(Path(sys.executable).parent / "ness")
RUN = [NESS, "run", "--sandbox", "KE", "--years", "2015:2020"]
LINE = "Interrupted; what has landed and the last publication stay, and the same command goes on from there.\n"
START_S = 300.0


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An empty home folder, and no setting of Prefect."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "NESS_"))}
    return kept | {"NESS_HOME": str(tmp_path / "home"), "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}


def shows(text: str) -> Callable[[Terminal], bool]:
    """Whether a screen shows a text."""
    return lambda terminal: text in terminal.shown


def interrupted(command: list[str], environment: dict[str, str], moment: Callable[[Terminal], bool]) -> str:
    """Run a command, press Ctrl+C at some moment, and check its end; returns what was shown."""
    terminal = Terminal(command, environment)
    terminal.start()
    try:
        assert terminal.read_until(lambda _shown: moment(terminal), START_S), terminal.shown
        assert terminal.process.poll() is None, f"it ended before the key was pressed: {terminal.shown}"
        terminal.press_interrupt()
        assert terminal.end(TEN_TIMES_THE_GOAL_S) == 130, terminal.shown
    finally:
        terminal.close()
    after = terminal.shown.rpartition("^C")[2]
    assert after.endswith(LINE), terminal.shown
    assert "Traceback" not in terminal.shown
    assert "nanobind" not in terminal.shown
    assert processes_with(environment["NESS_HOME"]) == []
    return terminal.shown


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
    interrupted(RUN, environment, shows(stage))
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith("ness-")] == []
    if stage != "Loading":
        return  # one resumed run is enough; kills at random moments are tried elsewhere
    done = subprocess.run(RUN, env=environment, capture_output=True, text=True, check=False, timeout=START_S)
    assert (done.returncode, done.stderr) == (0, "")
    with duckdb.connect(str(tmp_path / "home" / "sandbox" / "ness.duckdb"), read_only=True) as connection:
        statuses = connection.execute("SELECT status FROM ops.run ORDER BY started_at").fetchall()
    assert statuses[-1] == ("completed",)
    assert set(statuses[:-1]) <= {("failed",)}


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", [["sandbox", "--port", "0"], ["cube", "--sandbox", "--engine", "gbif", "--country", "KE"]]
)
def test_other_commands(environment, words):
    """Serving the sandbox and waiting for GBIF end the same way."""
    moment = shows("stop with Ctrl+C") if words[0] == "sandbox" else shows("G")
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
