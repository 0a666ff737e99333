"""What threatens its species: the score that would be won if a threat ended, by threat, and the country's part."""

from __future__ import annotations

from collections import defaultdict

from ness_pipeline.schemas.vocabulary import ROLL_UPS, TAXON_GROUPS
from ness_pipeline.share.report.published import Row
from ness_pipeline.share.report.sections.base import Asked, Cell, Figure, Part, Quoted, no_rows, no_table
from ness_pipeline.share.report.wording import THREATS, number, reason_of

ORDER = 70
TITLE = "What threatens its species"
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
    rows = [row for row in asked.rows(TABLE) if row["threat_level"] == LEVEL]
    groups = _quotable(asked, rows)
    table = _summed([row for row in rows if row["taxon_group"] in groups])
    if not table:
        return Part("threats", TITLE, _why(asked, rows, name), {}, {"cards": cards})
    is_all = groups == ["all"]
    whose = "species" if is_all else _listed([asked.group_label(group).lower() for group in groups])
    cells = [Cell("threat", "Threat"), Cell("value", "STAR score", "number"), Cell("species", "Species", "count")]
    says = "Bars by threat, the longest first."
    title = f"Extinction risk that would go if a threat ended in {name}"
    figure = Figure("threats", title, f"STAR score, {'all groups of species' if is_all else whose}", says, table, cells)
    facts = {
        "first": table[0],
        "value": number(table[0]["value"]),
        "cards": cards,
        "whose": whose,
        "others": None if is_all else _why(asked, rows, name),
    }
    return Part("threats", TITLE, None, {"threats": figure}, facts)


def _quotable(asked: Asked, rows: list[Row]) -> list[str]:
    """The widest groups whose scores may be quoted, none of them within another."""
    open_groups = {row["taxon_group"] for row in rows if row["reportable"] and row["star"] > 0}
    if "all" in open_groups:
        return ["all"]
    wide = [group for group in ROLL_UPS if group in open_groups]
    labels = asked.edition.groups
    return wide + [group for group in TAXON_GROUPS if group in open_groups and labels[group]["roll_up"] not in wide]


def _summed(rows: list[Row]) -> list[Row]:
    """Scores and species by threat, the heaviest first; groups share no species, so both may be added up."""
    by_threat: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["star"] > 0:
            by_threat[row["threat_code"]].append(row)
    table = [
        {
            "threat": THREATS.get(code, code),
            "value": sum(row["star"] for row in found),
            "species": sum(row["species"] for row in found),
        }
        for code, found in by_threat.items()
    ]
    return sorted(table, key=lambda row: (-row["value"], row["threat"]))


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _why(asked: Asked, rows: list[Row], name: str) -> str:
    if not asked.shelf.published.has(TABLE):
        return no_table("threats to species")
    of_all = [row for row in rows if row["taxon_group"] == "all"]
    return next((reason_of(row["reason"]) for row in of_all if row["reason"]), no_rows("threats to species", name))
