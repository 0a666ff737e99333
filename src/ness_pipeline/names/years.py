"""Spans of years, as they are written on the command line."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ness_pipeline.errors import WrongUsage

FIRST_YEAR, LAST_YEAR = 1600, 2100
FIRST_DEFAULT_YEAR = 2000


@dataclass(frozen=True)
class Years:
    """A closed span of years."""

    first: int
    last: int

    def __iter__(self) -> Iterator[int]:
        """Each year, from the first to the last."""
        return iter(range(self.first, self.last + 1))

    def __str__(self) -> str:
        """As it is written on the command line: `2000:2025`."""
        return f"{self.first}:{self.last}"

    @classmethod
    def parse(cls, text: str) -> Years:
        """Read `2000:2025` or `2020`.

        Raises:
            WrongUsage: not years, reversed, or outside 1600 to 2100.
        """
        match = re.fullmatch(r"(\d{4})(?::(\d{4}))?", text.strip())
        if match is None:
            raise WrongUsage(f"The years {text!r} are not readable; write them as 2000:2025 or 2020.")
        first, last = int(match[1]), int(match[2] or match[1])
        if first > last:
            raise WrongUsage(f"The years {text!r} run backwards; write the earlier year first, as in {last}:{first}.")
        if first < FIRST_YEAR or last > LAST_YEAR:
            raise WrongUsage(f"The years {text!r} leave {FIRST_YEAR} to {LAST_YEAR}; choose a span inside it.")
        return cls(first, last)


def default_years(now: dt.datetime | None = None) -> Years:
    """The span of a run that names none: from 2000 to the last year that is complete when the run starts."""
    return Years(FIRST_DEFAULT_YEAR, (now or dt.datetime.now(dt.UTC)).year - 1)


ANY_YEAR = Years(FIRST_YEAR, LAST_YEAR)
"""The span of units of work that are not asked for by year, such as own files."""
