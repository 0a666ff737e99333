"""The pages of one list, which end where the first page says that they end."""

from __future__ import annotations

from collections.abc import Iterator

from ness_pipeline.errors import SourceUnavailable

MOST_PAGES = 1_000
"""Pages that no list which is read here comes near to; a list without end stops there."""


class Pages:
    """Numbers of the pages of one list, from 1.

    Each page has to be announced before the next number is drawn; a list that changes while it is read is refused, for
    rows would be missing or double, and a count of pages that grows would never be reached.

    Args:
        label: publisher and list, for messages, such as `unsdg ER_RSK_LST`.
    """

    def __init__(self, label: str) -> None:
        self._label = label
        self._announced: tuple[int, int] | None = None
        self._is_last = True

    def __iter__(self) -> Iterator[int]:
        """The numbers of the pages."""
        for number in range(1, MOST_PAGES + 1):
            self._is_last = True
            yield number
            if self._is_last and (self._announced is None or number >= self._announced[0]):
                return
        raise SourceUnavailable(
            f"{self._label} has more than {MOST_PAGES:,} pages, which no list has; please report it."
        )

    @property
    def total(self) -> int:
        """Rows of the whole list, as announced; 0 before the first page is."""
        return 0 if self._announced is None else self._announced[1]

    def expect_more(self) -> None:
        """Draw a further number whatever is announced; for lists that say nothing of their length."""
        self._is_last = False

    def announce(self, pages: int, total: int) -> None:
        """Take what a page says of the whole list.

        Args:
            pages: number of pages.
            total: number of rows.

        Raises:
            SourceUnavailable: it has more pages than any list, or the page before said something else.
        """
        if pages > MOST_PAGES:
            raise SourceUnavailable(f"{self._label} has {pages:,} pages, which no list has; please report it.")
        if self._announced not in {None, (pages, total)}:
            before, rows = self._announced or (0, 0)
            raise SourceUnavailable(
                f"{self._label} had {rows:,} rows on {before} pages and has {total:,} on {pages}; "
                "it changed while it was read, run again."
            )
        self._announced = pages, total
