"""Damage, full disks, clocks that go back, and two runs at once: nothing is lost and everything is said."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import tempfile
import threading
import time
from pathlib import Path

import duckdb
import pytest
from soak.drive import drive, processes, settings_of, whole
from soak.hardship import rebuild_until_killed, run_as_nobody, run_on_full_disk, wait_for_the_lock

from ness_pipeline.ask.status import verify
from ness_pipeline.build.lock import writer
from ness_pipeline.errors import DamagedBuild, WarehouseBusy, WrongUsage
from ness_pipeline.landing.http import Session
from ness_pipeline.landing.units import Unit
from ness_pipeline.landing.zone import Landing
from ness_pipeline.names.years import Years
from ness_pipeline.paths import Paths
from ness_pipeline.run.own_files import load_file
from ness_pipeline.run.records import clock, start_run
from ness_pipeline.run.restore import open_for_writing
from ness_pipeline.sandbox import Fault
from ness_pipeline.scratch import hold
from ness_pipeline.sources.extract import extract

pytestmark = pytest.mark.slow


def payloads(finished) -> list[Path]:
    """All landed bodies."""
    return sorted(Path(finished.paths.landing).glob("payloads/*/*.zst"))


def damage(file: Path, *, at: float = 0.5, with_bytes: bytes = b"\xde\xad\xbe\xef" * 64) -> None:
    """Overwrite some bytes in the middle of a file."""
    with file.open("r+b") as content:
        content.seek(int(file.stat().st_size * at))
        content.write(with_bytes)


def test_damaged_payload_is_fetched_again(finished):
    """A payload that no longer matches its hash is asked for again, and nothing else is."""
    hurt = max(payloads(finished), key=lambda file: file.stat().st_size)
    damage(hurt)
    before = len(finished.sandbox.requests)
    assert finished.drive() == finished.outcome
    assert 1 <= len(finished.sandbox.requests) - before <= 2


def test_damaged_payload_is_refused_offline(finished):
    """Where it cannot be asked for again, its unit fails with a sentence and its earlier rows stay."""
    hurt = max(payloads(finished), key=lambda file: file.stat().st_size)
    hurt.write_bytes(b"no longer what it was")
    done = drive(finished.home, "http://127.0.0.1:9", retries=0)
    assert done.exit_code == 3
    assert len(done.gaps) == 1
    assert done.content_hash == finished.outcome.content_hash


def test_records_cut_short_by_a_crash_are_read_again(finished):
    """A landed record without its end counts as missing, not as an error."""
    record = min(Path(finished.paths.landing).glob("unsdg/world/*/requests/*.json"))
    record.write_bytes(record.read_bytes()[:20])
    assert finished.drive() == finished.outcome


@pytest.mark.parametrize("how", ["overwritten", "cut", "no database", "missing"])
def test_build_comes_back_from_landing(finished, how):
    """A damaged or lost build database is rebuilt: same content, same past, and own files are still there."""
    own = finished.home / "own.csv"
    own.write_text(
        "country_code,treaty,status,entry_into_force,as_of\nKE,ramsar,party,1990-10-05,2024-01-01\n", "utf-8"
    )
    load_file(finished.settings, own, table="treaty_party")
    done = finished.drive()
    assert done.exit_code == 0
    build = finished.paths.build
    if how == "missing":
        build.unlink()
    elif how == "no database":
        build.write_bytes(b"this is no database" * 1000)
    elif how == "cut":
        os.truncate(build, build.stat().st_size // 3)
    else:
        damage(build, at=0.0, with_bytes=b"\x00" * 3 * 4096)
    after = drive(finished.home, "http://127.0.0.1:9", retries=0, max_age_hours=24)
    assert (after.exit_code, after.content_hash) == (0, done.content_hash)
    stored = finished.rows("SELECT count(*) FROM core.treaty_party WHERE source LIKE 'file:%'")
    assert stored == [(1,)]
    runs = finished.rows("SELECT command, status FROM ops.run ORDER BY started_at")
    assert ("rebuild from landing", "completed") in runs
    assert len(finished.rows("FROM ops.publication")) == 3


@pytest.mark.parametrize("had_damage", [False, True])
def test_kill_while_rebuilding_is_no_whole_build(finished, had_damage):
    """Half a rebuilt database, left by a kill, is thrown away: the next run rebuilds it whole, own files included."""
    own = finished.home / "own.csv"
    own.write_text(
        "country_code,treaty,status,entry_into_force,as_of\nKE,ramsar,party,1990-10-05,2024-01-01\n", "utf-8"
    )
    load_file(finished.settings, own, table="treaty_party")
    done = finished.drive()
    if had_damage:
        damage(finished.paths.build, at=0.0, with_bytes=b"\x00" * 3 * 4096)
    else:
        finished.paths.build.unlink()
    process = processes().Process(target=rebuild_until_killed, args=(finished.settings,))
    process.start()
    process.join(100)
    assert process.exitcode == -signal.SIGKILL
    assert finished.paths.build.exists(), "it was killed before anything was rebuilt"
    after = drive(finished.home, "http://127.0.0.1:9", retries=0, max_age_hours=24)
    assert (after.exit_code, after.content_hash) == (0, done.content_hash)
    assert finished.rows("SELECT count(*) FROM core.treaty_party WHERE source LIKE 'file:%'") == [(1,)]


def test_an_interrupt_before_the_rebuild_leaves_no_empty_build(finished, monkeypatch):
    """Ctrl+C while the tables of a lost build are created: the next run rebuilds it all the same."""
    finished.paths.build.unlink()
    with monkeypatch.context() as patched:
        patched.setattr("ness_pipeline.build.database.create_tables", interrupt)
        with pytest.raises(KeyboardInterrupt), open_for_writing(finished.settings):
            pass
    with open_for_writing(finished.settings) as build:
        (units,) = build.execute("SELECT count(*) FROM ops.load").fetchone()
    assert units > 0
    assert finished.drive() == finished.outcome


def interrupt(*_: object) -> None:
    """As Ctrl+C does."""
    raise KeyboardInterrupt


def test_a_build_set_aside_long_ago_gives_no_rows(finished):
    """A rebuild that was killed goes on with the database that it replaces, and not with one of an earlier accident."""
    build = finished.paths.build
    shutil.copy(build, build.with_name("build.damaged.duckdb"))
    with duckdb.connect(str(build.with_name("build.damaged.duckdb"))) as connection:
        connection.execute("UPDATE landed.treaty_party SET source = 'file:long_ago.csv', unit_key = 'long_ago.csv'")
        assert connection.execute("SELECT count(*) FROM landed.treaty_party").fetchall() > [(0,)]
    build.with_name("build.rebuilding").touch()  # as a kill leaves it while a lost build is rebuilt
    build.write_bytes(b"half of it")
    assert finished.drive() == finished.outcome
    with duckdb.connect(str(build), read_only=True) as connection:
        assert connection.execute("FROM landed.treaty_party WHERE source LIKE 'file:%'").fetchall() == []
    assert not build.with_name("build.rebuilding").exists()


def _meet_damage(finished, *places: float) -> None:
    """A run that meets damage, at some places of the build database or elsewhere."""
    with open_for_writing(finished.settings):
        for place in places:
            damage(finished.paths.build, at=place, with_bytes=b"\xde\xad\xbe\xef" * 50_000)
        raise duckdb.FatalException("Corrupt database file: computed checksum 1 does not match stored checksum 2")


def test_build_damaged_inside_is_set_aside(finished):
    """Damage that shows only while rows are read ends the run with a sentence; the next run rebuilds."""
    with pytest.raises(DamagedBuild, match="damaged"):
        _meet_damage(finished, 0.2, 0.4, 0.6, 0.8)
    assert not finished.paths.build.exists()
    assert finished.drive() == finished.outcome


def test_a_sound_build_is_not_set_aside_for_another_file(finished):
    """DuckDB does not say in which file it met damage, so the build is read before it is blamed."""
    with pytest.raises(WrongUsage, match=r"it is not .*build\.duckdb; look for the file with `ness status --verify`"):
        _meet_damage(finished)
    assert finished.paths.build.exists()
    assert not finished.paths.build.with_name("build.rebuilding").exists()


def test_damaged_publication_is_replaced(finished):
    """A published file that cannot be read is no reason to stop: the next run puts a whole one in its place."""
    finished.paths.published.write_bytes(b"gone")
    assert finished.drive() == finished.outcome
    assert whole(finished.home) == finished.outcome.content_hash


def test_interrupted_publication_leaves_no_trace(finished):
    """Half a copy and its log, left by a kill, do not find their way into the next publication."""
    with open_for_writing(finished.settings) as connection:
        run_id = start_run(connection, "killed", is_synthetic=True, now=clock(connection))
    shutil.copy(finished.paths.build, finished.paths.home / "ness.partial")
    (finished.paths.home / "ness.partial.wal").write_bytes(b"half a log")
    assert finished.drive() == finished.outcome
    assert sorted(file.name for file in finished.paths.home.glob("*.partial*")) == []
    status = finished.rows(f"SELECT status, finished_at FROM ops.run WHERE run_id = '{run_id}'")
    assert status == [("failed", None)]


def test_folder_that_cannot_be_written(original):
    """A read-only folder is said to be one, exit code 2, and the publication in it stays."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody without rights")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(original.home, home)
        for path in (Path(folder), home, home / "sandbox"):
            path.chmod(0o755)
        process = processes().Process(target=run_as_nobody, args=(home, original.sandbox.url))
        process.start()
        process.join(60)
        assert process.exitcode == 2
        assert whole(home) == original.outcome.content_hash


