"""Contract of `ops.citation`."""

from __future__ import annotations

import datetime as dt

from ness_pipeline.schemas.base import Contract, column


class Citation(Contract):
    """One row = one thing to cite for one source: a data set, a download or a publisher's database."""

    source: str = column("Source it belongs to.")
    unit: str = column("Unit of work.")
    citation: str = column("How the publisher asks to be cited.")
    doi: str = column("DOI without resolver.", nullable=True)
    licence: str = column("Licence of the data, as SPDX names it or in its owner's words.", nullable=True)
    publisher: str = column(
        "Who publishes the data, as who loaded an own file says; NULL for all others.", nullable=True
    )
    accessed_on: dt.date = column("Date of access.")
    is_redistributable: bool = column("Whether the rows of this source may be passed on to others.")

    class Config:
        """Grain: source, unit and citation."""

        unique = ["source", "unit", "citation"]
