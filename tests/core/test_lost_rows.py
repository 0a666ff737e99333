"""What a publisher gives of less than it gave, or of what cannot be: it costs itself, is named, and leaves what was there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from ness_pipeline.build.database import open_build
from ness_pipeline.build.load import load_unit
from ness_pipeline.contract.batch import Batch, Lost
from ness_pipeline.errors import SchemaDrift
from ness_pipeline.landing.units import Unit
from ness_pipeline.names.years import Years
from ness_pipeline.sources.lost_rows import without_lost_rows

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
UNIT = Unit("unsdg", "world", Years(2000, 2020))
TREATY = Unit("cbd", "world", Years(2000, 2020))


@pytest.fixture
def build(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty build database."""
    with open_build(tmp_path / "build.duckdb") as connection:
        yield connection


def observation(year: int, value: Any, series: str = "ER_RSK_LST", **more: Any) -> dict[str, Any]:
    """One value, as a source gives it."""
    row = {"country_code": "KE", "series_code": series, "year": float(year), "disaggregation": "total"}
    return (
        row | {"value": None if value is None else str(value), "value_status": "observed", "publisher": "unsdg"} | more
    )


def rows_of(*rows: dict[str, Any], table: str = "indicator_observation") -> Batch:
    """A batch without the rows that cannot be right."""
    return without_lost_rows(UNIT, Batch(table, pl.DataFrame(rows)))


def load(build: duckdb.DuckDBPyConnection, batch: Batch, unit: Unit = UNIT, *, day: int = 1, accept: bool = False) -> list[tuple[Any, ...]]:  # fmt: skip
    """Load a batch as all that a unit gives; returns the gaps."""
    now = NOW + dt.timedelta(days=day)
    load_unit(build, unit, [batch], [batch.table], run_id=str(day), release=None, extracted_at=now, now=now, may_be_empty=accept)  # fmt: skip
    return build.execute("SELECT what, reason, rows_kept, rows_from FROM ops.gap ORDER BY what").fetchall()


