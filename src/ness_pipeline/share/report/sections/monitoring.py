"""Monitoring: records and species by year, their completeness by group, and the share assessed by the Red List."""

from __future__ import annotations

from ness_pipeline.schemas.vocabulary import ROLL_UPS, TAXON_GROUPS
from ness_pipeline.share.report.published import Row
from ness_pipeline.share.report.sections.base import Cell, Figure, Part, Subject, dated, no_rows, no_table
from ness_pipeline.share.report.wording import label_of

ORDER = 60
TITLE = "How well nature is watched"
DIVERSITY, EFFORT, ASSESSED = "metrics.species_diversity", "metrics.monitoring_effort", "metrics.assessment_coverage"
KINGDOMS = ("animals", "plants", "fungi")
SHARES = ("sample_coverage_share", "completeness_share", "recent_species_share")
"""Measures by group and year of how complete the records are, drawn where the publication has them."""


def build(subject: Subject) -> Part:
    """Records and species by year, coverage and completeness by group and year, and the assessed share by group."""
    diversity, effort, assessed = subject.rows(DIVERSITY), subject.rows(EFFORT), subject.rows(ASSESSED)
    name = subject.country["country_name"]
    if not diversity and not effort and not assessed:
        published = subject.shelf.published
        known = published.has(DIVERSITY) or published.has(EFFORT)
        return Part(
            "monitoring", TITLE, no_rows("records of species", name) if known else no_table("records of species")
        )
    figures = _records(subject, diversity, name)
    figures |= _assessed(subject, assessed, name)
    figures |= _shares(subject, name)
    total = next((row for row in diversity if row["year"] is None and row["taxon_group"] == "all"), None)
    by_group = {row["taxon_group"]: row for row in assessed}
    years = [row["year"] for row in dated(diversity) if row["taxon_group"] == "all"]
    facts = {
        "total": total,
        "first": min(years, default=None),
        "last": max(years, default=None),
        "fungi": by_group.get("fungi"),
        "animals": by_group.get("animals"),
        "effort_missing": None if effort else no_table("measures of sampling effort"),
    }
    return Part("monitoring", TITLE, None, figures, facts)


def _records(subject: Subject, rows: list[Row], name: str) -> dict[str, Figure]:
    drawn = [
        {
            "year": row["year"],
            "group": subject.group_label(row["taxon_group"]),
            "records": row["occurrences"],
            "species": row["observed_richness"] if row["reportable"] else None,
        }
        for row in dated(rows)
        if row["taxon_group"] in KINGDOMS
    ]
    if not drawn:
        return {}
    cells = [
        Cell("year", "Year", "year"),
        Cell("group", "Group"),
        Cell("records", "Records", "count"),
        Cell("species", "Species", "count"),
    ]
    figures = {
        "records": Figure(
            "records",
            f"Records of species made in {name}",
            "number of records by year of observation",
            "Stacked bars by year for animals, plants and fungi.",
            drawn,
            cells,
        ),
    }
    if species := [row for row in drawn if row["species"] is not None]:
        figures["species"] = Figure(
            "species",
            f"Species recorded in {name} each year",
            "number of species with at least one record; follows effort, not nature alone",
            "One line each for animals, plants and fungi by year.",
            species,
            cells,
        )
    return figures


def _shares(subject: Subject, name: str) -> dict[str, Figure]:
    """Coverage and completeness by year for the kingdoms, and over all years for every group."""
    by_year, by_group = [], []
    for measure in SHARES:
        values, label = subject.values(measure), label_of(measure)
        by_year += [
            {
                "year": row["year"],
                "group": subject.group_label(row["taxon_group"]),
                "measure": label,
                "value": row["value"],
            }
            for row in dated(values)
            if row["taxon_group"] in KINGDOMS
        ]
        overall = {row["taxon_group"]: row for row in values if row["year"] is None}
        by_group += [
            {"group": subject.group_label(group), "measure": label, "value": overall[group]["value"], "place": place}
            for place, group in enumerate((*TAXON_GROUPS, *ROLL_UPS))
            if group in overall
        ]
    figures = {}
    if by_group:
        cells = [Cell("group", "Group"), Cell("measure", "Measure"), Cell("value", "Value", "share")]
        alt_text = "One mark per group and measure."
        figures["completeness"] = Figure(
            "completeness",
            f"How complete the records of {name} are, by group",
            "percent, all years together",
            alt_text,
            by_group,
            cells,
        )
    if by_year:
        cells = [
            Cell("year", "Year", "year"),
            Cell("group", "Group"),
            Cell("measure", "Measure"),
            Cell("value", "Value", "share"),
        ]
        alt_text = "Lines by year for animals, plants and fungi, one small chart per measure."
        figures["coverage"] = Figure(
            "coverage", f"How complete each year's records of {name} are", "percent", alt_text, by_year, cells
        )
    return figures


def _assessed(subject: Subject, rows: list[Row], name: str) -> dict[str, Figure]:
    by_group = {row["taxon_group"]: row for row in rows}
    table = [
        {
            "group": subject.group_label(group),
            "described": by_group[group]["described_species"],
            "observed": by_group[group]["observed_species"],
            "assessed": by_group[group]["assessed_species"],
            "value": by_group[group]["assessed_share"],
            "place": place,
            "kingdom": _kingdom(subject, group),
            "standing": "May be quoted" if by_group[group]["reportable"] else "Fewer than 10 species",
        }
        for place, group in enumerate((*TAXON_GROUPS, *ROLL_UPS))
        if group in by_group and group != "all"
    ]
    drawn = [row for row in table if row["value"] is not None]
    if not drawn:
        return {}
    cells = [
        Cell("group", "Group"),
        Cell("described", "Described worldwide", "count"),
        Cell("observed", "Recorded here", "count"),
        Cell("assessed", "Of these, assessed", "count"),
        Cell("value", "Assessed share", "share"),
        Cell("standing", "Standing"),
    ]
    alt_text = f"One bar per group: the share of the species recorded in {name} that the Red List has assessed."
    return {
        "assessed": Figure(
            "assessed",
            f"Species of {name} that the Red List has looked at",
            "percent of the species recorded",
            alt_text,
            drawn,
            cells,
            table,
        )
    }


def _kingdom(subject: Subject, group: str) -> str:
    roll_up = group if group in KINGDOMS else (subject.edition.groups.get(group) or {}).get("roll_up")
    return subject.group_label(roll_up) if roll_up else "Others"
