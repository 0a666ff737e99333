"""What a file says of itself: whom to cite, under which licence, of which day."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring

from ness_pipeline.files.archives import CHUNK
from ness_pipeline.names.checklists import DATASET_KEY, checklist_in

CHECKLIST_NAMED = re.compile(rf"checklist[\s_-]?key\b\W{{0,20}}(?:is\b\W{{0,5}})?({DATASET_KEY.pattern})")
"""The key of a checklist in a text of small letters: `checklistKey: 7ddf…`, `<checklistKey>7ddf…`, `ChecklistKey is 7ddf…`."""


@dataclass(frozen=True)
class About:
    """What a file says of itself; None where it says nothing.

    Attributes:
        citation: what to cite.
        licence: name or address of the licence.
        publisher: who publishes it.
        as_of: day or release of which it speaks, as text that sorts by time.
        checklist_key: GBIF dataset key of the checklist that its species keys belong to.
    """

    citation: str | None = None
    licence: str | None = None
    publisher: str | None = None
    as_of: str | None = None
    checklist_key: str | None = None

    def over(self, other: About) -> About:
        """These words, and where there are none those of another."""
        return About(
            citation=self.citation or other.citation,
            licence=self.licence or other.licence,
            publisher=self.publisher or other.publisher,
            as_of=self.as_of or other.as_of,
            checklist_key=self.checklist_key or other.checklist_key,
        )


def about_of(notes: Iterable[Path]) -> About:
    """What the notes beside the data say: `datapackage.json`, `eml.xml` of archives, GBIF's `citations.txt`, and its answer about
    a download, kept under the download's key or as `metadata.json`.
    """  # noqa: D205  (the first sentence needs two lines)
    found = About()
    for note in sorted(notes, key=_place):
        if note.stat().st_size <= CHUNK:
            text = note.read_text(encoding="utf-8-sig", errors="replace")
            found = found.over(_reader(note.name)(text))
    return found


def _place(note: Path) -> int:
    """The place of a note among all: those that say most come first."""
    return list(_READERS).index(note.name) if note.name in _READERS else len(_READERS)


def _reader(name: str) -> Callable[[str], About]:
    """What reads a note of some name."""
    if name.endswith(".json") and name not in _READERS:
        return _download
    reader = _READERS.get(name, _other)
    return lambda text: reader(text).over(About(checklist_key=_checklist(text)))


def _other(_: str) -> About:
    """A note of which nothing is known but what it may say of a checklist."""
    return About()


def _checklist(text: str) -> str | None:
    """The checklist that a text names beside the words `checklist key`, None where it names none or several."""
    found = {match[1] for match in CHECKLIST_NAMED.finditer(text.lower())}
    return found.pop() if len(found) == 1 else None


def _download(text: str) -> About:
    """GBIF's answer about a download, or the request that was sent: conditions inside it may name other checklists."""
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return About()
    request = answer.get("request", answer) if isinstance(answer, dict) else None
    key = request.get("checklistKey") if isinstance(request, dict) else None
    return About(checklist_key=checklist_in(key) if isinstance(key, str) else None)


def day_of(text: str | None) -> str | None:
    """A day as ISO 8601 from the forms in which publishers write it: `2025-10-07`, or `10/7/2025` with the month first."""
    if text and (found := re.search(r"\b(\d{4})-(\d{2})-(\d{2})\b", text)):
        year, month, day = map(int, found.groups())
    elif text and (found := re.search(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b", text)):
        month, day, year = map(int, found.groups())
    else:
        return None
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return None


def _datapackage(text: str) -> About:
    """A frictionless data package."""
    try:
        package = json.loads(text)
    except (ValueError, RecursionError):
        return About()
    if not isinstance(package, dict):
        return About()
    sources = _first(package.get("sources"))
    licence = _first(package.get("licenses")) or package
    names = (licence.get("name"), licence.get("path"), package.get("license"))
    return About(
        citation=_text(package.get("citation")) or _text(sources.get("title") or sources.get("name")),
        licence=next((name for value in names if (name := _text(value))), None),
        publisher=_text(_first(package.get("contributors")).get("title")),
        as_of=day_of(_text(package.get("last_updated"))) or day_of(_text(package.get("created"))) or _text(package.get("version")),
    )  # fmt: skip


def _first(value: Any) -> Mapping[str, Any]:
    return value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else {}


def _text(value: Any) -> str | None:
    # JSON can hold half of a letter, which no file and no database can keep.
    return " ".join(value.encode(errors="replace").decode().split()) or None if isinstance(value, str) else None


def _eml(text: str) -> About:
    """Metadata of a data set in the Ecological Metadata Language, as GBIF's tools write them."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        return About()
    try:
        root = fromstring(text)  # noqa: S314  (it has no definitions of its own, as was just looked)
    except (ParseError, RecursionError):
        return About()
    rights = root.find(".//intellectualRights")
    address = None if rights is None else rights.find(".//ulink")
    return About(
        citation=_inside(root, ".//additionalMetadata//citation") or _inside(root, ".//dataset/title"),
        licence=(address.get("url") if address is not None else None) or (None if rights is None else _words(rights)),
        publisher=_inside(root, ".//publisher/organizationName") or _inside(root, ".//creator/organizationName"),
        as_of=day_of(_inside(root, ".//dataset/pubDate")),
    )


def _inside(root: Element, path: str) -> str | None:
    found = root.find(path)
    return None if found is None else _words(found)


def _words(element: Element) -> str | None:
    return " ".join("".join(element.itertext()).split()) or None


def _citations(text: str) -> About:
    """GBIF's note on how to cite a download."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    download = next((line for line in lines if "GBIF Occurrence Download" in line), None)
    return About(citation=download, publisher="GBIF" if download else None)


_READERS: Mapping[str, Callable[[str], About]] = {
    "citations.txt": _citations,
    "datapackage.json": _datapackage,
    "eml.xml": _eml,
    "metadata.xml": _eml,
}
"""Names of notes to what reads them; the first that says something counts."""
