"""What a user says of a whole file, and the batches that a cube becomes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from ness_pipeline.contract.batch import Batch
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.cube.merge import MergedCube
from ness_pipeline.errors import WrongUsage
from ness_pipeline.files.raw import RawTable
from ness_pipeline.files.refused import RefusedRows


@dataclass(frozen=True)
class Options:
    """What a user says of a whole file.

    Attributes:
        source: goes into the `source` column.
        country_code: country of all rows, for files that do not name it.
        taxon_group: reporting group of all rows, for files that do not name higher taxa.
        checklist_key: checklist of the species keys.
    """

    source: str
    country_code: str | None = None
    taxon_group: str | None = None
    checklist_key: str | None = None


def batches_of(cube: MergedCube, refused: RefusedRows, raw: RawTable, options: Options) -> Iterator[Batch]:
    """Refused rows, then the cube, then its species; rows of the file are counted with the cube.

    Raises:
        WrongUsage: the file has no rows at all.
    """
    if not cube.rows and not refused.rows and not raw.malformed.height:
        raise WrongUsage(f"{raw.shown} has column names but no rows; export it again.")
    nothing = pl.DataFrame(schema={column.name: column.dtype for column in tables()["core.occurrence_cube"].columns})
    for frame in refused.frames(raw):
        yield Batch("occurrence_cube", nothing, refused=frame, records=0)
    said = [pl.lit(options.source).alias("source"), pl.lit(options.checklist_key, pl.String).alias("checklist_key")]
    records = cube.rows
    for frame in cube.cube():
        yield Batch("occurrence_cube", frame.with_columns(said), records=records)
        records = 0
    for frame in cube.species():
        yield Batch("country_species", frame.with_columns(said))
