"""Spec of `metrics.index_component`: which value stands for a year, for how long, and why there is none."""

from __future__ import annotations

from typing import Any

import pytest
from small_index import LAND, LAW, SEA, definition, halves, measure, pillar
from small_world import country, every_treaty, groups, observation, species

from ness_pipeline.index.components import component_rows
from ness_pipeline.index.reading import tables_of

BIRDS = measure("threatened_share", 0.5, 0, taxon_group="birds", max_age_years=None)


def components(warehouse: Any, *measures: dict[str, Any]) -> dict[tuple[int, str], dict[str, Any]]:
    """Components of one country by year and measure, for a pillar of these measures beside one of law."""
    small = definition(half=halves({"one": pillar(*measures)}))
    warehouse.materialise(only=tables_of(small))
    rows = component_rows(warehouse.connection, small, ["KE"]).to_dicts()
    return {(row["year"], row["metric"]): row for row in rows}


def test_value_stands_until_it_is_too_old(warehouse: Any) -> None:
    """A value of 2010 stands from 2010 to 2012 where two years are allowed, then it is too old; before it is none."""
    warehouse.land("indicator_observation", [
        observation("ER.LND.PTLD.ZS", 2010, 12.0),
        *[observation("ER.MRN.PTMR.ZS", year, 3.0) for year in range(2008, 2016)],
    ])  # fmt: skip
    found = components(warehouse, LAND | {"max_age_years": 2}, SEA)
    land = {year: row for (year, metric), row in found.items() if metric == "land_protected_pct"}
    assert {year: (row["value"], row["value_year"], row["reason"]) for year, row in land.items()} == {
        2008: (None, None, "no_data"), 2009: (None, None, "no_data"),
        2010: (12.0, 2010, None), 2011: (12.0, 2010, None), 2012: (12.0, 2010, None),
        2013: (None, None, "value_too_old"), 2014: (None, None, "value_too_old"), 2015: (None, None, "value_too_old"),
    }  # fmt: skip
    assert land[2012]["score"] == pytest.approx(0.4)
    assert land[2013]["score"] is None


def test_latest_value_stands(warehouse: Any) -> None:
    """Of several values that are not too old the latest stands, and a year's own value before any other."""
    warehouse.land("indicator_observation", [observation("ER.LND.PTLD.ZS", year, year - 2000.0) for year in (2010, 2012, 2013)])  # fmt: skip
    found = components(warehouse, LAND)
    assert {year: row["value"] for (year, metric), row in found.items() if metric == "land_protected_pct"} == {2010: 10, 2012: 12, 2013: 13}  # fmt: skip


def test_years_are_those_with_a_value_of_their_own(warehouse: Any) -> None:
    """A year in which no measure has a value of its own has no rows, nor has one before the first year."""
    warehouse.land("indicator_observation", [observation("ER.LND.PTLD.ZS", year, 10.0) for year in (1999, 2003)])
    assert {year for year, _ in components(warehouse, LAND)} == {2003}


def test_value_that_may_not_be_quoted_does_not_stand(warehouse: Any) -> None:
    """A published value out of range gives no score, and the reason is the metric's own."""
    warehouse.land("indicator_observation", [observation("ER.LND.PTLD.ZS", 2010, 130.0), observation("ER.MRN.PTMR.ZS", 2010, 3.0)])  # fmt: skip
    row = components(warehouse, LAND, SEA)[2010, "land_protected_pct"]
    assert (row["value"], row["score"], row["reportable"], row["reason"]) == (None, None, False, "out_of_range")


def test_earlier_value_stands_before_a_gap(warehouse: Any) -> None:
    """A year whose own value may not be quoted takes the value before, as long as that is not too old."""
    warehouse.land("indicator_observation", [observation("ER.LND.PTLD.ZS", 2009, 9.0), observation("ER.LND.PTLD.ZS", 2010, 130.0), observation("ER.MRN.PTMR.ZS", 2010, 3.0)])  # fmt: skip
    row = components(warehouse, LAND, SEA)[2010, "land_protected_pct"]
    assert (row["value"], row["value_year"]) == (9.0, 2009)


