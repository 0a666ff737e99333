"""The two halves and their pillars at a glance, and the headline numbers beside them."""

from __future__ import annotations

from ness_pipeline.report.published import Row
from ness_pipeline.report.sections.base import Asked, Figure, Cell, Part, Quoted, dated, newest, no_rows, no_table
from ness_pipeline.report.wording import kind_of, label_of, number

ORDER = 10
TITLE = "At a glance"
TABLE = "metrics.eco_security_index"
HALVES = ("ecological_system", "security_system")

HEADLINES = (
    ("red_list_index", "all"), ("threatened_share", "mammals"), ("land_protected_pct", None),
    ("marine_protected_pct", None), ("treaties_in_force", None), ("assessed_share", "fungi"),
)  # fmt: skip
"""Measures, with their group, that open a country page where they exist."""


def build(asked: Asked) -> Part:
    """The index with its range, both halves, their pillars, and up to six headline numbers."""
    rows = asked.rows(TABLE)
    row = newest(rows, "eco_security_index") or (dated(rows) or rows or [None])[-1]
    facts = {"headlines": _headlines(asked), "index": None, "halves": [], "pillars": []}
    if row is not None:
        facts |= _index(asked, row)
    missing = None
    if row is None:
        known = asked.shelf.published.has(TABLE)
        missing = no_rows("the index", asked.country["country_name"]) if known else no_table("the index of both halves")
    return Part("halves", TITLE, missing, _figures(rows), facts)


def _headlines(asked: Asked) -> list[Quoted]:
    latest = {(row["metric"], row["taxon_group"]): row for row in asked.latest()}
    found = []
    for metric, group in HEADLINES:
        row = latest.get((metric, group)) or latest.get((metric, None))
        if row is not None:
            found.append(Quoted.of(row, asked.edition.metrics, asked.group_label(row["taxon_group"]) if row["taxon_group"] else None))
    return found


def _bar(name: str, row: Row, metrics: dict[str, Row]) -> dict[str, object]:
    value, lower, upper = row.get(name), row.get(f"{name}_lower"), row.get(f"{name}_upper")
    kind = kind_of(name, metrics.get(name, {}).get("unit", "1"))
    return {
        "label": label_of(name),
        "description": metrics.get(name, {}).get("description", ""),
        "value": value,
        "text": number(value, kind),
        "lower": lower,
        "upper": upper,
        "range": f"{number(lower, kind)} to {number(upper, kind)}" if lower is not None and upper is not None else None,
    }


def _index(asked: Asked, row: Row) -> dict[str, object]:
    metrics = asked.edition.metrics
    own = [name for name, about in metrics.items() if about["table_name"] == TABLE and name in row]
    pillars = [name for name in own if name not in {"eco_security_index", *HALVES, "coverage"}]
    lower, upper = row.get("index_lower"), row.get("index_upper")
    index = _bar("eco_security_index", row, metrics)
    index |= {"lower": lower, "upper": upper}
    index["range"] = f"{number(lower)} to {number(upper)}" if lower is not None and upper is not None else None
    coverage = row.get("coverage")
    return {
        "index": index,
        "year": row.get("year"),
        "halves": [_bar(name, row, metrics) for name in HALVES if name in row],
        "pillars": [_bar(name, row, metrics) for name in pillars],
        "coverage": None if coverage is None else number(coverage, "share"),
        "reason": row.get("reason"),
    }


def _figures(rows: list[Row]) -> dict[str, Figure]:
    drawn = [
        {"year": row["year"], "half": label_of(name), "value": row.get(name)}
        for row in dated(rows)
        for name in HALVES
        if row.get(name) is not None
    ]
    if len({row["year"] for row in drawn}) < 2:  # noqa: PLR2004  a line needs two points
        return {}
    cells = [Cell("year", "Year", "year"), Cell("half", "Half"), Cell("value", "Score, 0 to 1", "number")]
    says = "Two lines, one per half, over the years."
    return {"course": Figure("course", "The two halves over time", "score from 0 (worst) to 1 (best)", says, drawn, cells)}
