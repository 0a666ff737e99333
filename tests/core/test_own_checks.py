"""Contracts of the test's own: whatever pandera checks is checked here too, or the contract is refused."""
# ruff: noqa: RUF012  (pandera reads `Config.unique` as a plain list)

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Annotated, Any

import duckdb
import pandera.polars as pa
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.polars import PolarsData

from ness_pipeline.build.models import check_table
from ness_pipeline.contract.check import check
from ness_pipeline.contract.checks_in_sql import any_broken, broken_columns
from ness_pipeline.contract.constraints import breaks_in_sql
from ness_pipeline.contract.dictionary import Table, table_of
from ness_pipeline.errors import ContractViolation
from ness_pipeline.schemas.base import Contract, column


class Span(Contract):
    """One row = one span of years, with checks that SQL cannot express."""

    name: str = column("Name.", str_startswith="a")
    first_year: int = column("First year.", "a")
    last_year: int = column("Last year.", "a", nullable=True)

    @pa.check("first_year", description="the first year is a leap year")
    @classmethod
    def is_leap_year(cls, data: PolarsData) -> pl.LazyFrame:
        """Whether the first year is a leap year."""
        return data.lazyframe.select(pl.col(data.key) % 4 == 0)

    @pa.dataframe_check(description="the last year is not before the first one")
    @classmethod
    def is_in_order(cls, data: PolarsData) -> pl.LazyFrame:
        """Whether the last year is not before the first one."""
        return data.lazyframe.select(pl.col("first_year") <= pl.col("last_year"))

    class Config:
        """Grain: name."""

        unique = ["name"]


SPAN = table_of("core.span", Span)
SPANS = [
    {"name": "a", "first_year": 2000, "last_year": 2001},
    {"name": "b", "first_year": 2000, "last_year": None},
    {"name": "ab", "first_year": 2001, "last_year": 2002},
    {"name": "ac", "first_year": 2004, "last_year": 2003},
    {"name": "ad", "first_year": None, "last_year": 2003},
]


def contract_with(dtype: Any, **options: Any) -> type[Contract]:
    """A contract with one column `x`."""
    config = type("Config", (), {"unique": ["x"]})
    content = {"__doc__": "One row = one value.", "__annotations__": {"x": dtype}, "x": column("A value.", **options)}
    return type("One", (Contract,), {**content, "Config": config})


def staged(rows: list[dict[str, Any]], table: Table) -> duckdb.DuckDBPyConnection:
    """A database with a table `staged` of some rows."""
    connection = duckdb.connect()
    frame = pl.DataFrame(rows, schema={column.name: column.dtype for column in table.columns}, orient="row")
    connection.register("rows", frame.to_arrow())
    connection.execute("CREATE TABLE staged AS FROM rows")
    return connection


def test_a_loaded_row_that_breaks_an_own_check_is_refused() -> None:
    """Each row is refused with its number, the column or none, the check and a sentence; the others pass."""
    valid, refused = check(SPAN, pl.DataFrame(SPANS), "test")
    assert valid["name"].to_list() == ["a"]
    assert refused.drop("row").rows() == [
        (1, "name", "str_startswith('a')", "name is 'b', which does not fit: Name."),
        (2, "first_year", "is_leap_year", "first_year is '2001', which breaks is_leap_year: the first year is a leap year."),
        (3, None, "is_in_order", "The row breaks a rule: the last year is not before the first one."),
        (4, "first_year", "not_nullable", "first_year is missing."),
    ]  # fmt: skip
    assert [json.loads(row) for row in refused["row"]] == SPANS[1:]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (SPANS[:2], r"core\.span\.name breaks str_startswith\('a'\) with 'b' \(1 rows\)"),
        (SPANS[2:3], r"core\.span\.first_year breaks is_leap_year with '2001' \(1 rows\)"),
        (SPANS[3:4], r"core\.span breaks is_in_order with '{\"name\":\"ac\",\"first_year\":2004,\"last_year\":2003}'"),
        (SPANS[4:5], r"core\.span\.first_year breaks not_nullable"),
        ([SPANS[0], SPANS[0]], r"core\.span has several rows for name=a"),
    ],
    ids=["in SQL", "own check of a column", "own check of rows", "missing", "repeated"],
)
def test_rows_of_a_model_that_break_an_own_check_stop_the_model(rows: list[dict[str, Any]], message: str) -> None:
    """One sentence names table, column, check and value."""
    with staged(rows, SPAN) as connection, pytest.raises(ContractViolation, match=message):
        check_table(connection, "staged", SPAN)


def test_valid_rows_of_a_model_pass() -> None:
    """Rows that meet all checks pass."""
    with staged(SPANS[:1], SPAN) as connection:
        check_table(connection, "staged", SPAN)


class Whole(Contract):
    """One row = one part of a whole, with checks over all rows together."""

    share: float = column("A share.", "1", ge=0.0, le=1.0)

    class Config:
        """Grain: the share."""

        unique = ["share"]


