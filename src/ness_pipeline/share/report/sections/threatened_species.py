"""Threatened species by group, fungi among them, each with the share that anyone has assessed."""

from __future__ import annotations

from ness_pipeline.schemas.vocabulary import ROLL_UPS, TAXON_GROUPS
from ness_pipeline.share.report.published import Row
from ness_pipeline.share.report.sections.base import Cell, Figure, Part, Subject, no_table
from ness_pipeline.share.report.wording import basis_of, number, reason_of

ORDER = 30
TITLE = "Which species are threatened"
TABLE = "metrics.threatened_species"

CATEGORIES = {
    "Extinct": ("extinct", "extinct_in_the_wild"),
    "Critically Endangered": ("critically_endangered",),
    "Endangered": ("endangered",),
    "Vulnerable": ("vulnerable",),
    "Near Threatened": ("near_threatened",),
    "Least Concern": ("least_concern",),
    "Data Deficient": ("data_deficient",),
}
NOT_ASSESSED = "Not assessed"
NO_LIST = "No list of the species of {} is loaded, so which of them are threatened, and what share, is not shown."
OFFICIAL_GROUPS = {"mammals": "mammals", "birds": "birds", "plants": "higher plants"}
"""Groups of which the World Bank counts threatened species, as it names them."""


def build(subject: Subject) -> Part:
    """Every group as one bar from extinct to not assessed, and the share threatened with its bounds."""
    by_group = {row["taxon_group"]: row for row in subject.rows(TABLE)}
    rows = [by_group[group] for group in (*TAXON_GROUPS, *ROLL_UPS) if group in by_group]
    name = subject.country["country_name"]
    if not any(row["known_species"] for row in rows):
        known = subject.shelf.published.has(TABLE)
        why = NO_LIST.format(name) if known else no_table("species by Red List category")
        return Part("threatened_species", TITLE, why, {}, {"official": _official(rows)})
    facts = {
        "all": by_group.get("all"),
        "fungi": by_group.get("fungi"),
        "animals": by_group.get("animals"),
        "mammals": _quoted(by_group.get("mammals")),
        "reportable": sum(1 for row in rows if row["reportable"]),
        "of": len(rows),
        "text": number,
    }
    return Part("threatened_species", TITLE, None, _figures(subject, rows, name), facts)


def _official(rows: list[Row]) -> list[Row]:
    """The World Bank's counts of threatened species that may be quoted, with group and year."""
    by_group = {row["taxon_group"]: row for row in rows}
    found = [(words, by_group[group]) for group, words in OFFICIAL_GROUPS.items() if group in by_group]
    return [
        {
            "group": words,
            "count": number(row["official_threatened_species"], "count"),
            "year": row.get("official_threatened_year"),
        }
        for words, row in found
        if row["official_threatened_species"] is not None and row.get("official_reportable", True)
    ]


def _quoted(row: Row | None) -> Row | None:
    return row if row and row["reportable"] else None


def _figures(subject: Subject, rows: list[Row], name: str) -> dict[str, Figure]:
    bars = [row for row in rows if row["known_species"] and row["taxon_group"] != "all"]
    stacked = [
        {
            "group": subject.group_label(row["taxon_group"]),
            "category": category,
            "species": species,
            "order": order,
            "share": species / row["known_species"],
            "place": place,
        }
        for place, row in enumerate(bars)
        for order, (category, species) in enumerate(_species_by_category(row).items())
        if species
    ]
    wide = [
        {
            "group": subject.group_label(row["taxon_group"]),
            "known": row["known_species"],
            "assessed": row.get("national_assessed_share"),
            **_species_by_category(row),
        }
        for row in rows
        if row["known_species"]
    ]
    counts = [Cell(category, category, "count") for category in (*CATEGORIES, NOT_ASSESSED)]
    shares = [
        {
            "group": subject.group_label(row["taxon_group"]),
            "value": row["threatened_share"],
            "lower": row["threatened_share_range_low"],
            "upper": row["threatened_share_range_high"],
            "standing": "May be quoted" if row["reportable"] else "Not to be quoted",
            "assessed": row.get("national_assessed_share"),
            "world": row.get("world_assessed_share"),
            "official": row["official_threatened_species"],
            "ours": row["threatened_species"],
            "basis": basis_of(row["basis"]),
            "reason": reason_of(row["reason"]),
            "place": place,
        }
        for place, row in enumerate(rows)
        if row["known_species"] and row["taxon_group"] != "all"
    ]
    drawn = [row for row in shares if row["value"] is not None]
    figures = {
        "categories": Figure(
            "red_list_categories",
            f"Species known from {name}, by standing on the Red List",
            "percent of the species of each group",
            "One bar per group, divided from extinct and threatened species at the left to species that nobody has assessed at the right.",
            stacked,
            [
                Cell("group", "Group"),
                Cell("known", "Known species", "count"),
                *counts,
                Cell("assessed", "Assessed", "share"),
            ],
            wide,
        ),
    }
    if drawn:
        figures["shares"] = Figure(
            "threatened_share",
            f"Share of assessed species that are threatened in {name}",
            "percent, with lower and upper estimate",
            "One dot per group with a line from the lower to the upper estimate; hollow dots are numbers that must not be quoted, for the reason in the table.",
            drawn,
            [
                Cell("group", "Group"),
                Cell("value", "Threatened", "share"),
                Cell("lower", "Lower", "share"),
                Cell("upper", "Upper", "share"),
                Cell("assessed", "Assessed here", "share"),
                Cell("world", "Assessed worldwide", "share"),
                Cell("ours", "Threatened species", "count"),
                Cell("official", "The same by the World Bank", "count"),
                Cell("basis", "Rests on"),
                Cell("standing", "Standing"),
                Cell("reason", "Why not"),
            ],
            shares,
        )
    return figures


def _species_by_category(row: Row) -> dict[str, int]:
    counts = {category: sum(row[column] for column in columns) for category, columns in CATEGORIES.items()}
    counts[NOT_ASSESSED] = max(0, row["known_species"] - row["assessed_species"])
    return counts
