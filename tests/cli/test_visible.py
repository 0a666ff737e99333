"""Control characters of data are seen as codes in a terminal: in tables, sentences, names of files and logs."""

from __future__ import annotations

import io
import json
import logging
import os
import shutil
import sys

import pytest
from own_files import records, write_text
from processes import clean_environment
from rich.text import Text
from terminal import TEN_TIMES_THE_GOAL_S, Terminal

from ness_pipeline.cli.base import VisibleConsole
from ness_pipeline.logs import JsonLines, TextLines
from ness_pipeline.paths import Paths
from ness_pipeline.settings import Settings
from ness_pipeline.visible import in_one_line, visible

HOSTILE = "a\x1b]52;c;eA==\x07b\x1b[31m\u202egnp\u202c\x9b31m\u2066x\x7f\r"
"""Writes to the clipboard, colours, turns text around, in commands of one byte and of two."""
HIDDEN = ("\x1b]", "\x1b[31m", "\x07", "\x9b", "\u202e", "\u2066", "\x7f")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Lutra lutra", "Lutra lutra"),
        ("Éléphant 象 🐘 नमस्ते", "Éléphant 象 🐘 नमस्ते"),
        ("a\x1b]8;;http://x\x07b", "a\\u001b]8;;http://x\\u0007b"),
        ("\u202eabc\u2069", "\\u202eabc\\u2069"),
        ("\x9b1m\x7f\r", "\\u009b1m\\u007f\\u000d"),
        ("\udcff\U000e0041", "\\udcff\\U000e0041"),
        ("one\ttwo\n", "one\ttwo\n"),
    ],
)
def test_hidden_characters_become_codes(text, shown):
    """Letters of all scripts stay, commands and marks of direction do not."""
    assert visible(text) == shown
    assert in_one_line(text) == shown.replace("\n", "\\n").replace("\t", "\\t")


def test_console_keeps_its_own_colours_only():
    """What we colour is coloured, what data would colour is shown."""
    console = VisibleConsole(file=io.StringIO(), force_terminal=True, color_system="standard", width=200)
    console.print(Text("ours", "red"), HOSTILE)
    written = console.file.getvalue()
    assert written.startswith("\x1b[31mours\x1b[0m a\\u001b]52;c;eA==")
    assert not [part for part in HIDDEN if part in written.removeprefix("\x1b[31m")]


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_answers_in_a_terminal_command_nothing(filled, form):
    """`ness sql` shows a hostile text in every format; in a pipe the formats for programs keep it."""
    codes = [ord(letter) for letter in HOSTILE]
    question = "SELECT " + " || ".join(f"chr({code})" for code in codes) + " AS name"
    command = [
        sys.executable,
        "-c",
        "from ness_pipeline.cli import main; main()",
        "sql",
        "--sandbox",
        "--format",
        form,
        question,
    ]
    terminal = Terminal(command, clean_environment(filled) | {"NO_COLOR": "1", "COLUMNS": "200"})
    terminal.start()
    try:
        assert terminal.end(TEN_TIMES_THE_GOAL_S) == 0
    finally:
        terminal.close()
    raw = terminal._raw.decode().replace("\r\n", "\n").replace("\r\n", "\n")
    assert "u001b]52;c;eA==" in raw
    assert not [part for part in HIDDEN if part in raw]


def test_programs_get_the_text_itself(ness, filled):
    """In a pipe JSON and CSV have what the data have."""
    question = "SELECT 'a' || chr(155) || chr(8238) AS name"
    assert json.loads(ness("sql", "--sandbox", "--format", "json", question).out) == [{"name": "a\x9b\u202e"}]
    assert ness("sql", "--sandbox", "--format", "csv", question).out == "name\r\na\x9b\u202e\r\n"


@pytest.mark.parametrize("name", ["a\x1b]0;x\x07.csv", "-\u202evsc.csv", "two\nError: lines.csv", "\udcff.csv"])
def test_names_of_files_command_nothing(ness, home, tmp_path, name):
    """A file whose name has hidden characters is to be renamed; the sentence shows the name in one line."""
    write_text(tmp_path / name, records({}, {}))
    said = ness("load", "--check", "--", name)
    assert said.code == 2
    assert "rename it" in said.err
    assert said.err.count("\n") == 1
    assert not [part for part in HIDDEN if part in said.err]


