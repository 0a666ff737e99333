"""The eco-security index of one year as the first page shows it: both ranges, coverage by weight, and ranks of states."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ness_pipeline.share.report.published import Published, Row
from ness_pipeline.share.report.wording import number

INDEX = "eco_security_index"
TABLE, RANKING = f"metrics.{INDEX}", "metrics.index_ranking"
STEMS = {INDEX: "index", "ecological_system": "ecological", "security_system": "security"}
"""The index and its halves, and the stem of the columns of their ranges."""


@dataclass(frozen=True)
class Ranking:
    """The states ranked by their index, year by year.

    Attributes:
        years: rows of `metrics.index_ranking` by year and country; empty where no state is ranked.
        rows: rows of `metrics.eco_security_index` by year and country.
    """

    years: dict[int, dict[str, Row]] = field(default_factory=dict)
    rows: dict[int, dict[str, Row]] = field(default_factory=dict)

    @classmethod
    def read(cls, published: Published) -> Ranking:
        """Read both tables; a file without them has no ranks."""
        return cls(_by_year(published.rows(RANKING)), _by_year(published.rows(TABLE)))

    @property
    def year(self) -> int | None:
        """The latest year in which states are ranked; None where none is."""
        return max(self.years, default=None)

    @property
    def ranked(self) -> dict[str, Row]:
        """The ranked states of that year, by code."""
        return {} if self.year is None else self.years[self.year]

    def row_of(self, country_code: str) -> Row | None:
        """The country's index of the year of the ranks; without ranks its latest index that may be quoted, or the latest."""
        if self.year is not None:
            return self.rows.get(self.year, {}).get(country_code)
        found = [rows[country_code] for _, rows in sorted(self.rows.items()) if country_code in rows]
        return next((row for row in reversed(found) if row.get("reportable")), found[-1] if found else None)


def _by_year(rows: Iterable[Row]) -> dict[int, dict[str, Row]]:
    found: dict[int, dict[str, Row]] = {}
    for row in rows:
        found.setdefault(row["year"], {})[row["country_code"]] = row
    return found


def choices_of(row: Row, metric: str = INDEX) -> str:
    """What other choices would make of the index or a half; nothing where that is not known."""
    return _ends(row, f"{STEMS[metric]}_range")


def worst_and_best_of(row: Row, metric: str = INDEX) -> str:
    """The index or a half with everything that is missing at its worst, and at its best; nothing where that is not known."""
    return _ends(row, f"{STEMS[metric]}_missing")


def coverage_column(metric: str = INDEX) -> str:
    """The column of `metrics.eco_security_index` with the coverage by weight of the index or a half."""
    return "coverage" if metric == INDEX else f"{STEMS[metric]}_coverage"


def doubt_in_words(row: Row, metric: str = INDEX) -> str:
    """Both ranges and the coverage of the index or a half, in sentences."""
    coverage = row.get(coverage_column(metric))
    texts = [
        ("Other choices", choices_of(row, metric)),
        ("Everything missing at its worst, and at its best", worst_and_best_of(row, metric)),
        ("Coverage by weight", "" if coverage is None else number(coverage, "share")),
    ]
    return " ".join(f"{label}: {text}." for label, text in texts if text)


def _ends(row: Row, name: str) -> str:
    low, high = row.get(f"{name}_low"), row.get(f"{name}_high")
    return "" if low is None or high is None else f"{number(low)} to {number(high)}"


def beside_values(metric: str, values: dict[str, list[list[Any]]], ranking: Ranking) -> Row:
    """What stands beside each value of the index or a half, and the year with which the index opens.

    Returns:
        `beside`: per country and year the value with everything missing at its worst and at its best, and the coverage by
        weight; for the index of a ranked state also its rank, best and worst rank. `opens`: the latest year in which
        states are ranked. `ranked`: the number of ranked states by year.
    """
    beside: dict[str, dict[int, list[Any]]] = defaultdict(dict)
    names = [f"{STEMS[metric]}_missing_low", f"{STEMS[metric]}_missing_high", coverage_column(metric)]
    for code, points in values.items():
        for point in points:
            row = ranking.rows.get(point[0], {}).get(code, {})
            place = ranking.years.get(point[0], {}).get(code) if metric == INDEX else None
            ranks = [place["rank"], place["best_rank"], place["worst_rank"]] if place else []
            beside[code][point[0]] = [*(short(row.get(name)) for name in names), *ranks]
    if metric != INDEX:
        return {"beside": beside}
    ranked = {year: len(rows) for year, rows in ranking.years.items()}
    return {"beside": beside, "opens": ranking.year, "ranked": ranked}


def short(value: float | None) -> float | int | None:
    """Six significant digits are more than any page shows."""
    if value is None:
        return None
    short = float(f"{value:.6g}")
    return int(short) if short.is_integer() else short
