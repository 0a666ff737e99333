"""What must hold before a publication, and what changes with it: the limits are stated in the contracts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ness_pipeline.contract.dictionary import Table, tables
from ness_pipeline.contract.measures import measures
from ness_pipeline.errors import AuditFailed
from ness_pipeline.publish.reading import as_published, first_whole
from ness_pipeline.schemas.vocabulary import BASES
from ness_pipeline.sql import literal, quote

HASHED_LAYERS = ("core", "metrics")
LAST = "last"
"""Name under which the publication that readers see is attached while the next one is audited."""


@dataclass(frozen=True)
class Change:
    """How one table differs from the last publication, over the countries that both have.

    Attributes:
        table_name: layer and table.
        rows_before: rows in the last publication.
        rows_after: rows now.
        added: rows whose key is new.
        removed: rows whose key is gone.
        changed: rows whose key stays and whose content does not.
        values_before: numbers that the last publication had, over all measures.
        withheld: numbers of them that have no value now.
        moved: numbers that moved by more than a quarter.
    """

    table_name: str
    rows_before: int
    rows_after: int
    added: int
    removed: int
    changed: int
    values_before: int
    withheld: int
    moved: int


def hashed_tables() -> list[Table]:
    """Tables whose rows make up the content hash, and whose changes are reported."""
    return [table for table in tables().values() if table.layer in HASHED_LAYERS and not table.is_view]


def audit(connection: duckdb.DuckDBPyConnection) -> None:
    """Check the warehouse by itself before anyone sees it.

    Raises:
        AuditFailed: the first rule that does not hold, with what breaks it.
    """
    for broken_rule, query in _rules():
        if (broken := connection.execute(query).fetchone()) is not None:
            case = ", ".join(str(value) for value in broken)
            message = f"Nothing was published, because {broken_rule} ({case}); the last publication stays, mend the cause and run again."
            raise AuditFailed(message)


def _rules() -> Iterator[tuple[str, str]]:
    yield (
        "rows are unaccounted for",
        "SELECT source, unit, table_name FROM ops.load WHERE received <> loaded + coalesce(left_out, 0) + quarantined LIMIT 1",
    )
    yield "there is no country with metrics", "SELECT 'no row' WHERE NOT EXISTS (FROM metrics.metric_value)"
    yield (
        "a country has metrics but no entry in core.country",
        "SELECT country_code FROM metrics.metric_value ANTI JOIN core.country USING (country_code) LIMIT 1",
    )
    yield (
        "two numbers have the same name",
        "SELECT country_code, metric, taxon_group, year FROM metrics.metric_value GROUP BY ALL HAVING count(*) > 1 LIMIT 1",
    )
    for table, column, measure in measures():
        reportable, reason = measure.reportable, measure.reason
        yield (
            f"{table.name}.{column.name} is withheld without a reason or reported with one",
            f"SELECT country_code FROM {table.name} WHERE {reportable} <> ({reason} IS NULL) LIMIT 1",
        )
        yield (
            f"{table.name}.{column.name} is reported without a value",
            f"SELECT country_code FROM {table.name} WHERE {reportable} AND {column.name} IS NULL LIMIT 1",
        )
        if measure.basis not in BASES:  # a column, which has the term row by row
            bases = ", ".join(literal(basis) for basis in measure.quotable)
            yield (
                f"{table.name}.{column.name} is reported on a basis that its contract does not quote",
                (
                    f"SELECT country_code, {measure.basis} FROM {table.name} "
                    f"WHERE {reportable} AND coalesce({measure.basis}, 'none') NOT IN ({bases}) LIMIT 1"
                ),
            )
    for table in hashed_tables():
        yield from _envelope(table)


def _envelope(table: Table) -> Iterator[tuple[str, str]]:
    """Rows per country and share of missing values, as the contract states them."""
    least, most = table.limits.rows_per_country
    if table.has("country_code"):
        yield (
            f"a country has fewer than {least} or more than {most:,} rows in {table.name}",
            (
                f"SELECT country_code, count(*) FROM {table.name} GROUP BY ALL "
                f"HAVING count(*) NOT BETWEEN {least} AND {most} ORDER BY ALL LIMIT 1"
            ),
        )
    for column, share in table.limits.missing_share.items():
        yield (
            f"more than {share:.0%} of {table.name}.{column} is missing",
            (
                f"SELECT avg(({column} IS NULL)::DOUBLE)::DECIMAL(5,3) AS missing FROM {table.name} "
                f"HAVING count(*) >= {table.limits.fewest} AND avg(({column} IS NULL)::DOUBLE) > {share}"
            ),
        )


@contextmanager
def last_publication(connection: duckdb.DuckDBPyConnection, publications: Iterable[Path]) -> Iterator[bool]:
    """The first of some publications that can be read, attached read-only as `last` while the block runs; False without one."""
    if (file := first_whole(publications)) is None:
        yield False
        return
    as_published(file, lambda path: connection.execute(f"ATTACH {literal(path)} AS {LAST} (READ_ONLY)"))
    try:
        yield True
    finally:
        connection.execute(f"DETACH {LAST}")


def countries_there(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Countries of the attached last publication."""
    tables = ("core.country", "metrics.metric_value")
    selects = " UNION ".join(f"SELECT country_code FROM {LAST}.{table}" for table in tables)
    return [code for (code,) in connection.execute(f"{selects} ORDER BY 1").fetchall()]


