"""What three public lists say of treaty membership, and which of them is believed where they disagree.

The lists are IEADB (R. Mitchell, as of October 2020), HUGGO (hand-coded, as of December 2022) and ECOLEX (as of 2018).

1. ECOLEX is heard for the Convention on Migratory Species and the Paris Agreement only. For the other four treaties its
   rows stand against the wrong states: each date fits its own deposit, but at most 60 % are those of IEADB.
2. IEADB is believed wherever it has a date: HUGGO gives successor states the dates of the states before them, and
   computes dates by the clause where the depositary counts otherwise.
3. A membership that IEADB does not have is believed when it begins after IEADB ends, when its date follows from the
   deposit by the treaty's own clause, or when two lists have that day. The day on which the treaty itself began does not
   count, because lists give it to signatories by mistake, unless IEADB does not know the state at all. Otherwise the
   state is no party.

Run as a script, this writes the seed: `python tests/treaty_sources.py FOLDER`.
"""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from ness_pipeline.names.countries import by_iso3, countries, country_named
from ness_pipeline.paths import sql_folder
from ness_pipeline.schemas.vocabulary import TREATIES

AS_OF = {"IEADB": "2020-10-31", "HUGGO": "2022-12-31", "ECOLEX": "2018-12-31"}
"""Day up to which each list speaks; ECOLEX is not dated, its latest entry is of 2018."""
PREFERENCE = ("IEADB", "HUGGO", "ECOLEX")

IN_BEING = {
    "cites": dt.date(1975, 7, 1),
    "cms": dt.date(1983, 11, 1),
    "ramsar": dt.date(1975, 12, 21),
    "world_heritage": dt.date(1975, 12, 17),
    "itpgrfa": dt.date(2004, 6, 29),
    "paris": dt.date(2016, 11, 4),
}
"""Day on which each treaty itself entered into force."""

_IEADB = {"CITES": "cites", "CMS": "cms", "RAMSAR": "ramsar", "WHC": "world_heritage", "ITPGRFA": "itpgrfa", "PARIS": "paris"}  # fmt: skip
_BY_ID = {"CITES": "cites", "CNMSWA": "cms", "RAMSA": "ramsar", "PRWCNH": "world_heritage", "ITPGFA": "itpgrfa", "PARIS": "paris"}  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """What one list says of one country and treaty.

    Attributes:
        deposited_on: day of the deposit.
        entry_into_force: day from which the treaty binds the country.
    """

    deposited_on: dt.date | None
    entry_into_force: dt.date | None

    @property
    def is_party(self) -> bool:
        """Whether it says that the country has joined."""
        return bool(self.deposited_on or self.entry_into_force)


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text and not text.startswith("9999") else None


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def statements(folder: Path) -> dict[tuple[str, str], dict[str, Statement]]:
    """Country and treaty to what each list says of them."""
    found: dict[tuple[str, str], dict[str, Statement]] = defaultdict(dict)
    for row in _rows(folder / "ieadb_memberships_2021.csv"):
        code = country_named(row["country"])
        if (treaty := _IEADB.get(row["treaty"])) and code:
            found[code, treaty]["IEADB"] = Statement(_day(row["crat"]), _day(row["ceif3"]))
    for name, file, deposit, force in (
        ("HUGGO", "huggo_memberships.csv", "StateRatification", "StateForce"),
        ("ECOLEX", "ecolex_memberships.csv", "Rat", "Force"),
    ):
        for row in _rows(folder / file):
            code = by_iso3().get(row["stateID"])
            if (treaty := _BY_ID.get(row["treatyID"].partition("_")[0])) and code:
                found[code, treaty][name] = Statement(_day(row[deposit]), _day(row[force]))
    return dict(found)


def _months_after(day: dt.date, months: int) -> dt.date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    last = (dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month, min(day.day, last))


def by_clause(treaty: str, deposited_on: dt.date) -> dt.date:
    """When the treaty's own clause lets it enter into force for a country that deposited on that day."""
    if treaty == "cms":  # first day of the third month after the deposit
        day = _months_after(deposited_on.replace(day=1), 3)
    elif treaty in {"ramsar", "world_heritage"}:
        day = _months_after(deposited_on, 4 if treaty == "ramsar" else 3)
    else:
        day = deposited_on + dt.timedelta(days=30 if treaty == "paris" else 90)
    return max(day, IN_BEING[treaty])


