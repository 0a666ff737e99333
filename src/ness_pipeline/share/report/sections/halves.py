"""The two halves and their pillars at a glance, and the headline numbers beside them."""

from __future__ import annotations

from typing import Any

from ness_pipeline.share.report.published import Row
from ness_pipeline.share.report.sections.base import (
    Cell,
    Figure,
    Part,
    Quoted,
    Subject,
    dated,
    newest,
    no_rows,
    no_table,
)
from ness_pipeline.share.report.wording import label_of, number, reason_of

ORDER = 10
TITLE = "At a glance"
TABLE, PILLARS, COMPONENTS = "metrics.eco_security_index", "metrics.index_pillar", "metrics.index_component"
HALVES = {"ecological_system": "ecological", "security_system": "security"}
"""Column of each half, and the stem of its bounds and flags."""

HEADLINES = (
    ("official_red_list_index", "all"),
    ("threatened_share", "mammals"),
    ("land_protected_pct", None),
    ("marine_protected_pct", None),
    ("treaties_in_force", None),
    ("assessed_share", "fungi"),
)
"""Measures, with their group, that open a country page where they exist."""


def build(subject: Subject) -> Part:
    """The index with its range, both halves, their pillars, and up to six headline numbers."""
    rows = dated(subject.rows(TABLE))
    row = newest(rows, "eco_security_index") or (rows[-1] if rows else None)
    facts: dict[str, Any] = {"headlines": _headlines(subject), "index": None, "halves": []}
    figures = {}
    missing = None
    if row is None:
        known = subject.shelf.published.has(TABLE)
        missing = (
            no_rows("the index", subject.country["country_name"]) if known else no_table("the index of both halves")
        )
    else:
        facts |= _index(subject, row)
        figures = _course(subject, rows)
    return Part("halves", TITLE, missing, figures, facts)


def _headlines(subject: Subject) -> list[Quoted]:
    latest = {(row["metric"], row["taxon_group"]): row for row in subject.latest()}
    quotes = []
    for metric, group in HEADLINES:
        row = latest.get((metric, group)) or latest.get((metric, None))
        if row is not None:
            label = subject.group_label(row["taxon_group"]) if row["taxon_group"] else None
            quotes.append(Quoted.of(row, subject.edition.metrics, label))
    return quotes


def _bar(
    label: str, value: float | None, lower: float | None = None, upper: float | None = None, reason: str | None = None
) -> Row:
    has_bounds = value is not None and lower is not None and upper is not None
    return {
        "label": label,
        "value": value,
        "text": number(value),
        "lower": lower if has_bounds else None,
        "upper": upper if has_bounds else None,
        "range": f"{number(lower)} to {number(upper)}" if has_bounds else None,
        "description": reason_of(reason) if value is None else "",
    }


def _index(subject: Subject, row: Row) -> Row:
    value = row["eco_security_index"] if row.get("reportable", True) else None
    pillars = [pillar for pillar in subject.rows(PILLARS) if pillar["year"] == row["year"]]
    halves = []
    for half, stem in HALVES.items():
        score = row.get(half) if row.get(f"{stem}_reportable", True) else None
        bar = _bar(
            label_of(half),
            score,
            row.get(f"{stem}_range_low"),
            row.get(f"{stem}_range_high"),
            row.get(f"{stem}_reason"),
        )
        bar["pillars"] = [
            _bar(label_of(pillar["pillar"]), pillar["score"] if pillar["reportable"] else None, reason=pillar["reason"])
            for pillar in pillars
            if pillar["half"] == half
        ]
        halves.append(bar)
    coverage = row.get("coverage")
    return {
        "index": _bar(
            "Eco-security index", value, row.get("index_range_low"), row.get("index_range_high"), row.get("reason")
        ),
        "year": row["year"],
        "halves": halves,
        "has_pillars": bool(pillars),
        "coverage": None if coverage is None else number(coverage, "share"),
        "carried": None if row.get("carried_share") is None else number(row["carried_share"], "share"),
        "components": [
            _component(subject, component) for component in subject.rows(COMPONENTS) if component["year"] == row["year"]
        ],
    }


def _component(subject: Subject, row: Row) -> Row:
    about = subject.edition.metrics.get(row["metric"], {})
    quoted = Quoted.of(row | {"unit": about.get("unit", "")}, subject.edition.metrics)
    return {
        "pillar": label_of(row["pillar"]),
        "label": quoted.label,
        "group": subject.group_label(row["taxon_group"]) if row["taxon_group"] else "",
        "text": quoted.text,
        "year": row.get("value_year"),
        "score": number(row["score"] if row["reportable"] else None),
        "reason": quoted.reason,
    }


def _course(subject: Subject, rows: list[Row]) -> dict[str, Figure]:
    drawn = [
        {
            "year": row["year"],
            "half": label_of(half),
            "value": row[half],
            "lower": row.get(f"{stem}_range_low"),
            "upper": row.get(f"{stem}_range_high"),
        }
        for row in rows
        for half, stem in HALVES.items()
        if row.get(half) is not None and row.get(f"{stem}_reportable", True)
    ]
    if len({row["year"] for row in drawn}) < 2:  # noqa: PLR2004  a line needs two points
        return {}
    cells = [
        Cell("year", "Year", "year"),
        Cell("half", "Half"),
        Cell("value", "Score", "number"),
        Cell("lower", "Lower", "number"),
        Cell("upper", "Upper", "number"),
    ]
    title = f"The two halves of {subject.country['country_name']} over the years"
    alt_text = "Two lines, one per half, each with a band for its range."
    return {"course": Figure("course", title, "score from 0 (worst) to 1 (best)", alt_text, drawn, cells)}