def lost_countries(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Countries of the last publication that the next one would not have."""
    rows = connection.execute(
        f"SELECT DISTINCT country_code FROM {LAST}.metrics.metric_value "
        "ANTI JOIN metrics.metric_value USING (country_code) ORDER BY 1"
    ).fetchall()
    return [code for (code,) in rows]


def changes(connection: duckdb.DuckDBPyConnection) -> list[Change]:
    """How every table differs from the last publication; tables that it does not have are left out."""
    all_changes = []
    for table in hashed_tables():
        rows = connection.execute(
            "SELECT column_name, data_type FROM duckdb_columns() "
            "WHERE database_name = ? AND schema_name = ? AND table_name = ?",
            [LAST, table.layer, table.short_name],
        ).fetchall()
        there = dict(rows)
        if there and all(name in there for name in table.grain):
            shared = [column.name for column in table.columns if there.get(column.name) == column.sql_type]
            all_changes.append(_change(connection, table, shared))
    return all_changes


def _change(connection: duckdb.DuckDBPyConnection, table: Table, shared: list[str]) -> Change:
    key = ", ".join(quote(name) for name in table.grain)
    doubles = {column.name for column in table.columns if column.sql_type == "DOUBLE"}
    content = ", ".join(f"printf('%.12g', {quote(n)} + 0.0)" if n in doubles else quote(n) for n in shared)
    numbers = [column.name for column in table.measures if column.name in shared]
    both = f"WHERE country_code IN (SELECT country_code FROM {LAST}.{table.name} INTERSECT SELECT country_code FROM {table.name})"
    scope = both if table.has("country_code") else ""
    side = f"SELECT hash({key}) AS key, hash({content}) AS content, [{', '.join(f'{quote(n)}::DOUBLE' for n in numbers)}]::DOUBLE[] AS numbers"
    pair = "list_zip(b.numbers, a.numbers)"
    row = connection.execute(
        f"WITH b AS ({side} FROM {LAST}.{table.name} {scope}), a AS ({side} FROM {table.name} {scope}) "
        "SELECT count(b.key), count(a.key), count(*) FILTER (b.key IS NULL), count(*) FILTER (a.key IS NULL), "
        "count(*) FILTER (a.content <> b.content), "
        f"{_sum(f'list_filter({pair}, lambda p: p[1] IS NOT NULL)')}, "
        f"{_sum(f'list_filter({pair}, lambda p: p[1] IS NOT NULL AND p[2] IS NULL)')}, "
        f"{_sum(f'list_filter({pair}, lambda p: abs(p[2] - p[1]) > 0.25 * greatest(abs(p[1]), abs(p[2])))')} "
        "FROM b FULL JOIN a USING (key)"
    ).fetchone()
    assert row is not None  # noqa: S101  (an aggregate always has one row)
    return Change(table.name, *(int(value) for value in row))


def _sum(pairs: str) -> str:
    """Length of a list summed over the rows that both sides have."""
    return f"coalesce(sum(len({pairs})) FILTER (a.key IS NOT NULL AND b.key IS NOT NULL), 0)"


def lost_own_rows(connection: duckdb.DuckDBPyConnection) -> str | None:
    """What own rows of the last publication the next one would not have any more, as a phrase; None where all are explained.

    A source of own rows that has none left in a table is explained where a load of it still counts: its rows then give way to
    others, or are part of theirs (`ops.displaced` and `ops.set_aside` say so); or where another load took its place.
    """
    for table in tables().values():
        if not table.is_landed or not _has_source(connection, table):
            continue
        row = connection.execute(
            f"SELECT source, count(*) FROM {LAST}.{table.name} WHERE source LIKE 'file:%' "
            f"AND source NOT IN (SELECT DISTINCT source FROM {table.name}) "
            "AND source NOT IN (SELECT source FROM ops.own_load) "
            "AND source NOT IN (SELECT source FROM ops.displaced WHERE reason = 'replaced') "
            "GROUP BY source ORDER BY source LIMIT 1"
        ).fetchone()
        if row is not None:
            return f"all {row[1]:,} rows of {row[0]} in {table.name}"
    return None


def _has_source(connection: duckdb.DuckDBPyConnection, table: Table) -> bool:
    """Whether the last publication has the table with its column `source`."""
    query = "FROM duckdb_columns() WHERE (database_name, schema_name, table_name, column_name) = (?, ?, ?, 'source')"
    return bool(connection.execute(query, [LAST, table.layer, table.short_name]).fetchall())


def excess(change: Change) -> str | None:
    """What of a change lies beyond the limits of the table's contract, None when nothing does."""
    limits = tables()[change.table_name].limits
    if change.rows_before >= limits.fewest and change.removed > limits.rows_lost_share * change.rows_before:
        return f"{change.table_name} would lose {change.removed:,} of {change.rows_before:,} rows"
    if change.values_before < limits.fewest:
        return None
    if change.withheld > limits.withheld_share * change.values_before:
        return f"{change.table_name} would withhold {change.withheld:,} of {change.values_before:,} numbers that it had"
    if change.moved > limits.moved_share * change.values_before:
        return f"{change.table_name} would move {change.moved:,} of {change.values_before:,} numbers by more than a quarter"
    return None
