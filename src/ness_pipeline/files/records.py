"""Occurrence records: Darwin Core in any of GBIF's layouts or an own table of the same columns, counted into a cube."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ness_pipeline.cube.duckdb import DuckdbEngine
from ness_pipeline.cube.options import CubeOptions
from ness_pipeline.errors import WrongUsage
from ness_pipeline.files.raw import RawTable
from ness_pipeline.files.row_defaults import RowDefaults
from ness_pipeline.names.column_names import ColumnNames, plain
from ness_pipeline.scratch import ScratchFolder

RECORD_TERMS = ("gbifID", "basisOfRecord", "occurrenceID", "eventDate", "decimalLatitude", "occurrenceStatus")
"""A table with one of these columns has one row per record, and no counts."""


def is_records(terms: ColumnNames) -> bool:
    """Whether a table with these columns holds occurrence records: it has a term of records, or coordinates by any word."""
    written = {plain(name) for name in terms.names}
    return any(plain(term) in written for term in RECORD_TERMS) or "decimalLatitude" in terms


def may_be_records(terms: ColumnNames) -> bool:
    """Whether a table with these columns may hold records: a species and a date, as lists may have as well."""
    return "eventDate" in terms and terms.any_of("species", "scientificName", "speciesKey", "taxonKey") is not None


@contextmanager
def engine_of_records(raw: RawTable, defaults: RowDefaults) -> Iterator[DuckdbEngine]:
    """The engine that counts the records of a file.

    Raises:
        WrongUsage: the file is damaged, or the country is neither in the file nor given.
        SchemaDrift: a column that every record needs is missing.
    """
    country_code = defaults.country_code
    with (
        ScratchFolder("records") as folder,
        DuckdbEngine([raw.as_records(Path(folder))], CubeOptions(country_code=country_code)) as engine,
    ):
        if country_code is not None and engine.named_countries:
            raise WrongUsage(
                f"{raw.shown} names the country of each row itself ({engine.named_countries}); leave --country {country_code} out, or count the rows of that country alone with: ness cube FILE --country {country_code}."
            )
        yield engine
