"""Ecosystems, money and research: the measures of three tables, each over the years."""

from __future__ import annotations

from ness_pipeline.share.report.published import Row
from ness_pipeline.share.report.sections.base import Asked, Cell, Figure, Part, Quoted, dated, no_rows, no_table
from ness_pipeline.share.report.wording import label_of, unit_of

ORDER = 75
TITLE = "Ecosystems, money and research"
TABLES = {
    "metrics.ecosystem_condition": "Ecosystems",
    "metrics.conservation_finance": "Money for nature",
    "metrics.research_awareness": "Research and open data",
}


def build(asked: Asked) -> Part:
    """Each measure of the three tables: its latest value and its course."""
    blocks = []
    figures = {}
    for table, title in TABLES.items():
        measures = [metric for metric, about in asked.edition.metrics.items() if about["table_name"] == table]
        latest = [Quoted.of(row, asked.edition.metrics) for row in asked.latest() if row["metric"] in measures]
        name = asked.country["country_name"]
        missing = None
        if not latest:
            known = asked.shelf.published.has(table)
            missing = no_rows(title.lower(), name) if known else no_table(f"the table on {title.lower()}")
        drawn = _course(measures, asked)
        key = table.split(".")[1]
        if drawn:
            cells = [Cell("year", "Year", "year"), Cell("measure", "Measure"), Cell("value", "Value", "number")]
            says = "Small charts with one line each, one below the other, over the years."
            figures[key] = Figure(
                "trends", f"{title}: {name} over the years", "each measure in its own unit", says, drawn, cells
            )
        blocks.append({"key": key, "title": title, "latest": latest, "missing": missing})
    missing = None if any(block["latest"] for block in blocks) else no_table("ecosystems, money and research")
    return Part("trends", TITLE, missing, figures, {"blocks": blocks})


def _course(measures: list[str], asked: Asked) -> list[Row]:
    found = []
    for measure in measures:
        title = f"{label_of(measure)} ({unit_of(measure, asked.edition.metrics[measure]['unit'])})"
        points = [
            {"year": row["year"], "measure": title, "value": row["value"]}
            for row in dated(asked.values(measure))
            if row["taxon_group"] in {None, "all"}
        ]
        if len(points) > 1:
            found += points
    return found
