"""Contract of `ops.left_out`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, count


class LeftOut(Contract):
    """One row = the number of records that one filter left out of one unit of work, where they are too many to keep each of them.

    A filter selects the records that a table counts, such as those of species that were present; a filtered-out
    record is no error. Where a unit has up to 10,000 refused and filtered-out records, all are kept whole in
    `ops.quarantine`; where it has more, only those that break the contract are kept there, and filtered-out records
    are counted here.

    Traps: only the latest load of a unit is counted here; earlier ones are in `ops.load`.
    """

    run_id: str = column("Run that left them out.")
    source: str = column("Source of the records.")
    unit: str = column("Unit of work.")
    table_name: str = column("Table that does not count them, such as `core.occurrence_cube`.")
    column_name: str = column("Column that the filter checks.")
    reason: str = column("Why, in one sentence.")
    records: int = count("Records that the filter left out.", "{record}")

    class Config:
        """Grain: source, unit, table and column."""

        unique = ["source", "unit", "table_name", "column_name"]
