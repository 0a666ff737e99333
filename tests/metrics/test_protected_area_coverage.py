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
    """Marine numbers of a landlocked country are NULL for that reason."""
    rows = [observation(LAND, 2022, 10), observation(SEA, 2022, 0), observation("ER_MRN_MPA", 2021, 0)]
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


def test_the_sea_of_a_landlocked_country_is_left_out_with_its_reason(warehouse: Any) -> None:
    """Kazakhstan: 52.5 % of its part of the Caspian is protected (World Bank 2024), which is no share of an ocean."""
    rows = [observation(SEA, 2024, 52.5), observation(EEZ, 2018, 47.51396), observation(LAND, 2018, 3.0)]
    found = protected(warehouse, rows, is_landlocked=True)
    row = found["KE", 2024]
    assert (row["marine_protected_pct"], row["marine_reportable"], row["marine_reason"]) == (None, False, "inland_sea")
    assert (row["reportable"], row["reason"], row["eez_reason"]) == (False, "inland_sea", "landlocked")
    row = found["KE", 2018]
    assert (row["eez_protected_pct"], row["eez_progress_share"], row["eez_reason"]) == (None, None, "inland_sea")
    assert (row["marine_reason"], row["reportable"]) == ("landlocked", True)


def test_one_publisher_for_all_years_of_a_country(warehouse: Any) -> None:
    """Kenya: the World Bank's series ends in 2024, Protected Planet's stands beside it and never goes on with it."""
    bank = {2022: 12.2, 2023: 12.2, 2024: 14.0}
    rows = [observation(LAND, year, value) for year, value in bank.items()]
    rows += [observation(LAND, 2025, None), planet("PP_LAND_PA_PCT", 12.36, 2026), observation(EEZ, 2024, 0.8), planet("PP_EEZ_PA_PCT", 0.9)]  # fmt: skip
    found = protected(warehouse, rows)
    assert {year: row["land_protected_pct"] for (_, year), row in found.items()} == {**bank, 2026: None}
    assert {year: row["land_protected_publisher"] for (_, year), row in found.items()} == dict.fromkeys(bank, "worldbank") | {2026: None}  # fmt: skip
    now = found["KE", 2026]
    assert (now["land_protected_planet_pct"], now["land_planet_reportable"]) == (12.36, True)
    assert (now["land_progress_share"], now["land_reason"], now["land_trend_reason"]) == (None, "no_data", "no_data")
    assert (found["KE", 2024]["eez_protected_publisher"], now["eez_protected_pct"], now["eez_protected_planet_pct"]) == ("unsdg", None, 0.9)  # fmt: skip


def test_protected_planet_stands_in_for_a_country_without_the_other_series(warehouse: Any) -> None:
    """Where the World Bank or the UN has no value in any year, Protected Planet's series is taken, and named."""
    rows = [observation(LAND, 2024, None), planet("PP_LAND_PA_PCT", 14), planet("PP_EEZ_PA_PCT", 6)]
    row = protected(warehouse, rows)["KE", 2026]
    assert (row["land_protected_pct"], row["land_protected_publisher"]) == (14, "protected_planet")
    assert (row["eez_protected_pct"], row["eez_protected_publisher"]) == (6, "protected_planet")


def test_a_trend_never_crosses_to_another_publisher_or_release(warehouse: Any) -> None:
    """Values of another release, or of a user, are no start of a trend: the difference may be one of method."""
    rows = [observation(LAND, 2014, 10, release="2021-07"), observation(LAND, 2015, 13, release="2026-07"),
            observation(LAND, 2020, 15, release="2026-07"), observation(LAND, 2024, 16, release="2026-07")]  # fmt: skip
    other = [observation(LAND, 2015, 10, "TZ"), observation(LAND, 2023, 20, "TZ", publisher="user")]
    found = protected(warehouse, rows + other)
    assert found["KE", 2020]["land_trend_pct_per_year"] == pytest.approx((15 - 13) / 5)
    assert found["KE", 2024]["land_trend_pct_per_year"] == pytest.approx((16 - 13) / 9)
    assert (found["TZ", 2023]["land_trend_pct_per_year"], found["TZ", 2023]["land_trend_reason"]) == (None, "another_release")  # fmt: skip
    assert (found["TZ", 2023]["land_protected_publisher"], found["TZ", 2023]["land_reportable"]) == ("user", True)


def test_areas_with_other_measures_are_indicator_three_one(warehouse: Any) -> None:
    """Progress with OECMs and progress without are two measures; where OECMs are not known, the number is missing."""
    rows = [observation(LAND, 2024, 12), planet("PP_LAND_PA_PCT", 12), planet("PP_LAND_PA_OECM_PCT", 15), planet("PP_EEZ_PA_PCT", 6), planet("PP_EEZ_PA_OECM_PCT", None)]  # fmt: skip
    found = protected(warehouse, rows)
    row = found["KE", 2026]
    assert (row["land_conserved_pct"], row["land_conserved_progress_share"]) == (15, pytest.approx(0.5))
    assert (row["eez_conserved_pct"], row["eez_conserved_progress_share"], row["eez_conserved_reason"]) == (None, None, "no_data")  # fmt: skip
    assert (row["eez_protected_pct"], row["eez_progress_share"]) == (6, pytest.approx(0.2))
    before = found["KE", 2024]
    assert (before["land_progress_share"], before["land_conserved_progress_share"]) == (pytest.approx(0.4), None)


