"""Spec of `metrics.protected_area_coverage`: official series in, coverage and progress to 30 % out."""

from __future__ import annotations

from typing import Any

import pytest
from small_world import country, observation

LAND, SEA, EEZ = "ER.LND.PTLD.ZS", "ER.MRN.PTMR.ZS", "ER_MRN_MARIN"


def planet(series_code: str, value: float | None, year: int = 2026) -> dict[str, Any]:
    """One statistic of Protected Planet."""
    return observation(series_code, year, value, publisher="protected_planet")


def protected(
    warehouse: Any, rows: list[dict[str, Any]], *, is_landlocked: bool = False
) -> dict[tuple[str, int], dict[str, Any]]:
    """Rows of the metric by country and year."""
    warehouse.land("country", [country("KE", is_landlocked=is_landlocked), country("TZ")])
    warehouse.land("indicator_observation", rows)
    warehouse.materialise(only="metrics.protected_area_coverage")
    found = warehouse.rows("FROM metrics.protected_area_coverage")
    return {(row["country_code"], row["year"]): row for row in found}


@pytest.mark.parametrize(("pct", "progress"), [(0.0, 0.0), (12.0, 0.4), (30.0, 1.0), (55.5, 1.0)])
def test_progress_to_thirty_percent(warehouse: Any, pct: float, progress: float) -> None:
    """Progress is the percentage over 30 and never more than 1; zero is a value."""
    row = protected(warehouse, [observation(LAND, 2022, pct)])["KE", 2022]
    assert (row["land_protected_pct"], row["land_progress_share"]) == (pct, pytest.approx(progress))
    assert (row["land_reportable"], row["land_reason"], row["reportable"]) == (True, None, True)


def test_every_series_has_its_column(warehouse: Any) -> None:
    """Area coverage and the four means over key biodiversity areas never mix."""
    values = {LAND: 10, SEA: 20, "ER_PTD_TERR": 30, "ER_PTD_FRHWTR": 40, "ER_PTD_MTN": 50, "ER_MRN_MPA": 60}
    row = protected(warehouse, [observation(series, 2022, value) for series, value in values.items()])["KE", 2022]
    columns = ["land_protected_pct", "marine_protected_pct", "kba_terrestrial_pct", "kba_freshwater_pct"]
    assert [row[name] for name in [*columns, "kba_mountain_pct", "kba_marine_pct"]] == [10, 20, 30, 40, 50, 60]


def test_missing_values_say_why(warehouse: Any) -> None:
    """A number that no source has is NULL with a reason, and its progress is NULL too."""
    rows = [observation(LAND, 2022, 10), observation("ER_PTD_MTN", 2022, None, value_status="not_relevant"),
            observation(SEA, 2022, None), observation("ER_PTD_TERR", 2022, 250)]  # fmt: skip
    row = protected(warehouse, rows)["KE", 2022]
    assert (row["marine_protected_pct"], row["marine_progress_share"], row["marine_reason"]) == (None, None, "no_data")
    assert (row["kba_mountain_pct"], row["kba_mountain_reason"]) == (None, "not_relevant")
    assert (row["kba_terrestrial_pct"], row["kba_terrestrial_reason"]) == (None, "out_of_range")
    assert (row["kba_freshwater_reportable"], row["kba_freshwater_reason"]) == (False, "no_data")


def test_a_landlocked_country_has_no_sea(warehouse: Any) -> None:
    """Marine numbers of a landlocked country are NULL for that reason, whatever a publisher says."""
    rows = [observation(LAND, 2022, 10), observation(SEA, 2022, 0), observation("ER_MRN_MPA", 2021, 5)]
    found = protected(warehouse, rows, is_landlocked=True)
    row = found["KE", 2022]
    assert (row["marine_protected_pct"], row["marine_progress_share"], row["marine_reason"]) == (
        None,
        None,
        "landlocked",
    )
    assert (row["kba_marine_pct"], row["kba_marine_reason"]) == (None, "landlocked")
    assert list(found) == [("KE", 2022)]


def test_only_years_with_a_value_have_a_row(warehouse: Any) -> None:
    """Missing values, bounds such as `<5` and parts of a country make no row."""
    rows = [
        observation(LAND, 2020, None),
        observation(LAND, 2021, 5, value_status="censored_below"),
        observation("ER_PTD_TERR", 2022, 10, disaggregation="Location=RURAL"),
        observation("AG.LND.FRST.ZS", 2023, 10),
        observation(LAND, 2024, 10),
    ]
    assert list(protected(warehouse, rows)) == [("KE", 2024)]


def test_countries_do_not_mix(warehouse: Any) -> None:
    """Each country has its own values and years."""
    found = protected(warehouse, [observation(LAND, 2022, 10), observation(SEA, 2022, 20, "TZ")])
    assert found["KE", 2022]["marine_protected_pct"] is None
    assert found["TZ", 2022]["land_protected_pct"] is None


