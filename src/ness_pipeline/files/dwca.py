"""Darwin Core archives: `meta.xml` says which file holds the records and what its columns mean."""

from __future__ import annotations

import codecs
import csv
import re
import shutil
from pathlib import Path
from xml.etree.ElementTree import ParseError

from dwca.descriptors import ArchiveDescriptor, DataFileDescriptor, shorten_term
from dwca.exceptions import InvalidArchive

from ness_pipeline.errors import WrongUsage
from ness_pipeline.files.raw import RawTable
from ness_pipeline.files.text import TextFormat, check_utf8, first_line
from ness_pipeline.files.unpack import Unpacked


def archive_table(archive: Unpacked) -> RawTable:
    """The records of an archive, with the short names of Darwin Core terms as column names.

    Raises:
        WrongUsage: `meta.xml` is unreadable or does not describe occurrence records, or their file is missing.
    """
    shown = archive.path.name
    core = _core(archive.meta or "", shown)
    locations = [location.text or "" for location in core.raw_element.findall("files/location")]
    files = tuple(_readable(_inside(archive.root, name, shown), core, shown) for name in locations)
    delimiter, quote = core.fields_terminated_by, core.fields_enclosed_by
    used = [core.id_index, *(field["index"] for field in core.fields)]
    described = 1 + max(index for index in used if index is not None)
    actual = len(next(csv.reader([first_line(files[0], shown)], delimiter=delimiter, quotechar=quote or None)))
    names = [f"column {number}" for number in range(1, max(described, actual) + 1)]
    defaults = {}
    for field in core.fields:
        name = shorten_term(field["term"])
        if field["index"] is not None and names[field["index"]].startswith("column "):
            name = name if name not in names else field["term"]
            names[field["index"]] = name
        if field["default"] is not None:
            defaults[name] = field["default"]
    text = TextFormat(delimiter, quote, tuple(names), core.lines_to_ignore)
    return RawTable(shown, files, tuple(dict.fromkeys([*names, *defaults])), text, defaults)


def _core(meta: str, shown: str) -> DataFileDescriptor:
    if "<!DOCTYPE" in meta or "<!ENTITY" in meta:
        raise WrongUsage(f"{shown} has a meta.xml with definitions of its own; do not trust it.")
    # The standard lets an archive leave the encoding out and mean UTF-8; the reader needs it written down.
    complete = re.sub(r"<(core|extension)\b(?![^>]*\bencoding=)", r'<\1 encoding="UTF-8"', meta)
    try:
        core = ArchiveDescriptor(complete).core
        codecs.lookup(core.file_encoding)
    except (ParseError, InvalidArchive, AttributeError, TypeError, ValueError, LookupError) as error:
        raise WrongUsage(
            f"{shown} has a meta.xml that is not readable ({error}); download the archive again."
        ) from error
    kind = shorten_term(core.type or "")
    if kind.lower() != "occurrence":
        raise WrongUsage(f"{shown} is an archive of {kind or 'unnamed'} rows; load one whose core are occurrences.")
    return core


def _inside(root: Path, name: str, shown: str) -> Path:
    file = (root / name).resolve()
    if not file.is_relative_to(root.resolve()) or not file.is_file():
        raise WrongUsage(f"{shown} lacks the file {name!r} that its meta.xml names; download the archive again.")
    return file


def _readable(file: Path, core: DataFileDescriptor, shown: str) -> Path:
    """The file itself, or a copy of it in UTF-8 where it is declared to be written otherwise."""
    encoding = codecs.lookup(core.file_encoding).name
    if encoding != "utf-8":
        copy = file.with_name(f"{file.name}.utf8")
        try:
            with (
                file.open(encoding=encoding, newline="") as given,
                copy.open("w", encoding="utf-8", newline="") as made,
            ):
                shutil.copyfileobj(given, made)
        except UnicodeError as error:
            raise WrongUsage(f"{shown} is not written in {encoding} as its meta.xml says; export it again.") from error
        file = copy
    check_utf8(file, shown)
    return file
