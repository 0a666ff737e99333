"""Threats to the species of a country: the STAR score by threat, and the country's part in the world's extinction risk."""

from __future__ import annotations

from collections import defaultdict

from ness_pipeline.schemas.vocabulary import ROLL_UPS, TAXON_GROUPS, WEAK_BASES
from ness_pipeline.share.report.published import Row
from ness_pipeline.share.report.sections.base import Cell, Figure, Part, Quoted, Subject, no_rows, no_table
from ness_pipeline.share.report.wording import THREATS, number, reason_of, share_method_of

ORDER = 70
TITLE = "What threatens its species"
TABLE = "metrics.threat_abatement"
LEVEL = 1
"""Depth of the threat codes that are drawn: the eleven great threats."""
PART = ("extinction_responsibility", "endemic_threatened_species", "near_endemic_threatened_species", "star_total")
"""Measures, over all groups, of the country's part in the world's extinction risk."""


def build(subject: Subject) -> Part:
    """The STAR score by threat, highest first, and how much of the world's extinction risk lies in the country."""
    name = subject.country["country_name"]
    latest = {(row["metric"], row["taxon_group"]): row for row in subject.latest()}
    cards = [Quoted.of(latest[metric, "all"], subject.edition.metrics) for metric in PART if (metric, "all") in latest]
    rows = [row for row in subject.rows(TABLE) if row["threat_level"] == LEVEL]
    groups = _widest(subject, [row for row in rows if row["reportable"]])
    is_quotable = bool(groups)
    if not is_quotable:
        groups = _widest(subject, [row for row in rows if row["reason"] in WEAK_BASES.values()])
    table = _summed([row for row in rows if row["taxon_group"] in groups])
    if not table:
        return Part("threats", TITLE, _why(subject, rows, name), {}, {"cards": cards})
    is_all = groups == ["all"]
    group_names = "species" if is_all else _listed([subject.group_label(group).lower() for group in groups])
    cells = [Cell("threat", "Threat"), Cell("value", "STAR score", "number"), Cell("species", "Species", "count")]
    alt_text = "Bars by threat, the longest first."
    title = f"Extinction risk that would go if a threat ended in {name}"
    figure = Figure(
        "threats", title, f"STAR score, {'all groups of species' if is_all else group_names}", alt_text, table, cells
    )
    facts = {
        "first": table[0],
        "value": number(table[0]["value"]),
        "cards": cards,
        "whose": group_names,
        "method": ", ".join(
            sorted({share_method_of(row.get("share_method")) for row in rows if row["taxon_group"] in groups} - {""})
        ),
        "others": None if is_all else _why(subject, rows, name),
        "why_not": None
        if is_quotable
        else reason_of(next(row["reason"] for row in rows if row["taxon_group"] in groups)),
    }
    return Part("threats", TITLE, None, {"threats": figure}, facts)


def _widest(subject: Subject, rows: list[Row]) -> list[str]:
    """The widest groups with a score, none of them within another."""
    open_groups = {row["taxon_group"] for row in rows if row["star"] > 0}
    if "all" in open_groups:
        return ["all"]
    wide = [group for group in ROLL_UPS if group in open_groups]
    labels = subject.edition.groups
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
            "value": sum(row["star"] for row in threat_rows),
            "species": sum(row["species"] for row in threat_rows),
        }
        for code, threat_rows in by_threat.items()
    ]
    return sorted(table, key=lambda row: (-row["value"], row["threat"]))


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _why(subject: Subject, rows: list[Row], name: str) -> str:
    if not subject.shelf.published.has(TABLE):
        return no_table("threats to species")
    of_all = [row for row in rows if row["taxon_group"] == "all"]
    return next((reason_of(row["reason"]) for row in of_all if row["reason"]), no_rows("threats to species", name))
