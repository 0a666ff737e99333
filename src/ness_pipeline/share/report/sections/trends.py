"""Ecosystems, money and research: the metrics of some tables, each over the years."""

from __future__ import annotations

from collections import defaultdict

from ness_pipeline.contract.dictionary import tables
from ness_pipeline.share.report.published import Row
from ness_pipeline.share.report.sections.base import Cell, Figure, Part, Quoted, Subject, dated
from ness_pipeline.share.report.wording import label_of, table_of, unit_of

ORDER = 75
TITLE = "Ecosystems, money and research"
SECTION = "trends"
"""Tables whose contract names this section are shown here, those of the ecological system first."""
DEPRECATED = "deprecated:"
"""How the description begins of a number that goes with the next version and is not shown any more."""


def build(subject: Subject) -> Part:
    """Each metric of the tables of this section: its latest value and its course over the years."""
    blocks = []
    figures = {}
    name = subject.country["country_name"]
    shown = [table for table in tables().values() if table.section == SECTION]
    for table in sorted(shown, key=lambda table: (table.half or "", table.name)):
        title = table_of(table.short_name)
        metrics = [
            metric
            for metric, about in subject.edition.metrics.items()
            if about["table_name"] == table.name and not about["description"].startswith(DEPRECATED)
        ]
        latest = [Quoted.of(row, subject.edition.metrics) for row in subject.latest() if row["metric"] in metrics]
        missing = None if latest else subject.nothing_in(table)
        drawn = _course(metrics, subject)
        if drawn:
            cells = [Cell("year", "Year", "year"), Cell("measure", "Measure"), Cell("value", "Value", "number")]
            alt_text = "Small charts with one line each, one below the other, over the years."
            figures[table.short_name] = Figure(
                "trends", f"{title}: {name} over the years", "each measure in its own unit", alt_text, drawn, cells
            )
        blocks.append({"key": table.short_name, "title": title, "latest": latest, "missing": missing})
    return Part("trends", TITLE, None, figures, {"blocks": blocks})


def _course(metrics: list[str], subject: Subject) -> list[Row]:
    """Points of the lines of several metrics, one line per basis: a change from one to another is no change of the number.

    A line with a single point is left out.
    """
    drawn = []
    for metric in metrics:
        unit = unit_of(metric, subject.edition.metrics[metric]["unit"])
        lines: dict[str, list[Row]] = defaultdict(list)
        for row in dated(subject.values(metric)):
            if row["taxon_group"] in {None, "all"}:
                whose = ", own file" if row.get("basis") == "own_value" else ""
                title = f"{label_of(metric)}{whose} ({unit})"
                lines[title].append({"year": row["year"], "measure": title, "value": row["value"]})
        drawn += [point for points in lines.values() if len(points) > 1 for point in points]
    return drawn
