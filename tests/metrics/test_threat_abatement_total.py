"""Spec of `metrics.threat_abatement_total`: what all threats together cost, and how much of it is explained."""

from __future__ import annotations

from typing import Any

import pytest
from fates import assessed, computed, living


def total(warehouse: Any, pool: list[tuple[str, float | None, bool]], counts: Any = None) -> dict[str, Any]:
    """The row of birds in Kenya, from species as (category, share, whether a threat is known)."""
    warehouse.land("country_species", [living(str(place), "birds", share=share) for place, (_, share, _) in enumerate(pool)])  # fmt: skip
    warehouse.land("assessment", [assessed(str(place), "birds", 2020, category) for place, (category, _, _) in enumerate(pool)])  # fmt: skip
    warehouse.land("threat", [{"species_key": str(place), "threat_code": "5.3"} for place, (_, _, known) in enumerate(pool) if known])  # fmt: skip
    found = computed(warehouse, "metrics.threat_abatement_total", counts)
    (row,) = (row for row in found if row["taxon_group"] == "birds")
    return row


def test_total_and_allocated_share(warehouse: Any) -> None:
    """Scores add up over species; the part with a known threat is allocated; least concern scores nothing."""
    row = total(
        warehouse, [("CR", 0.5, True), ("VU", 0.1, False), ("NT", 1.0, True), ("LC", 1.0, True), ("EX", 1.0, True)]
    )
    assert row["star_total"] == pytest.approx(320, abs=1e-12)
    assert row["star_allocated_share"] == pytest.approx(300 / 320, abs=1e-12)
    assert (row["scoring_species"], row["species_with_threats"]) == (3, 2)
    assert row["reason"] == "too_few_threats_known"


@pytest.mark.parametrize(
    ("pool", "counts", "reason"),
    [
        ([("LC", 1.0, True)], (100, 100), "no_species_at_risk"),
        ([("CR", None, True)], (100, 100), "no_range_share"),
        ([("CR", 0.0, True)], (100, 100), "no_range_share"),
        ([("CR", 1.0, True)], (None, None), "no_described_count"),
        ([("CR", 1.0, True)], (100, 79), "group_partly_assessed"),
        ([("CR", 1.0, True), ("CR", None, True)], (100, 80), "no_range_share"),
        ([("CR", 1.0, True)] * 4 + [("CR", 1.0, False)], (100, 80), None),
    ],
)
def test_reasons(warehouse: Any, pool: Any, counts: Any, reason: str | None) -> None:
    """What may not be quoted names the first reason; a reported total is never missing."""
    row = total(warehouse, pool, {"birds": counts})
    assert (row["reason"], row["reportable"]) == (reason, reason is None)
    assert row["reportable"] is False or row["star_total"] is not None


@pytest.mark.parametrize(("scoring", "reason"), [(39, "mixed_checklists"), (40, None)])
def test_scoring_species_of_another_checklist_may_count_twice(warehouse: Any, scoring: int, reason: str | None) -> None:
    """Two of 40 scoring species may be apart, two of 39 are too many; safe species of another checklist do not matter."""
    for source, checklist, prefix, number in (("file:a", "col", "a", scoring - 2), ("file:b", "old", "x", 2)):
        safe = [living(f"{prefix}-safe{place}", "birds", checklist_key=checklist) for place in range(number)]
        at_risk = [living(f"{prefix}{place}", "birds", checklist_key=checklist) for place in range(number)]
        warehouse.land("country_species", at_risk + safe, source=source)
        warehouse.land(
            "assessment", [assessed(row["species_key"], "birds", 2020, "VU") for row in at_risk], source=source
        )
        warehouse.land("assessment", [assessed(row["species_key"], "birds", 2020, "LC") for row in safe], source=source)
        warehouse.land(
            "threat", [{"species_key": row["species_key"], "threat_code": "5.3"} for row in at_risk], source=source
        )
    row = total(warehouse, [])
    assert (row["scoring_species"], row["apart_species"]) == (scoring, 2)
    assert (row["reason"], row["star_total"]) == (reason, pytest.approx(200 * scoring))
    warehouse.materialise(only="metrics.threat_abatement")
    threats = warehouse.rows("FROM metrics.threat_abatement WHERE taxon_group = 'birds'")
    assert {(row["threat_code"], row["apart_species"], row["reason"]) for row in threats} == {
        ("5", 2, reason),
        ("5.3", 2, reason),
    }
