"""Spec of `metrics.index_definition`: the published file as a table."""

from __future__ import annotations

from typing import Any

import pytest

from ness_pipeline.index.reading import published_definition


def test_table_says_what_the_file_says(warehouse: Any) -> None:
    """Each measure of the file has a row with its goalposts and source, and all weights together make 1."""
    warehouse.materialise(only="metrics.index_definition")
    rows = warehouse.rows("FROM metrics.index_definition ORDER BY position")
    published = published_definition()
    assert [(row["metric"], row["taxon_group"], row["worst"], row["best"], row["goalpost_source"]) for row in rows] == [
        (measure.metric, measure.taxon_group, measure.worst, measure.best, measure.source)
        for measure in published.measures
    ]
    assert {row["definition_version"] for row in rows} == {published.digest}
    whole = sum(row["half_weight"] * row["pillar_weight"] * row["measure_weight"] for row in rows)
    assert whole == pytest.approx(1)


def test_goalposts_agree_with_the_direction_of_each_metric(warehouse: Any) -> None:
    """In the catalogue of metrics, a measure that is better higher has its best goalpost above its worst."""
    warehouse.materialise(only="metrics.index_definition")
    from ness_pipeline.build.views import create_views

    create_views(warehouse.connection)
    against = warehouse.rows(
        "SELECT metric FROM metrics.index_definition JOIN ops.metric USING (metric) "
        "WHERE better IS NOT NULL AND (better = 'higher') <> (best > worst)"
    )
    assert against == []
