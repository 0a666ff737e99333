"""Spans of years."""

from __future__ import annotations

import datetime as dt

import pytest

from ness_pipeline.names.years import default_years


@pytest.mark.parametrize(
    ("now", "span"),
    [
        (dt.datetime(2026, 11, 29, tzinfo=dt.UTC), "2000:2025"),
        (dt.datetime(2026, 12, 31, 23, 59, tzinfo=dt.UTC), "2000:2025"),
        (dt.datetime(2027, 1, 1, tzinfo=dt.UTC), "2000:2026"),
    ],
)
def test_the_default_span_ends_with_the_last_complete_year(now, span):
    """A schedule that names no years reads one year more with every year."""
    assert str(default_years(now)) == span
