"""A key of a species is the same in records, cubes and own tables."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest
from own_files import load, write_text

from ness_pipeline.names.keys import key_of
from ness_pipeline.paths import sql_folder


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("1000", "1000"),
        ("1000.0", "1000"),
        ("5219833.000", "5219833"),
        ("NFD2", "NFD2"),
        ("own-1", "own-1"),
        ("6E", "6E"),
        ("5.2E+06", None),
        ("1.5", None),
        (None, None),
    ],
)
def test_sql_and_polars_read_a_key_in_one_way(text, key):
    """What pandas writes is the key, and what a spreadsheet rounds is none."""
    assert pl.DataFrame({"key": [text]}, schema={"key": pl.String}).select(key_of(pl.col("key"))).item() == key
    with duckdb.connect() as connection:
        connection.execute((sql_folder("macros") / "text_values.sql").read_text(encoding="utf-8"))
        assert connection.execute("SELECT species_key_of(?::VARCHAR)", [text]).fetchone() == (key,)


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("assessment", {"taxon_group": "birds", "assessment_year": "2020", "red_list_category": "VU", "scope": "KE"}),
        ("threat", {"threat_code": "1_1", "timing": "Ongoing", "scope": "", "severity": ""}),
        ("country_species", {"country_code": "KE", "taxon_group": "birds"}),
    ],
)
def test_a_key_of_an_own_table_is_written_as_in_records(tmp_path, table, row):
    """`1000.0`, as pandas writes it, is 1000; a key that a spreadsheet rounded is kept aside with a sentence."""
    keys = ("1000.0", "5.2E+06", "1001", "own-1")
    file = write_text(tmp_path / "own.csv", [{"species_key": key} | row for key in keys], ",")
    found = load(file, table=table)
    assert found.rows[table]["species_key"].to_list() == ["1000", "1001", "own-1"]
    assert found.refused.select("row_number", "column_name").rows() == [(1, "species_key")]
    reason = "species_key is '5.2E+06', to which a spreadsheet has rounded a key; format the column as text there"
    assert found.refused["reason"][0].startswith(reason)
