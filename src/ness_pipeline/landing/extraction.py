"""One reading of one unit of work: a small JSON record per request, and a mark that says it is complete."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ness_pipeline.errors import AnswerBroken, PublisherAway, SourceUnavailable
from ness_pipeline.landing.request import Fetch, Payload, Request
from ness_pipeline.landing.store import Store, safe_name
from ness_pipeline.landing.units import Unit
from ness_pipeline.names.years import Years

MOST_BROKEN = 2
"""Different requests in a row at which a publisher fails, after which it is the publisher that fails and not the requests:
each costs all its retries."""


@dataclass(frozen=True)
class Extraction:
    """One reading of one unit of work.

    Attributes:
        landing: where it lies.
        folder: its folder there.
        about: what was asked for.
    """

    landing: Store
    folder: str
    about: dict[str, Any]

    @property
    def number(self) -> int:
        """Position among the extractions of its unit, from 1."""
        return int(self.folder.rsplit("/", 1)[-1])

    @property
    def unit(self) -> Unit:
        """The unit of work it reads."""
        return Unit(self.about["source"], self.about["unit"], Years.parse(self.about["years"]))

    @property
    def started_at(self) -> dt.datetime:
        """When it was started, UTC."""
        return dt.datetime.fromisoformat(self.about["started_at"])

    @property
    def _mark(self) -> dict[str, Any] | None:
        return self.landing.record(f"{self.folder}/complete.json")

    @property
    def completed_at(self) -> dt.datetime | None:
        """When its last payload had landed, UTC; None while it is incomplete."""
        mark = self._mark
        return None if mark is None else dt.datetime.fromisoformat(mark["completed_at"])

    @property
    def release(self) -> str | None:
        """The publisher's name of the data's version."""
        mark = self._mark
        return None if mark is None else mark["release"]

    def complete(self, release: str | None, now: dt.datetime, *, is_whole: bool = True) -> None:
        """Mark the extraction complete.

        Args:
            release: the publisher's name of the data's version.
            now: the time, UTC.
            is_whole: whether the publisher gave everything; what it did not give is asked for again by the next run.
        """
        mark = {"completed_at": now.isoformat(), "release": release, "is_whole": is_whole}
        self.landing.write(f"{self.folder}/complete.json", json.dumps(mark, indent=1).encode())

    @property
    def is_believed(self) -> bool:
        """Whether a later run may use it without asking again: it is whole, and nothing went wrong with what it gave."""
        mark = self._mark or {}
        return bool(mark.get("is_whole", True)) and self.landing.read(f"{self.folder}/doubted.json") is None

    def doubt(self, error: str, now: dt.datetime) -> None:
        """Mark the extraction as one that the next run asks for anew, because nothing could be published with it."""
        mark = {"doubted_at": now.isoformat(), "error": error}
        self.landing.write(f"{self.folder}/doubted.json", json.dumps(mark, indent=1).encode())

    def believe(self) -> None:
        """Take the mark of doubt away, because a person has accepted what it gives."""
        self.landing.remove(f"{self.folder}/doubted.json")

    @property
    def is_refused(self) -> bool:
        """Whether its answers could not be understood."""
        return self.landing.read(f"{self.folder}/refused.json") is not None

    @property
    def failure(self) -> str | None:
        """Why it came to nothing; None of one that is complete and understood, or was only interrupted."""
        if (refused := self.landing.record(f"{self.folder}/refused.json")) is not None:
            return str(refused["error"])
        if self.completed_at is not None:
            return None
        folder = f"{self.folder}/not_given"
        reasons = (self.landing.record(f"{folder}/{name}") for name in sorted(self.landing.names(folder)))
        return next((str(reason["why"]) for reason in reasons if reason is not None), None)

    def refuse(self, error: str, now: dt.datetime) -> None:
        """Mark the extraction as not understood: it stays to be looked at, is not resumed, and shares nothing more."""
        mark = {"refused_at": now.isoformat(), "error": error}
        self.landing.write(f"{self.folder}/refused.json", json.dumps(mark, indent=1).encode())
        for name in sorted({record["shared"] for record in self.records() if record.get("shared")}):
            self.landing.remove(name)

    def unshare(self, keys: Iterable[str]) -> None:
        """Let nobody share the answers to some requests any more, because they could not be read.

        Args:
            keys: identities of the requests.
        """
        for key in keys:
            record = self.landing.record(f"{self.folder}/requests/{key}.json")
            if record is not None and record.get("shared"):
                self.landing.remove(record["shared"])

    def _keep(self, payload: Payload, *, is_new: bool) -> None:
        """Land one payload: its body first, then its record, so that a record never points nowhere.

        Args:
            payload: the answer.
            is_new: whether it was asked for just now, and not found among the answers that units share.
        """
        digest = self.landing.keep(payload.body)
        record = {
            "publisher": payload.request.publisher,
            "target": payload.request.target,
            "url": payload.url,
            "status": payload.status,
            "content_type": payload.content_type,
            "fetched_at": payload.fetched_at.isoformat(),
            "etag": payload.etag,
            "sha256": digest,
            "bytes": len(payload.body),
            "headers": dict(payload.headers),
        }
        shared = _shared_name(payload.request)
        text = json.dumps(record | {"shared": shared}, indent=1, sort_keys=True).encode()
        if shared is not None and is_new:
            self.landing.write(shared, text)
        self.landing.write(f"{self.folder}/requests/{payload.request.key}.json", text)

    def _keep_refusal(self, request: Request, why: str) -> None:
        """Land why a request has no answer, so that it is told when the extraction is read without network."""
        record = {"publisher": request.publisher, "target": request.target, "why": why}
        self.landing.write(f"{self.folder}/not_given/{request.key}.json", json.dumps(record, indent=1).encode())

    @property
    def has_refusals(self) -> bool:
        """Whether a request had no answer so far."""
        return bool(self.landing.names(f"{self.folder}/not_given"))

    def _refusal(self, request: Request) -> str | None:
        """Why a request has no answer; None where it had one, or where an earlier version has kept no reason."""
        if self.landing.read(f"{self.folder}/requests/{request.key}.json") is not None:
            return None
        record = self.landing.record(f"{self.folder}/not_given/{request.key}.json") or {}
        return record.get("why")

    def find(self, request: Request) -> Payload | None:
        """The landed payload of a request, None when it is missing or damaged."""
        return self._payload(request, f"{self.folder}/requests/{request.key}.json")

    def _find_shared(self, request: Request) -> Payload | None:
        """The payload that another unit of work landed for the same request and release."""
        name = _shared_name(request)
        return None if name is None else self._payload(request, name)

    def _payload(self, request: Request, name: str) -> Payload | None:
        record = self.landing.record(name)
        body = None if record is None else self.landing.body(record["sha256"])
        if record is None or body is None:
            return None
        fetched_at = dt.datetime.fromisoformat(record["fetched_at"])
        about = (record["url"], record["status"], record["content_type"], body, fetched_at, record["etag"])
        return Payload(request, *about, headers=record.get("headers", {}))

    def fetch_through(self, send: Fetch) -> Fetch:
        """Fetch that lands every answer, cleaned, and asks twice neither for what has landed intact nor for what is refused.

        Raises:
            PublisherAway: when called, and the publisher fails at `MOST_BROKEN` different requests in a row, not counting
                those at which it failed at an earlier try.
        """
        broken: dict[str, SourceUnavailable] = {}

        def fetch(request: Request) -> Payload:
            landed = self.find(request)
            if landed is None:
                if request.key in broken:
                    raise broken[request.key]
                shared = self._find_shared(request)
                try:
                    landed = shared or send(request)
                except SourceUnavailable as error:
                    # On a second try the things that failed stand side by side: all between them has landed.
                    is_known = self._refusal(request) is not None
                    self._keep_refusal(request, str(error))
                    if isinstance(error, AnswerBroken) and error.in_a_row >= MOST_BROKEN and not is_known:
                        raise PublisherAway(str(error)) from error
                    broken[request.key] = error
                    raise
                if request.clean is not None:
                    landed = replace(landed, body=request.clean(landed.body))
                self._keep(landed, is_new=shared is None)
            return landed

        return fetch

    def replay(self) -> Fetch:
        """Fetch that answers from landing alone.

        Raises:
            SourceUnavailable: when called for a request that has not landed intact; the message is that of the time
                when the publisher was asked, where it had no answer.
        """

        def fetch(request: Request) -> Payload:
            landed = self.find(request)
            if landed is None:
                if (why := self._refusal(request)) is not None:
                    raise SourceUnavailable(why)
                unit = self.about["unit"]
                message = f"The answer to {request.target[:120]} of {self.about['source']} {unit} is missing or damaged in landing; run {unit} again with network."
                raise SourceUnavailable(message)
            return landed

        return fetch

    def records(self) -> Iterator[dict[str, Any]]:
        """Provenance of every payload, in a stable order."""
        for name in self.landing.names(f"{self.folder}/requests"):
            if (record := self.landing.record(f"{self.folder}/requests/{name}")) is not None:
                yield record

    @property
    def is_intact(self) -> bool:
        """Whether every payload is there and matches its hash."""
        names = self.landing.names(f"{self.folder}/requests")
        records = list(self.records())
        return len(records) == len(names) and all(self.landing.body(record["sha256"]) is not None for record in records)


def _shared_name(request: Request) -> str | None:
    """Where the record of an answer lies that is the same for every unit of work of one release."""
    return (
        None if request.shared is None else f"shared/{request.publisher}/{safe_name(request.shared)}/{request.key}.json"
    )
