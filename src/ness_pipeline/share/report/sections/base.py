"""The types that the parts of a country page share: the country, figures with the table behind them, latest values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ness_pipeline.contract.dictionary import Table
from ness_pipeline.share.report.published import Edition, Row, Shelf
from ness_pipeline.share.report.wording import (
    Kind,
    basis_of,
    kind_of,
    label_of,
    missing_of,
    number,
    reason_of,
    table_of,
    unit_of,
)

LAND_AREA_SERIES = "AG.LND.TOTL.K2"


@dataclass(frozen=True)
class Subject:
    """One country and what is known of it.

    Attributes:
        country: its `core.country` row.
        shelf: the tables.
        edition: what all pages share.
    """

    country: Row
    shelf: Shelf
    edition: Edition

    @property
    def code(self) -> str:
        """ISO alpha-2 code."""
        return str(self.country["country_code"])

    @property
    def place(self) -> str:
        """What texts call the country, which may be a territory: an area whose status the report does not judge."""
        return "the country" if self.country.get("un_membership", "not told") else "the area"

    @property
    def land_area_year(self) -> int | None:
        """The latest year in which the World Bank gives the land area shown; None where that is not known."""
        area = self.country.get("land_area_km2")
        years = [
            row["year"]
            for row in self.rows("core.indicator_observation")
            if row["series_code"] == LAND_AREA_SERIES and area is not None and row["value"] == area
        ]
        return max(years, default=None)

    def rows(self, table: str) -> list[Row]:
        """The country's rows of a table, such as `metrics.red_list_index`."""
        return self.shelf.rows(table, self.code)

    def values(self, metric: str) -> list[Row]:
        """The values of one measure that may be quoted, all groups and years."""
        return self.shelf.values(metric, self.code)

    def latest(self) -> list[Row]:
        """The latest value of each measure."""
        return self.shelf.latest(self.code)

    def nothing_in(self, table: Table) -> str:
        """Why a table shows nothing: it is not published, or has no row on the country."""
        title = table_of(table.short_name).lower()
        if not self.shelf.published.has(table.name):
            return no_table(f"the table on {title}")
        return no_rows(title, self.country["country_name"])

    def group_label(self, group: str | None) -> str:
        """The name of a reporting group."""
        row = self.edition.groups.get(group or "")
        return str(row["label"]) if row else (group or "").replace("_", " ").capitalize()


@dataclass(frozen=True)
class Cell:
    """One column of the table behind a chart.

    Attributes:
        key: name in the rows.
        label: heading.
        kind: how values are written; None for text.
    """

    key: str
    label: str
    kind: Kind | None = None

    def text(self, row: Row) -> str:
        """The value of this column in a row as text."""
        value = row.get(self.key)
        return ("" if value is None else str(value)) if self.kind is None else number(value, self.kind)


@dataclass(frozen=True)
class Figure:
    """One chart with its words and the table behind it.

    Attributes:
        chart: name of the chart in `charts`.
        title: the subject, in words.
        unit: what the numbers count.
        says: what the picture shows, for those who do not see it.
        rows: what is drawn.
        cells: columns of the table.
        table: rows of the table, when they differ from what is drawn.
    """

    chart: str
    title: str
    unit: str
    says: str
    rows: Sequence[Row]
    cells: Sequence[Cell]
    table: Sequence[Row] | None = None

    @property
    def drawn(self) -> list[Row]:
        """The rows that the chart draws."""
        return list(self.rows)

    @property
    def lines(self) -> list[list[str]]:
        """The table as text."""
        return [[cell.text(row) for cell in self.cells] for row in (self.rows if self.table is None else self.table)]


@dataclass(frozen=True)
class Part:
    """One part of a page: what its template needs.

    Attributes:
        name: name of the module and the template.
        title: heading.
        missing: why there is nothing to show; None when there is.
        figures: the charts by name.
        facts: everything else the words need.
    """

    name: str
    title: str
    missing: str | None = None
    figures: dict[str, Figure] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Quoted:
    """One value ready to be quoted, or the reason why it must not be, and then the value as `weak`."""

    metric: str
    label: str
    text: str
    weak: str | None
    lower: str | None
    upper: str | None
    ends: str
    unit: str
    year: int | None
    group: str | None
    reportable: bool
    reason: str
    basis: str
    description: str
    share: float | None

    @classmethod
    def of(cls, row: Row, metrics: dict[str, Row], group: str | None = None) -> Quoted:
        """From a row of `metrics.metric_value`."""
        about = metrics.get(row["metric"], {})
        kind = kind_of(row["metric"], row["unit"])
        low, high, ends = row["lower"], row["upper"], "95 % interval"
        if low is None or high is None:
            low, high, ends = row.get("range_low"), row.get("range_high"), row.get("range_meaning") or ""
        has_bounds = low is not None and high is not None
        value = row["value"] if row["reportable"] else None
        is_weak = value is None and row["value"] is not None
        return cls(
            metric=row["metric"],
            label=label_of(row["metric"]),
            text=missing_of(row["reason"]) if value is None else number(value, kind),
            weak=number(row["value"], kind) if is_weak else None,
            lower=number(low, kind) if has_bounds else None,
            upper=number(high, kind) if has_bounds else None,
            ends=ends,
            unit=unit_of(row["metric"], row["unit"]),
            year=row["year"],
            group=group,
            reportable=bool(row["reportable"]),
            reason=reason_of(row["reason"]),
            basis=basis_of(row.get("basis")),
            description=about.get("description", ""),
            share=_length(value, row["unit"]),
        )


def _length(value: float | None, unit: str) -> float | None:
    """The filled share of a bar, for units with a lowest and a highest value; None for others."""
    if value is None or unit not in {"1", "%"}:
        return None
    return min(1.0, max(0.0, value / 100 if unit == "%" else value))


def dated(rows: Iterable[Row]) -> list[Row]:
    """Rows that belong to a year, oldest first."""
    return sorted((row for row in rows if row.get("year") is not None), key=lambda row: row["year"])


def newest(rows: Iterable[Row], column: str, reportable: str = "reportable") -> Row | None:
    """The latest row in which a column has a value that may be quoted."""
    usable = [row for row in rows if row.get(column) is not None and row.get(reportable, True)]
    return max(usable, key=lambda row: row.get("year") or 9999, default=None)


def no_table(topic: str) -> str:
    """The sentence shown where this publication has no such table."""
    return f"This publication does not hold {topic} yet."


def no_rows(topic: str, country: str) -> str:
    """The sentence shown where the table has no row on the country."""
    return f"No source has told us about {topic} in {country}."
