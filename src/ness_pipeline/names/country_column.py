"""What the texts in the country column of a file mean, and whether `NA` there is Namibia or a missing value.

R and Python write a missing value as `NA`, which is Namibia's code as well. It is Namibia's in a column of codes of two letters.
A file that writes `NA` for missing values in its other columns, or countries in another way than by these codes, leaves it open;
then the coordinates of the row decide, and without them the row is refused.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Self

from ness_pipeline.names.countries import countries, country_named, did_you_mean

NA = "NA"
NOT_ISO = "not ISO: "
"""Stands before a text that means no country, so that no contract takes it for a code."""
OPEN = f"{NOT_ISO}NA"
"""Stands for `NA` in a row where nothing says whether it is Namibia."""
NEVER_NA = (
    "gbifID", "taxonKey", "acceptedTaxonKey", "speciesKey", "kingdom", "phylum", "class", "order", "family", "genus", "species",
    "scientificName", "taxonRank", "year", "month", "day", "eventDate", "decimalLatitude", "decimalLongitude",
    "coordinateUncertaintyInMeters", "elevation", "depth", "individualCount", "occurrenceStatus", "basisOfRecord", "issue",
    "occurrences", "minCoordinateUncertaintyInMeters", "minTemporalUncertainty",
)  # fmt: skip
"""Terms of records and cubes in which `NA` is no value but a missing one.

In texts of collectors, such as `locality`, it may be either; GBIF passes them on as they are. In the others GBIF leaves a missing
value blank, so its downloads never leave Namibia open.
"""


class Box(NamedTuple):
    """Latitudes and longitudes between which a country lies, in degrees."""

    south: float
    north: float
    west: float
    east: float


NAMIBIA = Box(-29.0, -16.9, 11.7, 25.3)
"""Where Namibia lies. Source: its outline in Natural Earth 1:110m (11.73 to 25.08 E), and its eastern tip at Kazungula (25.26 E)."""


@dataclass(frozen=True)
class CountryColumn:
    """The different texts of a country column, and what they mean.

    Attributes:
        codes: ISO alpha-2 code of each text that means a country, as the file writes it.
        open: texts that may be Namibia or a missing value.
    """

    codes: dict[str, str]
    open: frozenset[str]

    @classmethod
    def of(cls, texts: Iterable[str], *, writes_na: bool) -> Self:
        """From the different texts of a column.

        Args:
            texts: the texts.
            writes_na: whether the file writes `NA` for missing values in other columns.
        """
        codes = {text: code for text in texts if (code := country_named(text)) is not None}
        namibia = frozenset(text for text in codes if text.strip().upper() == NA)
        others = codes.keys() - namibia
        has_codes = not others or any(text.strip().upper() in countries() for text in others)
        return cls(codes, namibia if writes_na or not has_codes else frozenset())

    @property
    def is_understood(self) -> bool:
        """Whether a text surely means a country, so that the file names the country of its rows itself."""
        return bool(self.codes.keys() - self.open)

    @property
    def rewritten(self) -> dict[str, str]:
        """The codes of texts that are written in another way than as that code."""
        return {text: code for text, code in self.codes.items() if text.strip().upper() != code}

    @property
    def shown(self) -> str:
        """The first countries, for a message."""
        codes = sorted(set(self.codes.values()))
        return ", ".join(codes[:3]) + (" …" if len(codes) > 3 else "")  # noqa: PLR2004  (three are enough to see)


def has_na(texts: Iterable[str]) -> bool:
    """Whether `NA` is among the texts of a country column, so that it matters whether the file writes it elsewhere."""
    return any(text.strip().upper() == NA for text in texts)


@functools.lru_cache(maxsize=10_000)
def no_country(value: str) -> str:
    """One sentence that says why a value of a country column is refused, and what to write.

    Args:
        value: the text of the file, after `NOT_ISO`.
    """
    text = value.replace(NOT_ISO, "")
    if text == NA:
        return "'NA' may be Namibia or a missing value here; write NAM for Namibia and leave missing values blank."
    hint = did_you_mean(text)
    return f"{text!r} is no country of ISO 3166-1; {hint}" if hint else f"{text!r} is no country of ISO 3166-1."
