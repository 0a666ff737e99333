"""`ness run --sample`: a first run without a publisher, and what the commands say of such a file."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from ness_pipeline.cli.terminal import show_summary
from ness_pipeline.run.summary import Summary

SAYS = "Sample of open data, as of 2026-07-01: "


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for one home with the sample, which the first test fills."""
    return tmp_path_factory.mktemp("sampled")


def test_a_first_run_says_what_it_holds(ness, home, sampled, monkeypatch) -> None:
    """The run, `status` and `sql` name the sample and its day, the answer itself stays a table, and `cite` names publishers."""
    monkeypatch.setenv("NESS_HOME", str(sampled))
    said = ness("run", "KE", "NA", "--sample")
    assert said.code == 0
    assert SAYS in said.out
    assert "SYNTHETIC" not in said.out
    assert SAYS in ness("status").out
    asked = ness("sql", "SELECT 1 AS x")
    assert (SAYS in asked.out, asked.err.startswith(SAYS)) == (False, True)
    assert ness("sql", "SELECT 1 AS x", "--format", "csv").err == ""
    cited = ness("cite").out
    for name in ("Our World in Data", "World Bank, World Development Indicators", "Open Numbers"):
        assert name in cited


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        (("--sandbox",), "leave one of --sample and --sandbox out"),
        (("--source", "unsdg"), "leave --source out"),
        (("--source", "sample"), "load it with --sample"),
    ],
)
def test_it_is_refused_in_one_sentence(ness, home, words, advice) -> None:
    """Beside invented numbers, or as a source among others, the run stops with exit code 2 and what to do."""
    said = ness("run", "KE", "--sample", *words)
    assert said.code == 2
    assert advice in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(("series", "said"), [(0, False), (8, True)])
def test_a_run_says_what_it_replaced(series, said) -> None:
    """Series of the sample that gave way to a publisher's own release are counted, and nothing is said where none did."""
    console = Console(file=io.StringIO(), width=200)
    show_summary(console, Summary("run", ("KE",), series_replaced=series), "ness.duckdb", "ness", "")
    sentence = f"{series} series of the sample of open data were replaced by their publishers' own releases."
    assert (sentence in console.file.getvalue()) is said
