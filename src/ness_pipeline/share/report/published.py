"""The published file as the report reads it: a table that is absent has no rows, a column that is absent no value."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from ness_pipeline.contract.dictionary import tables
from ness_pipeline.share.licences import open_rows, restricted_sources

Row = dict[str, Any]

_KEPT = "SELECT * FROM metrics.metric_value WHERE reportable AND country_code IN (SELECT unnest($1))"

_LATEST = "SELECT * FROM metrics.metric_value WHERE country_code IN (SELECT unnest($1)) AND coalesce(taxon_group, 'all') IN ('all', 'animals', 'plants', 'fungi', 'mammals', 'birds', 'amphibians') QUALIFY row_number() OVER (PARTITION BY country_code, metric, taxon_group ORDER BY reportable DESC, coalesce(year, 9999) DESC) = 1 ORDER BY ALL"


def is_own(row: Row) -> bool:
    """Whether a row of `ops.citation` is about an own file."""
    return str(row["source"]).startswith("file:")


class Published:
    """One published file, read table by table.

    Args:
        connection: the open file, locked down.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        columns = defaultdict(list)
        for table, column in connection.execute(
            "SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns() WHERE NOT internal ORDER BY ALL"
        ).fetchall():
            columns[table].append(column)
        self._columns = dict(columns)
        self._kept_for: list[str] = []
        knows = self.has("ops.citation", "is_redistributable") and self.has("ops.load")
        self._restricted = restricted_sources(connection) if knows else ()

    def has(self, table: str, *columns: str) -> bool:
        """Whether the file has that table with those columns."""
        return table in self._columns and set(columns) <= set(self._columns[table])

    def rows(self, table: str, where: str = "true", bound: Sequence[object] = ()) -> list[Row]:
        """Rows of one table, sorted; none when the file has no such table."""
        if not self.has(table):
            return []
        return self.ask(f"SELECT * FROM {table} WHERE {where} ORDER BY ALL", bound)

    def open_rows(self, table: str, where: str = "true", bound: Sequence[object] = ()) -> list[Row]:
        """The same without rows that may not be passed on."""
        if not self.has(table, "source") or not self._restricted:
            return self.rows(table, where, bound)
        return self.ask(f"FROM ({open_rows(tables()[table], self._restricted)}) WHERE {where} ORDER BY ALL", bound)

    def keep(self, name: str, sql: str, bound: Sequence[object] = ()) -> None:
        """Create a temporary table in memory, for this connection alone, from the rows of a query."""
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}", list(bound))

    def values(self, metric: str, countries: list[str]) -> list[Row]:
        """Values of one measure that may be quoted, sorted.

        The long view is a union of all measures, and planning that takes longer than reading it; so it is read once for the
        given countries.
        """
        if self._kept_for != countries:
            self.keep("values_kept", _KEPT, [countries])
            self._kept_for = countries
        return self.ask("SELECT * FROM values_kept WHERE metric = $1 ORDER BY ALL", [metric])

    def ask(self, sql: str, bound: Sequence[object] = ()) -> list[Row]:
        """The rows of one query as dictionaries."""
        result = self._connection.execute(sql, list(bound))
        names = [description[0] for description in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


class Shelf:
    """The tables of a handful of countries, each read once and returned country by country.

    Args:
        published: the file.
        countries: codes of the countries whose rows are wanted.
    """

    def __init__(self, published: Published, countries: Sequence[str]) -> None:
        self.published = published
        self._countries = list(countries)
        self._read: dict[str, dict[str, list[Row]]] = {}

    def rows(self, table: str, country_code: str) -> list[Row]:
        """One country's rows of a table; none when the file has no such table."""
        if table not in self._read:
            by_country = defaultdict(list)
            if self.published.has(table, "country_code"):
                for row in self.published.open_rows(table, "country_code IN (SELECT unnest($1))", [self._countries]):
                    by_country[row["country_code"]].append(row)
            self._read[table] = by_country
        return self._read[table].get(country_code, [])

    def values(self, metric: str, country_code: str) -> list[Row]:
        """One country's values of one measure that may be quoted, all groups and years."""
        if metric not in self._read:
            by_country = defaultdict(list)
            if self.published.has("metrics.metric_value"):
                for row in self.published.values(metric, self._countries):
                    by_country[row["country_code"]].append(row)
            self._read[metric] = by_country
        return self._read[metric].get(country_code, [])

    def latest(self, country_code: str) -> list[Row]:
        """Per measure and broad group the latest value that may be quoted, or the latest one that may not."""
        if _LATEST not in self._read:
            by_country = defaultdict(list)
            if self.published.has("metrics.metric_value"):
                for row in self.published.ask(_LATEST, [self._countries]):
                    by_country[row["country_code"]].append(row)
            self._read[_LATEST] = by_country
        return self._read[_LATEST].get(country_code, [])


@dataclass(frozen=True)
class Edition:
    """The data that all pages of one report share.

    Attributes:
        publication: the row of `ops.publication` that the file holds last; None when it holds none.
        metrics: the catalogue `ops.metric` by measure.
        groups: labels of reporting groups, in their order.
        citations: what to cite, from `ops.citation`.
        countries: `core.country` rows of the countries with metrics, by code.
        written_at: when the report was written.
        gaps: units of work whose last load failed.
        definition: measures of the index from `metrics.index_definition`, in their order.
    """

    publication: Row | None
    metrics: dict[str, Row]
    groups: dict[str, Row]
    citations: list[Row]
    countries: dict[str, Row]
    written_at: dt.datetime
    gaps: list[Row] = field(default_factory=list)
    definition: list[Row] = field(default_factory=list)

    @property
    def is_synthetic(self) -> bool:
        """Whether any number comes from the sandbox; so it is said when the file does not say."""
        return self.publication is None or bool(self.publication["is_synthetic"])

    @property
    def sample_as_of(self) -> dt.date | None:
        """Day of the sample of open data, where some series are of it."""
        return self.publication.get("sample_as_of") if self.publication else None

    @property
    def mark(self) -> str:
        """What stands behind the title of each page: whether data are invented, or a sample."""
        if self.is_synthetic:
            return " (SYNTHETIC)"
        return " (sample of open data)" if self.sample_as_of else ""

    @classmethod
    def read(cls, published: Published, now: dt.datetime) -> Edition:
        """Read what all pages share."""
        publications = sorted(published.rows("ops.publication"), key=lambda row: row["published_at"])
        with_metrics = {
            row["country_code"]
            for row in published.ask("SELECT DISTINCT country_code FROM metrics.metric_value")
            if published.has("metrics.metric_value")
        }
        countries = {
            row["country_code"]: row for row in published.rows("core.country") if row["country_code"] in with_metrics
        }
        return cls(
            publication=publications[-1] if publications else None,
            metrics={row["metric"]: row for row in published.rows("ops.metric")},
            groups={row["taxon_group"]: row for row in published.rows("core.taxon_group")},
            citations=published.rows("ops.citation"),
            countries=dict(sorted(countries.items(), key=lambda item: item[1]["country_name"])),
            written_at=now,
            gaps=_gaps(published),
            definition=sorted(published.rows("metrics.index_definition"), key=lambda row: row["position"]),
        )


def _gaps(published: Published) -> list[Row]:
    """Units of work whose last load failed, and things that others did not give, and when that was noted."""
    if not published.has("ops.load", "status", "error", "loaded_at"):
        return []
    lost = (
        "SELECT DISTINCT source, unit, what || ': ' || reason AS error, noted_at AS loaded_at FROM ops.gap ORDER BY ALL"
        if published.has("ops.gap")
        else None
    )
    return [
        *(published.ask(lost) if lost else []),
        *published.ask(
            "SELECT source, unit, error, loaded_at FROM ops.load WHERE source NOT LIKE 'file:%' "
            "QUALIFY row_number() OVER (PARTITION BY source, unit ORDER BY loaded_at DESC) = 1 AND status = 'failed' "
            "ORDER BY source, unit"
        ),
    ]
