"""The country column of a table that is read in batches: its different texts are read once, before the first batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from ness_pipeline.files.raw import RawTable
from ness_pipeline.names.country_column import NA, NOT_ISO, OPEN, CountryColumn, has_na


@dataclass(frozen=True)
class Countries:
    """The column of a file that names the country of each row.

    Attributes:
        name: the column as the file writes it.
        meaning: what its different texts mean.
    """

    name: str
    meaning: CountryColumn

    @classmethod
    def of(cls, raw: RawTable, names: Sequence[str], never_na: Sequence[str]) -> Countries | None:
        """The first of some columns that names countries; one that names none where there is no other; None without any.

        Args:
            raw: the file.
            names: columns that may name the country.
            never_na: columns in which `NA` is no value but a missing one.
        """
        found = None
        for name in names:
            texts = raw.different(name)
            meaning = CountryColumn.of(texts, writes_na=has_na(texts) and raw.has_text(NA, never_na))
            if meaning.is_understood:
                return cls(name, meaning)
            found = found or cls(name, meaning)
        return found

    @property
    def codes(self) -> pl.Expr:
        """The code of each row; text that means no country stands after `NOT_ISO`, which no contract accepts."""
        codes = self.meaning.codes | dict.fromkeys(self.meaning.open, OPEN)
        return pl.col(self.name).replace_strict(
            list(codes), list(codes.values()), default=pl.lit(NOT_ISO) + pl.col(self.name), return_dtype=pl.String
        )
