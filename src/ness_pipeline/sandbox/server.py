"""Serves the sandbox on loopback: in a thread for tests and `--sandbox` runs, or until interrupted."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ness_pipeline.errors import WrongUsage
from ness_pipeline.sandbox.answers import json_answer
from ness_pipeline.sandbox.faults import FaultInjector, Faults
from ness_pipeline.sandbox.publishers import mounts
from ness_pipeline.sandbox.replay import replay_routes
from ness_pipeline.sandbox.world import World

SYNTHETIC_HEADER = (b"x-synthetic", b"true")
_START_SECONDS, _STOP_SECONDS = 20.0, 10.0
_THROTTLED = [
    "SYNTHETIC: too many requests; ask for a download instead of paging the search.",
    "SYNTHETIC: wait for the seconds that Retry-After names.",
]


@dataclass
class Traffic:
    """Log of the requests, and the number of GBIF's next answers that are refusals; safe to use from several threads."""

    _requests: list[tuple[str, str, int]] = field(default_factory=list)
    _refusals: int = 0
    _retry_after: str | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, method: str, target: str, status: int) -> None:
        """Remember one request and the status of its answer."""
        with self._lock:
            self._requests.append((method, target, status))

    @property
    def requests(self) -> list[tuple[str, str, int]]:
        """Method, path with query and status of every request so far, in the order of the answers."""
        with self._lock:
            return list(self._requests)

    def throttle(self, refusals: int, retry_after: str | None) -> None:
        """Answer GBIF's next requests with 429."""
        with self._lock:
            self._refusals, self._retry_after = refusals, retry_after

    def refuse(self) -> tuple[bool, str | None]:
        """Whether the request at hand is refused, and the Retry-After to send."""
        with self._lock:
            if self._refusals <= 0:
                return False, None
            self._refusals -= 1
            return True, self._retry_after


class _Recorder:
    """Middleware that notes every request, marks synthetic answers, and refuses GBIF requests when told to."""

    def __init__(self, app: ASGIApp, traffic: Traffic, *, synthetic: bool) -> None:
        self._app, self._traffic, self._synthetic = app, traffic, synthetic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        query = scope["query_string"].decode("latin-1")
        target = scope["path"] + (f"?{query}" if query else "")

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._traffic.note(scope["method"], target, message["status"])
                if self._synthetic:
                    message = {**message, "headers": [*message["headers"], SYNTHETIC_HEADER]}
            await send(message)

        answer: ASGIApp = self._app
        if scope["path"].startswith("/gbif/"):
            refused, retry_after = self._traffic.refuse()
            if refused:
                answer = json_answer(_THROTTLED, 429)
                if retry_after is not None:
                    answer.headers["retry-after"] = retry_after
        await answer(scope, receive, noting)