class SumAsFrame(Whole):
    """One row = one part; the sum is a frame of one row."""

    @pa.dataframe_check
    @classmethod
    def sums_to_one(cls, data: PolarsData) -> pl.LazyFrame:
        """Whether all shares sum to 1."""
        return data.lazyframe.select(pl.col("share").sum() == 1.0)


class SumAsFlag(Whole):
    """One row = one part; the sum is true or false."""

    @pa.dataframe_check
    @classmethod
    def sums_to_one(cls, data: PolarsData) -> bool:
        """Whether all shares sum to 1."""
        return bool(data.lazyframe.collect()["share"].sum() == 1.0)


class SumOfColumn(Whole):
    """One row = one part; the check belongs to the column."""

    @pa.check("share")
    @classmethod
    def sums_to_one(cls, data: PolarsData) -> pl.LazyFrame:
        """Whether all shares sum to 1."""
        return data.lazyframe.select(pl.col(data.key).sum() == 1.0)


@pytest.mark.parametrize("contract", [SumAsFrame, SumAsFlag, SumOfColumn])
def test_a_check_of_all_rows_together_refuses_all_of_them(contract: type[Contract]) -> None:
    """No single row is blamed and none passes; rows that meet the check pass."""
    table = table_of("core.whole", contract)
    bad = [{"share": 0.5}, {"share": 0.25}, {"share": 0.125}]
    good = [{"share": 0.5}, {"share": 0.25}, {"share": 0.25}]
    with pytest.raises(ContractViolation, match=r"breaks sums_to_one over all 3 rows together"):
        check(table, pl.DataFrame(bad), "test")
    with staged(bad, table) as connection, pytest.raises(ContractViolation, match="over all 3 rows together"):
        check_table(connection, "staged", table)
    assert check(table, pl.DataFrame(good), "test")[0].height == 3
    assert check(table, pl.DataFrame([*good, {"share": 2.0}]), "test")[0].height == 3, "a refused row does not count"
    assert check(table, pl.DataFrame(good).clear(), "test")[0].height == 0, "a batch without rows breaks nothing"


def test_a_check_that_fails_to_run_stops_the_load() -> None:
    """An error inside a check is one sentence."""

    class Raises(Whole):
        """One row = one part."""

        @pa.check("share")
        @classmethod
        def is_known(cls, data: PolarsData) -> pl.LazyFrame:
            """Always an error."""
            raise ValueError(f"nothing known of {data.key}")

    with pytest.raises(ContractViolation, match=r"is_known of the contract core\.part\.share cannot be run \(nothing"):
        check(table_of("core.part", Raises), pl.DataFrame({"share": [0.5]}), "test")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ge": 0, "raise_warning": True}, "uses the option raise_warning in the check greater_than_or_equal_to"),
        ({"ge": 0, "n_failure_cases": 1}, "uses the option n_failure_cases"),
        ({"unique": True}, "uses pandera's option unique"),
        ({"coerce": True}, "uses pandera's option coerce"),
        ({"default": 3}, "uses pandera's option default"),
    ],
    ids=["warning only", "shortened list", "unique", "coerce", "default"],
)
def test_options_that_would_be_ignored_are_refused(options: dict[str, Any], message: str) -> None:
    """A contract whose options nothing follows is refused when it is read."""

    class One(Contract):
        """One row = one value."""

        x: int = pa.Field(description="A value.", **options)

        class Config:
            """Grain: the value."""

            unique = ["x"]

    with pytest.raises(ContractViolation, match=message):
        table_of("core.one", One)


def test_types_without_a_column_type_and_optional_columns_are_refused() -> None:
    """A type that DuckDB's tables here do not have, or a column that may be missing, is refused when it is read."""
    with pytest.raises(ContractViolation, match=r"core\.one\.x has the type Int8"):
        table_of("core.one", contract_with(pl.Int8))
    with pytest.raises(ContractViolation, match="makes the column optional"):
        table_of("core.one", contract_with(int | None))


@pytest.mark.parametrize(
    "contract",
    [contract_with(str, str_matches=r"^\d+$"), contract_with(int, unique_values_eq=[1]), SumAsFrame],
    ids=["pattern", "whole column", "whole rows"],
)
def test_records_checked_in_sql_alone_have_no_checks_without_sql(contract: type[Contract]) -> None:
    """A contract of the layer `landed` is refused when it is read, rather than checked in part."""
    with pytest.raises(ContractViolation, match="which SQL cannot express"):
        table_of("landed.record", contract)


