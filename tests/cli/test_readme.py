"""The README keeps its promises: its questions run, its commands exist, its national Red List becomes an index."""

from __future__ import annotations

import csv
import io
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
import typer

from ness_pipeline.cli.commands import app

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
QUESTIONS = re.findall(r"```sql\n(.*?)```", README, re.DOTALL)
SHELL = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
COMMANDS = sorted({
    match.strip().split("  #")[0].strip()
    for match in re.findall(r"(?:^|`)(?:NESS_CONTACT=\S+ )?(?:\.venv/bin/)?(ness [^`\n]+)", README, re.MULTILINE)
})  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda text: text.split("FROM ")[1].split()[0])
def test_every_question_runs(ness, filled, question):
    """Each question of the README is answered, with at least one row, by a publication of the sandbox."""
    said = ness("sql", "--sandbox", "--format", "csv", question.strip().rstrip(";"))
    assert said.code == 0, said.err
    assert len(said.out.splitlines()) > 1


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_exists_with_its_options(command):
    """Commands and options that the README names are the tool's own."""
    group = typer.main.get_command(app)
    words = shlex.split(command.replace("…", "x"))[1:]
    if words[0].startswith("-"):
        known_options = {name for option in group.params for name in option.opts} | {"--help"}
        assert words[0] in known_options, command
        return
    known = group.get_command(click.Context(group), words[0])
    assert known is not None, command
    options = {name for parameter in known.params for name in (*parameter.opts, *parameter.secondary_opts)}
    assert {word for word in words if word.startswith("--")} <= options | {"--help"}, command


def test_every_make_target_exists():
    """`make X` in the README is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE)) <= targets


def test_the_national_red_list_becomes_an_index(home, tmp_path):
    """The block of the README, run as it stands in a shell: file, load, materialise, question."""
    (block,) = [text for text in SHELL if "national.csv" in text]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    script = block.replace("ness sql ", "ness sql --format csv ")
    done = subprocess.run(
        ["bash", "-euc", script], cwd=tmp_path, env=os.environ | {"PATH": path}, capture_output=True, text=True,
        check=False, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer = done.stdout[done.stdout.index("taxon_group,year") :]
    rows = list(csv.DictReader(io.StringIO(answer)))
    found = {
        row["year"]: float(row["national_red_list_index"]) for row in rows if row["taxon_group"] == "basidiomycetes"
    }
    assert found == {"2015": 0.9, "2025": 0.8}
