"""Darwin Core terms from the columns of a file, as polars expressions; for cubes, which are read in batches."""

from __future__ import annotations

import polars as pl

from ness_pipeline.errors import WrongUsage
from ness_pipeline.files.raw import ROW
from ness_pipeline.names.column_names import ColumnNames
from ness_pipeline.names.countries import countries
from ness_pipeline.names.taxon_groups import RESIDUAL_GROUPS, with_groups

RANKS = ("kingdom", "phylum", "class", "order")
INTRODUCED = r"^(introduced|invasive|managed|naturali[sz]ed|assistedcoloni[sz]ation|alien|exotic|nonnative)"
"""Start of the establishment means of species brought by people; `nativeReintroduced` is not among them."""


class Terms(ColumnNames):
    """The terms of a file as expressions over its rows."""

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

    def country(self, given: str | None) -> pl.Expr:
        """The country of each row: from the file, or the one given for the whole file.

        A code that is no country becomes text that no contract accepts.

        Raises:
            WrongUsage: the country is neither in the file nor given, or both.
        """
        term = self.any_of("countryCode", "country")
        if term is None:
            if given is None:
                raise WrongUsage(f"{self.shown} does not name the country of its rows; give it, as in --country KE.")
            return pl.lit(given)
        if given is not None:
            raise WrongUsage(f"{self.shown} names the country of each row itself; leave --country {given} out.")
        code = self.text(term).str.to_uppercase()
        return pl.when(code.is_in(list(countries())) | code.is_null()).then(code).otherwise(pl.lit("not ISO: ") + code)

    def is_introduced(self) -> pl.Expr:
        """Whether the row is marked introduced or managed."""
        means = self.text("establishmentMeans").str.to_lowercase().str.replace_all(r"[ _-]", "")
        return means.str.contains(INTRODUCED).fill_null(value=False)

    def groups(self, rows: pl.DataFrame, given: str | None) -> pl.Series:
        """The reporting group of each row (`taxon_group`): from its higher taxa, else the one given for the whole file.

        Raises:
            WrongUsage: the file does not name the higher taxa of a row, and no group is given.
        """
        lineage = rows.select(ROW, *(self.value(rank).alias(rank) for rank in RANKS))
        groups = with_groups(lineage).get_column("taxon_group")
        return complete_groups(
            groups, given, has_phylum_and_class="phylum" in self and "class" in self, shown=self.shown
        )


def complete_groups(groups: pl.Series, given: str | None, *, has_phylum_and_class: bool, shown: str) -> pl.Series:
    """Reporting groups from higher taxa, with the given one where they are not enough to know it.

    Without phylum and class a species cannot be told from others of its kingdom, so the groups of what remains of a
    kingdom (`RESIDUAL_GROUPS`, such as other animals) are replaced by the given one.

    Args:
        groups: reporting groups from higher taxa, NULL where unknown.
        given: the group given for all rows.
        has_phylum_and_class: whether the files have both columns.
        shown: how messages name the files.

    Raises:
        WrongUsage: a group must be given and is not.
    """
    if not has_phylum_and_class:
        groups = groups.set(groups.is_in(list(RESIDUAL_GROUPS)).fill_null(value=False), None)
        if given is None and groups.null_count():
            raise WrongUsage(
                f"{shown} has no columns phylum and class to tell the reporting group; give it, as in --taxon-group mammals."
            )
    return groups if given is None else groups.fill_null(given)
