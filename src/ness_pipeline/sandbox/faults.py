"""Faults of the sandbox: failures of real publishers, seeded and composable.

A fault is named in one word each, `kind@publisher:share`: `503@cbd:1` lets the CBD be down, `reset:0.05` breaks every
twentieth connection, `error_200@worldbank/ER.LND.PTLD.ZS:1` befalls the requests whose address has that text. What happens to a request depends on the seed, its target and how often that target was asked
before, and on nothing else, so threads change nothing and the same seed gives the same faults.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ness_pipeline.errors import WrongUsage
from ness_pipeline.sandbox.spoiled import CONTENT, Rng, spoiled
from ness_pipeline.sandbox.without_data import PAGE, WITHOUT_DATA, reset, send_answer, send_without_data

REFUSALS = ("503", "429", "429_seconds", "429_date", "401")
"""Answers instead of data: 503 in bursts, 429 without and with Retry-After in its two forms, an expired token."""
CONNECTION = ("reset", "slow", "stalled", "cut")
"""Connections that break, are slow, stall within a body, or end before its end."""
DISGUISED = ("html", "html_as_json", "error_200", "half_json")
"""Status 200 without data: an HTML page, an HTML page typed as JSON, an error, a JSON text that is cut off."""
PASSING = ("503", "429", "429_seconds", "429_date", "reset", "slow", "stalled", "cut", "html", "html_as_json", "half_json")  # fmt: skip
"""Faults that pass when the request is repeated; the result of a run must not depend on them."""
KINDS = (*REFUSALS, *CONNECTION, *DISGUISED, *WITHOUT_DATA, *CONTENT)

_SPEC = re.compile(r"(?P<kind>[a-z0-9_]+)(?:@(?P<publisher>[a-z0-9_]+)(?:/(?P<part>[^:]+))?)?(?::(?P<share>[0-9.]+))?")


@dataclass(frozen=True)
class Fault:
    """One fault that may be injected into a request.

    Attributes:
        kind: one of `KINDS`.
        publisher: publisher whose requests are affected; None for all.
        share: share of these requests, 0 to 1.
        part: text that the path or query of an affected request has; None for all of the publisher.
    """

    kind: str
    publisher: str | None = None
    share: float = 0.05
    part: str | None = None

    @classmethod
    def parse(cls, text: str) -> Fault:
        """A fault from `kind`, `kind@publisher`, `kind@publisher/part`, each with or without `:share`.

        Raises:
            WrongUsage: the text is none of these, or names an unknown kind.
        """
        match = _SPEC.fullmatch(text.strip())
        if match is None or match["kind"] not in KINDS:
            message = f"{text!r} is no fault; write kind@publisher:share, such as 503@cbd:1, with a kind of {', '.join(KINDS)}."
            raise WrongUsage(message)
        try:
            share = float(match["share"] or 0.05)
        except ValueError:
            share = 2.0
        if share > 1:
            raise WrongUsage(f"The share of the fault {text!r} is no number from 0 to 1; correct it.")
        return cls(match["kind"], match["publisher"], share, match["part"])


def mixed(kinds: Iterable[str], share: float) -> tuple[Fault, ...]:
    """Faults of several kinds for all publishers, together for about this share of requests."""
    names = tuple(kinds)
    return tuple(Fault(kind, None, share / len(names)) for kind in names)


@dataclass
class Faults:
    """Faults by request, and the faults injected so far; safe to use from several threads.

    Attributes:
        listed: the faults; may be exchanged while the sandbox runs.
        seed: seed of every draw.
        stall_s: how long a stalled body hangs before the connection ends.
        retry_after_s: seconds in the Retry-After of a 429.
        burst: requests in a row that a 503 burst refuses.
        drip_s: seconds between the bytes of an answer that drips.
    """

    listed: tuple[Fault, ...] = ()
    seed: int = 0
    stall_s: float = 30.0
    retry_after_s: int = 1
    burst: int = 2
    drip_s: float = 0.5
    _requests: Counter[str] = field(default_factory=Counter)
    _injected: Counter[str] = field(default_factory=Counter)
    _bursts: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def injected(self) -> Counter[str]:
        """Kind to the number of faults injected so far."""
        with self._lock:
            return Counter(self._injected)

    def draw(self, publisher: str, target: str) -> tuple[str | None, Rng]:
        """The fault of the current request, None for none, and the random source for its content."""
        with self._lock:
            self._requests[target] += 1
            rng = Rng(f"{self.seed} {target} {self._requests[target]}")
            if self._bursts[publisher] > 0:
                self._bursts[publisher] -= 1
                self._injected["503"] += 1
                return "503", rng
            for fault in self.listed:
                is_meant = fault.publisher in {None, publisher} and (fault.part or "") in target
                if is_meant and rng.random() < fault.share:
                    if fault.kind == "503" and fault.share < 1:
                        self._bursts[publisher] = rng.randrange(self.burst)
                    self._injected[fault.kind] += 1
                    return fault.kind, rng
        return None, rng


class FaultInjector:
    """ASGI middleware that lets faults befall the answers of the application below it.

    Args:
        app: the application.
        faults: which faults befall which requests.
    """

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app, self._faults = app, faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, rightly or wrongly."""
        path = str(scope.get("path", ""))
        publisher = path.split("/")[1] if path.count("/") > 1 else ""
        if scope["type"] != "http" or not publisher:
            await self._app(scope, receive, send)
            return
        query = scope["query_string"].decode("latin-1")
        kind, rng = self._faults.draw(publisher, f"{path}?{query}")
        if kind is None:
            await self._app(scope, receive, send)
        elif kind in REFUSALS:
            await send_answer(send, *self._refusal(kind))
        elif kind == "reset":
            reset(receive)
        elif kind in WITHOUT_DATA:
            await send_without_data(kind, receive, send, f"{path}?{query}", self._faults.drip_s)
        else:
            status, headers, body = await _collect(self._app, scope, receive)
            await self._spoil(kind, rng, publisher, send, status, headers, body)

    def _refusal(self, kind: str) -> tuple[int, dict[str, str], bytes]:
        status = int(kind[:3])
        headers = {"content-type": "application/json"}
        if kind == "429_seconds":
            headers["retry-after"] = str(self._faults.retry_after_s)
        if kind == "429_date":
            # One second more, because an HTTP date has no fractions and must not lie in the past.
            later = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=self._faults.retry_after_s)
            headers["retry-after"] = format_datetime(later, usegmt=True)
        messages = {401: "SYNTHETIC: the token has expired.", 429: "SYNTHETIC: too many requests."}
        return status, headers, json.dumps({"error": messages.get(status, "SYNTHETIC: unavailable.")}).encode()

    async def _spoil(
        self, kind: str, rng: Rng, publisher: str, send: Send, status: int, headers: dict[str, str], body: bytes
    ) -> None:
        if kind == "slow":
            await send_answer(send, status, headers, body, pieces=4, pause_s=0.02)
        elif kind in {"cut", "stalled"}:
            await send_answer(send, status, headers, body[: len(body) // 2], announced=len(body))
            await asyncio.sleep(self._faults.stall_s if kind == "stalled" else 0)
        elif kind in {"html", "html_as_json"}:
            content_type = "text/html" if kind == "html" else headers.get("content-type", "application/json")
            await send_answer(send, 200, {"content-type": content_type}, PAGE)
        elif kind == "half_json":
            await send_answer(send, status, headers, body[: max(1, len(body) * 2 // 3)])
        elif kind == "error_200":
            await send_answer(send, 200, headers, json.dumps(_error(publisher)).encode())
        else:
            await send_answer(send, status, headers, spoiled(kind, rng, body))


def _error(publisher: str) -> Any:
    """An error as a publisher writes it under HTTP 200."""
    if publisher == "worldbank":
        return [{"message": [{"id": "120", "key": "Invalid value", "value": "SYNTHETIC: try again."}]}]
    return {"error": "SYNTHETIC: something went wrong", "status": 500}


async def _collect(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[int, dict[str, str], bytes]:
    """The whole answer of an application."""
    status, headers, body = 200, {}, bytearray()

    async def take(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status = message["status"]
            headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in message["headers"]}
        elif message["type"] == "http.response.body":
            body.extend(message.get("body", b""))

    await app(scope, receive, take)
    headers.pop("content-length", None)
    return status, headers, bytes(body)
