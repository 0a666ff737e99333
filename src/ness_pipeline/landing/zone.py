"""The landing zone: payloads as received, compressed, content-addressed, with their provenance.

An *extraction* is one reading of one unit of work. It holds one small JSON record per request, so that several workers
may write into one object store, and a mark that says it is complete; bodies lie beside it under their hash.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from ness_pipeline.landing.extraction import Extraction
from ness_pipeline.landing.store import Store, safe_name
from ness_pipeline.landing.units import Unit

RESUME_WITHIN = dt.timedelta(days=7)
"""An interrupted extraction older than this is started anew: its pages would describe different days."""


class Landing(Store):
    """A folder or fsspec URL that keeps what publishers sent.

    Raises:
        WrongUsage: the place cannot be written.
    """

    def shared(self) -> Iterator[tuple[str, str]]:
        """Every record of an answer that units share, with the hash of its body."""
        for publisher in self.names("shared"):
            for release in self.names(f"shared/{publisher}"):
                for name in self.names(f"shared/{publisher}/{release}"):
                    path = f"shared/{publisher}/{release}/{name}"
                    if (record := self.record(path)) is not None:
                        yield path, str(record["sha256"])

    def extractions(self, source: str, key: str) -> list[Extraction]:
        """All extractions of one unit, oldest first."""
        folders = [f"{_folder(source, key)}/{name}" for name in self.names(_folder(source, key))]
        abouts = [(folder, self.record(f"{folder}/extraction.json")) for folder in folders]
        return [Extraction(self, folder, about) for folder, about in abouts if about is not None]

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
            if source not in {"payloads", "shared", "own", "names"}:
                for key in self.names(source):
                    yield unquote(source), unquote(key)

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
        taken = self.names(_folder(unit.source, unit.key))
        number = 1 + max((int(name) for name in taken if name.isdecimal()), default=0)
        folder = f"{_folder(unit.source, unit.key)}/{number:06d}"
        wanted["started_at"] = now.isoformat()
        self.write(f"{folder}/extraction.json", json.dumps(wanted, indent=1, sort_keys=True).encode())
        return Extraction(self, folder, wanted)


def _folder(source: str, key: str) -> str:
    """Where the extractions of a unit lie."""
    return f"{safe_name(source)}/{safe_name(key)}"
