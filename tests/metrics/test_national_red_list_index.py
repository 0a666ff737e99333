"""Spec of `metrics.national_red_list_index`: a country's own Red List in, loaded as users do, its index out."""

from __future__ import annotations

import itertools
import math
import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

import pytest
from fates import assessed, computed, index, living, states
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from truth.red_list_arithmetic import COMPREHENSIVE, FEWEST_CHANGES, SETS, WEIGHT, Fate, by_group, group_points
from truth.species_list import Named, counted, rests

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


NAMES = ("name:Avis prima", "name:Avis secunda")


@pytest.mark.parametrize(
    ("lists", "apart", "reason"),
    [
        ([["a", "b", *NAMES]], 0, None),
        ([["a", "b", "c"], ["a", "b", *NAMES[:1]]], 1, "mixed_checklists"),
        ([["a", "b"], ["a", "b", *NAMES[:1]]], 0, None),
        ([["a", "b", *NAMES], ["a", "c"]], 1, "mixed_checklists"),
        ([["a", "b", *NAMES], ["a", "b"]], 0, None),
        ([["a", "b"], ["a", "c"]], 0, None),
        ([["a", "b"], ["a", "old"]], 1, "mixed_checklists"),
    ],
    ids=["one list", "a name on a second list", "a longer second list", "names on the first list, a species added", "nothing added",
         "a species added", "a key of another checklist"],
)  # fmt: skip
def test_a_list_that_several_sources_make_may_have_species_twice(
    warehouse: Any, lists: list[list[str]], apart: int, reason: str | None
) -> None:
    """Ten birds of every list and those named: those of another checklist may be the same; one list has each once."""
    warehouse.land("country_species", [living("old", "birds", checklist_key="old")] + [living(f"every{place}", "birds", checklist_key="col") for place in range(10)])  # fmt: skip
    for number, keys in enumerate(lists):
        every = [f"every{place}" for place in range(10)] + keys
        listed = [assessed(key, "birds", 2020, "LC", "KE", is_complete_list=True) for key in every]
        warehouse.land("assessment", listed, source=f"file:{number}")
    row = rows(warehouse)["KE", "birds", 2020]
    assert row["species"] == 10 + len({key for keys in lists for key in keys})
    assert (row["apart_species"], row["reason"], row["reportable"]) == (apart, reason, reason is None)


@pytest.mark.parametrize(
    ("pool", "reason", "value"), [(["DD", "DD"], "all_data_deficient", None), (["EX"], "no_assessed_species", None), (["LC", "NE"], "completeness_unknown", 1.0)]
)  # fmt: skip
def test_reasons(warehouse: Any, pool: list[str], reason: str | None, value: float | None) -> None:
    """What cannot be judged is NULL with its reason; species that were not evaluated do not count."""
    warehouse.land("assessment", [assessed(f"b{i}", "birds", 2015, state, "KE") for i, state in enumerate(pool)])
    row = rows(warehouse)["KE", "birds", 2015]
    assert (row[INDEX], row["reason"], row["reportable"]) == (value, reason, reason is None)


GENUINE = {"genuine", "genuine_recent", "genuine_since_first_assessment"}
ROLL_UP = {
    "birds": "animals", "mammals": "animals", "reptiles": "animals", "conifers_and_cycads": "plants", "ferns": "plants",
    "basidiomycetes": "fungi", "chromists": None,
}  # fmt: skip
STATES = ["LC", "LC", "NT", "VU", "EN", "CR", "PE", "RE", "DD"]
KNOWN = {
    "listed": {"origin": "native", "presence": "extant"},
    "recorded": {"occurrences": 3},
    "introduced": {"origin": "introduced", "presence": "extant"},
}
"""What the country's own list of species, which is another one than its Red List, says of a species."""


@dataclass(frozen=True)
class Kind:
    """Some species of one group that fare alike on the country's Red List.

    Attributes:
        group: reporting group, or `cycads`.
        history: state and reason of the change to it, by year.
        copies: number of these species.
        known: what the list of species says of them, None when they are not on it.
        is_complete: whether the Red List says here that it assesses the whole group.
    """

    group: str
    history: dict[int, tuple[str, str | None]]
    copies: int = 1
    known: str | None = None
    is_complete: bool | None = None


