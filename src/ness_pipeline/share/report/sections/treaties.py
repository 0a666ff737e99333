"""Treaties through time, and what the country reports of its own law."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ness_pipeline.share.report.published import Row
from ness_pipeline.share.report.sections.base import Cell, Figure, Part, Subject, dated, no_rows, no_table
from ness_pipeline.share.report.wording import TREATIES_IN_SHORT, day, treaty_of

ORDER = 50
TITLE = "Treaties and law"
TABLE = "metrics.legal_framework"
STANDINGS = {
    "party": "In force",
    "deposited": "Agreed to, not yet in force",
    "signatory": "Signed, not agreed to",
    "not_party": "Not a party",
}
LAWS = {
    "has_invasive_species_law": "A national law on invasive species",
    "has_invasive_species_target": "A target on invasive species in the national biodiversity plan",
    "has_invasive_species_budget": "Money in the national budget against invasive species",
    "has_access_benefit_framework": "Rules on access to genetic resources and the sharing of benefits",
    "has_plant_genetic_framework": "Rules on the exchange of crop plants and their seeds",
    "has_biodiversity_target": "A national target that brings nature into planning",
    "has_environmental_accounts": "National accounts that count nature",
}


def build(subject: Subject) -> Part:
    """Each treaty from the day it binds the country, and the answers on national law."""
    parties = subject.rows("core.treaty_party")
    framework = dated(subject.rows(TABLE))
    name = subject.country["country_name"]
    if not parties and not framework:
        known = subject.shelf.published.has(TABLE) or subject.shelf.published.has("core.treaty_party")
        return Part("treaties", TITLE, no_rows("treaties", name) if known else no_table("treaties"))
    latest = framework[-1] if framework else None
    facts: dict[str, Any] = {
        "latest": latest,
        "in_force": latest.get("treaties_in_force") if latest else None,
        "known": latest.get("treaties_known") if latest else None,
        "laws": [(label, latest.get(column)) for column, label in LAWS.items() if column in latest] if latest else [],
        "as_of": max((row["as_of"] for row in parties if row["as_of"]), default=None),
        "day": day,
    }
    return Part("treaties", TITLE, None, _figures(parties, framework, name, facts["as_of"]), facts)


def _figures(parties: list[Row], framework: list[Row], name: str, as_of: dt.date | None) -> dict[str, Figure]:
    rows: list[Row] = [
        {
            "treaty": treaty_of(row["treaty"]),
            "short": TREATIES_IN_SHORT.get(row["treaty"], row["treaty"]),
            "standing": STANDINGS.get(row["status"], row["status"]),
            "from": row["entry_into_force"].year if row["entry_into_force"] else None,
            "to": as_of.year if as_of and row["entry_into_force"] else None,
            "signed": day(row["signed_on"]),
            "since": day(row["entry_into_force"]),
        }
        for row in sorted(parties, key=lambda row: (row["entry_into_force"] or dt.date.max, row["treaty"]))
    ]
    figures = {}
    if drawn := [row for row in rows if row["from"] and row["to"] and row["from"] <= row["to"]]:
        cells = [
            Cell("treaty", "Treaty"),
            Cell("standing", "Standing"),
            Cell("signed", "Signed"),
            Cell("since", "In force since"),
        ]
        alt_text = "One bar per treaty, from the year in which it came into force for the country until today."
        figures["timeline"] = Figure(
            "treaties",
            f"Treaties in force for {name}",
            "from the year of entry into force",
            alt_text,
            drawn,
            cells,
            rows,
        )
    if len(framework) > 1:
        counted = [
            {"year": row["year"], "value": row["treaties_in_force"], "known": row["treaties_known"]}
            for row in framework
        ]
        cells = [
            Cell("year", "Year", "year"),
            Cell("value", "In force", "count"),
            Cell("known", "Open to the country", "count"),
        ]
        alt_text = "A step line that rises with each treaty that comes into force."
        figures["count"] = Figure(
            "treaty_count",
            f"Number of treaties in force for {name}",
            "treaties on 31 December",
            alt_text,
            counted,
            cells,
        )
    return figures
