"""What `ness load` takes, as a list for people: each table with its columns, and each series that feeds a metric."""

from __future__ import annotations

from ness_pipeline.contract.dictionary import Column, Table, tables
from ness_pipeline.files import OCCURRENCES
from ness_pipeline.files.columns import FILLED_IN, INSTEAD, NAME, OPTIONS
from ness_pipeline.files.tables import loadable
from ness_pipeline.names.metric_series import SERIES

Listed = tuple[tuple[str, ...], list[tuple[str, ...]]]
"""Names of columns, and rows."""


def tables_in_words() -> Listed:
    """Each table that can be loaded, the columns that every row needs and those that it may have."""
    counted = (OCCURRENCES, "records in terms of Darwin Core, or a cube; any download of GBIF", "")
    return ("table", "needs", "may have"), [counted, *(_in_words(tables()[f"core.{name}"]) for name in loadable())]


def _in_words(table: Table) -> tuple[str, str, str]:
    """A table, the columns that it needs, and the others."""
    filled = FILLED_IN.get(table.short_name, ())
    columns = [column for column in table.columns if column.name != "source"]
    needed = [column for column in columns if not column.nullable and column.name not in filled]
    others = [column.name for column in columns if column not in needed]
    return table.short_name, ", ".join(map(_named, needed)), ", ".join(others)


def _named(column: Column) -> str:
    """A column, with the option that can give it for all rows, or the column that does instead."""
    instead = NAME if column.name in INSTEAD else OPTIONS.get(column.name)
    return f"{column.name} (or {instead})" if instead else column.name


def series_in_words() -> Listed:
    """Each series of `indicator_observation` that a metric reads: whose it is, its unit, what it is about and feeds."""
    names = ("series", "publisher", "unit", "about", "feeds")
    return names, [(one.code, one.publisher, one.unit.shown, one.title, ", ".join(one.feeds)) for one in SERIES]
