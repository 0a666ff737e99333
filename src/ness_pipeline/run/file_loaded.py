"""What became of own files, from `ops`: for who loaded them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import duckdb

from ness_pipeline.build.load import Loaded
from ness_pipeline.landing.units import Unit
from ness_pipeline.run.idle_series import IdleSeries
from ness_pipeline.run.own_names import OwnNames
from ness_pipeline.sql import frame_of


@dataclass(frozen=True)
class Reason:
    """Why rows of a load were filtered out or refused.

    Attributes:
        rows: how many.
        column: the column that fails; None for rows as a whole.
        check: the check that they fail, or `filter`.
        examples: the most frequent cases in plain words, up to three, each with its first row where that is known, and its
            number of rows.
    """

    rows: int
    column: str | None
    check: str
    examples: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Displaced:
    """Rows that do not count, because of a load or in place of one; see `ops.displaced` for the words."""

    table_name: str
    reason: str
    source: str
    unit: str | None
    by_source: str
    by_unit: str
    rows: int
    by_rows: int | None
    species: int | None
    countries: str | None


@dataclass(frozen=True)
class FileLoaded:
    """What became of own files.

    Attributes:
        layout: what they turned out to be.
        source: their name in `source` columns.
        unit: their name in `unit` columns.
        results: what became of each table they fill; empty where everything was there already.
        reasons: why rows were filtered out or refused, most frequent first.
        unread: columns that are not read.
        replaced: names of earlier loads whose place they take.
        displaced: rows that do not count because of them, or of them.
        idle: series of theirs that feed no metric.
        names: how their species were found; None where they have none.
    """

    layout: str
    source: str
    unit: str
    results: list[Loaded] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    unread: tuple[str, ...] = ()
    replaced: list[str] = field(default_factory=list)
    displaced: list[Displaced] = field(default_factory=list)
    idle: list[IdleSeries] = field(default_factory=list)
    names: OwnNames | None = None


def reasons_of(build: duckdb.DuckDBPyConnection, unit: Unit, first_row: int | None) -> list[Reason]:
    """Why rows of a unit were filtered out or refused, most frequent first.

    Args:
        build: the build database.
        unit: the load.
        first_row: number of its first row as people count them in the file; None where its rows are not those of a file.
    """
    rows = build.execute(
        "WITH reason AS (SELECT column_name, check_name, concat('row ' || (min(row_number) + ?) || ': ', reason) AS reason, "
        "min(row_number) AS row_number, CAST(sum(records) AS BIGINT) AS records "
        "FROM (SELECT *, 1 AS records FROM ops.quarantine UNION ALL BY NAME SELECT *, 'filter' AS check_name FROM ops.left_out) AS row_or_filter "
        "WHERE source = ? AND unit = ? GROUP BY column_name, check_name, row_or_filter.reason) "
        "SELECT CAST(sum(records) AS BIGINT), column_name, check_name, "
        "list((reason, records) ORDER BY records DESC, row_number, reason)[:3] FROM reason GROUP BY ALL ORDER BY 1 DESC, 2, 3",
        [first_row, unit.source, unit.key],
    ).fetchall()
    return [Reason(number, column, check, tuple(map(tuple, cases))) for number, column, check, cases in rows]


def results_of(build: duckdb.DuckDBPyConnection, unit: Unit, run_id: str) -> list[Loaded]:
    """What became of each table that a load filled in a run, from `ops.load`."""
    columns = ", ".join(column.name for column in fields(Loaded))
    query = f"SELECT {columns} FROM ops.load WHERE run_id = ? AND source = ? AND unit = ? ORDER BY table_name DESC"
    return [Loaded(*row) for row in build.execute(query, [run_id, unit.source, unit.key]).fetchall()]


def displaced_by(build: duckdb.DuckDBPyConnection, unit: Unit) -> list[Displaced]:
    """Rows that do not count because of a load, and rows of it that do not."""
    query = "FROM ops.displaced WHERE reason <> 'replaced' AND ((by_source, by_unit) = ($1, $2) OR (source, unit) = ($1, $2)) ORDER BY ALL"
    every = [Displaced(**row) for row in frame_of(build, query, [unit.source, unit.key]).to_dicts()]
    # Two loads that contradict each other stand there twice, once from the view of each.
    ours = (unit.source, unit.key)
    return [one for one in every if one.reason != "contradiction" or (one.source, one.unit) == ours]
