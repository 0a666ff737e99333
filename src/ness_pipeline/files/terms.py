"""Which column of a file says what: names are matched whatever their case, blanks and underscores."""

from __future__ import annotations

import polars as pl

from ness_pipeline.errors import WrongUsage
from ness_pipeline.files.raw import ROW
from ness_pipeline.names.column_names import ColumnNames
from ness_pipeline.names.countries import countries
from ness_pipeline.names.taxon_groups import RESIDUAL_GROUPS, with_groups

RANKS = ("kingdom", "phylum", "class", "order")
INTRODUCED = r"^(introduced|invasive|managed|naturali[sz]ed|assistedcoloni[sz]ation|alien|exotic|nonnative)"
"""Start of the establishment means that mean brought by people; `nativeReintroduced` is not among them."""


class Terms(ColumnNames):
    """The columns of a file by plain name, as expressions over its rows."""

    def text(self, *terms: str) -> pl.Expr:
        """The column of the first of some terms that the file has, NULL where it has none."""
        term = self.any_of(*terms)
        return pl.lit(None, pl.String) if term is None else pl.col(self.name_of(term))

    def value(self, *terms: str) -> pl.Expr:
        """As `text`, with the ways in which R and Python write a missing value as NULL.

        Not for country codes and Red List categories, where `NA` is Namibia and Not Applicable.
        """
        column = self.text(*terms)
        return pl.when(~column.is_in(["NA", "NaN", "nan", "NULL", "None"])).then(column)

    def whole(self, *terms: str) -> pl.Expr:
        """As `value`, for whole numbers and keys: `5219833.0` is 5219833."""
        return self.value(*terms).str.replace(r"^(-?\d+)\.0+$", "$1")

    def key(self, *terms: str) -> pl.Expr:
        """As `whole`, for keys of species; what a spreadsheet made of a key (`5.2E+06`) is no key."""
        key = self.whole(*terms)
        return pl.when(~key.str.contains(r"^\d+(\.\d+)?([eE][+-]?\d+)$|^\d*\.\d+$")).then(key)

    def country(self, option: str | None) -> pl.Expr:
        """The country of each row: from the file, or the one given for the whole file.

        A code that is no country becomes text that no contract accepts.

        Raises:
            WrongUsage: neither the file nor the option says the country, or both do.
        """
        if (term := self.any_of("countryCode", "country")) is None:
            if option is None:
                raise WrongUsage(f"{self.shown} does not name the country of its rows; give it, as in --country KE.")
            return pl.lit(option)
        if option is not None:
            raise WrongUsage(f"{self.shown} names the country of each row itself; leave --country {option} out.")
        code = self.text(term).str.to_uppercase()
        return pl.when(code.is_in(list(countries())) | code.is_null()).then(code).otherwise(pl.lit("not ISO: ") + code)

    def is_introduced(self) -> pl.Expr:
        """Whether the row is marked introduced or managed."""
        word = self.text("establishmentMeans").str.to_lowercase().str.replace_all(r"[ _-]", "")
        return word.str.contains(INTRODUCED).fill_null(value=False)

    def groups(self, rows: pl.DataFrame, option: str | None) -> pl.Series:
        """The reporting group of each row: from its higher taxa, else the one given for the whole file.

        Without both phylum and class nobody can tell what remains of a kingdom, so residual groups need the option.

        Raises:
            WrongUsage: the file does not name the higher taxa of a row and the option is missing.
        """
        lineage = rows.select(ROW, *(self.value(rank).alias(rank) for rank in RANKS))
        found = with_groups(lineage).get_column("taxon_group")
        if "phylum" in self and "class" in self:
            return found if option is None else found.fill_null(option)
        decided = found.set(found.is_in(list(RESIDUAL_GROUPS)).fill_null(value=False), None)
        if option is None and decided.null_count():
            raise WrongUsage(
                f"{self.shown} has no columns phylum and class to tell the reporting group; give it, as in --taxon-group mammals."
            )
        return decided if option is None else decided.fill_null(option)
