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
    no_table,
)
from ness_pipeline.share.report.wording import label_of, number, reason_of

ORDER = 10
TITLE = "At a glance"
TABLE, PILLARS, COMPONENTS = "metrics.eco_security_index", "metrics.index_pillar", "metrics.index_component"
HALVES = {"ecological_system": "ecological", "security_system": "security"}
"""Column of each half, and the stem of its bounds and flags."""

SAME, EARLIER = "the measures of the latest year", "other measures, not comparable"
"""What the score of a year rests on."""

HEADLINES = (
    ("official_red_list_index", "all"),
    ("threatened_share", "mammals"),
    ("land_protected_pct", None),
    ("marine_protected_pct", None),
    ("treaties_joined_share", None),
    ("assessed_share", "fungi"),
)
"""Measures, with their group, that open a country page where they exist."""


def build(subject: Subject) -> Part:
    """The index with its range, both halves, their pillars, and up to six headline numbers."""
    rows = dated(subject.rows(TABLE))
    row = newest(rows, "eco_security_index") or (rows[-1] if rows else None)
    facts: dict[str, Any] = {"headlines": _headlines(subject), "index": None, "halves": [], "has_earlier": False}
    figures = {}
    missing = None
    if row is None:
        known = subject.shelf.published.has(TABLE)
        missing = (
            f"No measure of the index is known of {subject.country['country_name']}."
            if known
            else no_table("the index of both halves")
        )
    else:
        facts |= _index(subject, row)
        figures = _course(subject, rows, row.get("same_measures_since"))
        facts["has_earlier"] = any(one["measures"] == EARLIER for figure in figures.values() for one in figure.rows)
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


def _bar(label: str, value: float | None, row: Row, stem: str = "", reason: str | None = None) -> Row:
    """A score with what other choices and what the missing measures would make of it."""
    bar: Row = {"label": label, "value": value, "text": number(value), "description": ""}
    if value is None:
        bar["description"] = reason_of(reason)
    for name in ("range", "missing"):
        low, high = row.get(f"{stem}_{name}_low"), row.get(f"{stem}_{name}_high")
        is_known = value is not None and low is not None and high is not None
        bar[name] = {"low": low, "high": high, "ends": (number(low), number(high))} if is_known else None
    return bar


def _index(subject: Subject, row: Row) -> Row:
    value = row["eco_security_index"] if row.get("reportable", True) else None
    pillars = [pillar for pillar in subject.rows(PILLARS) if pillar["year"] == row["year"]]
    components = [component for component in subject.rows(COMPONENTS) if component["year"] == row["year"]]
    pillars.sort(key=lambda pillar: _position(subject, pillar=pillar["pillar"]))
    components.sort(
        key=lambda one: _position(subject, pillar=one["pillar"], metric=one["metric"], taxon_group=one["taxon_group"])
    )
    halves = []
    for half, stem in HALVES.items():
        score = row.get(half) if row.get(f"{stem}_reportable", True) else None
        bar = _bar(label_of(half), score, row, stem, row.get(f"{stem}_reason"))
        bar["pillars"] = [
            _bar(
                label_of(pillar["pillar"]),
                pillar["score"] if pillar["reportable"] else None,
                {},
                reason=pillar["reason"],
            )
            for pillar in pillars
            if pillar["half"] == half
        ]
        halves.append(bar)
    coverage = row.get("coverage")
    fungi = [
        component
        for component in components
        if component["pillar"] == "species" and component["taxon_group"] == "fungi"
    ]
    return {
        "index": _bar("Eco-security index", value, row, "index", row.get("reason")),
        "year": row["year"],
        "since": row.get("same_measures_since"),
        "is_state": bool(subject.country.get("un_membership")),
        "halves": halves,
        "has_pillars": bool(pillars),
        "coverage": None if coverage is None else number(coverage, "share"),
        "carried": None if row.get("carried_share") is None else number(row["carried_share"], "share"),
        "components": [_component(subject, component) for component in components],
        "fungi": fungi[0] if fungi else None,
    }


def _position(subject: Subject, **wanted: str | None) -> int:
    """The place of a pillar or a measure in the definition of the index; last where it is not in it."""
    rows = subject.edition.definition
    return next((row["position"] for row in rows if all(row[key] == wanted[key] for key in wanted)), len(rows))


def _component(subject: Subject, row: Row) -> Row:
    metric = row.get("value_metric") or row["metric"]  # another measure may stand in where the own one has no value
    about = subject.edition.metrics.get(metric, {})
    quoted = Quoted.of(row | {"metric": metric, "unit": about.get("unit", "")}, subject.edition.metrics)
    return {
        "pillar": label_of(row["pillar"]),
        "label": quoted.label,
        "group": subject.group_label(row["taxon_group"]) if row["taxon_group"] else "",
        "text": quoted.text,
        "year": row.get("value_year"),
        "score": number(row["score"] if row["reportable"] else None),
        "reason": quoted.reason,
    }


def _course(subject: Subject, rows: list[Row], since: int | None) -> dict[str, Figure]:
    drawn = [
        {
            "year": row["year"],
            "half": label_of(half),
            "value": row[half],
            "lower": row.get(f"{stem}_range_low"),
            "upper": row.get(f"{stem}_range_high"),
            "least": row.get(f"{stem}_missing_low"),
            "most": row.get(f"{stem}_missing_high"),
            "coverage": row.get(f"{stem}_coverage"),
            "measures": EARLIER if since and row["year"] < since else SAME,
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
        Cell("lower", "With other choices, from", "number"),
        Cell("upper", "to", "number"),
        Cell("least", "Everything missing at its worst", "number"),
        Cell("most", "at its best", "number"),
        Cell("coverage", "Coverage by weight", "share"),
        Cell("measures", "Rests on"),
    ]
    title = f"The two halves of {subject.country['country_name']} over the years"
    alt_text = (
        "Two lines, one per half, each with a band for what other choices would give; broken and pale in years that rest "
        "on other measures than the latest."
    )
    return {"course": Figure("course", title, "score from 0 (worst) to 1 (best)", alt_text, drawn, cells)}
