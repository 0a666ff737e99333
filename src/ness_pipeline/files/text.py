"""The format of a text table: delimiter, quotes, header."""

from __future__ import annotations

import contextlib
import csv
import io
import mmap
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ness_pipeline.errors import WrongUsage

MAX_LINE = 2**23
MAX_COLUMNS = 2_000
"""Ten times as many as the widest table of a publisher has; far more take minutes to read."""
DELIMITERS = "\t,;|"
QUOTED = re.compile(r'"(?:[^"]|"")*"')
OPEN_QUOTE = re.compile(r'(^|[,;|])"')
"""A quote at the start of a value that is not closed."""
SEP_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
"""A first line by which people tell Excel the delimiter."""
WORLD_BANK_PREFACE = re.compile(r'"?Data Source"?,', re.IGNORECASE)
"""How the first of the lines starts that the World Bank puts before the header."""


@dataclass(frozen=True)
class TextFormat:
    """The format of a text table.

    Attributes:
        delimiter: between values.
        quote: around values, or nothing when quotes are ordinary characters.
        names: column names, in the order of the columns.
        skip: rows before the first one with values; a row whose quoted value holds a line end is one row.
        hidden: those of them that a spreadsheet does not show.
    """

    delimiter: str
    quote: str
    names: tuple[str, ...]
    skip: int
    hidden: int = 0


def sniff(path: Path, shown: str) -> TextFormat:
    """The format of a text table with a header.

    Tab-separated tables are unquoted, as GBIF writes them, unless their header is quoted. A quoted name may hold a line end
    (RFC 4180), and `sep=;` may stand before the header, as Excel reads it, or the World Bank's lines about the file.

    Args:
        path: the table, in UTF-8.
        shown: how messages name it.

    Raises:
        WrongUsage: it has no header or no delimiter.
    """
    lines = first_lines(path, shown)
    first = next(lines, "")
    above = 0
    stated = SEP_LINE.fullmatch(first)
    if stated is not None:
        first, above = next(lines, ""), 1
    elif WORLD_BANK_PREFACE.match(first):
        above, first = next(
            ((number, line) for number, line in enumerate(lines, 1) if "Country Code" in line), (0, first)
        )
    if not first.strip():
        raise WrongUsage(f"{shown} holds no line of column names; export it again.")
    header = _whole_header(first, lines, shown)
    delimiter = stated[1] if stated is not None else _delimiter(header, shown)
    quoted = delimiter != "\t" or header.startswith('"')
    try:
        read = csv.reader(io.StringIO(header, newline=""), delimiter=delimiter)
        names = next(read) if quoted else header.split(delimiter)
    except (csv.Error, TypeError, ValueError) as error:
        raise WrongUsage(f"{shown} has a line of column names that is no row ({error}); export it again.") from error
    return TextFormat(
        delimiter, '"' if quoted else "", distinct_names(names, shown), above + 1, int(stated is not None)
    )


def blank_rows(path: Path, layout: TextFormat) -> list[int]:
    """Positions of the rows of a text table that hold nothing but delimiters and blanks, counted from the first one with values.

    DuckDB passes over blank lines and does not say where they are.
    """
    if not path.stat().st_size:
        return []
    nothing = rb"[ \t\"%b]" % re.escape(layout.delimiter.encode())
    blank_line = re.compile(rb"\n%b*\r?\n|\n%b+\r?\Z" % (nothing, nothing))
    with path.open("rb") as data, mmap.mmap(data.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if not blank_line.search(content):
            return []
    csv.field_size_limit(MAX_LINE)
    with path.open(encoding="utf-8-sig", newline="") as file:
        quoting = {"quotechar": layout.quote} if layout.quote else {"quoting": csv.QUOTE_NONE}
        read = csv.reader(file, delimiter=layout.delimiter, **quoting)
        found = []
        # A value without end, of a quote that is never closed: reading the rows refuses the file for it.
        with contextlib.suppress(csv.Error):
            for position, row in enumerate(read, -layout.skip):
                if position >= 0 and len(row) in {0, 1, len(layout.names)} and not "".join(row).strip():
                    found.append(position)
        return found


def first_lines(path: Path, shown: str) -> Iterator[str]:
    """The lines of a table without their line ends and without a byte order mark.

    Raises:
        WrongUsage: the first line is blank, or a line is endless.
    """
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        is_first = True
        while line := file.readline(MAX_LINE):
            if len(line) == MAX_LINE or (is_first and not line.strip()):
                raise WrongUsage(
                    f"{shown} does not start with a line of column names; remove what stands before it, or add one."
                )
            is_first = False
            yield line.rstrip("\r\n")


def _whole_header(first: str, others: Iterator[str], shown: str) -> str:
    """The header: its first line, and those that follow while a quote is open."""
    header = first
    while OPEN_QUOTE.search(QUOTED.sub("", header)):
        line = next(others, None)
        if line is None or len(header) > MAX_LINE:
            raise WrongUsage(f"{shown} has a quote in its column names that is never closed; close or remove it.")
        header += f"\n{line}"
    return header


def _delimiter(header: str, shown: str) -> str:
    unquoted = QUOTED.sub("", header)
    counts = {delimiter: unquoted.count(delimiter) for delimiter in DELIMITERS}
    delimiter = max(counts, key=lambda candidate: counts[candidate])
    if not counts[delimiter]:
        raise WrongUsage(
            f"{shown} has only one column ({header[:40]!r}); separate columns by tab or comma, and remove what stands above their names."
        )
    return delimiter


def check_width(names: Sequence[str], shown: str) -> None:
    """Be sure that a table is not wider than any that is read.

    Raises:
        WrongUsage: it is.
    """
    if len(names) > MAX_COLUMNS:
        raise WrongUsage(
            f"{shown} has {len(names):,} columns, and no more than {MAX_COLUMNS:,} are read; keep those that are needed."
        )


def distinct_names(names: list[str], shown: str) -> tuple[str, ...]:
    """Column names as they are; a name that occurs twice could mean either column, so it is refused."""
    check_width(names, shown)
    stripped = [name.strip() for name in names]
    alike: dict[str, list[str]] = {}
    for name in filter(None, stripped):
        alike.setdefault(name.lower(), []).append(name)
    for names_alike in alike.values():
        if len(names_alike) > 1:
            different = " and ".join(map(repr, dict.fromkeys(names_alike)))
            raise WrongUsage(f"{shown} has two columns {different}; rename or remove one of them.")
    return tuple(name or f"column {number}" for number, name in enumerate(stripped, 1))
