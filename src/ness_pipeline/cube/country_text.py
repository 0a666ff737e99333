"""The country column of records as SQL: its different texts are read once, and those that are no codes become codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import polars as pl

from ness_pipeline.cube.records import FileGroup
from ness_pipeline.cube.terms import CountryText
from ness_pipeline.names.column_names import COUNTRY_TERMS
from ness_pipeline.names.country_column import NA, NEVER_NA, CountryColumn, has_na
from ness_pipeline.sql import literal

Rows = Callable[[str], Iterable[pl.DataFrame]]
"""Gives the rows of a statement."""


def country_text(group: FileGroup, rows: Rows) -> CountryText | None:
    """The first column of the files that names countries; one that names none where there is no other; None without any."""
    found = None
    for term in COUNTRY_TERMS:
        column = group.terms.column(term)
        if column is None:
            continue
        different = f"SELECT DISTINCT {column.text} AS text FROM {group.relation} WHERE {column.text} IS NOT NULL"
        texts = [str(text) for frame in rows(different) for text in frame["text"]]
        meaning = CountryColumn.of(texts, writes_na=has_na(texts) and _writes_na(group, rows))
        read = CountryText(column.text, meaning)
        if meaning.is_understood:
            return read
        found = found or read
    return found


def _writes_na(group: FileGroup, rows: Rows) -> bool:
    """Whether the files write `NA` for missing values, by the columns in which it is never a value."""
    columns = [column for term in NEVER_NA if (column := group.terms.column(term)) and column.kind == "text"]
    if not columns:
        return False
    # Not trimmed: DuckDB answers an equality from dictionaries and bounds of parquet, a thousand times as fast.
    condition = " OR ".join(f"{column.text} = {literal(NA)}" for column in columns)
    return any(frame.height for frame in rows(f"SELECT 1 AS found FROM {group.relation} WHERE {condition} LIMIT 1"))
