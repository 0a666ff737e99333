"""Spec of `metrics.threatened_species`: categories in, counts, shares and reasons out."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_world import CODES, groups, observation, species

from ness_pipeline.schemas.vocabulary import RED_LIST_CATEGORIES

ALL_ASSESSED = {"mammals": (100, 100), "animals": (100, 100), "all": (100, 100)}


def threatened(warehouse: Any, rows: list[dict[str, Any]], *, counts: Any = None) -> dict[tuple[str, str], Any]:
    """Rows of the metric by country and group, from species alone."""
    warehouse.land("taxon_group", groups(**(counts or ALL_ASSESSED)), source="seeds")
    warehouse.land("country_species", rows)
    warehouse.materialise(only="metrics.threatened_species")
    found = warehouse.rows("FROM metrics.threatened_species")
    return {(row["country_code"], row["taxon_group"]): row for row in found}


def test_fungi_of_2019(warehouse: Any) -> None:
    """The 280 fungi on the Red List of 2019 give the published shares, and too few of 155,000 to quote them."""
    counts = {"basidiomycetes": (155_000, 280), "fungi": (155_000, 280)}
    fungi = species("basidiomycetes", CR=15, EN=59, VU=90, NT=40, LC=54, DD=22)
    row = threatened(warehouse, fungi, counts=counts)["KE", "fungi"]
    assert row["threatened_share_range_low"] == pytest.approx(0.585714, abs=5e-7)
    assert row["threatened_share"] == pytest.approx(0.635659, abs=5e-7)
    assert row["threatened_share_range_high"] == pytest.approx(0.664286, abs=5e-7)
    assert row["world_assessed_share"] == pytest.approx(0.0018, abs=5e-5)
    assert (row["reportable"], row["reason"]) == (False, "group_partly_assessed")


@pytest.mark.parametrize(
    ("counts", "lower", "best", "upper"),
    [
        ({"LC": 3739, "NT": 451, "VU": 811, "EN": 1264, "CR": 798, "EW": 2, "EX": 37, "DD": 909}, 0.360547, 0.406936, 0.474542),
        ({"LC": 8699, "NT": 940, "VU": 717, "EN": 405, "CR": 232, "EW": 5, "EX": 159, "DD": 40}, 0.123120, 0.123568, 0.126744),
        ({"LC": 49, "NT": 66, "VU": 93, "EN": 61, "CR": 66, "EW": 3, "EX": 0, "DD": 3}, 0.653959, 0.659763, 0.662757),
    ],
    ids=["amphibians 2022", "birds 2024", "cycads 2003"],
)  # fmt: skip
def test_comprehensively_assessed_groups(
    warehouse: Any, counts: dict[str, int], lower: float, best: float, upper: float
) -> None:
    """The published category counts of three groups give their published shares, EW counted as threatened."""
    row = threatened(warehouse, species("mammals", **counts))["KE", "mammals"]
    shares = [row["threatened_share_range_low"], row["threatened_share"], row["threatened_share_range_high"]]
    assert shares == pytest.approx([lower, best, upper], abs=5e-7)
    assert (row["reportable"], row["reason"]) == (True, None)


def test_counts_by_category(warehouse: Any) -> None:
    """Every category has its count; NE, NA and species without a category are known but not assessed."""
    rows = species("mammals", EX=1, EW=2, CR=3, EN=4, VU=5, NT=6, LC=7, DD=8, RE=1, NA=2, NE=3, NONE=4)
    row = threatened(warehouse, rows)["KE", "mammals"]
    assert {name: row[name] for name in row if isinstance(row[name], int) and not isinstance(row[name], bool)} == {
        "known_species": 46, "assessed_species": 37, "extinct": 2, "extinct_in_the_wild": 2,
        "critically_endangered": 3, "possibly_extinct": 0, "endangered": 4, "vulnerable": 5, "near_threatened": 6,
        "least_concern": 7, "data_deficient": 8, "apart_species": 0, "threatened_species": 12, "threatened_species_with_ew": 14,
        "described_species": 100, "world_assessed_species": 100,
    }  # fmt: skip
    assert row["threatened_share"] == pytest.approx(14 / 27)
    assert row["threatened_share_without_ew"] == pytest.approx(12 / 27)
    assert row["national_assessed_share"] == pytest.approx(37 / 46)


@pytest.mark.parametrize(
    ("rows", "counts", "reason", "bounds"),
    [
        ({"DD": 3}, (100, 100), "all_data_deficient", (0.0, None, 1.0)),
        ({"DD": 3, "EX": 1}, (100, 100), "all_data_deficient", (0.0, None, 1.0)),
        ({"EX": 2}, (100, 100), "no_assessed_species", (None, None, None)),
        ({"NE": 2, "NA": 1}, (100, 100), "no_assessed_species", (None, None, None)),
        ({"NONE": 1}, (None, None), "no_assessed_species", (None, None, None)),
        ({"DD": 1}, (None, None), "all_data_deficient", (0.0, None, 1.0)),
        ({"VU": 1}, (None, 3), "no_described_count", (1.0, 1.0, 1.0)),
        ({"VU": 1}, (0, 0), "no_described_count", (1.0, 1.0, 1.0)),
        ({"VU": 1, "NE": 9}, (100, 79), "group_partly_assessed", (1.0, 1.0, 1.0)),
        ({"VU": 1, "NE": 9}, (100, 80), "country_partly_assessed", (1.0, 1.0, 1.0)),
        ({"LC": 12, "NE": 3}, (100, 80), None, (0.0, 0.0, 0.0)),
        ({"CR": 10}, (100, 100), None, (1.0, 1.0, 1.0)),
        ({"CR": 9, "DD": 1, "EX": 5}, (100, 100), "too_few_species", (0.9, 1.0, 1.0)),
    ],
)
def test_first_failing_reason(
    warehouse: Any, rows: dict[str, int], counts: tuple[int, int], reason: str | None, bounds: tuple[Any, ...]
) -> None:
    """A share that may not be quoted names the first reason in order, and a division by nothing is NULL."""
    row = threatened(warehouse, species("mammals", **rows), counts={"mammals": counts})["KE", "mammals"]
    assert (row["reportable"], row["reason"]) == (reason is None, reason)
    assert (row["threatened_share_range_low"], row["threatened_share"], row["threatened_share_range_high"]) == bounds


def test_counts_are_missing_only_without_any_assessment(warehouse: Any) -> None:
    """Threatened species are NULL where nobody looked and 0 where all assessed species are extinct."""
    rows = species("mammals", NE=2) + species("mammals", "TZ", EX=2)
    found = threatened(warehouse, rows)
    assert found["KE", "mammals"]["threatened_species"] is None
    assert found["TZ", "mammals"]["threatened_species"] == 0


NATIVE = {"origin": "native", "presence": "extant"}
LISTED = [{"red_list_category": "VU" if place < 3 else "LC"} | NATIVE for place in range(12)]
RECORDED = [{"red_list_category": "EN", "occurrences": 40}] * 9


@pytest.mark.parametrize(
    ("sources", "share", "basis", "reason"),
    [
        ({"iucn": LISTED}, 0.25, "country_list", None),
        ({"gbif_country": [row | {"occurrences": 40, "origin": None, "presence": None} for row in LISTED]}, 0.25, "records", "only_records"),
        ({"gbif_country": LISTED[:3] + [row | {"origin": None} for row in RECORDED]}, 1.0, "country_list", "too_few_species"),
        ({"gbif_country": [{"red_list_category": "VU", "occurrences": 9}] * 3 + RECORDED}, 1.0, "records", "only_records"),
        ({"iucn": LISTED, "gbif_country": RECORDED}, 0.25, "country_list", None),
        ({"file:own": LISTED, "gbif_country": RECORDED}, 0.25, "country_list", None),
        ({"file:own": [row | {"presence": None} for row in LISTED]}, 0.25, "own_list", "list_not_complete"),
        ({"file:own": [*LISTED, {"red_list_category": "LC", "origin": "native"}]}, 3 / 13, "own_list", "list_not_complete"),
        ({"file:own": [row | {"origin": None, "presence": None, "is_complete_list": True} for row in LISTED]}, 0.25, "country_list", None),
        ({"file:own": [row | {"presence": None} for row in LISTED], "gbif_country": RECORDED}, 12 / 21, "records", "only_records"),
        ({"iucn": LISTED, "file:own": [{"red_list_category": "CR"}] * 4}, 0.25, "country_list", None),
        ({"iucn": LISTED, "file:own": [{"red_list_category": "CR"} | NATIVE]}, 4 / 13, "country_list", None),
        ({"file:own": [{"red_list_category": "EN", "occurrences": 5}] * 12}, 1.0, "records", "only_records"),
    ],
    ids=[
        "the Red List's list of the country", "the same species from records", "three placed, nine planted",
        "three native and nine planted conifers by records", "records beside the Red List", "records beside an own list",
        "own list without presence", "own list with one row not placed", "own list said to be complete",
        "own list without presence beside records", "own species not placed beside the Red List",
        "own species placed beside the Red List", "own records",
    ],
)  # fmt: skip
def test_what_the_list_of_species_rests_on(
    warehouse: Any, sources: dict[str, list[dict[str, Any]]], share: float, basis: str, reason: str | None
) -> None:
    """Only a country list with origin and presence may be quoted; records beside one do not change its share."""
    for source, rows in sources.items():
        warehouse.land("country_species", [
            {"country_code": "GB", "species_key": f"{source}-{place}", "taxon_group": "conifers_and_cycads"} | row
            for place, row in enumerate(rows)
        ], source=source)  # fmt: skip
    row = threatened(warehouse, [], counts={"conifers_and_cycads": (100, 95)})["GB", "conifers_and_cycads"]
    assert (row["basis"], row["reason"], row["reportable"]) == (basis, reason, reason is None)
    assert row["threatened_share"] == pytest.approx(share)


def test_the_publishers_count_stands_beside(warehouse: Any) -> None:
    """The World Bank's count of its latest year, and the difference; alone where no list of species is loaded."""
    counts = [("EN.MAM.THRD.NO", 2018, 28.0), ("EN.MAM.THRD.NO", 2022, 30.0), ("EN.BIR.THRD.NO", 2022, 44.0)]
    warehouse.land("indicator_observation", [observation(series, year, value) for series, year, value in counts])
    warehouse.land("indicator_observation", [observation("EN.HPT.THRD.NO", 2022, 7.0, "TZ", publisher="user")])
    found = threatened(warehouse, species("mammals", CR=4, LC=20))
    columns = ("threatened_species", "official_threatened_species", "official_threatened_year", "difference_from_official_threatened_species", "official_basis")  # fmt: skip
    assert [found["KE", "mammals"][name] for name in columns] == [4, 30, 2022, -26, "official"]
    assert [found["KE", "birds"][name] for name in ("known_species", *columns)] == [None, None, 44, 2022, None, "official"]  # fmt: skip
    assert found["KE", "birds"]["reason"] == "no_assessed_species"
    assert [found["TZ", "plants"][name] for name in columns[1:]] == [7, 2022, None, "own_value"]


