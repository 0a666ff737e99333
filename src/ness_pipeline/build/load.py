"""Load a unit of work into the landed tables: each row is loaded, refused by its contract or filtered out, and all are counted."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

import duckdb
import polars as pl

from ness_pipeline.build.gaps import expect_rows, gaps_of, rows_of, shrunk
from ness_pipeline.build.own_rows import DATED_BY, contradictions
from ness_pipeline.contract.batch import Batch, Lost
from ness_pipeline.contract.check import check
from ness_pipeline.contract.ddl import landed_table
from ness_pipeline.contract.dictionary import Table, tables
from ness_pipeline.contract.refused import (
    ROW_NUMBER,
    as_refused_rows,
    filtered_out,
    no_refused_rows,
    refused_rows,
    whole_rows_as_json,
)
from ness_pipeline.errors import ContractViolation, NessError
from ness_pipeline.landing.extraction import Extraction
from ness_pipeline.landing.units import Unit
from ness_pipeline.sources import Context, sources
from ness_pipeline.sources.extract import understood
from ness_pipeline.sources.sample import citations_of
from ness_pipeline.sql import frame_of, quote

logger = logging.getLogger(__name__)
_SAME_TABLE = "source = ? AND unit = ? AND table_name = ?"


@dataclass(frozen=True)
class Loaded:
    """Numbers of one table of one unit after loading; received = loaded + left out + quarantined.

    Attributes:
        table_name: such as `core.treaty_party`.
        received: rows (or records) received.
        loaded: rows (or records) that passed.
        left_out: records that a filter left out and of which only the number is kept.
        quarantined: refused rows (or records), kept in `ops.quarantine`.
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
    """Rows of one table that wait in temporary tables until the whole unit is read.

    Attributes:
        table: the table.
        received: rows (or records) received so far.
        loaded: rows (or records) that passed so far.
        left_out: filtered-out records so far.
        lost: things that the publisher did not give so far.
    """

    table: Table
    received: int = 0
    loaded: int = 0
    left_out: list[pl.DataFrame] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Temporary table of the rows that passed."""
        return f"stage_{self.table.short_name}"

    @property
    def refused(self) -> str:
        """Temporary table of the refused rows."""
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
    finish: Callable[[list[Loaded]], None] | None = None,
    may_be_empty: bool = False,
) -> list[Loaded]:
    """Replace the rows of one unit of work in the landed tables, all of them or none; rows of what was lost stay.

    Args:
        connection: the build database.
        unit: the unit of work.
        batches: its rows.
        promised: tables that the unit fills; where a table gets no row, the unit's earlier rows are removed.
        run_id: the run, for `ops.load`.
        release: the publisher's release, for `ops.load`.
        extracted_at: when the payloads were fetched.
        now: the time, UTC.
        finish: what else belongs to the transaction; when it fails nothing is loaded. Given for own files alone.
        may_be_empty: whether a unit of a publisher may have no row where it had some.

    Returns:
        The numbers of each table.

    Raises:
        NessError: the unit failed; its earlier rows stay and `ops.load` has the reason.
    """
    stages = {name: _Stage(tables()[f"core.{name}"]) for name in promised}
    about = {
        "run_id": run_id,
        "source": unit.source,
        "unit": unit.key,
        "release": release,
        "extracted_at": extracted_at,
        "loaded_at": now,
    }
    is_of_publisher = finish is None
    connection.execute("BEGIN TRANSACTION")
    try:
        for stage in stages.values():
            _create_stage(connection, stage)
        for batch in batches:
            _stage_batch(connection, stages[batch.table], batch, unit.source)
        if is_of_publisher and not may_be_empty:
            received = sum(stage.received for stage in stages.values())
            expect_rows(connection, [stage.table for stage in stages.values()], unit, received)
            if extracted_at is not None:  # what comes with the package may change with it
                for stage in stages.values():
                    known = [dict(one.where) for one in stage.lost]
                    found = shrunk(connection, stage.table, stage.name, unit, stage.lost)
                    stage.lost += [one for one in found if dict(one.where) not in known]
        gaps = [gap for stage in stages.values() for gap in gaps_of(connection, stage.table, stage.lost, unit, now)]
        results = [_write_staged(connection, stage, unit, about) for stage in stages.values()]
        if finish is None:
            replace_ops(connection, "gap", unit, gaps)
        else:
            finish(results)
        connection.execute("COMMIT")
    except BaseException as error:
        # A commit that failed, as on a full disk, has ended the transaction already.
        with contextlib.suppress(duckdb.Error):
            connection.execute("ROLLBACK")
        # Whoever loads own files hears of it at once, and nothing of an earlier load is stale.
        if isinstance(error, NessError) and is_of_publisher:
            record_failure(connection, unit, promised, str(error), run_id=run_id, now=now)
        raise
    for result in results:
        logger.info("loaded", extra={"source": unit.source, "unit": unit.key, **asdict(result)})
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
    """Record in `ops.load`, once for a run, that a unit of work failed and why; the rows of its last good load stay."""
    recorded = "SELECT 1 FROM ops.load WHERE run_id = ? AND source = ? AND unit = ? AND status = 'failed'"
    if connection.execute(recorded, [run_id, unit.source, unit.key]).fetchone():
        return
    about = {
        "run_id": run_id,
        "source": unit.source,
        "unit": unit.key,
        "release": None,
        "extracted_at": None,
        "loaded_at": now,
        "status": "failed",
        "error": error,
    }
    for name in promised:
        _record(connection, Loaded(f"core.{name}", 0, 0, 0, 0, 0), about)


def _create_stage(connection: duckdb.DuckDBPyConnection, stage: _Stage) -> None:
    """Create the two temporary tables of a stage, empty."""
    declared = ", ".join(f"{quote(column.name)} {column.sql_type}" for column in stage.table.columns)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {stage.name} ({declared}, {ROW_NUMBER} BIGINT)")
    no_rows = no_refused_rows()  # noqa: F841  (read by DuckDB)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {stage.refused} AS FROM no_rows")


def _stage_batch(connection: duckdb.DuckDBPyConnection, stage: _Stage, batch: Batch, source: str) -> None:
    """Check the rows of a batch and add them to the temporary tables.

    Raises:
        ContractViolation: a row that stands for several records breaks the contract.
    """
    valid, refused = check(stage.table, batch.frame, source)
    if batch.records is not None and refused.height:
        reason = refused.row(0, named=True)["reason"]
        raise ContractViolation(f"A row that stands for several records breaks {stage.table.name}: {reason}")
    numbers = (
        batch.positions
        if batch.positions is not None
        else pl.int_range(batch.frame.height, eager=True) + stage.received
    )
    staged = _numbered(valid, numbers)  # noqa: F841  (read by DuckDB)
    connection.execute(f"INSERT INTO {stage.name} BY NAME SELECT * FROM staged")
    _keep_refused(connection, stage, _numbered(refused, numbers))
    stage.lost += batch.lost
    stage.received += batch.received
    stage.loaded += valid.height if batch.records is None else batch.records
    if batch.refused is not None:
        _keep_refused(connection, stage, as_refused_rows(batch.refused))
    if batch.left_out is not None:
        stage.left_out.append(batch.left_out)


def _numbered(rows: pl.DataFrame, numbers: pl.Series) -> pl.DataFrame:
    """Rows with their position in the file instead of that in the batch."""
    return rows.with_columns(numbers.gather(rows.get_column(ROW_NUMBER)).alias(ROW_NUMBER))


def _keep_refused(connection: duckdb.DuckDBPyConnection, stage: _Stage, refused: pl.DataFrame) -> None:
    """Keep refused rows in the database, which writes to disk where they are many."""
    if refused.height:
        connection.execute(f"INSERT INTO {stage.refused} BY NAME FROM refused")


def _write_staged(
    connection: duckdb.DuckDBPyConnection, stage: _Stage, unit: Unit, about: Mapping[str, object]
) -> Loaded:
    """Replace the unit's rows in the landed table, quarantine and `ops.left_out` by the staged ones, and record the load.

    Raises:
        ContractViolation: the numbers of rows do not add up, which is a defect.
    """
    table = stage.table
    _refuse_repeated(connection, stage, is_own=unit.source.startswith("file:"))
    landed, _ = landed_table(table)
    names = ", ".join(quote(column.name) for column in table.columns)
    grain = ", ".join(quote(name) for name in table.grain)
    stays, values = rows_of(stage.lost)
    delete = f"DELETE FROM {quote(landed)} WHERE source = ? AND unit_key = ? AND NOT ({stays})"
    connection.execute(delete, [unit.source, unit.key, *values])
    # What is there still is of lost things, and knows more of them than the new rows.
    there = f"SELECT {grain} FROM {quote(landed)} WHERE source = ? AND unit_key = ?"
    written = connection.execute(
        f"INSERT INTO {quote(landed)} BY NAME SELECT {names}, ? AS unit_key "
        f"FROM {stage.name} ANTI JOIN ({there}) AS kept USING ({grain}) ORDER BY {grain}",
        [unit.key, unit.source, unit.key],
    ).fetchone()
    connection.execute(f"DROP TABLE {stage.name}")
    of_unit = (str(about["run_id"]), unit.source, unit.key, table.name)
    left_out = _write_left_out(connection, stage, of_unit)
    quarantined = _write_quarantine(connection, stage, of_unit)
    result = Loaded(table.name, stage.received, stage.loaded, left_out, quarantined, int(written[0]) if written else 0)
    accounted_for = result.loaded + result.left_out + result.quarantined
    if result.received != accounted_for:
        message = f"{table.name} of {unit.name} received {result.received} rows but accounts for {accounted_for}; report this as a defect."
        raise ContractViolation(message)
    _record(connection, result, {**about, "status": "loaded", "error": None})
    return result


def _refuse_repeated(connection: duckdb.DuckDBPyConnection, stage: _Stage, *, is_own: bool) -> None:
    """Refuse staged rows whose grain another row has: all but the first, in own files all but the latest by the row's own day.

    Two own files that contradict each other count neither, so rows of one day in a file do not either.
    """
    table = stage.table
    grain = ", ".join(quote(name) for name in table.grain)
    dated = DATED_BY.get(table.short_name) if is_own else None
    day = f", {quote(dated)}" if dated else ""
    latest_first = f"release_order(CAST({quote(dated)} AS VARCHAR)) DESC NULLS LAST, " if dated else ""
    differs = contradictions(table) if is_own else "FALSE"
    repeated = frame_of(
        connection,
        f"SELECT *, {differs} AS differs FROM {stage.name} WINDOW same_key AS (PARTITION BY {grain}{day}) "
        f"QUALIFY differs OR row_number() OVER (PARTITION BY {grain} ORDER BY {latest_first}{ROW_NUMBER}) > 1 ORDER BY {ROW_NUMBER}",
    )
    if not repeated.height:
        return
    key = ", ".join(name for name in table.grain if name != "source" or not is_own)
    reasons = [
        f"Another row has the same {key} and says something else; keep the one that is right."
        if is_contradiction
        else f"{'Another' if is_own else 'An earlier'} row has the same {key}."
        for is_contradiction in repeated["differs"]
    ]
    rows = whole_rows_as_json(repeated.drop(ROW_NUMBER, "differs"))
    numbers = repeated.get_column(ROW_NUMBER)
    _keep_refused(connection, stage, refused_rows(numbers, column=None, check="unique", reason=reasons, rows=rows))
    connection.execute(f"DELETE FROM {stage.name} WHERE {ROW_NUMBER} IN (SELECT {ROW_NUMBER} FROM repeated)")
    stage.loaded -= repeated.height


def _write_quarantine(connection: duckdb.DuckDBPyConnection, stage: _Stage, of_unit: tuple[str, str, str, str]) -> int:
    """Replace the unit's rows in `ops.quarantine`; returns how many there are."""
    connection.execute(f"DELETE FROM ops.quarantine WHERE {_SAME_TABLE}", of_unit[1:])
    rows = f"SELECT ? AS run_id, ? AS source, ? AS unit, ? AS table_name, * FROM {stage.refused} ORDER BY {ROW_NUMBER}"
    written = connection.execute(f"INSERT INTO ops.quarantine BY NAME {rows}", of_unit).fetchone()
    connection.execute(f"DROP TABLE {stage.refused}")
    return int(written[0]) if written else 0