@dataclass(frozen=True)
class Decision:
    """What is believed of one country and treaty.

    Attributes:
        country_code: ISO code.
        treaty: treaty code.
        deposited_on: day of the deposit, of a list that states the date of entry into force believed.
        entry_into_force: day from which the treaty binds the country; None for no party.
        stated_by: lists that state that date.
        note: how the lists disagree and why this date was believed; empty where they agree.
        as_of: day up to which the believed lists speak.
    """

    country_code: str
    treaty: str
    deposited_on: dt.date | None
    entry_into_force: dt.date | None
    stated_by: tuple[str, ...]
    note: str | None
    as_of: str


def heard(treaty: str, name: str) -> bool:
    """Whether a list is heard for a treaty."""
    return name != "ECOLEX" or treaty in {"cms", "paris"}


def decide(country_code: str, treaty: str, said: dict[str, Statement]) -> Decision:
    """What is believed, and why."""
    day, why = said.get("IEADB", Statement(None, None)).entry_into_force, "IEADB is believed"
    if day is None:
        day, why = _beside_ieadb(treaty, said)
    holders = [name for name in said if heard(treaty, name) and said[name].entry_into_force == day] or ["IEADB"]
    deposit = next((said[name].deposited_on for name in holders if day and said[name].deposited_on), None)
    differing = [f"{name} {_words(one)}" for name, one in said.items() if one.entry_into_force != day]
    note = "; ".join([*differing, why]) if differing else None
    return Decision(country_code, treaty, deposit, day, tuple(holders), note, max(AS_OF[name] for name in holders))


def _beside_ieadb(treaty: str, said: dict[str, Statement]) -> tuple[dt.date | None, str]:
    """The date of a membership that IEADB does not have, None where it is not believed, and why."""
    for name, one in said.items():
        day = one.entry_into_force
        if name == "IEADB" or day is None or not heard(treaty, name):
            continue
        if day > dt.date.fromisoformat(AS_OF["IEADB"]):
            return day, f"{name} is believed, since the membership began after IEADB ends"
        is_by_mistake = day == IN_BEING[treaty] and "IEADB" in said
        if one.deposited_on and day == by_clause(treaty, one.deposited_on) and not is_by_mistake:
            return day, f"{name} is believed, since its date follows from the deposit by the treaty's clause"
        if [other.entry_into_force for other in said.values()].count(day) > 1 and not is_by_mistake:
            return day, f"{name} is believed, since two lists have that day"
    return None, "none is believed, since no date follows from a deposit"


def _words(one: Statement) -> str:
    return f"says {one.entry_into_force}" if one.entry_into_force else "says no party"


def decisions(folder: Path) -> list[Decision]:
    """Every country and treaty that a list names."""
    return [decide(*key, said) for key, said in sorted(statements(folder).items())]


LEFT = {
    ("US", "paris"): (
        "2026-01-27",
        "2025-01-27",
        "UN Treaty Collection, depositary notification of 27 January 2025",
        "also no party from 2020-11-04 to 2021-02-18",
    )
}
"""Memberships that end: from which day, who said so and when, and what the row cannot say."""

NOT_OPEN = "No list of parties names it; a territory takes part through the state responsible for it."
COLUMNS = (
    "country_code",
    "treaty",
    "status",
    "deposited_on",
    "entry_into_force",
    "left_on",
    "as_of",
    "stated_by",
    "note",
)


def seed_rows(folder: Path) -> list[dict[str, str]]:
    """The rows of the seed, as text: states by what is believed, and territories to which no treaty is open."""
    found = []
    decided = decisions(folder)
    for one in decided:
        left, said_on, by, more = LEFT.get((one.country_code, one.treaty), ("", "", "", ""))
        note = "; ".join(part for part in (one.note, more) if part)
        stated_by = "; ".join([*one.stated_by, by] if by else one.stated_by)
        dates = [day.isoformat() if day else "" for day in (one.deposited_on, one.entry_into_force)]
        status = "party" if one.entry_into_force else "not_party"
        found.append((one.country_code, one.treaty, status, *dates, left, said_on or one.as_of, stated_by, note))
    states = {one.country_code for one in decided}
    for code in sorted(set(countries()) - states):
        as_of = AS_OF["HUGGO"]
        found += [
            (code, treaty, "not_open", "", "", "", as_of, "IEADB; HUGGO; ECOLEX", NOT_OPEN)
            for treaty in sorted(TREATIES)
        ]
    return [dict(zip(COLUMNS, row, strict=True)) for row in sorted(found)]


if __name__ == "__main__":
    rows = seed_rows(Path(sys.argv[1]))
    with (sql_folder("seeds") / "treaty_party.csv").open("w", encoding="utf-8", newline="") as seed:
        writer = csv.DictWriter(seed, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
