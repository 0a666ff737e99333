"""The table of countries on the first page: headline measures, states in the order of their index, then territories."""

from __future__ import annotations

import math
from typing import Any

from ness_pipeline.share.report.index_rows import (
    INDEX,
    STEMS,
    Ranking,
    choices_of,
    coverage_column,
    doubt_in_words,
    worst_and_best_of,
)
from ness_pipeline.share.report.published import Edition, Row, Shelf
from ness_pipeline.share.report.wording import MISSING, NO_DATA, kind_of, missing_of, number, reason_of

COLUMNS: dict[str, tuple[tuple[str, str | None], ...]] = {
    "Index": ((INDEX, None),),
    "Ecological half": (("ecological_system", None),),
    "Security half": (("security_system", None),),
    "Red List Index": (("red_list_index", "all"), ("official_red_list_index", "all")),
    "Land protected": (("land_protected_pct", None),),
    "Sea protected": (("marine_protected_pct", None),),
    "Treaties joined": (("treaties_joined_share", None),),
}
"""Headings of the table of countries, where any country has a value, and their measures with group: the first that has one."""

BESIDE_THE_INDEX = {
    "Other choices": "What the index would be with other measures, weights or goalposts: nine in ten such choices lie within",
    "Everything missing": "What the index would be with everything that is missing at its worst, and at its best",
    "Coverage by weight": "Share of the weight of the index's measures that has a value",
}
"""Headings of the columns that always stand beside the index, and what they hold."""


def table_of_countries(edition: Edition, shelf: Shelf, ranking: Ranking) -> tuple[list[Row], list[Row]]:
    """Columns and lines of the table: the index of the year of the ranks, and the latest value of other headline measures.

    States with a rank come first by their rank, then states without one and territories by name.
    """
    latest = {
        code: {(row["metric"], row["taxon_group"]): row for row in shelf.latest(code)} for code in edition.countries
    }
    columns: list[Row] = []
    for label, keys in COLUMNS.items():
        known = [key for key in keys if any(rows.get(key, {}).get("reportable") for rows in latest.values())]
        if not known:
            continue
        about = edition.metrics[known[0][0]]
        kind = kind_of(known[0][0], about["unit"])
        columns.append({"keys": keys, "label": label, "description": about["description"], "kind": kind})
        if label == "Index":
            columns += [
                {"keys": (), "label": name, "description": description, "kind": None}
                for name, description in BESIDE_THE_INDEX.items()
            ]
    lines: list[Row] = []
    for code, country in edition.countries.items():
        row = ranking.row_of(code)
        place = ranking.ranked.get(code)
        cells = []
        for column in columns:
            if column["label"] in BESIDE_THE_INDEX:
                continue
            metric = column["keys"][0][0]
            cells.append(_score(row, metric) if metric in STEMS else _cell(latest[code], column))
            if column["label"] == "Index":
                cells += _beside_the_index(row)
        lines.append({"country": country, "place": place, "rank": place["rank"] if place else None, "cells": cells})
    if ranking.ranked:
        lines.sort(key=lambda line: (line["rank"] or math.inf, line["country"].get("un_membership") is None))
    return columns, lines


def _text(value: Any, text: str, *, year: int | None = None, why: str = "", more: str = "") -> Row:
    """A cell: what it sorts by, its text, its year, the reason why there is no number, and what a pointer shows."""
    return {"value": value, "text": text, "year": year, "why": why, "more": more}


def _score(row: Row | None, metric: str) -> Row:
    """The index or a half of one year, or the reason why it may not be quoted."""
    if row is None:
        return _text(None, missing_of(None), why=reason_of(NO_DATA[0]))
    stem = "" if metric == INDEX else f"{STEMS[metric]}_"
    if not row.get(f"{stem}reportable") or row.get(metric) is None:
        reason = row.get(f"{stem}reason")
        return _text(None, missing_of(reason), why=reason_of(reason))
    return _text(row[metric], number(row[metric]), year=row["year"], more=doubt_in_words(row, metric))


def _beside_the_index(row: Row | None) -> list[Row]:
    """Both ranges of an index that may be quoted, and the coverage, which stands without an index too."""
    if row is None:
        return [_text(None, MISSING) for _ in BESIDE_THE_INDEX]
    ranges = [("range", choices_of(row)), ("missing", worst_and_best_of(row))]
    has_index = row.get("reportable") and row.get(INDEX) is not None
    cells = [
        _text(row[f"index_{name}_low"], text) if has_index and text else _text(None, MISSING) for name, text in ranges
    ]
    coverage = row.get(coverage_column())
    return [*cells, _text(coverage, number(coverage, "share"))]


def _cell(rows: dict[tuple[str, str | None], Row], column: Row) -> Row:
    """The latest value of a measure with its year, or the reason why there is none."""
    found = [rows[key] for key in column["keys"] if key in rows]
    row = next((row for row in found if row["reportable"]), found[-1] if found else None)
    if row is None:
        return _text(None, missing_of(None), why=reason_of(NO_DATA[0]))
    if not row["reportable"]:
        return _text(None, missing_of(row["reason"]), why=reason_of(row["reason"]))
    return _text(row["value"], number(row["value"], column["kind"]), year=row["year"])
