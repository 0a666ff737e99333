"""Files as publishers give them, known by their columns, as rows of the tables that they fill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ness_pipeline.errors import WrongUsage
from ness_pipeline.files.layouts import text_table
from ness_pipeline.files.publishers import iucn, owid, unsdg, worldbank
from ness_pipeline.files.publishers.published import OBSERVATION, Published
from ness_pipeline.files.raw import RawTable
from ness_pipeline.files.unpack import Unpacked

__all__ = ["Published", "read_published_table", "read_published_tables", "without_metadata"]

READERS: tuple[Callable[[RawTable], Published | None], ...] = (
    iucn.read_single,
    worldbank.read,
    unsdg.read,
    owid.read,
)
"""What reads a table of one publisher, and gives None for every other."""


def read_published_tables(content: Unpacked) -> Published | None:
    """A download of several tables; None for files that none of the publishers known here makes.

    Raises:
        SchemaDrift: a table or a column of it is missing.
    """
    if content.meta is not None or content.path in content.files:
        return None
    return iucn.read_export({file.name: _opener(file, content) for file in content.files}, content.path.name)


def read_published_table(raw: RawTable) -> Published | None:
    """A table of a publisher; None for tables that none of the publishers known here makes.

    Raises:
        SchemaDrift: its columns are not those that the publisher gives.
    """
    found = next((found for read in READERS if (found := read(raw)) is not None), None)
    if found is None or found.tables != (OBSERVATION,):
        return found
    return replace(found, first_row=raw.first_row)


def without_metadata(content: Unpacked) -> Unpacked:
    """The files without the tables about the data that the World Bank packs beside them.

    Raises:
        WrongUsage: there are no others.
    """
    data = tuple(file for file in content.files if not file.name.startswith(worldbank.BESIDE))
    if content.files and not data:
        raise WrongUsage(f"{content.path.name} explains a download of the World Bank and holds no values; load the file beside it, whose name begins with API_.")  # fmt: skip
    return replace(content, files=data)


def _opener(file: Path, content: Unpacked) -> Callable[[], RawTable]:
    return lambda: text_table(file, content)
