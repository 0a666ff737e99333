"""The seconds within which a record's event may lie."""

from __future__ import annotations

import duckdb
import pytest

from ness_pipeline.build.database import create_macros

DAY = 86_400


@pytest.fixture(scope="module")
def connection():
    """A DuckDB with the macros."""
    with duckdb.connect() as opened:
        opened.execute("SET TimeZone = 'UTC'")
        create_macros(opened)
        yield opened


@pytest.mark.parametrize(
    ("event_date", "event_time", "seconds"),
    [
        ("2021-03-21T15:01:32.456Z", None, 1),
        ("2021-03-21T15:01:32", None, 1),
        ("2021-03-21T15:01:00Z", None, 60),
        ("2021-03-21T15:01", None, 60),
        ("2021-03-21T15:01+01:00", None, 60),
        ("2021-03-21T15:00Z", None, 3_600),
        ("2021-03-21T00:00:00Z", None, DAY),
        ("2021-03-21", None, DAY),
        ("2021-03-21", "15:01:01", 1),
        ("2021-03-21", "late", DAY),
        ("2021-03-21T15:01Z", "15:01:01", 60),
        ("2021-02", None, 28 * DAY),
        ("2024-02", "15:01:01", 29 * DAY),
        ("2021", None, 365 * DAY),
        ("2024", None, 366 * DAY),
        ("2021-03-21/2021-03-23", None, 3 * DAY),
        ("2021-03/2021-04", None, 61 * DAY),
        ("2022/2024", None, 1_096 * DAY),
        ("2021-03-21T10:00Z/2021-03-21T11:30Z", None, 5_400),
        ("2021-03-21T10:00+02:00/2021-03-21T10:00Z", None, 7_200),
        (None, None, None),
        (None, "12:00:00", None),
    ],
)
def test_precision_of_writing_is_the_uncertainty(connection, event_date, event_time, seconds):
    """Each way of writing a date means the uncertainty that the cube specification gives it."""
    query = "SELECT temporal_uncertainty($d::VARCHAR, event_time := $t::VARCHAR)"
    assert connection.execute(query, {"d": event_date, "t": event_time}).fetchone() == (seconds,)


@pytest.mark.parametrize("text", ["ABCD", "21/03/2021", "2021-13-01", "2021-02-30/2021-03-01"])
def test_text_that_is_no_date_is_an_error(connection, text):
    """Text that is no date never turns into a number."""
    with pytest.raises(duckdb.Error, match=r"not written as ISO 8601|out of range"):
        connection.execute("SELECT temporal_uncertainty($d::VARCHAR)", {"d": text}).fetchone()
