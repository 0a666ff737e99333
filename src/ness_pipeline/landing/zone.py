"""The landing zone: payloads as received, compressed, content-addressed, with their provenance.

An *extraction* is one reading of one unit of work. It holds one small JSON record per request, so that several workers
may write into one object store, and a mark that says it is complete; bodies lie beside it under their hash.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import fsspec
import zstandard
from fsspec.implementations.local import LocalFileSystem

from ness_pipeline.errors import SourceUnavailable, WrongUsage
from ness_pipeline.landing.http import Fetch, Payload, Request
from ness_pipeline.landing.units import Unit
from ness_pipeline.names.years import Years

RESUME_WITHIN = dt.timedelta(days=7)
"""An interrupted extraction older than this is started anew: its pages would describe different days."""

PARTIAL = ".partial"
"""Ending of a file that is being written; one that stays was left by a process that was killed."""


class Landing:
    """A folder or fsspec URL that keeps what publishers sent.

    Raises:
        WrongUsage: the place cannot be written.
    """

    def __init__(self, url: str) -> None:
        self._fs, self._root = fsspec.core.url_to_fs(url)

    def write(self, name: str, body: bytes) -> None:
        """Write a file whole or not at all."""
        path = f"{self._root}/{name}"
        try:
            self._fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
            if isinstance(self._fs, LocalFileSystem):
                partial = f"{path}.{uuid.uuid4().hex}{PARTIAL}"
                Path(partial).write_bytes(body)
                os.replace(partial, path)  # noqa: PTH105  (a rename is what makes it atomic)
            else:
                self._fs.pipe_file(path, body)
        except OSError as error:
            raise self._unwritable(error) from error

    def read(self, name: str) -> bytes | None:
        """The content of a file, None where there is none."""
        try:
            return bytes(self._fs.cat_file(f"{self._root}/{name}"))
        except FileNotFoundError:
            return None

    def record(self, name: str) -> dict[str, Any] | None:
        """The content of a JSON file, None where there is none or where it is damaged."""
        stored = self.read(name)
        try:
            found = None if stored is None else json.loads(stored)
        except ValueError:
            return None
        return found if isinstance(found, dict) else None

    def names(self, folder: str) -> list[str]:
        """Names of what lies whole in a folder, sorted."""
        try:
            found = self._fs.ls(f"{self._root}/{folder}", detail=False)
        except FileNotFoundError:
            return []
        short = (str(path).rstrip("/").rsplit("/", 1)[-1] for path in found)
        return sorted(name for name in short if not name.endswith(PARTIAL))

    def keep(self, body: bytes) -> str:
        """Store a body under its hash, once, and return the hash."""
        digest = hashlib.sha256(body).hexdigest()
        name = _payload_name(digest)
        if self.body(digest) is None:
            self.write(name, zstandard.compress(body))
        return digest

    def body(self, digest: str) -> bytes | None:
        """A stored body, None when it is missing or does not match its hash."""
        stored = self.read(_payload_name(digest))
        if stored is None:
            return None
        try:
            body = zstandard.ZstdDecompressor().decompressobj().decompress(stored)
        except zstandard.ZstdError:
            return None
        return body if hashlib.sha256(body).hexdigest() == digest else None

    def sizes(self) -> dict[str, int]:
        """Hash of every stored body to its compressed size."""
        return {
            str(path).rsplit("/", 1)[-1].removesuffix(".zst"): int(about["size"])
            for path, about in self._fs.find(f"{self._root}/payloads", detail=True).items()
            if str(path).endswith(".zst")
        }

    def shared(self) -> Iterator[tuple[str, str]]:
        """Every record of an answer that units share, with the hash of its body."""
        for publisher in self.names("shared"):
            for release in self.names(f"shared/{publisher}"):
                for name in self.names(f"shared/{publisher}/{release}"):
                    path = f"shared/{publisher}/{release}/{name}"
                    if (record := self.record(path)) is not None:
                        yield path, str(record["sha256"])

    def remove_partial(self) -> None:
        """Remove what killed processes have left half written; only while nobody writes."""
        for path in self._fs.find(self._root):
            if str(path).endswith(PARTIAL):
                self._fs.rm_file(path)

    def remove_body(self, digest: str) -> None:
        """Remove a stored body."""
        self.remove(_payload_name(digest))

    def extractions(self, source: str, key: str) -> list[Extraction]:
        """All extractions of one unit, oldest first."""
        found = []
        for name in self.names(f"{_safe(source)}/{_safe(key)}"):
            folder = f"{_safe(source)}/{_safe(key)}/{name}"
            if (about := self.record(f"{folder}/extraction.json")) is not None:
                found.append(Extraction(self, folder, about))
        return found

    def latest(self, source: str, key: str) -> Extraction | None:
        """The latest complete extraction of a unit, None where there is none."""
        return next(self.complete(source, key), None)

    def complete(self, source: str, key: str) -> Iterator[Extraction]:
        """The complete extractions of a unit, latest first, without those that were not understood."""
        for extraction in reversed(self.extractions(source, key)):
            if extraction.completed_at is not None and not extraction.is_refused:
                yield extraction

    def units(self) -> Iterator[tuple[str, str]]:
        """Every source and unit key that has landed something."""
        for source in self.names(""):
            if source not in {"payloads", "shared", "own"}:
                for key in self.names(source):
                    yield unquote(source), unquote(key)

    def remove(self, name: str) -> None:
        """Remove a file or a folder with all that is in it; nothing happens where there is none.

        Raises:
            WrongUsage: the place cannot be written.
        """
        try:
            self._fs.rm(f"{self._root}/{name}", recursive=True)
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> WrongUsage:
        return WrongUsage(
            f"The landing zone {self._root} cannot be written ({error.strerror or error}); free space or set NESS_LANDING."
        )

    def start(self, unit: Unit, about: dict[str, Any], now: dt.datetime) -> Extraction:
        """Resume the interrupted extraction of a unit that asked for the same, or start a new one.

        One whose answers contradicted each other is not resumed: read again from landing they would contradict each
        other for ever.

        Args:
            unit: the unit of work.
            about: what the answers depend on besides the unit, such as the checklist; only an extraction that
                says the same is resumed.
            now: the time, UTC.
        """
        wanted = about | {"source": unit.source, "unit": unit.key, "years": str(unit.years)}
        earlier = self.extractions(unit.source, unit.key)
        if earlier:
            last = earlier[-1]
            same = {name: last.about.get(name) for name in wanted} == wanted
            is_open = last.completed_at is None and not last.is_refused
            if is_open and same and abs(now - last.started_at) <= RESUME_WITHIN:
                return last
        # Numbered, because a clock can go back and the latest extraction must stay the latest.
        taken = self.names(f"{_safe(unit.source)}/{_safe(unit.key)}")
        number = 1 + max((int(name) for name in taken if name.isdecimal()), default=0)
        folder = f"{_safe(unit.source)}/{_safe(unit.key)}/{number:06d}"
        wanted["started_at"] = now.isoformat()
        self.write(f"{folder}/extraction.json", json.dumps(wanted, indent=1, sort_keys=True).encode())
        return Extraction(self, folder, wanted)


@dataclass(frozen=True)
class Extraction:
    """One reading of one unit of work.

    Attributes:
        landing: where it lies.
        folder: its folder there.
        about: what was asked for.
    """

    landing: Landing
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

    def complete(self, release: str | None, now: dt.datetime) -> None:
        """Mark the extraction complete."""
        mark = {"completed_at": now.isoformat(), "release": release}
        self.landing.write(f"{self.folder}/complete.json", json.dumps(mark, indent=1).encode())

    @property
    def is_refused(self) -> bool:
        """Whether its answers could not be understood."""
        return self.landing.read(f"{self.folder}/refused.json") is not None

    def refuse(self, error: str, now: dt.datetime) -> None:
        """Mark the extraction as not understood: it stays to be looked at, is not resumed, and shares nothing more."""
        mark = {"refused_at": now.isoformat(), "error": error}
        self.landing.write(f"{self.folder}/refused.json", json.dumps(mark, indent=1).encode())
        for name in sorted({record["shared"] for record in self.records() if record.get("shared")}):
            self.landing.remove(name)

    def keep(self, payload: Payload) -> None:
        """Land one payload: its body first, then its record, so that a record never points nowhere."""
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
        if shared is not None and self.landing.record(shared) is None:
            self.landing.write(shared, text)
        self.landing.write(f"{self.folder}/requests/{payload.request.key}.json", text)

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
        """Fetch that lands every answer, cleaned, and does not ask twice for what has landed intact."""

        def fetch(request: Request) -> Payload:
            landed = self.find(request)
            if landed is None:
                landed = self._find_shared(request) or send(request)
                if request.clean is not None:
                    landed = replace(landed, body=request.clean(landed.body))
                self.keep(landed)
            return landed

        return fetch

    def replay(self) -> Fetch:
        """Fetch that answers from landing alone.

        Raises:
            SourceUnavailable: when called for a request that has not landed intact.
        """

        def fetch(request: Request) -> Payload:
            landed = self.find(request)
            if landed is None:
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


def _safe(name: str) -> str:
    return quote(name, safe="") or "%"


def _shared_name(request: Request) -> str | None:
    """Where the record of an answer lies that is the same for every unit of work of one release."""
    return None if request.shared is None else f"shared/{request.publisher}/{_safe(request.shared)}/{request.key}.json"


def _payload_name(digest: str) -> str:
    return f"payloads/{digest[:2]}/{digest}.zst"
