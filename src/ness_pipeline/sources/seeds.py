"""Facts without an API, dated and sourced row by row, as CSV files in `warehouse/seeds/`.

The folder is the registry: `<table>.csv` fills that table. Everything is read as text; the loader converts by contract,
so a malformed value is a quarantined row and not another type for its whole column.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import polars as pl

from ness_pipeline.contract.batch import Batch
from ness_pipeline.landing.request import Fetch
from ness_pipeline.landing.units import Unit
from ness_pipeline.paths import sql_folder
from ness_pipeline.sources import Context


def _files() -> list[Path]:
    return sorted(sql_folder("seeds").glob("*.csv"))


class Seeds:
    """The rows of every seed file."""

    name = "seeds"
    scope: Literal["world"] = "world"
    needs: tuple[str, ...] = ()
    cadence_days = 365
    citations = (("Compiled for ness-pipeline; every row names its own source.", "CC0-1.0"),)
    is_local = True
    is_redistributable = True
    requires: tuple[str, ...] = ()

    @property
    def tables(self) -> tuple[str, ...]:
        """Tables that have a seed file."""
        return tuple(file.stem for file in _files())

    def read(self, unit: Unit, fetch: Fetch, context: Context) -> Iterator[Batch]:  # noqa: ARG002 - needs no request
        """One batch per file."""
        for file in _files():
            yield Batch(file.stem, pl.read_csv(file, infer_schema=False, glob=False))

    def release(self, unit: Unit, fetch: Fetch) -> str | None:  # noqa: ARG002 - needs no request
        """None: they change with the package, whose version every run records."""
        return None


SOURCES = (Seeds(),)
