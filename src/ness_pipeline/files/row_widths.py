"""Look over the rows of a text table before DuckDB reads it: each one that does not fit its header costs time and memory there."""

from __future__ import annotations

from pathlib import Path

from ness_pipeline.errors import WrongUsage
from ness_pipeline.files.text import MAX_COLUMNS, TextFormat

CHUNK = 8 * 2**20
MOST_MISFITS = 100_000
"""Rows that do not fit the header and are kept as refused rows; more would take gigabytes of memory."""
FEW_MISFITS = 10_000
"""So many may be more than half of all rows."""


def check_row_widths(path: Path, layout: TextFormat, shown: str) -> None:
    """Be sure that not too many rows have other columns than the header, and that none has thousands more.

    A line that has or continues a quoted value is not looked at.

    Args:
        path: the table, in UTF-8.
        layout: its format.
        shown: how messages name it.

    Raises:
        WrongUsage: there are such rows; the sentence names the first one.
    """
    separator, quote = layout.delimiter.encode(), layout.quote.encode()
    expected = len(layout.names) - 1
    number = misfits = first_misfit = 0
    is_quoted = False
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            chunk += file.readline()
            is_plain = not is_quoted and not (quote and quote in chunk)
            if is_plain and number and chunk.count(separator) == expected * chunk.count(b"\n"):
                number += chunk.count(b"\n")  # as in nearly all files
                continue
            for line in chunk.splitlines():
                number += 1
                was_quoted = is_quoted
                quotes = line.count(quote) if quote else 0
                is_quoted ^= bool(quotes % 2)
                separators = line.count(separator)
                if quotes or was_quoted or separators == expected or not line or number <= layout.skip:
                    continue
                misfits, first_misfit = misfits + 1, first_misfit or number
                if separators > expected + MAX_COLUMNS:
                    raise WrongUsage(
                        f"{shown}, row {number}, has {separators + 1:,} columns where the header has {expected + 1}; correct the row."
                    )
                if misfits > MOST_MISFITS or (misfits > FEW_MISFITS and 2 * misfits > number):
                    raise WrongUsage(
                        f"{shown} has {misfits:,} rows in the first {number:,} that do not have the {expected + 1} columns of the header, the first one is row {first_misfit}; export it again."
                    )