@pytest.mark.parametrize(
    ("source", "more", "safe", "reason"),
    [
        ("file:own", {}, 0, "completeness_unknown"),
        ("file:own", {"is_complete_list": True}, 0, None),
        ("file:own", {}, 1, None),
        ("iucn", {}, 0, None),
    ],
    ids=["own", "own and complete", "with a safe one", "the Red List's"],
)
def test_an_own_list_of_the_threatened_alone_is_not_the_countrys(
    warehouse: Any, source: str, more: dict[str, Any], safe: int, reason: str | None
) -> None:
    """An own list that names nothing but threatened species has a share of 1, which may be quoted where it is complete."""
    rows = [row | more for row in species("mammals", CR=12, LC=safe)]
    warehouse.land("country_species", rows, source=source)
    row = threatened(warehouse, [])["KE", "mammals"]
    assert (row["threatened_share"], row["basis"], row["reason"]) == (12 / (12 + safe), "country_list", reason)


def test_introduced_species_are_left_out(warehouse: Any) -> None:
    """A species of which more than half of the records are introduced is not known from the country; half is."""
    rows = species("mammals", CR=3)
    for row, introduced in zip(rows, [2, 3, None], strict=True):
        row |= {"occurrences": 4, "introduced_occurrences": introduced, "origin": None, "presence": None}
    assert threatened(warehouse, rows)["KE", "mammals"]["known_species"] == 2


