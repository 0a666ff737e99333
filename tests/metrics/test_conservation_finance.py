"""Spec of `metrics.conservation_finance`: aid and own spending in, money by whose it is, absolute and per area out."""

from __future__ import annotations

from typing import Any

import pytest
from small_world import country, observation

from ness_pipeline.contract.measures import measures

RECEIVED, GIVEN, DOMESTIC = "DC_ODA_BDVL", "DC_ODA_BDVDL", "NESS_BIODIVERSITY_EXPENDITURE"
TOTALS = ("biodiversity_finance_usd", "biodiversity_finance_usd_per_km2")


def money(series_code: str, year: int, value: float | None, country_code: str = "KE", **more: Any) -> dict[str, Any]:
    """One value in millions of constant US dollars, as the UN states aid, unless a unit is given."""
    return observation(series_code, year, value, country_code, **({"unit": "CON_USD_M"} | more))


def finance(warehouse: Any, rows: list[dict[str, Any]], km2: float | None = 500_000.0) -> dict[tuple[str, int], Any]:
    """Rows of the metric by country and year."""
    warehouse.land("country", [country("KE", land_area_km2=km2), country("DE", land_area_km2=350_000.0)])
    warehouse.land("indicator_observation", rows)
    warehouse.materialise(only="metrics.conservation_finance")
    return {(row["country_code"], row["year"]): row for row in warehouse.rows("FROM metrics.conservation_finance")}


def test_aid_is_in_dollars_and_per_area(warehouse: Any) -> None:
    """UN SDG's millions become dollars; per square kilometre of land."""
    row = finance(warehouse, [money(RECEIVED, 2020, 125.0)])["KE", 2020]
    assert row["biodiversity_aid_received_usd"] == 125e6
    assert row["biodiversity_aid_received_usd_per_km2"] == pytest.approx(250.0)
    assert (row["domestic_biodiversity_finance_usd"], row["domestic_reason"]) == (None, "no_data")
    assert (row["received_reportable"], row["received_basis"]) == (True, "official")


@pytest.mark.parametrize(
    ("value", "unit"),
    [(41.09942, "CON_USD_M"), (41.09942, "USD millions"), (41_099_420.0, "CON_USD"), (41_099_420.0, " usd ")],
)
def test_the_unit_is_read(warehouse: Any, value: float, unit: str) -> None:
    """Kenya 2018: 41.1 million dollars, whether a file states millions or dollars."""
    row = finance(warehouse, [money(RECEIVED, 2018, value, unit=unit)])["KE", 2018]
    assert (row["biodiversity_aid_received_usd"], row["received_reportable"]) == (pytest.approx(41_099_420.0), True)


@pytest.mark.parametrize("unit", [None, "EUR", "CU_USD_M", "PERCENT"])
def test_a_unit_that_is_not_known_leaves_the_value_out(warehouse: Any, unit: str | None) -> None:
    """Euros, current prices or no unit at all are no constant dollars: no number, and the row says why."""
    row = finance(warehouse, [money(RECEIVED, 2020, 125.0, unit=unit)])["KE", 2020]
    assert (row["biodiversity_aid_received_usd"], row["received_reason"], row["reason"]) == (None, "unknown_unit", "unknown_unit")  # fmt: skip
    assert (row["biodiversity_aid_received_usd_per_km2"], row["received_area_reason"]) == (None, "unknown_unit")
    assert (row["reportable"], row["finance_reason"]) == (False, "no_data")


def test_impossible_sums_are_left_out(warehouse: Any) -> None:
    """Dollars under the name of millions would be more than the world gives; a budget below 0 is none."""
    rows = [money(RECEIVED, 2018, 41_099_420.0), money(GIVEN, 2018, -30_001.0), money(DOMESTIC, 2018, -1.0)]
    row = finance(warehouse, rows)["KE", 2018]
    numbers = ("biodiversity_aid_received_usd", "biodiversity_aid_given_usd", "domestic_biodiversity_finance_usd")
    assert [row[name] for name in numbers] == [None] * 3
    assert {row[name] for name in ("received_reason", "given_reason", "domestic_reason")} == {"out_of_range"}
    assert finance(warehouse, [money(RECEIVED, 2019, 30_000.0)])["KE", 2019]["biodiversity_aid_received_usd"] == 3e10


