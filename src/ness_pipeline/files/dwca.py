"""Darwin Core archives: `meta.xml` says which file holds the records and what its columns mean."""

from __future__ import annotations

import codecs
import csv
import itertools
import re
from pathlib import Path
from xml.etree.ElementTree import ParseError

from dwca.descriptors import ArchiveDescriptor, DataFileDescriptor, shorten_term
from dwca.exceptions import InvalidArchive

from ness_pipeline.errors import WrongUsage, first_line
from ness_pipeline.files.encoding import as_utf8, is_text_encoding
from ness_pipeline.files.raw import RawTable
from ness_pipeline.files.row_widths import check_row_widths
from ness_pipeline.files.text import MAX_COLUMNS, TextFormat, blank_rows, check_width, first_lines
from ness_pipeline.files.unpack import Unpacked

MAX_HEADER_LINES = 1_000
LEFT_OUT = {"encoding": "UTF-8", "fieldsTerminatedBy": ",", "fieldsEnclosedBy": "&quot;"}
"""What an attribute means that an archive leaves out (Darwin Core text guide); the reader has other defaults."""


def row_types(archive: Unpacked) -> list[str]:
    """What the core of an archive and each of its extensions are about, in lower case, such as `taxon` and `distribution`.

    Raises:
        WrongUsage: `meta.xml` is unreadable.
    """
    descriptor = _descriptor(archive.meta or "", archive.path.name)
    return [_row_type(part) for part in (descriptor.core, *descriptor.extensions)]


def archive_table(archive: Unpacked, row_type: str = "occurrence") -> RawTable:
    """The rows of one type of an archive, with the short names of Darwin Core terms as column names.

    The identifier of a core's row is the column `id`; in an extension it is `coreid`.

    Args:
        archive: the unpacked archive.
        row_type: what the rows are about, in lower case.

    Raises:
        WrongUsage: `meta.xml` is unreadable or does not describe such rows, or their file is missing.
    """
    shown = archive.path.name
    descriptor = _descriptor(archive.meta or "", shown)
    parts = [part for part in (descriptor.core, *descriptor.extensions) if _row_type(part) == row_type]
    if not parts or (row_type == "occurrence" and parts[0] is not descriptor.core):
        kind = shorten_term(descriptor.core.type or "") or "unnamed"
        raise WrongUsage(f"{shown} is an archive of {kind} rows; load one whose core are occurrences, or taxa with the distribution of each.")  # fmt: skip
    core = parts[0]
    locations = [location.text or "" for location in core.raw_element.findall("files/location")]
    files = tuple(_readable(_inside(archive.root, name, shown), core, archive.scratch, shown) for name in locations)
    delimiter, quote = core.fields_terminated_by, core.fields_enclosed_by
    names = [f"column {number}" for number in range(1, 1 + _width(files[0], core, shown))]
    check_width(names, shown)
    defaults = {}
    for field in core.fields:
        name = shorten_term(field["term"])
        if field["index"] is not None:
            if field["index"] >= len(names):  # the file has fewer columns than its description, so the value is missing
                continue
            if names[field["index"]].startswith("column "):
                name = name if name not in names else field["term"]
                names[field["index"]] = name
        if field["default"] is not None:
            defaults[name] = field["default"]
    for index, name in ((core.id_index, "id"), (core.coreid_index, "coreid")):
        if index is not None and index < len(names) and names[index].startswith("column ") and name not in names:
            names[index] = name
    text = TextFormat(delimiter, quote, tuple(names), core.lines_to_ignore)
    for file in files:
        check_row_widths(file, text, shown)
    empty_rows = blank_rows(files[0], text) if len(files) == 1 else ()
    return RawTable(shown, files, tuple(dict.fromkeys([*names, *defaults])), text, defaults, empty_rows=empty_rows)


def _width(file: Path, core: DataFileDescriptor, shown: str) -> int:
    """How many columns a file has: those of its widest row up to the first one with values."""
    lines = (f"{line}\n" for line in first_lines(file, shown))
    rows = csv.reader(lines, delimiter=core.fields_terminated_by, quotechar=core.fields_enclosed_by or None)
    try:
        width = max((len(row) for row in itertools.islice(rows, core.lines_to_ignore + 1)), default=0)
    except csv.Error as error:
        raise WrongUsage(f"{shown} has a first line that is no row ({error}); export the table again.") from error
    if not width:
        raise WrongUsage(
            f"{shown} says that its rows are in {file.name!r}, which is empty; download the archive again."
        )
    return width


def _row_type(part: DataFileDescriptor) -> str:
    return str(shorten_term(part.type or "")).lower()


def _descriptor(meta: str, shown: str) -> ArchiveDescriptor:
    if "<!DOCTYPE" in meta or "<!ENTITY" in meta:
        raise WrongUsage(f"{shown} has a meta.xml with definitions of its own; do not trust it.")
    complete = meta
    for name, value in LEFT_OUT.items():
        complete = re.sub(rf"<(core|extension)\b(?![^>]*\b{name}=)", rf'<\1 {name}="{value}"', complete)
    try:
        descriptor = ArchiveDescriptor(complete)
        for part in (descriptor.core, *descriptor.extensions):
            _check_part(part, shown)
    except (ParseError, InvalidArchive, AttributeError, TypeError, ValueError, LookupError, RecursionError) as error:
        raise WrongUsage(
            f"{shown} has a meta.xml that is not readable ({first_line(error)}); download the archive again."
        ) from error
    return descriptor


def _check_part(part: DataFileDescriptor, shown: str) -> None:
    """Be sure that a part of an archive is described as a table can be.

    Raises:
        WrongUsage: it is not; the sentence names attribute and value.
        ValueError: a number is none.
    """
    encoding = part.file_encoding
    if not is_text_encoding(encoding):
        raise _not_a_table(shown, "encoding", encoding, "which is no encoding of texts that is read")
    for attribute, value, shortest in (
        ("fieldsTerminatedBy", part.fields_terminated_by, 1),
        ("fieldsEnclosedBy", part.fields_enclosed_by, 0),
    ):
        if not shortest <= len(value) <= 1 or value in {"\n", "\r", "\0"}:
            raise _not_a_table(shown, attribute, value, "which is no single sign")
    lines = part.raw_element.get("ignoreHeaderLines", "0")
    if not 0 <= part.lines_to_ignore <= MAX_HEADER_LINES:
        raise _not_a_table(shown, "ignoreHeaderLines", lines, f"which is not from 0 to {MAX_HEADER_LINES}")
    for index in (part.id_index, part.coreid_index, *(field["index"] for field in part.fields)):
        if index is not None and not 0 <= index < MAX_COLUMNS:
            raise _not_a_table(shown, "index", str(index), f"which is not from 0 to {MAX_COLUMNS - 1}")


def _not_a_table(shown: str, attribute: str, value: str, why: str) -> WrongUsage:
    """The error for an attribute of a description that no table can have."""
    return WrongUsage(
        f"{shown} has a meta.xml with {attribute}={value[:40]!r}, {why}; correct it, or load the table without the archive."
    )


def _inside(root: Path, name: str, shown: str) -> Path:
    file = (root / name).resolve()
    if not file.is_relative_to(root.resolve()) or not file.is_file():
        raise WrongUsage(f"{shown} lacks the file {name!r} that its meta.xml names; download the archive again.")
    return file


def _readable(file: Path, core: DataFileDescriptor, scratch: Path, shown: str) -> Path:
    """The file itself, or a copy of it in UTF-8 where it is declared to be written otherwise."""
    return as_utf8(file, scratch, shown, codecs.lookup(core.file_encoding).name).path
