"""Where the numbers come from: sources, dates, licences and how to cite them."""

from __future__ import annotations

from ness_pipeline.share.report.sections.base import Asked, Part
from ness_pipeline.share.report.wording import day, licence_of, source_of

ORDER = 100
TITLE = "Sources, dates and licences"


def build(asked: Asked) -> Part:
    """What to cite for this country: its own units of work and those of the whole world."""
    found = [
        {
            "source": source_of(row["source"]),
            "citation": row["citation"],
            "doi": row["doi"],
            "licence": licence_of(row["licence"]),
            "accessed": day(row["accessed_on"]),
            "passed_on": row.get("is_redistributable", True),
        }
        for row in asked.edition.citations
        if row["unit"] in {asked.code, "world"} or row["source"].startswith("file:")
    ]
    missing = None if found else "This publication names no source for the country."
    return Part("sources", TITLE, missing, {}, {"citations": found})
