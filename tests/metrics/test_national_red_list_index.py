"""Spec of `metrics.national_red_list_index`: a country's own Red List in, loaded as users do, its index out."""

from __future__ import annotations

import itertools
import math
import statistics
from collections import defaultdict
from typing import Any

import pytest
from fates import assessed, computed, index, living, states
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from truth.red_list_arithmetic import WEIGHT, Fate, group_points

INDEX = "national_red_list_index"
NORWAY_2010 = {"LC": 16762, "NT": 1310, "VU": 1265, "EN": 890, "CR": 284, "RE": 127}
NORWAY_2010_ADJUSTED = {"LC": 16745, "NT": 1302, "VU": 1266, "EN": 908, "CR": 290, "RE": 127, "DD": 809}


def rows(warehouse: Any) -> dict[tuple[str, str, int], dict[str, Any]]:
    """Rows of the metric by country, group and year."""
    found = computed(warehouse, "metrics.national_red_list_index")
    return {(row["country_code"], row["taxon_group"], row["year"]): row for row in found}


def test_norwegian_red_list(warehouse: Any) -> None:
    """The Norwegian list of 2010 gives its published index, and the adjusted list, as that of another country, its own."""
    lists = {"NO": (NORWAY_2010, 0.9197500), "SE": (NORWAY_2010_ADJUSTED, 0.9190522)}
    for code, (counts, _) in lists.items():
        listed = [category for category, number in counts.items() for _ in range(number)]
        rows_of_list = [
            assessed(f"{code}{place}", "insects", 2010, state, code, is_complete_list=True)
            for place, state in enumerate(listed)
        ]
        warehouse.land("assessment", rows_of_list)
    found = rows(warehouse)
    for code, (counts, expected) in lists.items():
        row = found[code, "insects", 2010]
        assert row[f"{INDEX}_with_first_extinct"] == pytest.approx(expected, abs=5e-8)
        assert (row["species"], row["first_extinct_species"], row["reportable"]) == (sum(counts.values()), 127, True)
    # The species gone in the first year stay among those that the 809 Data Deficient ones are drawn from: 1.96 standard
    # errors around the mean, which the exact quantiles follow to two steps of one weight for so many draws.
    weights = [
        WEIGHT["EX" if state == "RE" else state]
        for state, number in NORWAY_2010_ADJUSTED.items()
        if state != "DD"
        for _ in range(number)
    ]
    error = math.sqrt(809) * statistics.pstdev(weights) / (5 * (len(weights) + 809))
    row = found["SE", "insects", 2010]
    ends = [row[f"{INDEX}_with_first_extinct_{side}"] for side in ("lower", "upper")]
    assert ends == pytest.approx([0.9190522 - 1.96 * error, 0.9190522 + 1.96 * error], abs=2e-5)


def test_own_list_is_another_number_than_the_global_one(warehouse: Any) -> None:
    """National categories leave the global index alone, and the global ones the national index."""
    warehouse.land("country_species", [living("a", "birds")])
    warehouse.land("assessment", [assessed("a", "birds", 2020, "LC"), assessed("a", None, 2021, "CR", "KE")])
    national = rows(warehouse)
    assert index(warehouse)["KE", "birds", 2020]["red_list_index"] == 1.0
    assert set(national) == {("KE", "birds", 2021)}
    assert national["KE", "birds", 2021][INDEX] == pytest.approx(0.2)


def test_better_knowledge_is_no_trend(warehouse: Any) -> None:
    """Changes with a reason that is not genuine go back to the first list; without reasons the change is marked."""
    for place in range(20):
        for code, reason in (("KE", "new_information"), ("TZ", None)):
            key = f"{code}{place}"
            warehouse.land("assessment", [
                assessed(key, "birds", 2000, "LC", code, is_complete_list=True),
                assessed(key, "birds", 2010, "NT", code, change_reason=reason),
            ])  # fmt: skip
    found = rows(warehouse)
    known, unknown = found["KE", "birds", 2010], found["TZ", "birds", 2010]
    assert (known[f"{INDEX}_change"], known["change_reason"]) == (0.0, "too_few_genuine_changes")
    assert (unknown[f"{INDEX}_change"], unknown["change_reason"]) == (None, "changes_not_explained")
    assert [found["TZ", "birds", year]["reason"] for year in (2000, 2010)] == ["changes_not_explained", None]
    assert [found["TZ", "birds", year][INDEX] for year in (2000, 2010)] == pytest.approx([1.0, 0.8])


