"""From batches to landed tables: every row passes its contract, is quarantined or left out by a filter, and all add up."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

import duckdb
import polars as pl

from ness_pipeline.contract.batch import LEFT_OUT, REJECTED, Batch
from ness_pipeline.contract.check import ROW, check, failures
from ness_pipeline.contract.ddl import landed_twin
from ness_pipeline.contract.dictionary import Table, tables
from ness_pipeline.errors import ContractViolation, NessError
from ness_pipeline.landing.units import Unit
from ness_pipeline.landing.zone import Extraction
from ness_pipeline.sources import Context, sources
from ness_pipeline.sources.extract import understood
from ness_pipeline.sql import frame_of, quote

logger = logging.getLogger(__name__)
_SAME_TABLE = "source = ? AND unit = ? AND table_name = ?"


@dataclass(frozen=True)
class Loaded:
    """What became of one table of one unit; received = loaded + left out + quarantined.

    Attributes:
        table_name: such as `core.treaty_party`.
        received: rows (or records) received.
        loaded: rows (or records) that passed.
        left_out: records that a filter left out and of which only the number is kept.
        quarantined: rows (or records) kept aside.
        written: rows written to the table.
    """

    table_name: str
    received: int
    loaded: int
    left_out: int
    quarantined: int
    written: int


@dataclass
class _Stage:
    """Rows of one table on their way: what was received, staged, left out and refused so far."""

    table: Table
    received: int = 0
    loaded: int = 0
    left_out: list[pl.DataFrame] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"stage_{self.table.short_name}"

    @property
    def refused(self) -> str:
        return f"refused_{self.table.short_name}"


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
    nothing_refused = pl.DataFrame(schema=REJECTED)  # noqa: F841  (read by DuckDB)
    connection.execute("BEGIN TRANSACTION")
    try:
        for stage in stages.values():
            _, columns = landed_twin(stage.table)
            declared = ", ".join(f"{quote(c.name)} {c.sql_type}" for c in columns[:-1])
            connection.execute(f"CREATE OR REPLACE TEMP TABLE {stage.name} ({declared}, {ROW} BIGINT)")
            connection.execute(f"CREATE OR REPLACE TEMP TABLE {stage.refused} AS FROM nothing_refused")
        for batch in batches:
            _take(connection, stages[batch.table], batch, unit.source)
        results = [_put(connection, stage, unit, about) for stage in stages.values()]
        connection.execute("COMMIT")
    except BaseException as error:
        # A commit that failed, as on a full disk, has ended the transaction already.
        with contextlib.suppress(duckdb.Error):
            connection.execute("ROLLBACK")
        if isinstance(error, NessError):
            record_failure(connection, unit, promised, str(error), run_id=run_id, now=now)
        raise
    for one in results:
        logger.info("loaded", extra={"source": unit.source, "unit": unit.key, **asdict(one)})
    return results


def record_failure(
    connection: duckdb.DuckDBPyConnection,
    unit: Unit,
    promised: Iterable[str],
    error: str,
    *,
    run_id: str,
    now: dt.datetime,
) -> None:
    """Say in `ops.load` that a unit of work failed and why, once; the rows of its last good load stay."""
    known = "SELECT 1 FROM ops.load WHERE run_id = ? AND source = ? AND unit = ?"
    if connection.execute(known, [run_id, unit.source, unit.key]).fetchone():
        return
    about = {"run_id": run_id, "source": unit.source, "unit": unit.key, "release": None, "extracted_at": None, "loaded_at": now}  # fmt: skip
    for name in promised:
        failed = Loaded(f"core.{name}", 0, 0, 0, 0, 0)
        _record(connection, failed, {**about, "status": "failed", "error": error})


def _take(connection: duckdb.DuckDBPyConnection, stage: _Stage, batch: Batch, source: str) -> None:
    valid, refused = check(stage.table, batch.frame, source)
    if batch.records is not None and refused.height:
        reason = refused.row(0, named=True)["reason"]
        raise ContractViolation(f"A row that stands for several records breaks {stage.table.name}: {reason}")
    offset = stage.received
    staged = valid.with_columns(pl.col(ROW) + offset)  # noqa: F841  (read by DuckDB)
    connection.execute(f"INSERT INTO {stage.name} BY NAME SELECT * FROM staged")
    _set_aside(connection, stage, refused.with_columns(pl.col(ROW) + offset))
    stage.received += batch.frame.height if batch.records is None else batch.records
    stage.loaded += valid.height if batch.records is None else batch.records
    if batch.rejected is not None:
        _set_aside(connection, stage, batch.rejected)
        stage.received += batch.rejected.height
    if batch.left_out is not None:
        stage.left_out.append(batch.left_out.select(pl.col(name).cast(dtype) for name, dtype in LEFT_OUT.items()))
        stage.received += int(batch.left_out["records"].sum())


def _set_aside(connection: duckdb.DuckDBPyConnection, stage: _Stage, refused: pl.DataFrame) -> None:
    """Keep refused rows with the database, which goes to disk where they are many."""
    if refused.height:
        rows = refused.select(pl.col(name).cast(dtype) for name, dtype in REJECTED.items())  # noqa: F841
        connection.execute(f"INSERT INTO {stage.refused} BY NAME FROM rows")


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
        doubles = failures(twice.get_column(ROW), None, "unique", [reason] * twice.height)
        _set_aside(connection, stage, doubles.with_columns(row=rows))
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
    of_unit = (str(about["run_id"]), unit.source, unit.key, table.name)
    left_out = _left_out(connection, stage, of_unit)
    quarantined = _quarantine(connection, stage, of_unit)
    result = Loaded(table.name, stage.received, stage.loaded, left_out, quarantined, int(written[0]) if written else 0)
    if result.received != (known := result.loaded + result.left_out + result.quarantined):
        message = f"{table.name} of {unit.source} {unit.key} received {result.received} rows but accounts for {known}; report this as a defect."
        raise ContractViolation(message)
    _record(connection, result, {**about, "status": "loaded", "error": None})
    return result


def _quarantine(connection: duckdb.DuckDBPyConnection, stage: _Stage, of_unit: tuple[str, str, str, str]) -> int:
    connection.execute(f"DELETE FROM ops.quarantine WHERE {_SAME_TABLE}", of_unit[1:])
    named = f"SELECT ? AS run_id, ? AS source, ? AS unit, ? AS table_name, * FROM {stage.refused} ORDER BY row_number"
    kept = connection.execute(f"INSERT INTO ops.quarantine BY NAME {named}", of_unit).fetchone()
    connection.execute(f"DROP TABLE {stage.refused}")
    return int(kept[0]) if kept else 0


def _left_out(connection: duckdb.DuckDBPyConnection, stage: _Stage, of_unit: tuple[str, str, str, str]) -> int:
    connection.execute(f"DELETE FROM ops.left_out WHERE {_SAME_TABLE}", of_unit[1:])
    filters = pl.concat([pl.DataFrame(schema=LEFT_OUT), *stage.left_out])
    named = "SELECT ? AS run_id, ? AS source, ? AS unit, ? AS table_name, * FROM filters ORDER BY column_name"
    connection.execute(f"INSERT INTO ops.left_out BY NAME {named}", of_unit)
    return int(filters["records"].sum())


def _record(connection: duckdb.DuckDBPyConnection, result: Loaded, about: Mapping[str, object]) -> None:
    row = {**about} | {name: getattr(result, name) for name in Loaded.__dataclass_fields__}
    columns = tables()["ops.load"].columns
    marks = ", ".join("?" for _ in columns)
    names = ", ".join(column.name for column in columns)
    connection.execute(f"INSERT INTO ops.load ({names}) VALUES ({marks})", [row[column.name] for column in columns])


def load_extraction(
    connection: duckdb.DuckDBPyConnection,
    extraction: Extraction,
    context: Context,
    *,
    run_id: str,
    now: dt.datetime,
) -> list[Loaded]:
    """Load one unit of work from its landed payloads, with its provenance and what to cite for it.

    Args:
        connection: the build database.
        extraction: a complete extraction.
        context: what the source may use besides.
        run_id: the run, for `ops`.
        now: the time, UTC.

    Raises:
        NessError: the unit failed; its earlier rows stay and `ops.load` says why.
    """
    unit = extraction.unit
    source = sources()[unit.source]
    results = load_unit(
        connection,
        unit,
        understood(unit, source.read(unit, extraction.replay(), context)),
        source.tables,
        run_id=run_id,
        release=extraction.release,
        extracted_at=extraction.completed_at,
        now=now,
    )
    is_synthetic = bool(extraction.about.get("is_synthetic"))
    provenance = [
        {
            "source": unit.source,
            "unit": unit.key,
            "request": record["url"],
            "status": record["status"],
            "fetched_at": dt.datetime.fromisoformat(record["fetched_at"]),
            "etag": record["etag"],
            "sha256": record["sha256"],
            "payload_bytes": record["bytes"],
            "is_synthetic": is_synthetic,
        }
        for record in extraction.records()
    ]
    accessed_on = (extraction.completed_at or now).date()
    citation = source.citation.replace("{release}", extraction.release or "unknown")
    citation = f"SYNTHETIC stand-in for: {citation}" if is_synthetic else citation
    cited = {"source": unit.source, "unit": unit.key, "citation": citation, "doi": None, "licence": source.licence, "accessed_on": accessed_on, "is_redistributable": source.is_redistributable}  # fmt: skip
    replace_ops(connection, "provenance", unit, provenance)
    replace_ops(connection, "citation", unit, [cited])
    return results


def replace_ops(
    connection: duckdb.DuckDBPyConnection, name: str, unit: Unit, rows: Sequence[Mapping[str, object]]
) -> None:
    """Replace what an ops table says of one unit of work."""
    columns = tables()[f"ops.{name}"].columns
    frame = pl.DataFrame(rows, schema={column.name: column.dtype for column in columns}, orient="row")  # noqa: F841
    connection.execute(f"DELETE FROM ops.{name} WHERE source = ? AND unit = ?", [unit.source, unit.key])
    connection.execute(f"INSERT INTO ops.{name} BY NAME SELECT * FROM frame")
