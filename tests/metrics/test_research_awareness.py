"""Spec of `metrics.research_awareness`: publications, data sets and members in, numbers per year out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small_world import observation

from ness_pipeline.build.database import open_build
from ness_pipeline.paths import Paths
from ness_pipeline.run.own_files import load_file
from ness_pipeline.settings import Settings

ABOUT, BY = "GBIF_LIT_COVERAGE", "GBIF_LIT_RESEARCHER"


def gbif(
    series_code: str, year: int, value: float | None, read_on: str | None = "2026-11-01", **more: Any
) -> dict[str, Any]:
    """One number of GBIF's lists."""
    return observation(series_code, year, value, publisher="gbif", release=read_on, **more)


def awareness(warehouse: Any, rows: list[dict[str, Any]], members: Any = ()) -> dict[tuple[str, int], dict[str, Any]]:
    """Rows of the metric by country and year."""
    warehouse.land("indicator_observation", rows)
    warehouse.land("ness_network", list(members))
    warehouse.materialise(only="metrics.research_awareness")
    return {(row["country_code"], row["year"]): row for row in warehouse.rows("FROM metrics.research_awareness")}


def test_publications_about_and_by(warehouse: Any) -> None:
    """Both numbers stand side by side; a year that the list was asked for and has nothing of is a zero."""
    found = awareness(warehouse, [gbif(ABOUT, 2020, 12), gbif(BY, 2020, 0)])["KE", 2020]
    assert (found["publications_about_country"], found["publications_by_researchers"]) == (12, 0)
    assert (found["about_reportable"], found["by_reportable"], found["reportable"]) == (True, True, True)
    assert (found["data_sets"], found["sets_reason"], found["network_reason"]) == (None, "no_data", "no_data")


@pytest.mark.parametrize(
    ("read_on", "reason"), [("2020-12-30", "year_not_over"), ("2021-01-02", None), (None, "year_not_over")]
)
def test_a_year_counts_when_it_is_over(warehouse: Any, read_on: str | None, reason: str | None) -> None:
    """A list read within the year withholds the year's number, and so does the last year of one that has no day."""
    row = awareness(warehouse, [gbif(ABOUT, 2020, 12, read_on)])["KE", 2020]
    assert (row["publications_about_country"], row["about_reason"], row["about_reportable"]) == (12, reason, reason is None)  # fmt: skip
    assert row["reportable"] is (reason is None)


def test_a_list_without_a_day_speaks_of_years_before_its_last(warehouse: Any) -> None:
    """An own file without a release may end in the running year, so only the years before its last one count."""
    found = awareness(warehouse, [gbif(ABOUT, year, 12, None) for year in (2019, 2020)])
    assert [found["KE", year]["about_reason"] for year in (2019, 2020)] == [None, "year_not_over"]


def test_per_million_people(warehouse: Any) -> None:
    """The population of the year, or of the latest of three years before; without one there is no rate."""
    people = [observation("SP.POP.TOTL", 2018, 50e6), observation("SP.POP.TOTL", 2021, None)]
    found = awareness(warehouse, [gbif(BY, year, 25) for year in (2017, 2018, 2021, 2022)] + people)
    rates = [found["KE", year]["publications_by_researchers_per_million"] for year in (2017, 2018, 2021, 2022)]
    assert rates == [None, pytest.approx(0.5), pytest.approx(0.5), None]
    assert found["KE", 2022]["per_million_reason"] == "no_population"
    assert found["KE", 2022]["publications_by_researchers"] == 25


RATE = "publication_rate_per_million"
GARWOOD = {
    0: (0.0, 3.6889), 1: (0.0253, 5.5716), 2: (0.2422, 7.2247), 3: (0.6187, 8.7673), 5: (1.6235, 11.6683),
    10: (4.7954, 18.3904), 20: (12.2165, 30.8884), 50: (37.1110, 65.9188), 100: (81.3640, 121.6268),
}  # fmt: skip
"""Exact 95 % intervals of a Poisson count (Garwood 1936, Biometrika 28, 437-442)."""


def people(years: range, number: float = 1e6) -> list[dict[str, Any]]:
    """The same population in some years."""
    return [observation("SP.POP.TOTL", year, number) for year in years]


def test_a_rate_pools_five_years(warehouse: Any) -> None:
    """2, 0, 1, 0 and 3 publications of ten million people are 6 in 50 million person-years; the sixth year is out."""
    counts = {2015: 50, 2016: 2, 2017: 0, 2018: 1, 2019: 0, 2020: 3}
    rows = [gbif(BY, year, count) for year, count in counts.items()]
    row = awareness(warehouse, rows + people(range(2015, 2021), 10e6))["KE", 2020]
    assert row[RATE] == pytest.approx(6 / 50)
    # Byar for 6: 6 (1 - 1/54 - z/(3 sqrt 6))^3 and 7 (1 - 1/63 + z/(3 sqrt 7))^3
    assert (row[f"{RATE}_lower"], row[f"{RATE}_upper"]) == (pytest.approx(2.191 / 50, abs=1e-5), pytest.approx(13.0596 / 50, abs=1e-5))  # fmt: skip
    assert (row["rate_basis"], row["rate_reportable"], row["rate_reason"]) == ("registry", True, None)


def test_no_publication_in_five_years(warehouse: Any) -> None:
    """The rate is 0, and its upper end says how little is known of a small country."""
    row = awareness(warehouse, [gbif(BY, year, 0) for year in range(2016, 2021)] + people(range(2016, 2021), 1e5))
    found = row["KE", 2020]
    assert (found[RATE], found[f"{RATE}_lower"], found["rate_reportable"]) == (0.0, 0.0, True)
    assert found[f"{RATE}_upper"] == pytest.approx(3.668 / 0.5, rel=1e-4)


