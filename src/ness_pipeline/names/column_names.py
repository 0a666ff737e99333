"""Names of columns as people write them: matched whatever their case, blanks and prefixes, and by the words for them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

from ness_pipeline.errors import SchemaDrift, WrongUsage
from ness_pipeline.names.column_words import TERM_WORDS

SURE = 0.8
"""How alike two names must be, of 1, before one is proposed for the other: below it proposals are mostly wrong."""
COUNTRY_TERMS = ("countryCode", "country")
"""Terms of Darwin Core that name the country of a record."""


PREFIX = re.compile(r"^(?:https?://.*[/#]|(?:dwc|dcterms?|dc|gbif|iucn|obis)\w*:|dwc_)(?=.)", re.IGNORECASE)
"""Before the name of a term: the address of its vocabulary (`http://rs.tdwg.org/dwc/terms/`), or its short name (`dwc:`)."""


def plain(name: str) -> str:
    """A column name reduced to its letters and digits: `decimal_latitude`, `dwc:decimalLatitude` and the whole URI are one."""
    return re.sub(r"[\W_]", "", PREFIX.sub("", name.strip()).lower())


def by_plain_name(names: Iterable[str]) -> dict[str, list[str]]:
    """Columns by what is left of their names, each list in the order of the file."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(plain(name), []).append(name)
    return found


def doubt(term: str, names: Iterable[str], shown: str) -> WrongUsage:
    """The error for columns that all may be the one of a term, none of which is called exactly so."""
    listed = " and ".join(map(repr, names))
    return WrongUsage(f"{shown} has the columns {listed}, each of which may be {term}; say which, as in --map NAME={term}, or leave the others out with --map NAME=-.")  # fmt: skip


def likest(term: str, names: Sequence[str]) -> str | None:
    """The one of some columns of the same plain name that a term means: the only one, or that of exactly its name, in any case.

    None where several may be meant.
    """
    exact = [name for name in names if name == term] or [name for name in names if name.lower() == term.lower()]
    found = exact or names
    return found[0] if len(found) == 1 else None


def nearest(name: str, candidates: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """The candidate that a wrong name most likely means; none where they are less alike than the cutoff, of 1."""
    by_plain = {plain(candidate): candidate for candidate in candidates}
    nearest_names = difflib.get_close_matches(plain(name), by_plain, n=1, cutoff=cutoff)
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
        self._by_plain = by_plain_name(self.names)
        for term, words in TERM_WORDS.items():
            found = next((word for word in words if word in self._by_plain), None)
            if found is not None:
                self._by_plain.setdefault(plain(term), self._by_plain[found])

    def __contains__(self, term: str) -> bool:
        return plain(term) in self._by_plain

    def any_of(self, *terms: str) -> str | None:
        """The first of some terms that the file has, None when it has none of them."""
        return next((term for term in terms if term in self), None)

    def name_of(self, term: str) -> str:
        """The column of a term as the file writes it.

        Raises:
            WrongUsage: several columns may be it.
        """
        names = self._by_plain[plain(term)]
        name = likest(term, names)
        if name is None:
            raise doubt(term, names, self.shown)
        return name

    def require(self, what: str, *terms: str) -> None:
        """Be sure that the file has one of some terms.

        Raises:
            SchemaDrift: it has none; the sentence names the column that comes nearest.
        """
        if self.any_of(*terms) is None:
            guess = nearest(terms[0], self.names, cutoff=SURE)
            hint = f"is it the column {guess!r}? Then say --map {guess}={terms[0]}" if guess else f"where a column of another name has it, say --map NAME={terms[0]}"  # fmt: skip
            raise SchemaDrift(f"{self.shown} has no column {terms[0]} ({what}); {hint}.")
