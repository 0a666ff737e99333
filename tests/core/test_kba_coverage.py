"""Spec of `core.kba_coverage`: protected parts of sites in, mean coverage and complete sites per year out."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import pytest
from small_world import observation

KENYA = {"country_code": "KE", "realm": "terrestrial", "assessed_year": 2010}


def part(site_id: str, year: int | None, new_area_share: float, **more: Any) -> dict[str, Any]:
    """One part of a site."""
    return KENYA | {"site_id": site_id, "year": year, "new_area_share": new_area_share} | more


W11 = [
    part("A", 1990, 0.40),
    part("A", 2005, 0.30),
    part("B", None, 0.0),
    part("C", 1980, 0.80),
    part("C", 1995, 0.35),
]


def coverage(warehouse: Any, parts: list[dict[str, Any]], **options: Any) -> dict[tuple[str, str, int], dict[str, Any]]:
    """Rows of the table by country, realm and year."""
    warehouse.land("kba_site_coverage", parts, **options)
    warehouse.materialise(only="metrics.protected_area_coverage")
    return {(r["country_code"], r["realm"], r["year"]): r for r in warehouse.rows("FROM core.kba_coverage")}


def test_published_example(warehouse: Any) -> None:
    """The example of the method: overlapping parts are scaled back, a site without protection counts with zero."""
    found = coverage(warehouse, W11)
    means = {year: found["KE", "terrestrial", year]["coverage_pct"] for year in (1985, 1990, 2000, 2010)}
    assert means == {
        1985: pytest.approx(23.18841, abs=5e-6),
        1990: pytest.approx(36.52174, abs=5e-6),
        2000: pytest.approx(46.66667, abs=5e-6),
        2010: pytest.approx(56.66667, abs=5e-6),
    }
    assert [found["KE", "terrestrial", year]["complete_sites"] for year in (1985, 1990, 2000, 2010)] == [0, 0, 1, 1]
    assert {(row["sites"], row["undated_parts"], row["coverage_pct_lower"]) for row in found.values()} == {(3, 0, None)}
    assert sorted(year for _, _, year in found) == list(range(1980, 2011))


def test_own_sites_stand_beside_the_official_series(warehouse: Any) -> None:
    """One own site wholly protected is not 100 % of the country: it is a measure of its own that counts its sites."""
    warehouse.land(
        "indicator_observation",
        [observation("ER_PTD_TERR", 2010, 36.0), observation("ER_PTD_TERR", 2015, 37.0), observation("ER_PTD_MTN", 2010, 12.0)],
    )  # fmt: skip
    coverage(warehouse, [part("A", 2010, 1.0)], source="file:sites.csv")
    found = {row["year"]: row for row in warehouse.rows("FROM metrics.protected_area_coverage")}
    assert {year: row["kba_terrestrial_pct"] for year, row in found.items()} == {2010: 36.0, 2015: 37.0}
    assert (found[2010]["kba_terrestrial_source"], found[2010]["kba_mountain_pct"]) == ("test", 12.0)
    assert (found[2010]["kba_own_terrestrial_pct"], found[2010]["kba_own_terrestrial_sites"]) == (100.0, 1)
    assert (found[2015]["kba_own_terrestrial_pct"], found[2015]["kba_own_terrestrial_reason"]) == (None, "no_data")
    assert (found[2010]["kba_own_mountain_pct"], found[2010]["kba_own_mountain_reportable"]) == (None, False)


def test_the_mean_over_own_sites_is_that_of_the_method(warehouse: Any) -> None:
    """The published example reaches the metric with its bounds; without a UN series the official number stays missing."""
    coverage(warehouse, W11, source="file:sites.csv")
    found = {row["year"]: row for row in warehouse.rows("FROM metrics.protected_area_coverage")}
    row = found[2000]
    assert (row["kba_own_terrestrial_pct"], row["kba_own_terrestrial_sites"]) == (pytest.approx(46.66667, abs=5e-6), 3)
    assert (row["kba_terrestrial_pct"], row["kba_terrestrial_reason"]) == (None, "no_data")


def test_a_part_of_unknown_year_is_drawn_from_the_known_ones(warehouse: Any) -> None:
    """Two known years: the part has come by the earlier one in about half of the draws, by the later one in all."""
    found = coverage(warehouse, [part("A", 1990, 0.5), part("B", 2000, 0.5), part("C", None, 0.5)])
    early, late = found["KE", "terrestrial", 1995], found["KE", "terrestrial", 2005]
    assert (early["coverage_pct_lower"], early["coverage_pct_upper"]) == (
        pytest.approx(100 * 0.5 / 3),
        pytest.approx(100 * 1.0 / 3),
    )
    assert early["coverage_pct"] in [pytest.approx(100 * 0.5 / 3), pytest.approx(100 * 1.0 / 3)]
    assert late["coverage_pct"] == pytest.approx(50.0)
    assert (late["coverage_pct_lower"], late["coverage_pct_upper"]) == (pytest.approx(50.0), pytest.approx(50.0))


def test_many_unknown_years_spread_as_chance_says(warehouse: Any) -> None:
    """With 40 undated parts the draws follow the binomial distribution: mean 20 of 40, sd sqrt(10)."""
    undated = [part(f"U{number}", None, 1.0) for number in range(40)]
    found = coverage(warehouse, [part("A", 1990, 1.0), part("B", 2000, 1.0), *undated])
    row = found["KE", "terrestrial", 1995]
    sites, sd = 42, 10**0.5
    assert row["coverage_pct"] == pytest.approx(100 * (1 + 20) / sites, abs=100 * 0.5 / sites)
    spread = NormalDist().inv_cdf(0.975) * sd
    assert row["coverage_pct_upper"] - row["coverage_pct"] == pytest.approx(100 * spread / sites, abs=100 * 1.5 / sites)


def test_without_any_known_year_only_the_last_one_is_known(warehouse: Any) -> None:
    """When no year is known, coverage is known for the year up to which the data reach."""
    found = coverage(warehouse, [part("A", None, 0.6), part("B", None, 0.2)])
    assert {key[2]: row["coverage_pct"] for key, row in found.items()} == {2010: pytest.approx(40.0)}


def test_another_country_moves_nothing(warehouse: Any) -> None:
    """Draws and years of one country are the same beside another one, and alone after a run of one country."""
    undated = [part("A", 1990, 0.5), part("B", 2003, 0.7), part("C", None, 0.5)]
    alone = coverage(warehouse, undated)
    both = coverage(warehouse, [one | {"country_code": "TZ", "year": 1971} for one in undated[:2]])
    assert {key: row for key, row in both.items() if key[0] == "KE"} == alone
    warehouse.materialise("KE")
    again = warehouse.rows("FROM core.kba_coverage WHERE country_code = 'KE' ORDER BY year")
    assert again == sorted(alone.values(), key=lambda row: row["year"])
