"""Spec of `metrics.red_list_index`: assessments and range shares in, the index with its bounds and reasons out."""

from __future__ import annotations

import csv
import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from fates import EVERY_GROUP_ASSESSED, assessed, index, land_counts, living
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from small_world import Row, country, groups, observation
from truth.red_list_arithmetic import ALL, SETS, Country, Fate, Groups, country_rows
from truth.species_list import Named, counted

from ness_pipeline.schemas.vocabulary import TAXON_GROUPS

AMPHIBIANS_1980 = {"LC": 4014, "NT": 384, "VU": 800, "EN": 1293, "CR": 564, "PE": 23, "EX": 24, "DD": 909}
AMPHIBIANS_2022 = {"LC": 3739, "NT": 451, "VU": 811, "EN": 1264, "CR": 612, "PE": 186, "EW": 2, "EX": 37, "DD": 909}
BIRDS_1988 = {"LC": 8873, "NT": 884, "VU": 684, "EN": 359, "CR": 201, "EW": 4, "EX": 152, "DD": 40}
BIRDS_2000 = {"LC": 8801, "NT": 913, "VU": 699, "EN": 379, "CR": 205, "EW": 4, "EX": 156, "DD": 40}
BIRDS_2024 = {"LC": 8699, "NT": 940, "VU": 717, "EN": 405, "CR": 232, "EW": 5, "EX": 159, "DD": 40}
UNWEIGHTED = "red_list_index_unweighted"
QUANTILES = [f"{UNWEIGHTED}_{name}" for name in ("lower", "p05", "p50", "p95", "upper")]


def test_category_counts_of_the_world(warehouse: Any) -> None:
    """Published counts by category give the published index of every group-year, extinct species kept in."""
    land_counts(warehouse, "KE", "amphibians", {1980: AMPHIBIANS_1980, 2022: AMPHIBIANS_2022})
    land_counts(warehouse, "KE", "birds", {1988: BIRDS_1988, 2000: BIRDS_2000, 2024: BIRDS_2024})
    land_counts(warehouse, "KE", "corals", {1996: {"LC": 659, "NT": 23, "VU": 12, "EN": 7, "CR": 3, "DD": 142}})
    cycads = {"LC": 49, "NT": 66, "VU": 93, "EN": 61, "CR": 66, "EW": 3, "DD": 3}
    land_counts(warehouse, "KE", "conifers_and_cycads", {2003: cycads})
    fungi = {"LC": 54, "NT": 40, "VU": 90, "EN": 59, "CR": 15, "DD": 22}
    land_counts(warehouse, "KE", "basidiomycetes", {2019: fungi})
    rows = index(warehouse, {"basidiomycetes": (155_000, 280)})
    expected = {
        ("amphibians", 1980): 0.7647423261, ("amphibians", 2022): 0.7342157139, ("birds", 1988): 0.9119297302,
        ("birds", 2000): 0.9091512055, ("birds", 2024): 0.9043291207313794, ("corals", 1996): 0.9772727273,
        ("conifers_and_cycads", 2003): 0.5775147929,
    }  # fmt: skip
    for (group, year), value in expected.items():
        row = rows["KE", group, year]
        assert row[f"{UNWEIGHTED}_with_first_extinct"] == pytest.approx(value, abs=5e-11)
        latest = year == max(one for other, one in expected if other == group)
        reason = None if latest else "changes_not_explained"
        assert (row["unweighted_reportable"], row["unweighted_reason"], row["value_kind"]) == (
            latest,
            reason,
            "assessed",
        )
    assert rows["KE", "birds", 2024][f"{UNWEIGHTED}_with_first_extinct"] == pytest.approx(0.9043291207313794, abs=1e-15)
    assert rows["KE", "birds", 1988][UNWEIGHTED] == pytest.approx(0.924525215811, abs=5e-13)
    assert rows["KE", "birds", 2024][UNWEIGHTED] == pytest.approx(0.916819627442, abs=5e-13)
    assert rows["KE", "birds", 2024]["first_extinct_species"] == 152
    assert rows["KE", "basidiomycetes", 2019][UNWEIGHTED] == pytest.approx(0.645736, abs=5e-7)
    assert rows["KE", "basidiomycetes", 2019]["reason"] == "group_partly_assessed"