def test_a_sum_below_its_part_is_impossible(warehouse: Any) -> None:
    """Areas with OECMs below areas alone, as in the API's own sample (3.63 and 12.46 % of a sea); rounding is allowed."""
    rows = [planet("PP_EEZ_PA_PCT", 12.46), planet("PP_EEZ_PA_OECM_PCT", 3.628933257), planet("PP_LAND_PA_PCT", 13.86), planet("PP_LAND_PA_OECM_PCT", 13.855)]  # fmt: skip
    row = protected(warehouse, rows)["KE", 2026]
    assert (row["eez_conserved_pct"], row["eez_conserved_reason"]) == (None, "out_of_range")
    assert (row["land_conserved_pct"], row["land_conserved_reason"]) == (13.855, None)


def test_management_is_shown_where_it_was_fetched(warehouse: Any) -> None:
    """Kenya: 4.5 % of the land lies in protected areas whose management has been assessed; at sea none is stated."""
    row = protected(warehouse, [planet("PP_LAND_PAME_PCT", 4.5), planet("PP_EEZ_PAME_PCT", None)])["KE", 2026]
    assert (row["land_management_assessed_pct"], row["land_management_reportable"]) == (4.5, True)
    assert (row["eez_management_assessed_pct"], row["eez_management_reason"]) == (None, "no_data")


def test_the_uns_bounds_are_kept(warehouse: Any) -> None:
    """Ethiopia's mountains 2000 and 2023 as published; bounds that do not hold the value are none."""
    rows = [
        observation("ER_PTD_MTN", 2000, 13.93135, value_lower=12.66554, value_upper=13.95509),
        observation("ER_PTD_MTN", 2023, 18.75243, value_lower=18.75243, value_upper=18.75243),
        observation("ER_PTD_MTN", 2024, 18.75243, value_lower=19.0, value_upper=20.0),
    ]
    found = protected(warehouse, rows)
    bounds = {year: (row["kba_mountain_pct_lower"], row["kba_mountain_pct_upper"]) for (_, year), row in found.items()}
    assert bounds == {2000: (12.66554, 13.95509), 2023: (18.75243, 18.75243), 2024: (None, None)}


def test_zero_in_all_years_may_mean_no_such_site(warehouse: Any) -> None:
    """Bangladesh's mountains are 0 in all years and may be none; Afghanistan's sites were unprotected until 2009."""
    on_land = {2007: 0.0, 2008: 0.0, 2009: 5.82}
    rows = [observation("ER_PTD_TERR", year, value) for year, value in on_land.items()]
    rows += [observation("ER_PTD_MTN", year, 0.0, "TZ") for year in (2008, 2009)]
    found = protected(warehouse, rows)
    assert [found["KE", year]["kba_terrestrial_pct"] for year in on_land] == [0.0, 0.0, 5.82]
    assert [found["KE", year]["kba_terrestrial_reason"] for year in on_land] == [None] * 3
    row = found["TZ", 2009]
    assert (row["kba_mountain_pct"], row["kba_mountain_reportable"], row["kba_mountain_reason"]) == (0.0, False, "none_or_no_site")  # fmt: skip


@pytest.mark.parametrize("way", ["an upper bound", "an own site"])
def test_what_shows_that_a_site_exists_makes_zero_a_value(warehouse: Any, way: str) -> None:
    """With a site known, 0 means that none is protected."""
    upper = 1.5 if way == "an upper bound" else None
    if way == "an own site":
        site = {"country_code": "KE", "site_id": "A", "realm": "mountain", "new_area_share": 0.0, "assessed_year": 2010}
        warehouse.land("kba_site_coverage", [site], source="file:sites.csv")
    rows = [observation("ER_PTD_MTN", 2010, 0.0, value_lower=0.0, value_upper=upper)]
    row = protected(warehouse, rows)["KE", 2010]
    assert (row["kba_mountain_pct"], row["kba_mountain_reportable"], row["kba_mountain_reason"]) == (0.0, True, None)


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


def test_an_own_files_year_in_a_publishers_series_is_called_so(warehouse: Any) -> None:
    """Whosever series an own file names, its value is an own one, and the publisher's trend does not cross to it."""
    rows = [observation(LAND, year, 10, release="r") for year in range(2010, 2018)]
    warehouse.land("indicator_observation", [observation(LAND, 2018, 99, release="r")], source="file:own")
    found = protected(warehouse, rows)
    assert [found["KE", year]["land_basis"] for year in (2017, 2018)] == ["official", "own_value"]
    assert (found["KE", 2017]["land_trend_pct_per_year"], found["KE", 2017]["land_trend_reason"]) == (0, None)
    assert (found["KE", 2018]["land_trend_pct_per_year"], found["KE", 2018]["land_trend_reason"]) == (None, "another_release")  # fmt: skip


def test_an_own_year_does_not_make_zeros_of_a_publisher_quotable(warehouse: Any) -> None:
    """A series that the UN gives as 0 in all years stays in doubt beside an own value for one of them."""
    rows = [observation("ER_PTD_MTN", year, 0) for year in (2019, 2021)]
    warehouse.land("indicator_observation", [observation("ER_PTD_MTN", 2020, 0.001)], source="file:own")
    found = protected(warehouse, rows)
    reasons = [found["KE", year]["kba_mountain_reason"] for year in (2019, 2020, 2021)]
    assert reasons == ["none_or_no_site", None, "none_or_no_site"]


@pytest.mark.parametrize(("unit", "reason"), [(None, None), ("PERCENT", None), ("%", None), ("1", "unknown_unit"), ("KM2", "unknown_unit")])  # fmt: skip
def test_the_unit_is_read(warehouse: Any, unit: str | None, reason: str | None) -> None:
    """0.27 of the land is 27 %, so a value in another unit than per cent is left out and says so."""
    rows = [observation(LAND, 2022, 0.27, unit=unit), observation("ER_PTD_TERR", 2022, 50)]
    row = protected(warehouse, rows)["KE", 2022]
    assert (row["land_protected_pct"], row["land_reason"]) == (None if reason else 0.27, reason)
