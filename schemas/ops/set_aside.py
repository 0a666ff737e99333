"""Contract of `ops.set_aside`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column


class SetAside(Contract):
    """One row = one row of an own file that contradicts another own file, neither of which says of which day it speaks.

    Neither counts until `ness load --as-of` says of which day a file speaks, or `--replace` that one takes the other's place.

    Traps: records that contradict each other are only counted, in `ops.displaced`.
    """

    source: str = column("Source of the row.")
    unit: str = column("Load of the row.")
    table_name: str = column("Table that it would be in, such as `core.assessment`.")
    row_key: str = column("What both rows speak of, as JSON.")
    row: str = column("The whole row as JSON.")
    against_source: str = column("Source of the row that contradicts it.")
    against_unit: str = column("Load of that row.")

    class Config:
        """Grain: table, key and load."""

        unique = ["table_name", "row_key", "source", "unit"]