def test_landlocked_is_said(warehouse: Any) -> None:
    """The sea of a landlocked country is missing for that reason."""
    warehouse.land("country", [country("KE", is_landlocked=True)])
    warehouse.land("indicator_observation", [observation("ER.LND.PTLD.ZS", 2010, 9.0)])
    assert components(warehouse, LAND, SEA)[2010, "marine_protected_pct"]["reason"] == "landlocked"


def test_measure_without_years_stands_for_every_year(warehouse: Any) -> None:
    """What the Red List says today stands for every year, without a year of its own; its range is no interval."""
    warehouse.land("taxon_group", groups(birds=(15, 15)), source="seeds")
    warehouse.land("country_species", species("birds", VU=3, LC=9, DD=3))
    warehouse.land("treaty_party", every_treaty(joined=5))
    found = components(warehouse, BIRDS)
    birds = [row for (_, metric), row in found.items() if metric == "threatened_share"]
    assert len(birds) >= 6
    assert {(row["value"], row["lower"], row["upper"], row["value_year"], row["score"]) for row in birds} == {(0.25, None, None, None, 0.5)}  # fmt: skip


def test_value_of_all_years_is_not_one_of_a_year(warehouse: Any) -> None:
    """Where a metric has both, a dated measure takes the year's value and an undated one that of all years together."""
    warehouse.land("taxon_group", groups(), source="seeds")
    warehouse.land("country_species", species("birds", LC=2))
    warehouse.land("occurrence_cube", [
        {"country_code": "KE", "species_key": f"birds-{place}", "year": 2010 + place, "occurrences": 30} for place in range(2)
    ])  # fmt: skip
    richness = measure("observed_richness", 0, 10, taxon_group="birds")
    dated, undated = components(warehouse, richness), components(warehouse, richness | {"max_age_years": None}, LAW | {"metric": "treaties_in_force"})  # fmt: skip
    assert {year: row["value"] for (year, metric), row in dated.items() if metric == "observed_richness"} == {2010: 1, 2011: 1}  # fmt: skip
    assert undated == {}
    warehouse.land("treaty_party", every_treaty(joined=5))
    both = components(warehouse, richness | {"max_age_years": None})
    assert {row["value"] for (_, metric), row in both.items() if metric == "observed_richness"} == {2}


def test_measure_that_stands_in(warehouse: Any) -> None:
    """Where the zone at sea has no value the coast stands in, of whatever year; else the zone does, even an older one."""
    warehouse.land("indicator_observation", [
        observation("ER.MRN.PTMR.ZS", 2010, 3.0), observation("ER_MRN_MARIN", 2011, 9.0), observation("ER.MRN.PTMR.ZS", 2012, 6.0),
    ])  # fmt: skip
    zone = measure("eez_protected_pct", best=30, else_metric="marine_protected_pct")
    found = components(warehouse, zone)
    assert {year: (row["value_metric"], row["value"], row["value_year"]) for (year, _), row in found.items() if row["pillar"] == "one"} == {
        2010: ("marine_protected_pct", 3.0, 2010), 2011: ("eez_protected_pct", 9.0, 2011), 2012: ("eez_protected_pct", 9.0, 2011),
    }  # fmt: skip


@pytest.mark.parametrize(("code", "weights"), [("landlocked", [1.0, 0.0]), ("coastal", [0.5, 0.5])])
def test_weight_of_a_measure_without_a_meaning(warehouse: Any, code: str, weights: list[float]) -> None:
    """The sea of a landlocked country weighs nothing, and the land has its weight; without a value it keeps its own."""
    warehouse.land("country", [country("KE", is_landlocked=code == "landlocked")])
    warehouse.land("indicator_observation", [observation("ER.LND.PTLD.ZS", 2010, 9.0)])
    found = components(warehouse, LAND, SEA)
    assert [found[2010, name]["weight"] for name in ("land_protected_pct", "marine_protected_pct")] == weights
