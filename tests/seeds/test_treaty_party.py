"""The treaty seed: dated and sourced row by row, and what the public lists say under the rules that decide."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from treaty_sources import (
    CBD_FAMILY,
    IN_BEING,
    NOT_OPEN,
    NOT_OPEN_BY_TEXT,
    UN,
    Statement,
    by_clause,
    decide,
    decisions,
    heard,
    seed_rows,
    statements,
    un_flags,
)

from ness_pipeline.contract.check import check
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.names.countries import by_m49, countries
from ness_pipeline.paths import sql_folder
from ness_pipeline.schemas.vocabulary import TREATIES


def seed() -> list[dict[str, str]]:
    """Rows of the seed."""
    with (sql_folder("seeds") / "treaty_party.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def parties(treaty: str) -> set[str]:
    """Countries that the seed calls party to a treaty."""
    return {row["country_code"] for row in seed() if row["treaty"] == treaty and row["status"] == "party"}


def test_every_row_names_its_source_and_date() -> None:
    """No row without who stated it and as of when; who is a party has a date not before the treaty's own."""
    for row in seed():
        assert row["stated_by"], row
        assert dt.date(2018, 1, 1) <= dt.date.fromisoformat(row["as_of"]) <= dt.date(2026, 12, 31)
        assert bool(row["entry_into_force"]) == (row["status"] == "party")
        if row["status"] == "party":
            assert dt.date.fromisoformat(row["entry_into_force"]) >= IN_BEING[row["treaty"]]


def test_every_country_is_spoken_of() -> None:
    """Each ISO country has either a standing with the treaties or the statement that none is open to it."""
    assert {row["country_code"] for row in seed()} == set(countries())
    closed = {row["country_code"] for row in seed() if row["status"] == "not_open"}
    assert {"GL", "PR", "HK", "AQ"} <= closed
    assert not closed & {"US", "VA", "CK", "PS", "LI"}
    for code in closed:
        rows = [row for row in seed() if row["country_code"] == code]
        assert {row["treaty"] for row in rows} == set(TREATIES)
        assert {row["note"] for row in rows} == {NOT_OPEN, NOT_OPEN_BY_TEXT}


@pytest.mark.parametrize(
    ("treaty", "deposited_on", "day"),
    [
        ("cites", "1985-10-30", "1986-01-28"),
        ("itpgrfa", "2006-12-05", "2007-03-05"),
        ("paris", "2017-02-15", "2017-03-17"),
        ("ramsar", "2012-07-23", "2012-11-23"),
        ("world_heritage", "2011-12-08", "2012-03-08"),
        ("cms", "1999-01-14", "1999-04-01"),
        ("cms", "1982-01-14", "1983-11-01"),
        ("ramsar", "1990-10-31", "1991-02-28"),
        ("cbd", "1993-12-21", "1994-03-21"),
        ("cartagena", "2004-05-13", "2004-08-11"),
        ("nagoya", "2012-04-20", "2014-10-12"),
    ],
)
def test_clauses_of_the_treaties(treaty: str, deposited_on: str, day: str) -> None:
    """Entry into force follows from the deposit: days, months or the first of a month, never before the treaty's own."""
    assert by_clause(treaty, dt.date.fromisoformat(deposited_on)) == dt.date.fromisoformat(day)


