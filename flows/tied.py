"""A process that ends with the one that started it: `python -m ness_pipeline.flows.tied COMMAND…`.

The starting process holds the other end of standard input. When that end closes, because the process has ended in
whatever way, the command and everything that it started is ended as well.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

PATIENCE_S = 4.0
"""How long the command may take to end by itself."""


@contextmanager
def tied_process(
    command: Sequence[str], environment: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A command in a process group of its own for as long as the block runs, or this process lives.

    Args:
        command: program and arguments.
        environment: its environment variables.
        log: file that receives what it prints.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603  (our own interpreter)
            [sys.executable, "-m", __name__, *command],
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl+C in the terminal is for the process that started it
        )
    try:
        yield process
    finally:
        if process.stdin is not None:
            process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(2 * PATIENCE_S)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def main() -> int:
    """Run the command until it ends, or until standard input closes."""
    signal.signal(signal.SIGTERM, lambda _signal, _frame: None)  # it is sent to the whole group below
    with subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL) as process:  # noqa: S603  (what it is for)
        threading.Thread(target=_end_with_parent, daemon=True).start()
        return process.wait()


def _end_with_parent() -> None:
    while sys.stdin.buffer.read(1):
        pass
    os.killpg(0, signal.SIGTERM)
    time.sleep(PATIENCE_S)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    raise SystemExit(main())
