"""Spec of `metrics.sustainable_management`: official series in, management of water, forests and fisheries out."""

from __future__ import annotations

from typing import Any

import pytest
from small_world import country, observation

WATER, SHARED, WASTE = "ER_H2O_IWRMD", "EG_TBA_H2CO", "EN_WWT_WWDS"
PLAN, ILLEGAL, SMALL, FOREST = "AG_LND_FRSTMGT", "ER_REG_UNFCIM", "ER_REG_SSFRAR", "AG_LND_FRST"


def management(warehouse: Any, rows: list[dict[str, Any]], *places: dict[str, Any]) -> dict[tuple[str, int], Any]:
    """Rows of the metric by country and year."""
    warehouse.land("country", list(places) or [country()])
    warehouse.land("indicator_observation", rows)
    warehouse.materialise(only="metrics.sustainable_management")
    return {(row["country_code"], row["year"]): row for row in warehouse.rows("FROM metrics.sustainable_management")}


def test_every_series_has_its_column(warehouse: Any) -> None:
    """Six numbers stand side by side, each with its basis; zero is a value."""
    values = {WATER: 53.0, SHARED: 0.0, WASTE: 12.5, PLAN: 100.0, ILLEGAL: 1.0, SMALL: 5.0}
    row = management(warehouse, [observation(code, 2020, value) for code, value in values.items()])["KE", 2020]
    columns = (
        "water_management_pct", "shared_waters_agreed_pct", "waste_water_treated_pct", "forest_plan_pct",
        "illegal_fishing_level", "small_fisheries_level",
    )  # fmt: skip
    assert [row[name] for name in columns] == list(values.values())
    for name in (
        "water_management",
        "shared_waters",
        "waste_water",
        "forest_plan",
        "illegal_fishing",
        "small_fisheries",
    ):
        assert (row[f"{name}_basis"], row[f"{name}_reportable"], row[f"{name}_reason"]) == ("official", True, None)
    assert (row["reportable"], row["reason"]) == (True, None)


def test_a_number_stands_in_its_own_year(warehouse: Any) -> None:
    """Nothing is carried on to a later year, and a part of the country is no number of it."""
    rows = [observation(WATER, 2017, 48.0), observation(SHARED, 2020, 9.0), observation(WATER, 2020, 7.0, disaggregation="Location=RURAL")]  # fmt: skip
    found = management(warehouse, rows)
    assert (found["KE", 2020]["water_management_pct"], found["KE", 2020]["water_management_reason"]) == (
        None,
        "no_data",
    )
    assert (found["KE", 2017]["water_management_pct"], found["KE", 2017]["shared_waters_reason"]) == (48.0, "no_data")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (observation(WASTE, 2020, 5.0, value_status="censored_below"), "bound_only"),
        (observation(WASTE, 2020, 95.0, value_status="censored_above"), "bound_only"),
        (observation(WASTE, 2020, 100.1), "out_of_range"),
        (observation(WASTE, 2020, -1.0), "out_of_range"),
        (observation(WASTE, 2020, 0.5, unit="1"), "unknown_unit"),
        (observation(SHARED, 2020, None, value_status="not_relevant"), "not_relevant"),
        (observation(ILLEGAL, 2020, 0.0), "out_of_range"),
        (observation(SMALL, 2020, 5.5), "out_of_range"),
    ],
)
def test_what_is_no_value_says_why(warehouse: Any, said: dict[str, Any], reason: str) -> None:
    """A year of which a source only says why it has no value has a row with that reason."""
    row = management(warehouse, [said])["KE", 2020]
    assert (row["reportable"], row["reason"]) == (False, reason)


def test_a_year_without_a_word_has_no_row(warehouse: Any) -> None:
    """A value that is missing in the publisher's table says nothing."""
    assert management(warehouse, [observation(WATER, 2020, None)]) == {}


def test_fisheries_of_a_landlocked_country(warehouse: Any) -> None:
    """Every row says that they have no meaning there, with or without a value of the series."""
    rows = [observation(WATER, 2017, 40.0, "ML"), observation(WATER, 2020, 44.0, "ML"), observation(SMALL, 2020, 4.0, "ML"), observation(SMALL, 2022, 4.0, "ML")]  # fmt: skip
    found = management(warehouse, rows, country("ML", is_landlocked=True))
    for year in (2017, 2020, 2022):
        row = found["ML", year]
        for name in ("illegal_fishing", "small_fisheries"):
            assert (row[f"{name}_level"], row[f"{name}_basis"], row[f"{name}_reason"]) == (None, None, "landlocked")
    assert (found["ML", 2022]["reportable"], found["ML", 2022]["reason"]) == (False, "landlocked")


def test_forest_plans_of_a_country_without_forest(warehouse: Any) -> None:
    """They have no meaning while the latest forest area is zero, whatever the series says."""
    rows = [observation(FOREST, year, 0.0, "QA") for year in (2000, 2015)] + [observation(FOREST, 2019, 0.1, "QA")]
    rows += [observation(PLAN, year, 100.0, "QA") for year in (1999, 2010, 2020)] + [
        observation(WATER, 2018, 70.0, "QA")
    ]
    found = management(warehouse, rows, country("QA"))
    plans = {year: (row["forest_plan_pct"], row["forest_plan_reason"]) for (_, year), row in found.items()}
    assert plans == {1999: (100.0, None), 2010: (None, "no_forest"), 2018: (None, "no_forest"), 2020: (100.0, None)}
    assert (found["QA", 2010]["reportable"], found["QA", 2010]["reason"]) == (False, "no_forest")
    assert found["QA", 2018]["reportable"] is True


def test_a_value_of_an_own_file_is_called_so(warehouse: Any) -> None:
    """What a user states rests on the user's file and not on the official series."""
    warehouse.land("indicator_observation", [observation(WATER, 2020, 60.0, publisher="user")], source="file:own")
    row = management(warehouse, [observation(WATER, 2020, 40.0), observation(WASTE, 2020, 30.0)])["KE", 2020]
    assert (row["water_management_pct"], row["water_management_basis"]) == (60.0, "own_value")
    assert row["waste_water_basis"] == "official"