def test_origin_and_presence_as_in_the_country_tables(warehouse: Any) -> None:
    """Native and reintroduced species count, gone or not; introduced, vagrant and doubtful ones do not, nor does one that
    the list does not place beside others. A stated origin wins over records that say introduced.
    """  # noqa: D205  (the first sentence needs two lines)
    rows = species("mammals", CR=8)
    places = [
        ("native", "extant"), ("reintroduced", "possibly_extinct"), ("native", "extinct"), (None, None),
        ("introduced", "extant"), ("vagrant", "extant"), ("native", "uncertain"), ("assisted_colonisation", "extant"),
    ]  # fmt: skip
    for row, (origin, presence) in zip(rows, places, strict=True):
        row |= {"origin": origin, "presence": presence}
    rows[0] |= {"introduced_occurrences": 5}
    assert threatened(warehouse, rows)["KE", "mammals"]["known_species"] == 3


def test_roll_ups_are_counted_from_species(warehouse: Any) -> None:
    """Animals, plants and fungi hold their groups, `all` holds chromists too, a species without group is nowhere."""
    rows = [
        *species("mammals", CR=1, LC=1), *species("insects", EN=2), *species("ferns", LC=3), *species("ascomycetes", VU=4),
        *species("chromists", NT=5), *species(None, CR=6),
    ]  # fmt: skip
    found = {group: row["known_species"] for (_, group), row in threatened(warehouse, rows).items()}
    assert found == {
        "mammals": 2, "insects": 2, "ferns": 3, "ascomycetes": 4, "chromists": 5,
        "animals": 4, "plants": 3, "fungi": 4, "all": 16,
    }  # fmt: skip


