"""What threatens its species: the score that would be won if a threat ended, by threat, and the country's part."""

from __future__ import annotations

from ness_pipeline.report.published import Row
from ness_pipeline.report.sections.base import Asked, Cell, Figure, Part, Quoted, no_rows, no_table
from ness_pipeline.report.wording import THREATS, number, reason_of

ORDER = 70
TITLE = "What threatens them"
TABLE = "metrics.threat_abatement"
LEVEL = 1
"""Depth of the threat codes that are drawn: the eleven great threats."""
PART = ("extinction_responsibility", "endemic_threatened_species", "near_endemic_threatened_species", "star_total")
"""Measures, over all groups, of the country's part in the world's extinction risk."""


def build(asked: Asked) -> Part:
    """The STAR score by threat, highest first, and how much of the world's extinction risk lies in the country."""
    name = asked.country["country_name"]
    latest = {(row["metric"], row["taxon_group"]): row for row in asked.latest()}
    cards = [Quoted.of(latest[metric, "all"], asked.edition.metrics) for metric in PART if (metric, "all") in latest]
    rows = [row for row in asked.rows(TABLE) if row["taxon_group"] == "all" and row["threat_level"] == LEVEL]
    table = sorted(
        (
            {"threat": _named(row["threat_code"]), "value": row["star"], "species": row["species"]}
            for row in rows
            if row["reportable"] and row["star"] > 0
        ),
        key=lambda row: (-row["value"], row["threat"]),
    )
    if not table:
        return Part("threats", TITLE, _why(asked, rows, name), {}, {"cards": cards})
    cells = [Cell("threat", "Threat"), Cell("value", "STAR score", "number"), Cell("species", "Species", "count")]
    says = "Bars by threat, the longest first."
    title = f"Extinction risk that would go if a threat ended in {name}"
    figure = Figure("threats", title, "STAR score, all groups of species", says, table, cells)
    facts = {"first": table[0], "value": number(table[0]["value"]), "cards": cards}
    return Part("threats", TITLE, None, {"threats": figure}, facts)


def _why(asked: Asked, rows: list[Row], name: str) -> str:
    if not asked.shelf.published.has(TABLE):
        return no_table("threats to species")
    return next((reason_of(row["reason"]) for row in rows if row["reason"]), no_rows("threats to species", name))


def _named(code: str) -> str:
    return THREATS.get(code, code)