@pytest.mark.parametrize("most_bytes", [20_000, 1_000_000])
def test_disk_full(finished, most_bytes):
    """A disk that takes no more ends the run with exit code 2; the publication stays, and the next run finishes."""
    process = processes().Process(target=run_on_full_disk, args=(finished.home, finished.sandbox.url, most_bytes))
    process.start()
    process.join(100)
    assert process.exitcode == 2
    assert whole(finished.home) == finished.outcome.content_hash
    assert finished.drive() == finished.outcome


def test_clock_that_goes_back(finished):
    """After a run dated a year ahead, the next one is still the latest, in landing, in ops and for readers."""
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=365)
    landing = Landing(finished.paths.landing)
    unit = Unit("cbd", "world", Years(2018, 2020))
    with Session(finished.settings) as session:
        ahead = landing.start(unit, {"is_synthetic": True, "checklist": finished.settings.gbif_checklist}, later)
        ahead.complete(None, later)
        now = dt.datetime.now(dt.UTC)
        read = extract(unit, landing, finished.settings, session.send, max_age=dt.timedelta(days=1), now=now)
    assert read.number == ahead.number + 1
    assert landing.latest("cbd", "world") == read
    with open_for_writing(finished.settings) as connection:
        start_run(connection, "from the future", is_synthetic=True, now=later)
    assert finished.drive() == finished.outcome
    (latest,) = finished.rows("SELECT run_id, published_at FROM ops.publication ORDER BY published_at DESC LIMIT 1")
    assert latest[1] > later
    assert finished.rows(f"SELECT command FROM ops.run WHERE run_id = '{latest[0]}'") == [
        ("run KE ML --years 2018:2020",)
    ]


