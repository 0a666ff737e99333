"""One module per publisher; each yields rows of contracts. The folder is the registry."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ness_pipeline.contract.batch import Batch
from ness_pipeline.landing.request import Fetch
from ness_pipeline.landing.units import Unit
from ness_pipeline.settings import Settings


@dataclass(frozen=True)
class Context:
    """Inputs of a source beside the requests of its own unit.

    Attributes:
        settings: the configuration; sources read `gbif_checklist` and nothing secret from it.
        world: fetch from the latest complete extraction of a world source named in `needs`.
    """

    settings: Settings
    world: Callable[[str], Fetch] = field(repr=False)


class Source(Protocol):
    """A publisher's table or tables, one unit of work at a time.

    `read` is a pure function of the payloads: while extracting, `fetch` sends the request and lands the answer;
    while loading, and offline, `fetch` reads from landing. Both must yield the same rows.
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
    """Days between changes of the publisher's data; older extractions are stale."""
    citations: tuple[tuple[str, str], ...]
    """Citations that the publisher requests, each with the licence as an SPDX name where there is one; `{release}` stands for the release that was read."""
    is_local: bool
    """Whether its rows come with this package and take part in every run."""
    is_redistributable: bool
    """Whether its rows may be passed on to others; an export leaves out the others."""
    requires: tuple[str, ...]
    """Required settings, such as `iucn_token`; a run leaves it out while one is missing."""

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


SAMPLE = "sample"
"""Name of the source that comes with the package and takes part in a run only when it is asked for."""


@functools.cache
def sources() -> dict[str, Source]:
    """All sources by name: every module of this package that has `SOURCES`."""
    by_name: dict[str, Source] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        for source in getattr(loaded, "SOURCES", ()):
            by_name[source.name] = source
    return by_name


def regular_sources() -> dict[str, Source]:
    """The sources that take part in every run: all but the sample of open data, which has to be asked for."""
    return {name: source for name, source in sources().items() if name != SAMPLE}
