"""A Prefect server that is slow, busy or gone costs a run one warning: the publication is the same, and no traceback shows."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import duckdb
import pytest
import requests
from processes import NESS, clean_environment, wait_for

from ness_pipeline.flows.server import prefect_server

pytestmark = pytest.mark.slow

RUN = [NESS, "run", "--sandbox", "KE", "--years", "2018:2020"]
PATIENCE_S = 600
"""Ten times what the server may cost a run."""


def published(environment: dict[str, str]) -> list[tuple[str, str]]:
    """Content hash of each publication of a home, and how its run ended."""
    file = Path(environment["NESS_HOME"]) / "sandbox" / "ness.duckdb"
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(
            "SELECT content_hash, status FROM ops.publication JOIN ops.run USING (run_id)"
        ).fetchall()


@pytest.fixture(scope="session")
def true_hash(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Content hash of the run without any server."""
    home = tmp_path_factory.mktemp("alone")
    environment = clean_environment(home) | {"HOME": str(home)}
    done = subprocess.run(RUN, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert (done.returncode, done.stderr) == (0, "")
    assert not (home / ".prefect").exists(), "a run without a server leaves the user's Prefect alone"
    ((found, status),) = published(environment)
    assert status == "completed"
    return found


def assert_published_with_one_warning(process: subprocess.Popen[str], environment: dict[str, str], true: str) -> None:
    """The run ended well, with one warning about the server and no traceback."""
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err
    assert published(environment) == [(true, "completed")]
    assert "Traceback" not in out + err
    assert err.count("Prefect server") == 1, err
    assert err.startswith("Warning: The Prefect server could not be told everything"), err


class Busy(BaseHTTPRequestHandler):
    """A server whose database is locked."""

    def do_POST(self) -> None:
        """Refuse for the moment."""
        body = b'{"detail": "database is locked"}'
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        """Refuse as well."""
        self.do_POST()

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@contextmanager
def busy_server() -> Iterator[str]:
    """Address of a server that answers 503."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Busy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/api"
    server.shutdown()
    server.server_close()


@contextmanager
def silent_server() -> Iterator[str]:
    """Address of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/api"


@contextmanager
def no_server() -> Iterator[str]:
    """Address where nobody listens."""
    yield "http://127.0.0.1:9/api"


@pytest.mark.parametrize("server_like", [busy_server, silent_server, no_server])
@pytest.mark.timeout(PATIENCE_S)
def test_a_server_that_takes_nothing_costs_a_warning(server_like, plain_environment, true_hash):
    """Busy, silent or absent from the start: the run publishes what it publishes without a server."""
    with server_like() as address:
        environment = plain_environment | {"PREFECT_API_URL": address}
        process = subprocess.Popen(RUN, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert_published_with_one_warning(process, environment, true_hash)


@pytest.mark.timeout(PATIENCE_S)
def test_settings_that_prefect_refuses_cost_a_warning(plain_environment, true_hash):
    """Prefect cannot even be imported: the run publishes all the same, unreported."""
    environment = plain_environment | {
        "PREFECT_API_URL": "http://127.0.0.1:9/api",
        "PREFECT_API_REQUEST_TIMEOUT": "soon",
    }
    done = subprocess.run(RUN, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert done.returncode == 0, done.stderr
    assert published(environment) == [(true_hash, "completed")]
    assert "Warning: The run is not reported, as Prefect cannot start with its settings" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.timeout(PATIENCE_S)
def test_a_server_that_stops_in_the_middle_costs_a_warning(tmp_path, plain_environment, true_hash):
    """Killed while the run loads, and never back: the publication is the same."""
    with prefect_server(tmp_path / "server", 0) as settings:
        environment = plain_environment | {"PREFECT_API_URL": settings["PREFECT_API_URL"]}
        process = subprocess.Popen(RUN, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        wait_for_task_run(settings["PREFECT_API_URL"], "load")
    assert process.poll() is None, "the run ended before the server"
    assert_published_with_one_warning(process, environment, true_hash)


def task_runs(address: str) -> list[dict[str, str]]:
    """The latest task runs that a server knows."""
    latest = {"sort": "EXPECTED_START_TIME_DESC", "limit": 200}
    answer = requests.post(f"{address}/task_runs/filter", json=latest, timeout=30)
    answer.raise_for_status()
    return answer.json()


def wait_for_task_run(address: str, start: str) -> None:
    """Wait until the server knows a task run whose name starts so."""
    wait_for(lambda: any(run["name"].startswith(start) for run in task_runs(address)), PATIENCE_S / 2)


def reporting_runs(address: str) -> set[str]:
    """Flow runs of which the server knows a task run."""
    return {run["flow_run_id"] for run in task_runs(address)}


@pytest.mark.timeout(PATIENCE_S)
def test_runs_of_two_homes_and_one_without_processor_time_share_a_server(
    tmp_path, prefect_environment, plain_environment, true_hash
):
    """Two runs write to one Prefect database at a time, one of them stopped for a minute; both publish the same."""
    address = prefect_environment["PREFECT_API_URL"]
    earlier = reporting_runs(address)
    runs = []
    for number in range(2):
        environment = plain_environment | {
            "PREFECT_API_URL": address,
            "NESS_HOME": str(tmp_path / str(number)),
        }
        process = subprocess.Popen(RUN, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        runs.append((process, environment))
    wait_for(lambda: len(reporting_runs(address) - earlier) == len(runs), PATIENCE_S / 2)
    stopped = next(process for process, _ in runs if process.poll() is None)  # the later one has hardly begun
    os.kill(stopped.pid, signal.SIGSTOP)
    time.sleep(60)
    os.kill(stopped.pid, signal.SIGCONT)
    for process, environment in runs:
        _, err = process.communicate(timeout=PATIENCE_S)
        assert (process.returncode, err) == (0, "")
        assert published(environment) == [(true_hash, "completed")]


@pytest.mark.timeout(PATIENCE_S)
def test_a_scheduled_run_survives_its_server(tmp_path, plain_environment, sandbox):
    """A flow run that Prefect's engine started publishes although the server stops in the middle; no traceback is printed."""
    with prefect_server(tmp_path / "server", 0) as settings:
        environment = settings | {"NESS_HOME": plain_environment["NESS_HOME"], "NESS_SANDBOX_URL": sandbox.url}
        asked = {"countries": ["KE"], "years": "2018:2020"}
        made = subprocess.run(
            [sys.executable, "-c", CREATE_RUN, repr(asked)],
            env=environment, capture_output=True, text=True, check=True, timeout=PATIENCE_S,
        )  # fmt: skip
        engine = [sys.executable, "-m", "prefect.engine", made.stdout.strip()]
        process = subprocess.Popen(engine, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        wait_for_task_run(settings["PREFECT_API_URL"], "load")
    assert process.poll() is None, "the run ended before the server"
    out, err = process.communicate(timeout=PATIENCE_S)
    ((_, status),) = published(environment)
    assert status == "completed"
    assert "Traceback" not in out + err
    assert err.count("Prefect server") == 1


CREATE_RUN = """
import ast, sys
from prefect import get_client
from ness_pipeline.flows.schedules import deployments
(monthly,) = [one for one in deployments() if one.name == "monthly-world"]
deployment_id = monthly.apply()
with get_client(sync_client=True) as client:
    print(client.create_flow_run_from_deployment(deployment_id, parameters=ast.literal_eval(sys.argv[1])).id)
"""