@pytest.mark.parametrize(
    ("counts", "quantiles", "error", "tolerance"),
    [
        (AMPHIBIANS_2022, [0.731869, 0.732243, 0.734215, 0.736188, 0.736537], 1.196505e-3, 5e-7),
        (BIRDS_2024, [0.904064, 0.904117, 0.904332, 0.904510, 0.904546], 1.205846e-4, 5e-7),
        ({"LC": 3, "VU": 1, "CR": 1, "DD": 2}, [0.6, 23 / 35, 27 / 35, 29 / 35, 29 / 35], 0.06464976, 1e-8),
    ],
    ids=["amphibians 2022", "birds 2024", "toy"],
)  # fmt: skip
def test_data_deficient_species_exactly(
    warehouse: Any, counts: dict[str, int], quantiles: list[float], error: float, tolerance: float
) -> None:
    """Bounds from Data Deficient species are the exact quantiles, to every digit that is known of them."""
    alive = {"CR" if state == "EX" else state: 0 for state in counts} | {
        state: number + (counts.get("EX", 0) if state == "CR" else 0)
        for state, number in counts.items()
        if state != "EX"
    }  # before, so that no species is extinct in the first year
    order = [state for state, number in counts.items() for _ in range(number)]
    keys = [f"s{place}" for place in range(len(order))]
    assert sum(alive.values()) == len(order)
    warehouse.land("country_species", [living(key, "birds") for key in keys])
    warehouse.land("assessment", [assessed(key, "birds", 2024, state) for key, state in zip(keys, order, strict=True)])
    gone = [key for key, state in zip(keys, order, strict=True) if state == "EX"]
    warehouse.land("assessment", [assessed(key, "birds", 1980, "CR") for key in gone])
    row = index(warehouse)["KE", "birds", 2024]
    assert [row[name] for name in QUANTILES] == pytest.approx(quantiles, abs=tolerance)
    assert row[f"{UNWEIGHTED}_standard_error"] == pytest.approx(error, abs=tolerance * error * 1e3)
    n, d = sum(counts.values()) - counts["DD"], counts["DD"]
    lost = 5 * n * (1 - row[UNWEIGHTED])
    assert row[f"{UNWEIGHTED}_if_dd_least_concern"] == pytest.approx(1 - lost / (5 * (n + d)), abs=1e-12)
    assert row[f"{UNWEIGHTED}_if_dd_critically_endangered"] == pytest.approx(
        1 - (lost + 4 * d) / (5 * (n + d)), abs=1e-12
    )


def test_national_index_by_range_shares(warehouse: Any) -> None:
    """Five species with their shares give 7.15 lost of 14.25, against 0.44 when each counts alike."""
    pool = [("a", "LC", 1.0), ("b", "VU", 0.5), ("c", "CR", 0.1), ("d", "EN", 0.25), ("e", "PE", 1.0)]
    warehouse.land("country_species", [living(key, "birds", share=share) for key, _, share in pool])
    warehouse.land("assessment", [assessed(key, "birds", 2020, state) for key, state, _ in pool])
    row = index(warehouse)["KE", "birds", 2020]
    assert row["red_list_index"] == pytest.approx(1 - 7.15 / 14.25, abs=1e-12)
    assert row["red_list_index"] == pytest.approx(0.498245614, abs=5e-10)
    assert row[UNWEIGHTED] == pytest.approx(0.44, abs=1e-12)


def test_weighted_bounds_in_closed_form(warehouse: Any) -> None:
    """Data Deficient species have the pool's mean weight in the middle, and spread by their shares around it."""
    pool = [("a", "LC", 0.5), ("b", "CR", 0.5), ("c", "DD", 0.3), ("d", "DD", 0.4)]
    warehouse.land("country_species", [living(key, "birds", share=share) for key, _, share in pool])
    warehouse.land("assessment", [assessed(key, "birds", 2020, state) for key, state, _ in pool])
    row = index(warehouse)["KE", "birds", 2020]
    middle, error = 1 - (2.0 + 2 * 0.7) / (5 * 1.7), 2 * 0.5 / (5 * 1.7)
    assert row["red_list_index"] == pytest.approx(0.6, abs=1e-12)
    bounds = [row[f"red_list_index_{name}"] for name in ("lower", "p05", "p50", "p95", "upper")]
    assert bounds == pytest.approx([middle + z * error for z in (-1.96, -1.645, 0, 1.645, 1.96)], abs=1e-12)
    assert row["red_list_index_if_dd_least_concern"] == pytest.approx(1 - 2 / 8.5, abs=1e-12)
    assert row["red_list_index_if_dd_critically_endangered"] == pytest.approx(1 - 4.8 / 8.5, abs=1e-12)


def test_toys_of_the_field(warehouse: Any) -> None:
    """Weights 1 to 5 give 0.4, {CR, possibly extinct CR} gives 0.1, and a worked matrix changes by -0.02 a year."""
    for code, pool in {"KE": ["NT", "VU", "EN", "CR", "EX"], "TZ": ["CR", "PE"]}.items():
        land = [(f"{code}{place}", state) for place, state in enumerate(pool)]
        warehouse.land("country_species", [living(key, "birds", code) for key, _ in land])
        warehouse.land("assessment", [assessed(key, "birds", 2020, state) for key, state in land])
    matrix = [("LC", "LC"), ("EN", "EN"), ("EX", "EX"), ("LC", "CR"), ("DD", "DD")]
    warehouse.land("country_species", [living(f"m{place}", "birds", "BR") for place in range(5)])
    warehouse.land("assessment", [
        assessed(f"m{place}", "birds", year, state)
        for place, pair in enumerate(matrix) for year, state in zip((2000, 2010), pair, strict=True)
    ])  # fmt: skip
    rows = index(warehouse)
    kept = f"{UNWEIGHTED}_with_first_extinct"
    assert rows["KE", "birds", 2020][kept] == pytest.approx(0.4, abs=1e-12)
    assert rows["TZ", "birds", 2020][UNWEIGHTED] == pytest.approx(0.1, abs=1e-12)
    assert [rows["BR", "birds", year][kept] for year in (2000, 2010)] == pytest.approx([0.6, 0.4], abs=1e-12)
    assert (rows["BR", "birds", 2010][kept] - rows["BR", "birds", 2000][kept]) / 10 == pytest.approx(-0.02, abs=1e-12)