def test_two_fungi_are_no_red_list(warehouse: Any) -> None:
    """Two fungi, seen as threatened later than before, are no index of fungi and none of all species.

    The earlier year is shown: 1.00 then and 0.76 now, with the reason that nobody explains the change.
    """
    warehouse.land("assessment", [
        assessed("f0", "basidiomycetes", 2010, "LC", "KE"), assessed("f1", "basidiomycetes", 2010, "LC", "KE"),
        assessed("f0", "basidiomycetes", 2020, "CR", "KE"), assessed("f1", "basidiomycetes", 2020, "LC", "KE"),
    ])  # fmt: skip
    found = rows(warehouse)
    assert {(group, year) for _, group, year in found} == {("basidiomycetes", 2010), ("basidiomycetes", 2020)}
    assert {row["reason"] for row in found.values()} == {"completeness_unknown"}
    warehouse.land("assessment", [
        assessed(f"m{place}", "basidiomycetes", year, state, "KE", is_complete_list=True)
        for place in range(10) for year, state in ((2010, "LC"), (2020, "CR" if place < 2 else "LC"))
    ])  # fmt: skip
    found = rows(warehouse)
    early, late = found["KE", "basidiomycetes", 2010], found["KE", "basidiomycetes", 2020]
    assert (early[INDEX], early["reason"]) == (pytest.approx(1.0), "changes_not_explained")
    assert (late[INDEX], late["reason"]) == (pytest.approx(1 - 3 * 4 / 60), None)


@pytest.mark.parametrize(
    ("listed", "known", "is_complete", "reason"),
    [
        (12, 0, None, "completeness_unknown"),
        (12, 15, None, None),
        (12, 16, None, "country_partly_assessed"),
        (12, 16, True, None),
        (9, 9, True, "too_few_species"),
    ],
)
def test_a_list_is_complete_or_says_so(
    warehouse: Any,
    listed: int,
    known: int,
    is_complete: bool | None,  # noqa: FBT001
    reason: str | None,
) -> None:
    """A list has a category for 80 % of the species known from the country, or states that it is complete."""
    warehouse.land("country_species", [living(f"b{place}", "birds") for place in range(known)])
    warehouse.land("assessment", [
        assessed(f"b{place}", "birds", 2020, "LC", "KE", is_complete_list=is_complete) for place in range(listed)
    ])  # fmt: skip
    row = rows(warehouse)["KE", "birds", 2020]
    assert (row["reason"], row["known_species"]) == (reason, max(listed, known))


@pytest.mark.parametrize(
    ("listed", "world"),
    [({"presence": None}, (100, 100)), ({}, (100, 10)), ({"origin": None, "presence": None, "occurrences": 9}, (100, 100))],
    ids=["own list without presence", "group hardly assessed worldwide", "records"],
)  # fmt: skip
def test_butterflies_are_not_the_insects(warehouse: Any, listed: dict[str, Any], world: tuple[int, int]) -> None:
    """A list of what somebody knows says nothing of how many species of the group live in the country."""
    warehouse.land(
        "country_species", [living(f"b{place}", "insects", **listed) for place in range(12)], source="file:own"
    )
    warehouse.land("assessment", [assessed(f"b{place}", "insects", 2020, "LC", "NL") for place in range(12)])
    warehouse.land("assessment", [assessed(f"b{place}", "insects", 2020, "LC", "KE") for place in range(12)])
    found = computed(warehouse, "metrics.national_red_list_index", {"insects": world})
    assert {(row["country_code"], row["reason"]) for row in found if row["taxon_group"] == "insects"} == {
        ("KE", "completeness_unknown"), ("NL", "completeness_unknown"),
    }  # fmt: skip


def test_data_deficient_bounds_and_roll_ups(warehouse: Any) -> None:
    """Bounds of a group are exact; a roll-up is the mean of its groups in the years that all of them have.

    With the species gone in the first year kept in, they stay in the pool that Data Deficient species are drawn from.
    """
    pool = states({"LC": 3, "VU": 1, "CR": 1, "DD": 2})
    warehouse.land("assessment", [assessed(f"b{i}", "birds", 2015, state, "KE") for i, state in enumerate(pool)])
    warehouse.land("assessment", [assessed(f"m{i}", "mammals", 2015, "EN", "KE") for i in range(2)])
    warehouse.land("assessment", [assessed(f"m{i}", "mammals", 2019, "EN", "KE") for i in range(2)])
    found = rows(warehouse)
    birds = found["KE", "birds", 2015]
    assert [birds[f"{INDEX}_{name}"] for name in ("lower", "p50", "upper")] == pytest.approx([0.6, 27 / 35, 29 / 35])
    animals = found["KE", "animals", 2015]
    assert (animals[INDEX], animals["groups"]) == (pytest.approx((1 - 6 / 25 + 0.4) / 2), 2)
    assert ("KE", "animals", 2019) not in found


@pytest.mark.parametrize(
    ("pool", "reason", "value"), [(["DD", "DD"], "all_data_deficient", None), (["EX"], "no_assessed_species", None), (["LC", "NE"], "completeness_unknown", 1.0)]
)  # fmt: skip
def test_reasons(warehouse: Any, pool: list[str], reason: str | None, value: float | None) -> None:
    """What cannot be judged is NULL with its reason; species that were not evaluated do not count."""
    warehouse.land("assessment", [assessed(f"b{i}", "birds", 2015, state, "KE") for i, state in enumerate(pool)])
    row = rows(warehouse)["KE", "birds", 2015]
    assert (row[INDEX], row["reason"], row["reportable"]) == (value, reason, reason is None)


