"""What a cube engine reads: parquet files of occurrence records, and how it reports its progress."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import polars as pl

from ness_pipeline.contract.refused import no_refused_rows
from ness_pipeline.cube.terms import SqlTerms

Progress = Callable[[str, float | None], None]
"""Called with what is being done and the share of it that is done (0 to 1), None where that is not known."""


@dataclass(frozen=True)
class Records:
    """Occurrence records as parquet.

    Attributes:
        shown: how messages name them.
        files: paths or object-store URLs, in order.
        checklist_key: checklist of their species keys, as they say themselves.
        malformed: lines of a text table that are no rows, in the columns `REFUSED_COLUMNS`.
        empty_rows: positions of rows of the table that hold nothing; they are not among the records.
    """

    shown: str
    files: tuple[str, ...]
    malformed: pl.DataFrame = field(default_factory=no_refused_rows)
    empty_rows: Sequence[int] = ()
    checklist_key: str | None = None


@dataclass(frozen=True)
class FileGroup:
    """Files that have the same columns.

    Attributes:
        relation: name of the relation that has their rows and, of each, `_file_path`, `_file_name` and `_file_row`.
        terms: their columns.
    """

    relation: str
    terms: SqlTerms
