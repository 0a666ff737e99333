"""Spec of `metrics.ecosystem_condition`: official series in, forest, mountains and degraded land out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_world import observation

FOREST, BANK, MOUNTAIN, DEGRADED = "AG_LND_FRST", "AG.LND.FRST.ZS", "ER_MTN_GRNCVI", "AG_LND_DGRD"


def condition(warehouse: Any, rows: list[dict[str, Any]]) -> dict[tuple[str, int], dict[str, Any]]:
    """Rows of the metric by country and year."""
    warehouse.land("indicator_observation", rows)
    warehouse.materialise(only="metrics.ecosystem_condition")
    return {(row["country_code"], row["year"]): row for row in warehouse.rows("FROM metrics.ecosystem_condition")}


def test_every_series_has_its_column(warehouse: Any) -> None:
    """Forest, mountain green cover and degraded land stand side by side; zero is a value."""
    rows = [observation(FOREST, 2020, 12.5), observation(MOUNTAIN, 2020, 80.0), observation(DEGRADED, 2020, 0.0)]
    row = condition(warehouse, rows)["KE", 2020]
    assert (row["forest_pct"], row["mountain_green_cover_pct"], row["degraded_land_pct"]) == (12.5, 80.0, 0.0)
    assert (row["forest_publisher"], row["forest_reportable"], row["degraded_reportable"]) == ("unsdg", True, True)


def test_forest_of_the_world_bank_stands_in(warehouse: Any) -> None:
    """Without a UN SDG value the World Bank's is taken, and the change never mixes the two."""
    rows = [observation(FOREST, 2010, 20.0), observation(BANK, 2010, 25.0), observation(BANK, 2020, 30.0)]
    found = condition(warehouse, rows)
    assert [found["KE", year]["forest_publisher"] for year in (2010, 2020)] == ["unsdg", "worldbank"]
    assert found["KE", 2020]["forest_change_pct_per_year"] == pytest.approx(100 * ((30 / 25) ** 0.1 - 1))


def test_change_is_a_compound_rate(warehouse: Any) -> None:
    """Half of the forest gone in ten years is 6.7 % a year; no earlier value or no forest then has no rate."""
    rows = [observation(FOREST, 2010, 40.0), observation(FOREST, 2014, 30.0), observation(FOREST, 2020, 20.0)]
    none = [observation(FOREST, 2010, 0.0, "EG"), observation(FOREST, 2020, 0.1, "EG")]
    found = condition(warehouse, rows + none)
    assert found["KE", 2020]["forest_change_pct_per_year"] == pytest.approx(-6.6967008463)
    assert (found["KE", 2014]["forest_change_pct_per_year"], found["KE", 2014]["forest_change_reason"]) == (None, "too_few_years")  # fmt: skip
    assert (found["EG", 2020]["forest_change_pct_per_year"], found["EG", 2020]["forest_change_reason"]) == (None, "no_forest")  # fmt: skip
    gone = condition(warehouse, [observation(FOREST, 2010, 1.0, "XK"), observation(FOREST, 2020, 0.0, "XK")])
    assert gone["XK", 2020]["forest_change_pct_per_year"] == -100.0


def test_missing_values_say_why(warehouse: Any) -> None:
    """Bounds, impossible values and questions without meaning are NULL, each with its reason."""
    rows = [
        observation(DEGRADED, 2020, 10.0),
        observation(FOREST, 2020, 1.0, value_status="censored_below"),
        observation(MOUNTAIN, 2020, 130.0),
        observation(MOUNTAIN, 2021, None, value_status="not_relevant"),
        observation(FOREST, 2021, 9.0),
    ]
    found = condition(warehouse, rows)
    assert (found["KE", 2020]["forest_pct"], found["KE", 2020]["forest_reason"]) == (None, "bound_only")
    assert (found["KE", 2020]["mountain_green_cover_pct"], found["KE", 2020]["mountain_reason"]) == (None, "out_of_range")  # fmt: skip
    assert found["KE", 2021]["mountain_reason"] == "not_relevant"
    assert found["KE", 2021]["degraded_reason"] == "no_data"
    assert found["KE", 2020]["forest_change_reason"] == "bound_only"


def test_parts_of_a_country_make_no_row(warehouse: Any) -> None:
    """Belts of a mountain series are no totals, and a year without any value has no row."""
    rows = [observation(MOUNTAIN, 2020, 90.0, disaggregation="Bioclimatic Belt=NIVAL"), observation(FOREST, 2021, None)]
    assert condition(warehouse, rows) == {}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(series=st.dictionaries(st.integers(1990, 2024), st.floats(0.01, 100), min_size=1, max_size=12))
def test_sql_equals_plain_python(warehouse: Any, series: dict[int, float]) -> None:
    """Any series gives the rate that a few lines of Python give."""
    warehouse.connection.execute("DELETE FROM landed.indicator_observation")
    found = condition(warehouse, [observation(FOREST, year, value) for year, value in series.items()])
    for year, value in series.items():
        earlier = [when for when in series if year - 10 <= when <= year - 5]
        stored = found["KE", year]["forest_change_pct_per_year"]
        if earlier:
            first = min(earlier)
            assert stored == pytest.approx(100 * ((value / series[first]) ** (1 / (year - first)) - 1), rel=1e-12, abs=1e-9)  # fmt: skip
        else:
            assert stored is None
