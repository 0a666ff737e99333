"""The trials of the soak, each of any size: faults, kills, readers during publications. Each returns its figures."""

from __future__ import annotations

import faulthandler
import time
from collections import Counter
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event, Semaphore
from pathlib import Path

import duckdb
from soak.drive import (
    COUNTRIES,
    IMPATIENT_S,
    Outcome,
    drive,
    processes,
    settings_of,
    small_world,
    unaccounted,
    units_accounted,
    whole,
)

from ness_pipeline.paths import Paths
from ness_pipeline.publish.publication import publish
from ness_pipeline.run.records import clock
from ness_pipeline.run.restore import open_for_writing
from ness_pipeline.sandbox import Fault, Faults, mixed, serve
from ness_pipeline.sandbox.faults import PASSING
from ness_pipeline.sandbox.spoiled import CONTENT, Rng

PATIENCE_S = 200
"""Seconds after which a run that was not disturbed counts as hanging."""

Figures = dict[str, int | str]


def _baseline(folder: Path, url: str) -> str:
    outcome = drive(folder / "baseline", url)
    assert outcome.exit_code == 0, outcome
    assert outcome.content_hash is not None
    return outcome.content_hash


def faults_trial(folder: Path, wanted: int, seed: int = 1) -> Figures:
    """Runs under faults until so many have been injected; afterwards nothing may remember them.

    Faults that pass (bursts, resets, stalls, pages instead of data) must leave no trace in the very run. Faults of
    content (fields, types, counts, pages, errors under 200, expired tokens) may cost a unit or quarantine rows; the
    next undisturbed run must equal the one that never saw them.
    """
    rng = Rng(seed)
    figures: Counter[str] = Counter()
    injected: Counter[str] = Counter()
    with serve(small_world(), faults=Faults(seed=seed, stall_s=1.0)) as sandbox:
        true = _baseline(folder, sandbox.url)
        number = 0
        while sum(injected.values()) < wanted:
            number += 1
            home = folder / f"faults{number}"
            before = sandbox.faults.injected
            sandbox.faults.seed = rng.randrange(2**30)
            sandbox.faults.listed = _passing(rng.choice((0.1, 0.25, 0.4)))
            outcome = drive(home, sandbox.url, timeout_read_s=IMPATIENT_S)
            assert outcome == Outcome(0, true), f"passing faults left a trace: {outcome}"
            for _ in range(3):
                sandbox.faults.listed = mixed((*CONTENT, "error_200", "401"), rng.choice((0.01, 0.05, 0.3)))
                outcome = drive(
                    home,
                    sandbox.url,
                    timeout_read_s=IMPATIENT_S,
                    max_age_hours=0,
                    retries=2,
                    accept_change=rng.random() < 0.5,
                )
                assert outcome.exit_code in {0, 3, 4, 5}, outcome
                figures[f"runs ended with {outcome.exit_code}"] += 1
                assert whole(home) is not None
            injected += sandbox.faults.injected - before
            sandbox.faults.listed = ()
            outcome = drive(home, sandbox.url, timeout_read_s=IMPATIENT_S, max_age_hours=0, accept_change=True)
            assert outcome == Outcome(0, true), f"content faults left a trace: {outcome}"
            assert unaccounted(home) == []
            figures["loads of units, received = loaded + quarantined"] += units_accounted(home)
        figures["runs under faults"] = 4 * number
    kinds = {f"  {kind}": count for kind, count in sorted(injected.items())}
    return {"faults injected": sum(injected.values()), **kinds, **figures, "content hash": true}


def _passing(share: float) -> tuple[Fault, ...]:
    """Faults that pass; those that ask for a second of patience are rarer, for the sake of the watch alone."""
    patient = ("429_seconds", "429_date", "stalled")
    brisk = tuple(kind for kind in PASSING if kind not in patient)
    return (*mixed(brisk, 0.9 * share), *mixed(patient, 0.1 * share))


def _run(home: Path, url: str) -> None:
    """A run in a process of its own, which tells where it is when it hangs."""
    faulthandler.dump_traceback_later(0.8 * PATIENCE_S)
    done = drive(home, url, accept_change=True)
    assert done.exit_code == 0, done


