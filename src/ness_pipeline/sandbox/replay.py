"""Recorded answers by URL, from a folder with an `index.json` that lists them."""

from __future__ import annotations

import difflib
import json
import threading
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from ness_pipeline.errors import WrongUsage
from ness_pipeline.sandbox.answers import json_answer
from ness_pipeline.settings import Settings

METHODS = ["GET", "POST", "DELETE", "HEAD", "PUT"]
_FRAMING = {"content-length", "transfer-encoding", "connection", "content-encoding", "date"}
_SUGGESTIONS = 3

_Key = tuple[str, str, str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class Recorded:
    """One recorded answer.

    Attributes:
        method: HTTP method.
        url: URL of the request.
        status: HTTP status.
        headers: headers that were kept.
        file: file with the body.
    """

    method: str
    url: str
    status: int
    headers: dict[str, str]
    file: Path


def _key(method: str, url: str) -> _Key:
    """Identity of a request: the order of its parameters does not matter."""
    parts = urlsplit(url)
    return method, parts.netloc, unquote(parts.path), tuple(sorted(parse_qsl(parts.query, keep_blank_values=True)))


class Recordings:
    """All recorded answers of a folder.

    Args:
        folder: folder with `index.json`, a list of objects with `method`, `url`, `status`, `headers` and `file`.

    Raises:
        WrongUsage: the folder has no readable index.
    """

    def __init__(self, folder: Path) -> None:
        index = folder / "index.json"
        try:
            entries: list[dict[str, Any]] = json.loads(index.read_text(encoding="utf-8"))
            self.answers = [
                Recorded(
                    entry["method"], entry["url"], int(entry["status"]), dict(entry["headers"]),
                    folder / entry["file"],
                )
                for entry in entries
            ]  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError) as error:
            message = f"{index} is no list of recorded answers ({error}); give a folder with method, url, status, headers and file of each."
            raise WrongUsage(message) from error
        self._by_key: dict[_Key, list[Recorded]] = defaultdict(list)
        for answer in self.answers:
            self._by_key[_key(answer.method, answer.url)].append(answer)
        self._requests: dict[_Key, int] = defaultdict(int)
        self._lock = threading.Lock()

    def find(self, method: str, url: str) -> Recorded | None:
        """The answer to a request; one recorded several times is replayed in that order, the last one from then on."""
        key = _key(method, url)
        answers = self._by_key.get(key)
        if not answers:
            return None
        with self._lock:
            turn = min(self._requests[key], len(answers) - 1)
            self._requests[key] += 1
        return answers[turn]

    def nearest(self, url: str) -> list[str]:
        """The recorded URLs most like this one."""
        return difflib.get_close_matches(url, sorted({answer.url for answer in self.answers}), _SUGGESTIONS, 0.0)


def replay_routes(folder: Path) -> list[BaseRoute]:
    """Routes below `/replay/<host>` and below every publisher's own prefix.

    Raises:
        WrongUsage: the folder has no readable index.
    """
    recordings = Recordings(folder)

    async def by_host(request: Request) -> Response:
        return _answer(recordings, request, f"https://{request.path_params['host']}/{request.path_params['rest']}")

    routes: list[BaseRoute] = [Route("/replay/{host}/{rest:path}", by_host, methods=METHODS)]
    for publisher, base in publisher_bases().items():
        routes.append(Mount(f"/{publisher}", routes=[Route("/{rest:path}", _below(recordings, base), methods=METHODS)]))
    return routes


def publisher_bases() -> dict[str, str]:
    """Live base URL of every publisher that the settings know."""
    fields = Settings.model_fields
    return {name.removesuffix("_url"): str(fields[name].default) for name in fields if name.endswith("_url")}


def _below(recordings: Recordings, base: str) -> Any:
    async def answer(request: Request) -> Response:
        return _answer(recordings, request, f"{base}/{request.path_params['rest']}")

    return answer


def _answer(recordings: Recordings, request: Request, url: str) -> Response:
    full_url = f"{url}?{request.url.query}" if request.url.query else url
    recording = recordings.find(request.method, full_url)
    if recording is None:
        message = f"No answer to {request.method} {full_url} was recorded."
        return json_answer({"message": message, "nearest": recordings.nearest(full_url)}, 404)
    headers = {name: value for name, value in recording.headers.items() if name.lower() not in _FRAMING}
    return Response(recording.file.read_bytes(), recording.status, headers=headers)
