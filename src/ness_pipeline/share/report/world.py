"""The contents of the world page: metrics to choose from with their values, the table of countries, coverage and changes."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from ness_pipeline.contract.dictionary import tables
from ness_pipeline.landing.own_loads import files_of
from ness_pipeline.share.citations import about_own
from ness_pipeline.share.report.country_table import COLUMNS
from ness_pipeline.share.report.index_rows import INDEX, STEMS, Ranking, beside_values, short
from ness_pipeline.share.report.published import Edition, Published, Row, Shelf, is_own
from ness_pipeline.share.report.sections import parts
from ness_pipeline.share.report.wording import (
    caution_of,
    day,
    doubt_of,
    kind_of,
    label_of,
    licence_of,
    number,
    quoted_with,
    range_of,
    reason_of,
    source_of,
    table_of,
    unit_of,
)
from ness_pipeline.sources.sample import sample_definition

GROUPS = ("all", "animals", "plants", "fungi", "mammals", "birds", "amphibians", "flowering_plants")
"""Reporting groups that the map offers, where a metric has groups."""

HALVES = {
    "both": "Both halves",
    "ecological_system": "Ecological system",
    "security_system": "Security system",
    None: "Others",
}
"""Half of a metric table in its contract to the heading of its metrics, in the order of the list."""

ENOUGH_STATES = 100
"""States with an index from which on the page opens with it; in a smaller publication, all of its states."""

CLASSES = 6
SKEWED = 8
"""From this many times the median on, equal steps would leave one class with nearly all countries."""


def metrics_of(edition: Edition) -> list[Row]:
    """Metrics to choose from: by half, then in the order of the country page, then by table."""
    return [
        {
            "metric": metric,
            "half": HALVES[_half_of(about["table_name"])],
            "label": label_of(metric),
            "unit": unit_of(metric, about["unit"]),
            "kind": kind_of(metric, about["unit"]),
            "better": about["better"],
            "quoted": quoted_with(metric, about["unit"]),
            "ends": range_of(metric),
            "doubt": doubt_of(metric),
            "caution": caution_of(metric),
            "of": "states" if metric == INDEX else "countries with a value",
            "is_index": metric == INDEX,
            "description": about["description"],
        }
        for metric, about in sorted(edition.metrics.items(), key=lambda item: _place_of(item[1]["table_name"]))
    ]


def _half_of(table_name: str) -> str | None:
    """The half of a metric table; None where its contract names none, or where it has no contract here."""
    table = tables().get(table_name)
    return table.half if table and table.half in HALVES else None


def _place_of(table_name: str) -> tuple[int, int, str]:
    """The place of a table's metrics in the list: half, part of the country page, name."""
    table = tables().get(table_name)
    order = {part.__name__.rpartition(".")[2]: int(part.ORDER) for part in parts()}
    last = max(order.values())
    section = order.get(table.section or "", last) if table else last
    return list(HALVES).index(_half_of(table_name)), section, table_name


def first_choice(metrics: Sequence[Row], states: int, ranked: int) -> str | None:
    """The measure that the page opens with: the index of many states, or else what most countries have a value of.

    The index is what the report is about, so it comes first even where another measure has more countries; an index of a few
    of the states would show an empty world. Among measures of equally many countries one of the table comes first.

    Args:
        metrics: the measures, each with its number of countries.
        states: states in the publication.
        ranked: states with an index in the year that the page opens with.
    """
    enough = max(1, min(ENOUGH_STATES, states))
    if ranked >= enough and any(row["metric"] == INDEX for row in metrics):
        return INDEX
    in_table = {metric for keys in COLUMNS.values() for metric, _ in keys}
    return max(metrics, key=lambda row: (row["countries"], row["metric"] in in_table), default={"metric": None})[
        "metric"
    ]


