"""Spec of `metrics.extinction_responsibility`: categories and range shares in, contributions to extinction risk out."""

from __future__ import annotations

from typing import Any

import pytest
from fates import EVERY_GROUP_ASSESSED, assessed, computed, living, states
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from small_world import groups

WEIGHT = {"LC": 0, "NT": 1, "VU": 2, "EN": 3, "CR": 4, "PE": 5, "EW": 5, "EX": 5}


def responsibility(warehouse: Any, counts: Any = None) -> dict[tuple[str, str], dict[str, Any]]:
    """Rows of the metric by country and group."""
    found = computed(warehouse, "metrics.extinction_responsibility", counts)
    return {(row["country_code"], row["taxon_group"]): row for row in found}


def land(warehouse: Any, pool: list[tuple[str, str, float | None]], code: str = "KE", group: str = "birds") -> None:
    """Land species of one group as (key, state, share)."""
    warehouse.land("country_species", [living(key, group, code, share) for key, _, share in pool])
    warehouse.land("assessment", [assessed(key, group, 2020, state) for key, state, _ in pool], unit=f"{code}.csv")


def test_contribution_of_the_worked_country(warehouse: Any) -> None:
    """Five species lose 7.15 weights here, of five times the 100 weighed worldwide; 1.43 species' worth of extinction."""
    pool = [("a", "LC", 1.0), ("b", "VU", 0.5), ("c", "CR", 0.1), ("d", "EN", 0.25), ("e", "PE", 1.0)]
    land(warehouse, pool)
    row = responsibility(warehouse)["KE", "birds"]
    assert row["extinction_responsibility"] == pytest.approx(7.15 / 500, abs=1e-12)
    assert row["extinction_risk_species"] == pytest.approx(1.43, abs=1e-12)
    assert (row["endemic_threatened_species"], row["near_endemic_threatened_species"]) == (1, 2)
    assert (row["assessed_species"], row["threatened_species"], row["reportable"]) == (5, 4, True)


def test_countries_add_up_to_the_world(warehouse: Any) -> None:
    """The contributions of all countries add up to what the group, without its extinct species, is short of an index of 1."""
    states, shares = ["LC", "VU", "CR", "EX"], {"KE": 0.2, "TZ": 0.5, "BR": 0.3}
    for code, share in shares.items():
        warehouse.land("country_species", [living(state, "birds", code, share) for state in states])
    warehouse.land("assessment", [assessed(state, "birds", 2020, state) for state in states])
    found = responsibility(warehouse, {"birds": (4, 4, 3)})
    total = sum(found[code, "birds"]["extinction_responsibility"] for code in shares)
    assert total == pytest.approx((0 + 2 + 4) / (5 * 3), abs=1e-12)


def test_all_amphibians_of_2022(warehouse: Any) -> None:
    """The published counts of 2022 in one country are what the group is short of an index of 1: 0.2619.

    8,011 amphibians without 909 Data Deficient and 37 Extinct ones are 7,065, of which the others lose 9,253 weights.
    """
    counts = {"LC": 3739, "NT": 451, "VU": 811, "EN": 1264, "CR": 612, "PE": 186, "EW": 2, "EX": 37, "DD": 909}
    land(warehouse, [(str(place), state, 1.0) for place, state in enumerate(states(counts))], group="amphibians")
    seeded = {row["taxon_group"]: row["world_weighed_species"] for row in groups()}
    row = responsibility(warehouse, {"amphibians": (9075, 8095, seeded["amphibians"])})["KE", "amphibians"]
    assert row["extinction_responsibility"] == pytest.approx(9253 / (5 * 7065), abs=1e-12)
    assert row["extinction_responsibility"] == pytest.approx(0.2619, abs=5e-5)


def test_no_count_of_the_world_no_contribution(warehouse: Any) -> None:
    """Where no dated source gives the world's species that are neither Data Deficient nor Extinct, the value is NULL."""
    land(warehouse, [("a", "CR", 1.0)], group="mammals")
    row = responsibility(warehouse, {"mammals": (100, 100, None)})["KE", "mammals"]
    assert (row["extinction_responsibility"], row["reason"]) == (None, "no_world_counts")
    assert (row["extinction_risk_species"], row["risk_reportable"]) == (pytest.approx(0.8), True)


@pytest.mark.parametrize(
    ("methods", "reason", "endemic_reason"),
    [
        ([("range_map", 1.0)] * 10, None, None),
        ([("occurrences", 1.0)] * 10, "shares_of_records", "shares_of_records"),
        ([("equal_shares", 0.5)] * 10, "equal_shares", None),
        ([("equal_shares", 1.0)] * 10, None, None),
        ([("range_map", 1.0)] * 8 + [("occurrences", 1.0)] * 2, None, None),
        ([("range_map", 1.0)] * 7 + [("occurrences", 1.0)] * 3, "shares_of_records", "shares_of_records"),
    ],
    ids=["maps", "records", "equal", "only here", "eight maps of ten", "seven maps of ten"],
)
def test_shares_of_records_are_a_basis_of_their_own(
    warehouse: Any, methods: list[tuple[str, float]], reason: str | None, endemic_reason: str | None
) -> None:
    """Shares that follow records or split the range equally are not quoted, unless 80 % of the species have better ones."""
    warehouse.land("country_species", [
        living(str(place), "birds", share=share, share_method=method) for place, (method, share) in enumerate(methods)
    ])  # fmt: skip
    warehouse.land("assessment", [assessed(str(place), "birds", 2020, "CR") for place in range(len(methods))])
    row = responsibility(warehouse)["KE", "birds"]
    assert (row["reason"], row["risk_reason"], row["endemic_reason"]) == (reason, reason, endemic_reason)
    used = {method for method, _ in methods} if reason else {methods[0][0]}
    assert row["share_method"] == (used.pop() if len(used) == 1 else "mixed")


