"""Clients of all kinds at one published file while publications follow each other: what each saw."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from multiprocessing.context import ForkServerProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import IO, Literal, get_args

import duckdb
from soak.drive import drive, processes, settings_of, small_world
from soak.trials import PATIENCE_S, Figures, mark

from ness_pipeline.ask.query import ask
from ness_pipeline.ask.status import verify
from ness_pipeline.errors import NessError
from ness_pipeline.paths import Paths
from ness_pipeline.publish.content_hash import content_hash
from ness_pipeline.publish.durable import log_of
from ness_pipeline.publish.history import identity, kept, roll_back
from ness_pipeline.publish.reading import connect_published
from ness_pipeline.run.restore import open_for_writing
from ness_pipeline.sandbox import serve
from ness_pipeline.sandbox.spoiled import Rng

Kind = Literal["ness", "read-only", "read-write idle", "read-write with edits"]
KINDS: tuple[Kind, ...] = get_args(Kind)
DEATHS = 0.3
"""How often a client that edits dies before it closes the file."""
QUESTION = (
    "SELECT (SELECT min(land_area_km2) FROM core.country), (SELECT max(land_area_km2) FROM core.country), "
    "(SELECT min(instrument::DOUBLE) FROM core.treaty_party), (SELECT max(instrument::DOUBLE) FROM core.treaty_party)"
)
EDITED = -1.0
"""What a client that edits writes in place of the number of a publication."""


def read_as(kind: Kind, file: Path, seen: Path, done: Event, seed: int) -> None:
    """Open, read and close the published file again and again as one kind of client, until told to stop.

    Args:
        kind: of the client.
        file: the published file.
        seen: a folder for what it saw, a line for each reading, so that a client that dies has told.
        done: when to stop.
        seed: of its pauses.
    """
    rng = Rng(seed)
    with (seen / f"{seed}").open("a", encoding="utf-8", buffering=1) as lines:
        while not done.is_set():
            try:
                _read(kind, file, rng, lines)
            except (duckdb.Error, NessError) as error:
                is_locked = "lock" in str(error).lower()
                what = (
                    "was locked out by a client that writes"
                    if is_locked
                    else f"saw an error: {str(error).splitlines()[0][:150]}"
                )
                lines.write(f"{kind} {what}\n")
            time.sleep(rng.uniform(0.0, 3.0 if kind == "read-write with edits" else 0.03))


def _what(row: tuple[float, ...]) -> str:
    """What a reading found, in words."""
    numbers = set(row)
    if EDITED in numbers and len(numbers) == 2:
        return "saw a publication with edits of a client"
    return "saw a whole publication" if len(numbers) == 1 and EDITED not in numbers else f"saw a mixture: {row}"


def _read(kind: Kind, file: Path, rng: Rng, lines: IO[str]) -> None:
    """One reading, with what this kind of client does besides."""
    if kind == "ness":
        lines.write(f"ness {_what(ask(file, QUESTION)[1][0])}\n")
        return
    with duckdb.connect(str(file), read_only=kind == "read-only") as connection:
        lines.write(f"{kind} {_what(connection.execute(QUESTION).fetchall()[0])}\n")
        if kind == "read-write with edits":
            connection.execute("UPDATE core.country SET land_area_km2 = ?", [EDITED])
        if kind != "read-only":
            time.sleep(rng.uniform(0.0, 0.2))
        if kind == "read-write with edits" and rng.random() < DEATHS:
            lines.write(f"{kind} died with its changes open\n")
            os.kill(os.getpid(), signal.SIGKILL)


class _Crowd:
    """One client of each kind, started again where it dies."""

    def __init__(self, file: Path, folder: Path) -> None:
        self._context, self._file, self._folder = processes(), file, folder
        self._done, self._started = self._context.Event(), 0
        folder.mkdir()
        self._clients = {kind: self._start(kind) for kind in KINDS}
        self._nurse = threading.Thread(target=self._start_the_dead_again)
        self._nurse.start()

    def _start(self, kind: Kind) -> ForkServerProcess:
        self._started += 1
        known = (kind, self._file, self._folder, self._done, self._started)
        process = self._context.Process(target=read_as, args=known)
        process.start()
        return process

    def _start_the_dead_again(self) -> None:
        while not self._done.wait(0.05):
            for kind, process in self._clients.items():
                if not process.is_alive():
                    self._clients[kind] = self._start(kind)

    def read_until(self, reads: int) -> None:
        """Wait until there were so many readings that saw something."""
        deadline = time.monotonic() + PATIENCE_S
        while sum(times for what, times in self.told().items() if " saw " in what) < reads:
            assert time.monotonic() < deadline, "the clients do not read"
            time.sleep(0.05)

    def told(self) -> Counter[str]:
        """What all of them saw until now."""
        return Counter(line for file in self._folder.iterdir() for line in file.read_text("utf-8").splitlines())

    def stop(self) -> Counter[str]:
        """End them; returns what they saw."""
        self._done.set()
        self._nurse.join()
        for process in self._clients.values():
            process.join(60)
        return self.told()


def clients_trial(folder: Path, reads: int, publications: int) -> Figures:
    """Publications one after the other, with a client of every kind at the file; afterwards all of them are what the runs made."""
    home = folder / "clients"
    with serve(small_world()) as sandbox:
        drive(home, sandbox.url)
        settings = settings_of(home, sandbox.url)
    paths = Paths.of(settings)
    made: dict[str, str] = {}
    logs = 0
    with open_for_writing(settings) as connection:
        mark(connection, paths, 1)
        crowd = _Crowd(paths.published, folder / "seen")
        for generation in range(2, publications + 2):
            digest = mark(connection, paths, generation)
            made[identity(kept(paths)[0])[0]] = digest
            crowd.read_until(reads * (generation - 1) // publications)
            logs += log_of(paths.published).exists()
        figures = crowd.stop()
    for copy in kept(paths):
        identifier, stated = identity(copy)
        assert made.get(identifier, stated) == stated
        with connect_published(copy) as stored:
            assert content_hash(stored) == stated, f"the kept copy of {identifier} was changed"
    roll_back(paths, kept(paths)[0].stem)
    assert verify(paths) == []
    wrong = [what for what in figures if "mixture" in what or "error" in what or what.startswith("ness was locked")]
    assert not wrong, wrong
    total = sum(number for what, number in figures.items() if " died " not in what)
    return {
        "reads": total,
        "publications": publications,
        "publications beside which a client left its log": logs,
        **figures,
    }
