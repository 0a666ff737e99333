"""Spec of the core tables that choose whole rows: assessment, indicator, treaty, country, groups and their keys."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from small_world import country, groups, observation, treaty

from ness_pipeline.contract.check import check
from ness_pipeline.contract.dictionary import tables

GLOBAL = {"species_key": "a", "scope": "global", "assessment_year": 2020, "red_list_category": "VU"}


def test_own_assessment_of_the_same_year(warehouse: Any) -> None:
    """Per species, year and scope an own file's assessment counts; other years and scopes stay."""
    warehouse.land("assessment", [GLOBAL, GLOBAL | {"assessment_year": 2010}], source="iucn")
    warehouse.land("assessment", [GLOBAL | {"red_list_category": "EN"}, GLOBAL | {"scope": "KE"}], source="file:own")
    warehouse.materialise(only="core.assessment")
    found = warehouse.rows("SELECT assessment_year, scope, red_list_category, source FROM core.assessment ORDER BY ALL")
    assert [tuple(row.values()) for row in found] == [
        (2010, "global", "VU", "iucn"), (2020, "KE", "VU", "file:own"), (2020, "global", "EN", "file:own"),
    ]  # fmt: skip


@pytest.mark.parametrize("order", [["NT", "CR"], ["CR", "NT"]])
def test_copies_that_differ_do_not_depend_on_order(warehouse: Any, order: list[str]) -> None:
    """Of copies that came with several units the more threatened counts, whichever came first."""
    for unit, category in zip(["KE", "TZ"], order, strict=True):
        warehouse.land("assessment", [GLOBAL | {"red_list_category": category}], source="iucn", unit=unit)
    warehouse.materialise(only="core.assessment")
    assert warehouse.rows("SELECT red_list_category FROM core.assessment") == [{"red_list_category": "CR"}]


def test_own_indicator_value_replaces_one_value(warehouse: Any) -> None:
    """An own value replaces the publisher's of that country, series, year and disaggregation, and nothing else."""
    rows = [observation("X", 2020, 1), observation("X", 2021, 2), observation("X", 2020, 3, disaggregation="Sex=F")]
    warehouse.land("indicator_observation", rows, source="unsdg")
    warehouse.land("indicator_observation", [observation("X", 2020, 9, publisher="user")], source="file:own")
    warehouse.materialise(only="core.indicator_observation")
    found = warehouse.rows("SELECT year, disaggregation, value, source FROM core.indicator_observation ORDER BY ALL")
    assert [tuple(row.values()) for row in found] == [
        (2020, "Sex=F", 3.0, "unsdg"), (2020, "total", 9.0, "file:own"), (2021, "total", 2.0, "unsdg"),
    ]  # fmt: skip


def test_own_files_then_publishers_then_the_sample_then_seeds(warehouse: Any) -> None:
    """Of each value the first of these sources that has it counts."""
    believed = ("file:own", "unsdg", "sample", "seeds")
    for place, source in enumerate(believed):
        rows = [observation("ER_RSK_LST", 2020 + year, 10.0 * place) for year in range(place + 1)]
        warehouse.land("indicator_observation", rows, source=source)
    warehouse.materialise(only="core.indicator_observation")
    found = warehouse.rows("SELECT year, value, source FROM core.indicator_observation ORDER BY ALL")
    assert [tuple(row.values()) for row in found] == [
        (2020, 0.0, "file:own"), (2021, 10.0, "unsdg"), (2022, 20.0, "sample"), (2023, 30.0, "seeds"),
    ]  # fmt: skip


def test_treaties_of_one_day_own_file_then_publisher_then_seeds(warehouse: Any) -> None:
    """The first source in that order counts with all its dates."""
    warehouse.land("treaty_party", [treaty("cites", "1980-01-01"), treaty("cbd", "1993-12-29"), treaty("cms", "1990-01-01")], source="seeds")  # fmt: skip
    warehouse.land("treaty_party", [treaty("cbd", "1994-01-01"), treaty("nagoya", "2014-10-12")], source="cbd")
    warehouse.land("treaty_party", [treaty("cbd", None, status="signatory")], source="file:own")
    warehouse.materialise(only="core.treaty_party")
    found = warehouse.rows("SELECT treaty, status, source FROM core.treaty_party ORDER BY ALL")
    assert [tuple(row.values()) for row in found] == [
        ("cbd", "signatory", "file:own"), ("cites", "party", "seeds"), ("cms", "party", "seeds"), ("nagoya", "party", "cbd"),
    ]  # fmt: skip