def test_interpolation_and_means_over_groups(warehouse: Any) -> None:
    """Between assessed years the index is linear, and a roll-up is the mean of its groups and not of their species."""
    birds = {2000: {"LC": 10, "PE": 10}, 2002: {"LC": 10, "CR": 10}, 2004: {"LC": 10, "EN": 10}}
    land_counts(warehouse, "KE", "birds", birds, genuine=True)
    for group in ("mammals", "amphibians", "cycads", "reef_building_corals"):
        land_counts(warehouse, "KE", group, {2000: {"LC": 30, "CR": 30}, 2004: {"LC": 30, "CR": 30}}, genuine=True)
    rows = index(warehouse)
    values = [rows["KE", "birds", year][UNWEIGHTED] for year in range(2000, 2005)]
    assert values == pytest.approx([0.5, 0.55, 0.6, 0.65, 0.7], abs=1e-12)
    assert [rows["KE", "birds", year]["value_kind"] for year in (2000, 2001)] == ["assessed", "interpolated"]
    row = rows["KE", "all", 2000]
    assert (row[UNWEIGHTED], row["groups"]) == (pytest.approx((0.5 + 4 * 0.6) / 5, abs=1e-12), 5)
    assert (row["unweighted_reason"], row["reason"]) == (None, None)
    # Ten years before the latest first assessment the series begins, with the slope of the two closest years.
    assert min(year for _, group, year in rows if group == "all" and year) == 1990
    assert rows["KE", "birds", 1999][UNWEIGHTED] == pytest.approx(0.45, abs=1e-12)
    assert rows["KE", "birds", 1999]["value_kind"] == "extrapolated"


def test_corals_follow_the_others_before_they_were_looked_at(warehouse: Any) -> None:
    """Before their first assessment corals take the mean slope of the other groups, not their own steep one."""
    land_counts(warehouse, "KE", "corals", {1996: {"LC": 10}, 2008: {"CR": 10}}, genuine=True)
    land_counts(warehouse, "KE", "birds", {1990: {"LC": 10}, 2010: {"NT": 10}}, genuine=True)
    rows = index(warehouse)
    assert rows["KE", "corals", 1986][UNWEIGHTED] == pytest.approx(1.0, abs=1e-12)
    slope = -0.2 / 20
    land = rows["KE", "corals", 2010][UNWEIGHTED]
    assert land == pytest.approx(0.2 - 2 * 0.8 / 12, abs=1e-12)
    assert rows["KE", "birds", 1986][UNWEIGHTED] == pytest.approx(min(1.0, 1.0 - 4 * slope), abs=1e-12)


GENUINE = {"species_key": "s0", "scope": "global", "to_year": 2010, "category_before": "LC", "category_after": "VU"}


def test_only_genuine_changes_count_where_any_is_explained(warehouse: Any) -> None:
    """With a table of genuine changes all other changes are better knowledge, and go back to the first year."""
    warehouse.land("country_species", [living(f"s{place}", "birds") for place in range(10)])
    pairs = [("NT", "VU"), ("LC", "EN"), *[("LC", "LC")] * 8]
    warehouse.land("assessment", [
        assessed(f"s{place}", "birds", year, state)
        for place, pair in enumerate(pairs) for year, state in zip((2000, 2010), pair, strict=True)
    ])  # fmt: skip
    before = index(warehouse)
    assert before["KE", "birds", 2000][UNWEIGHTED] == pytest.approx(1 - 1 / 50)
    row = before["KE", "birds", 2010]
    assert (row["change_policy"], row["red_list_index_change"], row["change_reason"]) == (
        "as_published", None, "changes_not_explained",
    )  # fmt: skip
    warehouse.land("genuine_change", [GENUINE], source="file:changes")
    rows = index(warehouse)
    assert rows["KE", "birds", 2000][UNWEIGHTED] == pytest.approx(1 - (0 + 3) / 50)
    assert rows["KE", "birds", 2010][UNWEIGHTED] == pytest.approx(1 - (2 + 3) / 50)
    row = rows["KE", "birds", 2010]
    assert (row["change_policy"], row["genuine_changes"]) == ("genuine_changes", 1)
    assert (row["red_list_index_change"], row["change_reason"]) == (pytest.approx(-0.004), "too_few_genuine_changes")


def test_an_unexplained_revision_is_no_trend(warehouse: Any) -> None:
    """Two of ten conifers revised from LC to CR without a reason: only the latest year counts, and nothing beyond it."""
    land_counts(warehouse, "KE", "conifers_and_cycads", {2003: {"LC": 10}, 2015: {"LC": 8, "CR": 2}})
    land_counts(warehouse, "KE", "birds", {2000: {"LC": 10}, 2025: {"LC": 10}}, genuine=True)
    rows = {year: row for (_, group, year), row in index(warehouse).items() if group == "conifers_and_cycads"}
    assert {year: (row["value_kind"], row["unweighted_reason"]) for year, row in rows.items()} == {
        2003: ("assessed", "changes_not_explained"), 2015: ("assessed", None),
    }  # fmt: skip
    assert [rows[year][UNWEIGHTED] for year in (2003, 2015)] == pytest.approx([1.0, 0.84])
    assert (rows[2015]["red_list_index_change"], rows[2015]["change_reason"]) == (None, "changes_not_explained")