@pytest.mark.parametrize("count", GARWOOD)
def test_the_interval_is_close_to_the_exact_one(warehouse: Any, count: int) -> None:
    """Byar's ends lie within 3 % of the exact ones from three publications on; of fewer the lower end is 0.02 too low."""
    rows = [gbif(BY, year, count if year == 2020 else 0) for year in range(2016, 2021)] + people(range(2016, 2021), 2e5)
    row = awareness(warehouse, rows)["KE", 2020]
    low, high = GARWOOD[count]
    assert row[f"{RATE}_upper"] == pytest.approx(high, rel=0.01)
    assert row[f"{RATE}_lower"] <= low
    assert row[f"{RATE}_lower"] == pytest.approx(low, rel=0.03, abs=0.02)


@pytest.mark.parametrize(
    ("listed", "peopled", "rate", "reason"),
    [
        ((2016, 2018, 2020), range(2016, 2021), 4.0, None),
        ((2019, 2020), range(2016, 2021), 4.0, "too_few_years_pooled"),
        ((2016, 2017, 2018, 2019), range(2016, 2021), None, "no_data"),
        (range(2016, 2021), range(2019, 2021), 4.0, "too_few_years_pooled"),
        (range(2016, 2021), range(2018, 2019), 4.0, None),
        (range(2016, 2021), range(2012, 2014), None, "no_population"),
    ],
    ids=["three of five", "two", "not this year", "people of two years", "people of an earlier year", "no people now"],
)
def test_years_that_are_missing(warehouse: Any, listed: Any, peopled: range, rate: float | None, reason: Any) -> None:
    """A rate rests on the years that are listed and have people, this one among them, and is quoted from three on."""
    rows = [gbif(BY, year, 4) for year in listed] + [gbif(ABOUT, 2020, 1)]
    row = awareness(warehouse, rows + people(peopled))["KE", 2020]
    assert (row[RATE], row["rate_reason"], row["rate_reportable"]) == (rate, reason, reason is None)


def test_a_rate_waits_for_the_end_of_the_year(warehouse: Any) -> None:
    """The year in which the list was read has no rate, and no year pools it."""
    rows = [gbif(BY, year, 4) for year in range(2022, 2027)] + people(range(2022, 2027))
    found = awareness(warehouse, rows)
    assert (found["KE", 2026][RATE], found["KE", 2026]["rate_reason"]) == (None, "year_not_over")
    assert (found["KE", 2025][RATE], found["KE", 2025]["rate_reason"]) == (4.0, None)


@pytest.mark.parametrize("own", [BY, "SP.POP.TOTL"])
def test_one_own_year_makes_the_rate_an_own_value(warehouse: Any, own: str) -> None:
    """As long as an own file brings a year of the five, the rate rests on it; five years later it does not."""
    years = range(2014, 2021)
    stated = observation(own, 2014, 9.0 if own == BY else 1e6, publisher="user", release="2026-11-01")
    warehouse.land("indicator_observation", [stated], source="file:own")
    found = awareness(warehouse, [gbif(BY, year, 4) for year in years] + people(years))
    assert [found["KE", year]["rate_basis"] for year in (2018, 2019)] == ["own_value", "registry"]


def test_registry_stands_in_the_year_of_reading(warehouse: Any) -> None:
    """Data sets and publishers are quoted for the year in which they were read, though it is not over."""
    rows = [gbif("GBIF_DATASETS", 2026, 7), gbif("GBIF_PUBLISHERS", 2026, 2), gbif(ABOUT, 2026, 3)]
    row = awareness(warehouse, rows)["KE", 2026]
    assert (row["data_sets"], row["data_publishers"], row["sets_reportable"]) == (7, 2, True)
    assert (row["about_reason"], row["reportable"]) == ("year_not_over", True)


def test_members_hold_until_the_next_list(warehouse: Any) -> None:
    """Organisations and experts add up; the number holds from the end of its year on; unknown is not zero."""
    members = [
        {"country_code": "KE", "network": "ness_expert_network", "year": 2022, "organisations": 3, "experts": 5},
        {"country_code": "KE", "network": "ness_expert_network", "year": 2024, "organisations": 4, "experts": None},
        {"country_code": "KE", "network": "haikou_initiative", "year": 2022, "organisations": 0, "experts": 0},
        {"country_code": "TZ", "network": "haikou_initiative", "year": 2022, "organisations": None, "experts": None},
    ]
    found = awareness(warehouse, [gbif(ABOUT, year, 1) for year in (2021, 2023, 2025)], members)
    numbers = {year: row["ness_network_members"] for (code, year), row in found.items() if code == "KE"}
    assert numbers == {2021: None, 2022: 8, 2023: 8, 2024: 4, 2025: 4}
    assert (found["KE", 2023]["haikou_initiative_members"], found["KE", 2021]["haikou_reason"]) == (0, "no_data")
    assert ("TZ", 2022) not in found


def test_a_member_list_is_loaded_like_any_table(tmp_path: Path) -> None:
    """`ness load ness_network FILE` takes a list by country, and refuses what is no network."""
    file = tmp_path / "members.csv"
    file.write_text(
        "country_code,network,year,organisations,experts\nKE,haikou_initiative,2022,3,\nKE,haikou,2022,1,1\n",
        encoding="utf-8",
    )
    settings = Settings(_env_file=None, home=tmp_path / "home")
    loaded = load_file(settings, file, table="ness_network")
    assert [(one.table_name, one.loaded, one.quarantined) for one in loaded.results] == [("core.ness_network", 1, 1)]
    with open_build(Paths.of(settings).build) as connection:
        assert connection.execute("SELECT network, organisations, experts FROM landed.ness_network").fetchall() == [
            ("haikou_initiative", 3, None)
        ]