def test_treaties_of_several_days_the_latest(warehouse: Any) -> None:
    """A list of 2024 wins over an own file of 2019; a row without a day speaks up to its own latest date."""
    old, new = dt.date(2019, 12, 31), dt.date(2024, 12, 31)
    warehouse.land("treaty_party", [treaty("cites", None, as_of=old), treaty("cms", "1990-01-01", as_of=None), treaty("cbd", None, as_of=new)], source="file:own")  # fmt: skip
    warehouse.land("treaty_party", [treaty("cites", "2021-01-01", as_of=new), treaty("cms", None, as_of=old), treaty("cbd", "1994-01-01", as_of=old)], source="seeds")  # fmt: skip
    warehouse.materialise(only="core.treaty_party")
    found = warehouse.rows("SELECT treaty, status, source FROM core.treaty_party ORDER BY ALL")
    assert [tuple(row.values()) for row in found] == [
        ("cbd", "not_party", "file:own"), ("cites", "party", "seeds"), ("cms", "not_party", "seeds"),
    ]  # fmt: skip


def test_not_open_holds_against_lists_of_others_and_gives_way_to_a_party(warehouse: Any) -> None:
    """A territory in a list of who is no party stays one to which the treaty is not open; as a party it is one."""
    seeded = [treaty(name, None, "GL", status="not_open", as_of=dt.date(2022, 12, 31)) for name in ("cbd", "cites")]
    warehouse.land("treaty_party", seeded, source="seeds")
    warehouse.land("treaty_party", [treaty("cbd", None, "GL")], source="cbd")
    warehouse.land("treaty_party", [treaty("cites", "1977-10-24", "GL", as_of=dt.date(2020, 1, 1))], source="file:own")
    warehouse.materialise(only="core.treaty_party")
    found = warehouse.rows("SELECT treaty, status, source FROM core.treaty_party ORDER BY ALL")
    assert [tuple(row.values()) for row in found] == [("cbd", "not_open", "seeds"), ("cites", "party", "file:own")]


def spans(warehouse: Any, rows: list[dict[str, Any]], flags: Any = ()) -> list[tuple[Any, ...]]:
    """Standing, first day and first day after of each statement."""
    warehouse.land("treaty_party", rows, source="seeds")
    warehouse.land("indicator_observation", list(flags), source="unsdg")
    warehouse.materialise(only="core.treaty_statement")
    query = "SELECT standing, valid_from, valid_to FROM core.treaty_statement ORDER BY is_flag, as_of, span"
    return [tuple(row.values()) for row in warehouse.rows(query)]


def test_statements_of_a_country_that_left_and_joined_again(warehouse: Any) -> None:
    """Paris and the United States: out, in, out, in, out to the end of the year of the second exit, then unknown."""
    paris = treaty("paris", "2021-02-19", earlier_periods="2016-11-04/2020-11-04", left_on=dt.date(2026, 1, 27), as_of=dt.date(2025, 1, 27))  # fmt: skip
    first, out, back, left, new_year = dt.date(2016, 11, 4), dt.date(2020, 11, 4), dt.date(2021, 2, 19), dt.date(2026, 1, 27), dt.date(2027, 1, 1)  # fmt: skip
    assert spans(warehouse, [paris]) == [
        ("not_in_force", None, first), ("in_force", first, out), ("not_in_force", out, back), ("in_force", back, left),
        ("not_in_force", left, new_year), ("unknown", new_year, None),
    ]  # fmt: skip


def test_statements_of_a_list_without_dates(warehouse: Any) -> None:
    """A party without a date is one from the day of the list on and says nothing of before; no party holds to that day."""
    day = dt.date(2021, 5, 1)
    assert spans(warehouse, [treaty("cms", None, status="party", as_of=day)]) == [("in_force", day, None)]
    assert spans(warehouse, [treaty("cms", None, "TZ", as_of=day)])[1:] == [
        ("not_in_force", None, dt.date(2021, 5, 2)), ("unknown", dt.date(2021, 5, 2), None),
    ]  # fmt: skip
    warehouse.connection.execute("DELETE FROM landed.treaty_party")
    assert spans(warehouse, [treaty("cms", None, status="party", as_of=None)]) == []


def test_statements_of_flags(warehouse: Any) -> None:
    """0 of 2016: none up to the end of 2016; 1 of 2019: party from the end of 2019 on."""
    flags = [observation("ER_CBD_NAGOYA", 2016, 0), observation("ER_CBD_NAGOYA", 2019, 1)]
    assert spans(warehouse, [], flags) == [
        ("not_in_force", None, dt.date(2017, 1, 1)), ("unknown", dt.date(2017, 1, 1), None),
        ("in_force", dt.date(2019, 12, 31), None),
    ]  # fmt: skip