reasons = st.sampled_from([None, None, "genuine", "genuine_recent", "new_information"])
histories = st.one_of(
    st.dictionaries(st.sampled_from([1996, 2004, 2010, 2021]), st.tuples(st.sampled_from(STATES), reasons), min_size=1),
    st.dictionaries(st.sampled_from([2004, 2021]), st.tuples(st.sampled_from(STATES), reasons), min_size=2),
    st.sampled_from(["NE", "NA"]).map(lambda category: {2010: (category, None)}),
)
kinds = st.builds(
    Kind, st.sampled_from(["birds", "birds", "mammals", "basidiomycetes", "conifers_and_cycads", "cycads", "ferns"]), histories,
    st.sampled_from([1, 2, 5, 10]), st.sampled_from([None, *KNOWN]), st.sampled_from([None, None, None, False, True]),
)  # fmt: skip
WORLDS = {
    "pool": st.lists(kinds, min_size=1, max_size=8),
    "others": st.dictionaries(st.sampled_from(["birds", "reptiles", "chromists"]), st.integers(1, 3), max_size=2),
}


def fate(kind: Kind) -> Fate:
    """A species from its assessments, each a state and the reason of the change to it."""
    known = {year: "EX" if state == "RE" else state for year, (state, _) in sorted(kind.history.items())}
    steps = [
        (a, b)
        for a, b in itertools.pairwise(known)
        if kind.history[b][1] in GENUINE and "DD" not in {known[a], known[b]}
    ]
    changes, since = {b: known[a] for a, b in steps}, tuple(a for a, _ in steps)
    of_group, in_set = SETS.get(kind.group, kind.group), kind.group if kind.group in SETS else None
    return Fate(of_group, known[max(known)], None, known, changes, since, in_set)


def changes_without_reason(kind: Kind) -> bool:
    """Whether a change of category, from and to one that is not Data Deficient, has no reason."""
    known = {year: "EX" if state == "RE" else state for year, (state, _) in sorted(kind.history.items())}
    return any(
        known[a] != known[b] and "DD" not in {known[a], known[b]} and kind.history[b][1] is None
        for a, b in itertools.pairwise(known)
    )


PARTLY = {"ferns": (100, 10)}
"""Groups that are partly assessed worldwide, with their described and assessed species."""
NUMBERS = (
    "",
    "_lower",
    "_p50",
    "_upper",
    "_with_first_extinct",
    "_with_first_extinct_lower",
    "_with_first_extinct_upper",
)
Rows = dict[tuple[str, int], dict[str, Any]]


def groups_of(kind: Kind) -> set[str]:
    """Reporting group of a kind, and the set that it is in."""
    return {kind.group, SETS.get(kind.group, kind.group)}


def known_in(pool: list[Kind], others: dict[str, int]) -> dict[str, list[str]]:
    """List of each species of the country that counts, by group and set; the global Red List has the set of listed ones."""
    placed = {
        f"{place}-{copy}": (kind, KNOWN[kind.known]) for place, kind in enumerate(pool) if kind.known for copy in range(kind.copies)
    }  # fmt: skip
    listed = [
        Named(key, SETS.get(kind.group, kind.group), "NE", said.get("origin"), said.get("presence"), "records" if "occurrences" in said else "country_list")
        for key, (kind, said) in placed.items()
    ]  # fmt: skip
    listed += [
        Named("", group, "NE", "native", "extant", "country_list") for group in others for _ in range(others[group])
    ]
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one in counted(listed):
        kind = placed[one.key][0] if one.key else None
        for group in groups_of(kind) if kind and kind.known == "listed" else {one.group}:
            found[group].append(one.on)
    return found


def plain_rows(pool: list[Kind], others: dict[str, int]) -> Rows:
    """The rows of one country from the definitions."""
    lists = known_in(pool, others)
    known = Counter({group: len(some) for group, some in lists.items()})
    holding = {group for group, some in lists.items() if rests(some, []).on == "country_list"} - set(PARTLY)
    named, complete, explained, silent = Counter[str](), set[str](), set[str](), set[str]()
    for kind in pool:
        of, said = groups_of(kind), {state for state, _ in kind.history.values()}
        named.update(dict.fromkeys(of, 0 if said == {"NA"} else kind.copies))
        complete |= of if kind.is_complete else set()
        explained |= of if any(why for _, why in kind.history.values()) else set()
        silent |= of if changes_without_reason(kind) else set()
    explained -= silent
    assessed_kinds = [kind for kind in pool if not {state for state, _ in kind.history.values()} & {"NE", "NA"}]
    found: Rows = {}
    errors: dict[tuple[str, int], tuple[float, float]] = {}
    for group, some in by_group([fate(kind) for kind in assessed_kinds for _ in range(kind.copies)]).items():
        size, not_whole = max(known[group], named[group]), None
        if group in complete:
            not_whole = "country_partly_assessed" if len(some) / named[group] < COMPREHENSIVE else None
        else:
            is_partly = len(some) / size < COMPREHENSIVE
            not_whole = (
                "completeness_unknown" if group not in holding else "country_partly_assessed" if is_partly else None
            )
        for point in group_points(some, not_whole, explained=group in explained):
            whole = "red_list_index_unweighted"
            row: dict[str, Any] = {f"{INDEX}{to}": point.numbers[f"{whole}{to}"] for to in NUMBERS}
            row |= {name: count for name, count in point.counts.items() if name != "assessed_by_year_species"}
            row |= {"change_policy": "genuine_changes" if group in explained else "as_published"}
            key = group, point.year or 0
            found[key] = row | {"reason": point.unweighted_reason, "known_species": size}
            wide, wide_first = point.numbers[f"{whole}_standard_error"], point.numbers["with_first_error"]
            errors[key] = wide or 0.0, wide_first or 0.0
    found |= rolled_up(found, errors, known)
    return {key: row | change_since(found, *key) for key, row in found.items()}