def test_second_run_is_told_or_waits(finished):
    """A run that meets another says so with exit code 6; told to wait, it goes on when the other has finished."""
    with writer(finished.paths):
        busy = finished.drive()
        assert busy.exit_code == 6
        assert "being written by another run" in busy.error
        patient = finished.settings.model_copy(update={"busy_wait_s": 60.0})
        process = processes().Process(target=wait_for_the_lock, args=(patient,))
        process.start()
        process.join(1)
        assert process.exitcode is None
    process.join(60)
    assert process.exitcode == 0


def test_answers_that_make_no_sense_are_not_resumed(finished):
    """An extraction whose answers contradict each other is marked, and the next one reads everything anew."""
    finished.sandbox.faults.listed = (Fault("field_removed", "cbd", 1.0), Fault("page_truncated", "unsdg", 1.0))
    done = finished.drive(max_age_hours=0, accept_change=True)
    assert done.exit_code in {3, 4}
    assert done.gaps
    stale = finished.rows("SELECT source FROM ops.load WHERE status = 'failed' UNION SELECT source FROM ops.gap")
    assert {source for (source,) in stale} == {gap.split()[0] for gap in done.gaps}
    assert done.content_hash == finished.outcome.content_hash
    finished.sandbox.faults.listed = ()
    assert finished.drive(max_age_hours=0) == finished.outcome


@pytest.mark.parametrize("name", ["a#b", "100%", "a%20b", "x[ab]y", "*", "it's", 'a"b'])
def test_a_home_may_have_any_letter_in_its_path(finished, name):
    """Runs, rebuilds and readers find all files of a home whose name looks like a pattern or a URL."""
    home = finished.home.rename(finished.home.with_name(name))
    Paths.of(settings_of(home, finished.sandbox.url)).build.unlink()
    done = drive(home, finished.sandbox.url)
    assert (done.exit_code, done.content_hash) == (0, finished.outcome.content_hash)
    assert verify(Paths.of(settings_of(home, finished.sandbox.url))) == []
    assert [folder.name for folder in home.parent.iterdir()] == [name]


@pytest.mark.parametrize("name", ["a?b", "a\\b"])
def test_a_home_that_duckdb_cannot_use_is_refused_before_anything_is_written(tmp_path, name):
    """With a question mark in its path DuckDB would look for its log in another folder."""
    done = drive(tmp_path / name, "http://127.0.0.1:9")
    assert done.exit_code == 2
    assert "choose another with NESS_HOME" in done.error
    assert list(tmp_path.iterdir()) == []


def test_who_was_stopped_while_waiting_holds_up_nobody(finished):
    """A process that was stopped with Ctrl+Z keeps its place and looks no more; who looks is served before it."""
    finished.paths.queue.mkdir(exist_ok=True)
    place = finished.paths.queue / "000000000-1-stopped"
    with hold(place):
        with pytest.raises(WarehouseBusy), writer(finished.paths):
            pass
        os.utime(place, (time.time() - 60, time.time() - 60))
        with writer(finished.paths):
            pass
        assert place.exists()


def test_who_waits_for_the_warehouse_is_served_in_turn(finished):
    """A run that waits comes before those that come later, also before one that would not wait at all."""
    paths = finished.paths
    order: list[str] = []

    def wait(name: str) -> None:
        with writer(paths, 60.0):
            order.append(name)
            time.sleep(0.2)

    with writer(paths):
        threads = []
        for name in ("first", "second", "third"):
            threads.append(threading.Thread(target=wait, args=(name,)))
            threads[-1].start()
            while len(list(paths.queue.iterdir())) < len(threads):
                time.sleep(0.01)
        dead = paths.queue / "000000000-1-dead"
        dead.touch()  # the place of a process that was killed
    with pytest.raises(WarehouseBusy), writer(paths):
        pass
    for thread in threads:
        thread.join(60)
    assert order == ["first", "second", "third"]
    with writer(paths):
        assert list(paths.queue.iterdir()) == []
