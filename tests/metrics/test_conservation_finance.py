"""Spec of `metrics.conservation_finance`: aid and domestic spending in, money absolute and per area out."""

from __future__ import annotations

from typing import Any

import pytest
from small_world import country, observation

RECEIVED, GIVEN, DOMESTIC = "DC_ODA_BDVL", "DC_ODA_BDVDL", "NESS_BIODIVERSITY_EXPENDITURE"


def finance(warehouse: Any, rows: list[dict[str, Any]], km2: float | None = 500_000.0) -> dict[tuple[str, int], Any]:
    """Rows of the metric by country and year."""
    warehouse.land("country", [country("KE", land_area_km2=km2), country("DE", land_area_km2=350_000.0)])
    warehouse.land("indicator_observation", rows)
    warehouse.materialise(only="metrics.conservation_finance")
    return {(row["country_code"], row["year"]): row for row in warehouse.rows("FROM metrics.conservation_finance")}


def test_aid_is_in_dollars_and_per_area(warehouse: Any) -> None:
    """UN SDG's millions become dollars; per square kilometre of land."""
    row = finance(warehouse, [observation(RECEIVED, 2020, 125.0)])["KE", 2020]
    assert row["biodiversity_aid_received_usd"] == 125e6
    assert row["biodiversity_aid_received_usd_per_km2"] == pytest.approx(250.0)
    assert (row["biodiversity_finance_usd"], row["finance_components"]) == (125e6, "aid")
    assert (row["domestic_biodiversity_finance_usd"], row["domestic_reason"]) == (None, "no_data")


def test_domestic_spending_joins_the_total(warehouse: Any) -> None:
    """An own file's spending is already in dollars and adds to the aid received."""
    spent = observation(DOMESTIC, 2020, 75e6, publisher="user")
    row = finance(warehouse, [observation(RECEIVED, 2020, 125.0), spent])["KE", 2020]
    assert (row["domestic_biodiversity_finance_usd"], row["finance_components"]) == (75e6, "aid and domestic")
    assert row["biodiversity_finance_usd_per_km2"] == pytest.approx(400.0)
    only = finance(warehouse, [observation(DOMESTIC, 2021, 0.0, "DE", publisher="user")])["DE", 2021]
    assert (only["biodiversity_finance_usd"], only["finance_components"], only["received_reason"]) == (0.0, "domestic", "no_data")  # fmt: skip


def test_aid_given_serves_others(warehouse: Any) -> None:
    """A donor's aid is shown and is in no total of its own nature."""
    row = finance(warehouse, [observation(GIVEN, 2020, 900.0, "DE")])["DE", 2020]
    assert row["biodiversity_aid_given_usd"] == 900e6
    assert (row["biodiversity_finance_usd"], row["finance_reason"], row["finance_components"]) == (None, "no_data", None)  # fmt: skip


def test_without_land_area_there_is_no_number_per_area(warehouse: Any) -> None:
    """The absolute number stays, the one per area says why it is missing."""
    row = finance(warehouse, [observation(RECEIVED, 2020, 1.0)], km2=None)["KE", 2020]
    assert (row["received_reportable"], row["biodiversity_aid_received_usd_per_km2"]) == (True, None)
    assert (row["received_area_reportable"], row["received_area_reason"]) == (False, "no_land_area")


def test_missing_values_make_no_row(warehouse: Any) -> None:
    """A missing value is no zero, and a bound is none either."""
    rows = [observation(RECEIVED, 2019, None), observation(RECEIVED, 2020, 5.0, value_status="censored_below")]
    assert finance(warehouse, rows) == {}
    row = finance(warehouse, [observation(GIVEN, 2020, 1.0)])["KE", 2020]
    assert row["received_reason"] == "bound_only"
