"""Treaties through time, and what the country reports of its own law."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ness_pipeline.schemas.vocabulary import TREATIES, TREATY_WHY
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
    "not_open": "Not open to it",
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
        "open": latest.get("treaties_open") if latest else None,
        "unknown": (latest.get("treaties_open") or 0) - (latest.get("treaties_known") or 0) if latest else None,
        "laws": _laws(latest) if latest else [],
        "as_of": max((row["as_of"] for row in parties if row["as_of"]), default=None),
        "day": day,
    }
    return Part("treaties", TITLE, None, _figures(parties, framework, name, facts["as_of"]), facts)


def _laws(latest: Row) -> list[tuple[str, str]]:
    """Each question on national law, and the answer with its year."""
    found = []
    for column, label in LAWS.items():
        if column in latest:
            answer, year = latest[column], latest.get(f"{column.removeprefix('has_')}_year")
            words = "not known" if answer is None else "yes" if answer else "no"
            found.append((label, f"{words} ({year})" if year else words))
    return found


def _periods(row: Row, as_of: dt.date | None) -> list[tuple[int, int]]:
    """First and last year of each period in which a treaty bound the country, the last one up to the newest list."""
    found = []
    for period in (row.get("earlier_periods") or "").split(";"):
        if period:
            first, after = (dt.date.fromisoformat(text) for text in period.split("/"))
            found.append((first.year, after.year))
    if row["entry_into_force"] and (end := row["left_on"] or as_of):
        found.append((row["entry_into_force"].year, end.year))
    return found


def _standing(row: Row) -> str:
    """Where the country stands, as the list that speaks last says."""
    if row["left_on"]:
        return f"Left on {day(row['left_on'])}"
    return STANDINGS.get(row["status"], str(row["status"]))


def _row(treaty: str, row: Row | None) -> Row:
    """A treaty for the table; without a row no list says where the country stands."""
    return {
        "treaty": treaty_of(treaty),
        "short": TREATIES_IN_SHORT.get(treaty, treaty),
        "standing": _standing(row) if row else "Not known",
        "as_of": day(row["as_of"] if row else None),
        "signed": day(row["signed_on"] if row else None),
        "since": day(row["entry_into_force"] if row else None),
        "why": TREATY_WHY.get(treaty, ""),
    }


def _figures(parties: list[Row], framework: list[Row], name: str, as_of: dt.date | None) -> dict[str, Figure]:
    stated = {row["treaty"]: row for row in parties}
    ordered = sorted(stated.values(), key=lambda row: (row["entry_into_force"] or dt.date.max, row["treaty"]))
    named = [row["treaty"] for row in ordered]
    rows = [_row(treaty, stated.get(treaty)) for treaty in (*named, *(code for code in TREATIES if code not in stated))]
    drawn = [
        _row(row["treaty"], row) | {"from": first, "to": last}
        for row in ordered
        for first, last in _periods(row, as_of)
        if first <= last
    ]
    figures = {}
    if drawn:
        cells = [
            Cell("treaty", "Treaty"),
            Cell("standing", "Standing"),
            Cell("as_of", "On the day"),
            Cell("signed", "Signed"),
            Cell("since", "In force since"),
            Cell("why", "Counted because"),
        ]
        alt_text = f"One bar per treaty, from the year in which it came into force for {name} until the newest list."
        figures["timeline"] = Figure(
            "treaties",
            f"Treaties in force for {name}",
            "from the year of entry into force",
            alt_text,
            drawn,
            cells,
            rows,
        )
    if sum(row["treaties_in_force"] is not None for row in framework) > 1:
        counted = [
            {"year": row["year"], "value": row["treaties_in_force"], "known": row["treaties_known"]}
            for row in framework
        ]
        cells = [
            Cell("year", "Year", "year"),
            Cell("value", "In force", "count"),
            Cell("known", "With a known standing", "count"),
        ]
        alt_text = "A step line that rises with each treaty that comes into force."
        figures["count"] = Figure(
            "treaty_count",
            f"Number of treaties known to be in force for {name}",
            "treaties on 31 December",
            alt_text,
            counted,
            cells,
        )
    return figures