def test_roll_ups_hold_groups_assessed_worldwide(warehouse: Any) -> None:
    """Animals hold birds and not the insects that nobody looked at; fungi, all partly assessed, are not reportable."""
    land(warehouse, [("a", "CR", 1.0)])
    land(warehouse, [("i", "CR", 1.0)], group="insects")
    land(warehouse, [("f", "CR", 1.0)], group="basidiomycetes")
    partly = {"insects": (100, 10), "basidiomycetes": (100, 10), "fungi": (200, 20)}
    partly |= {"reptiles": (100, 10), "sharks_and_rays": (100, 10)}
    found = responsibility(warehouse, partly)
    assert found["KE", "animals"]["extinction_risk_species"] == pytest.approx(0.8)
    assert found["KE", "fungi"]["extinction_risk_species"] == pytest.approx(0.8)
    assert found["KE", "fungi"]["extinction_responsibility"] is None
    assert found["KE", "fungi"]["reason"] == found["KE", "insects"]["reason"] == "group_partly_assessed"
    assert found["KE", "animals"]["reason"] is None


@pytest.mark.parametrize(
    ("pool", "counts", "reason", "risk_reason"),
    [
        ([("a", "CR", None)], (100, 100), "no_range_share", "no_range_share"),
        ([("a", "DD", 1.0)], (100, 100), "no_range_share", "no_range_share"),
        ([("a", "CR", 1.0), ("b", "CR", None)], (100, 100, 98), "no_range_share", "no_range_share"),
        ([("a", "CR", 1.0)], (None, None), "no_described_count", None),
        ([("a", "CR", 1.0)], (100, 79), "group_partly_assessed", None),
        ([("a", "CR", 0.0)], (100, 80, 80), None, None),
    ],
)
def test_reasons(warehouse: Any, pool: Any, counts: Any, reason: str | None, risk_reason: str | None) -> None:
    """What may not be quoted says why; without any share the numbers are NULL, with a share of zero they are zero."""
    land(warehouse, pool)
    row = responsibility(warehouse, {"birds": counts})["KE", "birds"]
    assert (row["reason"], row["risk_reason"]) == (reason, risk_reason)
    assert (row["reportable"], row["risk_reportable"]) == (reason is None, risk_reason is None)


@pytest.mark.parametrize(("at_risk", "reason"), [(19, "mixed_checklists"), (20, None)])
def test_species_of_another_checklist_may_count_twice(warehouse: Any, at_risk: int, reason: str | None) -> None:
    """One of 20 species that add to the sum may be apart, one of 19 is too many, however many are safe."""
    rows = [living(f"a{place}", "birds", share=0.5, checklist_key="col") for place in range(at_risk + 79)]
    warehouse.land("country_species", rows, source="file:a")
    warehouse.land("country_species", [living("x", "birds", share=0.5, checklist_key="old")], source="file:b")
    states = ["VU"] * (at_risk - 1) + ["LC"] * 80
    warehouse.land("assessment", [assessed(f"a{place}", "birds", 2020, state) for place, state in enumerate(states)])
    warehouse.land("assessment", [assessed("x", "birds", 2020, "VU")])
    row = responsibility(warehouse)["KE", "birds"]
    assert (row["threatened_species"], row["apart_species"]) == (at_risk, 1)
    assert (row["reason"], row["risk_reason"], row["endemic_reason"]) == (reason, reason, reason)
    assert row["extinction_risk_species"] == pytest.approx(2 * 0.5 * at_risk / 5)


@settings(max_examples=10, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(pool=st.lists(st.tuples(st.sampled_from([*WEIGHT, "DD"]), st.sampled_from([None, 0.0, 0.1, 1 / 3, 0.95, 1.0])), min_size=1, max_size=12))  # fmt: skip
def test_sql_equals_plain_python(warehouse: Any, pool: list[tuple[str, float | None]]) -> None:
    """Any mixture of categories and shares gives what a few lines of Python give."""
    warehouse.connection.execute("DELETE FROM landed.taxon_group; DELETE FROM landed.country_species; DELETE FROM landed.assessment")  # fmt: skip
    land(warehouse, [(str(place), state, share) for place, (state, share) in enumerate(pool)])
    row = responsibility(warehouse)["KE", "birds"]
    risks = [WEIGHT[state] * share for state, share in pool if share is not None and state not in {"DD", "EX"}]
    shares = [share or 0 for state, share in pool if state in {"VU", "EN", "CR", "PE"}]
    assert row["extinction_risk_species"] == (pytest.approx(sum(risks) / 5, abs=1e-12) if risks else None)
    assert row["extinction_responsibility"] == (pytest.approx(sum(risks) / 500, abs=1e-12) if risks else None)
    assert row["near_endemic_threatened_species"] == (sum(share >= 0.5 for share in shares) if risks else None)
    assert row["endemic_threatened_species"] == (sum(share >= 0.95 for share in shares) if risks else None)
    assert EVERY_GROUP_ASSESSED["birds"] == (100, 100, 100)