def test_a_group_is_assessed_when_four_of_five_species_are(warehouse: Any) -> None:
    """One species looked at again is no assessment of its group; 80 % within five years are, or what a table dates."""
    warehouse.land("country_species", [living(f"s{place}", "birds") for place in range(10)])
    years = [2000] * 8 + [2001, 2003]
    warehouse.land("assessment", [assessed(f"s{place}", "birds", year, "LC") for place, year in enumerate(years)])
    warehouse.land("assessment", [assessed("s0", "birds", 2010, "CR"), assessed("s1", "birds", 2004, "NT")])
    rows = {year: row for (_, group, year), row in index(warehouse).items() if group == "birds"}
    assert {year: (row["value_kind"], row["unweighted_reason"]) for year, row in rows.items()} == {
        2000: ("assessed", "changes_not_explained"), 2001: ("assessed", "changes_not_explained"),
        2003: ("assessed", "changes_not_explained"), 2004: ("assessed", None), 2010: ("partly_assessed", "not_assessed_together"),
    }  # fmt: skip
    change = GENUINE | {"from_year": 2004, "category_before": "LC", "category_after": "CR"}
    warehouse.land("genuine_change", [change], source="file:changes")
    row = index(warehouse)["KE", "birds", 2010]
    assert (row["value_kind"], row["unweighted_reason"]) == ("assessed", None)


def test_reason_codes_and_tables_explain_alike(warehouse: Any) -> None:
    """A genuine reason code takes the category before it; a table's row for the same year wins over the code."""
    warehouse.land("country_species", [living(f"s{place}", "birds") for place in range(12)])
    warehouse.land("assessment", [
        row for place in range(12) for row in (
            assessed(f"s{place}", "birds", 2000, "LC"),
            assessed(f"s{place}", "birds", 2010, "NT", change_reason="genuine" if place < 11 else "new_information"),
        )
    ])  # fmt: skip
    table = GENUINE | {"category_before": "EN", "category_after": "NT"}
    warehouse.land("genuine_change", [table], source="file:changes")
    rows = index(warehouse)
    assert rows["KE", "birds", 2000][UNWEIGHTED] == pytest.approx(1 - (3 + 0 * 10 + 1) / 60)
    assert rows["KE", "birds", 2010][UNWEIGHTED] == pytest.approx(1 - 12 / 60)
    assert rows["KE", "birds", 2010]["genuine_changes"] == 11
    assert rows["KE", "birds", 2010]["change_reportable"]


def test_changes_of_a_group_explain_it_everywhere(warehouse: Any) -> None:
    """A table that names its group explains the group in countries where none of its species lives."""
    land_counts(warehouse, "TZ", "birds", {2000: {"LC": 2}, 2010: {"VU": 2}})
    warehouse.land("genuine_change", [GENUINE | {"taxon_group": "birds"}], source="file:changes")
    row = index(warehouse)["TZ", "birds", 2000]
    assert (row[UNWEIGHTED], row["change_policy"]) == (pytest.approx(0.6), "genuine_changes")


@pytest.mark.parametrize(
    ("pool", "counts", "reason", "weighted_reason"),
    [
        ([("DD", 1.0, True)] * 3, (100, 100), "all_data_deficient", "all_data_deficient"),
        ([("EX", 1.0, True)], (100, 100), "no_assessed_species", "no_assessed_species"),
        ([("LC", 1.0, True)], (None, None), "no_described_count", "no_described_count"),
        ([("LC", 1.0, True)], (100, 79), "group_partly_assessed", "group_partly_assessed"),
        (
            [("LC", 1.0, True)] * 3 + [("NE", 1.0, False)],
            (100, 80),
            "country_partly_assessed",
            "country_partly_assessed",
        ),
        ([("LC", 1.0, True)] * 9, (100, 80), "too_few_species", "too_few_species"),
        ([("LC", 1.0, True)] * 9 + [("DD", 1.0, True)], (100, 80), "too_few_species", "too_few_species"),
        ([("LC", 1.0, True)] * 12 + [("NE", 1.0, False)] * 3, (100, 80), None, None),
        ([("LC", None, True)] * 10, (100, 80), None, "no_range_share"),
        ([("LC", 0.0, True)] * 10, (100, 80), None, "no_range_share"),
        ([("LC", 1.0, True)] * 7 + [("LC", None, True)] * 3, (100, 80), None, "no_range_share"),
    ],
)
def test_reasons(
    warehouse: Any, pool: list[Any], counts: tuple[int, int], reason: str | None, weighted_reason: str | None
) -> None:
    """What may not be quoted names its reason, and a missing index is NULL and never 1."""
    warehouse.land("country_species", [living(str(place), "birds", share=share) for place, (_, share, _) in enumerate(pool)])  # fmt: skip
    warehouse.land("assessment", [assessed(str(place), "birds", 2020, state) for place, (state, _, seen) in enumerate(pool) if seen])  # fmt: skip
    row = index(warehouse, {"birds": counts})["KE", "birds", 2020]
    assert (row["unweighted_reason"], row["reason"]) == (reason, weighted_reason)
    if reason in {"all_data_deficient", "no_assessed_species"}:
        assert row["red_list_index"] is row[UNWEIGHTED] is None


