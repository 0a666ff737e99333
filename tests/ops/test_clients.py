"""Clients that open the published file for writing, as database tools do by default: a publication stays what the run made."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from soak.drive import COUNTRIES, whole

from ness_pipeline.ask.doctor import _published
from ness_pipeline.ask.query import ask
from ness_pipeline.ask.status import disturbances, verify
from ness_pipeline.errors import AuditFailed, WrongUsage
from ness_pipeline.publish.history import history, kept, present, roll_back
from ness_pipeline.run.materialise import materialise_and_publish
from ness_pipeline.run.restore import open_for_writing
from ness_pipeline.sandbox.spoiled import Rng

CLIENT = """
import os, sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("open", flush=True)
for line in sys.stdin:
    if line.strip() == "die":
        os.kill(os.getpid(), 9)
    connection.execute(line)
    print("done", flush=True)
"""
EDIT = "DELETE FROM core.country_species"


class Client:
    """A DuckDB client in a process of its own that has a file open for writing."""

    def __init__(self, file: Path) -> None:
        command = [sys.executable, "-c", CLIENT, str(file)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "open\n"

    def execute(self, sql: str) -> None:
        """Run one statement."""
        self._process.stdin.write(f"{sql}\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "done\n"

    def close(self) -> None:
        """End as a well-behaved client: what it wrote goes into its file."""
        self._process.communicate()

    def die(self) -> None:
        """End without closing."""
        self._process.communicate("die\n")
        assert self._process.returncode == -signal.SIGKILL


@contextlib.contextmanager
def client_of(file: Path) -> Iterator[Client]:
    """A client that is closed at the end of the block, if it still lives."""
    client = Client(file)
    try:
        yield client
    finally:
        with contextlib.suppress(ValueError):
            client.close()


def log_beside(finished) -> Path:
    """The write-ahead log that a client leaves beside the published file."""
    return Path(f"{finished.paths.published}.wal")


def test_changes_that_a_dead_client_left_reach_nobody(finished):
    """Its log is not read as part of the publication by our readers, nor replayed into the next one, nor after a rollback."""
    query = "SELECT count(*) FROM core.country_species"
    ((rows,),) = ask(finished.paths.published, query)[1]
    with client_of(finished.paths.published) as client:
        client.execute(EDIT)
        client.die()
    assert log_beside(finished).exists()
    assert ask(finished.paths.published, query)[1] == [(rows,)]
    (told,) = disturbances(finished.paths)
    assert "holds changes of a client" in told
    finding = _published(finished.paths)
    assert not finding.is_fine
    assert told in finding.message
    roll_back(finished.paths, present(finished.paths))  # as the sentence says
    assert not log_beside(finished).exists()
    assert verify(finished.paths) == []
    with client_of(finished.paths.published) as client:
        client.execute(EDIT)
        client.die()
    assert materialise_and_publish(finished.settings, COUNTRIES).content_hash == finished.outcome.content_hash
    assert whole(finished.home) == finished.outcome.content_hash  # by a plain client
    assert verify(finished.paths) == []


def test_a_file_that_is_open_is_not_a_damaged_one(finished):
    """While a client has it open: questions are answered, the audit compares with it, and it stays in the history."""
    with client_of(finished.paths.published) as client:
        (told,) = disturbances(finished.paths)
        assert "python" in told
        assert "open for writing" in told
        client.execute(EDIT)
        assert ask(finished.paths.published, "SELECT count(*) > 0 FROM core.country_species")[1] == [(True,)]
        with open_for_writing(finished.settings) as build:
            build.execute("DELETE FROM landed.country_species WHERE country_code = 'ML'")
            build.execute("DELETE FROM landed.occurrence_cube WHERE country_code = 'ML'")
        with pytest.raises(AuditFailed, match="would"):
            materialise_and_publish(finished.settings, COUNTRIES)
        before = present(finished.paths)
        materialise_and_publish(finished.settings, COUNTRIES, accept_change=True)
        assert [file.stem for file in history(finished.paths)] == [before]
        changed = present(finished.paths)
    assert present(finished.paths) == changed
    assert verify(finished.paths) == []
    roll_back(finished.paths)
    assert whole(finished.home) == finished.outcome.content_hash


@pytest.mark.slow
def test_what_a_client_writes_into_the_file_is_found_and_undone(finished):
    """The history holds copies, so a client that closes its changes into the file does not reach them."""
    before = present(finished.paths)
    with client_of(finished.paths.published) as client:
        materialise_and_publish(finished.settings, COUNTRIES)
        client.execute(EDIT)
    roll_back(finished.paths)
    assert whole(finished.home) == finished.outcome.content_hash
    with client_of(finished.paths.published) as client:
        client.execute(EDIT)
    (told,) = verify(finished.paths)
    assert "does not hold what was published" in told
    assert f"ness rollback {before}" in told
    roll_back(finished.paths, before)
    assert verify(finished.paths) == []
    with client_of(finished.paths.published) as client:
        client.execute("CREATE TABLE core.mine AS SELECT 1 AS one")
    (told,) = verify(finished.paths)
    assert "not byte for byte" in told


@pytest.mark.slow
def test_every_damaged_byte_is_found(finished):
    """Wherever a byte of the published file flips, verifying it says so, and returning to its own publication mends it."""
    whole_file = finished.paths.published.read_bytes()
    rng = Rng(1)
    places = [rng.randrange(len(whole_file)) for _ in range(12)]
    for place in places:
        damaged = bytearray(whole_file)
        damaged[place] ^= 0x10
        finished.paths.published.write_bytes(damaged)
        assert verify(finished.paths), f"byte {place} of {len(whole_file)}"
    (copy,) = kept(finished.paths)
    roll_back(finished.paths, copy.stem)
    assert verify(finished.paths) == []


def test_damage_is_found_without_a_copy_to_compare_with(finished):
    """In a home of a version that kept no copies the rows are compared with the hash that the file states."""
    (copy,) = kept(finished.paths)
    copy.unlink()
    assert verify(finished.paths) == []
    with duckdb.connect(str(finished.paths.published)) as client:
        client.execute(EDIT)
    (told,) = verify(finished.paths)
    assert "does not hold what was published" in told


def _spoil(file: Path, seed: int = 1) -> None:
    """Overwrite a quarter of a file, somewhere behind its head, so that it opens and cannot be read to its end."""
    file.chmod(0o644)
    content = file.read_bytes()
    quarter = len(content) // 4
    file.write_bytes(content[: 2 * quarter] + Rng(seed).randbytes(quarter) + content[3 * quarter :])


@pytest.mark.parametrize("has_copy", [True, False])
def test_a_damaged_publication_is_not_the_build(finished, has_copy):
    """Where neither the file nor its copy can be read to the end, a publication is made anew, from the build that is sound."""
    (copy,) = kept(finished.paths)
    _spoil(finished.paths.published)
    _spoil(copy, seed=2)
    if not has_copy:
        copy.unlink()
    (told,) = verify(finished.paths)
    assert told.endswith("is damaged, so the disk may be faulty; `ness materialise` publishes anew")
    materialise_and_publish(finished.settings, COUNTRIES)
    assert whole(finished.home) == finished.outcome.content_hash
    assert verify(finished.paths) == []
    assert not list(finished.paths.home.glob("build.*damaged*"))


def test_the_publication_before_is_named_where_the_last_one_is_lost(finished):
    """Of the copies the first sound one is named, returned to without its name, and audited against."""
    (first,) = kept(finished.paths)
    materialise_and_publish(finished.settings, COUNTRIES)
    _spoil(finished.paths.published)
    _spoil(kept(finished.paths)[0], seed=2)
    (told,) = verify(finished.paths)
    assert f"`ness rollback {first.stem}` puts an earlier one back" in told
    with open_for_writing(finished.settings) as build:
        build.execute("DELETE FROM landed.country_species WHERE country_code = 'ML'")
        build.execute("DELETE FROM landed.occurrence_cube WHERE country_code = 'ML'")
    with pytest.raises(AuditFailed, match="would"):
        materialise_and_publish(finished.settings, COUNTRIES)
    assert roll_back(finished.paths) == first.stem
    assert verify(finished.paths) == []


def test_a_damaged_copy_is_not_blamed_on_the_file(finished):
    """The copy is named, and deleting it, as is said, is enough."""
    (copy,) = kept(finished.paths)
    _spoil(copy)
    (told,) = verify(finished.paths)
    assert told.startswith(f"{copy}, the kept copy of the publication, is damaged")
    with pytest.raises(WrongUsage, match=r"is damaged, .* \(there is none\), or `ness materialise` publishes anew"):
        roll_back(finished.paths, copy.stem)
    copy.unlink()
    assert verify(finished.paths) == []
    materialise_and_publish(finished.settings, COUNTRIES)
    assert copy in kept(finished.paths)


@pytest.mark.parametrize("what", ["gone", "empty", "cut", "a dangling link"])
def test_a_file_that_cannot_be_opened_is_put_back(finished, what):
    """What is said then is enough to have it back; the doctor does not call it well."""
    published = finished.paths.published
    content = published.read_bytes()
    published.unlink()
    if what == "a dangling link":
        published.symlink_to("nowhere")
    elif what != "gone":
        published.write_bytes(content[:50_000] if what == "cut" else b"")
    finding = _published(finished.paths)
    assert not finding.is_fine
    assert finding.message.endswith("`ness rollback` puts the last publication back.")
    roll_back(finished.paths)
    assert published.read_bytes() == content


def test_a_folder_in_place_of_the_file(finished):
    """It is somebody's, so it is not removed; moving it away, as is said, is enough."""
    published = finished.paths.published
    published.unlink()
    published.mkdir()
    assert "; move it away, then `ness rollback` puts" in _published(finished.paths).message
    with pytest.raises(WrongUsage, match="move it away, then run again"):
        roll_back(finished.paths)
    published.rmdir()
    roll_back(finished.paths)
    assert whole(finished.home) == finished.outcome.content_hash


