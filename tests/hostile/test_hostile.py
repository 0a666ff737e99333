"""Hostile inputs end as promised: within time and memory, in one sentence, with nothing left behind and no secret printed.

`make soak` prints the table of all with their figures; the whole takes four to ten minutes on two cores.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

QUICK = ("a good archive", "meta.xml: index '99999999'", "a pipe", "zip: bomb", "parquet: cut short")


def _wrong(*words: str) -> tuple[list[str], int]:
    """What broke a promise, and how many inputs there were, in a process of its own, which forks."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parent), "--json", *words], capture_output=True, text=True, check=False
    )
    results = json.loads(done.stdout)
    return [f"{one['name']}: {', '.join(one['wrong'])}; {one['said']}" for one in results if one["wrong"]], len(results)


def test_some_hostile_inputs_end_as_promised():
    """One input of each kind."""
    wrong, inputs = _wrong("--exactly", *QUICK)
    assert wrong == []
    assert inputs == len(QUICK)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_all_hostile_inputs_end_as_promised():
    """Every input of the table."""
    wrong, inputs = _wrong()
    assert wrong == []
    assert inputs >= 200