def area(warehouse: Any) -> dict[str, float | None]:
    """Land area by country."""
    warehouse.materialise(only="core.country")
    return {row["country_code"]: row["land_area_km2"] for row in warehouse.rows("FROM core.country")}


def test_land_area_is_the_latest_observed(warehouse: Any) -> None:
    """The latest observed World Bank value counts; a country without one has NULL."""
    warehouse.land("country", [country("KE"), country("TZ")], source="iso_countries")
    rows = [observation("AG.LND.TOTL.K2", 2019, 100), observation("AG.LND.TOTL.K2", 2021, 90), observation("AG.LND.TOTL.K2", 2022, None)]  # fmt: skip
    warehouse.land("indicator_observation", rows, source="worldbank")
    assert area(warehouse) == {"KE": 90, "TZ": None}


def test_own_land_area_wins(warehouse: Any) -> None:
    """An area in an own file beats the World Bank's; an own row without an area takes the World Bank's."""
    warehouse.land("country", [country("KE"), country("TZ")], source="iso_countries")
    warehouse.land("country", [country("KE", land_area_km2=7.0), country("TZ")], source="file:own")
    rows = [observation("AG.LND.TOTL.K2", 2019, 100), observation("AG.LND.TOTL.K2", 2019, 200, "TZ")]
    warehouse.land("indicator_observation", rows, source="worldbank")
    assert area(warehouse) == {"KE": 7, "TZ": 200}


def test_seeded_groups_are_complete_and_add_up(warehouse: Any) -> None:
    """Every group and roll-up has one row, and the roll-ups' counts add up to those of `all` with the chromists."""
    warehouse.land("taxon_group", groups(), source="seeds")
    warehouse.materialise(only="core.taxon_group")
    rows = {row["taxon_group"]: row for row in warehouse.rows("FROM core.taxon_group")}
    assert {row["roll_up"] for row in rows.values() if not row["is_roll_up"]} == {"animals", "plants", "fungi", None}
    brown_algae = 5104  # the part of the chromists that IUCN's table counts
    described = sum(rows[name]["described_species"] for name in ("animals", "plants", "fungi")) + brown_algae
    assert described == rows["all"]["described_species"]
    assessed = sum(rows[name]["world_assessed_species"] for name in ("animals", "plants", "fungi", "chromists"))
    assert assessed == rows["all"]["world_assessed_species"]
    for row in rows.values():
        counts = (row["described_species"], row["world_assessed_species"])
        assert (counts == (None, None)) == (row["counts_source"] is None) == (row["counts_as_of"] is None)
        if None not in counts:
            assert counts[1] <= counts[0]


def test_own_group_counts_replace_both(warehouse: Any) -> None:
    """Own counts of a group replace described and assessed species together."""
    warehouse.land("taxon_group", groups(), source="seeds")
    own = {"taxon_group": "ascomycetes", "label": "Ascomycetes", "roll_up": "fungi", "is_roll_up": False}
    dated = {"described_species": 90, "counts_source": "Own", "counts_as_of": dt.date(2025, 1, 1)}
    warehouse.land("taxon_group", [own | dated], source="file:own")
    warehouse.materialise(only="core.taxon_group")
    (row,) = warehouse.rows("FROM core.taxon_group WHERE taxon_group = 'ascomycetes'")
    assert (row["described_species"], row["world_assessed_species"], row["source"]) == (90, None, "file:own")


@pytest.mark.parametrize(
    "counts",
    [
        {"described_species": 7_000_000, "world_assessed_species": 7_000_000},
        {"described_species": 800_000, "world_assessed_species": 14_000},
        {"described_species": 1_100_000, "world_assessed_species": 29_063},
        {"described_species": 1_100_000, "world_assessed_species": 15_000, "world_weighed_species": 15_001},
        {"described_species": 1_100_000, "world_assessed_species": 15_000, "world_weighed_species": 7_499},
    ],
    ids=["all assessed at once", "too few described", "twice as many assessed", "more weighed", "few weighed"],
)
def test_own_group_counts_that_contradict_what_is_known_are_passed_over(warehouse: Any, counts: dict[str, int]) -> None:
    """Counts of the world decide what may be quoted, so an own file cannot make a group look assessed; a newer release can."""
    warehouse.land("taxon_group", groups(), source="seeds")
    own = {"taxon_group": "insects", "label": "Insects", "roll_up": "animals", "is_roll_up": False}
    day = dt.date(2026, 1, 1)
    own |= {"counts_source": "Own", "counts_as_of": day, "weighed_source": "Own", "weighed_as_of": day}
    warehouse.land("taxon_group", [own | counts], source="file:own")
    warehouse.materialise(only="core.taxon_group")
    insects = "FROM core.taxon_group WHERE taxon_group = 'insects'"
    assert warehouse.rows(insects)[0]["source"] == "seeds"
    newer = {"described_species": 1_050_000, "world_assessed_species": 16_000, "world_weighed_species": 12_000}
    warehouse.land("taxon_group", [own | newer], source="file:a_newer_release")
    warehouse.materialise(only="core.taxon_group")
    assert warehouse.rows(insects)[0]["source"] == "file:a_newer_release"


