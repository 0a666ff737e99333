"""Spec of `metrics.ecosystem_condition`: official series in, forest, mountains and degraded land out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from replies import read, replies
from small_world import observation

from ness_pipeline.build.load import check
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.sources.unsdg import SOURCES as UNSDG

FOREST, BANK, MOUNTAIN, DEGRADED = "AG_LND_FRST", "AG.LND.FRST.ZS", "ER_MTN_GRNCVI", "AG_LND_DGRD"
WATERS = "EN_H2O_WBAMBQ"


def condition(warehouse: Any, rows: list[dict[str, Any]]) -> dict[tuple[str, int], dict[str, Any]]:
    """Rows of the metric by country and year."""
    warehouse.land("indicator_observation", rows)
    warehouse.materialise(only="metrics.ecosystem_condition")
    return {(row["country_code"], row["year"]): row for row in warehouse.rows("FROM metrics.ecosystem_condition")}


def test_every_series_has_its_column(warehouse: Any) -> None:
    """Forest, mountain green cover, degraded land and waters stand side by side; zero is a value."""
    rows = [observation(FOREST, 2020, 12.5), observation(MOUNTAIN, 2020, 80.0), observation(DEGRADED, 2020, 0.0), observation(WATERS, 2020, 28.57)]  # fmt: skip
    row = condition(warehouse, rows)["KE", 2020]
    assert (row["forest_pct"], row["mountain_green_cover_pct"], row["degraded_land_pct"]) == (12.5, 80.0, 0.0)
    assert (row["waters_good_pct"], row["waters_basis"], row["waters_reportable"]) == (28.57, "official", True)
    assert (row["forest_publisher"], row["forest_reportable"], row["degraded_reportable"]) == ("unsdg", True, True)


def test_forest_takes_one_publisher_for_all_years(warehouse: Any) -> None:
    """Ethiopia: the UN's five years (assessment of 2025) and the World Bank's (of 2020) never alternate in one series."""
    un = {2000: 24.64, 2010: 24.0, 2015: 23.74, 2020: 23.72, 2025: 23.7}
    bank = {2009: 15.8352653925443, 2019: 15.1886779997606, 2020: 15.1239877246579}
    rows = [observation(FOREST, year, value, "ET") for year, value in un.items()]
    rows += [observation(BANK, year, value, "ET") for year, value in bank.items()]
    found = condition(warehouse, rows)
    assert {year: row["forest_pct"] for (_, year), row in found.items()} == {2009: None, 2019: None, **un}
    assert {row["forest_publisher"] for row in found.values()} == {"unsdg", None}
    assert {year: found["ET", year]["forest_world_bank_pct"] for year in bank} == bank
    assert found["ET", 2020]["forest_change_pct_per_year"] == pytest.approx(100 * ((23.72 / 24.0) ** 0.1 - 1))
    assert (found["ET", 2019]["forest_reason"], found["ET", 2019]["forest_change_reason"]) == ("no_data", "no_data")


def test_forest_of_the_world_bank_stands_in(warehouse: Any) -> None:
    """A country without any value of the UN has the World Bank's in all years, and its change."""
    rows = [observation(FOREST, 2010, 0.5, value_status="censored_below"), observation(BANK, 2010, 25.0), observation(BANK, 2020, 30.0)]  # fmt: skip
    found = condition(warehouse, rows)
    assert [found["KE", year]["forest_publisher"] for year in (2010, 2020)] == ["worldbank", "worldbank"]
    assert found["KE", 2020]["forest_change_pct_per_year"] == pytest.approx(100 * ((30 / 25) ** 0.1 - 1))
    assert found["KE", 2020]["forest_world_bank_pct"] == 30.0


def test_a_change_stays_within_one_release(warehouse: Any) -> None:
    """A value of an earlier assessment, or a user's own, is no start of a change; the reason says so."""
    rows = [observation(FOREST, 2010, 40.0, release="2021.Q1"), observation(FOREST, 2020, 30.0, release="2026.Q2")]
    rows += [observation(FOREST, 2010, 40.0, "DE", publisher="user"), observation(FOREST, 2020, 30.0, "DE")]
    found = condition(warehouse, rows)
    for code in ("KE", "DE"):
        row = found[code, 2020]
        assert (row["forest_change_pct_per_year"], row["forest_change_reason"]) == (None, "another_release")
        assert (row["forest_pct"], row["forest_reportable"]) == (30.0, True)