def kills_trial(folder: Path, wanted: int, seed: int = 1) -> Figures:
    """Kill -9 at random points of runs until so many have hit; every publication is whole, every resumed run equal."""
    rng = Rng(seed)
    context = processes()
    hits: Counter[str] = Counter()
    finished = repeated = loads = 0
    with serve(small_world()) as sandbox:
        true = _baseline(folder, sandbox.url)
        home, since = folder / "killed1", len(sandbox.requests)
        longest, here = 4.0, 0
        while hits.total() < wanted or here:
            is_last = hits.total() >= wanted or here >= 12
            process = context.Process(target=_run, args=(home, sandbox.url))
            process.start()
            started = time.monotonic()
            process.join(PATIENCE_S if is_last else rng.uniform(0, longest))
            if process.exitcode is None:
                process.kill()
                process.join()
                hits["in all"] += 0 if is_last else 1
                assert not is_last, "the resumed run did not end"
                here += 1
            else:
                assert process.exitcode == 0
                longest = 0.8 * longest + 0.2 * 1.2 * (time.monotonic() - started)
            found = whole(home)
            assert found in {None, true}, "a killed run published something else"
            if is_last:
                finished += 1
                assert found == true, "the run after the kills differs"
                assert unaccounted(home) == []
                loads += units_accounted(home)
                asked = Counter(target for _, target, _ in sandbox.requests[since:])
                again = sum(asked.values()) - len(asked)
                assert again <= here, f"{again} requests were repeated after {here} kills"
                repeated += again
                home, since, here = folder / f"killed{finished + 1}", len(sandbox.requests), 0
    return {
        "kills": hits.total(),
        "runs resumed to the end": finished,
        "requests repeated, at most one per kill": repeated,
        "loads of units, received = loaded + quarantined": loads,
        "content hash": true,
    }


def read_until(
    file: Path, reads: int, ready: Semaphore, done: Event, answers: Queue[tuple[int, int, list[str]]]
) -> None:
    """Read the published file again and again, each time anew, and tell how often it was seen to be mixed."""
    errors: list[str] = []
    generations = set()
    number = 0
    while number < reads or not done.is_set():
        number += 1
        try:
            with duckdb.connect(str(file), read_only=True) as connection:
                row = connection.execute(
                    "SELECT (SELECT count(*) FROM ops.publication), "
                    "(SELECT min(land_area_km2) FROM core.country), (SELECT max(land_area_km2) FROM core.country), "
                    "(SELECT min(instrument::DOUBLE) FROM core.treaty_party), "
                    "(SELECT max(instrument::DOUBLE) FROM core.treaty_party)"
                ).fetchone()
        except duckdb.Error as error:
            errors.append(str(error))
            continue
        if len(set(row)) != 1:
            errors.append(f"mixed: {row}")
        generations.add(row[0])
        if number == 1:
            ready.release()
        if number > 50 * reads:
            break
    answers.put((number, len(generations), errors[:3]))


def readers_trial(folder: Path, readers: int, reads: int, publications: int) -> Figures:
    """Processes that read all the time while publications follow each other; each publication marks all it holds."""
    home = folder / "read"
    context = processes()
    with serve(small_world()) as sandbox:
        drive(home, sandbox.url)
        settings = settings_of(home, sandbox.url)
    paths = Paths.of(settings)
    ready, done, answers = context.Semaphore(0), context.Event(), context.Queue()
    with open_for_writing(settings) as connection, duckdb.connect(str(paths.published), read_only=True) as patient:
        mark(connection, paths, 2)
        each = -(-reads // readers)
        known = (paths.published, each, ready, done, answers)
        started = [context.Process(target=read_until, args=known) for _ in range(readers)]
        for process in started:
            process.start()
        for _ in started:
            assert ready.acquire(timeout=PATIENCE_S), "a reader did not start"
        generation = 2
        while generation < publications + 2:
            generation += 1
            mark(connection, paths, generation)
        done.set()
        told = [answers.get(timeout=600) for _ in started]
        for process in started:
            process.join(60)
        # A connection that was open all the time still sees its own whole publication.
        (first,) = patient.execute("SELECT count(*) FROM ops.publication").fetchone() or (0,)
        assert first == 1
    errors = [error for _, _, found in told for error in found]
    assert errors == [], errors[:3]
    return {
        "reads": sum(number for number, _, _ in told),
        "reading processes": readers,
        "publications meanwhile": publications,
        "most publications seen by one process": max(seen for _, seen, _ in told),
        "errors or mixed states": len(errors),
    }


def mark(connection: duckdb.DuckDBPyConnection, paths: Paths, generation: int) -> str:
    """Publish with one number in all that a reader looks at; returns the content hash."""
    connection.execute("UPDATE core.country SET land_area_km2 = ?", [generation])
    connection.execute("UPDATE core.treaty_party SET instrument = ?", [str(generation)])
    return publish(connection, paths, "soak", is_synthetic=True, now=clock(connection), accept_change=True)


__all__ = ["COUNTRIES", "Figures", "faults_trial", "kills_trial", "readers_trial"]
