"""What is asked of a publisher and what comes back, independent of how it travels."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

from ness_pipeline.errors import SourceUnavailable
from ness_pipeline.settings import Publisher

KEPT_HEADERS = ("current-page", "page-items", "total-count", "total-pages")
"""Headers of an answer that are part of what it says: where a list of pages stands."""


@dataclass(frozen=True)
class Request:
    """One request, independent of where the publisher lives today: live, a mirror or the sandbox.

    Attributes:
        publisher: whose base URL and rate apply.
        path: path below that base URL, starting with a slash.
        params: query parameters in the order sent; a repeated name is a repeated parameter.
        shared: release within which every unit of work gets the same answer, so that one of them asks for all; not
            part of what is asked. None where the answer is the unit's own.
        accepts: statuses besides 2xx that are answers and no faults, such as 404 for "there is none".
        clean: takes out of a body what must not be kept, such as personal e-mail addresses, before it lands.
        method: GET, or POST and DELETE for orders; only GETs land.
        body: JSON to send.
        is_signed: whether it carries the operator's user name and password, as HTTP Basic.
        is_bare: whether the body may be other than its content type says, such as a bare key under JSON.
    """

    publisher: Publisher
    path: str
    params: tuple[tuple[str, str], ...] = ()
    shared: str | None = field(default=None, compare=False)
    accepts: tuple[int, ...] = field(default=(), compare=False)
    clean: Callable[[bytes], bytes] | None = field(default=None, compare=False, repr=False)
    method: Literal["GET", "POST", "DELETE"] = "GET"
    body: bytes | None = None
    is_signed: bool = False
    is_bare: bool = field(default=False, compare=False)

    @classmethod
    def get(cls, publisher: Publisher, path: str, params: Mapping[str, object] | None = None) -> Request:
        """A request from plain values; lists become repeated parameters, booleans `true` or `false`."""
        pairs: list[tuple[str, str]] = []
        for name, value in (params or {}).items():
            values: Iterable[object] = value if isinstance(value, (list, tuple)) else (value,)
            pairs += [(name, str(item).lower() if isinstance(item, bool) else str(item)) for item in values]
        return cls(publisher, path, tuple(pairs))

    @property
    def target(self) -> str:
        """Path and query, as they appear on the wire."""
        return self.path + (f"?{urlencode(self.params)}" if self.params else "")

    @property
    def key(self) -> str:
        """Identity of the request in the landing zone: equal requests have equal keys wherever they went."""
        order = "" if self.method == "GET" else f"{self.method} {(self.body or b'').decode()} "
        return hashlib.sha256(f"{order}{self.publisher} {self.target}".encode()).hexdigest()


@dataclass(frozen=True)
class Payload:
    """A successful answer as received.

    Attributes:
        request: what was asked.
        url: where it was asked, without secrets.
        status: HTTP status: 2xx, or one that the request accepts.
        content_type: as the server named it.
        body: the bytes, decompressed.
        fetched_at: when the answer was complete, UTC.
        etag: the server's ETag, when it gave one.
        headers: those of `KEPT_HEADERS` that the server sent, by lower-case name.
    """

    request: Request
    url: str
    status: int
    content_type: str
    body: bytes
    fetched_at: dt.datetime
    etag: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            SourceUnavailable: the body is no JSON, such as an HTML error page under status 200.
        """
        try:
            return parsed(self.body)
        except ValueError:
            start = self.body[:60].decode("utf-8", "replace")
            message = f"{self.url} answered {self.content_type or 'without a type'} that is no JSON ({start!r}); try again later."
            raise SourceUnavailable(message) from None


def parsed(body: bytes) -> Any:
    """The value of a JSON text, in which every number is one.

    Raises:
        ValueError: it is no JSON, is nested too deeply, or has `NaN` or an infinite number.
    """
    try:
        return json.loads(body, parse_constant=_finite, parse_float=_finite)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _finite(text: str) -> float:
    """A number of a JSON text; Python would also read NaN, Infinity and 1e999."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no number")
    return number


Fetch = Callable[[Request], Payload]
"""How a source asks for payloads: over HTTP with landing while extracting, from landing alone while loading."""
