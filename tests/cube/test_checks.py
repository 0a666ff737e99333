"""The contract as SQL says of every row what the contract itself says."""

from __future__ import annotations

import duckdb
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from ness_pipeline.contract.check import check
from ness_pipeline.contract.checks_in_sql import any_broken, broken_columns, first_broken, none_broken
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.cube.options import CubeOptions
from ness_pipeline.cube.terms import NUMBERS
from ness_pipeline.files.batches import refused_records
from ness_pipeline.run.cube import engine_for
from ness_pipeline.schemas.base import LATEST_YEAR

OCCURRENCE = tables()["landed.occurrence"]
WORDS = st.sampled_from(["", "KE", "ke", "PRESENT", "ABSENT", "FOSSIL_SPECIMEN", "2021-03-21", "2021-13-01", "21/03/2021", "2020/2021-02", "2021-03-21T10:15Z", "VU", "x" * 70])  # fmt: skip
ROWS = st.fixed_dictionaries(
    {
        "record_id": st.one_of(st.none(), WORDS),
        "occurrence_status": st.one_of(st.none(), st.sampled_from(["PRESENT", "ABSENT"])),
        "has_geospatial_issue": st.one_of(st.none(), st.booleans()),
        "basis_of_record": st.one_of(st.none(), WORDS),
        "species_key": st.one_of(st.none(), WORDS),
        "year": st.one_of(st.none(), st.sampled_from([0, 1599, 1600, 2021, LATEST_YEAR, LATEST_YEAR + 1, 9999])),
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


@settings(max_examples=8, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=90))
def test_sql_and_contract_refuse_the_same_rows_for_the_same_column(rows):
    """Two ways to check a record agree on which are refused and which column fails first."""
    names = [column.name for column in OCCURRENCE.columns if column.name != "taxon_group"]
    schema = {column.name: column.dtype for column in OCCURRENCE.columns if column.name in names}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    _, refused = check(OCCURRENCE, frame, "test")
    checked = frame.with_columns(pl.lit(None, pl.String).alias(f"{name}_text") for name in NUMBERS).to_arrow()
    with duckdb.connect() as connection:
        connection.register("checked", checked)
        breaks = broken_columns(OCCURRENCE, NUMBERS, ["taxon_group"])
        found = connection.sql(
            f"SELECT {first_broken(breaks)}, {none_broken(breaks)}, {any_broken(breaks)} FROM checked"
        ).fetchall()
    by_contract = dict(refused.select("row_number", "column_name").rows())
    assert {row: column for row, (column, _, _) in enumerate(found) if column is not None} == by_contract
    assert {row for row, (_, counts, _) in enumerate(found) if not counts} == by_contract.keys()
    assert {row for row, (_, _, broken) in enumerate(found) if broken} == by_contract.keys()


AS_IN_FILES = st.fixed_dictionaries(
    {
        "gbifID": st.sampled_from([None, "", "1", " 2", "NA"]),
        "occurrenceStatus": st.sampled_from([None, "", "PRESENT", " present ", "Rare", "NA", "ABSENT", "absent", "0"]),
        "issue": st.sampled_from([None, "", "ZERO_COORDINATE", "COORDINATE_ROUNDED;COORDINATE_INVALID", "OTHER"]),
        "basisOfRecord": st.sampled_from([None, "", "HUMAN_OBSERVATION", "FossilSpecimen", "LIVING_SPECIMEN", "living specimen", "LIVING", "None"]),
        "speciesKey": st.sampled_from([None, "", " ", "NA", "None", "5219833", "5219833.0", " 7 ", "5.2E+06", "1E5", "6E", "NFD2", "e", "1.5", "K" * 65]),
        "year": st.sampled_from([None, "", "1599", "2021", "2021.0", "2021.5", "about 1990", "9999"]),
        "countryCode": st.sampled_from([None, "", "KE", " ke", "ZZ", "KEN", "A", "D A", "NA"]),
        "eventDate": st.sampled_from([None, "", "2021-03-21", "21/03/2021", "2021-02-30"]),
        "decimalLatitude": st.sampled_from([None, "0", "91", "north"]),
        "iucnRedListCategory": st.sampled_from([None, "", "vu", " LC", "EX EW", "XX", "NA"]),
    }
)  # fmt: skip


@settings(max_examples=4, deadline=None)
@given(st.lists(AS_IN_FILES, min_size=1, max_size=90))
def test_what_counts_meets_the_contract_and_what_is_refused_breaks_it(tmp_path_factory, rows):
    """Text as files have it: the quick checks pass what the contract passes, and the other way round."""
    file = tmp_path_factory.mktemp("written") / "records.parquet"
    pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String)).write_parquet(file)
    names = [column.name for column in OCCURRENCE.columns if column.name not in {"taxon_group", "source"}]
    with engine_for("duckdb", [file], CubeOptions(), trust="keys") as engine:
        engine.define_counted_records()
        counted = pl.concat([*engine.frames(f"SELECT {', '.join(names)} FROM counted_record", "Reading"), pl.DataFrame()], how="diagonal")  # fmt: skip
        cube = sum(frame["occurrences"].sum() for frame in engine.cube())
        refused = sum(frame.height for frame in refused_records(engine))  # raises where the contract allows the record
        broken = sum(frame.height for frame in refused_records(engine, with_filtered_out=False))
        left_out = sum(engine.filtered_out().values())
    assert counted.height == cube == len(rows) - refused
    assert broken + left_out == refused
    if counted.height:
        _, wrong = check(OCCURRENCE, counted, "test")
        assert wrong.is_empty(), wrong
