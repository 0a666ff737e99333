"""What threatens its species: the score that would be won if a threat ended, by threat."""

from __future__ import annotations

from ness_pipeline.report.published import Row
from ness_pipeline.report.sections.base import Asked, Cell, Figure, Part, no_rows, no_table
from ness_pipeline.report.wording import number, reason_of

ORDER = 70
TITLE = "What threatens them"
TABLE = "metrics.threat_abatement"
MOST = 15
"""Threats that are drawn; the table has all."""


def build(asked: Asked) -> Part:
    """The STAR threat-abatement score by threat, highest first."""
    rows = asked.rows(TABLE)
    name = asked.country["country_name"]
    score = _score_column(asked, rows)
    if not rows or score is None:
        known = asked.shelf.published.has(TABLE)
        return Part("threats", TITLE, no_rows("threats to species", name) if known else no_table("threats to species"))
    widest = [row for row in rows if row.get("taxon_group") in {None, "all"}] or rows
    quoted = [row for row in widest if row.get(score) is not None and row.get("reportable", True)]
    single = [row for row in quoted if not _is_total(row)]
    table = sorted(
        ({"threat": _threat(row), "value": row[score], "species": row.get("species_count", row.get("species"))} for row in single),
        key=lambda row: -row["value"],
    )  # fmt: skip
    reasons = sorted({reason_of(row["reason"]) for row in widest if row.get("reason")})
    if not table:
        why = reasons[0] if reasons else no_rows("threats to species", name)
        return Part("threats", TITLE, why)
    cells = [Cell("threat", "Threat"), Cell("value", "STAR score", "number")]
    cells += [Cell("species", "Species", "count")] if any(row["species"] is not None for row in table) else []
    says = "Bars by threat, the longest first."
    title = f"Extinction risk that would go if a threat ended in {name}"
    figure = Figure("threats", title, f"STAR score, the {min(MOST, len(table))} highest threats", says, table[:MOST], cells, table)  # fmt: skip
    return Part("threats", TITLE, None, {"threats": figure}, {"first": table[0], "value": number(table[0]["value"])})


def _score_column(asked: Asked, rows: list[Row]) -> str | None:
    measured = [name for name, about in asked.edition.metrics.items() if about["table_name"] == TABLE]
    wanted = [name for name in measured if "star" in name or "score" in name] or measured
    return next((name for name in wanted if rows and name in rows[0]), None)


def _is_total(row: Row) -> bool:
    return str(row.get("threat_code", row.get("threat", ""))) in {"all", "total", ""}


def _threat(row: Row) -> str:
    code = str(row.get("threat_code", row.get("threat", "")))
    name = row.get("threat_name") or row.get("label")
    return f"{code} {name}" if name and code else str(name or code).replace("_", " ")
