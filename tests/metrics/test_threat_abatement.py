"""Spec of `metrics.threat_abatement`: categories, range shares and threats in, STAR scores by threat out."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from fates import assessed, computed, living
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

SCORE = {"NT": 100, "VU": 200, "EN": 300, "CR": 400}
DECLINE = {
    "whole": {"very_rapid": 63, "rapid": 24, "slow_significant": 10, "negligible": 1, "no_decline": 0, "fluctuations": 10},
    "majority": {"very_rapid": 52, "rapid": 18, "slow_significant": 9, "negligible": 0, "no_decline": 0, "fluctuations": 9},
    "minority": {"very_rapid": 24, "rapid": 7, "slow_significant": 5, "negligible": 0, "no_decline": 0, "fluctuations": 5},
}  # fmt: skip
PAST = {"past_unlikely_to_return", "past_likely_to_return"}


def threat(species_key: str, code: str, scope: str | None = None, severity: str | None = None, **more: Any) -> dict[str, Any]:  # fmt: skip
    """One `threat` row."""
    return {"species_key": species_key, "threat_code": code, "scope": scope, "severity": severity} | more


def star(warehouse: Any, pool: list[tuple[str, str, float | None]], threats: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:  # fmt: skip
    """Rows of birds in Kenya by level and threat, from species as (key, category, share)."""
    warehouse.land("country_species", [living(key, "birds", share=share) for key, _, share in pool])
    warehouse.land("assessment", [assessed(key, "birds", 2020, category) for key, category, _ in pool])
    warehouse.land("threat", threats)
    found: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    for row in computed(warehouse, "metrics.threat_abatement"):
        if (row["country_code"], row["taxon_group"]) == ("KE", "birds"):
            found[row["threat_level"]][row["threat_code"]] = row
    return dict(found)


def test_worked_example(warehouse: Any) -> None:
    """Three species and five threats give the worked scores, and their total is what the species score."""
    pool = [("sp1", "CR", 0.5), ("sp2", "VU", 0.1), ("sp3", "NT", 1.0)]
    threats = [
        threat("sp1", "2.1", "whole", "very_rapid"), threat("sp1", "5.3", "whole", "rapid"), threat("sp1", "8.1", "whole", "slow_significant"),
        threat("sp2", "2.1", "majority", "very_rapid"), threat("sp2", "11", "majority", "slow_significant"),
        threat("sp3", "5.3", "majority", "rapid"),
    ]  # fmt: skip
    found = star(warehouse, pool, threats)
    expected = {"2.1": 146.946088, "5.3": 149.484536, "8.1": 20.618557, "11": 2.950820}
    assert {code: row["star"] for code, row in found[2].items()} == pytest.approx(expected, abs=5e-7)
    assert found[3].keys() == expected.keys()
    assert {code: row["star"] for code, row in found[1].items()} == pytest.approx(
        {"2": 146.946088, "5": 149.484536, "8": 20.618557, "11": 2.950820}, abs=5e-7
    )
    for level in (1, 2, 3):
        assert sum(row["star"] for row in found[level].values()) == pytest.approx(320, abs=1e-9)
    assert all(row["reportable"] for row in found[1].values())


@pytest.mark.parametrize(
    ("scope", "severity", "percent"),
    [
        *[(scope, severity, percent) for scope, row in DECLINE.items() for severity, percent in row.items()],
        (None, "very_rapid", 52), ("unknown", "rapid", 18), ("whole", None, 10), ("minority", "unknown", 5), (None, None, 9),
    ],
)  # fmt: skip
def test_expected_decline(warehouse: Any, scope: str | None, severity: str | None, percent: int) -> None:
    """Every scope and severity has its expected decline; what is unknown counts as majority, slow and significant."""
    (row,) = warehouse.connection.execute("SELECT expected_decline(?, ?)", [scope, severity]).fetchall()
    assert row == (percent,)


def test_nothing_is_dropped(warehouse: Any) -> None:
    """Species without a threat that scores, or with past ones alone, keep their score as unallocated."""
    pool = [("a", "CR", 1.0), ("b", "EN", 0.5), ("c", "VU", 0.1), ("d", "EX", 1.0), ("e", "DD", 1.0), ("f", "LC", 1.0)]
    threats = [
        threat("b", "3.5", "minority", "no_decline"),
        threat("c", "5.1", "whole", "rapid", timing="past_unlikely_to_return"),
        threat("d", "5.1", "whole", "rapid"),
    ]
    found = star(warehouse, pool, threats)[1]
    assert {code: (row["star"], row["star_any_timing"]) for code, row in found.items()} == {
        "unallocated": (pytest.approx(570), pytest.approx(550)), "5": (0, pytest.approx(20)),
    }  # fmt: skip
    assert found["unallocated"]["reason"] == "too_few_threats_known"


def test_one_list_of_threats_and_none_of_another_country(warehouse: Any) -> None:
    """An own list of threats replaces the publisher's, and what another country's unit brought does not speak here."""
    warehouse.land("threat", [threat("a", "1", "whole", "rapid")], source="iucn", unit="KE")
    warehouse.land("threat", [threat("b", "1", "whole", "rapid")], source="iucn", unit="TZ")
    own = [threat("a", "2", "whole", "rapid")]
    warehouse.land("threat", own, source="file:own", unit="own.csv")
    found = star(warehouse, [("a", "CR", 1.0), ("b", "NT", 1.0)], [])[1]
    assert {code: row["star"] for code, row in found.items()} == {"2": 400, "unallocated": 100}


codes = st.sampled_from(["1", "1.1", "2.3.1", "5.3", "5.3.2", "8.1.2", "11"])
words = st.tuples(
    codes, st.sampled_from([*DECLINE, "unknown", None]), st.sampled_from([*DECLINE["whole"], "unknown", None]),
    st.sampled_from(["ongoing", "future", *PAST, "unknown", None]),
)  # fmt: skip


@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(pool=st.lists(
    st.tuples(st.sampled_from(["LC", "NT", "VU", "EN", "CR", "DD", "EX"]), st.sampled_from([None, 0.0, 0.1, 1 / 3, 1.0]),
              st.lists(words, max_size=4, unique_by=lambda word: word[0])), min_size=1, max_size=6,
))  # fmt: skip
def test_sql_equals_plain_python(warehouse: Any, pool: list[Any]) -> None:
    """Any species and threats give the scores that a few lines of Python give, at every level."""
    warehouse.connection.execute("DELETE FROM landed.taxon_group; DELETE FROM landed.country_species; DELETE FROM landed.assessment; DELETE FROM landed.threat")  # fmt: skip
    species = [(str(place), category, share) for place, (category, share, _) in enumerate(pool)]
    threats = [
        threat(str(place), code, scope, severity, timing=timing)
        for place, (_, _, listed) in enumerate(pool)
        for code, scope, severity, timing in listed
    ]
    stored = star(warehouse, species, threats)
    for level in (1, 2, 3):
        expected: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for category, share, listed in pool:
            score = SCORE.get(category, 0) * (share or 0)
            for place, past_too in enumerate((False, True)):
                percents = {
                    code: DECLINE.get(scope, DECLINE["majority"]).get(severity, DECLINE.get(scope, DECLINE["majority"])["slow_significant"])
                    for code, scope, severity, timing in listed if past_too or timing not in PAST
                }  # fmt: skip
                percents = {code: percent for code, percent in percents.items() if percent} or {"unallocated": 1}
                for code, percent in percents.items() if score else []:
                    expected[".".join(code.split(".")[:level])][place] += score * percent / sum(percents.values())
        found = {code: [row["star"], row["star_any_timing"]] for code, row in stored.get(level, {}).items()}
        assert found.keys() == expected.keys()
        for code, values in found.items():
            assert values == pytest.approx(expected[code], abs=1e-12, rel=1e-12)
