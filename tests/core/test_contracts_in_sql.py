"""The SQL conditions of each contract refuse the same rows as pandera, for every table."""

from __future__ import annotations

import math
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from published import Published

from ness_pipeline.contract.check import check
from ness_pipeline.contract.checks_in_sql import any_broken, broken_columns, first_broken
from ness_pipeline.contract.dictionary import Table, tables
from ness_pipeline.sql import frame_of

CHECKED = [name for name, table in tables().items() if not table.is_view and table.layer in {"core", "metrics"}]
WORDS = ["", "KE", "ke", "XKX", "GB-SCT", "2021-03-21", "a" * 64, "9" * 32, "0123456789abcdef", "x y"]


def values(table: Table, name: str) -> st.SearchStrategy[Any]:
    """Values of a column around what its checks allow, of its own type."""
    column = next(column for column in table.columns if column.name == name)
    compared = [check.statistics for check in column.checks]
    edges = [edge for values in compared for key, edge in values.items() if key in {"min_value", "max_value", "value"}]
    listed = [
        word for values in compared for word in (*values.get("allowed_values", ()), *values.get("forbidden_values", ()))
    ]
    if column.dtype.is_float():
        near = [math.nextafter(float(edge), way) for edge in edges for way in (-math.inf, math.inf)]
        chosen = st.sampled_from([*map(float, edges), *near, 0.5, math.nan, math.inf, -math.inf])
    elif column.dtype.is_integer():
        low, high = (-(2**31), 2**31 - 1) if column.dtype in {pl.Int32, pl.Int64} else (-(2**7), 2**7 - 1)
        around = [int(edge) + step for edge in edges for step in (-1, 0, 1)]
        chosen = st.sampled_from([number for number in (*around, 3) if low <= number <= high])
    elif column.dtype == pl.String:
        chosen = st.sampled_from([*listed, *WORDS])
    elif column.dtype == pl.Boolean:
        chosen = st.booleans()
    elif column.dtype == pl.Date:
        chosen = st.dates()
    elif isinstance(column.dtype, pl.Datetime):
        chosen = st.datetimes()
    else:
        raise AssertionError(f"{table.name}.{name} has the type {column.dtype}")
    return st.one_of(st.none(), chosen) if column.nullable else st.one_of(chosen, chosen, chosen, st.none())


@pytest.mark.parametrize("name", CHECKED)
def test_sql_and_contract_refuse_the_same_rows(name: str, publication: Published) -> None:
    """Both ways to check a row agree on whether it is refused, and for which column first.

    The rows are published ones, which are accepted, the same with one value changed, and rows of which every value is
    chosen at random, of which few are accepted.
    """
    table = tables()[name]
    schema = {column.name: column.dtype for column in table.columns}
    any_row = st.fixed_dictionaries({column: values(table, column) for column in schema})
    accepted = published_rows(publication, table)
    assert refused_by_both(table, accepted) == {}
    changed = any_row
    if accepted:
        changes = [values(table, column).map(lambda value, column=column: {column: value}) for column in schema]
        changed = st.builds(lambda row, change: row | change, st.sampled_from(accepted), st.one_of(changes))

    many = min(20, 1200 // len(schema))  # hypothesis gives up on examples with more values

    @settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(any_row, min_size=many, max_size=many), st.lists(changed, min_size=40, max_size=40))
    def agree(random: list[dict[str, Any]], near: list[dict[str, Any]]) -> None:
        refused_by_both(table, random + near)

    agree()


def published_rows(publication: Published, table: Table) -> list[dict[str, Any]]:
    """Some published rows of a table; none where the sandbox has none."""
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    with duckdb.connect(str(publication.paths.published), read_only=True) as connection:
        return frame_of(connection, f"SELECT {columns} FROM {table.name} ORDER BY ALL LIMIT 20").to_dicts()


def refused_by_both(table: Table, rows: list[dict[str, Any]]) -> dict[int, str]:
    """Position and first broken column of the rows that the contract refuses, after a look whether the SQL does the same.

    Checks of whole rows have no SQL; wherever rows are checked by SQL, pandera runs them beside it.
    """
    frame = pl.DataFrame(rows, schema={column.name: column.dtype for column in table.columns}, orient="row")
    _, refused = check(table, frame, "test")
    with duckdb.connect() as connection:
        connection.register("rows", frame.to_arrow())
        breaks = broken_columns(table)
        found = connection.sql(f"SELECT {first_broken(breaks)}, {any_broken(breaks)} FROM rows").fetchall()
    in_sql = refused.filter(~pl.col("check_name").is_in([own.name for own in table.checks]))
    by_contract: dict[int, str] = dict(in_sql.select("row_number", "column_name").rows())
    assert {row: column for row, (column, _) in enumerate(found) if column is not None} == by_contract
    assert {row for row, (_, is_broken) in enumerate(found) if is_broken} == by_contract.keys()
    return by_contract
