"""Write, audit, publish: readers see the last good publication until the next one is whole."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import duckdb
import polars as pl

from ness_pipeline import __version__, schemas
from ness_pipeline.build.database import BUILD, STORAGE_VERSION, create_macros
from ness_pipeline.build.views import create_views
from ness_pipeline.contract.ddl import comments, ddl
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.errors import AuditFailed
from ness_pipeline.paths import Paths
from ness_pipeline.publish.audit import (
    LAST,
    audit,
    changes,
    excess,
    last_publication,
    lost_countries,
    lost_own_rows,
)
from ness_pipeline.publish.content_hash import check_copy, content_hash
from ness_pipeline.publish.explained import changed_on_purpose, given_again, new_methods
from ness_pipeline.publish.history import KEEP_PUBLICATIONS, next_file, put_before_readers, the_last_first
from ness_pipeline.sql import literal, quote

logger = logging.getLogger(__name__)

PUBLISHED_LAYERS = ("core", "metrics", "ops")


def publish(
    connection: duckdb.DuckDBPyConnection,
    paths: Paths,
    run_id: str,
    *,
    is_synthetic: bool,
    now: dt.datetime,
    accept_change: bool = False,
    keep: int = KEEP_PUBLICATIONS,
) -> str:
    """Put the warehouse before the readers in one rename.

    Args:
        connection: the build database.
        paths: where everything lies.
        run_id: the run that publishes.
        is_synthetic: whether its data are synthetic.
        now: the time, UTC.
        accept_change: publish also what changes more than the contracts' limits allow.
        keep: how many earlier publications stay.

    Returns:
        The content hash of the publication.

    Raises:
        AuditFailed: a check failed; the last publication stays.
        WrongUsage: the file cannot be written; the last publication stays.
    """
    connection.execute("BEGIN TRANSACTION")
    create_views(connection)
    connection.execute("COMMIT")
    audit(connection)
    name = f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
    with last_publication(connection, the_last_first(paths)) as is_there:
        changed = _compared(connection, name, accept_change=accept_change) if is_there else []
    (values,) = connection.execute("SELECT count(*) FROM metrics.metric_value").fetchone() or (0,)
    (countries,) = connection.execute("SELECT count(DISTINCT country_code) FROM metrics.metric_value").fetchone() or (
        0,
    )
    digest = content_hash(connection)
    entry = {
        "publication_id": name,
        "published_at": now,
        "run_id": run_id,
        "content_hash": digest,
        "countries": countries,
        "metric_values": values,
        "version": __version__,
        "contracts_version": schemas.VERSION,
        "is_synthetic": is_synthetic,
        "sample_as_of": _sample_as_of(connection),
    }
    connection.execute("CHECKPOINT")
    with next_file(paths) as partial:
        snapshot(connection, partial, {"publication": [entry], "change": changed})
        check_copy(partial, digest)
        put_before_readers(paths, partial, name, keep)
    # Only now, so that the build never tells of a publication that nobody saw; `_compared` catches up after a kill.
    _record(connection, {"publication": [entry], "change": changed})
    logger.info("published", extra={"publication": name, "content_hash": digest, "countries": countries})
    return digest


def _sample_as_of(connection: duckdb.DuckDBPyConnection) -> dt.date | None:
    """The day of the sample of open data, where rows of it are among the series."""
    rows = connection.execute(
        "SELECT CAST(release AS DATE) FROM ops.load WHERE source = 'sample' AND status = 'loaded' "
        "AND EXISTS (FROM core.indicator_observation WHERE source = 'sample') ORDER BY loaded_at DESC LIMIT 1"
    ).fetchall()
    return rows[0][0] if rows else None


def _compared(connection: duckdb.DuckDBPyConnection, name: str, *, accept_change: bool) -> list[dict[str, object]]:
    """Rows of `ops.change` against the attached last publication.

    Raises:
        AuditFailed: a change lies beyond the limits of its contract, and nobody has accepted it.
    """
    for table in ("publication", "change"):
        _catch_up(connection, table)
    if not accept_change and (lost := lost_countries(connection)):
        message = f"Nothing was published, because {lost[0]} would disappear from the file; load it again, or say --accept-change."
        raise AuditFailed(message)
    if not accept_change and (lost_rows := lost_own_rows(connection)):
        message = (
            f"Nothing was published, because {lost_rows} would disappear; load the file again, or say --accept-change."
        )
        raise AuditFailed(message)
    table_changes = changes(connection)
    renewed = new_methods(connection)
    excesses: dict[str, str] = {}
    for change in table_changes:
        if change.table_name not in renewed and (reason := excess(change)) is not None:
            excesses[change.table_name] = reason
    unexplained = {} if accept_change else excesses.keys() - changed_on_purpose(connection) - given_again(connection)
    if unexplained:
        first = next(reason for name, reason in excesses.items() if name in unexplained)
        more = f", and {len(unexplained) - 1} more tables change as much" if len(unexplained) > 1 else ""
        message = f"Nothing was published, because {first}{more}; look at the sources, or say --accept-change when it is meant."
        raise AuditFailed(message)
    return [
        {"publication_id": name, **asdict(change), "is_accepted": change.table_name in excesses}
        for change in table_changes
    ]


def _catch_up(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Take over what the published file says of itself and the build does not: a run was killed after the rename."""
    rows = connection.execute(
        "SELECT column_name FROM duckdb_columns() WHERE database_name = ? AND schema_name = 'ops' AND table_name = ?",
        [LAST, table],
    ).fetchall()
    known = {column.name for column in tables()[f"ops.{table}"].columns}
    if shared := ", ".join(quote(name) for (name,) in rows if name in known):
        connection.execute(
            f"INSERT INTO ops.{table} BY NAME SELECT {shared} FROM {LAST}.ops.{table} "
            f"WHERE publication_id NOT IN (SELECT publication_id FROM ops.{table})"
        )


