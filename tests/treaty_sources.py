"""What public lists say of treaty membership, and which of them is believed where they disagree.

The lists are IEADB (R. Mitchell, as of October 2020), HUGGO (hand-coded, as of December 2022) and ECOLEX (as of 2018: the
copy names another day, but Malaysia and Serbia, parties to the Nagoya Protocol from early 2019 on, are still none in it).
The series of UN SDG 15.6.1 says for the plant treaty who was a party in which year.

1. ECOLEX is heard for the Convention on Biological Diversity and two of its protocols, the Convention on Migratory Species
   and the Paris Agreement only. For the other four treaties its rows stand against the wrong states: each date fits its own
   deposit, but at most 60 % are those of IEADB. HUGGO is not heard for the Nagoya Protocol, to which it adds states that
   never joined, with the day on which the protocol itself began.
2. IEADB is believed wherever it has a date: HUGGO gives successor states the dates of the states before them, and
   computes dates by the clause where the depositary counts otherwise.
3. A membership that IEADB does not have is believed when it begins after IEADB ends, when its date follows from the
   deposit by the treaty's own clause, when two lists have that day, or when the UN's series has the state as a party from
   that year on. The day on which the treaty itself began does not count, because lists give it to signatories by mistake,
   unless IEADB does not know the state at all. Otherwise the state is no party.
4. A membership is not believed when the UN's series says in a later year that the state is no party.
5. The protocols are in ECOLEX alone. Where its day is more than three days from the one that follows from the deposit by
   the protocol's clause (Seychelles 2004-11-08 for 2004-08-11), the clause is believed. ECOLEX names parties, so a state
   that it does not name is unknown and has no row.
6. A row with an impossible date is refused whole: ECOLEX has Guinea sign the convention in 1192.

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
from ness_pipeline.schemas.vocabulary import TREATIES, TREATY_IN_BEING_FROM, TREATY_MADE_ON

UN = "UN SDG 15.6.1"
AS_OF = {"IEADB": "2020-10-31", "HUGGO": "2022-12-31", "ECOLEX": "2018-12-31", UN: "2021-12-31"}
"""Day up to which each list speaks; ECOLEX is not dated, its latest entry is of 2018. The UN's series ends in 2022, in the
course of which it was published."""

IN_BEING = TREATY_IN_BEING_FROM
PROTOCOLS = {"cartagena", "nagoya"}
CBD_FAMILY = {"cbd", *PROTOCOLS}

_IEADB = {
    "CITES": "cites", "CMS": "cms", "RAMSAR": "ramsar", "WHC": "world_heritage", "ITPGRFA": "itpgrfa", "PARIS": "paris",
    "CBD": "cbd",
}  # fmt: skip
_BY_ID = {
    "CITES": "cites", "CNMSWA": "cms", "RAMSA": "ramsar", "PRWCNH": "world_heritage", "ITPGFA": "itpgrfa", "PARIS": "paris",
    "CBD": "cbd", "CRTBBD": "cartagena", "NA08BD": "nagoya",
}  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """What one list says of one country and treaty.

    Attributes:
        deposited_on: day of the deposit.
        entry_into_force: day from which the treaty binds the country.
        signed_on: day of the signature.
    """

    deposited_on: dt.date | None
    entry_into_force: dt.date | None
    signed_on: dt.date | None = None

    @property
    def is_party(self) -> bool:
        """Whether it says that the country has joined."""
        return bool(self.deposited_on or self.entry_into_force)

    def is_possible(self, treaty: str) -> bool:
        """Whether nothing was signed or deposited before the treaty was adopted, or bound before the treaty itself did."""
        made, being = TREATY_MADE_ON[treaty], IN_BEING[treaty]
        return all(day is None or day >= made for day in (self.signed_on, self.deposited_on)) and (
            self.entry_into_force is None or self.entry_into_force >= being
        )


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text and not text.startswith("9999") else None


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def statements(folder: Path) -> dict[tuple[str, str], dict[str, Statement]]:
    """Country and treaty to what each list says of them; ECOLEX's signatories of the protocols are left out."""
    found: dict[tuple[str, str], dict[str, Statement]] = defaultdict(dict)
    for row in _rows(folder / "ieadb_memberships_2021.csv"):
        code = "FM" if row["country"] == "Micronesia" else country_named(row["country"])  # it lists states, no regions
        if (treaty := _IEADB.get(row["treaty"])) and code:
            found[code, treaty]["IEADB"] = Statement(_day(row["crat"]), _day(row["ceif3"]))
    for name, file, deposit, force, signed in (
        ("HUGGO", "huggo_memberships.csv", "StateRatification", "StateForce", None),
        ("ECOLEX", "ecolex_memberships.csv", "Rat", "Force", "stateSignature"),
    ):
        for row in _rows(folder / file):
            code = by_iso3().get(row["stateID"])
            treaty = _BY_ID.get(row["treatyID"].partition("_")[0])
            if not treaty or not code or (treaty in PROTOCOLS and (name == "HUGGO" or not row[force])):
                continue
            signature = _day(row[signed]) if signed and treaty in CBD_FAMILY else None
            found[code, treaty][name] = Statement(_day(row[deposit]), _day(row[force]), signature)
    return dict(found)


