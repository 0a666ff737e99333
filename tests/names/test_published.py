"""Values, dimensions and units of series as publishers write them."""

from __future__ import annotations

import csv
import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ness_pipeline.names.published_series import UN_SDG, WORLD_BANK, current_code, factor, is_read_in, unit_of
from ness_pipeline.names.published_values import disaggregation, disaggregation_of, published_value

CODES = st.sampled_from([None, "", "_T", "TOTAL", "G", "MGCI", "BOTHSEX", "a;b"])


@given(st.dictionaries(st.sampled_from(["Sex", "Reporting Type", "Land cover", "Age"]), CODES))
def test_dimensions_of_a_record_and_of_columns_are_one(dimensions):
    """A row of the API and a row of a file give the same text."""
    frame = pl.DataFrame([dimensions | {"row": "x"}], schema=dict.fromkeys([*dimensions, "row"], pl.String))
    assert frame.select(disaggregation_of({name: name for name in dimensions})).item() == disaggregation(dimensions)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("N", (None, "not_relevant")),
        ("NaN", (None, "missing")),
        ("..", (None, "missing")),
        (None, (None, "missing")),
        ("<5", ("5", "censored_below")),
        (">=95", ("95", "censored_above")),
        (58.9, ("58.9", "observed")),
        ("five", ("five", "observed")),
        ("=cmd|x", ("=cmd|x", "observed")),
        ("=", ("=", "observed")),
        ('="0123"', ('="0123"', "observed")),
        ("<5abc", ("<5abc", "observed")),
    ],
)
def test_values(written, expected):
    """A word that means nothing is kept as text, so that the contract refuses it."""
    assert published_value(written) == expected


@pytest.mark.parametrize(
    ("unit", "wanted", "times"),
    [
        ("HA", "KM2", 0.01),
        ("1000 ha", "KM2", 10),
        ("KM2", "HA_TH", 0.1),
        ("con_usd", "CON_USD_M", 1e-6),
        ("US$ million", "CON_USD_M", 1),
        ("Share", "PERCENT", 100),
        ("per cent", "PERCENT", 1),
        ("INDEX", "PERCENT", None),
        ("EUR", "CON_USD_M", None),
    ],
)
def test_units(unit, wanted, times):
    """1 km2 = 100 ha; a million is 10^6; an index is no per cent."""
    assert factor(unit, wanted) == (None if times is None else pytest.approx(times))


def test_units_that_the_un_has_used(public_data):
    """Each series of its database of 2020 (one file for each, named after its code) is in a unit that is understood."""
    read = 0
    for path in (public_data / "data" / "indicators" / "unsdg_2020").glob("*.csv"):
        code = current_code(re.sub(r"^[\d.]+_|_SAMPLE.*", "", path.stem))
        with path.open(newline="", encoding="utf-8") as file:
            units = {row["units"] for row in csv.DictReader(file) if row.get("units")}
        if code in UN_SDG:
            assert all(is_read_in(code, unit) for unit in units), (path.name, units)
            read += len(units)
    assert read >= 14


def test_codes():
    """Codes of before 2021 are today's; every series has a unit; unknown ones have none."""
    assert current_code("er_rsk_lsti") == "ER_RSK_LST"
    assert all(unit_of(code) for code in (*UN_SDG, *WORLD_BANK))
    assert unit_of("MY_OWN") is None