def test_roll_up_has_its_own_world_counts(warehouse: Any) -> None:
    """The described species of a roll-up are the seed's own row, not the sum of its groups."""
    rows = threatened(warehouse, species("ascomycetes", VU=1), counts={"fungi": (155_000, 280)})
    assert rows["KE", "fungi"]["described_species"] == 155_000
    assert rows["KE", "ascomycetes"]["reason"] == "no_described_count"


def test_possibly_extinct_is_critically_endangered(warehouse: Any) -> None:
    """A CR species tagged possibly extinct counts as CR and is counted again as possibly extinct."""
    rows = species("mammals", CR=2)
    tagged = {"assessment_year": 2020, "scope": "global", "is_possibly_extinct": True}
    warehouse.land("assessment", [
        tagged | {"species_key": "mammals-0", "red_list_category": "CR"},
        tagged | {"species_key": "mammals-1", "red_list_category": "EN"},
    ])  # fmt: skip
    row = threatened(warehouse, rows)["KE", "mammals"]
    assert (row["critically_endangered"], row["possibly_extinct"], row["endangered"]) == (1, 1, 1)


def keyed(source_key: str | None, numbers: range, category: str = "LC", prefix: str = "s") -> list[dict[str, Any]]:
    """Native mammals of Kenya with keys of one checklist."""
    about = {"country_code": "KE", "taxon_group": "mammals", "red_list_category": category, "checklist_key": source_key}
    return [about | NATIVE | {"species_key": f"{prefix}{number}"} for number in numbers]


COL_30 = keyed("col", range(10), "VU") + keyed("col", range(10, 30))
"""Thirty mammals, ten of them threatened."""


@pytest.mark.parametrize(
    ("lists", "counted", "apart", "reason"),
    [
        # (a) The Red List's own list, a third of it unknown to the checklist in use.
        ({"iucn": COL_30[:20] + keyed("iucn", range(10), "VU", "iucn:")}, (30, 20), 0, None),
        # (b) One of an own list's 30 unmatched, beside a complete own list; 1 of 31 may be counted twice.
        ({"file:a": COL_30, "file:b": COL_30[:29] + keyed(None, range(1), "LC", "name:s")}, (31, 10), 1, None),
        # 1 of 31 again, but it is one of 11 threatened.
        ({"file:a": COL_30, "file:b": COL_30[:29] + keyed(None, range(1), "VU", "name:s")}, (31, 11), 1, "mixed_checklists"),
        # (c) Five of its 30 unmatched: 5 of 35.
        ({"file:a": COL_30, "file:b": COL_30[:25] + keyed(None, range(5), "LC", "name:s")}, (35, 10), 5, "mixed_checklists"),
        # The same, with the unmatched names on the longer list: each may be one that the other list adds.
        ({"file:a": COL_30 + keyed(None, range(5), "LC", "name:s"), "iucn": COL_30[5:] + keyed("col", range(30, 33))}, (38, 10), 3, "mixed_checklists"),
        ({"file:a": COL_30 + keyed(None, range(5), "LC", "name:s"), "iucn": COL_30}, (35, 10), 0, None),
        # 2 of 40 is one in twenty.
        ({"file:a": COL_30 + keyed("col", range(30, 38)), "file:b": keyed("other", range(2), "LC", "x")}, (40, 10), 2, None),
        ({"file:a": COL_30 + keyed("col", range(30, 37)), "file:b": keyed("other", range(2), "LC", "x")}, (39, 10), 2, "mixed_checklists"),
        # Data Deficient, extinct and unassessed species are not in the share.
        ({"file:a": COL_30, "file:b": [row for kind in ("DD", "EX", "NE") for row in keyed("other", range(2), kind, kind)]}, (36, 10), 0, None),
    ],
    ids=[
        "a list of one source", "one name of thirty", "one threatened name of eleven", "five names of thirty",
        "names on the main list, three species beside it", "names on the main list, none beside it", "one in twenty",
        "more than one in twenty", "not in the share",
    ],
)  # fmt: skip
def test_species_of_several_checklists_may_be_counted_twice(
    warehouse: Any, lists: dict[str, list[dict[str, Any]]], counted: tuple[int, int], apart: int, reason: str | None
) -> None:
    """Up to one species in twenty of the share, and of the threatened ones, may be apart; the number is shown anyway."""
    for source, rows in lists.items():
        listed = [row | {"is_complete_list": source == "file:a"} for row in rows]
        warehouse.land("country_species", listed, source=source)
    found = threatened(warehouse, [])
    for group in ("mammals", "animals", "all"):
        row = found["KE", group]
        assert (row["known_species"], row["threatened_species"]) == counted
        assert (row["apart_species"], row["reason"], row["reportable"]) == (apart, reason, reason is None)
        assert row["threatened_share"] is not None