def values(build: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """Year and value of every row."""
    return build.execute("SELECT year, value FROM landed.indicator_observation ORDER BY ALL").fetchall()


@pytest.mark.parametrize("odd", ["True", "1_0", "0,76", "[1]", "1e400", "abc"])
def test_a_value_that_is_none_costs_itself(build: duckdb.DuckDBPyConnection, odd: str) -> None:
    """The number of before stays, the others are the new ones, and the next good answer heals it."""
    load(build, rows_of(observation(2019, 0.1), observation(2020, 0.2)))
    ((what, reason, kept, since),) = load(build, rows_of(observation(2019, 0.3), observation(2020, odd)), day=2)
    assert (what, kept, since) == ("indicator_observation KE ER_RSK_LST 2020", 1, NOW + dt.timedelta(days=1))
    assert "value is" in reason
    assert values(build) == [(2019, 0.3), (2020, 0.2)]
    assert build.execute("SELECT count(*) FROM ops.quarantine").fetchall() == [(1,)]
    assert load(build, rows_of(observation(2019, 0.3), observation(2020, 0.4)), day=3) == []
    assert values(build) == [(2019, 0.3), (2020, 0.4)]


def test_many_such_values_cost_the_series(build: duckdb.DuckDBPyConnection) -> None:
    """Its answers have changed; the other series is read."""
    years = range(2000, 2020)
    load(build, rows_of(*(observation(year, 0.5) for year in years), observation(2020, 1, "ER_IAS_LEGIS")))
    batch = rows_of(*(observation(year, "0,6") for year in years), observation(2020, 0, "ER_IAS_LEGIS"))
    ((what, reason, kept, _),) = load(build, batch, day=2)
    assert (what, kept) == ("series ER_RSK_LST", 20)
    assert reason == "value is '0,6', which is no number. (20 of 20 rows)"
    assert values(build) == [*((year, 0.5) for year in years), (2020, 0.0)]


@pytest.mark.parametrize(
    ("series", "value", "why"),
    [
        ("EN.BIR.THRD.NO", 1e12, "EN.BIR.THRD.NO is in SPECIES and between 0 and 100,000"),
        ("EN.BIR.THRD.NO", -5, "between 0 and 100,000"),
        ("SP.POP.TOTL", 0.001, "between 1 and 10,000,000,000"),
        ("AG.LND.TOTL.K2", 0, "between 0.1 and 20,000,000"),
        ("GBIF_DATASETS", 1e14, "between 0 and 1,000,000,000"),
    ],
)
def test_a_count_that_cannot_be_costs_itself(series: str, value: float, why: str) -> None:
    """No publisher's slip stops the metrics of everybody."""
    batch = rows_of(observation(2020, value, series))
    assert batch.frame.is_empty()
    assert why in batch.lost[0].why


def test_a_percentage_out_of_range_is_kept_as_published() -> None:
    """The metric says `out_of_range` of it."""
    assert rows_of(observation(2020, 160, "ER_PTD_TERR")).lost == ()


def test_two_values_for_one_thing_are_none(build: duckdb.DuckDBPyConnection) -> None:
    """Nobody can tell which is right; the same value twice is one value."""
    load(build, rows_of(observation(2020, 0.2)))
    ((what, reason, kept, _),) = load(build, rows_of(observation(2020, 0.3), observation(2020, 0.4)), day=2)
    assert (what, kept) == ("indicator_observation KE ER_RSK_LST 2020", 1)
    assert reason == "There are several values of it: 0.3 and 0.4."
    assert values(build) == [(2020, 0.2)]
    assert load(build, rows_of(observation(2020, 0.5), observation(2020, 0.5)), day=3) == []
    assert values(build) == [(2020, 0.5)]


def test_many_rows_of_another_table_stop_the_unit() -> None:
    """A list of treaties of which every row breaks the contract is no list of treaties."""
    rows = [
        {"country_code": "KE", "treaty": f"t{number}", "status": "party", "as_of": "2020-01-01"} for number in range(9)
    ]
    with pytest.raises(SchemaDrift, match=r"unsdg world: treaty is 't0'.* \(9 of 9 rows\)"):
        rows_of(*rows, table="treaty_party")


def test_a_series_that_shrinks_is_a_gap(build: duckdb.DuckDBPyConnection) -> None:
    """Less than half of the rows in the years asked for; what was there stays, until a person accepts it."""
    whole = rows_of(*(observation(year, 0.5) for year in range(2000, 2020)))
    load(build, whole)
    short = rows_of(*(observation(year, 0.5) for year in range(2000, 2009)))
    ((what, reason, kept, _),) = load(build, short, day=2)
    assert (what, kept) == ("series ER_RSK_LST", 20)
    assert reason == "It has 9 rows where it had 20; if it is right, run again with --accept-change."
    assert values(build) == [(year, 0.5) for year in range(2000, 2020)]
    assert load(build, short, day=3, accept=True) == []
    assert values(build) == [(year, 0.5) for year in range(2000, 2009)]


def test_fewer_years_that_are_asked_for_are_no_gap(build: duckdb.DuckDBPyConnection) -> None:
    """Rows are compared within the years of the run."""
    load(build, rows_of(*(observation(year, 0.5) for year in range(2000, 2020))))
    narrow = Unit("unsdg", "world", Years(2018, 2020))
    batch = rows_of(observation(2018, 0.5), observation(2019, 0.5))
    assert load(build, batch, narrow, day=2) == []


def test_a_country_that_leaves_a_treaty_is_a_gap(build: duckdb.DuckDBPyConnection) -> None:
    """A list leaves an entry out more often than a country leaves the convention; to join is none."""

    def standings(**statuses: str) -> Batch:
        rows: Sequence[dict[str, Any]] = [
            {"country_code": country, "treaty": "nagoya", "status": status, "as_of": "2020-01-01"}
            for country, status in statuses.items()
        ]
        return Batch("treaty_party", pl.DataFrame(rows))

    load(build, standings(KE="party", UG="not_party"), TREATY)
    ((what, reason, kept, _),) = load(build, standings(KE="not_party", UG="party"), TREATY, day=2)
    assert (what, kept) == ("nagoya of KE", 1)
    assert "The country was party" in reason
    query = "SELECT country_code, status FROM landed.treaty_party ORDER BY ALL"
    assert build.execute(query).fetchall() == [("KE", "party"), ("UG", "party")]
    assert load(build, standings(KE="not_party", UG="party"), TREATY, day=3, accept=True) == []
    assert build.execute(query).fetchall() == [("KE", "not_party"), ("UG", "party")]


def test_rows_that_stay_win_over_new_ones_of_the_same_key(build: duckdb.DuckDBPyConnection) -> None:
    """What was lost may come again under another name, and no key is there twice."""
    load(build, rows_of(observation(2019, 0.1), observation(2020, 0.2)))
    batch = Batch("indicator_observation", pl.DataFrame([observation(2020, 0.9), observation(2018, 0.8)]), lost=(Lost("series ER_RSK_LST", "gone", {"series_code": "ER_RSK_LST"}),))  # fmt: skip
    load(build, batch, day=2)
    assert values(build) == [(2018, 0.8), (2019, 0.1), (2020, 0.2)]