def test_years_before_most_species_were_assessed_are_marked(warehouse: Any) -> None:
    """A year that a table of changes dates and by which few species had been assessed mostly repeats later assessments."""
    warehouse.land("country_species", [living(f"s{place}", "birds") for place in range(10)])
    warehouse.land(
        "assessment", [assessed(f"s{place}", "birds", 2010, "VU" if place == 0 else "LC") for place in range(10)]
    )
    warehouse.land("genuine_change", [GENUINE | {"from_year": 2000}], source="file:changes")
    rows = index(warehouse)
    assert [rows["KE", "birds", year]["reason"] for year in (2000, 2005, 2010)] == [
        "mostly_back_cast", "mostly_back_cast", None,
    ]  # fmt: skip


def test_categories_without_a_year_give_the_present(warehouse: Any) -> None:
    """Categories that an occurrence publisher attaches to its species give an index without a year."""
    for code in ("KE", "TZ"):
        rows = [living(f"{place}", "birds", code, red_list_category="CR" if place < 5 else "LC") for place in range(10)]
        if code == "TZ":
            rows = [row | {"origin": None, "presence": None} for row in rows]
        warehouse.land("country_species", rows, source="gbif_country")
    found = index(warehouse)
    for code, reason in (("KE", None), ("TZ", "only_records")):
        row = found[code, "birds", None]
        assert (row[UNWEIGHTED], row["value_kind"], row["unweighted_reason"]) == (pytest.approx(0.6), "undated", reason)


def test_official_index_stands_beside(warehouse: Any) -> None:
    """The UN's index of the year stands beside ours for all groups, with the difference; alone where we have none."""
    for group in ("birds", "mammals", "amphibians", "cycads", "reef_building_corals"):
        land_counts(warehouse, "KE", group, {2020: {"LC": 10, "CR": 10}})
    warehouse.land(
        "indicator_observation", [observation("ER_RSK_LST", 2020, 0.7), observation("ER_RSK_LST", 2020, 0.9, "TZ")]
    )
    rows = index(warehouse)
    row = rows["KE", "all", 2020]
    assert (row["official_red_list_index"], row["difference_from_official"]) == (0.7, pytest.approx(-0.1))
    assert rows["KE", "birds", 2020]["official_reason"] == "roll_up_only"
    alone = rows["TZ", "all", 2020]
    assert (alone["official_red_list_index"], alone["red_list_index"], alone["reason"]) == (
        0.9,
        None,
        "no_assessed_species",
    )


def test_vagrants_and_doubtful_species_are_left_out(warehouse: Any) -> None:
    """Introduced, vagrant and doubtfully present species do not count; extinct and possibly extinct ones do."""
    places = [("native", "extant"), ("reintroduced", "extinct"), ("introduced", "extant"), ("vagrant", "extant"), ("native", "uncertain"), ("uncertain", "possibly_extinct")]  # fmt: skip
    warehouse.land("country_species", [living(str(place), "birds", origin=origin, presence=presence) for place, (origin, presence) in enumerate(places)])  # fmt: skip
    warehouse.land("assessment", [assessed(str(place), "birds", 2020, "LC") for place in range(6)])
    assert index(warehouse)["KE", "birds", 2020]["species"] == 3


def test_another_countrys_unit_says_nothing_here(warehouse: Any) -> None:
    """An assessment that another country's unit of work brought leaves this country alone; an own file speaks to all."""
    warehouse.land("country_species", [living("a", "birds", red_list_category="LC")], source="gbif_country", unit="KE")
    warehouse.land("assessment", [assessed("a", "birds", 2020, "CR")], source="iucn", unit="TZ")
    assert index(warehouse)["KE", "birds", None][UNWEIGHTED] == 1.0
    assert ("KE", "birds", 2020) not in index(warehouse)
    warehouse.land("assessment", [assessed("a", "birds", 2021, "EN")], source="file:own", unit="own.csv")
    assert index(warehouse)["KE", "birds", 2021][UNWEIGHTED] == pytest.approx(0.4)


STATES = {"CR(PE)": "PE", "CR(PEW)": "PE"}
GROUP = {"Coral": "corals", "Cycad": "conifers_and_cycads", "Mammal": "mammals"}
WEIGHTS = {"LC": 0, "NT": 1, "VU": 2, "EN": 3, "CR": 4, "CR(PE)": 5, "CR(PEW)": 5, "EW": 5, "EX": 5}


def test_every_group_and_year_of_the_public_file(warehouse: Any, public_data: Path) -> None:
    """Each group-year of the published categories of corals, cycads and mammals gives its index, counted by hand."""
    file = public_data / "data/threat_status/iucn_rli_categories_coral_cycad_mammal.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        listed = list(csv.DictReader(lines))
    by: defaultdict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for row in listed:
        by[row["taxonomic_group"], int(row["year"])][row["red_list_category"]] += 1
    group_of = {row["sis_taxon_id"]: GROUP[row["taxonomic_group"]] for row in listed}
    warehouse.land("country_species", [living(key, group) for key, group in group_of.items()])
    warehouse.land("assessment", [
        assessed(row["sis_taxon_id"], group_of[row["sis_taxon_id"]], int(row["year"]), STATES.get(row["red_list_category"], row["red_list_category"]))
        for row in listed
    ])  # fmt: skip
    rows = index(warehouse)
    assert len(by) == 6
    for (group, year), counts in by.items():
        n = sum(number for state, number in counts.items() if state != "DD")
        lost = sum(WEIGHTS[state] * number for state, number in counts.items() if state != "DD")
        row = rows["KE", GROUP[group], year]
        assert row[f"{UNWEIGHTED}_with_first_extinct"] == pytest.approx(1 - lost / (5 * n), abs=1e-12)
        assert row["data_deficient_species"] == counts["DD"]
    assert rows["KE", "corals", 1996][UNWEIGHTED] == pytest.approx(0.9772727273, abs=5e-11)
    assert rows["KE", "conifers_and_cycads", 2003][UNWEIGHTED] == pytest.approx(0.5775147929, abs=5e-11)


