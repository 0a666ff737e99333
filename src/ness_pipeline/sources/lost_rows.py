"""Rows of a publisher that cannot be right: each costs itself, and what the warehouse has of it stays.

A row is lost that the contract of its table refuses (a value that is no number), that says what cannot be (a fraction of a
person), or that contradicts another one about the same. Where more than a few of a series are, its answers have changed, and
the whole series is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import polars as pl

from ness_pipeline.contract.batch import Batch, Lost
from ness_pipeline.contract.check import check, convert
from ness_pipeline.contract.dictionary import Table, tables
from ness_pipeline.contract.refused import REFUSED_COLUMNS, ROW_NUMBER, refused_rows, whole_rows_as_json
from ness_pipeline.errors import SchemaDrift
from ness_pipeline.landing.units import Unit
from ness_pipeline.names.metric_series import AREA, COUNT, PERSONS, SPECIES
from ness_pipeline.names.possible_values import CHECK, impossible, why_impossible

FEW = 3
TOLERATED = 0.05
"""Share of the rows of a series, or of any other table, that may be lost one by one; more than this and `FEW` is a change."""
OBSERVATION = "indicator_observation"
SERIES = "series_code"
COUNTS_AND_AREAS = (AREA, COUNT, PERSONS, SPECIES)
"""Units of which the metrics take every value; of all others they say `out_of_range` themselves, and keep what was published."""


def without_lost_rows(unit: Unit, batch: Batch) -> Batch:
    """A batch without the rows that cannot be right, which are noted as lost.

    Raises:
        SchemaDrift: they are many, of a table that has no series.
    """
    if batch.frame.is_empty() or batch.records is not None:
        return batch
    table = tables()[f"core.{batch.table}"]
    valid, refused = check(table, batch.frame, unit.source)
    if batch.table == OBSERVATION:
        refused = pl.concat([refused, _impossible(valid), _contradicting(valid)]).unique(ROW_NUMBER, keep="first")
    if refused.is_empty():
        return batch
    numbered = batch.frame.with_row_index(ROW_NUMBER).cast({ROW_NUMBER: pl.Int64})
    by_thing = numbered.partition_by(SERIES, as_dict=True) if batch.table == OBSERVATION else {(None,): numbered}
    lost, gone = list(batch.lost), []
    for (series,), rows in by_thing.items():
        wrong = refused.join(rows.select(ROW_NUMBER), on=ROW_NUMBER).sort(ROW_NUMBER)
        if wrong.height <= max(FEW, TOLERATED * rows.height):
            lost += _one_by_one(table, rows, wrong)
            continue
        why = f"{wrong['reason'][0]} ({wrong.height:,} of {rows.height:,} rows)"
        if series is None:
            raise SchemaDrift(f"{unit.name}: {why}")
        lost.append(Lost(f"series {series}", why, {SERIES: series}, is_change=True))
        gone.append(rows.get_column(ROW_NUMBER))
    of_gone = pl.concat(gone) if gone else pl.Series(dtype=pl.Int64)
    quarantined = refused.filter(~pl.col(ROW_NUMBER).is_in(of_gone.implode()))
    left = ~pl.col(ROW_NUMBER).is_in(pl.concat([of_gone, quarantined[ROW_NUMBER]]).implode())
    others = () if batch.refused is None else (batch.refused,)
    return replace(
        batch,
        frame=numbered.filter(left).drop(ROW_NUMBER),
        refused=pl.concat([*others, quarantined.select(*REFUSED_COLUMNS)]),
        lost=tuple(lost),
    )


def _impossible(valid: pl.DataFrame) -> pl.DataFrame:
    """Rows of counts and areas whose value cannot be."""
    column = impossible(valid, lambda series: series.unit in COUNTS_AND_AREAS)
    rows, columns = valid.filter(column.is_not_null()), column.drop_nulls()
    reasons = [
        why_impossible(row[SERIES], name, row[name])
        for row, name in zip(rows.iter_rows(named=True), columns, strict=True)
    ]
    return _refused(rows, "value", CHECK, reasons)


def _contradicting(valid: pl.DataFrame) -> pl.DataFrame:
    """Rows that say other values than another row of the same country, series, year and disaggregation."""
    key = ["country_code", SERIES, "year", "disaggregation"]
    value = pl.col("value").cast(pl.String).fill_null(pl.col("value_status"))
    repeated = valid.filter(pl.struct(key).is_duplicated())  # few or none, and the window over them is slow
    rows = repeated.filter(value.n_unique().over(key) > 1)
    said = rows.select(value.unique().sort().str.join(" and ").over(key)).to_series()
    reasons = [f"There are several values of it: {values}." for values in said]
    return _refused(rows, "value", "contradiction", reasons)


def _refused(rows: pl.DataFrame, column: str, name: str, reasons: list[str]) -> pl.DataFrame:
    """Numbered rows as refused ones."""
    whole = whole_rows_as_json(rows.drop(ROW_NUMBER))
    return refused_rows(rows[ROW_NUMBER], column=column, check=name, reason=reasons, rows=whole)


def _one_by_one(table: Table, rows: pl.DataFrame, wrong: pl.DataFrame) -> Iterator[Lost]:
    """Rows that are lost by themselves, each known by the grain of its table where it has all of it."""
    names = [name for name in table.grain if name != "source" and name in rows.columns]
    types = {column.name: column.dtype for column in table.columns}
    keys = rows.select(ROW_NUMBER, *(convert(pl.col(name), rows.schema[name], types[name]).alias(name) for name in names))  # fmt: skip
    for row in wrong.join(keys, on=ROW_NUMBER, how="left", maintain_order="left").iter_rows(named=True):
        where: Mapping[str, list[str | int]] = {name: [row[name]] for name in names if row[name] is not None}
        shown = " ".join(str(value) for (value,) in where.values() if value != "total")
        yield Lost(f"{table.short_name} {shown}".strip(), row["reason"], where if len(where) == len(names) else {}, is_change=True)  # fmt: skip
