"""Names of columns as people write them: matched whatever their case, blanks and underscores."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from ness_pipeline.errors import SchemaDrift


def plain(name: str) -> str:
    """A column name reduced to its letters and digits: `decimal_latitude` and `decimalLatitude` are one."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that a wrong name most likely means."""
    by_plain = {plain(candidate): candidate for candidate in candidates}
    nearest_names = difflib.get_close_matches(plain(name), by_plain, n=1, cutoff=0.6)
    return by_plain[nearest_names[0]] if nearest_names else None


class ColumnNames:
    """The columns of a file by plain name.

    Args:
        names: column names as the file writes them.
        shown: how messages name the file.
    """

    def __init__(self, names: Iterable[str], shown: str) -> None:
        self.names = tuple(names)
        self.shown = shown
        self._by_plain = {plain(name): name for name in reversed(self.names)}

    def __contains__(self, term: str) -> bool:
        return plain(term) in self._by_plain

    def any_of(self, *terms: str) -> str | None:
        """The first of some terms that the file has, None when it has none of them."""
        return next((term for term in terms if term in self), None)

    def name_of(self, term: str) -> str:
        """The column of a term as the file writes it."""
        return self._by_plain[plain(term)]

    def require(self, what: str, *terms: str) -> None:
        """Be sure that the file has one of some terms.

        Raises:
            SchemaDrift: it has none; the sentence names the column that comes nearest.
        """
        if self.any_of(*terms) is None:
            guess = nearest(terms[0], self.names)
            hint = f"; is it the column {guess!r}? Then rename it" if guess else "; add it"
            raise SchemaDrift(f"{self.shown} has no column {terms[0]} ({what}){hint}.")
