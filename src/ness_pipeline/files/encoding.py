"""Text tables as UTF-8 with ordinary line ends: what other programs write otherwise is copied."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from ness_pipeline.errors import WrongUsage

CHUNK = 8 * 2**20
SAMPLE = 64 * 2**10
"""So many bytes of lines with letters beyond ASCII are looked at to tell an encoding."""
WESTERN = "Windows-1252"
CODECS = {WESTERN: "cp1252", "UTF-16": "utf-16"}
FAMILIES = re.compile(
    r"ascii|utf-?_?(7|8|8-sig|16|16-le|16-be|32|32-le|32-be)|iso8859-\d+|cp\d+|koi8-[rtu]|mac-\w+|gb2312|gbk|gb18030|hz|"
    r"big5(hkscs)?|shift_jis\w*|euc_\w+|johab|iso2022_\w+|tis-620|ptcp154|kz1048|hp-roman8"
)
"""Names that Python has for encodings of texts; it has others, which run the text as code or unpack it (`unicode_escape`, `zlib`)."""
NOT_WESTERN = re.compile(
    r"[^\W\d_a-zA-Z]{3}"  # three accented letters in a row: another alphabet
    r"|[¹²³](?=\w)|(?<=\w)[¿¡](?=\w)"  # figures and marks inside a word: letters of another code page
    r"|[\u0080-\u009f\u0192\u02c6\u02dc\u2020\u2021\u2030\u2039\u203a\u2122\u201a\ufffd¢¤¥¦¨¬¯\u00b4¶\u00b8]"  # rare signs
)
"""What no text in a language of Western Europe has once it is read as Windows-1252."""


@dataclass(frozen=True)
class Text:
    """A text in UTF-8.

    Attributes:
        path: the file, or a copy of it.
        encoding: what the file is written in, where that is not UTF-8.
    """

    path: Path
    encoding: str | None = None


@dataclass
class _Found:
    """What a file turned out to be."""

    has_marks_of_utf16: bool = False
    has_line_feeds: bool = False
    has_returns: bool = False
    not_utf8: str | None = None
    sample: bytes = b""


def as_utf8(path: Path, scratch: Path, shown: str, encoding: str | None = None) -> Text:
    """A text as UTF-8 with line feeds: the file itself where it is that already, else a copy.

    A file that is not UTF-8 is read as UTF-16 where it starts with the mark of it, or as Windows-1252, of which Latin-1 is
    the larger part, where all of it can be and what comes out is text of Western Europe.

    Args:
        path: the file.
        scratch: folder for a copy.
        shown: how messages name the file.
        encoding: what somebody says that it is written in, as a name of Python's; None looks.

    Raises:
        WrongUsage: it is no text, or written otherwise; the sentence says how to convert it.
    """
    found = _look(path, shown)
    if encoding is None:
        encoding = _encoding(found, shown)
    if codecs.lookup(encoding).name == "utf-8":
        if found.not_utf8 is not None:
            raise WrongUsage(f"{shown} is not UTF-8 ({found.not_utf8}); export it again as UTF-8.")
        if found.has_line_feeds or not found.has_returns:
            return Text(path)
    copy = scratch / f"{path.name}.utf8"
    try:
        with copy.open("w", encoding="utf-8", newline="") as made:
            made.writelines(_lines_of(path, encoding, has_line_feeds=found.has_line_feeds))
    except UnicodeError as error:
        raise WrongUsage(f"{shown} is not written in {encoding} to its end; export it again as UTF-8.") from error
    shown_encoding = next((name for name, codec in CODECS.items() if codec == encoding), None)
    return Text(copy, shown_encoding)


def is_text_encoding(name: str) -> bool:
    """Whether a name is that of an encoding of texts that can be read."""
    try:
        return FAMILIES.fullmatch(codecs.lookup(name).name) is not None
    except (LookupError, ValueError):
        return False


def _lines_of(path: Path, encoding: str, *, has_line_feeds: bool) -> Iterator[str]:
    """The text in parts, with line feeds where it has only carriage returns."""
    with path.open(encoding=encoding, newline="") as text:
        while part := text.read(CHUNK):
            yield part if has_line_feeds else part.replace("\r", "\n")


def _encoding(found: _Found, shown: str) -> str:
    """The codec that reads a file.

    Raises:
        WrongUsage: it is one that has to be guessed.
    """
    if found.has_marks_of_utf16:
        return CODECS["UTF-16"]
    if found.not_utf8 is None:
        return "utf-8"
    if not NOT_WESTERN.search(found.sample.decode(CODECS[WESTERN], errors="replace")):
        return CODECS[WESTERN]
    best = from_bytes(found.sample).best()
    likely = f", most likely {best.encoding}" if best is not None else ""
    name = best.encoding if best is not None else "ITS-ENCODING"
    raise WrongUsage(
        f"{shown} is not UTF-8 ({found.not_utf8}){likely}; convert it with: iconv -f {name} -t UTF-8, and look at its names."
    )


def _look(path: Path, shown: str) -> _Found:
    """Read a file once."""
    found = _Found()
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, since_line_end = 1, 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if file.tell() == len(chunk) and chunk[:4] in {codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE}:
                raise WrongUsage(f"{shown} is written in UTF-32; export it again as UTF-8.")
            if file.tell() == len(chunk) and chunk[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
                found.has_marks_of_utf16 = found.has_line_feeds = True
                return found
            if file.tell() == len(chunk) and chunk[1:SAMPLE:2].count(0) > len(chunk[:SAMPLE]) // 4:
                raise WrongUsage(f"{shown} looks like UTF-16 without a mark at its start; export it again as UTF-8.")
            if b"\x00" in chunk:
                raise WrongUsage(f"{shown} is no text table (it holds zero bytes); export it as CSV.")
            since_line_end = _since_line_end(chunk, since_line_end, shown)
            found.has_line_feeds |= b"\n" in chunk
            found.has_returns |= b"\r" in chunk
            if found.not_utf8 is None:
                found.not_utf8 = _fault(decoder, chunk, lines, final=False)
            if found.not_utf8 is not None and len(found.sample) < SAMPLE:
                found.sample += b"\n".join(line for line in chunk.splitlines() if not line.isascii())[:SAMPLE]
            lines += chunk.count(b"\n")
    if found.not_utf8 is None:
        found.not_utf8 = _fault(decoder, b"", lines, final=True)
    return found


def _since_line_end(chunk: bytes, before: int, shown: str) -> int:
    """Bytes since the last line end.

    Args:
        chunk: a part of a text, no longer than the longest line.
        before: bytes since the last line end before it.
        shown: how messages name the text.

    Raises:
        WrongUsage: there is a longer line; it has to be found before somebody tries to read it.
    """
    ends = (chunk.find(b"\n"), chunk.find(b"\r"))
    first = min((end for end in ends if end >= 0), default=len(chunk))
    if before + first > CHUNK:
        raise WrongUsage(f"{shown} has a line of more than {CHUNK // 2**20} MiB; look whether its line ends are lost.")
    last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
    return before + len(chunk) if last < 0 else len(chunk) - 1 - last


def _fault(decoder: codecs.IncrementalDecoder, chunk: bytes, lines: int, *, final: bool) -> str | None:
    """The first byte that is not UTF-8, and its line; None where all are."""
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        line = lines + chunk[: error.start].count(b"\n")
        return f"byte 0x{error.object[error.start]:02X} in line {line}"
    return None