def test_own_spending_is_the_countrys_own(warehouse: Any) -> None:
    """An own file's spending has measures of its own and the basis of an own value; without a unit it is no amount."""
    spent = observation(DOMESTIC, 2020, 75e6, publisher="user", unit="CON_USD")
    warehouse.land("indicator_observation", [spent, spent | {"year": 2021, "value": 75.0, "unit": "CON_USD_M"}], source="file:a")  # fmt: skip
    found = finance(warehouse, [money(RECEIVED, 2020, 125.0)])
    for year in (2020, 2021):
        row = found["KE", year]
        assert (row["domestic_biodiversity_finance_usd"], row["domestic_basis"]) == (75e6, "own_value")
        assert row["domestic_biodiversity_finance_usd_per_km2"] == pytest.approx(150.0)
        assert (row["domestic_reportable"], row["domestic_area_reportable"]) == (True, True)
    assert found["KE", 2020]["biodiversity_aid_received_usd_per_km2"] == pytest.approx(250.0)


def test_money_of_different_owners_is_no_number_to_quote(warehouse: Any) -> None:
    """The former sum of aid and own spending stays for one version, and is not reportable whatever it holds."""
    rows = [money(RECEIVED, 2020, 125.0), money(DOMESTIC, 2020, 75.0), money(RECEIVED, 2021, 1.0), money(DOMESTIC, 2022, 0.0)]  # fmt: skip
    found = finance(warehouse, rows)
    assert [found["KE", year]["biodiversity_finance_usd"] for year in (2020, 2021, 2022)] == [200e6, 1e6, 0.0]
    assert [found["KE", year]["finance_components"] for year in (2020, 2021, 2022)] == ["aid and domestic", "aid", "domestic"]  # fmt: skip
    assert {(row["finance_reportable"], row["finance_reason"]) for row in found.values()} == {(False, "mixed_owners")}
    assert {row["finance_area_reason"] for row in found.values()} == {"mixed_owners"}


def test_only_own_spending_by_area_is_ranked() -> None:
    """Aid answers need and sums grow with size, so neither ranks countries; the former totals say that they go."""
    ours = {column.name: (column, measure) for table, column, measure in measures() if table.short_name == "conservation_finance"}  # fmt: skip
    assert {name for name, (_, measure) in ours.items() if measure.better} == {"domestic_biodiversity_finance_usd_per_km2"}  # fmt: skip
    assert all(ours[name][0].description.startswith("deprecated:") for name in TOTALS)


def test_aid_given_serves_others(warehouse: Any) -> None:
    """A donor's aid is shown and is in no total of its own nature."""
    row = finance(warehouse, [money(GIVEN, 2020, 900.0, "DE")])["DE", 2020]
    assert row["biodiversity_aid_given_usd"] == 900e6
    assert (row["biodiversity_finance_usd"], row["finance_reason"], row["finance_components"]) == (None, "no_data", None)  # fmt: skip


def test_repayments_are_no_negative_money_for_land(warehouse: Any) -> None:
    """A year in which more was paid back than came in keeps its sum, and has no amount per square kilometre."""
    row = finance(warehouse, [money(RECEIVED, 2020, -2.5)])["KE", 2020]
    assert (row["biodiversity_aid_received_usd"], row["received_reportable"]) == (-2.5e6, True)
    assert (row["biodiversity_aid_received_usd_per_km2"], row["received_area_reason"]) == (None, "net_repayment")
    assert (row["biodiversity_finance_usd_per_km2"], row["finance_area_reason"]) == (None, "net_repayment")


def test_without_land_area_there_is_no_number_per_area(warehouse: Any) -> None:
    """The absolute number stays, the one per area says why it is missing."""
    row = finance(warehouse, [money(RECEIVED, 2020, 1.0)], km2=None)["KE", 2020]
    assert (row["received_reportable"], row["biodiversity_aid_received_usd_per_km2"]) == (True, None)
    assert (row["received_area_reportable"], row["received_area_reason"]) == (False, "no_land_area")


def test_missing_values_make_no_row(warehouse: Any) -> None:
    """A missing value is no zero, and a bound is none either."""
    rows = [money(RECEIVED, 2019, None), money(RECEIVED, 2020, 5.0, value_status="censored_below")]
    assert finance(warehouse, rows) == {}
    row = finance(warehouse, [money(GIVEN, 2020, 1.0)])["KE", 2020]
    assert row["received_reason"] == "bound_only"