any_state = st.sampled_from(["LC", "NT", "VU", "EN", "CR", "PE", "EW", "EX", "DD"])
alive = st.sampled_from(["LC", "LC", "NT", "VU", "EN", "CR"])
SHARES = [
    (None, None), (0.0, "range_map"), (0.1, "cells"), (1 / 3, "range_map"), (1.0, "range_map"), (0.5, "occurrences"),
    (0.25, "equal_shares"), (1.0, "equal_shares"),
]  # fmt: skip
PLACED = {"origin": "native", "presence": "extant"}
LISTED: dict[str, dict[str, Row]] = {
    "publisher": {"test": PLACED},
    "red list": {"iucn": PLACED},
    "introduced there": {"iucn": {"origin": "introduced", "presence": "extant"}},
    "doubtful there": {"iucn": {"origin": "native", "presence": "uncertain"}},
    "not placed there": {"iucn": {"origin": "native"}},
    "recorded": {"gbif_country": {"occurrences": 5, "introduced_occurrences": 2}},
    "planted": {"gbif_country": {"occurrences": 5, "introduced_occurrences": 3}},
    "own": {"file:own": PLACED},
    "own, not placed": {"file:own": {"origin": "reintroduced"}},
    "own, complete": {"file:complete": {"is_complete_list": True}},
    "own records": {"file:own": {"occurrences": 5} | PLACED},
    "recorded and own": {"gbif_country": {"occurrences": 5, "introduced_occurrences": 5}, "file:placed": PLACED},
}
"""Source to what it says of a species."""
GROUPS = [
    "birds", "mammals", "amphibians", "cycads", "reef_building_corals", "conifers_and_cycads", "corals", "insects",
    "basidiomycetes", "ferns",
]  # fmt: skip
YEARS = st.sampled_from([1990, 1993, 1996, 2000, 2007])


@dataclass(frozen=True)
class Kind:
    """Some species of one group that fare alike.

    Attributes:
        group: reporting group or set of the index.
        history: state by year of assessment.
        now: category of today that no source dates; only without a history.
        share: range share and its method.
        listed: what the sources say of their place in the country.
        copies: number of these species.
        why: change reason of each species' latest assessment.
    """

    group: str
    history: dict[int, str]
    now: str = "LC"
    share: tuple[float | None, str | None] = (1.0, "range_map")
    listed: str = "publisher"
    copies: int = 1
    why: str | None = None


LISTS = st.sampled_from([*["publisher"] * 6, *["red list"] * 6, *LISTED])
WHY = st.sampled_from([None, None, None, "genuine", "new_information", "no_change"])
kinds = st.builds(
    Kind, st.sampled_from(GROUPS), st.dictionaries(YEARS, any_state, max_size=3), any_state, st.sampled_from(SHARES), LISTS,
    st.sampled_from([1, 1, 2, 5, 10]), WHY,
)  # fmt: skip
assessed_together = st.dictionaries(st.sampled_from([1990, 2000, 2007]), alive, min_size=1, max_size=3)
of_the_five = st.builds(
    Kind, st.none(), assessed_together, share=st.sampled_from([(0.5, "range_map"), (0.5, "range_map"), (None, None)]),
    listed=st.sampled_from(["publisher", "red list"]), copies=st.sampled_from([3, 10]), why=WHY,
)  # fmt: skip
changes = st.tuples(
    st.integers(0, 13), st.sampled_from([1992, 2000, 2005, 2007]), st.sampled_from([None, None, 1990, 1996]),
    st.sampled_from(["LC", "NT", "VU", "CR", "PE", "EX"]), st.sampled_from(["species", "group", "set"]),
)  # fmt: skip
"""Genuine changes of a table: which kind, to and from which year, what it was before, and how far the row's name goes."""
WORLDS = {
    "pool": st.lists(kinds, min_size=1, max_size=10),
    "five": st.one_of(st.just([]), st.lists(of_the_five, min_size=4, max_size=5)),
    "told": st.lists(changes, max_size=4),
    "tables": st.sets(st.sampled_from(GROUPS), max_size=4),
    "unassessed": st.integers(0, 2),
    "is_landlocked": st.booleans(),
}
PHASES = [Phase.explicit, Phase.generate]
SHARED = [HealthCheck.function_scoped_fixture]


@settings(max_examples=8, deadline=None, phases=PHASES, suppress_health_check=SHARED)
@given(**WORLDS)
@example(  # the first assessed year has no value, so the trend begins with the first that has
    pool=[Kind("birds", {1990: "DD"}), Kind("ferns", {2000: "EW"}, share=(0.5, "cells")), Kind("ferns", {2000: "NT", 1996: "LC"}, why="genuine")],
    five=[], told=[], tables=set(), unassessed=2, is_landlocked=False,
)  # fmt: skip
@example(  # five groups that are explained, assessed in different years
    pool=[Kind("insects", {1996: "DD", 1990: "EN", 2007: "NT"}, share=(None, None)), Kind("birds", {}, "CR")],
    five=[Kind("", {1990 + place: "LC", 2007: "VU"}, copies=10, why="genuine") for place in range(5)],
    told=[(1, 1992, None, "EX", "group")], tables=set(), unassessed=2, is_landlocked=False,
)  # fmt: skip
def test_sql_equals_plain_python(warehouse: Any, **world: Any) -> None:
    """Any small world gives, in every column of every row, what plain Python gives from the definitions."""
    check_world(warehouse, **world)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, phases=PHASES, suppress_health_check=SHARED)
