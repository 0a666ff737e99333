"""From batches to landed tables: every row passes its contract or is quarantined, and the two add up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import duckdb
import pandera.errors
import polars as pl

from ness_pipeline.database import frame_of, landed_twin, quote
from ness_pipeline.dictionary import Column, Table, tables
from ness_pipeline.errors import ContractViolation, NessError, SchemaDrift
from ness_pipeline.sources import REJECTED, Batch, Unit

ROW = "row_number"


@dataclass(frozen=True)
class Loaded:
    """What became of one table of one unit; received = loaded + quarantined.

    Attributes:
        table_name: such as `core.treaty_party`.
        received: rows (or records) received.
        loaded: rows (or records) that passed.
        quarantined: rows (or records) kept aside.
        written: rows written to the table.
    """

    table_name: str
    received: int
    loaded: int
    quarantined: int
    written: int


@dataclass
class _Stage:
    """Rows of one table on their way: what was received, refused and staged so far."""

    table: Table
    received: int = 0
    loaded: int = 0
    refused: list[pl.DataFrame] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"stage_{self.table.short_name}"


def check(table: Table, frame: pl.DataFrame, source: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part the rows of a batch into those that meet the contract and those that do not.

    Args:
        table: the table with its contract.
        frame: rows with the contract's column names; nullable columns and `source` may be missing.
        source: filled in where the frame has no `source`.

    Returns:
        The valid rows in the contract's columns and types with their position (`row_number`), and the refused ones in
        the columns of `REJECTED`.

    Raises:
        SchemaDrift: a column is missing or unknown.
    """
    columns = {column.name: column for column in table.columns}
    if unknown := [name for name in frame.columns if name not in columns]:
        raise SchemaDrift(f"{table.name} has no column {unknown[0]!r}; remove or rename it.")
    required = [c.name for c in table.columns if not c.nullable and c.name != "source"]
    if missing := [name for name in required if name not in frame.columns]:
        raise SchemaDrift(f"{table.name} needs the column {missing[0]!r}, which is missing; add it.")

    converted = frame.select(
        pl.lit(source).alias("source") if name == "source" and name not in frame.columns
        else pl.lit(None, dtype=column.dtype).alias(name) if name not in frame.columns
        else convert(pl.col(name), frame.schema[name], column.dtype).alias(name)
        for name, column in columns.items()
    )  # fmt: skip
    failures = [_failed_conversions(frame, converted, columns.values()), _failed_checks(table, converted)]
    first = pl.concat(failures).unique(subset=ROW, keep="first", maintain_order=True)
    rows = frame.select(row=pl.struct(pl.all()).struct.json_encode()).with_row_index(ROW).cast({ROW: pl.Int64})
    refused = first.join(rows, on=ROW, how="left").select(REJECTED).sort(ROW)
    numbered = converted.with_row_index(ROW).cast({ROW: pl.Int64})
    return numbered.join(refused.select(ROW), on=ROW, how="anti"), refused


def convert(value: pl.Expr, given: pl.DataType, wanted: pl.DataType) -> pl.Expr:
    """A column in the contract's type; values that do not convert without loss become NULL."""
    if given == wanted:
        return value
    if given == pl.String() and wanted == pl.Boolean():
        word = value.str.strip_chars().str.to_lowercase()
        return pl.when(word.is_in(["true", "1"])).then(True).when(word.is_in(["false", "0"])).then(False)  # noqa: FBT003
    if given == pl.String() and wanted != pl.String():
        return value.str.strip_chars().cast(wanted, strict=False)
    if given.is_float() and wanted.is_integer():
        return pl.when(value == value.floor()).then(value).cast(wanted, strict=False)
    return value.cast(wanted, strict=False)


