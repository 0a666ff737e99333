"""Whole rows of a file as JSON, as they stand in quarantine."""

from __future__ import annotations

import json

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from ness_pipeline.files.raw import ROW, as_json

TEXTS = st.one_of(st.none(), st.text(st.characters(codec="utf-8"), max_size=8), st.sampled_from(['"', "\\", "\n", "\x00", "\u2028", "é", "{}"]))  # fmt: skip
NAMES = st.lists(st.sampled_from(["year", 'a "b"', "c\\d", "e é", "{}"]), min_size=1, max_size=4, unique=True)


@given(st.data(), NAMES, st.integers(1, 5))
def test_rows_are_written_as_json_writes_them(data: st.DataObject, names: list[str], height: int) -> None:
    """Two ways to write a row agree to the letter: column by column, and row by row with the standard library."""
    columns = {name: data.draw(st.lists(TEXTS, min_size=height, max_size=height)) for name in names}
    rows = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String)).with_columns(pl.lit(1).alias(ROW))
    expected = [
        json.dumps({name: columns[name][n] for name in names if columns[name][n] is not None}, ensure_ascii=False)
        for n in range(height)
    ]
    assert as_json(rows).to_list() == expected
