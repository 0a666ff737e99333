"""Commands in processes of their own, measured: exit code, what they print, seconds, most memory, files left behind.

As a program this file runs one and writes its figures to a descriptor; it is small then, because Linux
counts the memory of whoever starts a process into the most memory of that process.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MIB = 2**20
TOO_LONG = -signal.SIGKILL


@dataclass(frozen=True)
class Measured:
    """How a command ended.

    Attributes:
        code: exit code; minus the number of the signal that ended it, SIGKILL where it took too long.
        out: standard output; its first MiB.
        err: standard error.
        seconds: from start to end.
        memory_mib: most memory that it held.
        left: names of what it left in its folder of temporary files.
        printed: bytes of standard output.
    """

    code: int
    out: str
    err: str
    seconds: float
    memory_mib: float
    left: tuple[str, ...]
    printed: int


def measured(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    *,
    seconds: float = 60.0,
    address_space_mib: int = 0,
) -> Measured:
    """Run a command with a folder of temporary files of its own.

    Args:
        command: program and arguments.
        folder: an empty folder for its output and its temporary files; also where it runs.
        environment: its environment variables.
        seconds: after which it is killed.
        address_space_mib: limit of its address space; 0 for none.
    """
    temporary = folder / "tmp"
    temporary.mkdir()
    reader, writer = os.pipe()
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        subprocess.run(
            [sys.executable, "-S", "-E", __file__, str(writer), str(seconds), str(address_space_mib), *command],
            env={**environment, "TMPDIR": str(temporary)}, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            cwd=folder, pass_fds=[writer], check=False,
        )  # fmt: skip
    os.close(writer)
    with os.fdopen(reader) as figures:
        code, taken, memory = json.loads(figures.read())
    with (folder / "out").open("rb") as out:
        start = out.read(MIB).decode(errors="replace")
    return Measured(
        code,
        start,
        (folder / "err").read_text(errors="replace"),
        taken,
        memory,
        tuple(sorted(path.name for path in temporary.iterdir())),
        (folder / "out").stat().st_size,
    )


def _run(writer: int, seconds: float, address_space_mib: int, command: Sequence[str]) -> None:
    started = time.monotonic()
    process = os.fork()
    if process == 0:
        os.close(writer)
        os.setsid()
        if address_space_mib:
            resource.setrlimit(resource.RLIMIT_AS, (address_space_mib * MIB, address_space_mib * MIB))
        os.execv(command[0], list(command))  # noqa: S606
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(process, signal.SIGKILL))
    signal.setitimer(signal.ITIMER_REAL, seconds)
    _, status, used = os.wait4(process, 0)
    figures = [os.waitstatus_to_exitcode(status), time.monotonic() - started, used.ru_maxrss / 1024]
    os.write(writer, json.dumps(figures).encode())


if __name__ == "__main__":
    _run(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
