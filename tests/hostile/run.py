"""Run hostile inputs, each in a process of its own with limits, and say what became of them."""

from __future__ import annotations

import os
import resource
import signal
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hostile.cases import CODES, Case

MIB = 2**20
ADDRESS_SPACE = 16 * 2**30
"""Far above what a process holds, as libraries reserve much more; an endless growth ends there before the machine does."""
SECRETS = {"NESS_IUCN_TOKEN": "sesame-iucn", "NESS_PROTECTED_PLANET_TOKEN": "sesame-planet", "GBIF_PWD": "sesame-gbif"}
HIDDEN = ("\x1b", "\x07", "\x9b", "\u202e")


@dataclass(frozen=True)
class Result:
    """What became of an input.

    Attributes:
        name: the case.
        outcome: loaded, refused, …, or what is wrong: a signal, or another exit code.
        seconds: time of its command.
        memory_mib: most memory of its command.
        said: the last line on standard error, or on standard output where that is empty.
        wrong: what breaks a promise; empty where all is well.
    """

    name: str
    outcome: str
    seconds: float
    memory_mib: float
    said: str
    wrong: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The result as JSON has it."""
        return asdict(self)


def run(case: Case) -> Result:
    """Run one case: its command in a forked process that has all modules already."""
    with tempfile.TemporaryDirectory(prefix="ness-hostile-") as name:
        base = Path(name)
        for part in ("input", "home", "tmp", "logs"):
            (base / part).mkdir()
        with case.setting(base / "input") as words:
            before = _listing(base / "input")
            started = time.monotonic()
            code, memory = _forked(words, base, case.seconds)
            seconds = time.monotonic() - started
            after = _listing(base / "input")
        out, err = ((base / "logs" / part).read_text(encoding="utf-8", errors="replace") for part in ("out", "err"))
        outcome = CODES.get(code, f"signal {-code}" if code < 0 else f"exit code {code}")
        left = [path.name for path in (base / "tmp").iterdir()]
    broken = {
        f"{outcome}, not {' or '.join(case.allowed)}": outcome not in case.allowed,
        "no single sentence on standard error": outcome != "loaded"
        and not (err.startswith("Error: ") and err.count("\n") == 1),
        "a traceback": "Traceback" in out + err,
        f"took more than {case.seconds:g} s": seconds > case.seconds,
        f"took more than {case.memory_mib:g} MiB": memory > case.memory_mib,
        f"left {', '.join(left)} in TMPDIR": bool(left),
        "changed its input": "while it is read" not in case.name and before != after,
        "printed a secret": any(secret in out + err for secret in SECRETS.values()),
        "printed a control character": any(sign in out + err for sign in HIDDEN),
    }
    said = (err or out).strip().splitlines()
    wrong = tuple(promise for promise, is_broken in broken.items() if is_broken)
    return Result(case.name, outcome, seconds, memory, said[-1] if said else "", wrong)


def _listing(folder: Path) -> list[str]:
    return sorted(str(path) for path in folder.rglob("*"))


def _forked(words: Sequence[str], base: Path, seconds: float) -> tuple[int, float]:
    """The exit code and the most memory in MiB of a command; a signal is negative."""
    process = os.fork()
    if process == 0:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
        os.environ.update(SECRETS, NESS_HOME=str(base / "home"), TMPDIR=str(base / "tmp"), NESS_GBIF_URL="http://127.0.0.1:9", COLUMNS="200")  # fmt: skip
        tempfile.tempdir = None
        os.chdir(base / "input")
        for descriptor, part in ((1, "out"), (2, "err")):
            os.dup2(os.open(base / "logs" / part, os.O_WRONLY | os.O_CREAT), descriptor)
        _leave(words)
    deadline = time.monotonic() + seconds + 5
    while time.monotonic() < deadline:
        done, status, used = os.wait4(process, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status), used.ru_maxrss / 1024
        time.sleep(0.02)
    os.killpg(process, signal.SIGKILL)
    _, status, used = os.wait4(process, 0)
    return os.waitstatus_to_exitcode(status), used.ru_maxrss / 1024


def _leave(words: Sequence[str]) -> None:
    """In the forked process: run the command as its program does, and end."""
    import sys
    import traceback

    code = 1
    try:
        from ness_pipeline.cli.commands import exit_code_of

        code = exit_code_of(words)
    except BaseException:  # noqa: BLE001  (whatever it is, it is what a user would see)
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
