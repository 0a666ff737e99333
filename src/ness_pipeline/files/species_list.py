"""Lists of species as GBIF makes them (SPECIES_LIST): the species of one country with their numbers of records."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ness_pipeline.contract.batch import Batch
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.contract.refused import refused_rows, whole_rows_as_json
from ness_pipeline.cube.species import species_of
from ness_pipeline.errors import WrongUsage
from ness_pipeline.files.cubes import countries_of
from ness_pipeline.files.raw import ROW, RawTable
from ness_pipeline.files.refused import RefusedRows
from ness_pipeline.files.row_defaults import RowDefaults
from ness_pipeline.files.terms import Terms
from ness_pipeline.names.species_names import is_given_key, names_species

TABLE = "country_species"


def is_species_list(terms: Terms) -> bool:
    """Whether a table with these columns has one row per taxon, with the number of its records."""
    return "numberOfOccurrences" in terms and ("speciesKey" in terms or names_species(terms))


def read_species_list(raw: RawTable, defaults: RowDefaults) -> Iterator[Batch]:
    """Refused rows, then the species; rows of a species and of its subspecies are added up.

    Rows without a species (a genus), or without a number of records, are refused.

    Raises:
        WrongUsage: the file is damaged or has no rows, or no country is given.
    """
    terms = Terms(raw.names, raw.shown)
    country = terms.country(countries_of(raw, terms), defaults.country_code)
    key, name = terms.key("speciesKey"), terms.value("species")
    if "speciesKey" not in terms:  # a list of GBIF has a key for each accepted species
        key, name = terms.species_key(), terms.species_name()
    frames, rows_seen = [], 0
    with RefusedRows() as refused:
        for rows in raw.batches():
            rows_seen += rows.height
            taxa = rows.select(
                ROW,
                country.alias("country_code"),
                key.alias("species_key"),
                name.alias("scientific_name"),
                terms.text("iucnRedListCategory").str.to_uppercase().alias("red_list_category"),
                terms.whole("numberOfOccurrences").cast(pl.Int64, strict=False).alias("records"),
                pl.lit(0, pl.Int64).alias("introduced_records"),
            )
            has_key = taxa.select(is_given_key(pl.col("species_key"))).to_series()
            taxa = taxa.with_columns(terms.groups(rows, defaults.taxon_group, has_key=has_key))
            is_species = pl.col("species_key").is_not_null() & (pl.col("records") > 0)
            frames.append(taxa.filter(is_species.fill_null(value=False)).drop(ROW))
            refused.add(_refused(rows, taxa))
        if not rows_seen and not raw.malformed.height:
            raise WrongUsage(f"{raw.shown} has column names but no rows; export it again.")
        no_rows = pl.DataFrame(schema={column.name: column.dtype for column in tables()[f"core.{TABLE}"].columns})
        for frame in refused.frames(raw):
            yield Batch(TABLE, no_rows, refused=frame, records=0)
        records = sum(frame.height for frame in frames)
        for frame in species_of(frames):
            yield Batch(TABLE, frame.drop("introduced_occurrences").with_columns(defaults.origin), records=records)
            records = 0


def _refused(rows: pl.DataFrame, taxa: pl.DataFrame) -> pl.DataFrame:
    """Rows of no species or without records, as refused rows."""
    parts = []
    for column, is_wrong, reason in (
        ("species_key", pl.col("species_key").is_null(), "The row is not identified to an accepted species."),
        (
            "occurrences",
            pl.col("species_key").is_not_null() & ~(pl.col("records") > 0).fill_null(value=False),
            "The number of records is not a whole number of at least 1.",
        ),
    ):
        wrong = rows.filter(taxa.select(is_wrong.alias("wrong"))["wrong"])
        whole = whole_rows_as_json(wrong.drop(ROW))
        parts.append(refused_rows(wrong[ROW], column=column, check="species_list", reason=reason, rows=whole))
    return pl.concat(parts)