def test_no_space_for_a_copy_to_read(finished, monkeypatch):
    """A client has the file open, and the folder for temporary files is full: the sentence names that folder."""

    def full(file: Path, copy: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(file), None, str(copy))

    with client_of(finished.paths.published):
        monkeypatch.setattr(shutil, "copyfile", full)
        with pytest.raises(
            WrongUsage, match=r"folder for temporary files, .* cannot be written \(no space left on device\)"
        ):
            ask(finished.paths.published, "SELECT 1")


@pytest.mark.slow
def test_history_is_in_order_of_time_after_a_clock_ran_ahead(finished):
    """Publications that got the same second, because the clock may not go back, are returned to one by one."""
    with open_for_writing(finished.settings) as build:
        build.execute("UPDATE ops.run SET started_at = ?", [dt.datetime(2031, 1, 1, tzinfo=dt.UTC)])
    order = [present(finished.paths)]
    for _ in range(6):
        materialise_and_publish(finished.settings, COUNTRIES)
        order.append(present(finished.paths))
    assert {name[:15] for name in order[1:]} == {"20310101T000000"}
    assert [file.stem for file in kept(finished.paths)] == order[:0:-1]  # five and the present one
    assert [roll_back(finished.paths) for _ in range(5)] == order[5:0:-1]