def _record(connection: duckdb.DuckDBPyConnection, rows: dict[str, Sequence[dict[str, object]]]) -> None:
    for table, entries in rows.items():
        if entries:
            schema = {column.name: column.dtype for column in tables()[f"ops.{table}"].columns}
            frame = pl.DataFrame(entries, schema=schema, orient="row")  # noqa: F841  (read by DuckDB)
            connection.execute(f"INSERT INTO ops.{table} BY NAME SELECT * FROM frame")


def snapshot(
    connection: duckdb.DuckDBPyConnection, target: Path, own: dict[str, Sequence[dict[str, object]]] | None = None
) -> None:
    """Copy what is published into a file of its own: core, metrics and ops with comments, macros and views.

    Args:
        connection: the build database.
        target: the file.
        own: rows of `ops` tables that only the copy has: what it says of itself.
    """
    connection.execute(f"ATTACH {literal(target)} AS publication (STORAGE_VERSION '{STORAGE_VERSION}')")
    try:
        connection.execute("USE publication")
        connection.execute("BEGIN TRANSACTION")  # hundreds of statements, and one write to the disk
        for layer in PUBLISHED_LAYERS:
            connection.execute(f"CREATE SCHEMA {layer}")
        for table in tables().values():
            if table.layer not in PUBLISHED_LAYERS or table.is_view:
                continue
            connection.execute(ddl(table.name, table.columns))
            order = ", ".join(quote(name) for name in table.grain)
            rows = f"SELECT * FROM {BUILD}.{table.name} ORDER BY {order}"
            connection.execute(f"INSERT INTO {quote(table.name)} BY NAME {rows}")
            for comment in comments(table):
                connection.execute(comment)
        _record(connection, own or {})
        create_macros(connection)
        create_views(connection)
        connection.execute("COMMIT")
    except BaseException:
        with suppress(duckdb.Error):
            connection.execute("ROLLBACK")
        raise
    finally:
        connection.execute(f"USE {BUILD}")
        connection.execute("DETACH publication")