def test_protected_planet_stands_beside_the_world_bank(warehouse: Any) -> None:
    """The World Bank's land value is taken first; Protected Planet fills its own year and says so."""
    rows = [observation(LAND, 2024, 12), observation(LAND, 2025, None), planet("PP_LAND_PA_PCT", 13, 2024), planet("PP_LAND_PA_PCT", 14)]  # fmt: skip
    found = protected(warehouse, rows)
    assert (found["KE", 2024]["land_protected_pct"], found["KE", 2024]["land_protected_publisher"]) == (12, "worldbank")
    assert (found["KE", 2026]["land_protected_pct"], found["KE", 2026]["land_protected_publisher"]) == (14, "protected_planet")  # fmt: skip
    assert found["KE", 2026]["land_trend_reason"] == "too_few_years"


def test_other_conservation_measures_count_towards_thirty_percent(warehouse: Any) -> None:
    """Progress counts OECMs where they are known; where they are not, the number is missing and not zero."""
    rows = [planet("PP_LAND_PA_PCT", 12), planet("PP_LAND_PA_OECM_PCT", 15), planet("PP_EEZ_PA_PCT", 6), planet("PP_EEZ_PA_OECM_PCT", None)]  # fmt: skip
    row = protected(warehouse, rows)["KE", 2026]
    assert (row["land_conserved_pct"], row["land_progress_share"]) == (15, pytest.approx(0.5))
    assert (row["eez_conserved_pct"], row["eez_conserved_reason"]) == (None, "no_data")
    assert (row["eez_protected_pct"], row["eez_progress_share"]) == (6, pytest.approx(0.2))


def test_two_seas_never_mix(warehouse: Any) -> None:
    """Territorial waters and the exclusive economic zone have their own columns, values and progress."""
    row = protected(warehouse, [observation(SEA, 2022, 30), observation(EEZ, 2022, 3)])["KE", 2022]
    assert (row["marine_protected_pct"], row["marine_progress_share"]) == (30, 1.0)
    assert (row["eez_protected_pct"], row["eez_progress_share"]) == (3, pytest.approx(0.1))
    row = protected(warehouse, [observation(SEA, 2022, 30, "TZ")])["TZ", 2022]
    assert (row["eez_protected_pct"], row["eez_progress_share"], row["eez_reason"]) == (None, None, "no_data")


def test_trend_over_five_to_ten_years(warehouse: Any) -> None:
    """Percentage points per year since the earliest value five to ten years ago; no such value, no trend."""
    values = {2010: 5.0, 2012: 8.0, 2016: 9.0, 2021: 13.0, 2022: 14.0}
    rows = [observation(LAND, year, value) for year, value in values.items()]
    found = protected(warehouse, [*rows, observation(EEZ, 2015, 1.0), observation(EEZ, 2020, 3.5)])
    trends = {year: row["land_trend_pct_per_year"] for (_, year), row in found.items()}
    assert trends[2016] == pytest.approx((9 - 5) / 6)
    assert trends[2021] == pytest.approx((13 - 8) / 9)
    assert trends[2022] == pytest.approx((14 - 8) / 10)
    assert (trends[2012], found["KE", 2012]["land_trend_reason"]) == (None, "too_few_years")
    assert found["KE", 2020]["eez_trend_pct_per_year"] == pytest.approx(0.5)
    assert found["KE", 2020]["land_trend_reason"] == "no_data"


def test_a_bound_is_no_value(warehouse: Any) -> None:
    """`<5` is not 5 and not nothing: the number is missing because the publisher gives a bound."""
    rows = [observation(LAND, 2022, 10), observation("ER_PTD_MTN", 2022, 5, value_status="censored_below")]
    row = protected(warehouse, rows)["KE", 2022]
    assert (row["kba_mountain_pct"], row["kba_mountain_reason"]) == (None, "bound_only")


def test_a_landlocked_country_has_no_zone_either(warehouse: Any) -> None:
    """The exclusive economic zone of a landlocked country is NULL for that reason in all its numbers."""
    rows = [observation(LAND, 2022, 10), observation(EEZ, 2022, 0), planet("PP_EEZ_PA_OECM_PCT", 0, 2022)]
    row = protected(warehouse, rows, is_landlocked=True)["KE", 2022]
    numbers = ["eez_protected_pct", "eez_conserved_pct", "eez_progress_share", "eez_trend_pct_per_year"]
    assert [row[name] for name in numbers] == [None] * 4
    assert {row[name] for name in ("eez_reason", "eez_conserved_reason", "eez_trend_reason")} == {"landlocked"}