@given(**WORLDS)
def test_sql_equals_plain_python_in_many_worlds(warehouse: Any, **world: Any) -> None:
    """The same for more worlds."""
    check_world(warehouse, **world)


Told = tuple[int, int, int | None, str, str]


def check_world(
    warehouse: Any,
    *,
    pool: list[Kind],
    five: list[Kind],
    told: list[Told],
    tables: set[str],
    unassessed: int,
    is_landlocked: bool,
) -> None:
    """Compare every row of one world with plain Python."""
    warehouse.clear(
        "taxon_group", "country_species", "assessment", "genuine_change", "country", "indicator_observation"
    )
    pool = pool + [replace(one, group=group) for one, group in zip(five, ALL, strict=False)]
    steps = {(which % len(pool), to): (since, before, names) for which, to, since, before, names in told}
    land_world(warehouse, pool, steps, tables, unassessed)
    warehouse.land("country", [country("KE", is_landlocked=is_landlocked)])
    warehouse.land("indicator_observation", [observation("ER_RSK_LST", year, 0.7) for year in (1996, 2007)])
    counts = {"insects": (100, 10), "basidiomycetes": (None, None)}
    stored = {(group, year): row for (_, group, year), row in index(warehouse, counts).items()}
    seeded = {row["taxon_group"]: row for row in groups(**(EVERY_GROUP_ASSESSED | counts))}
    world = Groups(
        {group: share_of(seeded[group]) for group in TAXON_GROUPS},
        {group: seeded[group]["roll_up"] for group in TAXON_GROUPS},
    )
    chosen = {one.key: one for one in counted(named_in(pool, unassessed))}
    fates = [
        fate_of(kind, chosen[key], {to: step for (which, to), step in steps.items() if which == place})
        for place, kind in enumerate(pool) for key in keys_of(place, kind)
        if key in chosen and (kind.history or kind.now)
    ]  # fmt: skip
    known = Counter(one.group for one in chosen.values()) + Counter(one.in_set for one in fates if one.in_set)
    has_red_list = any("iucn" in LISTED[one.listed] for one in pool)
    about = Country(known, dict.fromkeys((1996, 2007), (0.7, None, None)), has_red_list, is_landlocked)
    explained = explained_in(pool, chosen, steps, tables)
    true = {(row["taxon_group"], row["year"]): row for row in country_rows(fates, about, world, explained)}
    assert stored.keys() == true.keys()
    for key, expected in true.items():
        assert {name: stored[key][name] for name in expected} == pytest.approx(expected, abs=1e-12), key


Steps = dict[tuple[int, int], tuple[int | None, str, str]]
"""Kind and year of a change to the year from which it holds, the state before and how far the row's name goes."""


def keys_of(place: int, kind: Kind) -> list[str]:
    """Keys of the species of a kind."""
    return [f"s{place}-{copy}" for copy in range(kind.copies)]


def share_of(seed: Row) -> float | None:
    """Assessed share of the described species worldwide."""
    return (seed["world_assessed_species"] or 0) / seed["described_species"] if seed["described_species"] else None


def land_world(warehouse: Any, pool: list[Kind], steps: Steps, tables: set[str], unassessed: int) -> None:
    """Land the lists, assessments and tables of genuine changes of a world."""
    for place, kind in enumerate(pool):
        of_group, in_set = SETS.get(kind.group, kind.group), kind.group if kind.group in SETS else None
        share, method = kind.share
        undated = {} if kind.history else {"red_list_category": "CR" if kind.now == "PE" else kind.now}
        for number, (source, said) in enumerate(LISTED[kind.listed].items()):
            first = undated | ({} if share is None else {"range_share": share, "share_method": method})
            about = {"country_code": "KE", "taxon_group": of_group} | said | ({} if number else first)
            warehouse.land("country_species", [about | {"species_key": key} for key in keys_of(place, kind)], source=source)  # fmt: skip
        latest = max(kind.history, default=None)
        warehouse.land("assessment", [
            assessed(key, of_group, year, state, index_set=in_set, change_reason=kind.why if year == latest else None)
            for key in keys_of(place, kind) for year, state in kind.history.items()
        ])  # fmt: skip
    for (place, to), (since, before, names) in steps.items():
        group = pool[place].group
        named = {"species": None, "group": SETS.get(group, group), "set": group}[names]
        row = {"scope": "global", "to_year": to, "from_year": since, "category_after": "LC", "taxon_group": named}
        row |= {"category_before": "CR" if before == "PE" else before, "is_possibly_extinct_before": before == "PE"}
        keys = keys_of(place, pool[place])
        warehouse.land("genuine_change", [row | {"species_key": key} for key in keys], source="file:changes")
    warehouse.land("genuine_change", [
        GENUINE | {"species_key": "elsewhere", "to_year": 1950 + place, "taxon_group": group}
        for place, group in enumerate(sorted(tables))
    ], source="file:tables")  # fmt: skip
    warehouse.land("country_species", [living(f"u{place}", "birds", share=None) for place in range(unassessed)])


