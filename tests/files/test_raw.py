"""Whole rows of a file as JSON, as they stand in quarantine."""

from __future__ import annotations

import json

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from ness_pipeline.contract.refused import whole_rows_as_json

TEXTS = st.one_of(st.none(), st.text(st.characters(codec="utf-8"), max_size=8), st.sampled_from(['"', "\\", "\n", "\x00", "\u2028", "é", "{}"]))  # fmt: skip
NAMES = st.lists(st.sampled_from(["year", 'a "b"', "c\\d", "e é", "{}"]), min_size=1, max_size=4, unique=True)


@given(st.data(), NAMES, st.integers(1, 5))
def test_rows_are_read_back_as_they_were(data: st.DataObject, names: list[str], height: int) -> None:
    """Whatever stands in it, empty values included, a row is read back as it was."""
    columns = {name: data.draw(st.lists(TEXTS, min_size=height, max_size=height)) for name in names}
    rows = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    expected = [{name: columns[name][n] for name in names} for n in range(height)]
    assert [json.loads(row) for row in whole_rows_as_json(rows)] == expected