def _write_left_out(connection: duckdb.DuckDBPyConnection, stage: _Stage, of_unit: tuple[str, str, str, str]) -> int:
    """Replace the unit's rows in `ops.left_out`; returns how many records they stand for."""
    connection.execute(f"DELETE FROM ops.left_out WHERE {_SAME_TABLE}", of_unit[1:])
    filters = pl.concat([filtered_out([], [], []), *stage.left_out])
    rows = "SELECT ? AS run_id, ? AS source, ? AS unit, ? AS table_name, * FROM filters ORDER BY column_name"
    connection.execute(f"INSERT INTO ops.left_out BY NAME {rows}", of_unit)
    return int(filters["records"].sum())


def _record(connection: duckdb.DuckDBPyConnection, result: Loaded, about: Mapping[str, object]) -> None:
    """Add what became of one table of a unit to `ops.load`."""
    row = {**about, **asdict(result)}
    names = [column.name for column in tables()["ops.load"].columns]
    marks = ", ".join("?" for _ in names)
    connection.execute(f"INSERT INTO ops.load ({', '.join(names)}) VALUES ({marks})", [row[name] for name in names])


def load_extraction(
    connection: duckdb.DuckDBPyConnection,
    extraction: Extraction,
    context: Context,
    *,
    run_id: str,
    now: dt.datetime,
    may_be_empty: bool = False,
) -> list[Loaded]:
    """Load one unit of work from its landed payloads, with its provenance and what to cite for it.

    Args:
        connection: the build database.
        extraction: a complete extraction.
        context: what the source may use besides.
        run_id: the run, for `ops`.
        now: the time, UTC.
        may_be_empty: whether it may have no row where it had some.

    Raises:
        NessError: the unit failed; its earlier rows stay and `ops.load` has the reason.
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
        may_be_empty=may_be_empty,
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
    cited = [
        {
            "source": unit.source,
            "unit": unit.key,
            "citation": ("SYNTHETIC stand-in for: " if is_synthetic else "")
            + citation.replace("{release}", extraction.release or "unknown"),
            "doi": None,
            "licence": licence,
            "accessed_on": accessed_on,
            "is_redistributable": source.is_redistributable,
        }
        for citation, licence in source.citations
    ]
    replace_ops(connection, "provenance", unit, provenance)
    replace_ops(connection, "citation", unit, cited)
    return results


def remove_replaced_sample(connection: duckdb.DuckDBPyConnection) -> int:
    """Remove the sample's rows of each series that a publisher's own release has brought; returns how many series.

    A series is replaced whole, for all countries, so that no series is of two vintages. Whoever has no series left in the
    sample need not be named for it any more.
    """
    replaced = (
        "SELECT DISTINCT series_code FROM landed.indicator_observation WHERE source = 'sample' AND series_code IN "
        "(SELECT series_code FROM landed.indicator_observation WHERE source_precedence(source) = 1)"
    )
    ((series,),) = connection.execute(f"SELECT count(*) FROM ({replaced})").fetchall()
    if series:
        connection.execute(
            f"DELETE FROM landed.indicator_observation WHERE source = 'sample' AND series_code IN ({replaced})"
        )
    rows = connection.execute(
        "SELECT DISTINCT series_code FROM landed.indicator_observation WHERE source = 'sample'"
    ).fetchall()
    cited = citations_of({code for (code,) in rows})
    connection.execute(
        "DELETE FROM ops.citation WHERE source = 'sample' AND citation NOT IN (SELECT unnest($1))", [cited]
    )
    return int(series)


def replace_ops(
    connection: duckdb.DuckDBPyConnection, name: str, unit: Unit, rows: Sequence[Mapping[str, object]]
) -> None:
    """Replace the rows of one unit of work in a table of the layer `ops`."""
    columns = tables()[f"ops.{name}"].columns
    frame = pl.DataFrame(rows, schema={column.name: column.dtype for column in columns}, orient="row")  # noqa: F841
    connection.execute(f"DELETE FROM ops.{name} WHERE source = ? AND unit = ?", [unit.source, unit.key])
    connection.execute(f"INSERT INTO ops.{name} BY NAME SELECT * FROM frame")
