"""Questions start at once: what only asks the published file imports none of the slow libraries."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SLOW = ("prefect", "pandera", "polars", "pandas", "altair", "pyspark", "pyarrow", "babel")
ASKING = f"""
import sys
SLOW = {SLOW}
from ness_pipeline.cli.commands import exit_code_of
code = exit_code_of(sys.argv[1:])
print("slow:", [name for name in SLOW if name in sys.modules], "code:", code)
"""


@pytest.mark.parametrize(
    "words",
    [("--version",), ("queries",), ("sql", "--sandbox", "SELECT 1"), ("metrics", "--sandbox"), ("status", "--sandbox")],
    ids=lambda words: words[0],
)
def test_a_question_imports_nothing_slow(filled, words):
    """Prefect, pandera, polars and the rest are left alone, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", ASKING, *words], env=os.environ, capture_output=True, text=True, check=False, timeout=120
    )
    assert "slow: [] code: 0" in done.stdout, done.stdout[-300:] + done.stderr[-300:]
