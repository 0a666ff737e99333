"""Occurrence records: Darwin Core in any of GBIF's layouts or an own table of the same columns, counted into a cube."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from ness_pipeline.contract.batch import Batch
from ness_pipeline.cube.duckdb import DuckdbEngine
from ness_pipeline.cube.options import CubeOptions
from ness_pipeline.errors import WrongUsage
from ness_pipeline.files.batches import Said, batches_of
from ness_pipeline.files.raw import RawTable
from ness_pipeline.files.result import Options
from ness_pipeline.names.column_names import ColumnNames

MARKS = ("gbifID", "basisOfRecord", "occurrenceID", "eventDate", "decimalLatitude", "occurrenceStatus")
"""A table with one of these columns holds records, not counts."""


def is_records(terms: ColumnNames) -> bool:
    """Whether a table with these columns holds occurrence records."""
    return terms.any_of(*MARKS) is not None


def read_records(raw: RawTable, options: Options) -> Iterator[Batch]:
    """The cube of the records, then the refused ones, then the species.

    Raises:
        WrongUsage: the file is damaged, or does not say country or group and no option does.
        SchemaDrift: a column that every record needs is missing.
    """
    if options.country_code is not None and ColumnNames(raw.names, raw.shown).any_of("countryCode", "country"):
        raise WrongUsage(
            f"{raw.shown} names the country of each row itself; leave --country {options.country_code} out."
        )
    said = Said(options.source, options.taxon_group, options.checklist_key)
    with (
        tempfile.TemporaryDirectory(prefix="ness-records-") as folder,
        DuckdbEngine([raw.as_records(Path(folder))], CubeOptions(country_code=options.country_code)) as engine,
    ):
        yield from batches_of(engine, said)