@pytest.mark.parametrize("command", ["sql", "export", "cube"])
def test_arguments_that_are_no_text(ness, home, command):
    """Bytes that are no UTF-8 reach neither DuckDB nor the run's record."""
    said = ness(command, "a\udcff.csv")
    assert (said.code, said.err) == (
        2,
        "Error: a\\udcff.csv has bytes that are no text in UTF-8; rename it, or write it anew.\n",
    )


def test_markup_in_the_name_of_a_file_is_shown(ness, home, tmp_path):
    """Brackets in a name are no styles of ours."""
    write_text(tmp_path / "[bold]x[none].csv", records({}, {}))
    said = ness("load", "--check", "[bold]x[none].csv")
    assert said.code == 0
    assert said.out.startswith("[bold]x[none].csv: occurrence records")


def test_markup_in_the_name_of_a_home_is_shown(ness, tmp_path, sandbox_home, monkeypatch):
    """Every command prints the path of a home, and of what it writes, as it is: brackets, an end of a style, an emoji."""
    home = tmp_path / "x[/y] a[b]c :dog:"
    shutil.copytree(sandbox_home.home, home)
    monkeypatch.setenv("NESS_HOME", str(home))
    paths = Paths.of(Settings(_env_file=None, home=home).for_sandbox(""))
    exported = tmp_path / "o[b]" / "e[/b]"
    table = write_text(
        tmp_path / "[b]own.csv", [{"country_code": "KE", "series_code": "X", "year": 2024, "value": 1}], ","
    )
    expected = {
        ("status", "--sandbox"): f"{paths.published}: SYNTHETIC, published ",
        ("doctor", "--sandbox"): f" at {paths.home}",
        ("sql", "--sandbox", "SELECT '[/b] :dog:' AS \"[/c]\""): "[/c]      \n[/b] :dog:\n",
        ("load", "--sandbox", str(table), "--name", "own[/n]"): "[b]own.csv: rows of indicator_observation, source file:own[/n]\n",
        ("materialise", "--sandbox"): f" metric rows in {paths.published}; content ",
        ("rollback", "--sandbox"): f"{paths.published} is publication ",
        ("report", "--sandbox", "KE"): f"{paths.report_index}: the world page and ",
        ("export", "--sandbox", str(exported)): f"Next: read {exported / 'datapackage.json'}; ",
        ("backfill", "--sandbox", "[/b]"): "Reading [/b] anew, ",
        ("dictionary", "--out", str(tmp_path / "[b]d.md")): f"Data dictionary in {tmp_path / '[b]d.md'}.\n",
    }  # fmt: skip
    for words, shown in expected.items():
        said = ness(*words)
        assert shown in said.out + said.err, (words, said)
        assert said.code in ({2} if words[0] == "backfill" else {0, 1} if words[0] == "status" else {0}), (words, said)


def test_refused_values_command_nothing(ness, home, tmp_path):
    """A value that is refused is shown with codes."""
    hostile = HOSTILE.rstrip("\r")
    write_text(tmp_path / "records.csv", records({"countryCode": hostile, "year": hostile, "speciesKey": hostile}, {}))
    said = ness("load", "--check", "records.csv")
    assert "refused" in said.out
    assert not [part for part in HIDDEN if part in said.out]


def test_wrong_words_command_nothing(ness):
    """A file whose name looks like an option is named with codes."""
    said = ness("load", "--\x1b]52;c;eA==\x07.csv")
    assert said.code == 2
    assert not [part for part in HIDDEN if part in said.err]


@pytest.mark.parametrize("form", [JsonLines, TextLines])
def test_logs_are_lines_without_commands(form):
    """An event is one line, JSON stays JSON, and control characters are codes."""
    record = logging.LogRecord("ness_pipeline", logging.INFO, "", 0, "loaded %s", (f"{HOSTILE}\nnext",), None)
    line = form().format(record)
    assert "\n" not in line
    assert not [part for part in HIDDEN if part in line]
    if form is JsonLines:
        assert json.loads(line)["event"] == f"loaded {HOSTILE}\nnext"


def test_prompt_shows_answers_with_codes(filled):
    """In the Python prompt of `ness shell` an answer that prints itself commands nothing."""
    import subprocess

    done = subprocess.run(
        [sys.executable, "-c", "from ness_pipeline.cli import main; main()", "shell", "--sandbox", "--python"],
        input="sql(\"SELECT chr(27) || ']52;c;x' || chr(8238) AS a\")\n", capture_output=True, text=True, check=False,
        env=clean_environment(filled) | {"PYTHONPATH": os.environ.get("PYTHONPATH", "")},
    )  # fmt: skip
    assert "]52;c;x" in done.stdout
    assert "\x1b]" not in done.stdout
