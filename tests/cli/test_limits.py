"""A question of a user has limits of time and memory, which hold until its answer is printed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from measured import MIB, Measured, measured
from processes import clean_environment, wait_for

START_MIB = 400
"""More than the program with its libraries takes before it asks anything."""
START_S = 15.0
"""Start and end of a process on a busy machine."""


@pytest.fixture
def folder(tmp_path):
    """An empty folder."""
    (tmp_path / "ask").mkdir()
    return tmp_path / "ask"


def ask(home: Path, folder: Path, *words: str) -> Measured:
    """`ness sql` in a process of its own, measured."""
    program = [sys.executable, "-c", "from ness_pipeline.cli import main; main()", "sql", "--sandbox", *words]
    return measured(program, folder, clean_environment(home))


@pytest.mark.parametrize("form", ["table", "csv", "json", "parquet"])
def test_time_ends_an_endless_answer(filled, folder, form):
    """A billion rows end in time in every format, and those that are written part by part take little memory."""
    done = ask(filled, folder, "--format", form, "--timeout", "1.5", "--rows", "1000000000", "FROM range(1000000000)")
    assert done.code == 2
    assert done.err.startswith("Error: The question took longer than 1.5 s; narrow it, or allow more with --timeout.")
    assert done.seconds < START_S
    if form != "table":
        assert done.memory_mib < START_MIB
        assert done.printed > MIB / 100 or form == "parquet"
    assert done.left == ()


@pytest.mark.parametrize(
    "question",
    [
        "SELECT repeat('x', 1000000) || range FROM range(1000000)",
        "SELECT list(range) FROM range(1000000000)",
        "SELECT a.range FROM range(100000000) a ORDER BY hash(a.range)",
        "WITH RECURSIVE t(n, s) AS (SELECT 1, 'x' UNION ALL SELECT n + 1, s || s FROM t) SELECT length(s) FROM t",
        "SELECT repeat('x', 1000000000)",
    ],
    ids=["wide", "list", "sort", "recursive", "cell"],
)
def test_memory_ends_a_question(filled, folder, question):
    """Large cells, lists, sorts and recursion end within time and memory, in one sentence, and leave nothing behind."""
    done = ask(filled, folder, "--format", "csv", "--timeout", "4", "--memory", "0.5", question)
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "--memory" in done.err or "--timeout" in done.err or "Out of Range" in done.err
    assert done.seconds < START_S
    # Memory is looked at every 50 ms, so a single large value may pass the limit by what is written meanwhile.
    assert done.memory_mib < START_MIB + 1024
    assert done.left == ()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=str
)
def test_a_question_that_is_stopped_leaves_nothing_behind(filled, folder, number, code):
    """Ctrl+C, `kill` and a closed terminal end a question that DuckDB goes on computing, and its folder goes with it."""
    endless = "SELECT count(*) FROM range(1000000000000) WHERE hash(range) = 1"
    main = "import signal; signal.signal(signal.SIGHUP, signal.SIG_DFL); from ness_pipeline.cli import main; main()"  # not as under nohup
    with subprocess.Popen(
        [sys.executable, "-c", main, "sql", "--sandbox", endless],
        env=clean_environment(filled) | {"TMPDIR": str(folder)}, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        wait_for(lambda: list(folder.glob("ness-question-*")))
        time.sleep(0.5)
        process.send_signal(number)
        said = process.communicate(timeout=START_S)[1]
    assert process.returncode == code
    assert (
        said == "Interrupted; what has landed and the last publication stay, and the same command goes on from there.\n"
    )
    assert list(folder.iterdir()) == []


@pytest.mark.slow
def test_a_slow_reader_takes_no_time_of_the_question(filled, tmp_path):
    """Who reads page by page gets the whole answer, although it takes longer than the question may."""
    with subprocess.Popen(
        [sys.executable, "-c", "from ness_pipeline.cli import main; main()", "sql", "--sandbox", "--timeout", "8", "--format", "csv", "FROM range(50000)"],
        env=clean_environment(filled) | {"TMPDIR": str(tmp_path)}, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "range\n"
        time.sleep(9)
        assert len(process.stdout.readlines()) == 50_000
    assert process.returncode == 0
