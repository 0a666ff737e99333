"""Health in one line, structured logs, and exit codes as a scheduler sees them."""

from __future__ import annotations

import io
import json
import logging
from typing import get_args

import pytest
from soak.drive import drive
from soak.inputs import outcome

from ness_pipeline.ask.doctor import Finding, examine, in_one_line
from ness_pipeline.build.lock import writer
from ness_pipeline.logs import JsonLines, write_logs
from ness_pipeline.run.restore import open_for_writing
from ness_pipeline.settings import Publisher


@pytest.fixture
def environment(finished, monkeypatch):
    """Commands that find the finished run by their environment."""
    monkeypatch.setenv("NESS_HOME", str(finished.paths.home))
    monkeypatch.setenv("NESS_CONTACT", "someone@example.org")
    for publisher in get_args(Publisher):
        monkeypatch.setenv(f"NESS_{publisher.upper()}_URL", finished.settings.url(publisher))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    return finished


def test_doctor_says_in_one_line_that_all_is_well(environment):
    """One line for a monitor, exit code 0, with the age of each source among the checks."""
    code, said = outcome(["doctor", "--line"])
    assert (code, said.count("\n")) == (0, 1), said
    assert said.startswith("healthy")
    names = {finding.name for finding in examine(environment.settings)}
    assert {"disk", "lock", "prefect", "warehouse", "age gbif_country", "age unsdg"} <= names


def test_doctor_finds_what_is_wrong(environment, monkeypatch):
    """A held lock, a publisher that does not answer and a source that is late are named; the gravest gives the code."""
    with open_for_writing(environment.settings) as connection:
        connection.execute("UPDATE ops.load SET extracted_at = extracted_at - INTERVAL 400 DAY WHERE source = 'cbd'")
    drive(environment.home, environment.sandbox.url, only=["iso_countries"])
    monkeypatch.setenv("NESS_CBD_URL", "http://127.0.0.1:9")
    with writer(environment.paths):
        code, said = outcome(["doctor", "--line"])
    assert code == 6
    assert said.startswith("not healthy")
    assert "broken: lock, cbd" in said
    assert "to note: age cbd" in said
    code, _ = outcome(["doctor", "--line"])
    assert code == 3


def test_line_of_health_names_only_what_is_not_fine():
    """What is fine is counted, not listed."""
    fine, note = Finding("disk", is_fine=True, message=""), Finding("contact", is_fine=False, message="")
    assert in_one_line([fine]) == "healthy, 1 checks"
    assert in_one_line([fine, note]) == "healthy, 2 checks; to note: contact"


def test_run_is_told_in_lines_of_json(finished, tmp_path):
    """Each event is one JSON object with time, level and what it is about; loads carry the numbers that must add up."""
    stream = io.StringIO()
    write_logs("json", stream)
    try:
        drive(tmp_path / "new", finished.sandbox.url)
    finally:
        write_logs("")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert all({"time", "level", "logger", "event"} <= line.keys() for line in lines)
    loaded = [line for line in lines if line["event"] == "loaded"]
    assert {line["source"] for line in loaded} >= {"cbd", "gbif_country", "unsdg", "worldbank"}
    assert all(line["received"] == line["loaded"] + line["quarantined"] for line in loaded)
    assert [line["content_hash"] for line in lines if line["event"] == "published"] == [finished.outcome.content_hash]


def test_log_lines_hold_no_secret():
    """A token in a message, an argument or a field is blotted out, by its look and by its value."""
    record = logging.makeLogRecord(
        {"msg": "asked %s", "args": ("https://x/y?token=abc123",), "note": "it said hush-hush"}
    )
    line = JsonLines(["hush-hush"]).format(record)
    assert "abc123" not in line
    assert "hush-hush" not in line
    assert json.loads(line)["event"] == "asked https://x/y?token=…"


def test_status_prints_the_hash_alone(environment):
    """`ness status --hash` prints the hash and nothing else, for scripts that compare machines."""
    assert outcome(["status", "--hash"]) == (0, f"{environment.outcome.content_hash}\n")


def test_answers_are_cut_and_questions_given_up(environment):
    """A question may neither flood the terminal nor run for ever."""
    code, said = outcome(["sql", "SELECT range AS n FROM range(50)", "--rows", "7", "--format", "csv"])
    assert code == 0
    lines = said.splitlines()
    assert [line for line in lines if not line.startswith("Cut")] == ["n", *(str(n) for n in range(7))]
    assert [line for line in lines if line.startswith("Cut after 7 rows")]
    endless = "SELECT count(*) FROM range(10000000000) a, range(1000) b"
    code, said = outcome(["sql", endless, "--timeout", "0.3"])
    assert code == 2
    assert "longer than 0.3 s" in said
