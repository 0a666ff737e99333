"""The Red List Index with its range, and the official series of the United Nations beside it."""

from __future__ import annotations

from typing import Any

from ness_pipeline.schemas.vocabulary import WEAK_BASES
from ness_pipeline.share.report.published import Row
from ness_pipeline.share.report.sections.base import Cell, Figure, Part, Subject, dated, newest, no_rows, no_table
from ness_pipeline.share.report.wording import basis_of, number, reason_of, share_method_of

ORDER = 20
TITLE = "How far its species are from extinction: the Red List Index"
TABLE = "metrics.red_list_index"
NOT_QUOTED = "Weighted by range, not to be quoted"
OFFICIAL_SERIES = "ER_RSK_LST"


def build(subject: Subject) -> Part:
    """Own index weighted by range, the same with all species alike, the official series, and each group's latest value."""
    own = subject.rows(TABLE)
    all_groups = dated(row for row in own if row.get("taxon_group") in {None, "all"})
    official = _official(subject)
    drawn = [*_lines(all_groups), *official]
    name = subject.country["country_name"]
    present = [row for row in own if row.get("taxon_group") in {None, "all"}]
    latest = newest(all_groups, "red_list_index") or newest(present, "red_list_index")
    groups = _groups(subject, own)
    facts: dict[str, Any] = {
        "latest": latest,
        "value": number(latest["red_list_index"]) if latest else None,
        "lower": _bound(latest, "lower"),
        "upper": _bound(latest, "upper"),
        "official": official[-1] if official else None,
        "official_value": number(official[-1]["value"]) if official else None,
        "own_missing": None if latest else _why(subject, present),
        "groups": groups,
    }
    figures = {}
    if drawn:
        cells = [
            Cell("year", "Year", "year"),
            Cell("series", "Series"),
            Cell("value", "Index", "number"),
            Cell("lower", "Lower", "number"),
            Cell("upper", "Upper", "number"),
        ]
        alt_text = f"Lines of the Red List Index of {name} by year, with a band for the range where there is one."
        figures["index"] = Figure(
            "red_list_index",
            f"Red List Index of {name}",
            "index from 0 (all extinct) to 1 (all of Least Concern)",
            alt_text,
            drawn,
            cells,
        )
    return Part("red_list_index", TITLE, None if drawn or groups else facts["own_missing"], figures, facts)


def _bound(row: Row | None, side: str) -> str | None:
    value = row.get(f"red_list_index_{side}") if row else None
    return None if value is None else number(value)


def _why(subject: Subject, rows: list[Row]) -> str:
    if not subject.shelf.published.has(TABLE):
        return no_table("a Red List Index of its own")
    reason = next((reason_of(row.get("reason")) for row in reversed(rows) if row.get("reason")), None)
    return reason or no_rows("assessments through time", subject.country["country_name"])


def _lines(rows: list[Row]) -> list[Row]:
    weighted = [
        {
            "year": row["year"],
            "series": "Weighted by range" if row.get("reportable", True) else NOT_QUOTED,
            "value": row["red_list_index"],
            "lower": row.get("red_list_index_lower"),
            "upper": row.get("red_list_index_upper"),
        }
        for row in rows
        if row.get("red_list_index") is not None
        and (row.get("reportable", True) or row["reason"] in WEAK_BASES.values())
    ]
    alike = [
        {
            "year": row["year"],
            "series": "All species alike",
            "value": row["red_list_index_unweighted"],
            "lower": row.get("red_list_index_unweighted_lower"),
            "upper": row.get("red_list_index_unweighted_upper"),
        }
        for row in rows
        if row.get("red_list_index_unweighted") is not None
        and row.get("unweighted_reportable", row.get("reportable", True))
    ]
    return weighted + alike


def _official(subject: Subject) -> list[Row]:
    return dated(
        {
            "year": row["year"],
            "series": "Official UN series",
            "value": row["value"],
            "lower": row.get("value_lower"),
            "upper": row.get("value_upper"),
        }
        for row in subject.rows("core.indicator_observation")
        if row["series_code"] == OFFICIAL_SERIES and row["disaggregation"] == "total" and row["value"] is not None
    )


def _groups(subject: Subject, rows: list[Row]) -> list[Row]:
    """The latest row of each group, for the table below the chart."""
    newest_of: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: row["year"] or 9999):
        if row["taxon_group"] != "all":
            newest_of[row["taxon_group"]] = row
    order = list(subject.edition.groups)
    return [
        {
            "group": subject.group_label(group),
            "year": row["year"] or "today",
            "text": number(row.get("red_list_index") if row.get("reportable", True) else None),
            "alike": number(row.get("red_list_index_unweighted") if row.get("unweighted_reportable", True) else None),
            "range": f"{_bound(row, 'lower')} to {_bound(row, 'upper')}" if _bound(row, "lower") else "",
            "method": share_method_of(row.get("share_method")),
            "basis": basis_of(row.get("basis")),
            "reason": reason_of(row.get("reason")),
        }
        for group, row in sorted(newest_of.items(), key=lambda item: order.index(item[0]) if item[0] in order else 99)
    ]
