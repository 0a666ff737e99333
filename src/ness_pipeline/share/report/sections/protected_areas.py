"""Protected land and sea against the 30 % that countries agreed on, each number with its publisher."""

from __future__ import annotations

from ness_pipeline.share.report.published import Row
from ness_pipeline.share.report.sections.base import (
    Cell,
    Figure,
    Part,
    Quoted,
    Subject,
    dated,
    newest,
    no_rows,
    no_table,
)
from ness_pipeline.share.report.wording import number, reason_of, source_of

ORDER = 40
TITLE = "Protected land and sea"
TABLE = "metrics.protected_area_coverage"
REALMS = {"land_protected_pct": ("Land", "land"), "marine_protected_pct": ("Sea", "marine")}
PUBLISHER = {
    "marine_protected_pct": "worldbank",
    "kba_terrestrial_pct": "unsdg",
    "kba_freshwater_pct": "unsdg",
    "kba_mountain_pct": "unsdg",
    "kba_marine_pct": "unsdg",
}
"""Who publishes a number that comes from one publisher only, whether it was read live or from the sample."""
PLANET = (
    "land_conserved_pct",
    "eez_conserved_pct",
    "land_protected_planet_pct",
    "eez_protected_planet_pct",
    "land_management_assessed_pct",
    "eez_management_assessed_pct",
)
"""Numbers of Protected Planet, which stand beside the lines and are never joined to them."""
SITES = {
    "kba_terrestrial_pct": ("On land", "kba_terrestrial"),
    "kba_freshwater_pct": ("In fresh water", "kba_freshwater"),
    "kba_mountain_pct": ("In mountains", "kba_mountain"),
    "kba_marine_pct": ("At sea", "kba_marine"),
}


def build(subject: Subject) -> Part:
    """Percent of land and sea by year with the target line, and of key biodiversity areas."""
    rows = dated(subject.rows(TABLE))
    name = subject.country["country_name"]
    if not rows:
        known = subject.shelf.published.has(TABLE)
        why = no_rows("protected areas", name) if known else no_table("protected areas")
        return Part("protected_areas", TITLE, why)
    cells = [
        Cell("year", "Year", "year"),
        Cell("series", "Where"),
        Cell("value", "Protected", "pct"),
        Cell("publisher", "By"),
    ]
    figures = {}
    if drawn := _series(rows, REALMS):
        alt_text = (
            "Lines of protected land and protected sea by year, and a level line at 30 percent, the target for 2030."
        )
        figures["cover"] = Figure(
            "protected",
            f"Protected land and sea of {name}",
            f"percent of the area, protected areas alone; {_whose(drawn)}",
            alt_text,
            drawn,
            cells,
        )
    if drawn := _series(rows, SITES):
        alt_text = "Lines of the mean protected share of key biodiversity areas by year, one per realm."
        figures["sites"] = Figure(
            "protected_sites",
            f"Protection of key biodiversity areas in {name}",
            f"mean percent of each site's area; {_whose(drawn)}",
            alt_text,
            drawn,
            [*cells, Cell("lower", "From", "pct"), Cell("upper", "To", "pct")],
        )
    latest = {row["metric"]: row for row in subject.latest() if row["reportable"]}
    facts = {
        "realms": [_latest(rows, column, wording) for column, wording in REALMS.items()],
        "planet": [Quoted.of(latest[metric], subject.edition.metrics) for metric in PLANET if metric in latest],
    }
    return Part("protected_areas", TITLE, None, figures, facts)


def _series(rows: list[Row], columns: dict[str, tuple[str, str]]) -> list[Row]:
    return [
        {
            "year": row["year"],
            "series": label,
            "value": row[column],
            "publisher": _publisher(row, column),
            "lower": row.get(f"{column}_lower"),
            "upper": row.get(f"{column}_upper"),
        }
        for column, (label, realm) in columns.items()
        for row in rows
        if row.get(column) is not None and row.get(f"{realm}_reportable", True)
    ]


def _publisher(row: Row, column: str) -> str:
    """The publisher of a value; values of two publishers are not joined by a line, because their methods differ."""
    stem = column.removesuffix("_pct")
    name = row.get(f"{stem}_publisher") or PUBLISHER.get(column) or row.get(f"{stem}_source")
    is_own = row.get(f"{stem.removesuffix('_protected')}_basis") == "own_value"
    return "own file" if is_own else source_of(name) if name else ""


def _whose(rows: list[Row]) -> str:
    """The publishers of each line: `land by World Bank, sea by World Bank`."""
    names: dict[str, list[str]] = {}
    for row in rows:
        if row["publisher"] not in names.setdefault(row["series"], []):
            names[row["series"]].append(row["publisher"])
    return ", ".join(f"{series.lower()} by {' and '.join(publishers)}" for series, publishers in names.items())


def _latest(rows: list[Row], column: str, wording: tuple[str, str]) -> Row:
    label, realm = wording
    row = newest(rows, column, f"{realm}_reportable")
    value = row[column] if row else None
    return {
        "label": label,
        "text": number(value, "pct"),
        "value": value,
        "year": row["year"] if row else None,
        "publisher": _publisher(row, column) if row else "",
        "reached": value is not None and value >= 30,  # noqa: PLR2004  the target
        "reason": "" if row else reason_of(rows[-1].get(f"{realm}_reason")),
    }
