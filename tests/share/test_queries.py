"""The worked questions run on a published file, answer something, and say what they are for."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
import sqlglot
from published import Published
from sqlglot import exp

from ness_pipeline.ask.query import open_published
from ness_pipeline.ask.questions import Question, questions

Ness = Callable[..., subprocess.CompletedProcess[str]]
NAMES = [question.name for question in questions()]


@pytest.fixture
def connection(published: Published) -> Iterator[duckdb.DuckDBPyConnection]:
    """The file as `ness sql` opens it: read-only and locked down."""
    with open_published(published.paths.published) as opened:
        yield opened


@pytest.fixture
def question(request: pytest.FixtureRequest) -> Question:
    """A worked question by its name."""
    return next(one for one in questions() if one.name == request.param)


def test_there_are_enough() -> None:
    """An analyst finds at least fifteen worked questions beside the demonstration."""
    assert len(NAMES) >= 16
    assert "demo" in NAMES


@pytest.mark.parametrize("question", NAMES, indirect=True)
def test_question_has_an_answer(connection: duckdb.DuckDBPyConnection, question: Question) -> None:
    """Each question returns rows, not one of its columns is empty throughout in all rows, and names differ."""
    result = connection.execute(question.text)
    names = [column[0] for column in result.description]
    rows = result.fetchall()
    assert rows
    assert len(set(names)) == len(names)
    assert any(value is not None for row in rows for value in row[1:])


@pytest.mark.parametrize("question", NAMES, indirect=True)
def test_answer_does_not_depend_on_chance(published: Published, question: Question) -> None:
    """A question is ordered, and asking it with one thread or with four gives the same answer."""
    (statement,) = sqlglot.parse(question.text, dialect="duckdb")
    assert statement is not None
    assert statement.args.get("order") is not None
    answers = []
    for threads in (1, 4):
        with duckdb.connect(str(published.paths.published), read_only=True, config={"threads": threads}) as connection:
            answers.append(connection.execute(question.text).fetchall())
    assert answers[0] == answers[1]


@pytest.mark.parametrize("question", NAMES, indirect=True)
def test_question_says_what_it_is_for(question: Question) -> None:
    """The head of the file has the question, why it is asked and how to read the answer; then comes one SELECT."""
    head = [line for line in question.text.splitlines() if line.startswith("--")]
    words = [match[1] for line in head if (match := re.match(r"-- (Question|Why|Reading): \S", line))]
    assert words == ["Question", "Why", "Reading"]
    assert question.asks.endswith("?")
    assert max(len(line) for line in question.text.splitlines()) <= 120
    statements = sqlglot.parse(question.text, dialect="duckdb")
    assert [isinstance(one, exp.Query) for one in statements] == [True]


def test_demonstration_fits_a_terminal(ness: Ness) -> None:
    """The table of the demonstration names its countries and is 80 to 120 columns wide when nothing is folded."""
    answer = ness("sql", "--sandbox", "--file", "demo")
    assert answer.returncode == 0, answer.stderr
    lines = answer.stdout.splitlines()
    assert {line.split()[0] for line in lines[1:]} >= {"Kenya", "Mali", "Norway"}
    assert 80 <= max(map(len, lines)) <= 120


def test_questions_are_asked_by_name_or_path(ness: Ness, tmp_path: Path) -> None:
    """`--file` takes a path or the name of a worked question; anything else is refused with the next step."""
    own = tmp_path / "own.sql"
    own.write_text("-- mine\nSELECT 42 AS answer")
    assert ness("sql", "--sandbox", "--file", str(own), "--format", "csv").stdout == "answer\n42\n"
    refused = ness("sql", "--sandbox", "--file", "no_such_question")
    assert refused.returncode == 2
    assert "`ness queries` lists them" in refused.stderr


def test_queries_lists_and_shows(ness: Ness) -> None:
    """`ness queries` lists every question on one line, and `ness queries NAME` prints the file itself."""
    listed = ness("queries").stdout
    assert all(any(line.startswith(f"{name} ") for line in listed.splitlines()) for name in NAMES)
    assert ness("queries", "demo").stdout == next(q.text for q in questions() if q.name == "demo")
    assert ness("queries", "nonsense").returncode == 2