def test_who_is_believed() -> None:
    """IEADB first; beside it only later memberships and dates that fit a deposit; a signatory's mistake never."""
    ieadb = Statement(dt.date(1990, 1, 1), dt.date(1990, 4, 1))
    other = Statement(dt.date(1977, 3, 28), dt.date(1977, 7, 28))
    nothing = Statement(None, None)
    assert decide("XX", "cites", {"IEADB": ieadb, "HUGGO": other}).entry_into_force == dt.date(1990, 4, 1)
    assert decide("XX", "ramsar", {"IEADB": nothing, "HUGGO": other}).entry_into_force == dt.date(1977, 7, 28)
    assert decide("XX", "ramsar", {"IEADB": nothing, "ECOLEX": other}).entry_into_force is None
    mistake = Statement(dt.date(2002, 1, 1), IN_BEING["itpgrfa"])
    assert decide("XX", "itpgrfa", {"IEADB": nothing, "HUGGO": mistake}).entry_into_force is None
    assert decide("XX", "itpgrfa", {"HUGGO": mistake}).entry_into_force == IN_BEING["itpgrfa"]
    late = Statement(dt.date(2016, 3, 7), dt.date(2016, 6, 6))
    assert decide("XX", "itpgrfa", {"IEADB": nothing, "HUGGO": late}).entry_into_force is None
    joined = decide("XX", "itpgrfa", {"IEADB": nothing, "HUGGO": late}, {2015: False, 2016: True})
    assert (joined.entry_into_force, joined.stated_by) == (dt.date(2016, 6, 6), ("HUGGO", UN))
    none = decide("XX", "itpgrfa", {"IEADB": nothing, "HUGGO": late}, dict.fromkeys(range(2012, 2023), False))
    assert (none.entry_into_force, none.stated_by, none.as_of) == (None, ("IEADB", UN), "2021-12-31")
    impossible = Statement(dt.date(1993, 5, 7), dt.date(1993, 12, 29), dt.date(1192, 6, 12))
    refused = decide(
        "XX", "cbd", {"IEADB": Statement(dt.date(1993, 5, 7), dt.date(1993, 12, 29)), "ECOLEX": impossible}
    )
    assert (refused.signed_on, refused.stated_by) == (None, ("IEADB",))
    assert "ECOLEX is refused" in str(refused.note)


@pytest.mark.data
def test_the_seed_is_what_the_rules_make_of_the_lists(public_data: Path) -> None:
    """Recomputed from the three lists, every row of the seed comes out the same, with its reason."""
    assert seed_rows(public_data / "data/treaties") == seed()


@pytest.mark.data
def test_conflicts_are_listed(public_data: Path) -> None:
    """Every disagreement about a date or a membership carries a note, and notes stand nowhere else."""
    said = statements(public_data / "data/treaties")
    disputed = {
        (one.country_code, one.treaty)
        for one in decisions(public_data / "data/treaties")
        if any(
            stated.entry_into_force != one.entry_into_force
            or (not stated.is_possible(one.treaty) and heard(one.treaty, name))
            for name, stated in said[one.country_code, one.treaty].items()
        )
    }
    noted = {
        (row["country_code"], row["treaty"])
        for row in seed()
        if "believed" in row["note"] and row["status"] != "not_open"
    }
    assert noted == disputed
    assert len(disputed) > 400


@pytest.mark.data
def test_ecolex_stands_against_the_wrong_states(public_data: Path) -> None:
    """The reason for not hearing ECOLEX on four treaties: its dates fit their deposits but not IEADB's states."""
    alike, both, fits, own = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for (_, treaty), said in statements(public_data / "data/treaties").items():
        if "ECOLEX" not in said or not (day := said["ECOLEX"].entry_into_force):
            continue
        if deposited_on := said["ECOLEX"].deposited_on:
            own[treaty] += 1
            fits[treaty] += day == by_clause(treaty, deposited_on)
        if "IEADB" in said and said["IEADB"].entry_into_force:
            both[treaty] += 1
            alike[treaty] += day == said["IEADB"].entry_into_force
    agreement = {treaty: alike[treaty] / both[treaty] for treaty in both}
    assert min(agreement["cms"], agreement["paris"]) > 0.95
    assert agreement["cbd"] > 0.85
    assert max(agreement[treaty] for treaty in ("cites", "ramsar", "world_heritage", "itpgrfa")) <= 0.6
    assert all(fits[treaty] / own[treaty] > 0.9 for treaty in ("cites", "ramsar", "world_heritage", "itpgrfa"))