def change_since(found: Rows, group: str, year: int) -> dict[str, Any]:
    """Change of a row since the first year, and whether row and change may be quoted."""
    row, first = found[group, year], min(when for one, when in found if one == group)
    before, is_told = found[group, first][INDEX], row["change_policy"] == "genuine_changes"
    change = None
    if row[INDEX] is not None and before is not None and year != first and is_told:
        change = (row[INDEX] - before) / (year - first)
    why = row["reason"]
    if row[INDEX] is not None:
        if not is_told:
            why = "changes_not_explained"
        elif change is None:
            why = "one_assessed_year"
        elif why is None and row["genuine_changes"] < FEWEST_CHANGES:
            why = "too_few_genuine_changes"
    quoted = {"reportable": row["reason"] is None, "change_reportable": why is None}
    return {f"{INDEX}_change": change, "change_reason": why} | quoted


def rolled_up(found: Rows, errors: dict[tuple[str, int], tuple[float, float]], known: Counter[str]) -> Rows:
    """The rows of roll-ups: means of two reporting groups or more, in the years in which all have a value."""
    rolled: Rows = {}
    for roll_up in ("animals", "plants", "fungi", "all"):
        of = {group for group, whose in ROLL_UP.items() if roll_up in {"all", whose}}
        valued = [key for key, row in found.items() if key[0] in of and row[INDEX] is not None]
        members = sorted({group for group, _ in valued})
        missing = any(known[group] and group not in members for group in of)
        for year in {when for _, when in valued}:
            parts = [found[group, year] for group in members if (group, year) in valued]
            if len(members) < 2 or len(parts) < len(members):
                continue
            means = {name: math.fsum(part[name] for part in parts) / len(parts) for name in (INDEX, f"{INDEX}_with_first_extinct")}  # fmt: skip
            reason = min((part["reason"] for part in parts if part["reason"]), default="groups_missing" if missing else None)  # fmt: skip
            row = means | {f"{INDEX}_p50": means[INDEX], "change_policy": min(part["change_policy"] for part in parts), "reason": reason}  # fmt: skip
            for place, (name, mean) in enumerate(means.items()):
                wide = 1.96 * math.sqrt(math.fsum(errors[group, year][place] ** 2 for group in members)) / len(parts)
                row |= {f"{name}_lower": max(0.0, mean - wide), f"{name}_upper": min(1.0, mean + wide)}
            counts = ("groups", "species", "data_deficient_species", "first_extinct_species", "genuine_changes", "known_species")  # fmt: skip
            rolled[roll_up, year] = row | {name: sum(part[name] for part in parts) for name in counts}
    return rolled


@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(**WORLDS)
def test_sql_equals_plain_python(warehouse: Any, pool: list[Kind], others: dict[str, int]) -> None:
    """Any small list gives, in every column of every row, what plain Python gives from the definitions."""
    warehouse.clear("taxon_group", "assessment", "country_species")
    for place, kind in enumerate(pool):
        of_group, in_set = SETS.get(kind.group, kind.group), kind.group if kind.group in SETS else None
        keys = [f"s{place}-{copy}" for copy in range(kind.copies)]
        warehouse.land("assessment", [
            assessed(key, of_group, year, state, "KE", change_reason=why, index_set=in_set, is_complete_list=kind.is_complete)
            for key in keys for year, (state, why) in kind.history.items()
        ])  # fmt: skip
        if kind.known:
            about = {"country_code": "KE", "taxon_group": of_group} | KNOWN[kind.known]
            warehouse.land("country_species", [about | {"species_key": key} for key in keys])
        if kind.known == "listed" and in_set:
            warehouse.land("assessment", [assessed(key, of_group, 2000, "LC", index_set=in_set) for key in keys])
    for group, number in others.items():
        warehouse.land("country_species", [living(f"{group}{place}", group) for place in range(number)])
    true = plain_rows(pool, others)
    found = computed(warehouse, "metrics.national_red_list_index", PARTLY)
    stored = {(row["taxon_group"], row["year"]): row for row in found}
    assert stored.keys() == true.keys()
    for key, expected in true.items():
        assert {name: stored[key][name] for name in expected} == pytest.approx(expected, abs=1e-12), key
