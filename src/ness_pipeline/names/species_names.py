"""Species by scientific name, as files write it: the name of the species, and the key of one that has no other.

The rule is a macro (`warehouse/macros/species_name.sql`), so that records, which are read by SQL, and tables have the same one.
"""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import polars as pl

from ness_pipeline.names.column_names import ColumnNames
from ness_pipeline.paths import sql_folder
from ness_pipeline.sql import frame_of

NAME_KEY = "name:"
"""Start of the key of a species that its file names without a key, as in `name:Panthera leo`."""
MACROS = "species_name"
"""File of `warehouse/macros/` with the rule."""


NO_SPECIES = "no species: "
"""Stands before a name that names no species, among the values for which rows are refused."""
ACCEPTED = ("acceptedScientificName", "acceptedNameUsage")
"""Terms that name the accepted species where a record names a synonym."""
OF_GBIF = ("gbifID", "datasetKey", "speciesKey", "taxonKey", "verbatimScientificName")
"""Terms of files in which `species` is GBIF's term for the accepted species; people write common names there as well."""

SPECIES_OR_BELOW = (
    "SPECIES", "SUBSPECIES", "VARIETY", "SUBVARIETY", "FORM", "SUBFORM", "INFRASPECIFIC_NAME", "INFRASUBSPECIFIC_NAME",
)  # fmt: skip
"""Ranks of what belongs to a species, as GBIF writes them."""


def name_terms(columns: ColumnNames) -> list[str]:
    """The terms of a file that name the species of its rows, the one that decides first."""
    is_of_gbif = columns.any_of(*OF_GBIF) is not None
    own = ("species", "scientificName") if is_of_gbif else ("scientificName", "species")
    there = {columns.name_of(term): term for term in reversed((*ACCEPTED, *own)) if term in columns}
    return [term for term in (*ACCEPTED, *own) if term in there.values()]


def has_epithets(columns: ColumnNames) -> bool:
    """Whether a file names a species by its genus and epithet in two columns."""
    return "genus" in columns and "specificEpithet" in columns


def names_species(columns: ColumnNames) -> bool:
    """Whether a file names species."""
    return bool(name_terms(columns)) or has_epithets(columns)


def no_species(name: str) -> str:
    """Why a row whose name names no species is refused."""
    return f"The row names no species: {name!r}."


def species_name_of(text: pl.Expr) -> pl.Expr:
    """Genus and epithet that a name names, as `Panthera leo`; NULL where it names no species."""
    return text.map_batches(_names, return_dtype=pl.String)


def name_key_of(text: pl.Expr) -> pl.Expr:
    """The key of the species that a name names, as `name:Panthera leo`; NULL where it names none."""
    return pl.lit(NAME_KEY) + species_name_of(text)


def is_below_species(text: pl.Expr) -> pl.Expr:
    """Whether a name is that of a subspecies, variety, form or subpopulation."""
    return text.map_batches(_are_below_species, return_dtype=pl.Boolean)


def is_given_key(key: pl.Expr) -> pl.Expr:
    """Whether a row has a key of a checklist: neither none nor the name of its species in its place."""
    return (~key.str.starts_with(NAME_KEY)).fill_null(value=False)


def _names(texts: pl.Series) -> pl.Series:
    return _each("species_name_of", pl.String())(texts)


def _are_below_species(texts: pl.Series) -> pl.Series:
    return _each("is_below_species", pl.Boolean())(texts)


def _each(macro: str, dtype: pl.DataType) -> Callable[[pl.Series], pl.Series]:
    """A macro as a function of a series of texts; each different text is looked at once."""

    def of(texts: pl.Series) -> pl.Series:
        different = pl.DataFrame({"text": texts.unique()}, schema={"text": pl.String})
        with duckdb.connect() as connection:
            connection.execute((sql_folder("macros") / f"{MACROS}.sql").read_text(encoding="utf-8"))
            connection.register("name", different.to_arrow())
            results = frame_of(connection, f"SELECT text, {macro}(text) AS result FROM name")
        found = pl.DataFrame({"text": texts}, schema={"text": pl.String}).join(
            results, on="text", how="left", nulls_equal=True, maintain_order="left"
        )
        return found.get_column("result").cast(dtype).alias(texts.name)

    return of
