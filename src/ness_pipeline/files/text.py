"""The format of a text table: encoding, delimiter, quotes, header."""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass
from pathlib import Path

from ness_pipeline.errors import WrongUsage

CHUNK = 8 * 2**20
MAX_LINE = 2**23
DELIMITERS = "\t,;|"


@dataclass(frozen=True)
class TextFormat:
    """The format of a text table.

    Attributes:
        delimiter: between values.
        quote: around values, or nothing when quotes are ordinary characters.
        names: column names, in the order of the columns.
        skip: header lines.
    """

    delimiter: str
    quote: str
    names: tuple[str, ...]
    skip: int


def sniff(path: Path, shown: str) -> TextFormat:
    """The format of a text table with a header.

    Tab-separated tables are unquoted, as GBIF writes them, unless their header is quoted.

    Args:
        path: the table.
        shown: how messages name it.

    Raises:
        WrongUsage: it is no UTF-8 text, has no header or no delimiter.
    """
    check_utf8(path, shown)
    line = first_line(path, shown)
    counts = {delimiter: line.count(delimiter) for delimiter in DELIMITERS}
    delimiter = max(counts, key=lambda candidate: counts[candidate])
    if not counts[delimiter]:
        raise WrongUsage(f"{shown} has only one column ({line[:40]!r}); separate columns by tab or comma.")
    quoted = delimiter != "\t" or line.startswith('"')
    names = next(csv.reader([line], delimiter=delimiter)) if quoted else line.split(delimiter)
    return TextFormat(delimiter, '"' if quoted else "", _distinct(names, shown), 1)


def first_line(path: Path, shown: str) -> str:
    """The first line without its line end and without a byte order mark.

    Raises:
        WrongUsage: the line is blank or endless.
    """
    with path.open("rb") as file:
        line = file.readline(MAX_LINE)
    text = line.decode("utf-8-sig").rstrip("\r\n")
    if not text.strip() or len(line) == MAX_LINE:
        raise WrongUsage(f"{shown} does not start with a line of column names; add one.")
    return text


def check_utf8(path: Path, shown: str) -> None:
    """Read a file once to be sure that every byte of it is UTF-8 text.

    Raises:
        WrongUsage: it is not; the sentence says where and how to convert it.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = 1
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if lines == 1 and chunk[:2] in {b"\xff\xfe", b"\xfe\xff"}:
                raise WrongUsage(f"{shown} is UTF-16 text; convert it with: iconv -f UTF-16 -t UTF-8.")
            if b"\x00" in chunk:
                raise WrongUsage(f"{shown} is no text table (it holds zero bytes); export it as CSV.")
            _decode(decoder, chunk, lines, shown, final=False)
            lines += chunk.count(b"\n")
    _decode(decoder, b"", lines, shown, final=True)


def _decode(decoder: codecs.IncrementalDecoder, chunk: bytes, lines: int, shown: str, *, final: bool) -> None:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        line = lines + chunk[: error.start].count(b"\n")
        bad = error.object[error.start]
        raise WrongUsage(
            f"{shown} is not UTF-8 (byte 0x{bad:02X} in line {line}), most likely Windows-1252 or Latin-1; "
            "convert it with: iconv -f WINDOWS-1252 -t UTF-8."
        ) from error


def _distinct(names: list[str], shown: str) -> tuple[str, ...]:
    """Column names as they are; a name that occurs twice could mean either column, so it is refused."""
    stripped = [name.strip() for name in names]
    lowered = [name.lower() for name in stripped if name]
    for name in lowered:
        if lowered.count(name) > 1:
            raise WrongUsage(f"{shown} has two columns {name!r}; rename or remove one of them.")
    return tuple(name or f"column {number}" for number, name in enumerate(stripped, 1))