def named_in(pool: list[Kind], unassessed: int) -> list[Named]:
    """What the sources together say of every species of a world."""
    found = [Named(f"u{place}", "birds", "NE", "native", "extant", "country_list") for place in range(unassessed)]
    own = [said for kind in pool for source, said in LISTED[kind.listed].items() if source == "file:own"]
    is_placed = all(said.keys() >= PLACED.keys() for said in own)
    for place, kind in enumerate(pool):
        state = kind.history[max(kind.history)] if kind.history else kind.now
        about = {name: value for said in LISTED[kind.listed].values() for name, value in said.items()}
        share, method = kind.share
        lists = [_list_of(source, said, is_placed=is_placed) for source, said in LISTED[kind.listed].items()]
        found += [
            Named(
                key, SETS.get(kind.group, kind.group), state, about.get("origin"), about.get("presence"),
                max(lists, key=["records", "own_list", "country_list"].index),
                2 * about.get("introduced_occurrences", 0) > about.get("occurrences", 0), share, method,
            )
            for key in keys_of(place, kind)
        ]  # fmt: skip
    return found


def _list_of(source: str, said: Row, *, is_placed: bool) -> str:
    """What kind of list a row of a source is."""
    if source == "file:own":
        return "country_list" if is_placed else "records" if "occurrences" in said else "own_list"
    if source == "file:complete" or said.keys() >= PLACED.keys():
        return "country_list"
    return "records"


def fate_of(kind: Kind, named: Named, steps: dict[int, tuple[int | None, str, str]]) -> Fate:
    """A species through time."""
    years = sorted(kind.history)
    state = kind.history[years[-1]] if years else "CR" if kind.now == "PE" else kind.now
    changes, since = {}, [start for start, _, _ in steps.values() if start is not None]
    if kind.why == "genuine" and len(years) > 1 and "DD" not in {kind.history[year] for year in years[-2:]}:
        changes[years[-1]] = kind.history[years[-2]]
        since.append(years[-2])
    changes |= {to: before for to, (_, before, _) in steps.items()}
    dated = frozenset([*steps, *(start for start, _, _ in steps.values() if start is not None)])
    in_set = kind.group if kind.group in SETS and kind.history else None
    return Fate(named.group, state, named.share, kind.history, changes, tuple(since), in_set, named.on, named.method, dated)  # fmt: skip


def explained_in(pool: list[Kind], chosen: dict[str, Named], steps: Steps, tables: set[str]) -> frozenset[str]:
    """Groups and sets whose changes a source explains."""
    of_set = {group: one for one, group in SETS.items()}
    reasoned, silent = set(), set()
    found = tables | {of_set[group] for group in tables if group in of_set}
    for place, kind in enumerate(pool):
        told = [names for (which, _), (_, _, names) in steps.items() if which == place]
        group = SETS.get(kind.group, kind.group)
        found |= {group for names in told if names == "group"} | {kind.group for names in told if names == "set"}
        found |= {of_set[group] for names in told if names == "group" and group in of_set}
        found |= {of_set[group] for names in told if names == "set" and kind.group in of_set}
        if keys_of(place, kind)[0] in chosen:
            of = {group, kind.group} if kind.history else {group}
            found |= of if told else set()
            reasoned |= of if kind.why and kind.history else set()
            silent |= of if changes_without_reason(kind) else set()
    return frozenset(found | (reasoned - silent))


def changes_without_reason(kind: Kind) -> bool:
    """Whether a change of category, from and to one that is not Data Deficient, has no reason; the last one may have."""
    years = sorted(kind.history)
    return any(
        kind.history[a] != kind.history[b]
        and "DD" not in {kind.history[a], kind.history[b]}
        and not (kind.why and b == years[-1])
        for a, b in itertools.pairwise(years)
    )


@pytest.mark.parametrize(("known", "reason"), [(19, "mixed_checklists"), (20, None)])
def test_species_of_another_checklist_may_count_twice(warehouse: Any, known: int, reason: str | None) -> None:
    """One of 20 species with a weight may be apart, one of 19 is too many; a second group is judged by itself."""
    for group in ("birds", "mammals"):
        rows = [living(f"{group}{place}", group, checklist_key="col") for place in range(known - 1)]
        warehouse.land("country_species", rows, source="file:a")
        warehouse.land("assessment", [assessed(row["species_key"], group, 2020, "LC") for row in rows])
    warehouse.land("country_species", [living("x", "birds", checklist_key="old")], source="file:b")
    warehouse.land("assessment", [assessed("x", "birds", 2020, "CR")])
    found = index(warehouse)
    birds, mammals, animals = (found["KE", group, 2020] for group in ("birds", "mammals", "animals"))
    assert [row["apart_species"] for row in (birds, mammals, animals)] == [1, 0, 1]
    assert (birds["reason"], birds["unweighted_reason"], mammals["reason"]) == (reason, reason, None)
    assert (birds["red_list_index_unweighted"], birds["species"]) == (pytest.approx(1 - 4 / (5 * known)), known)
    assert animals["unweighted_reportable"] is False or animals["unweighted_reason"] is None