def un_flags(folder: Path) -> dict[tuple[str, str], dict[int, bool]]:
    """Country and treaty to whether UN SDG 15.6.1 has the country as a party, by year; the folder is that of the lists."""
    series = {"ER_CBD_PTYPGRFA": "itpgrfa", "ER_CBD_NAGOYA": "nagoya"}
    found: dict[tuple[str, str], dict[int, bool]] = defaultdict(dict)
    for row in _rows(folder.parent / "real_2026/converted/owid_sdg15.csv"):
        if (treaty := series.get(row["series_code"])) and row["value"] in {"0", "1"}:
            found[row["country_code"], treaty][int(row["year"])] = row["value"] == "1"
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
        signed_on: day of the signature, for the Convention on Biological Diversity and its protocols.
        deposited_on: day of the deposit, of a list that states the date of entry into force believed.
        entry_into_force: day from which the treaty binds the country; None for no party.
        stated_by: lists that state that date.
        note: how the lists disagree and why this date was believed; empty where they agree.
        as_of: day up to which the believed lists speak.
    """

    country_code: str
    treaty: str
    signed_on: dt.date | None
    deposited_on: dt.date | None
    entry_into_force: dt.date | None
    stated_by: tuple[str, ...]
    note: str | None
    as_of: str


def heard(treaty: str, name: str) -> bool:
    """Whether a list is heard for a treaty."""
    return name != "ECOLEX" or treaty in {"cms", "paris", *CBD_FAMILY}


def decide(
    country_code: str, treaty: str, said: dict[str, Statement], flags: dict[int, bool] | None = None
) -> Decision:
    """What is believed, and why; `flags` are those of the UN's series by year."""
    refused = [name for name, one in said.items() if not one.is_possible(treaty) and heard(treaty, name)]
    said = {name: one for name, one in said.items() if name not in refused}
    day, why = said.get("IEADB", Statement(None, None)).entry_into_force, "IEADB is believed"
    if treaty in PROTOCOLS:
        day, why = _of_protocol(treaty, said["ECOLEX"])
    elif day is None:
        day, why = _beside_ieadb(treaty, said, flags or {})
    if why.startswith(UN):
        holders = ["IEADB", UN]
    else:
        holders = [name for name in said if heard(treaty, name) and said[name].entry_into_force == day]
    if treaty in PROTOCOLS:
        holders = ["ECOLEX"]
    if day and UN in why:
        holders.append(UN)
    holders = holders or ["IEADB"]
    dated = [said[name] for name in holders if name in said]
    deposit = next((one.deposited_on for one in dated if day and one.deposited_on), None)
    signature = said["ECOLEX"].signed_on if day and "ECOLEX" in said else None
    differing = [f"{name} {_words(one)}" for name, one in said.items() if one.entry_into_force != day]
    differing += [f"{name} is refused, since it has an impossible date" for name in refused]
    note = "; ".join([*differing, why]) if differing else None
    as_of = max(AS_OF[name] for name in holders)
    return Decision(country_code, treaty, signature, deposit, day, tuple(holders), note, as_of)


def _of_protocol(treaty: str, ecolex: Statement) -> tuple[dt.date | None, str]:
    """The date of a protocol: ECOLEX's, or the one that follows from the deposit where the two are far apart."""
    day = ecolex.entry_into_force
    if day and ecolex.deposited_on:
        by_law = by_clause(treaty, ecolex.deposited_on)
        if abs((day - by_law).days) > 3:
            return by_law, "the day that follows from the deposit by the protocol's clause is believed"
    return day, "ECOLEX is believed"