@pytest.mark.data
def test_one_row_of_the_list_of_the_convention_has_an_impossible_date(public_data: Path) -> None:
    """Of its 475 rows the contract refuses the one in which Guinea signs in 1192, and says why."""
    frame = pl.read_csv(public_data / "data/real_2026/converted/treaty_cbd_family.csv", infer_schema=False)
    valid, refused = check(tables()["core.treaty_party"], frame, "file:list")
    assert (frame.height, valid.height) == (475, 474)
    ((check_name, reason),) = refused.select("check_name", "reason").rows()
    assert check_name == "is_signed_after_adoption"
    assert "not before the day on which the treaty was adopted" in reason


@pytest.mark.data
def test_parties_of_the_convention_and_its_protocols_are_those_of_the_list(public_data: Path) -> None:
    """The same states, and the same year but for five: three by IEADB, two by the clause of treaty or protocol."""
    file = public_data / "data/real_2026/converted/treaty_cbd_family.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        listed = {(row["country_code"], row["treaty"]): row["entry_into_force"] for row in csv.DictReader(lines)}
    seeded = {
        (row["country_code"], row["treaty"]): row["entry_into_force"]
        for row in seed()
        if row["treaty"] in CBD_FAMILY and row["status"] == "party"
    }
    assert seeded.keys() == listed.keys()
    differing = {key: (listed[key][:4], seeded[key][:4]) for key in listed if listed[key][:4] != seeded[key][:4]}
    assert differing == {
        ("DE", "cbd"): ("1993", "1994"), ("ES", "cbd"): ("1993", "1994"), ("UY", "cbd"): ("1993", "1994"),
        ("ME", "cbd"): ("2007", "2006"), ("IE", "cartagena"): ("2003", "2004"),
    }  # fmt: skip


@pytest.mark.data
def test_un_sdg_series_of_parties_agrees(public_data: Path) -> None:
    """Whoever UN SDG 15.6.1 has as a party in a year is none by the seed only where its lists end before; nobody the reverse.

    The plant treaty: Mozambique and the Russian Federation after October 2020. The Nagoya Protocol: 22 states after 2018.
    The UN counts from the deposit on, so the year before an entry into force may be one.
    """
    rows = {(row["country_code"], row["treaty"]): row for row in seed()}
    missing, extra = set(), set()
    for key, flags in un_flags(public_data / "data/treaties").items():
        row = rows.get(key, {"status": "", "entry_into_force": "", "as_of": "2018-12-31"})
        for year, is_party in flags.items():
            force = int(row["entry_into_force"][:4]) if row["status"] == "party" else 9999
            if is_party and force > year + 1:
                missing.add((*key, year > int(row["as_of"][:4]) or row["as_of"] < f"{year}-12-31"))
            if not is_party and force < year:
                extra.add((*key, year))
    assert {code for code, treaty, _ in missing if treaty == "itpgrfa"} == {"MZ", "RU"}
    assert len({code for code, treaty, _ in missing if treaty == "nagoya"}) == 22
    assert all(is_after_list for *_, is_after_list in missing)
    assert extra == set()


@pytest.mark.data
def test_un_sdg_flags_agree(public_data: Path) -> None:
    """Who reports under the plant treaty (UN SDG 15.6.1, online reporting) is a party in the seed, from no later year on."""
    file = public_data / "data/indicators/unsdg_2020/15.6.1_er_cbd_orspgrfa.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        flagged = {
            (by_m49()[int(row["geo_area"])], int(row["year"]))
            for row in csv.DictReader(lines)
            if row["er_cbd_orspgrfa"] == "1" and int(row["geo_area"]) in by_m49()
        }
    force = {row["country_code"]: row["entry_into_force"] for row in seed() if row["treaty"] == "itpgrfa"}
    differing = {(code, year) for code, year in flagged if not force[code] or int(force[code][:4]) > year}
    assert flagged
    assert differing == set()
