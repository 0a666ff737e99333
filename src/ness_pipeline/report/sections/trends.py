"""Ecosystems, money and research: the measures of three tables, each over the years."""

from __future__ import annotations

from ness_pipeline.report.published import Row
from ness_pipeline.report.sections.base import Asked, Cell, Figure, Part, Quoted, dated, no_rows, no_table
from ness_pipeline.report.wording import label_of, unit_of

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
        rows = asked.rows(table)
        measures = [metric for metric, about in asked.edition.metrics.items() if about["table_name"] == table]
        latest = [Quoted.of(row, asked.edition.metrics) for row in asked.latest() if row["metric"] in measures]
        name = asked.country["country_name"]
        missing = None
        if not latest:
            known = asked.shelf.published.has(table)
            missing = no_rows(title.lower(), name) if known else no_table(f"the table on {title.lower()}")
        drawn = _course(rows, measures, asked)
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


def _course(rows: list[Row], measures: list[str], asked: Asked) -> list[Row]:
    found = []
    for measure in measures:
        points = [
            {"year": row["year"], "measure": f"{label_of(measure)} ({unit_of(measure, asked.edition.metrics[measure]['unit'])})", "value": row[measure]}
            for row in dated(rows)
            if row.get(measure) is not None and row.get("taxon_group") in {None, "all"} and row.get("reportable", True)
        ]  # fmt: skip
        if len(points) > 1:
            found += points
    return found
