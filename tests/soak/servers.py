"""Hostile servers: one publisher at a time answers with one kind of fault, and everybody else is well. What is lost, in rows."""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from soak.drive import COUNTRIES, IMPATIENT_S, SOURCES, drive, processes, small_world, whole
from soak.trials import PATIENCE_S, Figures

from ness_pipeline.build.database import open_build
from ness_pipeline.contract.ddl import landed_table
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.sandbox import Fault, Sandbox, serve
from ness_pipeline.sandbox.faults import DISGUISED, WITHOUT_DATA
from ness_pipeline.settings import Publisher

EVERY = (*SOURCES, "iucn", "protected_planet")
PUBLISHERS: tuple[Publisher, ...] = get_args(Publisher)
KINDS = (*WITHOUT_DATA, *DISGUISED, "503", "401", "reset", "cut", "stalled")
MOST_MIB = 1_500
"""Memory of a run, most of which is that of the libraries."""


def _run(home: Path, url: str, told: Path) -> None:
    """A run in a process of its own, which tells how it ended and what memory it took."""
    done = drive(home, url, retries=1, timeout_read_s=IMPATIENT_S, max_age_hours=0, only=EVERY)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told.write_text(
        f"{done.exit_code} {memory:.0f} {len(done.gaps)}\n{done.error or next(iter(done.gaps.values()), '')}", "utf-8"
    )


def rows_by_source(home: Path) -> Counter[tuple[str, str]]:
    """Rows of the landed tables by source and table."""
    found: Counter[tuple[str, str]] = Counter()
    with open_build(home / "sandbox" / "build.duckdb") as build:
        for table in tables().values():
            if table.is_landed:
                name, _ = landed_table(table)
                for source, number in build.execute(f"SELECT source, count(*) FROM {name} GROUP BY source").fetchall():
                    found[source, name] += number
    return found


def _publishers_of(source: str) -> set[str]:
    """The publishers that a source reads; the Red List's names are matched by GBIF."""
    needed = {"gbif"} if source == "iucn" else set()
    return needed | {publisher for publisher in PUBLISHERS if source.startswith(publisher)}


class _Trial:
    """Runs against a sandbox whose faults change."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self._folder, self._sandbox = folder, sandbox
        assert drive(folder / "well", sandbox.url, only=EVERY).exit_code == 0
        self.well = rows_by_source(folder / "well")
        self.number = 0

    def run(self, publisher: Publisher, kind: str) -> str:
        """A first run with a fault at one publisher, then one without: what was lost, and that it has come back."""
        self.number += 1
        home, told = self._folder / f"home{self.number}", self._folder / f"told{self.number}"
        code, memory, gaps, said = self._once(home, told, (Fault(kind, publisher, 1.0),))
        assert code in {0, 3, 4}, (publisher, kind, code, said)
        assert memory < MOST_MIB, (publisher, kind, memory)
        rows = rows_by_source(home)
        for (source, table), number in self.well.items():
            if publisher not in _publishers_of(source):
                assert rows[source, table] == number, (publisher, kind, source, table)
        assert code == 0 or gaps, (publisher, kind, said)
        lost = self.well.total() - rows.total()
        assert whole(home) is not None
        again, _, _, now_said = self._once(home, told, ())
        assert again == 0, (publisher, kind, again, now_said)
        assert rows_by_source(home) == self.well, (publisher, kind)
        return f"exit {code}, {gaps} gaps, {lost:,} of {self.well.total():,} rows, {memory} MiB: {said[:110]}"

    def _once(self, home: Path, told: Path, faults: tuple[Fault, ...]) -> tuple[int, int, int, str]:
        self._sandbox.faults.listed = faults
        process = processes().Process(target=_run, args=(home, self._sandbox.url, told))
        process.start()
        process.join(PATIENCE_S)
        assert process.exitcode == 0, f"a run with {faults} ended with {process.exitcode}"
        figures, _, said = told.read_text("utf-8").partition("\n")
        code, memory, gaps = map(int, figures.split())
        return code, memory, gaps, said


def servers_trial(folder: Path, publishers: Sequence[Publisher] = PUBLISHERS, kinds: Sequence[str] = KINDS) -> Figures:
    """One fault at one publisher at a time, for all requests to it, on a fresh home.

    The run ends in bounded time and memory with a gap for what was lost, publishes all that others gave, and the next run
    without the fault has every row.
    """
    figures: Figures = {}
    with serve(small_world()) as sandbox:
        sandbox.faults.drip_s, sandbox.faults.stall_s = 0.1, 1.0
        trial = _Trial(folder, sandbox)
        for publisher in publishers:
            for kind in kinds:
                figures[f"{kind} at {publisher}"] = trial.run(publisher, kind)
    return {"countries": len(COUNTRIES), "servers": len(figures)} | figures
