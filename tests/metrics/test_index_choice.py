"""Spec of `metrics.index_choice`: the index with one thing done otherwise, of every year that may be quoted."""

from __future__ import annotations

from typing import Any

import pytest
from small_index import LAND, LAW, SITES, definition, halves, pillar
from small_world import country, every_treaty, observation

from ness_pipeline.index.components import component_rows
from ness_pipeline.index.country_scores import score_countries
from ness_pipeline.index.reading import tables_of
from ness_pipeline.index.tables import choice_rows, states

SMALL = definition(half=halves({"areas": pillar(LAND | {"best_between": [17, 50]}, SITES)}, {"law": pillar(LAW)}))


def choices(warehouse: Any, **more: Any) -> dict[str, dict[str, Any]]:
    """The rows of Kenya in 2020 by choice: 15 % of its land, 40 % of its sites, five of ten treaties."""
    warehouse.land("country", [country("KE", **more)])
    warehouse.land("treaty_party", every_treaty("KE", joined=5))
    warehouse.land("indicator_observation", [observation("ER.LND.PTLD.ZS", 2020, 15.0), observation("ER_PTD_TERR", 2020, 40.0)])  # fmt: skip
    warehouse.materialise(only={"core.country", *tables_of(SMALL)})
    scored = score_countries(component_rows(warehouse.connection, SMALL, None), SMALL)
    rows = choice_rows(scored, SMALL, states(warehouse.connection)).filter(year=2020)
    return {row["choice"]: row for row in rows.to_dicts()}


def test_index_under_every_named_choice(warehouse: Any) -> None:
    """As defined the half is 0.45 and the law 0.5; each row changes one thing, and the other half stays."""
    found = choices(warehouse)
    assert {name: row["ecological_system"] for name, row in found.items()} == pytest.approx({
        "without land_protected_pct": 0.4, "without kba_terrestrial_pct": 0.5, "equal pillars": 0.45, "equal measures": 0.45,
        "wide goalposts": 0.35, "narrow goalposts": (15 / 17 + 0.4) / 2, "five steps": 0.5, "arithmetic mean": 0.45,
    })  # fmt: skip
    assert {row["security_system"] for row in found.values()} == {0.5}
    assert found["arithmetic mean"]["eco_security_index"] == pytest.approx(0.475)
    assert found["wide goalposts"]["eco_security_index"] == pytest.approx((0.35 * 0.5) ** 0.5)


def test_only_what_may_be_quoted(warehouse: Any) -> None:
    """A territory has no rows, as its index has no rank to change."""
    assert choices(warehouse, un_membership=None) == {}
