"""One module per publisher; each yields rows of contracts. The folder is the registry."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

import polars as pl

from ness_pipeline.http import Fetch
from ness_pipeline.scope import Years
from ness_pipeline.settings import Settings

WORLD = "world"
"""Key of the unit of work of a source that a publisher serves whole."""


@dataclass(frozen=True)
class Unit:
    """One unit of work: what is extracted, landed, loaded and retried as a whole.

    Attributes:
        source: name of the source.
        key: an ISO alpha-2 country code, or `world`.
        years: span of years asked for.
    """

    source: str
    key: str
    years: Years


@dataclass(frozen=True)
class Batch:
    """Rows for one table, as a source yields them.

    Attributes:
        table: table name without layer, such as `treaty_party`.
        frame: rows with the contract's column names; nullable columns and `source` may be left out; types are
            converted by the loader, which quarantines rows whose values do not convert.
        rejected: rows that the source itself refused, in the columns of `REJECTED`.
        left_out: records that a filter leaves out and of which only the number is kept, in the columns of `LEFT_OUT`.
        records: records behind `frame` where a row stands for several (a cube), so that received = loaded + left out +
            quarantined can be asserted in records; None means one record per row.
    """

    table: str
    frame: pl.DataFrame
    rejected: pl.DataFrame | None = None
    left_out: pl.DataFrame | None = None
    records: int | None = None


REJECTED: Mapping[str, pl.DataType] = {
    "row_number": pl.Int64(),
    "column_name": pl.String(),
    "check_name": pl.String(),
    "reason": pl.String(),
    "row": pl.String(),
}
"""Columns of refused rows: position, column, check, one-sentence reason, and the whole row as JSON."""
LEFT_OUT: Mapping[str, pl.DataType] = {
    "column_name": pl.String(),
    "reason": pl.String(),
    "records": pl.Int64(),
}
"""Columns of what filters leave out: the column looked at, a one-sentence reason, and the number of records."""


@dataclass(frozen=True)
class Context:
    """What a source may use besides the requests of its own unit.

    Attributes:
        settings: the configuration; sources read `gbif_checklist` and nothing secret from it.
        world: fetch from the latest complete extraction of a world source named in `needs`.
    """

    settings: Settings
    world: Callable[[str], Fetch] = field(repr=False)


class Source(Protocol):
    """A publisher's table or tables, one unit of work at a time.

    `read` is a pure function of the payloads: while extracting, `fetch` asks the publisher and lands the answer;
    while loading, and offline, `fetch` answers from landing. Both must yield the same rows.
    """

    name: str
    """Name in `source` columns and in landing, such as `gbif_country`."""
    scope: Literal["country", "world"]
    """Whether a unit is a country or the world."""
    tables: tuple[str, ...]
    """Tables, without layer, that a unit fills."""
    needs: tuple[str, ...]
    """World sources whose extraction must be complete before."""
    cadence_days: int
    """How often the publisher's data change; older extractions are stale."""
    citation: str
    """How the publisher asks to be cited; `{release}` stands for the release that was read."""
    licence: str
    """Licence of the data, as an SPDX name where there is one."""
    is_local: bool
    """Whether it needs no publisher: its rows come with this package."""
    is_redistributable: bool
    """Whether its rows may be passed on to others; an export leaves out what may not."""
    requires: tuple[str, ...]
    """Settings that it cannot do without, such as `iucn_token`; a run leaves it out while one is missing."""

    def read(self, unit: Unit, fetch: Fetch, context: Context) -> Iterator[Batch]:
        """Rows of one unit.

        Raises:
            SourceUnavailable: the publisher refused or contradicted itself.
            SchemaDrift: a field was renamed, removed or added.
        """
        ...

    def release(self, unit: Unit, fetch: Fetch) -> str | None:
        """The publisher's own name of the data's version, when it has one."""
        ...


@functools.cache
def sources() -> dict[str, Source]:
    """All sources by name: every module of this package that has `SOURCES`."""
    found: dict[str, Source] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        for source in getattr(loaded, "SOURCES", ()):
            found[source.name] = source
    return found
