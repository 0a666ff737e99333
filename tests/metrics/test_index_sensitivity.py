"""Spec of `metrics.index_sensitivity`: what drives the index over the world, in a table of its own."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from small_index import LAND, SITES, definition, halves, pillar

from ness_pipeline.index.tables import sensitivity_rows

SMALL = definition(half=halves({"areas": pillar(LAND), "sites": pillar(SITES)}))


def pillars(countries: int, **scores: Any) -> pl.DataFrame:
    """Pillar scores of invented countries; each pillar's score is a function of the country's number."""
    rows = [
        {"country_code": f"A{chr(65 + place)}", "pillar": name, "score": score(place)}
        for place in range(countries)
        for name, score in scores.items()
    ]
    return pl.DataFrame(rows, schema={"country_code": pl.String, "pillar": pl.String, "score": pl.Float64})


def test_pillar_that_never_varies_drives_nothing() -> None:
    """Of two pillars of one half, the one that is the same everywhere has no share in the variance."""
    frame = pillars(12, areas=lambda _: 0.5, sites=lambda n: n / 12, law=lambda _: 0.7)
    found = {row["pillar"]: row for row in sensitivity_rows(frame, SMALL).to_dicts()}
    assert (found["areas"]["first_order"], found["areas"]["total_effect"]) == (0, 0)
    assert found["sites"]["first_order"] == pytest.approx(1, abs=0.1)
    assert found["sites"]["total_effect"] == pytest.approx(1, abs=0.1)
    assert all(row["reportable"] and row["countries"] == 12 for row in found.values())


@pytest.mark.parametrize(
    ("countries", "law", "reason"),
    [(9, lambda n: n / 10, "too_few_countries"), (10, lambda _: 0.5, "all_alike"), (10, lambda _: None, "no_data"), (0, None, "too_few_countries")],
)  # fmt: skip
def test_reasons(countries: int, law: Any, reason: str) -> None:
    """Too few countries, no scores of a pillar and no variance at all are each said."""
    frame = pillars(countries, areas=lambda _: 0.5, sites=lambda _: 0.5, law=law)
    row = sensitivity_rows(frame, SMALL).filter(pillar="law").row(0, named=True)
    assert (row["first_order"], row["total_effect"], row["reportable"], row["reason"]) == (None, None, False, reason)


def test_order_of_countries_does_not_matter() -> None:
    """The same scores in another order of rows give the same numbers."""
    frame = pillars(12, areas=lambda n: (n * 7 % 12) / 12, sites=lambda n: n / 12, law=lambda n: (n * 5 % 12) / 12)
    assert sensitivity_rows(frame, SMALL).equals(sensitivity_rows(frame.sort("score"), SMALL))


def test_stored_table_covers_every_pillar(warehouse: Any) -> None:
    """Without any country each pillar has its row, which says that there are too few countries."""
    warehouse.materialise(only="metrics.index_sensitivity")
    rows = warehouse.rows("FROM metrics.index_sensitivity")
    assert len(rows) == warehouse.rows("SELECT count(DISTINCT pillar) AS n FROM metrics.index_definition")[0]["n"]
    assert {row["reason"] for row in rows} == {"too_few_countries"}
