"""A command in a terminal of its own, to press Ctrl+C there: the key signals the whole process group."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

TEN_TIMES_THE_GOAL_S = 30.0


@dataclass
class Terminal:
    """A command that runs in a terminal.

    Args:
        command: program and arguments.
        environment: its environment variables.
    """

    command: Sequence[str]
    environment: Mapping[str, str]
    shown: str = ""
    _process: subprocess.Popen[bytes] | None = None
    _descriptor: int = -1
    _raw: bytes = field(default=b"")

    def start(self) -> None:
        """Start the command."""
        ours, theirs = pty.openpty()
        self._process = subprocess.Popen(
            self.command, env=dict(self.environment) | {"TERM": "xterm"}, stdin=theirs, stdout=theirs, stderr=theirs,
            start_new_session=True, preexec_fn=lambda: _own_terminal(theirs),  # noqa: PLW1509  (no threads yet)
        )  # fmt: skip
        os.close(theirs)
        self._descriptor = ours

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The running process."""
        assert self._process is not None
        return self._process

    def press_interrupt(self) -> None:
        """Press Ctrl+C."""
        os.write(self._descriptor, b"\x03")

    def read_until(self, condition: Callable[[str], bool], seconds: float) -> bool:
        """Read what is shown until a condition holds for it; False when the time is over or the command has ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if condition(self.shown):
                return True
            if select.select([self._descriptor], [], [], 0.05)[0]:
                try:
                    more = os.read(self._descriptor, 65536)
                except OSError:  # Linux says so when the other end has closed
                    more = b""
                if not more:
                    return condition(self.shown)
                self._raw += more
                self.shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", self._raw.decode(errors="replace"))
        return False

    def end(self, seconds: float) -> int:
        """Wait for the end of the command; returns its exit code.

        Raises:
            subprocess.TimeoutExpired: it does not end.
        """
        self.read_until(lambda _shown: self.process.poll() is not None, seconds)
        self.read_until(lambda _shown: False, 0.5)
        return self.process.wait(1)

    def close(self) -> None:
        """End whatever is left."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._descriptor)


def _own_terminal(descriptor: int) -> None:
    """Make a terminal the controlling one of this session, so that its keys signal this process group."""
    import fcntl
    import termios

    fcntl.ioctl(descriptor, termios.TIOCSCTTY, 0)
