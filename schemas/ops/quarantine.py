"""Contract of `ops.quarantine`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, count


class Quarantine(Contract):
    """One row = one received row that was refused or filtered out, kept whole, with the first reason why.

    Traps: only the latest load of a unit is kept here; earlier ones are counted in `ops.load`.
    """

    run_id: str = column("Run that refused it.")
    source: str = column("Source of the row.")
    unit: str = column("Unit of work.")
    table_name: str = column("Contract it was checked against, such as `core.treaty_party`.")
    row_number: int = count("Position of the row in what was received, from 0.", "{row}")
    column_name: str = column("Column that failed; NULL when the row as a whole did.", nullable=True)
    check_name: str = column("Check that failed.")
    reason: str = column("Why, in one sentence.")
    row: str = column("The whole row as JSON.")

    class Config:
        """Grain: source, unit, table and row."""

        unique = ["source", "unit", "table_name", "row_number"]
