"""Dates as people and programs write them: the year of a record survives, and how uncertain the date is is known."""

from __future__ import annotations

import pytest
from own_files import load, records, write_text

from ness_pipeline.cube.options import CubeOptions
from ness_pipeline.names.years import Years
from ness_pipeline.run.cube import engine_for

DAY = 86_400
YEAR = 366 * DAY  # 2020


def one(tmp_path, *changes):
    """What becomes of records with these dates."""
    return load(write_text(tmp_path / "records.tsv", records(*changes)))


@pytest.mark.parametrize(
    ("date", "seconds"),
    [
        ("2020-03-01 10:15:00", 60),
        ("2020-03-01 10:15:07+00", 1),
        ("2020-11-13/15", 3 * DAY),  # as Darwin Core writes 13 to 15 November
        ("2020-11-13/12-15", 33 * DAY),
        ("2020-03/05", 92 * DAY),
        ("2020-03-01T10:15/11:30", 4_500),
        ("20200301", DAY),
        ("2020/3/1", DAY),
        ("13/03/2020", DAY),
        ("03/13/2020", DAY),
        ("05/05/2020", DAY),
        ("01.03.2020", DAY),
        ("1 March 2020", DAY),
        ("March 1, 2020", DAY),
        ("1-Mar-2020", DAY),
        ("Mar 2020", 31 * DAY),
        ("2020-W10", 7 * DAY),
        ("2020-W10-3", DAY),
        ("2020-061", DAY),
        ("2020", YEAR),
        ("01/03/2020", YEAR),  # alone in its file: January or March
        ("2020-02-30", YEAR),  # no such day
        ("2020-13-01", YEAR),
    ],
)
@pytest.mark.parametrize("year", ["2020", ""])
def test_a_date_gives_year_and_uncertainty(tmp_path, date, seconds, year):
    """With or without a year of its own, the record counts in 2020, as uncertain as its date says."""
    found = one(tmp_path, {"eventDate": date, "year": year})
    assert found.cube.select("year", "occurrences", "min_temporal_uncertainty_s").rows() == [(2020, 1, seconds)]


@pytest.mark.parametrize("date", ["spring", "43891", "01/03/20", "2020-03-2\u0661"])  # an Arabic digit
def test_a_date_that_is_not_readable_is_as_uncertain_as_the_year_of_its_record(tmp_path, date):
    """The record is not lost over its date."""
    found = one(tmp_path, {"eventDate": date, "year": "2020"})
    assert found.cube.select("year", "min_temporal_uncertainty_s").rows() == [(2020, YEAR)]


@pytest.mark.parametrize(
    ("date", "said"), [("spring", "its date is not readable"), ("43891", "a spreadsheet counts days"), ("43891.5", "a spreadsheet counts days")]
)  # fmt: skip
def test_without_a_year_such_a_date_refuses_the_record(tmp_path, date, said):
    """The sentence names the date and how to write it."""
    found = one(tmp_path, {}, {"eventDate": date, "year": ""})
    assert (found.loaded, found.reasons) == (1, {"event_date": 1})
    assert said in found.refused["reason"][0]
    assert f"({date})." in found.refused["reason"][0]


@pytest.mark.parametrize(("other", "days"), [("31/01/2021", [1, 1]), ("01/31/2021", [1, 1]), ("2021-01-31", [1, 366])])
def test_a_file_settles_the_order_of_day_and_month(tmp_path, other, days):
    """One date with a number above 12 tells the order of all; where none does, only the year is known."""
    found = one(
        tmp_path, {"eventDate": other, "year": ""}, {"eventDate": "02/03/2020", "year": "", "speciesKey": "701"}
    )
    uncertainty = dict(found.cube.select("species_key", "min_temporal_uncertainty_s").rows())
    assert [uncertainty["700"] // DAY, uncertainty["701"] // DAY] == days


def test_dates_that_contradict_each_other_settle_nothing(tmp_path):
    """Each date above 12 is read by itself, the others are as uncertain as their year."""
    dates = ("31/01/2020", "01/31/2020", "02/03/2020")
    found = one(tmp_path, *({"eventDate": date, "speciesKey": str(place)} for place, date in enumerate(dates)))
    assert found.cube["min_temporal_uncertainty_s"].to_list() == [DAY, DAY, YEAR]


@pytest.mark.parametrize(
    "date", ["2020-03-01", "2020", "2020-01-01/2020-12-31", "2020-03-01T13:00:00Z/2020-05-11T15:30:00Z"]
)
def test_an_empty_year_is_that_of_the_date(tmp_path, date):
    """As in a file without the column."""
    assert one(tmp_path, {"eventDate": date, "year": ""}).cube["year"].to_list() == [2020]


@pytest.mark.parametrize("date", ["2020-12-30/2021-01-02", "2007-03-01T13:00:00Z/2008-05-11T15:30:00Z", "2020-W53", ""])
def test_an_interval_over_two_years_has_no_year(tmp_path, date):
    """The record is filtered out, unless it has a year of its own."""
    found = one(tmp_path, {"eventDate": date, "year": ""}, {"eventDate": date, "year": "2020"})
    assert (found.loaded, found.reasons) == (1, {"year": 1})


def test_year_and_date_that_contradict(tmp_path):
    """The column `year` decides."""
    assert one(tmp_path, {"eventDate": "2019-03-01", "year": "2020"}).cube["year"].to_list() == [2020]


@pytest.mark.parametrize("year", ["2020", ""])
def test_one_span_of_years_has_the_records_dated_in_it(tmp_path, year):
    """The slice of years takes the year of the date where the record has none, as the whole cube does."""
    file = write_text(tmp_path / "records.tsv", records({"year": year, "eventDate": "01/03/2020"}, {}))
    with engine_for("duckdb", [file], CubeOptions(years=Years(2020, 2020))) as engine:
        assert (engine.received(), engine.counted()) == (1, 1)
