"""Spec of `metrics.protected_area_coverage`: official series in, coverage and progress to 30 % out."""

from __future__ import annotations

from typing import Any

import pytest
from small_world import country, observation

LAND, SEA = "ER.LND.PTLD.ZS", "ER.MRN.PTMR.ZS"


def protected(
    warehouse: Any, rows: list[dict[str, Any]], *, is_landlocked: bool = False
) -> dict[tuple[str, int], dict[str, Any]]:
    """Rows of the metric by country and year."""
    warehouse.land("country", [country("KE", is_landlocked=is_landlocked), country("TZ")])
    warehouse.land("indicator_observation", rows)
    warehouse.materialise()
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
