"""Darwin Core terms from the columns of a file, as polars expressions; for cubes, which are read in batches."""

from __future__ import annotations

import polars as pl

from ness_pipeline.errors import WrongUsage
from ness_pipeline.files.countries import Countries
from ness_pipeline.files.raw import ROW
from ness_pipeline.names.column_names import ColumnNames
from ness_pipeline.names.keys import key_of, without_zero_decimals
from ness_pipeline.names.species_names import SPECIES_OR_BELOW, has_epithets, name_key_of, name_terms, species_name_of
from ness_pipeline.names.taxon_groups import RESIDUAL_GROUPS, with_groups

KEYS = ("speciesKey", "taxonKey")
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

        Not for Red List categories, where `NA` is Not Applicable.
        """
        column = self.text(*terms)
        return pl.when(~column.is_in(["NA", "NaN", "nan", "NULL", "None"])).then(column)

    def whole(self, *terms: str) -> pl.Expr:
        """As `value`, for whole numbers and keys: `5219833.0` is 5219833."""
        return without_zero_decimals(self.value(*terms))

    def key(self, *terms: str) -> pl.Expr:
        """As `whole`, for keys of species; what a spreadsheet made of a key (`5.2E+06`) is no key."""
        return key_of(self.value(*terms))

    def name(self) -> pl.Expr:
        """The name of the species as the file writes it; an accepted name before that of a synonym."""
        names = [self._whole_name(term) for term in name_terms(self)]
        if has_epithets(self):
            names.append(self._of_genus("specificEpithet"))
        return pl.coalesce(*names, pl.lit(None, pl.String))

    def _whole_name(self, term: str) -> pl.Expr:
        """A name; where the file has a column of genera, a species of one word is its epithet."""
        text = self.value(term)
        if term != "species" or "genus" not in self:
            return text
        return pl.when(text.str.contains("[ _]")).then(text).otherwise(self._of_genus(term))

    def _of_genus(self, epithet: str) -> pl.Expr:
        return self.value("genus") + pl.lit(" ") + self.value(epithet)

    def species_key(self, *terms: str) -> pl.Expr:
        """The key of the species; its name as a key (`name:Panthera leo`) in rows without one.

        Args:
            terms: the columns that may have the key. A row that has a value there, though none of a key, is not read by name.
        """
        no_key = self.value(*terms).is_null() & self._may_be_species()
        return pl.when(no_key).then(name_key_of(self.name())).otherwise(self.key(*terms))

    def species_name(self, *terms: str) -> pl.Expr:
        """The name of the species: as the file has it beside a key, else the one that is the key (`species_key`)."""
        return (
            pl.when(self.value(*terms).is_null())
            .then(species_name_of(self.name()))
            .otherwise(self.value("species", "scientificName"))
        )

    def _may_be_species(self) -> pl.Expr:
        """Whether a row is of the rank of a species or below; of a file without ranks, or without keys, only the name tells."""
        if "taxonRank" not in self or self.any_of(*KEYS) is None:
            return pl.lit(value=True)
        return self.value("taxonRank").str.to_uppercase().is_in(SPECIES_OR_BELOW).fill_null(value=False)

    def country(self, read: Countries | None, given: str | None) -> pl.Expr:
        """The country of each row: from the file, or the one given for the whole file.

        Args:
            read: the column of the file that names it, None where there is none.
            given: the country given for the whole file, which may be where the file names none that can be understood.

        Raises:
            WrongUsage: the country is neither in the file nor given, or both.
        """
        if read is not None and given is None:
            return read.codes
        if given is None:
            raise WrongUsage(f"{self.shown} does not name the country of its rows; give it, as in --country KE.")
        if read is not None and read.meaning.is_understood:
            raise WrongUsage(
                f"{self.shown} names the country of each row itself ({read.meaning.shown}); leave --country {given} out, and remove the rows of other countries from the file where you do not want them."
            )
        return pl.lit(given)

    def is_introduced(self) -> pl.Expr:
        """Whether the row is marked introduced or managed."""
        means = self.text("establishmentMeans").str.to_lowercase().str.replace_all(r"[ _-]", "")
        return means.str.contains(INTRODUCED).fill_null(value=False)

    def groups(self, rows: pl.DataFrame, given: str | None, *, has_key: pl.Series) -> pl.Series:
        """The reporting group of each row (`taxon_group`): its own, as in our cubes; or from its higher taxa, else the one given
        for the whole file.

        Args:
            rows: the rows.
            given: the group given for all rows.
            has_key: whether a row has a key of a checklist; the group of a name may stay unknown.

        Raises:
            WrongUsage: the file does not name the higher taxa of a row with another key, and no group is given.
        """  # noqa: D205  (the first sentence needs two lines)
        if "taxonGroup" in self:
            return rows.select(
                self.value("taxonGroup").fill_null(pl.lit(given, pl.String)).alias("taxon_group")
            ).to_series()
        lineage = rows.select(ROW, *(self.value(rank).alias(rank) for rank in RANKS))
        groups = with_groups(lineage).get_column("taxon_group")
        return complete_groups(
            groups,
            given,
            has_key=has_key,
            has_phylum_and_class="phylum" in self and "class" in self,
            shown=self.shown,
        )


def complete_groups(
    groups: pl.Series, given: str | None, *, has_key: pl.Series, has_phylum_and_class: bool, shown: str
) -> pl.Series:
    """Reporting groups from higher taxa, with the given one where they are not enough to know it.

    Without phylum and class a species cannot be told from others of its kingdom, so the groups of what remains of a
    kingdom (`RESIDUAL_GROUPS`, such as other animals) are replaced by the given one.

    Args:
        groups: reporting groups from higher taxa, NULL where unknown.
        given: the group given for all rows.
        has_key: whether a row has a key of a checklist; the group of a name may stay unknown.
        has_phylum_and_class: whether the files have both columns.
        shown: how messages name the files.

    Raises:
        WrongUsage: a group must be given and is not.
    """
    if not has_phylum_and_class:
        groups = groups.set(groups.is_in(list(RESIDUAL_GROUPS)).fill_null(value=False), None)
        if given is None and (groups.is_null() & has_key).any():
            raise WrongUsage(
                f"{shown} has no columns phylum and class to tell the reporting group; give it, as in --taxon-group mammals."
            )
    return groups if given is None else groups.fill_null(given)
