"""Spec of `metrics.index_pillar`: means of the scores that are there, how much of the weight that is, and why there is none."""

from __future__ import annotations

from typing import Any

import pytest
from small_index import LAND, SEA, SITES, definition, halves, pillar
from small_world import country, every_treaty, observation

from ness_pipeline.index.components import component_rows
from ness_pipeline.index.country_scores import score_countries
from ness_pipeline.index.reading import tables_of
from ness_pipeline.index.tables import pillar_rows

VALUES = {"ER.LND.PTLD.ZS": 15.0, "ER.MRN.PTMR.ZS": 30.0, "ER_PTD_TERR": 20.0}


@pytest.mark.parametrize(
    ("series", "is_landlocked", "score", "coverage", "reason"),
    [
        (["ER.LND.PTLD.ZS", "ER.MRN.PTMR.ZS", "ER_PTD_TERR"], False, (0.5 * 2 + 1 + 0.2) / 4, 1, None),
        (["ER.LND.PTLD.ZS", "ER_PTD_TERR"], False, (0.5 * 2 + 0.2) / 3, 3 / 4, None),
        (["ER.LND.PTLD.ZS", "ER_PTD_TERR"], True, (0.5 * 2 + 0.2) / 3, 1, None),
        (["ER_PTD_TERR"], False, 0.2, 1 / 4, None),
        ([], False, None, 0, "too_few_measures"),
    ],
)
def test_pillar_of_three_measures(
    warehouse: Any,
    series: list[str],
    is_landlocked: bool,  # noqa: FBT001
    score: float | None,
    coverage: float,
    reason: str | None,
) -> None:
    """The weights of what is there count, and the coverage says how much that is of what means anything."""
    warehouse.land("country", [country("KE", is_landlocked=is_landlocked)])
    warehouse.land("treaty_party", every_treaty(joined=5))
    warehouse.land("indicator_observation", [observation(name, 2020, VALUES[name]) for name in series])
    measures = LAND | {"weight": "1/2"}, SEA | {"weight": "1/4"}, SITES | {"weight": "1/4"}
    small = definition(half=halves({"areas": pillar(*measures)}))
    warehouse.materialise(only=tables_of(small))
    rows = pillar_rows(score_countries(component_rows(warehouse.connection, small, None), small), small)
    row = rows.filter(pillar="areas", year=2020).row(0, named=True)
    assert row["score"] == (None if score is None else pytest.approx(score))
    assert row["coverage"] == pytest.approx(coverage)
    assert (row["half"], row["reportable"], row["reason"]) == ("ecological_system", reason is None, reason)


def test_every_pillar_has_a_row_in_every_year(warehouse: Any) -> None:
    """The stored table has every pillar of the published definition for each year, scored or with a reason."""
    warehouse.land("indicator_observation", [observation(name, 2020, value) for name, value in VALUES.items()])
    warehouse.materialise(only="metrics.index_pillar")
    rows = warehouse.rows("FROM metrics.index_pillar")
    wanted = warehouse.rows("SELECT DISTINCT pillar FROM metrics.index_definition")
    assert sorted(row["pillar"] for row in rows) == sorted(row["pillar"] for row in wanted)
    assert all((row["score"] is None) == (row["reason"] is not None) for row in rows)
