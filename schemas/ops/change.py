"""Contract of `ops.change`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, count


class Change(Contract):
    """One row = how one table changed with one publication, over the countries that it and the one before have.

    Traps: a first publication, and a table that the publication before did not have, have no row; rows of a new
    country are not counted here.
    """

    publication_id: str = column("Publication that brought the change.")
    table_name: str = column("Table, such as `metrics.legal_framework`.")
    rows_before: int = count("Rows before.", "{row}")
    rows_after: int = count("Rows since.", "{row}")
    added: int = count("Rows with a new key.", "{row}")
    removed: int = count("Rows whose key is gone.", "{row}")
    changed: int = count("Rows whose key stayed and whose content did not.", "{row}")
    values_before: int = count("Values that there were before, over all metrics of the table.", "{value}")
    withheld: int = count("Numbers of them that are missing since.", "{value}")
    moved: int = count("Numbers of them that moved by more than a quarter.", "{value}")
    is_accepted: bool = column("Whether the change was beyond the limits of the contract and a person accepted it.")

    class Config:
        """Grain: publication and table."""

        unique = ["publication_id", "table_name"]
