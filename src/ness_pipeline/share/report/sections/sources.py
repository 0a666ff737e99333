"""The sources of the numbers, with dates, licences and citations."""

from __future__ import annotations

from ness_pipeline.landing.own_loads import files_of
from ness_pipeline.share.citations import about_own
from ness_pipeline.share.report.published import is_own
from ness_pipeline.share.report.sections.base import Part, Subject
from ness_pipeline.share.report.wording import day, licence_of, source_of

ORDER = 100
TITLE = "Sources, dates and licences"


def build(subject: Subject) -> Part:
    """The citations for this country: those of its own units of work and of the whole world."""
    citations = [
        {
            "source": source_of(row["source"]),
            "citation": row["citation"],
            "about": about_own(row["citation"], row.get("publisher"), [files_of(row["unit"])] if is_own(row) else []),
            "doi": row["doi"],
            "licence": licence_of(row["licence"]),
            "accessed": day(row["accessed_on"]),
            "passed_on": row.get("is_redistributable", True),
        }
        for row in subject.edition.citations
        if row["unit"] in {subject.code, "world"} or is_own(row)
    ]
    missing = None if citations else f"This publication names no source for {subject.place}."
    return Part("sources", TITLE, missing, {}, {"citations": citations})
