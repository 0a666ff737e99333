"""Contract of `ops.provenance`."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from ness_pipeline.schemas.base import Contract, column, count


class Provenance(Contract):
    """One row = one payload as received: an API answer or a file.

    Traps: the URL never holds a token; the payload itself is in the landing zone under its hash.
    """

    source: str = column("Source that requested it.")
    unit: str = column("Unit of work.")
    request: str = column("URL with its parameters, or the file's name.")
    status: int = column("HTTP status; NULL for files.", nullable=True, ge=100, le=599)
    fetched_at: Annotated[pl.Datetime, "us", "UTC"] = column("When it was received, UTC.")
    etag: str = column("ETag of the answer.", nullable=True)
    sha256: str = column("SHA-256 of the payload.", str_matches=r"^[0-9a-f]{64}$")
    payload_bytes: int = count("Size of the payload before compression.", "By")
    is_synthetic: bool = column("Whether it came from the sandbox.")

    class Config:
        """Grain: source, unit and request."""

        unique = ["source", "unit", "request"]
