"""Contract of `ops.displaced`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, count
from ness_pipeline.schemas.vocabulary import DISPLACED_REASONS


class Displaced(Contract):
    """One row = rows of one load or source that do not count, because another one speaks of the same.

    Reasons: `same` (both say the same, and it counts once), `older` (the other speaks of a later day), `contradiction`
    (neither says of which day it speaks and they differ, so that neither counts; the rows are in `ops.set_aside`),
    `fewer_records` (records and cubes of one species, country and year may be the same records, so the one with most of
    them counts), `replaced` (the other load took the place of this one), `own_file` (a publisher's rows give way to an own file's).

    Traps: rows of publishers are those at the time of the last own load.
    """

    source: str = column("Source of the rows that do not count.")
    unit: str = column("Their load; NULL for publishers.", nullable=True)
    table_name: str = column("Table, such as `core.assessment`.")
    reason: str = column("Why they do not count.", isin=list(DISPLACED_REASONS))
    by_source: str = column("Source of the rows that count instead.")
    by_unit: str = column("Their load.")
    rows: int = count("Rows that do not count; records, where the table counts records.", "{row}")
    by_rows: int = count(
        "Rows (or records) that count instead; NULL where each stands for one.", "{row}", nullable=True
    )
    species: int = count("Species that they are about; NULL where the table has none.", "{species}", nullable=True)
    countries: str = column("Countries that they are about, up to ten; NULL where the table has none.", nullable=True)

    class Config:
        """Grain: both loads, table and reason."""

        unique = ["source", "unit", "table_name", "reason", "by_source", "by_unit"]
