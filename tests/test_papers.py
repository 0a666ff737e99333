"""The papers keep their promises: every command exists, and what they show is what is printed."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
import typer
from processes import clean_environment
from running import run_refresh

from ness_pipeline.cli.commands import app
from ness_pipeline.sandbox import serve

ROOT = Path(__file__).parent.parent
PAPERS = {
    str(file.relative_to(ROOT)): file.read_text(encoding="utf-8")
    for file in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
}
BLOCKS = [
    (name, language, text)
    for name, paper in PAPERS.items()
    for language, text in re.findall(r"^```(\w+)\n(.*?)^```", paper, re.MULTILINE | re.DOTALL)
]
ANSWERS = re.findall(r"```sql\n(.*?)```\n\n```text\n(.*?)```", PAPERS["README.md"], re.DOTALL)
CONSOLES = {
    name: [text for paper, language, text in BLOCKS if paper == name and language == "console"] for name in PAPERS
}
GROUP = typer.main.get_command(app)


def commands(program: str) -> list[str]:
    """Every command line of a program that a paper names, in blocks and in the running text."""
    prose = "\n".join(re.sub(r"(?ms)^```(sql|text)\n.*?^```", "", paper) for paper in PAPERS.values())
    lines = re.findall(
        rf"(?:^|`|^\$ |: )(?:\w+=\S+ )?((?:\.venv/bin/)?{program} [^`\n]+|{program}(?=`))", prose, re.MULTILINE
    )
    joined = re.findall(rf"`({program} [^`]*\n[^`]*)`", prose)
    return sorted(
        {line.split("  #")[0].split(" <<")[0].strip() for line in [*lines, *(" ".join(j.split()) for j in joined)]}
    )


@pytest.mark.parametrize("command", [one for one in commands("ness") if not one.endswith("…") or " " in one])
def test_every_command_exists_with_its_options(command):
    """Commands and options that the papers name are the tool's own."""
    words = shlex.split(re.sub(r"['\"].*", "", command.replace("…", "x")))[1:]
    if not words or words[0] in {"x", ">"}:
        return
    if words[0].startswith("-"):
        assert words[0] in {name for option in GROUP.params for name in option.opts} | {"--help"}, command
        return
    known = GROUP.get_command(click.Context(GROUP), words[0])
    assert known is not None, command
    options = {name for parameter in known.params for name in (*parameter.opts, *parameter.secondary_opts)}
    assert {word for word in words if word.startswith("--")} <= options | {"--help"}, command


def test_every_option_of_the_cube_is_explained():
    """Options that change what is counted, and how, are in the paper on own data."""
    cube = GROUP.get_command(click.Context(GROUP), "cube")
    options = {name for parameter in cube.params for name in parameter.opts if name.startswith("--")}
    assert {name for name in options if name not in PAPERS["docs/own-data.md"]} <= {"--sandbox", "--help"}


def test_every_make_target_and_module_exists():
    """`make X` is a target of the Makefile, and `python -m X` a module with the options that are named."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = "\n".join(PAPERS.values())
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE)) <= targets
    for module, options in re.findall(r"python -m (ness_pipeline[a-z_.]+)([^`\n]*)", text):
        assert importlib.util.find_spec(module) is not None, module
        if options.strip():
            shown = subprocess.run([sys.executable, "-m", module, "--help"], capture_output=True, text=True, check=True)
            assert all(word in shown.stdout for word in options.split() if word.startswith("--")), options


@pytest.mark.parametrize("name", PAPERS)
def test_links_lead_somewhere(name):
    """Links to files of this project, pictures included, lead to one."""
    for target in re.findall(r"\]\(([^)#]+)\)", PAPERS[name]):
        if "://" not in target:
            assert (ROOT / name).parent.joinpath(target).exists(), target


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder of the demo, made by the runs that `make demo` makes."""
    home = tmp_path_factory.mktemp("demo")
    shell("ness run --all --sample", home, home)
    with serve() as sandbox:
        run_refresh(home, sandbox.url, ["KE", "DE", "BR"])
    return home


def shell(script: str, folder: Path, home: Path) -> str:
    """What a script prints in bash, where `ness` is on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euc", script], cwd=folder, env=clean_environment(home) | {"PATH": path, "COLUMNS": "200"},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def matches(promised: str, printed: str) -> bool:
    """Whether a text is what was promised, blanks at the ends of lines aside; `…` stands for anything."""
    lines = ["\n".join(line.rstrip() for line in text.strip().splitlines()) for text in (promised, printed)]
    return re.fullmatch(".*?".join(re.escape(part) for part in lines[0].split("…")), lines[1], re.DOTALL) is not None


@pytest.mark.slow
@pytest.mark.parametrize(("question", "answer"), ANSWERS, ids=[q.split("FROM ")[1].split()[0] for q, _ in ANSWERS])
def test_every_answer_is_what_is_printed(demo, tmp_path, question, answer):
    """Under each question of README stands what the demo's file answers."""
    printed = shell(f"ness sql --sandbox {shlex.quote(question.strip().rstrip(';'))}", tmp_path, demo)
    assert matches(answer, printed), printed


def steps(console: str) -> list[tuple[str, str]]:
    """Command and promised output of each step of a console block; lines that start with `> ` go on with a command."""
    found: list[tuple[str, str]] = []
    for line in console.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], ""))
        elif line.startswith("> "):
            found[-1] = (f"{found[-1][0]}\n{line[2:]}", "")
        else:
            found[-1] = (found[-1][0], f"{found[-1][1]}{line}\n")
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, consoles in CONSOLES.items() if consoles])
def test_every_console_prints_what_is_shown(demo, tmp_path, name):
    """The consoles of a paper, one after the other in one folder, print what they show."""
    for console in CONSOLES[name]:
        for command, promised in steps(console):
            printed = shell(command, tmp_path, demo)
            assert matches(promised, printed), f"{command}\n{printed}"


def test_the_matcher_can_fail():
    """An answer that differs in a digit, a missing or a further line is told from the promised one."""
    assert matches("a  1\nb …\n", "a  1  \nb 2026\n\n")
    assert not matches("a  1\nb …\n", "a  2\nb 2026\n")
    assert not matches("a  1", "a  1\nb  2")