def breaks(values: Sequence[float]) -> list[float]:
    """Round limits between at most six classes, chosen over all years so that a colour means the same in each.

    Equal steps, unless a few countries are so far above the rest that all others would fall into the first class: then
    limits with about the same number of countries between them.
    """
    low, high = min(values, default=0.0), max(values, default=0.0)
    if high <= low:
        return []
    ranked = sorted(values)
    median = ranked[len(ranked) // 2]
    if low >= 0 and high > SKEWED * median and median > 0:
        picked = [ranked[len(ranked) * place // CLASSES] for place in range(1, CLASSES)]
        rounded = sorted({float(f"{value:.1e}") for value in picked})
        return [value for value in rounded if low < value <= high]
    step = _round_step((high - low) / (CLASSES - 1))
    first = math.floor(low / step) + 1
    edges = [float(f"{place * step:.9g}") for place in range(first, first + CLASSES)]
    return [edge for edge in edges if low < edge < high][: CLASSES - 1]


def _round_step(least: float) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that is not below `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= least * (1 - 1e-9))


def metric_files(published: Published, metrics: list[Row], ranking: Ranking) -> Iterator[tuple[str, str]]:
    """Name and text of one script per measure and group.

    Fills in each measure's `groups`, empty where it has no row, its `countries` with a value in the first of them, and the
    `heading` of its place in the list.
    """
    # The long view is a union of all measures; one query for each of them would take most of the time of the report.
    published.keep(
        "on_the_map",
        "SELECT metric, taxon_group, country_code, year, value, coalesce(lower, range_low) AS lower, "
        "coalesce(upper, range_high) AS upper, reportable, reason FROM metrics.metric_value "
        "WHERE coalesce(taxon_group, 'all') IN (SELECT unnest($1)) ORDER BY metric",
        [list(GROUPS)],
    )
    sql = "SELECT * EXCLUDE (metric) FROM on_the_map WHERE metric = $1 ORDER BY ALL"
    for metric in metrics:
        groups: dict[str, list[Row]] = defaultdict(list)
        for row in published.ask(sql, [metric["metric"]]):
            groups[row["taxon_group"] or ""].append(row)
        metric["groups"] = [group for group in ("", *GROUPS) if group in groups]
        first = groups[metric["groups"][0]] if metric["groups"] else []
        metric["countries"] = len({row["country_code"] for row in first if _has_value(row)})
        metric["heading"] = (
            metric["half"] if any(map(_has_value, chain(*groups.values()))) else "Without a value for the map"
        )
        for group in metric["groups"]:
            name = f"{metric['metric']}.{group or '-'}"
            data = _compact(groups[group])
            if metric["metric"] in STEMS:
                data |= beside_values(metric["metric"], data["values"], ranking)
            text = json.dumps(data, separators=(",", ":"), allow_nan=False)
            yield name, f"window.ness.receive({json.dumps(name)}, {text});\n"


def _has_value(row: Row) -> bool:
    return bool(row["reportable"]) and row["value"] is not None


def _compact(rows: list[Row]) -> Row:
    """Values as `[year, value, lower, upper]` per country, and the reason of countries without any."""
    values: dict[str, list[list[Any]]] = defaultdict(list)
    why: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: row["year"] if row["year"] is not None else math.inf):
        if _has_value(row):
            point = [row["year"], *(short(row[name]) for name in ("value", "lower", "upper"))]
            values[row["country_code"]].append(point[:2] if point[2:] == [None, None] else point)
        else:
            why[row["country_code"]] = row["reason"]
    numbers = [point[1] for points in values.values() for point in points]
    return {
        "years": sorted({point[0] for points in values.values() for point in points if point[0] is not None}),
        "breaks": breaks(numbers),
        "values": values,
        "why": {code: reason for code, reason in why.items() if code not in values},
    }


def coverage_of(edition: Edition, shelf: Shelf) -> list[Row]:
    """Per measure: countries with a value that may be quoted, the newest year, and the most frequent reason why not."""
    countries = len(edition.countries)
    with_value: dict[str, set[str]] = defaultdict(set)
    years: dict[str, int] = {}
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    for code in edition.countries:
        for row in shelf.latest(code):
            if row["reportable"]:
                with_value[row["metric"]].add(code)
                years[row["metric"]] = max(years.get(row["metric"], 0), row["year"] or 0)
            elif row["taxon_group"] in {None, "all"}:
                reasons[row["metric"]][row["reason"]] += 1
    return [
        {
            "label": metric["label"],
            "half": metric["half"],
            "countries": len(with_value[metric["metric"]]),
            "share": len(with_value[metric["metric"]]) / countries if countries else 0.0,
            "year": years.get(metric["metric"]) or None,
            "reason": reason_of(reasons[metric["metric"]].most_common(1)[0][0]) if reasons[metric["metric"]] else "",
        }
        for metric in metrics_of(edition)
    ]


def changes_of(published: Published, edition: Edition) -> Row:
    """The differences from the previous publication: sizes, and the values that moved where the file keeps them."""
    publications = sorted(published.rows("ops.publication"), key=lambda row: row["published_at"])
    before = publications[-2] if len(publications) > 1 else None
    latest = edition.publication
    return {
        "before": before,
        "latest": latest,
        "is_same": bool(before and latest and before["content_hash"] == latest["content_hash"]),
        "moved": _moved(published, edition),
        "day": day,
    }


def _moved(published: Published, edition: Edition) -> list[Row]:
    """Rows of `ops.change` that this publication brought and that say something; none without such a table."""
    if edition.publication is None or not published.has("ops.change", "publication_id"):
        return []
    rows = published.rows("ops.change", "publication_id = $1", [edition.publication["publication_id"]])
    counts = ("added", "removed", "changed", "withheld", "moved")
    return [
        {
            "label": table_of(row["table_name"].split(".")[-1]),
            "is_metric": row["table_name"].startswith("metrics."),
            "is_accepted": row["is_accepted"],
            "after": number(row["rows_after"], "count"),
            **{name: number(row[name], "count") for name in counts},
        }
        for row in rows
        if any(row[name] for name in counts)
    ]


def sources_of(edition: Edition) -> list[Row]:
    """Each source once: what to cite, its licence, first and last access."""
    by_source: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in edition.citations:
        by_source[row["source"], row["citation"]].append(row)
    return [
        {
            "source": source_of(source),
            "citation": citation,
            "about": about_own(
                citation, rows[0].get("publisher"), [files_of(row["unit"]) for row in rows if is_own(row)]
            ),
            "doi": rows[0]["doi"],
            "licence": licence_of(rows[0]["licence"]),
            "accessed": day(max(row["accessed_on"] for row in rows)),
            "passed_on": all(row.get("is_redistributable", True) for row in rows),
            "units": len(rows),
        }
        for (source, citation), rows in sorted(by_source.items())
    ]


def vintages_of(published: Published) -> list[Row]:
    """Publisher, vintage, countries and years of each series of official statistics in the file."""
    if not published.has("core.indicator_observation", "series_code", "publisher", "release"):
        return []
    titles = {series.series_code: series.title for series in sample_definition().series}
    rows = published.ask(
        "SELECT series_code, publisher, release, count(DISTINCT country_code) AS countries, min(year) AS first, "
        "max(year) AS last, count(*) AS count FROM core.indicator_observation WHERE value IS NOT NULL GROUP BY ALL ORDER BY ALL"
    )
    return [
        {
            "series": row["series_code"],
            "title": titles.get(row["series_code"], ""),
            "publisher": source_of(row["publisher"]),
            "vintage": row["release"] or "not stated",
            "years": str(row["first"]) if row["first"] == row["last"] else f"{row['first']} to {row['last']}",
            "countries": row["countries"],
            "count": row["count"],
        }
        for row in rows
    ]
