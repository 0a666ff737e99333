"""Builders of small tables for the spec tests of the SQL: the seeds, species by category, observations, treaties."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import string
from typing import Any

from ness_pipeline.paths import sql_folder
from ness_pipeline.schemas.vocabulary import TREATY_IN_BEING_FROM

Row = dict[str, Any]

CODES = tuple(first + second for first in string.ascii_uppercase for second in string.ascii_uppercase)
"""Codes of invented countries: a test that compares many cases gives each a country, and runs the models once."""


def seeded_groups() -> list[Row]:
    """The rows of the seed `taxon_group.csv`, typed."""
    with (sql_folder("seeds") / "taxon_group.csv").open(encoding="utf-8", newline="") as lines:
        rows = [{name: value or None for name, value in row.items()} for row in csv.DictReader(lines)]
    counts = ("described_species", "world_assessed_species", "world_weighed_species")
    dates = ("counts_as_of", "weighed_as_of")
    return [
        row
        | {"is_roll_up": row["is_roll_up"] == "true"}
        | {name: row[name] and int(row[name]) for name in counts}
        | {name: row[name] and dt.date.fromisoformat(row[name]) for name in dates}
        for row in rows
    ]


def seeded_treaties() -> list[Row]:
    """The rows of the seed `treaty_party.csv`, typed."""
    days = ("signed_on", "deposited_on", "entry_into_force", "left_on", "as_of")
    with (sql_folder("seeds") / "treaty_party.csv").open(encoding="utf-8", newline="") as lines:
        rows = [{name: value or None for name, value in row.items()} for row in csv.DictReader(lines)]
    return [row | {name: row[name] and dt.date.fromisoformat(row[name]) for name in days} for row in rows]


def groups(**counts: tuple[int | None, ...]) -> list[Row]:
    """The seeded groups, some with other described, assessed and weighed species: `mammals=(100, 90)` or `(100, 90, 80)`."""
    names = ("described_species", "world_assessed_species", "world_weighed_species")
    changed = {group: dict(itertools.zip_longest(names, numbers)) for group, numbers in counts.items()}
    return [row | changed.get(row["taxon_group"], {}) for row in seeded_groups()]


def species(taxon_group: str | None, country_code: str = "KE", *, start: int = 0, **categories: int) -> list[Row]:
    """Rows of a country list: so many species of one group in each category, `NONE` for species without one."""
    names = [category for category, number in categories.items() for _ in range(number)]
    return [
        {
            "country_code": country_code,
            "species_key": f"{taxon_group}-{start + place}",
            "taxon_group": taxon_group,
            "red_list_category": None if category == "NONE" else category,
            "occurrences": 5,
            "origin": "native",
            "presence": "extant",
        }
        for place, category in enumerate(names)
    ]


def records(species_key: str, year: int, occurrences: int, country_code: str = "KE", **more: Any) -> Row:
    """One `occurrence_cube` row."""
    return {"country_code": country_code, "species_key": species_key, "year": year, "occurrences": occurrences} | more


def observation(series_code: str, year: int, value: float | None, country_code: str = "KE", **more: Any) -> Row:
    """One `indicator_observation` row, observed unless said otherwise, missing when it has no value."""
    return {
        "country_code": country_code,
        "series_code": series_code,
        "year": year,
        "value": value,
        "disaggregation": "total",
        "value_status": "missing" if value is None else "observed",
        "publisher": "unsdg" if "_" in series_code else "worldbank",
    } | more


def country(country_code: str = "KE", *, is_landlocked: bool = False, **more: Any) -> Row:
    """One `country` row with made-up codes."""
    return {
        "country_code": country_code,
        "iso3_code": country_code + "X",
        "m49_code": None,
        "country_name": f"Country {country_code}",
        "is_landlocked": is_landlocked,
        "un_membership": "member",
    } | more


def treaty(name: str, entry_into_force: str | None, country_code: str = "KE", **more: Any) -> Row:
    """One `treaty_party` row: a party from that day on, or no party."""
    return {
        "country_code": country_code,
        "treaty": name,
        "status": "party" if entry_into_force else "not_party",
        "entry_into_force": entry_into_force and dt.date.fromisoformat(entry_into_force),
        "as_of": dt.date(2025, 12, 31),
    } | more


def every_treaty(country_code: str = "KE", *, joined: int = 11, **as_of: str) -> list[Row]:
    """A row for each treaty, the first ones joined when they came into being, read at the end of 2025 or as said."""
    return [
        treaty(
            name,
            max(day.isoformat(), "1994-01-01") if place < joined else None,
            country_code,
            as_of=dt.date.fromisoformat(as_of.get(name, "2025-12-31")),
        )
        for place, (name, day) in enumerate(TREATY_IN_BEING_FROM.items())
    ]
