"""`ness shell` and what the terminal shows: read-only prompts, tables that fit, completion."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from published import Published
from rich.console import Console

from ness_pipeline.cli.terminal import RunProgress, counted, show_rows
from ness_pipeline.landing.units import Unit
from ness_pipeline.names.years import Years
from ness_pipeline.run.watch import Step

Ness = Callable[..., subprocess.CompletedProcess[str]]


def shell(
    published: Published, typed: str, *words: str, path: str = "/usr/bin:/bin"
) -> subprocess.CompletedProcess[str]:
    """`ness shell` with something typed into it."""
    return subprocess.run(
        [sys.executable, "-c", "from ness_pipeline.cli import main; main()", "shell", "--sandbox", *words],
        input=typed, capture_output=True, text=True, check=False, cwd=published.home,
        env={"NESS_HOME": str(published.home), "PATH": path},
    )  # fmt: skip


def test_python_prompt_is_read_only(published: Published) -> None:
    """The Python prompt answers SQL and refuses to change the file or to read others."""
    typed = (
        'print(sql("SELECT count(*) FROM core.country").fetchall())\n'
        'con.execute("CREATE TABLE scribble (a INT)")\n'
        "con.execute(\"FROM read_csv('/etc/hostname')\")\n"
    )
    said = shell(published, typed, "--python")
    assert said.returncode == 0
    assert re.search(r"\[\(2\d\d,\)\]", said.stdout)
    assert "read-only" in said.stderr
    assert said.stderr.count("Error") >= 2
    assert published.rows("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'scribble'") == [(0,)]


def test_own_shell_gets_the_file_read_only(published: Published, tmp_path: Path) -> None:
    """Where DuckDB's shell is installed it is started on the file, read-only, and its exit code is ours."""
    program = tmp_path / "duckdb"
    program.write_text('#!/bin/sh\necho "$@"\nexit 7\n')
    program.chmod(0o755)
    said = shell(published, "", path=f"{tmp_path}:/usr/bin:/bin")
    assert said.stdout == f"-readonly {published.paths.published}\n"
    assert said.returncode == 7


def test_without_file_the_next_step_is_said(published: Published, tmp_path: Path, ness: Ness) -> None:
    """Without a published file the shell does not open, and says what to run."""
    said = ness("shell", NESS_HOME=str(tmp_path))
    assert said.returncode == 2
    assert "make one with `ness run KE`" in said.stderr


def shown(width: int, columns: list[str], rows: list[tuple[object, ...]]) -> list[str]:
    """Lines of a table in a terminal of some width."""
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    show_rows(console, columns, rows)
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_table_folds_texts_before_it_breaks_numbers() -> None:
    """A long text is folded, a number and a name never are, and no line is longer than the window."""
    rows = [("Kenya", 1234567.5, "word " * 20), ("Mali", None, "short")]
    lines = shown(60, ["country", "land_area_km2", "says"], rows)
    assert max(map(len, lines)) <= 60
    assert sum("1,234,568" in line for line in lines) == 1
    assert lines[0].split() == ["country", "land_area_km2", "says"]


def test_too_wide_a_table_becomes_records() -> None:
    """With more columns than the window holds, each row is shown column by column."""
    names = [f"a_rather_long_column_name_{n}" for n in range(5)]
    lines = shown(60, names, [(1, 2.5, "x", True, None)])
    assert lines[0] == "row 1 of 1"
    assert [line.split()[-1] for line in lines[1:]] == ["1", "2.5", "x", "yes", "-"]


def test_piped_tables_are_plain_and_unfolded() -> None:
    """Without a terminal lines are as long as they need to be, one per row, without colour."""
    console = Console(file=io.StringIO(), width=40)
    show_rows(console, ["name", "says"], [("a", "word " * 30), ("[bold]b", "")])
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    assert len(lines) == 3
    assert lines[2].startswith("[bold]b")
    assert "\x1b" not in console.file.getvalue()


def test_progress_is_silent_when_piped() -> None:
    """A bar draws in a terminal and writes nothing into a pipe."""
    drawn = {}
    for is_terminal in (True, False):
        console = Console(file=io.StringIO(), force_terminal=is_terminal, width=100)
        with counted(console, "Writing tables") as progress:
            progress("core.country", 1, 2)
        assert isinstance(console.file, io.StringIO)
        drawn[is_terminal] = console.file.getvalue()
    assert "1/2" in drawn[True]
    assert drawn[False] == ""


def test_run_progress_tells_the_truth() -> None:
    """Each source has its own line and total, a failed load counts once, and offline nothing is said to be read."""
    units = [Unit(source, key, Years(2020, 2021)) for source, key in (("cbd", "world"), ("gbif", "KE"), ("gbif", "NO"))]
    for offline in (False, True):
        console = Console(file=io.StringIO(), force_terminal=True, width=120, color_system=None)
        with RunProgress(console, units, 1, offline=offline).shown() as progress:
            for unit in () if offline else units:
                progress(Step("extract", unit.name, "waiting"))
            for unit in () if offline else units[:2]:
                progress(Step("extract", unit.name, "started"))
                progress(Step("extract", unit.name, "finished"))
            progress(Step("load", "cbd world", "started"))
            progress(Step("load", "cbd world", "failed", "a broken contract"))
            progress(Step("load", "gbif KE", "failed", "the publisher is not available"))
            progress(Step("load", "gbif NO", "started"))
            progress(Step("load", "gbif NO", "finished"))
            progress._progress.refresh()
        assert isinstance(console.file, io.StringIO)
        last = console.file.getvalue().split("Reading cbd" if not offline else "Loading")[-1]
        shown = re.findall(r"(\d+/\d+)", "" if offline else last)
        assert shown in ([], ["1/1", "1/2", "3/3"])
        assert ("Reading" in console.file.getvalue()) is not offline
        assert "4/3" not in console.file.getvalue()
        assert "Computing metrics" not in console.file.getvalue()


@pytest.mark.parametrize(
    ("typed", "offers"),
    [
        (["ness", "exp"], ["export"]),
        (["ness", "sql", "--fo"], ["--format"]),
        (["ness", "sql", "--format", "pa"], ["parquet"]),
        (["ness", "queries", "fungi"], ["fungi_gap"]),
        (["ness", "sql", "--file", "treat"], ["treaties_not_joined", "treaty_timeline"]),
        (["ness", "run", "Ken"], ["Kenya"]),
        (["ness", "run", "K"], ["KE", "KG", "Kenya"]),
        (["ness", "report", "Ken"], ["Kenya"]),
        (["ness", "index", "Ken"], ["Kenya"]),
        (["ness", "materialise", "Ken"], ["Kenya"]),
    ],
)
def test_shell_completion(typed: list[str], offers: list[str], tmp_path: Path) -> None:
    """Bash completes commands, options, formats, worked questions and countries."""
    said = subprocess.run(
        [sys.executable, "-c", "from ness_pipeline.cli.commands import app; app(prog_name='ness')"],
        env=os.environ | {"_NESS_COMPLETE": "complete_bash", "COMP_WORDS": " ".join(typed), "COMP_CWORD": str(len(typed) - 1)},
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert set(offers) <= set(said.stdout.split("\n")), said.stderr