GENUINE = {"genuine", "genuine_recent", "genuine_since_first_assessment"}
ROLL_UP = {"birds": "animals", "mammals": "animals", "basidiomycetes": "fungi"}
assessments = st.dictionaries(
    st.sampled_from([1996, 2004, 2010, 2021]),
    st.tuples(
        st.sampled_from(["LC", "NT", "VU", "EN", "CR", "PE", "RE", "DD"]),
        st.sampled_from([None, None, "genuine", "genuine_recent", "new_information"]),
    ),
    min_size=1,
    max_size=4,
)


def fate(group: str, history: dict[int, tuple[str, str | None]]) -> Fate:
    """A species from its assessments, each a state and the reason of the change to it."""
    known = {year: "EX" if state == "RE" else state for year, (state, _) in sorted(history.items())}
    steps = [
        (a, b) for a, b in itertools.pairwise(known) if history[b][1] in GENUINE and "DD" not in {known[a], known[b]}
    ]
    changes, since = {b: known[a] for a, b in steps}, tuple(a for a, _ in steps)
    return Fate(group, known[max(known)], None, known, changes, since)


def plain_rows(listed: list[Fate], explained: set[str]) -> dict[tuple[str, int], dict[str, Any]]:
    """The rows of one country from the definitions."""
    by_group: defaultdict[str, list[Fate]] = defaultdict(list)
    for one in listed:
        by_group[one.group].append(one)
    found: dict[tuple[str, int], dict[str, Any]] = {}
    errors: dict[tuple[str, int], float] = {}
    for group, some in by_group.items():
        for point in group_points(some, len(some), 1.0, explained=group in explained):
            whole = "red_list_index_unweighted"
            row: dict[str, Any] = {
                f"{INDEX}{to}": point.numbers[f"{whole}{to}"]
                for to in ("", "_lower", "_p50", "_upper", "_with_first_extinct")
            }
            row |= {name: count for name, count in point.counts.items() if name != "assessed_by_year_species"}
            row |= {
                "change_policy": "genuine_changes" if group in explained else "as_published",
                "reason": point.unweighted_reason,
            }
            found[group, point.year or 0] = row
            errors[group, point.year or 0] = point.numbers[f"{whole}_standard_error"] or 0.0
    own = list(found)
    for roll_up in ("animals", "fungi", "all"):
        belong = {key for key in own if roll_up in {"all", ROLL_UP[key[0]]} and found[key][INDEX] is not None}
        members = {group for group, _ in belong}
        years = [{year for one, year in belong if one == group} for group in members]
        for year in set.intersection(*years) if years else ():
            parts = [found[group, year] for group in sorted(members)]
            mean = math.fsum(part[INDEX] for part in parts) / len(parts)
            error = math.sqrt(math.fsum(errors[group, year] ** 2 for group in members)) / len(parts)
            found[roll_up, year] = {
                INDEX: mean, f"{INDEX}_p50": mean, f"{INDEX}_lower": max(0.0, mean - 1.96 * error), f"{INDEX}_upper": min(1.0, mean + 1.96 * error),
                f"{INDEX}_with_first_extinct": math.fsum(part[f"{INDEX}_with_first_extinct"] for part in parts) / len(parts),
                "change_policy": min(part["change_policy"] for part in parts), "reason": min((part["reason"] for part in parts if part["reason"]), default=None),
            } | {name: sum(part[name] for part in parts) for name in ("groups", "species", "data_deficient_species", "first_extinct_species", "genuine_changes")}  # fmt: skip
    for (group, year), row in found.items():
        first = min(when for one, when in found if one == group)
        before = found[group, first][INDEX]
        row[f"{INDEX}_change"] = None if row[INDEX] is None or year == first else (row[INDEX] - before) / (year - first)
        row["reportable"] = row["reason"] is None
        row["change_reason"] = (
            row["reason"] if row[INDEX] is None
            else "one_assessed_year" if year == first
            else row["reason"] or ("changes_not_explained" if row["change_policy"] == "as_published" else "too_few_genuine_changes" if row["genuine_changes"] < 10 else None)
        )  # fmt: skip
        row["change_reportable"] = row["change_reason"] is None
    return found


@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(pool=st.lists(st.tuples(st.sampled_from(sorted(ROLL_UP)), assessments), min_size=1, max_size=16))
def test_sql_equals_plain_python(warehouse: Any, pool: list[tuple[str, dict[int, tuple[str, str | None]]]]) -> None:
    """Any small list gives, in every column of every row, what plain Python gives from the definitions."""
    warehouse.connection.execute("DELETE FROM landed.taxon_group; DELETE FROM landed.assessment")
    for place, (group, history) in enumerate(pool):
        warehouse.land("assessment", [
            assessed(f"s{place}", group, year, state, "KE", change_reason=reason) for year, (state, reason) in history.items()
        ])  # fmt: skip
    true = plain_rows(
        [fate(group, history) for group, history in pool],
        {group for group, history in pool if any(reason for _, reason in history.values())},
    )
    stored = {(group, year): row for (_, group, year), row in rows(warehouse).items()}
    assert stored.keys() == true.keys()
    for key, expected in true.items():
        assert {name: stored[key][name] for name in expected} == pytest.approx(expected, abs=1e-12), key