def test_gbif_records_and_own_records_in_another_checklist(warehouse: Any) -> None:
    """(d) 30 species of GBIF's records and 10 of own ones under other keys are shown, and say that they are mixed."""
    records = {"origin": None, "presence": None, "occurrences": 4}
    warehouse.land("country_species", [row | records for row in COL_30], source="gbif_country")
    warehouse.land("country_species", [row | records for row in keyed("old", range(10), "LC", "x")], source="file:own")
    row = threatened(warehouse, [])["KE", "mammals"]
    assert (row["known_species"], row["apart_species"], row["reason"]) == (40, 10, "mixed_checklists")


def reference(kinds: list[tuple[str, bool]]) -> dict[str, Any] | None:
    """The metric of one group in plain Python, from category and introduced."""
    known = [category for category, introduced in kinds if not introduced]
    if not known:
        return None
    by = Counter(known)
    assessed = sum(by[c] for c in ["EX", "EW", "RE", "CR", "EN", "VU", "NT", "LC", "DD"])
    at_risk, gone, deficient = sum(by[c] for c in ("EW", "CR", "EN", "VU")), by["EX"] + by["RE"], by["DD"]
    extant, sufficient = assessed - gone, assessed - gone - deficient
    reason = "no_assessed_species" if not extant else "all_data_deficient" if not sufficient else None
    if reason is None and assessed / len(known) < 0.8:
        reason = "country_partly_assessed"
    if reason is None and sufficient < 10:
        reason = "too_few_species"
    return {
        "known_species": len(known),
        "assessed_species": assessed,
        "threatened_species": by["CR"] + by["EN"] + by["VU"] if assessed else None,
        "threatened_share": at_risk / sufficient if sufficient else None,
        "threatened_share_range_low": at_risk / extant if extant else None,
        "threatened_share_range_high": (at_risk + deficient) / extant if extant else None,
        "national_assessed_share": assessed / len(known),
        "reason": reason,
    }


mixtures = st.lists(st.tuples(st.sampled_from(list(RED_LIST_CATEGORIES)), st.booleans()), max_size=16)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(of_countries=st.lists(mixtures, min_size=12, max_size=12))
def test_sql_equals_plain_python(warehouse: Any, of_countries: list[list[tuple[str, bool]]]) -> None:
    """Any mixture of categories in a country gives what a few lines of Python give."""
    rows = [
        {"country_code": code, "species_key": str(place), "taxon_group": "mammals", "red_list_category": category,
         "origin": "introduced" if introduced else "native", "presence": "extant"}
        for code, kinds in zip(CODES, of_countries, strict=False) for place, (category, introduced) in enumerate(kinds)
    ]  # fmt: skip
    warehouse.clear("taxon_group", "country_species")
    found = threatened(warehouse, rows)
    for code, kinds in zip(CODES, of_countries, strict=False):
        row, expected = found.get((code, "mammals")), reference(kinds)
        assert (row is None) == (expected is None)
        if row is not None and expected is not None:
            assert {name: row[name] for name in expected} == pytest.approx(expected, abs=1e-12)
