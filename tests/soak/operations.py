"""Every command that writes, killed at any instant and on a disk that is full at any write: own rows, publications, leftovers.

The commands are carried out by processes of their own, in a home and a TMPDIR that only they use.
"""

from __future__ import annotations

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

RECORDS = 2_000
NOT_TRIED = "not tried, because this user may mount nothing"
TREATIES = ("cbd", "nagoya", "cites", "ramsar", "cms")


def _run(home: Path, url: str) -> None:
    """A run, which finds all payloads in landing."""
    done = drive(home, url, accept_change=True)
    if done.exit_code:
        error = NessError(done.error or str(done.gaps))
        error.exit_code = done.exit_code
        raise error


def _load(home: Path, url: str, name: str = "treaties.csv") -> None:
    """An own file with rows of a table."""
    load_file(settings_of(home, url), home / name, table="treaty_party")


def _load_records(home: Path, url: str) -> None:
    """An archive with own records, which is unpacked into TMPDIR."""
    load_file(settings_of(home, url), home / "records.zip")


def _cube(home: Path, url: str) -> None:
    """Own records counted into a cube."""
    settings = settings_of(home, url)
    cube_to_warehouse(settings, [home / "more.csv"], CubeOptions(), RowDefaults("file:more.csv"), "cube more.csv")


def _materialise(home: Path, url: str) -> None:
    """The metrics computed anew and published."""
    materialise_and_publish(settings_of(home, url), COUNTRIES, accept_change=True)


def _rollback(home: Path, url: str) -> None:
    """The publication before put before the readers."""
    paths = Paths.of(settings_of(home, url))
    roll_back(paths, history(paths)[0].stem)


OPERATIONS: dict[str, Callable[[Path, str], None]] = {
    "run": _run,
    "load": _load,
    "load again": _load,
    "load records": _load_records,
    "cube": _cube,
    "materialise": _materialise,
    "rollback": _rollback,
}


