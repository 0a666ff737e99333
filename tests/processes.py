"""Commands in processes of their own, and how a test waits for what others do."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

NESS = str(Path(sys.executable).parent / "ness")
"""The installed command."""


def clean_environment(home: Path) -> dict[str, str]:
    """The environment of a process without any setting of Prefect or of ours, but for a home folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "NESS_"))}
    return kept | {"NESS_HOME": str(home)}


def processes_with(mark: str) -> list[str]:
    """Command lines of running processes whose environment holds a text, such as a folder of the test."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and int(folder.name) != os.getpid():
            with suppress(OSError):  # it has ended meanwhile
                if mark.encode() in (folder / "environ").read_bytes():
                    found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return [line for line in found if line]


def still_running(mark: str, seconds: float = 60.0) -> list[str]:
    """What `processes_with` finds after some time; nothing as soon as all have ended."""
    deadline = time.monotonic() + seconds
    while (left := processes_with(mark)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return left


def wait_for(condition: Callable[[], Any], seconds: float = 240.0) -> Any:
    """The first truthy answer of a condition; a server that is busy or not there yet is asked again."""
    deadline, failed = time.monotonic() + seconds, None
    while time.monotonic() < deadline:
        try:
            if found := condition():
                return found
        except requests.RequestException as error:
            failed = error
        time.sleep(0.1)
    pytest.fail(f"waited too long; the last error of the server: {failed}")
