"""Every command that writes, killed at any instant and on a disk that is full at any write: own rows, publications, leftovers.

The commands are carried out by processes of their own, in a home and a TMPDIR that only they use.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
import resource
import signal
import subprocess
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from soak.drive import COUNTRIES, drive, processes, settings_of, small_world, whole
from soak.trials import PATIENCE_S, Figures

from ness_pipeline.ask.status import verify
from ness_pipeline.build.database import open_build
from ness_pipeline.cube.options import CubeOptions
from ness_pipeline.errors import NessError
from ness_pipeline.files.row_defaults import RowDefaults
from ness_pipeline.paths import Paths
from ness_pipeline.publish.history import history, kept, roll_back
from ness_pipeline.run.cube import cube_to_warehouse
from ness_pipeline.run.materialise import materialise_and_publish
from ness_pipeline.run.own_files import load_file
from ness_pipeline.sandbox import serve
from ness_pipeline.sandbox.spoiled import Rng
from ness_pipeline.scratch import PARTIAL

RECORDS = 300
NOT_TRIED = "not tried, because this user may mount nothing"
TREATIES = ("cbd", "cms", "cites", "ramsar")


def _run(home: Path, url: str, _: int) -> None:
    """A run, which finds all payloads in landing."""
    done = drive(home, url, accept_change=True)
    if done.exit_code:
        error = NessError(done.error or str(done.gaps))
        error.exit_code = done.exit_code
        raise error


def _load(home: Path, url: str, number: int) -> None:
    """An own file with rows of a table, newer than those of the file before."""
    load_file(settings_of(home, url), home / f"treaties-{number}.csv", table="treaty_party")


def _load_records(home: Path, url: str, number: int) -> None:
    """An archive with own records, which is unpacked into TMPDIR."""
    load_file(settings_of(home, url), home / f"records-{number}.zip")


def _cube(home: Path, url: str, number: int) -> None:
    """Own records counted into a cube."""
    settings, name = settings_of(home, url), f"more-{number}.csv"
    cube_to_warehouse(settings, [home / name], CubeOptions(), RowDefaults(f"file:{name}"), f"cube {name}")


def _materialise(home: Path, url: str, _: int) -> None:
    """The metrics computed anew and published."""
    materialise_and_publish(settings_of(home, url), COUNTRIES, accept_change=True)


def _rollback(home: Path, url: str, _: int) -> None:
    """The publication before put before the readers."""
    paths = Paths.of(settings_of(home, url))
    roll_back(paths, history(paths)[0].stem)


OPERATIONS: dict[str, Callable[[Path, str, int], None]] = {
    "run": _run,
    "load": _load,
    "load again": _load,
    "load records": _load_records,
    "cube": _cube,
    "materialise": _materialise,
    "rollback": _rollback,
}


def _write_files(home: Path, number: int) -> None:
    """The files that the commands load, with content that was not there before."""
    home.mkdir(parents=True, exist_ok=True)
    as_of = dt.date(2020, 1, 1) + dt.timedelta(days=number)
    rows = [f"{code},{treaty},party,1995-01-01,{as_of}" for code in COUNTRIES for treaty in TREATIES]
    text = "\n".join(["country_code,treaty,status,entry_into_force,as_of", *rows])
    (home / f"treaties-{number}.csv").write_text(f"{text}\n", "utf-8")
    (home / f"more-{number}.csv").write_text(_records(10_000_000 + number * RECORDS), "utf-8")
    with zipfile.ZipFile(home / f"records-{number}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("records.csv", _records(20_000_000 + number * RECORDS))


def _records(first: int) -> str:
    """A table of records."""
    header = "gbifID\tspecies\tkingdom\tphylum\tclass\torder\tcountryCode\tyear\tbasisOfRecord\toccurrenceStatus\tspeciesKey\n"
    return header + "".join(
        f"{first + n}\tInventa numerata{'abcdefghij'[n % 10]}\tAnimalia\tChordata\tAves\tPasseriformes\t"
        f"{COUNTRIES[n % 2]}\t{2018 + n % 3}\tHUMAN_OBSERVATION\tPRESENT\t{70_000 + n % 10}\n"
        for n in range(RECORDS)
    )


def _after(name: str, own: Counter[str], number: int) -> Counter[str]:
    """The own rows that are right after a command."""
    if name == "load":  # of rows with one key the later counts
        others = {source: rows for source, rows in own.items() if "treaties" not in source}
        return Counter(others | {f"file:treaties-{number}.csv": len(COUNTRIES) * len(TREATIES)})
    if name == "load records":
        return own + Counter({f"file:records-{number}.zip": RECORDS})
    return own + Counter({f"file:more-{number}.csv": RECORDS}) if name == "cube" else own


def carry_out(name: str, home: Path, url: str, scratch: Path, number: int, most_bytes: int | None = None) -> None:
    """One command in a process of its own; ends it with the command's exit code, after writing its sentence to `said`.

    Args:
        name: of the command.
        home: its home.
        url: of the sandbox.
        scratch: its TMPDIR.
        number: of the files that it loads.
        most_bytes: how large a file may become.
    """
    os.environ["TMPDIR"] = str(scratch)
    tempfile.tempdir = None
    said = scratch.with_name("said")
    said.write_text("", "utf-8")
    if most_bytes is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    try:
        OPERATIONS[name](home, url, number)
    except NessError as error:
        said.write_text(str(error)[:4000], "utf-8")
        os._exit(error.exit_code)
    os._exit(0)


class _World:
    """A home in which every command has been carried out once, with a TMPDIR of its own and a sandbox to read from."""

    def __init__(self, folder: Path, url: str) -> None:
        self.home, self.scratch, self.url = folder / "home", folder / "tmp", url
        self.paths = Paths.of(settings_of(self.home, url))
        self.scratch.mkdir()
        self.number = self.loaded = 0
        self.own: Counter[str] = Counter()
        self.new_files()
        for name in ("run", "load", "load records", "cube", "materialise", "run"):
            self.finish(name)

    @property
    def said(self) -> str:
        """The sentence of the last command."""
        return self.scratch.with_name("said").read_text("utf-8")

    def new_files(self) -> None:
        """Write files with new content for the next command."""
        self.number += 1
        _write_files(self.home, self.number)

    def start(self, name: str, most_bytes: int | None = None) -> ForkServerProcess:
        """Start a command."""
        number = self.loaded if name == "load again" else self.number
        known = (name, self.home, self.url, self.scratch, number, most_bytes)
        process = processes().Process(target=carry_out, args=known)
        process.start()
        return process

    def ended(self, name: str, most_bytes: int | None = None) -> int:
        """Carry a command out to its end; returns its exit code."""
        process = self.start(name, most_bytes)
        process.join(PATIENCE_S)
        assert process.exitcode is not None, f"{name} did not end"
        return process.exitcode

    def finish(self, name: str) -> None:
        """Carry a command out without hindrance: it succeeds, with the right own rows, and nothing is left of those before."""
        assert self.ended(name) == 0, (name, self.said)
        self.own = _after(name, self.own, self.number)
        if name == "load":
            self.loaded = self.number
        assert (rows := self.own_rows()) == self.own, (name, rows - self.own, self.own - rows)
        self.prove_whole()
        assert (left := self.leftovers()) == [], (name, left)

    def prove_whole(self) -> None:
        """What readers see is a whole publication."""
        assert whole(self.home) is not None
        assert verify(self.paths) == []

    def own_rows(self) -> Counter[str]:
        """Rows of own files that count, by source."""
        with open_build(self.paths.build) as build:
            counted = build.execute(
                "SELECT source, count(*) FROM landed.treaty_party WHERE source LIKE 'file:%' GROUP BY source "
                "UNION ALL SELECT source, sum(occurrences)::BIGINT FROM landed.occurrence_cube WHERE source LIKE 'file:%' GROUP BY source"
            ).fetchall()
        return Counter(dict(counted))

    def leftovers(self) -> list[str]:
        """What no process owns any more: temporary folders, unfinished files, places in the queue, processes."""
        found = [file.name for file in self.scratch.iterdir()]
        found += [str(file) for file in self.home.rglob(f"*{PARTIAL}*")]
        found += [str(file) for file in self.paths.queue.iterdir()]
        listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
        return found + [line for line in listed.stdout.splitlines() if str(self.scratch) in line]


@contextmanager
def _world(folder: Path) -> Iterator[_World]:
    with serve(small_world()) as sandbox:
        yield _World(folder, sandbox.url)


def operations_trial(folder: Path, wanted: int, seed: int = 1) -> Figures:
    """Kill -9 at random instants of every command until so many have hit.

    After each kill the published file is whole; after the command has been carried out again all own rows are there, once, and
    nothing is left in TMPDIR, in the home or in the list of processes.
    """
    rng = Rng(seed)
    kills: Counter[str] = Counter()
    with _world(folder) as world:
        lasts = dict.fromkeys(OPERATIONS, 3.0)
        names = itertools.cycle(OPERATIONS)
        while kills.total() < wanted:
            name = next(names)
            world.new_files()
            started = time.monotonic()
            process = world.start(name)
            process.join(rng.uniform(0.0, lasts[name]))
            if process.exitcode is None:
                process.kill()
                process.join()
                kills[f"kills of {name}"] += 1
            else:
                assert process.exitcode == 0, (name, world.said)
                lasts[name] = 0.9 * lasts[name] + 0.1 * (time.monotonic() - started)
            world.prove_whole()
            world.finish(name)
        kept_copies = len(kept(world.paths))
        assert kept_copies <= settings_of(world.home, world.url).keep_publications + 1
        return {
            "kills": kills.total(),
            **kills,
            "own rows, none lost or twice": world.own.total(),
            "publications kept": kept_copies,
        }


def full_disk_trial(folder: Path, steps: int = 12, commands: tuple[str, ...] = tuple(OPERATIONS)) -> Figures:
    """Every command where no file can grow beyond some size, for many sizes up to the one that suffices.

    Each ends without error, or with a sentence that names what cannot be written and exit code 2 or 3 (a gap). What readers
    see is whole, own rows are those before or after, and afterwards the same command succeeds.
    """
    figures: Counter[str] = Counter()
    with _world(folder) as world:
        for name in commands:
            for step in range(steps):
                world.new_files()
                largest = max(file.stat().st_size for file in world.home.rglob("*") if file.is_file())
                most_bytes = int(1_000 * (1.2 * largest / 1_000) ** (step / (steps - 1)))
                code = world.ended(name, most_bytes)
                is_said = "cannot be written" in world.said or "could not be replaced" in world.said
                assert code == 0 or (code in {2, 3} and is_said), (name, most_bytes, code, world.said)
                figures[f"{name}: {'no error' if code == 0 else 'refused with a sentence'}"] += 1
                world.prove_whole()
                assert world.own_rows() in (world.own, _after(name, world.own, world.number)), (name, most_bytes)
                world.finish(name)
    return {"commands on a full disk": figures.total(), **figures}


def full_tmpdir_trial(
    folder: Path, sizes: tuple[int, ...] = (8_192, 16_384, 65_536), commands: tuple[str, ...] = tuple(OPERATIONS)
) -> Figures:
    """Commands whose TMPDIR is a small disk of its own (which takes the rights of root): it is named, and not the user's file."""
    figures: Counter[str] = Counter()
    with _world(folder) as world:
        for size, name in itertools.product(sizes, commands):
            world.new_files()
            mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(world.scratch)]
            if subprocess.run(mount, capture_output=True, check=False).returncode:
                return {NOT_TRIED: 0}
            try:
                code, said = world.ended(name), world.said
            finally:
                subprocess.run(["umount", str(world.scratch)], check=True)
            assert code == 0 or (code == 2 and "TMPDIR" in said), (name, size, code, said)
            figures[f"{name}: {'no error' if code == 0 else 'TMPDIR named'}"] += 1
            world.prove_whole()
            world.finish(name)
    return {"commands with a full TMPDIR": figures.total(), **figures}
