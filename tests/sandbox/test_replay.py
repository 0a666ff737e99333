"""Recorded answers served by URL: every one of them comes back as it was recorded."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest
import requests

from ness_pipeline.errors import WrongUsage
from ness_pipeline.landing.http import Session
from ness_pipeline.landing.request import Request
from ness_pipeline.sandbox import serve
from ness_pipeline.settings import Settings


@pytest.mark.data
def test_every_recorded_answer_comes_back(public_data):
    """Status, content type and body of all recordings, asked for by method and URL in the order of recording."""
    folder = public_data / "recorded"
    listed = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    assert len(listed) >= 158
    with serve(replay=folder) as sandbox, requests.Session() as session:
        for entry in listed:
            parts = urlsplit(entry["url"])
            url = f"{sandbox.url}/replay/{parts.netloc}{parts.path}" + (f"?{parts.query}" if parts.query else "")
            answer = session.request(entry["method"], url, timeout=10, allow_redirects=False)
            assert answer.status_code == entry["status"], entry["url"]
            assert answer.content == (folder / entry["file"]).read_bytes(), entry["url"]
            kind = {name.lower(): value for name, value in entry["headers"].items()}.get("content-type")
            assert kind is None or answer.headers["content-type"] == kind


@pytest.mark.data
def test_recordings_serve_the_project_s_own_requests(public_data):
    """A publisher's own prefix finds the recording of its live URL; what was not recorded names the nearest."""
    with serve(replay=public_data / "recorded") as sandbox:
        settings = Settings(_env_file=None, retries=0).for_sandbox(sandbox.url)
        with Session(settings) as session:
            body = session.send(Request("gbif", "/v1/occurrence/counts/basisOfRecord")).json()
        missing = requests.get(f"{sandbox.url}/gbif/v1/occurrence/counts/nothing", timeout=10)
    assert body["HUMAN_OBSERVATION"] > 0
    assert missing.status_code == 404
    assert missing.json()["nearest"]


def test_folder_without_an_index_is_refused(tmp_path):
    """A folder that lists nothing is named, and so is what it should hold."""
    with pytest.raises(WrongUsage, match=r"index\.json is no list of recorded answers"), serve(replay=tmp_path):
        pass