@pytest.mark.parametrize(
    ("described", "assessed", "weighed", "fits"),
    [("90", "90", "90", True), ("90", "90", "45", True), ("90", None, "90", True), (None, "90", None, True),
     ("90", "91", None, False), ("200", "90", "91", False), ("200", "90", "44", False)],
)  # fmt: skip
def test_group_counts_that_cannot_be_are_refused(described: Any, assessed: Any, weighed: Any, fits: bool) -> None:  # noqa: FBT001
    """No more species are assessed than described, nor weighed than assessed, and half of the assessed have a weight."""
    row = {"taxon_group": "ferns", "label": "Ferns", "is_roll_up": "false", "described_species": described, "world_assessed_species": assessed, "world_weighed_species": weighed}  # fmt: skip
    row |= {
        "counts_source": "Own",
        "counts_as_of": "2026-01-01",
        "weighed_source": "Own",
        "weighed_as_of": "2026-01-01",
    }
    frame = pl.DataFrame([row], schema=dict.fromkeys(row, pl.String))
    assert check(tables()["core.taxon_group"], frame, "file:own")[1].height == (not fits)


@pytest.mark.parametrize("lacks", ["counts_source", "counts_as_of", "weighed_source", "weighed_as_of", None])
def test_own_group_counts_have_a_source_and_a_day(lacks: str | None) -> None:
    """A count without its source or day is refused in an own file; the seeds leave out what they do not know."""
    row = {"taxon_group": "ferns", "label": "Ferns", "is_roll_up": "false", "described_species": "12000", "counts_source": "Own", "counts_as_of": "2026-01-01"}  # fmt: skip
    row |= {"world_weighed_species": "800", "weighed_source": "Own", "weighed_as_of": "2026-01-01"}
    frame = pl.DataFrame([{name: value for name, value in row.items() if name != lacks}])
    assert check(tables()["core.taxon_group"], frame, "file:own")[1].height == (lacks is not None)
    assert check(tables()["core.taxon_group"], frame, "seeds")[1].height == 0


@pytest.mark.parametrize("said", [True, False])
def test_an_own_file_moves_no_country_to_or_from_the_sea(warehouse: Any, said: bool) -> None:  # noqa: FBT001
    """Whether a country is landlocked comes from ISO's list with the UN's, where it knows the country."""
    warehouse.land("country", [country("KE", is_landlocked=not said)], source="iso_countries")
    warehouse.land("country", [country("KE", is_landlocked=said), country("QQ", is_landlocked=said)], source="file:own")
    warehouse.materialise(only="core.country")
    found = {row["country_code"]: row["is_landlocked"] for row in warehouse.rows("FROM core.country")}
    assert found == {"KE": not said, "QQ": said}


def test_an_own_file_makes_no_member_of_the_united_nations(warehouse: Any) -> None:
    """Membership comes from the UN's own lists alone, so a country that only an own file knows is none."""
    warehouse.land(
        "country", [country("KE", un_membership="member"), country("TW", un_membership=None)], source="iso_countries"
    )
    own = [country(code, un_membership=said) for code, said in (("KE", None), ("TW", "member"), ("QQ", "observer"))]
    warehouse.land("country", own, source="file:own")
    warehouse.materialise(only="core.country")
    found = {row["country_code"]: row["un_membership"] for row in warehouse.rows("FROM core.country")}
    assert found == {"KE": "member", "TW": None, "QQ": None}


def test_group_keys_per_checklist(warehouse: Any) -> None:
    """The same taxon has a row per checklist, once."""
    row = {
        "taxon_group": "birds",
        "scientific_name": "Aves",
        "taxon_rank": "CLASS",
        "is_residual": False,
        "taxon_key": "1",
    }
    for unit in ("world", "again"):
        warehouse.land("taxon_group_key", [row | {"checklist_key": key} for key in ("one", "two")], unit=unit)
    warehouse.materialise(only="core.taxon_group_key")
    assert warehouse.rows("SELECT checklist_key FROM core.taxon_group_key ORDER BY ALL") == [{"checklist_key": "one"}, {"checklist_key": "two"}]  # fmt: skip