def test_a_check_of_the_name_of_a_builtin_is_not_taken_for_it() -> None:
    """A contract's own function called `isin` is run by pandera."""

    class Own(Contract):
        """One row = one value."""

        x: int = column("A value.", "1")

        @pa.check("x", name="isin")
        @classmethod
        def is_even(cls, data: PolarsData) -> pl.LazyFrame:
            """Whether the value is even."""
            return data.lazyframe.select(pl.col(data.key) % 2 == 0)

        class Config:
            """Grain: the value."""

            unique = ["x"]

    _, refused = check(table_of("core.one", Own), pl.DataFrame({"x": [1, 2, 3]}), "test")
    assert refused["row_number"].to_list() == [0, 2]


TEXTS = ["", "a", "b", "ab", "ba", "b\n", "\nab", "a.b", "AB", "ä", "a\u0301", "x٣", "12", "a" * 5, "[", "'", "\\", "%"]
NUMBERS = [-3, -1, 0, 1, 2, 3, 2**31, -(2**31), 2**53]
FLOATS = [0.0, -0.0, 0.1, 0.1 + 0.2, 0.3, 1.0, 1.5, -2.5, 1e-300, 1e300, 123456.789012345678, float("nan"), float("inf"), -float("inf")]  # fmt: skip
DATES = [dt.date(1969, 12, 31), dt.date(2000, 2, 29), dt.date(2026, 1, 1)]
MOMENTS = [dt.datetime(2000, 1, 1, 12, tzinfo=dt.UTC), dt.datetime(2026, 1, 1, 0, 0, 1, tzinfo=dt.UTC)]
MOMENT = Annotated[pl.Datetime, "us", "UTC"]
PATTERNS = ["a", "^a", "b$", "a.b", "^(a|b)+$", "[a-b]{1,2}", "^[^a]", r"\.", "(?:ab)?", "^$", "a{2,}", "[0-9]", "ä|\n", r"[\[\\]"]  # fmt: skip
VALUES = {str: TEXTS, int: NUMBERS, float: FLOATS, bool: [True, False], dt.date: DATES, MOMENT: MOMENTS}
ORDERED = [int, float, str, dt.date, MOMENT]
BOUNDS = ["eq", "ne", "gt", "ge", "lt", "le"]


def comparable(kind: Any) -> list[Any]:
    """Values that a check may compare with."""
    return [value for value in VALUES[kind] if value == value]  # noqa: PLR0124  (NaN is not equal to itself)


@st.composite
def checks(draw: st.DrawFn) -> tuple[Any, dict[str, Any]]:
    """A type of column and one supported check of it."""
    kind = draw(st.sampled_from([*ORDERED, bool]))
    value = st.sampled_from(comparable(kind))
    names = ["isin", "notin", "eq", "ne"] if kind is bool else [*BOUNDS, "in_range", "isin", "notin"]
    if kind is str:
        names += ["str_matches", "str_contains", "str_startswith", "str_endswith", "str_length"] * 2
    name = draw(st.sampled_from(names))
    if name in BOUNDS:
        return kind, {name: draw(value)}
    if name in {"isin", "notin"}:
        return kind, {name: draw(st.lists(value, max_size=8))}
    if name == "in_range":
        low, high = sorted([draw(value), draw(value)])
        ends = {"include_min": draw(st.booleans()), "include_max": draw(st.booleans())} if low < high else {}
        return kind, {"in_range": {"min_value": low, "max_value": high, **ends}}
    if name in {"str_matches", "str_contains"}:
        return kind, {name: draw(st.sampled_from(PATTERNS))}
    if name == "str_length":
        lengths = st.sampled_from(
            [{"min_value": 1}, {"max_value": 2}, {"min_value": 1, "max_value": 3}, {"exact_value": 2}]
        )
        return kind, {"str_length": draw(lengths)}
    return kind, {name: draw(st.sampled_from([text for text in TEXTS if text]))}


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory, shared by all examples."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


@settings(max_examples=300)
@given(chosen=checks(), nullable=st.booleans(), ignore_na=st.booleans(), data=st.data())
def test_each_supported_check_refuses_the_same_rows_in_sql_and_in_pandera(
    database: duckdb.DuckDBPyConnection,
    *,
    chosen: tuple[Any, dict[str, Any]],
    nullable: bool,
    ignore_na: bool,
    data: st.DataObject,
) -> None:
    """Row by row, for every check that SQL expresses, every type and every option for missing values."""
    kind, options = chosen
    table = table_of("core.one", contract_with(kind, nullable=nullable, ignore_na=ignore_na, **options))
    (only,) = table.columns
    assert all(breaks_in_sql(each, "x", only.dtype) is not None for each in only.checks), options
    values = data.draw(st.lists(st.one_of(st.none(), st.sampled_from(VALUES[kind])), min_size=1, max_size=12))
    frame = pl.DataFrame({"x": values}, schema={"x": only.dtype})
    _, refused = check(table, frame, "test")
    database.register("rows", frame.with_row_index("n").to_arrow())
    broken = database.sql(f"SELECT n FROM rows WHERE {any_broken(broken_columns(table))} ORDER BY n").fetchall()
    assert [n for (n,) in broken] == refused["row_number"].to_list()