@pytest.mark.parametrize("whole", ["total", "Land cover=MGCI", "Bioclimatic belt=TOTAL;Land cover=MGCI"])
def test_mountain_green_cover_is_the_row_over_all_belts_and_covers(warehouse: Any, whole: str) -> None:
    """Ethiopia 2021: 95.1 % of the mountains are green; shares of belts and of single covers are not that number."""
    values = {
        whole: 95.1,
        "Bioclimatic belt=ALPINE;Land cover=MGCI": 99.6,
        "Bioclimatic belt=MONTANE;Land cover=CROPLAND": 54.59,
        "Land cover=GRASSLAND": 48.32,
        "Land cover=TREE_COVERED": 24.83,
    }
    rows = [observation(MOUNTAIN, 2021, value, "ET", disaggregation=name) for name, value in values.items()]
    row = condition(warehouse, rows)["ET", 2021]
    assert (row["mountain_green_cover_pct"], row["mountain_reportable"]) == (95.1, True)


def test_the_uns_own_answer_gives_ethiopias_mountains(warehouse: Any) -> None:
    """What the source reads from the UN's answer of 2021 becomes 95.1 %, the index over all belts and covers."""
    answers = {
        "/v1/sdg/Series/List": "unsdg/series_list_with_mountain_green_cover_only.json",
        "/v1/sdg/Series/Data": "unsdg/mountain_green_cover_of_ethiopia.json",
    }
    (batch,) = [
        batch for batch in read(UNSDG[0], replies(answers)) if batch.frame.height
    ]  # the others are not listed there
    valid, refused = check(tables()["core.indicator_observation"], batch.frame, "unsdg")
    assert refused.height == 0
    names = [column.name for column in tables()["core.indicator_observation"].columns]
    row = condition(warehouse, valid.select(names).drop("source").to_dicts())["ET", 2021]
    assert (row["mountain_green_cover_pct"], row["mountain_basis"]) == (95.1, "official")


def test_the_former_mountain_series_never_fills_the_years_between(warehouse: Any) -> None:
    """The series before 2022 gave Ethiopia 96.12 % for 2018, today's gives 95.38: one of them for all years."""
    today = {"disaggregation": "Land cover=MGCI"}
    rows = [observation(MOUNTAIN, 2017, 96.1), observation(MOUNTAIN, 2018, 96.12), observation(MOUNTAIN, 2018, 95.38, **today)]  # fmt: skip
    found = condition(warehouse, rows)
    assert {year: row["mountain_green_cover_pct"] for (_, year), row in found.items()} == {2018: 95.38}


def test_a_value_of_an_own_file_is_called_so(warehouse: Any) -> None:
    """A publisher's value rests on an official series; one that a user states rests on the user's file."""
    warehouse.land("indicator_observation", [observation(DEGRADED, 2019, 4.0, publisher="user")], source="file:a")
    found = condition(warehouse, [observation(DEGRADED, 2015, 5.0)])
    assert [found["KE", year]["degraded_basis"] for year in (2015, 2019)] == ["official", "own_value"]


def test_an_own_files_year_is_no_part_of_a_publishers_change(warehouse: Any) -> None:
    """The value stands with its basis, and there is no change from the publisher's years to it."""
    warehouse.land("indicator_observation", [observation(FOREST, 2020, 90.0, release="r")], source="file:own")
    row = condition(warehouse, [observation(FOREST, year, 20.0, release="r") for year in range(2010, 2016)])["KE", 2020]
    assert (row["forest_pct"], row["forest_basis"]) == (90.0, "own_value")
    assert (row["forest_change_pct_per_year"], row["forest_change_reason"]) == (None, "another_release")


def test_the_unit_is_read(warehouse: Any) -> None:
    """A share of 1 is no percentage."""
    row = condition(warehouse, [observation(FOREST, 2020, 50.0, unit="PERCENT"), observation(DEGRADED, 2020, 0.27, unit="1")])["KE", 2020]  # fmt: skip
    assert (row["forest_pct"], row["degraded_land_pct"], row["degraded_reason"]) == (50.0, None, "unknown_unit")


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
        observation(WATERS, 2020, 101.0),
        observation(WATERS, 2021, 60.0, disaggregation="Type=River"),
        observation(FOREST, 2021, 9.0),
    ]
    found = condition(warehouse, rows)
    assert (found["KE", 2020]["forest_pct"], found["KE", 2020]["forest_reason"]) == (None, "bound_only")
    assert (found["KE", 2020]["mountain_green_cover_pct"], found["KE", 2020]["mountain_reason"]) == (None, "out_of_range")  # fmt: skip
    assert found["KE", 2021]["mountain_reason"] == "not_relevant"
    assert [found["KE", year]["waters_reason"] for year in (2020, 2021)] == ["out_of_range", "no_data"]
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