def app(
    world: World | None = None,
    *,
    replay: Path | None = None,
    middleware: Sequence[Middleware] = (),
    traffic: Traffic | None = None,
) -> Starlette:
    """The sandbox as an ASGI application.

    Args:
        world: the synthetic world; the default world when neither it nor `replay` is given.
        replay: folder of recorded answers, served instead of a world.
        middleware: further middleware between the recorder and the publishers, such as faults.
        traffic: log of the requests.

    Raises:
        WrongUsage: both a world and recordings were given, or the recordings cannot be read.
    """
    if world is not None and replay is not None:
        raise WrongUsage("A sandbox serves either a world or recorded answers; give one of the two.")
    publisher_routes: list[BaseRoute]
    if replay is not None:
        publisher_routes = replay_routes(replay)
        about = {"title": "Recorded answers of public APIs", "replay": str(replay)}
    else:
        world = world or World()
        publisher_routes = list(mounts(world))
        about = {"title": "SYNTHETIC sandbox: real countries, invented species, invented numbers", "world": repr(world)}

    async def index(_: Request) -> Response:
        return json_answer(about | {"paths": sorted({getattr(route, "path", "") for route in publisher_routes})})

    recorder = Middleware(_Recorder, traffic=traffic or Traffic(), synthetic=replay is None)
    return Starlette(routes=[Route("/", index), *publisher_routes], middleware=[recorder, *middleware])


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox.

    Attributes:
        url: its base URL, for `Settings.for_sandbox`.
        world: the world behind it, None while it replays recordings.
        traffic: what was asked of it.
        faults: what goes wrong in it; its list may be exchanged at any time.
    """

    url: str
    world: World | None
    traffic: Traffic
    faults: Faults = field(default_factory=Faults)

    @property
    def requests(self) -> list[tuple[str, str, int]]:
        """Method, path with query and status of every request so far."""
        return self.traffic.requests

    def throttle(self, refusals: int, retry_after: str | None = "1") -> None:
        """Let GBIF answer its next requests with 429, with this Retry-After or without one."""
        self.traffic.throttle(refusals, retry_after)


def _listen(host: str, port: int) -> socket.socket:
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        address = None
    if address is None or not address.is_loopback:
        raise WrongUsage(f"The sandbox answers on this machine only, not on {host!r}; use 127.0.0.1.")
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET  # noqa: PLR2004  IPv6
    # Named as TCP, because asyncio sends small answers at once only on sockets that say so.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((str(address), port))
        listener.listen()
    except (OSError, OverflowError) as error:
        listener.close()
        raise WrongUsage(f"The sandbox cannot listen on {host}:{port} ({error}); choose another port.") from error
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _server(application: Starlette) -> uvicorn.Server:
    config = uvicorn.Config(
        application,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        log_level="critical",
        # As long as nginx waits: with uvicorn's own 5 s, a client that tries again after 5 s meets a closing connection.
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config)


@contextmanager
def serve(
    world: World | None = None,
    *,
    replay: Path | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    faults: Faults | None = None,
) -> Iterator[Sandbox]:
    """Serve a world, or recorded answers, from a thread for as long as the block runs.

    Args:
        world: the world to serve; the default one when neither it nor `replay` is given.
        replay: folder of recorded answers to serve instead.
        host: a loopback address.
        port: the port, 0 for any free one.
        faults: the faults to inject; none by default.

    Raises:
        WrongUsage: the host is not loopback, the port is taken, or the recordings cannot be read.
    """
    served_world = world if replay is not None or world is not None else World()
    traffic = Traffic()
    faults = faults or Faults()
    server = _server(
        app(served_world, replay=replay, traffic=traffic, middleware=[Middleware(FaultInjector, faults=faults)])
    )
    with _listen(host, port) as listener:
        thread = threading.Thread(target=server.run, args=([listener],), name="ness-sandbox", daemon=True)
        thread.start()
        try:
            deadline = time.monotonic() + _START_SECONDS
            while not server.started and thread.is_alive() and time.monotonic() < deadline:
                time.sleep(0.005)
            if not server.started:
                raise WrongUsage(f"The sandbox did not start on {host}:{port}; choose another port.")
            yield Sandbox(_url(listener), served_world, traffic, faults)
        finally:
            server.should_exit = server.force_exit = True  # requests in progress are not awaited
            thread.join(_STOP_SECONDS)


def run_forever(
    world: World | None = None,
    *,
    replay: Path | None = None,
    host: str = "127.0.0.1",
    port: int = 8099,
    faults: Faults | None = None,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Serve until interrupted, as `ness sandbox` does.

    Args:
        world: as in `serve`.
        replay: as in `serve`.
        host: as in `serve`.
        port: as in `serve`.
        faults: as in `serve`.
        announce: called with the base URL once the port is open.

    Raises:
        WrongUsage: as `serve`.
    """
    application = app(world, replay=replay, middleware=[Middleware(FaultInjector, faults=faults or Faults())])
    with _listen(host, port) as listener, suppress(KeyboardInterrupt):
        if announce is not None:
            announce(_url(listener))
        _server(application).run([listener])