def _failed_conversions(given: pl.DataFrame, converted: pl.DataFrame, columns: Iterable[Column]) -> pl.DataFrame:
    found = [_failures()]
    for column in columns:
        if column.name in given.columns:
            lost = given.get_column(column.name).is_not_null() & converted.get_column(column.name).is_null()
            if lost.any():
                kind = column.sql_type.lower()
                values = given.get_column(column.name).filter(lost).cast(pl.String)
                reason = [f"{column.name} is {value!r}, which is no {kind}." for value in values]
                found.append(_failures(lost.arg_true(), column.name, "type", reason))
    return pl.concat(found)


def _failed_checks(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    schema = table.contract.to_schema()
    schema.unique = None  # the grain is checked over all batches of a unit, in the database
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = pl.DataFrame(error.failure_cases)
        if cases.get_column("index").is_null().any():
            first = cases.row(0, named=True)
            raise ContractViolation(f"{table.name}.{first['column']} breaks {first['check']} as a whole.") from error
        reason = [
            f"{column} is {value!r}, which breaks {check_name}."
            for column, value, check_name in cases.select("column", "failure_case", "check").iter_rows()
        ]
        return _failures(cases.get_column("index"), cases.get_column("column"), cases.get_column("check"), reason)
    return _failures()


def _failures(
    rows: pl.Series | None = None,
    column: str | pl.Series | None = None,
    check_name: str | pl.Series | None = None,
    reason: list[str] | None = None,
) -> pl.DataFrame:
    schema = {name: dtype for name, dtype in REJECTED.items() if name != "row"}
    if rows is None:
        return pl.DataFrame(schema=schema)
    frame = pl.DataFrame({ROW: rows, "reason": reason})
    return frame.with_columns(
        column_name=pl.lit(column) if isinstance(column, str) else column,
        check_name=pl.lit(check_name) if isinstance(check_name, str) else check_name,
    ).select(pl.col(name).cast(dtype) for name, dtype in schema.items())


def load_unit(
    connection: duckdb.DuckDBPyConnection,
    unit: Unit,
    batches: Iterable[Batch],
    promised: Iterable[str],
    *,
    run_id: str,
    release: str | None,
    extracted_at: dt.datetime | None,
    now: dt.datetime,
) -> list[Loaded]:
    """Replace what one unit of work has in the landed tables, all of it or nothing.

    Args:
        connection: the build database.
        unit: the unit of work.
        batches: its rows.
        promised: tables that the unit fills; one that gets no row is emptied of the unit's earlier rows.
        run_id: the run, for `ops.load`.
        release: the publisher's release, for `ops.load`.
        extracted_at: when the payloads were fetched.
        now: the time, UTC.

    Returns:
        What became of each table.

    Raises:
        NessError: the unit failed; its earlier rows stay and `ops.load` says why.
    """
    stages = {name: _Stage(tables()[f"core.{name}"]) for name in promised}
    about = {"run_id": run_id, "source": unit.source, "unit": unit.key, "release": release, "extracted_at": extracted_at, "loaded_at": now}  # fmt: skip
    connection.execute("BEGIN TRANSACTION")
    try:
        for stage in stages.values():
            _, columns = landed_twin(stage.table)
            declared = ", ".join(f"{quote(c.name)} {c.sql_type}" for c in columns[:-1])
            connection.execute(f"CREATE OR REPLACE TEMP TABLE {stage.name} ({declared}, {ROW} BIGINT)")
        for batch in batches:
            _take(connection, stages[batch.table], batch, unit.source)
        results = [_put(connection, stage, unit, about) for stage in stages.values()]
        connection.execute("COMMIT")
    except BaseException as error:
        connection.execute("ROLLBACK")
        if isinstance(error, NessError):
            for stage in stages.values():
                failed = Loaded(stage.table.name, 0, 0, 0, 0)
                _record(connection, failed, {**about, "status": "failed", "error": str(error)})
        raise
    return results


def _take(connection: duckdb.DuckDBPyConnection, stage: _Stage, batch: Batch, source: str) -> None:
    valid, refused = check(stage.table, batch.frame, source)
    if batch.records is not None and refused.height:
        reason = refused.row(0, named=True)["reason"]
        raise ContractViolation(f"A row that stands for several records breaks {stage.table.name}: {reason}")
    offset = stage.received
    staged = valid.with_columns(pl.col(ROW) + offset)  # noqa: F841  (read by DuckDB)
    connection.execute(f"INSERT INTO {stage.name} BY NAME SELECT * FROM staged")
    stage.refused.append(refused.with_columns(pl.col(ROW) + offset))
    stage.received += batch.frame.height if batch.records is None else batch.records
    stage.loaded += valid.height if batch.records is None else batch.records
    if batch.rejected is not None:
        stage.refused.append(batch.rejected.select(pl.col(name).cast(dtype) for name, dtype in REJECTED.items()))
        stage.received += batch.rejected.height


def _put(connection: duckdb.DuckDBPyConnection, stage: _Stage, unit: Unit, about: Mapping[str, object]) -> Loaded:
    table = stage.table
    grain = ", ".join(quote(name) for name in table.grain)
    twice = frame_of(
        connection,
        f"SELECT * FROM {stage.name} QUALIFY row_number() OVER (PARTITION BY {grain} ORDER BY {ROW}) > 1 ORDER BY {ROW}",
    )
    if twice.height:
        reason = f"An earlier row has the same {', '.join(table.grain)}."
        rows = twice.drop(ROW).select(row=pl.struct(pl.all()).struct.json_encode()).to_series()
        doubles = _failures(twice.get_column(ROW), None, "unique", [reason] * twice.height)
        stage.refused.append(doubles.with_columns(row=rows).select(REJECTED))
        stage.loaded -= twice.height
        connection.execute(f"DELETE FROM {stage.name} WHERE {ROW} IN (SELECT {ROW} FROM twice)")
    landed, columns = landed_twin(table)
    names = ", ".join(quote(column.name) for column in columns[:-1])
    connection.execute(f"DELETE FROM {quote(landed)} WHERE source = ? AND unit_key = ?", [unit.source, unit.key])
    written = connection.execute(
        f"INSERT INTO {quote(landed)} BY NAME SELECT {names}, ? AS unit_key FROM {stage.name} ORDER BY {grain}",
        [unit.key],
    ).fetchone()
    connection.execute(f"DROP TABLE {stage.name}")
    quarantined = _quarantine(connection, stage, unit, str(about["run_id"]))
    result = Loaded(table.name, stage.received, stage.loaded, quarantined, int(written[0]) if written else 0)
    if result.received != result.loaded + result.quarantined:
        message = f"{table.name} of {unit.source} {unit.key} received {result.received} rows but accounts for {result.loaded + result.quarantined}; report this as a defect."
        raise ContractViolation(message)
    _record(connection, result, {**about, "status": "loaded", "error": None})
    return result


def _quarantine(connection: duckdb.DuckDBPyConnection, stage: _Stage, unit: Unit, run_id: str) -> int:
    where = "source = ? AND unit = ? AND table_name = ?"
    key = [unit.source, unit.key, stage.table.name]
    connection.execute(f"DELETE FROM ops.quarantine WHERE {where}", key)
    refused = pl.concat(stage.refused) if stage.refused else pl.DataFrame(schema=REJECTED)
    if refused.height:
        rows = refused.with_columns(run_id=pl.lit(run_id), source=pl.lit(key[0]), unit=pl.lit(key[1]), table_name=pl.lit(key[2]))  # noqa: F841  # fmt: skip
        connection.execute("INSERT INTO ops.quarantine BY NAME SELECT * FROM rows ORDER BY row_number")
    return refused.height


def _record(connection: duckdb.DuckDBPyConnection, result: Loaded, about: Mapping[str, object]) -> None:
    row = {**about} | {name: getattr(result, name) for name in Loaded.__dataclass_fields__}
    columns = tables()["ops.load"].columns
    marks = ", ".join("?" for _ in columns)
    names = ", ".join(column.name for column in columns)
    connection.execute(f"INSERT INTO ops.load ({names}) VALUES ({marks})", [row[column.name] for column in columns])
