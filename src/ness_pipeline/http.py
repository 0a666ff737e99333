"""Requests to publishers and the payloads that come back; one polite session serves all of them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from ness_pipeline.errors import SourceUnavailable
from ness_pipeline.settings import Publisher


@dataclass(frozen=True)
class Request:
    """One GET, independent of where the publisher lives today: live, a mirror or the sandbox.

    Attributes:
        publisher: whose base URL and rate apply.
        path: path below that base URL, starting with a slash.
        params: query parameters in the order sent; a repeated name is a repeated parameter.
    """

    publisher: Publisher
    path: str
    params: tuple[tuple[str, str], ...] = ()

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
        return hashlib.sha256(f"{self.publisher} {self.target}".encode()).hexdigest()


@dataclass(frozen=True)
class Payload:
    """A successful answer as received.

    Attributes:
        request: what was asked.
        url: where it was asked, without secrets.
        status: HTTP status (2xx).
        content_type: as the server named it.
        body: the bytes, decompressed.
        fetched_at: when the answer was complete, UTC.
        etag: the server's ETag, when it gave one.
    """

    request: Request
    url: str
    status: int
    content_type: str
    body: bytes
    fetched_at: dt.datetime
    etag: str | None = None

    @property
    def sha256(self) -> str:
        """Hash of the body."""
        return hashlib.sha256(self.body).hexdigest()

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            SourceUnavailable: the body is no JSON, such as an HTML error page under status 200.
        """
        try:
            return json.loads(self.body)
        except ValueError:
            start = self.body[:60].decode("utf-8", "replace")
            message = f"{self.url} answered {self.content_type or 'without a type'} that is no JSON ({start!r}); try again later."
            raise SourceUnavailable(message) from None


Fetch = Callable[[Request], Payload]
"""How a source asks for payloads: over HTTP with landing while extracting, from landing alone while loading."""
