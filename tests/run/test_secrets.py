"""No secret leaves the environment: not into landing, logs, errors, what a watcher is told, the build or the published file."""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import zstandard

from ness_pipeline.logs import write_logs
from ness_pipeline.run.plan import plan_refresh
from ness_pipeline.run.refresh import refresh
from ness_pipeline.run.restore import open_for_writing
from ness_pipeline.run.watch import Step
from ness_pipeline.sandbox import serve
from ness_pipeline.settings import load_settings

SECRETS = {
    "NESS_IUCN_TOKEN": "iucn-Zk29fQ7w",
    "NESS_PROTECTED_PLANET_TOKEN": "wdpa-Lm83xT4v",
    "GBIF_PWD": "gbif-Hy61bN5s",
}


class Gossip(BaseHTTPRequestHandler):
    """A publisher that refuses and quotes every header and the query in its refusal."""

    def do_GET(self) -> None:
        """Refuse."""
        body = f"refused: {self.path} {dict(self.headers)}".encode()
        self.send_response(401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture
def gossip() -> Iterator[str]:
    """URL of that publisher."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gossip)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def everything(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """The bytes of every file, landed payloads decompressed."""
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            content = file.read_bytes()
            yield (
                file,
                zstandard.ZstdDecompressor().decompressobj().decompress(content) if file.suffix == ".zst" else content,
            )


def test_no_secret_is_found_anywhere(tmp_path, monkeypatch, gossip, caplog):
    """A run with tokens set, against a publisher that quotes them, leaves them nowhere."""
    with serve() as sandbox:
        for name, value in SECRETS.items():
            monkeypatch.setenv(name, value)
        for publisher in ("GBIF", "UNSDG", "WORLDBANK", "CBD"):
            monkeypatch.setenv(f"NESS_{publisher}_URL", f"{sandbox.url}/{publisher.lower()}")
        for publisher in ("IUCN", "PROTECTED_PLANET"):
            monkeypatch.setenv(f"NESS_{publisher}_URL", gossip)
            monkeypatch.setenv(f"NESS_{publisher}_RATE", "100")
        monkeypatch.setenv("NESS_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("NESS_CBD_RATE", "100")
        monkeypatch.setenv("NESS_RETRIES", "0")
        monkeypatch.setenv("GBIF_USER", "somebody")
        settings = load_settings()
        stream = io.StringIO()
        write_logs("json", stream)
        with caplog.at_level(logging.DEBUG), open_for_writing(settings) as build:
            plan = plan_refresh(settings, ["KE"], "2000:2025", only=["iso_countries", "seeds", "cbd", "iucn"])
            steps: list[Step] = []
            summary = refresh(build, settings, plan, watch=steps.append)
        write_logs("")
    assert any("401" in gap.error and "NESS_IUCN_TOKEN" in gap.error for gap in summary.gaps)
    # A Prefect server is told no more than steps, plan and summary; see the tests of the flows.
    told = [stream.getvalue(), caplog.text, repr(summary), repr(steps), repr(plan), repr(settings), str(settings)]
    files = list(everything(tmp_path / "home"))
    assert len(files) > 5
    for value in SECRETS.values():
        assert not any(value in text for text in told)
        assert [file for file, content in files if value.encode() in content] == []