def _beside_ieadb(treaty: str, said: dict[str, Statement], flags: dict[int, bool]) -> tuple[dt.date | None, str]:
    """The date of a membership that IEADB does not have, None where it is not believed, and why."""
    for name, one in said.items():
        day = one.entry_into_force
        if name == "IEADB" or day is None or not heard(treaty, name):
            continue
        if any(not is_party for year, is_party in flags.items() if year > day.year):
            last = max(year for year, is_party in flags.items() if not is_party)
            return None, f"{UN} is believed, which has no party up to {last}"
        if day > dt.date.fromisoformat(AS_OF["IEADB"]):
            return day, f"{name} is believed, since the membership began after IEADB ends"
        is_by_mistake = day == IN_BEING[treaty] and "IEADB" in said
        if one.deposited_on and day == by_clause(treaty, one.deposited_on) and not is_by_mistake:
            return day, f"{name} is believed, since its date follows from the deposit by the treaty's clause"
        if [other.entry_into_force for other in said.values()].count(day) > 1 and not is_by_mistake:
            return day, f"{name} is believed, since two lists have that day"
        if flags.get(day.year) and not flags.get(day.year - 1):
            return day, f"{name} is believed, since {UN} has a party from {day.year} on"
    return None, "none is believed, since no date follows from a deposit"


def _words(one: Statement) -> str:
    return f"says {one.entry_into_force}" if one.entry_into_force else "says no party"


def decisions(folder: Path) -> list[Decision]:
    """Every country and treaty that a list names."""
    flags = un_flags(folder)
    return [decide(*key, said, flags.get(key)) for key, said in sorted(statements(folder).items())]


LEFT = {
    ("US", "paris"): {
        "deposited_on": "2021-01-20",
        "entry_into_force": "2021-02-19",
        "left_on": "2026-01-27",
        "earlier_periods": "2016-11-04/2020-11-04",
        "as_of": "2025-01-27",
        "stated_by": "IEADB; ECOLEX; UN Treaty Collection, depositary notifications of 4 November 2019, 20 January 2021 and 27 January 2025",
        "note": "left on 4 November 2020, one year after the notice, and joined again",
    }
}
"""Memberships that end: what is known of them beside the lists, and who said so."""

NOT_OPEN = "No list of parties names it; a territory takes part through the state responsible for it."
COLUMNS = (
    "country_code",
    "treaty",
    "status",
    "signed_on",
    "deposited_on",
    "entry_into_force",
    "left_on",
    "as_of",
    "stated_by",
    "note",
    "earlier_periods",
)


def seed_rows(folder: Path) -> list[dict[str, str]]:
    """The rows of the seed, as text: states by what is believed, and territories to which no treaty is open."""
    found = []
    decided = decisions(folder)
    for one in decided:
        dates = {"signed_on": one.signed_on, "deposited_on": one.deposited_on, "entry_into_force": one.entry_into_force}
        row = dict.fromkeys(COLUMNS, "") | {
            "country_code": one.country_code,
            "treaty": one.treaty,
            "status": "party" if one.entry_into_force else "not_party",
            "as_of": one.as_of,
            "stated_by": "; ".join(one.stated_by),
            "note": one.note or "",
        }
        row |= {name: day.isoformat() if day else "" for name, day in dates.items()}
        found.append(row | LEFT.get((one.country_code, one.treaty), {}))
    states = {one.country_code for one in decided}
    for code in sorted(set(countries()) - states):
        for treaty in TREATIES:
            row = dict.fromkeys(COLUMNS, "") | {"country_code": code, "treaty": treaty, "status": "not_open"}
            row |= {"as_of": AS_OF["HUGGO"], "stated_by": "IEADB; HUGGO; ECOLEX", "note": NOT_OPEN}
            if treaty == "bbnj":  # adopted after the lists end
                row |= {"as_of": "2023-06-19", "stated_by": "Text of the agreement", "note": NOT_OPEN_BY_TEXT}
            found.append(row)
    return sorted(found, key=lambda row: (row["country_code"], row["treaty"]))


NOT_OPEN_BY_TEXT = "Open to states; a territory takes part through the state responsible for it."


if __name__ == "__main__":
    rows = seed_rows(Path(sys.argv[1]))
    with (sql_folder("seeds") / "treaty_party.csv").open("w", encoding="utf-8", newline="") as seed:
        writer = csv.DictWriter(seed, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
