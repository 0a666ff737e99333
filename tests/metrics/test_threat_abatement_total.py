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
