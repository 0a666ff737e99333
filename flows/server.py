"""A Prefect server of our own: `python -m ness_pipeline.flows.server`, which is `make prefect`.

It starts a server with its pages on loopback and, beside it, the schedules; with a COMMAND behind its options it starts
the server for as long as that command runs. What Prefect keeps lies in `$NESS_HOME/prefect`, so two homes do not disturb
each other, nor the user's own Prefect. Server and schedules run in process groups of their own, which end with this
process however it ends; the server ends last.
"""

from __future__ import annotations

import argparse
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import requests

from ness_pipeline.errors import NessError
from ness_pipeline.flows.server_address import CONNECTION, environment
from ness_pipeline.flows.tied import tied_process
from ness_pipeline.paths import Paths
from ness_pipeline.settings import load_settings

START_SECONDS = 180.0
PORT = 4200
INTERRUPTED = 130


@contextmanager
def prefect_server(home: Path, port: int) -> Iterator[dict[str, str]]:
    """A Prefect server on loopback for as long as the block runs; yields the environment for processes that use it.

    Args:
        home: home folder of the warehouse.
        port: its port; 0 takes a free one.

    Raises:
        SystemExit: it does not start.
    """
    port = port or _free_port()
    _check_records(home / "prefect" / "prefect.db")
    url = f"http://127.0.0.1:{port}/api"
    log = home / "prefect" / "server.log"
    # How the user logs in to another server is nothing to this one, nor to what uses it.
    ours = {name: value for name, value in os.environ.items() if name not in CONNECTION} | environment(home)
    settings = ours | {"PREFECT_SERVER_UI_API_URL": url}
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with tied_process(command, settings, log) as process:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(
                    f"The Prefect server did not start on port {port}; see {log}, or choose another --port."
                )
            time.sleep(0.2)
        yield ours | {"PREFECT_API_URL": url}


def _check_records(file: Path) -> None:
    """Be sure that what Prefect keeps is not damaged; the server would end without a word of it.

    Raises:
        SystemExit: it is.
    """
    try:
        if file.exists():
            with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as records:
                records.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except sqlite3.DatabaseError as error:
        raise SystemExit(
            f"Prefect's records in {file} are damaged ({error}); move the file away and start again: the warehouse is whole, "
            "and schedules begin as ours."
        ) from None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/health", timeout=2).ok
    except requests.RequestException:
        return False


def serve_with_server(home: Path, port: int, options: Sequence[str] = ()) -> None:
    """Serve the schedules with a server of their own, until stopped; the options are those of `flows.deployments`."""
    print("Starting Prefect …", flush=True)  # noqa: T201  (a program of its own)
    with prefect_server(home, port) as settings:
        log = home / "prefect" / "schedules.log"
        command = [sys.executable, "-m", "ness_pipeline.flows.deployments", *options]
        with tied_process(command, settings, log) as schedules:
            pages = settings["PREFECT_API_URL"].removesuffix("/api")
            print(f"Prefect is at {pages}, its logs in {log.parent}; stop with Ctrl+C.", flush=True)  # noqa: T201
            schedules.wait()
            raise SystemExit(f"The schedules have stopped; see {log}.")


def run_with_server(command: Sequence[str], home: Path) -> int:
    """Run a command with a server of its own; returns the command's exit code."""
    with prefect_server(home, 0) as settings:
        print(f"Prefect is at {settings['PREFECT_API_URL'].removesuffix('/api')} while this runs.", flush=True)  # noqa: T201
        with subprocess.Popen(command, env=settings) as process:  # noqa: S603  (what the user asked for)
            try:
                code = process.wait()
            except KeyboardInterrupt:
                process.wait()  # the key has reached it as well
                raise
        with suppress(requests.RequestException):  # the command has ended, and its exit code is what counts
            _show_runs(settings)
        return code


def _show_runs(settings: Mapping[str, str]) -> None:
    """Print what the server knows of the latest flow run."""
    url = settings["PREFECT_API_URL"]
    latest = {"sort": "START_TIME_DESC", "limit": 1}
    runs = requests.post(f"{url}/flow_runs/filter", json=latest, timeout=30).json()
    for run in runs:
        of_run = {"flow_runs": {"id": {"any_": [run["id"]]}}}
        tasks = requests.post(f"{url}/task_runs/count", json=of_run, timeout=30).json()
        print(f"In Prefect's pages: flow run '{run['name']}', {run['state_name']}, {tasks} task runs.", flush=True)  # noqa: T201


def main(words: Sequence[str] | None = None) -> int:
    """Start the server with the schedules, or for one command; returns an exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m ness_pipeline.flows.server", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--port", type=int, default=PORT, help=f"port of the server with the schedules ({PORT})")
    parser.add_argument(
        "--reset-schedules", action="store_true", help="take our schedules again where the operator has changed them"
    )
    parser.add_argument("command", nargs=argparse.REMAINDER, help="run this command with a server of its own, and end")
    given = parser.parse_args(words)
    try:
        home = Paths.of(load_settings()).home
        if given.command:
            return run_with_server(given.command, home)
        serve_with_server(home, given.port, ["--reset-schedules"] if given.reset_schedules else [])
    except NessError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        if not given.command:
            print("\nStopped; the warehouse and Prefect's records stay, and the same command goes on from there.")  # noqa: T201
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
