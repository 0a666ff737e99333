"""The contract as SQL says of every row what the contract itself says."""

from __future__ import annotations

import duckdb
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from ness_pipeline.check import check
from ness_pipeline.contract_sql import failed_column
from ness_pipeline.cube.terms import NUMBERS
from ness_pipeline.dictionary import tables

OCCURRENCE = tables()["landed.occurrence"]
WORDS = st.sampled_from(["", "KE", "ke", "PRESENT", "ABSENT", "FOSSIL_SPECIMEN", "2021-03-21", "2021-13-01", "21/03/2021", "2020/2021-02", "2021-03-21T10:15Z", "VU", "x" * 70])  # fmt: skip
ROWS = st.fixed_dictionaries(
    {
        "record_id": st.one_of(st.none(), WORDS),
        "occurrence_status": st.one_of(st.none(), st.sampled_from(["PRESENT", "ABSENT"])),
        "has_geospatial_issue": st.one_of(st.none(), st.booleans()),
        "basis_of_record": st.one_of(st.none(), WORDS),
        "species_key": st.one_of(st.none(), WORDS),
        "year": st.one_of(st.none(), st.sampled_from([0, 1599, 1600, 2021, 2100, 2101, 9999])),
        "country_code": st.one_of(st.none(), WORDS),
        "event_date": st.one_of(st.none(), WORDS),
        "event_time": st.none(),
        "decimal_latitude": st.one_of(st.none(), st.floats(-100, 100), st.just(float("nan"))),
        "decimal_longitude": st.one_of(st.none(), st.floats(-200, 200)),
        "coordinate_uncertainty_m": st.one_of(st.none(), st.floats(-1, 2e8), st.just(float("inf"))),
        "scientific_name": st.none(),
        "red_list_category": st.one_of(st.none(), WORDS),
        "is_introduced": st.one_of(st.none(), st.booleans()),
    }
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=12))
def test_sql_and_contract_refuse_the_same_rows_for_the_same_column(rows):
    """Two ways to check a record agree on which are refused and which column fails first."""
    names = [column.name for column in OCCURRENCE.columns if column.name != "taxon_group"]
    schema = {column.name: column.dtype for column in OCCURRENCE.columns if column.name in names}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    _, refused = check(OCCURRENCE, frame, "test")
    checked = frame.with_columns(pl.lit(None, pl.String).alias(f"{name}_text") for name in NUMBERS).to_arrow()
    with duckdb.connect() as connection:
        connection.register("checked", checked)
        found = connection.sql(f"SELECT {failed_column(OCCURRENCE, NUMBERS, ['taxon_group'])} FROM checked").fetchall()
    by_contract = dict(refused.select("row_number", "column_name").rows())
    assert {row: column for row, (column,) in enumerate(found) if column is not None} == by_contract
