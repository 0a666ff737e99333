"""Text tables as UTF-8 with ordinary line ends: what other programs write otherwise is copied."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
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
    line_feeds: int = 0
    returns: int = 0
    both: int = 0  # returns with a line feed behind them
    not_utf8: str | None = None
    sample: bytes = b""

    @property
    def has_usual_line_ends(self) -> bool:
        """Whether all line ends are the same, and none is the lone return of old programs; DuckDB reads no others."""
        return self.returns == self.both and self.both in {0, self.line_feeds}

    @property
    def return_is_line_end(self) -> bool:
        """Whether a lone return ends a line; where few stand between many line feeds, one is a part of a value."""
        return self.returns - self.both > self.line_feeds


def as_utf8(path: Path, scratch: Path, shown: str, encoding: str | None = None) -> Text:
    """A text as UTF-8 with the same line end everywhere: the file itself where it is that already, else a copy.

    A lone return in a value becomes a blank.
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
        if found.has_usual_line_ends:
            return Text(path)
        copy = scratch / f"{path.name}.lines"
        _write(copy, _with_line_feeds(path, "\n" if found.return_is_line_end else " "))
        return Text(copy)
    copy = scratch / f"{path.name}.utf8"
    try:
        _write(copy, _parts(path, encoding))
    except UnicodeError as error:
        raise WrongUsage(f"{shown} is not written in {encoding} to its end; export it again as UTF-8.") from error
    shown_encoding = next((name for name, codec in CODECS.items() if codec == encoding), None)
    return replace(as_utf8(copy, scratch, shown, "utf-8"), encoding=shown_encoding)


def is_text_encoding(name: str) -> bool:
    """Whether a name is that of an encoding of texts that can be read."""
    try:
        return FAMILIES.fullmatch(codecs.lookup(name).name) is not None
    except (LookupError, ValueError):
        return False


def _write(path: Path, parts: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(parts)


def _parts(path: Path, encoding: str = "utf-8") -> Iterator[str]:
    """A text in parts, none of which ends between a return and its line feed."""
    with path.open(encoding=encoding, newline="") as text:
        while part := text.read(CHUNK):
            yield part + text.read(1) if part.endswith("\r") else part


def _with_line_feeds(path: Path, lone_return: str) -> Iterator[str]:
    """A text in parts, with line feeds as line ends."""
    return (re.sub(r"\r+\n", "\n", part).replace("\r", lone_return) for part in _parts(path))


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
    lines, since_line_end, ends_with_return = 1, 0, False
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if file.tell() == len(chunk) and chunk[:4] in {codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE}:
                raise WrongUsage(f"{shown} is written in UTF-32; export it again as UTF-8.")
            if file.tell() == len(chunk) and chunk[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
                found.has_marks_of_utf16 = True
                return found
            if file.tell() == len(chunk) and _has_half_zeros(chunk[:SAMPLE]):
                raise WrongUsage(f"{shown} looks like UTF-16 without a mark at its start; export it again as UTF-8.")
            if b"\x00" in chunk:
                line = lines + chunk[: chunk.index(b"\x00")].count(b"\n")
                raise WrongUsage(
                    f"{shown} is no text table (it holds a zero byte in line {line}); remove it there, or export the table as CSV."
                )
            since_line_end = _since_line_end(chunk, since_line_end, shown)
            line_feeds = chunk.count(b"\n")
            found.line_feeds += line_feeds
            found.returns += chunk.count(b"\r")
            found.both += chunk.count(b"\r\n") + (ends_with_return and chunk.startswith(b"\n"))
            ends_with_return = chunk.endswith(b"\r")
            if found.not_utf8 is None:
                found.not_utf8 = _fault(decoder, chunk, lines, final=False)
            if found.not_utf8 is not None and len(found.sample) < SAMPLE:
                found.sample += b"\n".join(line for line in chunk.splitlines() if not line.isascii())[:SAMPLE]
            lines += line_feeds
    if found.not_utf8 is None:
        found.not_utf8 = _fault(decoder, b"", lines, final=True)
    return found


def _has_half_zeros(sample: bytes) -> bool:
    """Whether most bytes at even places are zero, or most at odd ones, as in a text of Latin letters in UTF-16."""
    return max(sample[::2].count(0), sample[1::2].count(0)) > len(sample) // 4


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
