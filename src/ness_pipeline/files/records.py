"""Occurrence records: Darwin Core in any of GBIF's layouts or an own table of the same columns, counted into a cube."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from ness_pipeline.contract.batch import Batch
from ness_pipeline.cube.duckdb import DuckdbEngine
from ness_pipeline.cube.options import CubeOptions
from ness_pipeline.errors import WrongUsage
from ness_pipeline.files.batches import batches_of
from ness_pipeline.files.raw import RawTable
from ness_pipeline.files.row_defaults import RowDefaults
from ness_pipeline.names.column_names import ColumnNames

RECORD_TERMS = ("gbifID", "basisOfRecord", "occurrenceID", "eventDate", "decimalLatitude", "occurrenceStatus")
"""A table with one of these columns has one row per record, and no counts."""


def is_records(terms: ColumnNames) -> bool:
    """Whether a table with these columns holds occurrence records."""
    return terms.any_of(*RECORD_TERMS) is not None


def read_records(raw: RawTable, defaults: RowDefaults) -> Iterator[Batch]:
    """The cube of the records, then the refused ones, then the species.

    Raises:
        WrongUsage: the file is damaged, or country or reporting group are neither in the file nor given.
        SchemaDrift: a column that every record needs is missing.
    """
    country_code = defaults.country_code
    if country_code is not None and ColumnNames(raw.names, raw.shown).any_of("countryCode", "country"):
        raise WrongUsage(f"{raw.shown} names the country of each row itself; leave --country {country_code} out.")
    with (
        tempfile.TemporaryDirectory(prefix="ness-records-") as folder,
        DuckdbEngine([raw.as_records(Path(folder))], CubeOptions(country_code=country_code)) as engine,
    ):
        yield from batches_of(engine, defaults)
