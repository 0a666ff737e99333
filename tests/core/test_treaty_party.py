"""The contract of `core.treaty_party`: dates that cannot be are refused, one by one, with a sentence."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from ness_pipeline.contract.check import check
from ness_pipeline.contract.dictionary import tables

PARTY = {
    "country_code": "GN",
    "treaty": "cbd",
    "status": "party",
    "entry_into_force": "1993-12-29",
    "as_of": "2018-12-31",
}


@pytest.mark.parametrize(
    ("dates", "check_name"),
    [
        ({"signed_on": "1192-06-12"}, "is_signed_after_adoption"),
        ({"deposited_on": "1992-05-01"}, "is_signed_after_adoption"),
        ({"entry_into_force": "1993-06-05"}, "is_in_force_after_the_treaty"),
        ({"left_on": "1993-12-29"}, "is_left_after_entry"),
        ({"left_on": "9999-12-31"}, "is_within_reach"),
        ({"earlier_periods": "1994 to 1996"}, "str_matches"),
        ({"earlier_periods": "1994-01-01/1996-01-01; 1998-01-01/1999-01-01"}, "str_matches"),
    ],
)
def test_impossible_dates_are_refused(dates: dict[str, str], check_name: str) -> None:
    """Signed in 1192, deposited before the text was adopted, bound before the treaty was, left before joining, never left."""
    frame = pl.DataFrame(
        [PARTY | dates, PARTY | dict.fromkeys(dates) | {"country_code": "KE", "entry_into_force": "1994-10-24"}]
    )
    valid, refused = check(tables()["core.treaty_party"], frame, "file:own")
    assert valid["country_code"].to_list() == ["KE"]
    assert [name.partition("(")[0] for name in refused["check_name"]] == [check_name]
    assert json.loads(refused["row"][0])["country_code"] == "GN"


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"signed_on": "1992-06-12", "deposited_on": "1993-05-07"},
        {"entry_into_force": "1993-12-28"},
        {"entry_into_force": "2021-02-19", "left_on": "2026-01-27", "earlier_periods": "2016-11-04/2020-11-04"},
        {"earlier_periods": "1994-01-01/1996-01-01;1998-01-01/1999-01-01", "entry_into_force": "2001-01-01"},
    ],
    ids=["few columns", "signed", "counted one day early", "left and joined again", "two earlier periods"],
)
def test_possible_dates_pass(more: dict[str, Any]) -> None:
    """Files in the former columns pass, and so do those with the new one; a day of the clause counted otherwise does too."""
    valid, refused = check(tables()["core.treaty_party"], pl.DataFrame([PARTY | more]), "file:own")
    assert (valid.height, refused.height) == (1, 0)