def _own_files(home: Path) -> None:
    """The files that the commands load."""
    home.mkdir(parents=True, exist_ok=True)
    rows = [
        f"{code},{treaty},party,1995-01-{day:02},2024-01-01"
        for code in COUNTRIES
        for day, treaty in enumerate(TREATIES, 1)
    ]
    (home / "treaties.csv").write_text(
        "\n".join(["country_code,treaty,status,entry_into_force,as_of", *rows]) + "\n", "utf-8"
    )
    header = "gbifID\tspecies\tkingdom\tphylum\tclass\torder\tcountryCode\tyear\tbasisOfRecord\toccurrenceStatus\tspeciesKey\n"

    def records(first: int) -> str:
        return header + "".join(
            f"{first + n}\tInventa numerata{'abcdefghij'[n % 10]}\tAnimalia\tChordata\tAves\tPasseriformes\t{COUNTRIES[n % 2]}\t{2018 + n % 3}\tHUMAN_OBSERVATION\tPRESENT\t{70_000 + n % 10}\n"
            for n in range(RECORDS)
        )

    (home / "more.csv").write_text(records(1_000_000), "utf-8")

    with zipfile.ZipFile(home / "records.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("records.csv", records(2_000_000))


def carry_out(name: str, home: Path, url: str, scratch: Path, most_bytes: int | None = None) -> None:
    """One command in a process of its own; ends it with the command's exit code, after writing its sentence to `said`.

    Args:
        name: of the command.
        home: its home.
        url: of the sandbox.
        scratch: its TMPDIR.
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
        OPERATIONS[name](home, url)
    except NessError as error:
        said.write_text(str(error)[:4000], "utf-8")
        os._exit(error.exit_code)
    os._exit(0)


def _own_rows(home: Path, url: str) -> Counter[str]:
    """Rows of own files in the build database, by source."""
    with open_build(Paths.of(settings_of(home, url)).build) as build:
        counted = build.execute(
            "SELECT source, count(*) FROM landed.treaty_party WHERE source LIKE 'file:%' GROUP BY source "
            "UNION ALL SELECT source, sum(occurrences)::BIGINT FROM landed.occurrence_cube WHERE source LIKE 'file:%' GROUP BY source"
        ).fetchall()
    return Counter(dict(counted))


def _leftovers(home: Path, scratch: Path) -> list[str]:
    """What no process owns any more: temporary folders, unfinished files, half publications."""
    found = [file.name for file in scratch.iterdir()]
    found += [str(file) for file in home.rglob(f"*{PARTIAL}*")]
    return found + [str(file) for file in (home / "sandbox" / "ness.queue").glob("*")]


@contextmanager
def _world(folder: Path) -> Iterator[tuple[Path, Path, str, Counter[str]]]:
    """A home in which every command has been carried out once, its TMPDIR, the sandbox, and its own rows."""
    home, scratch = folder / "home", folder / "tmp"
    scratch.mkdir()
    _own_files(home)
    with serve(small_world()) as sandbox:
        for name in ("run", "load", "load records", "cube", "materialise", "run"):
            assert _finished(name, home, sandbox.url, scratch) == 0, (scratch.with_name("said")).read_text("utf-8")
        yield home, scratch, sandbox.url, _own_rows(home, sandbox.url)


def _finished(name: str, home: Path, url: str, scratch: Path, most_bytes: int | None = None) -> int:
    """Carry a command out to its end; returns its exit code."""
    process = processes().Process(target=carry_out, args=(name, home, url, scratch, most_bytes))
    process.start()
    process.join(PATIENCE_S)
    if process.exitcode is None:
        process.kill()
        raise AssertionError(f"{name} did not end")
    return process.exitcode


def operations_trial(folder: Path, wanted: int, seed: int = 1) -> Figures:
    """Kill -9 at random instants of every command until so many have hit.

    After each kill the published file is whole and one that some command made; after the command has been carried out again,
    all own rows are there, once, and nothing is left in TMPDIR, home or the list of processes.
    """
    rng = Rng(seed)
    figures: Counter[str] = Counter()
    with _world(folder) as (home, scratch, url, own):
        paths = Paths.of(settings_of(home, url))
        lasts = dict.fromkeys(OPERATIONS, 3.0)
        names = list(OPERATIONS)
        known = {file.stem for file in kept(paths)}
        number = 0
        while sum(count for name, count in figures.items() if name.startswith("kills of ")) < wanted:
            name = names[number % len(names)]
            number += 1
            process = processes().Process(target=carry_out, args=(name, home, url, scratch))
            process.start()
            started = time.monotonic()
            process.join(rng.uniform(0.0, lasts[name]))
            if process.exitcode is None:
                process.kill()
                process.join()
                figures[f"kills of {name}"] += 1
            else:
                assert process.exitcode == 0, (name, scratch.with_name("said").read_text("utf-8"))
                lasts[name] = 0.9 * lasts[name] + 0.1 * (time.monotonic() - started)
            assert whole(home) is not None, "a kill left half a publication"
            assert _finished(name, home, url, scratch) == 0, (name, scratch.with_name("said").read_text("utf-8"))
            assert _own_rows(home, url) == own, f"own rows after a kill of {name}"
            assert whole(home) is not None
            assert verify(paths) == []
            assert (left := _leftovers(home, scratch)) == [], (name, left)
            known |= {file.stem for file in kept(paths)}
        assert _finished("run", home, url, scratch) == 0
        true = drive(folder / "untouched", url).content_hash
        assert true is not None
        kept_whole = len(kept(paths))
        assert kept_whole <= settings_of(home, url).keep_publications + 1
        assert not _processes_with(scratch), "a process is left"
    return {
        "kills": sum(figures.values()),
        **figures,
        "own rows after all of them": own.total(),
        "publications kept": kept_whole,
    }


def _processes_with(scratch: Path) -> list[str]:
    """Processes that have the TMPDIR of the trial, but for those that wait to become one."""
    lines = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout.splitlines()
    return [line for line in lines if str(scratch) in line]


def full_disk_trial(folder: Path, steps: int = 12, commands: tuple[str, ...] = tuple(OPERATIONS)) -> Figures:
    """Every command on a disk on which no file can grow beyond some size, for many sizes up to the one that suffices.

    Each ends with a sentence that names what cannot be written and exit code 2, or without error; what readers see is whole, and
    afterwards the same command succeeds with the same own rows.
    """
    figures: Counter[str] = Counter()
    with _world(folder) as (home, scratch, url, own):
        paths = Paths.of(settings_of(home, url))
        largest = max(file.stat().st_size for file in home.rglob("*") if file.is_file())
        for name in commands:
            for step in range(steps):
                most_bytes = int(1_000 * (1.2 * largest / 1_000) ** (step / (steps - 1)))
                code = _finished(name, home, url, scratch, most_bytes)
                said = scratch.with_name("said").read_text("utf-8")
                assert code in {0, 2, 3}, (name, most_bytes, code, said)
                assert code == 0 or "cannot be written" in said or "could not be replaced" in said, (
                    name,
                    most_bytes,
                    said,
                )
                figures[f"{name}: {'no error' if code == 0 else 'refused with a sentence'}"] += 1
                assert whole(home) is not None
                assert verify(paths) == []
                assert _own_rows(home, url) == own, (name, most_bytes)
            assert _finished(name, home, url, scratch) == 0, scratch.with_name("said").read_text("utf-8")
            assert _own_rows(home, url) == own
            assert (left := _leftovers(home, scratch)) == [], (name, left)
    return {"commands on a full disk": sum(figures.values()), **figures}


def full_tmpdir_trial(
    folder: Path, sizes: tuple[int, ...] = (16_384, 65_536, 262_144), commands: tuple[str, ...] = tuple(OPERATIONS)
) -> Figures:
    """Commands whose TMPDIR is a small disk of its own (which takes the rights of root): it is named, and not the user's file."""
    figures: Counter[str] = Counter()
    with _world(folder) as (home, scratch, url, own):
        for size in sizes:
            mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(scratch)]
            if subprocess.run(mount, capture_output=True, check=False).returncode:
                return {NOT_TRIED: 0}
            try:
                for name in commands:
                    code = _finished(name, home, url, scratch)
                    said = scratch.with_name("said").read_text("utf-8")
                    assert code == 0 or (code == 2 and "folder for temporary files" in said), (name, size, code, said)
                    figures[f"{name}: {'no error' if code == 0 else 'TMPDIR named'}"] += 1
                    assert whole(home) is not None
                    assert _own_rows(home, url) == own, (name, size)
            finally:
                subprocess.run(["umount", str(scratch)], check=True)
    return {"commands with a full TMPDIR": sum(figures.values()), **figures}
