"""What a unit of work did not give while it gave the rest: noted in `ops.gap`, and its earlier rows stay."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb

from ness_pipeline.contract.batch import Lost
from ness_pipeline.contract.ddl import landed_table
from ness_pipeline.contract.dictionary import Table
from ness_pipeline.errors import SourceUnavailable
from ness_pipeline.landing.units import Unit
from ness_pipeline.sql import quote

_OF_UNIT = "source = ? AND unit_key = ?"


@dataclass(frozen=True)
class NotedGap:
    """A row of `ops.gap`, for whoever tells people of it.

    Attributes:
        text: what is missing and why.
        is_change: whether the publisher's answer is no longer understood.
        rows_from: when its rows that stay were fetched; None where it was never read.
    """

    text: str
    is_change: bool
    rows_from: dt.datetime | None


def noted_gaps(connection: duckdb.DuckDBPyConnection, unit: Unit) -> list[NotedGap]:
    """What the latest load of a unit lost."""
    query = (
        "SELECT what, reason, kind, max(rows_from) FROM ops.gap WHERE source = ? AND unit = ? GROUP BY ALL ORDER BY ALL"
    )
    found = connection.execute(query, [unit.source, unit.key]).fetchall()
    return [NotedGap(f"{what}: {reason}", kind == "changed", rows_from) for what, reason, kind, rows_from in found]


def rows_of(things: Sequence[Lost]) -> tuple[str, list[list[str | int]]]:
    """A condition on the rows of lost things, false where nothing is lost, and its parameters in their order."""
    conditions = ["false"]
    parameters: list[list[str | int]] = []
    for lost in things:
        conditions.append(" AND ".join(f"list_contains(?, {quote(name)})" for name in lost.where) or "false")
        parameters += [[value] if isinstance(value, str) else list(value) for value in lost.where.values()]
    return " OR ".join(f"({one})" for one in conditions), parameters


def gaps_of(
    connection: duckdb.DuckDBPyConnection, table: Table, things: Sequence[Lost], unit: Unit, now: dt.datetime
) -> Iterator[dict[str, object]]:
    """Rows of `ops.gap` for lost things, each with the number and the age of its earlier rows, which stay.

    Args:
        connection: the build database, in which the unit's earlier rows still are.
        table: table that the rows would be in.
        things: what was lost.
        unit: the unit of work.
        now: the time, UTC.
    """
    landed, _ = landed_table(table)
    of_unit = [unit.source, unit.key]
    loaded = "SELECT max(extracted_at) FROM ops.load WHERE source = ? AND unit = ? AND status = 'loaded'"
    ((latest,),) = connection.execute(loaded, of_unit).fetchall()
    noted = "SELECT what, rows_from FROM ops.gap WHERE source = ? AND unit = ? AND table_name = ?"
    before = dict(connection.execute(noted, [*of_unit, table.name]).fetchall())
    for lost in {one.what: one for one in things}.values():
        condition, values = rows_of([lost])
        count = f"SELECT count(*) FROM {quote(landed)} WHERE {_OF_UNIT} AND ({condition})"
        ((kept,),) = connection.execute(count, [*of_unit, *values]).fetchall()
        yield {
            "source": unit.source,
            "unit": unit.key,
            "table_name": table.name,
            "what": lost.what,
            "reason": lost.why,
            "kind": "changed" if lost.is_change else "not_given",
            "rows_kept": kept,
            "rows_from": before.get(lost.what, latest),
            "noted_at": now,
        }


def shrunk(
    connection: duckdb.DuckDBPyConnection, table: Table, stage: str, unit: Unit, things: Sequence[Lost]
) -> Iterator[Lost]:
    """Series that have less than half of the rows that they had in the years asked for, and treaties that a country has left.

    Publishers cut an answer more often than they take a series back, and countries do not leave these treaties.

    Args:
        connection: the build database, in which the unit's earlier rows still are.
        table: table of the rows.
        stage: temporary table of the rows that were read.
        unit: the unit of work.
        things: what is lost already; a row of it is not missing a second time.
    """
    landed, _ = landed_table(table)
    of_unit = [unit.source, unit.key]
    by_itself = Counter(
        str(*one.where["series_code"]) for one in things if len(one.where) > 1 and "series_code" in one.where
    )
    meant = "if it is right, run again with --accept-change"
    if table.short_name == "indicator_observation":
        query = (
            f"SELECT series_code, before.n, coalesce(now.n, 0) AS n FROM (SELECT series_code, count(*) AS n FROM {quote(landed)} "
            f"WHERE {_OF_UNIT} AND year BETWEEN ? AND ? GROUP BY series_code) AS before "
            f"LEFT JOIN (SELECT series_code, count(*) AS n FROM {stage} GROUP BY series_code) AS now USING (series_code) "
            "ORDER BY series_code"
        )
        span = [unit.years.first, unit.years.last]
        for code, before, now in connection.execute(query, [*of_unit, *span]).fetchall():
            if now + by_itself[code] < before / 2:
                why = f"It has {now:,} rows where it had {before:,}; {meant}."
                yield Lost(f"series {code}", why, {"series_code": code})
    if table.short_name == "treaty_party":
        query = (
            f"SELECT country_code, treaty, before.status FROM {quote(landed)} AS before JOIN {stage} AS now USING (country_code, treaty) "
            f"WHERE before.source = ? AND before.unit_key = ? AND now.status = 'not_party' AND before.status <> 'not_party' ORDER BY ALL"
        )
        for country, treaty, status in connection.execute(query, of_unit).fetchall():
            why = f"The country was {status.replace('_', ' ')} and is said to have nothing to do with the treaty; {meant}."
            yield Lost(f"{treaty} of {country}", why, {"country_code": country, "treaty": treaty})


def expect_rows(connection: duckdb.DuckDBPyConnection, tables: Sequence[Table], unit: Unit, received: int) -> None:
    """Be sure that a unit which had rows has some again.

    Raises:
        SourceUnavailable: it has none, as when a publisher answers with an empty list.
    """
    if received:
        return
    earlier = 0
    for table in tables:
        landed, _ = landed_table(table)
        query = f"SELECT count(*) FROM {quote(landed)} WHERE {_OF_UNIT}"
        ((rows,),) = connection.execute(query, [unit.source, unit.key]).fetchall()
        earlier += rows
    if earlier:
        raise SourceUnavailable(
            f"{unit.name} gave no row where it gave {earlier:,} before, which stay; "
            "if it is right that there is nothing any more, run again with --accept-change."
        )
