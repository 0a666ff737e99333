"""Contract of `ops.change`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, count


class Change(Contract):
    """One row = how one table changed with one publication, over the countries that it and the one before have.

    Traps: a first publication, and a table that the one before did not have, has no row; a country that is new adds
    nothing here.
    """

    publication_id: str = column("Publication that brought the change.")
    table_name: str = column("Table, such as `metrics.legal_framework`.")
    rows_before: int = count("Rows before.", "{row}")
    rows_after: int = count("Rows since.", "{row}")
    added: int = count("Rows with a new key.", "{row}")
    removed: int = count("Rows whose key is gone.", "{row}")
    changed: int = count("Rows whose key stayed and whose content did not.", "{row}")
    values_before: int = count("Numbers that there were before, over all measures of the table.", "{value}")
    withheld: int = count("Numbers of them that are missing since.", "{value}")
    moved: int = count("Numbers of them that moved by more than a quarter.", "{value}")
    is_accepted: bool = column(
        "Whether it lay beyond the limits of the contract and was published because a person said so."
    )

    class Config:
        """Grain: publication and table."""

        unique = ["publication_id", "table_name"]
