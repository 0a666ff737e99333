"""Temporary folders: those of killed processes are removed, those of living ones never, and a full disk is named."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ness_pipeline.errors import WrongUsage
from ness_pipeline.files.unpack import unpacked
from ness_pipeline.scratch import ScratchFolder, remove_leftovers

OWNER = """
import sys, time
from ness_pipeline.scratch import ScratchFolder
folder = ScratchFolder("test")
with open(f"{folder.name}/content", "w") as file:
    file.write("x" * 1000)
print(folder.name, flush=True)
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def own_tmpdir(tmp_path, monkeypatch):
    """A TMPDIR of the test's own."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)


def test_folders_of_killed_processes_are_removed(tmp_path):
    """As long as the owner lives its folder stays; after a kill the next run removes it; what is not ours stays always."""
    (tmp_path / "ness-of-somebody-else").mkdir()
    command = [sys.executable, "-c", OWNER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process, ScratchFolder("mine") as mine:
        folder = Path(process.stdout.readline().strip())
        assert remove_leftovers() == 0
        assert folder.exists()
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert remove_leftovers() >= 1000
        assert not folder.exists()
        assert Path(mine).exists()
    assert [left.name for left in tmp_path.iterdir()] == ["ness-of-somebody-else"]


def test_a_folder_that_does_not_exist_is_named(monkeypatch, tmp_path):
    """Where no temporary file can be made the sentence names the folder and TMPDIR."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    with pytest.raises(WrongUsage, match=r"missing, cannot be written.*TMPDIR"):
        ScratchFolder("x")


def test_a_full_tmpdir_is_not_the_fault_of_the_file(tmp_path):
    """An archive that does not fit is not called damaged."""
    archive = tmp_path / "list.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("list.csv", os.urandom(600_000))
    process = os.fork()
    if not process:
        code = 1
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
            with unpacked(archive):
                pass
        except WrongUsage as error:
            said = str(error)
            code = 0 if "folder for temporary files" in said and str(tmp_path) in said and "list.zip" not in said else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
    assert [left.name for left in tmp_path.iterdir()] == ["list.zip"]


def test_errors_of_other_kinds_pass():
    """Only a lack of space is put down to the folder."""
    with pytest.raises(OSError, match="other"), ScratchFolder("x"):
        raise OSError(errno.EACCES, "other")
    with pytest.raises(WrongUsage, match="TMPDIR"), ScratchFolder("x"):
        raise OSError(errno.ENOSPC, "No space left on device")
