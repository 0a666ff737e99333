"""Write, audit, publish: readers see the last good publication until the next one is whole."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

import duckdb
import filelock
import polars as pl

import schemas
from ness_pipeline import __version__
from ness_pipeline.audit import (
    LAST,
    audit,
    changes,
    excess,
    hashed_tables,
    is_explained,
    last_publication,
    lost_countries,
    new_methods,
)
from ness_pipeline.database import BUILD, STORAGE_VERSION, comments, create_macros, ddl, quote
from ness_pipeline.dictionary import tables
from ness_pipeline.errors import AuditFailed, WarehouseBusy, WrongUsage
from ness_pipeline.paths import Paths
from ness_pipeline.views import create_views

logger = logging.getLogger(__name__)

PUBLISHED_LAYERS = ("core", "metrics", "ops")
KEEP_PUBLICATIONS = 5
"""Earlier publications that stay in the history when nothing else is said."""


@contextmanager
def writer(paths: Paths, timeout_s: float = 0.0) -> Iterator[None]:
    """Hold the lock that only one writer of a home folder can hold.

    Raises:
        WarehouseBusy: another process holds it for longer than `timeout_s`.
        WrongUsage: the folder cannot be written.
    """
    lock = filelock.FileLock(paths.lock)
    try:
        paths.home.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=timeout_s)
    except filelock.Timeout:
        message = f"The warehouse in {paths.home} is being written by another run; wait for it, then run again."
        raise WarehouseBusy(message) from None
    except OSError as error:
        message = f"The folder {paths.home} cannot be written ({error.strerror}); choose another with NESS_HOME."
        raise WrongUsage(message) from error
    try:
        yield
    finally:
        lock.release()


def content_hash(connection: duckdb.DuckDBPyConnection, country_code: str | None = None) -> str:
    """Hash over the rows of all core and metrics tables, or of one country's rows in them.

    It does not depend on row order or threads: rows are hashed one by one and combined by exclusive or. Numbers enter
    with 12 significant digits, because the last digits of a parallel sum depend on the order of its terms.
    """
    parts = []
    for table in hashed_tables():
        if country_code is not None and not table.has("country_code"):
            continue
        where = "" if country_code is None else "WHERE country_code = $country"
        texts = ", ".join(
            f"coalesce(printf('%.12g', {quote(c.name)} + 0.0), '~')" if c.sql_type == "DOUBLE"
            else f"coalesce(CAST({quote(c.name)} AS VARCHAR), '~')"
            for c in table.columns
        )  # fmt: skip
        row = connection.execute(
            f"SELECT count(*), bit_xor(md5_number(concat_ws('|', {texts}))) FROM {quote(table.name)} {where}",
            {} if country_code is None else {"country": country_code},
        ).fetchone()
        parts.append(f"{table.name} {row}")
    return hashlib.md5("\n".join(parts).encode(), usedforsecurity=False).hexdigest()


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
    with last_publication(connection, paths.published) as is_there:
        found = _compared(connection, name, accept_change=accept_change) if is_there else []
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
    }
    connection.execute("CHECKPOINT")
    partial = paths.home / f"{paths.published.stem}.partial"
    _discard(partial)
    try:
        snapshot(connection, partial, {"publication": [entry], "change": found})
        _check_copy(partial, digest)
        _to_disk(partial)
        archive(paths, keep)
        os.replace(partial, paths.published)  # noqa: PTH105  (a rename is what makes it atomic)
        _to_disk(paths.home)
    except OSError as error:
        message = f"{paths.published} could not be replaced ({error.strerror}); the last publication stays."
        raise WrongUsage(message) from error
    finally:
        _discard(partial)
    # Only now, so that the build never tells of a publication that nobody saw; `_compared` catches up after a kill.
    _record(connection, {"publication": [entry], "change": found})
    logger.info("published", extra={"publication": name, "content_hash": digest, "countries": countries})
    return digest


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
    found = changes(connection)
    renewed = new_methods(connection)
    beyond = {one.table_name: says for one in found if (says := excess(one, has_new_method=one.table_name in renewed))}
    if beyond and not accept_change and not is_explained(connection):
        first = next(iter(beyond.values()))
        more = f", and {len(beyond) - 1} more tables change as much" if len(beyond) > 1 else ""
        message = f"Nothing was published, because {first}{more}; look at the sources, or say --accept-change when it is meant."
        raise AuditFailed(message)
    return [{"publication_id": name, **asdict(one), "is_accepted": one.table_name in beyond} for one in found]


def _catch_up(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Take over what the published file says of itself and the build does not: a run was killed after the rename."""
    rows = connection.execute(
        "SELECT column_name FROM duckdb_columns() "
        "WHERE database_name = ? AND schema_name = 'ops' AND table_name = ?", [LAST, table]
    ).fetchall()  # fmt: skip
    known = {column.name for column in tables()[f"ops.{table}"].columns}
    if shared := ", ".join(quote(name) for (name,) in rows if name in known):
        connection.execute(
            f"INSERT INTO ops.{table} BY NAME SELECT {shared} FROM {LAST}.ops.{table} "
            f"WHERE publication_id NOT IN (SELECT publication_id FROM ops.{table})"
        )


def _record(connection: duckdb.DuckDBPyConnection, rows: dict[str, Sequence[dict[str, object]]]) -> None:
    for table, found in rows.items():
        if found:
            schema = {column.name: column.dtype for column in tables()[f"ops.{table}"].columns}
            frame = pl.DataFrame(found, schema=schema, orient="row")  # noqa: F841  (read by DuckDB)
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
    connection.execute(
        f"ATTACH '{str(target).replace(chr(39), chr(39) * 2)}' AS publication (STORAGE_VERSION '{STORAGE_VERSION}')"
    )
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


def _check_copy(partial: Path, digest: str) -> None:
    """Read the copy back: what is about to be published is what was audited.

    Raises:
        AuditFailed: it is not, so the disk or the memory is not to be trusted.
    """
    try:
        with duckdb.connect(str(partial), read_only=True) as copy:
            is_same = content_hash(copy) == digest
    except duckdb.Error:
        is_same = False
    if not is_same:
        raise AuditFailed("Nothing was published, because the copy differs from what was audited; check the disk.")


def _discard(file: Path) -> None:
    """Remove a file with its write-ahead log, which would be replayed into the next file of that name."""
    for part in (file, Path(f"{file}.wal")):
        part.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, would survive a loss of power."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def identity(file: Path) -> tuple[str, str]:
    """Identifier and content hash that a published file states of itself.

    Raises:
        WrongUsage: it cannot be read.
    """
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            row = connection.execute(
                "SELECT publication_id, content_hash FROM ops.publication ORDER BY published_at DESC LIMIT 1"
            ).fetchone()
    except duckdb.Error as error:
        raise WrongUsage(f"{file} is no publication ({str(error).splitlines()[0]}); choose another.") from error
    if row is None:
        raise WrongUsage(f"{file} is no publication; choose another.")
    return str(row[0]), str(row[1])


def archive(paths: Paths, keep: int) -> None:
    """Give the publication that readers see a second name in the history, and drop the oldest there."""
    if not paths.published.exists():
        return
    try:
        name, _ = identity(paths.published)
    except WrongUsage as error:
        logger.warning("published file is damaged and not kept", extra={"error": str(error)})
        return
    paths.history.mkdir(parents=True, exist_ok=True)
    _second_name(paths.published, paths.history / f"{name}.duckdb")
    for file in history(paths)[keep:]:
        file.unlink()


def _second_name(file: Path, other: Path) -> None:
    """Another name for the same file, or a copy where the file system has no such thing."""
    if other.exists():
        return
    try:
        os.link(file, other)
    except OSError:
        copy = other.with_suffix(".partial")
        shutil.copyfile(file, copy)
        copy.replace(other)


def history(paths: Paths) -> list[Path]:
    """Earlier publications, the latest first."""
    return sorted(paths.history.glob("*.duckdb"), reverse=True)


def roll_back(paths: Paths, name: str | None = None, *, keep: int = KEEP_PUBLICATIONS, wait_s: float = 0.0) -> str:
    """Put an earlier publication before the readers again; the one that they see now stays in the history.

    Args:
        paths: where everything lies.
        name: identifier of the publication; None means the one before the present one.
        keep: how many publications stay in the history.
        wait_s: how long to wait for a run that is writing.

    Returns:
        The identifier of the publication that readers see now.

    Raises:
        WarehouseBusy: a run is writing.
        WrongUsage: there is no such publication, or it is damaged.
    """
    with writer(paths, wait_s):
        present = ""
        if paths.published.exists():
            with suppress(WrongUsage):
                present, _ = identity(paths.published)
        kept = {file.stem: file for file in history(paths)}
        earlier = [one for one in kept if one < present or not present]
        wanted = name or (earlier[0] if earlier else None)
        if wanted is None or wanted not in kept:
            known = ", ".join(kept) or "none"
            raise WrongUsage(
                f"There is no publication {wanted or 'before this one'} to return to; the history holds {known}."
            )
        stated, digest = identity(kept[wanted])
        _check_copy(kept[wanted], digest)
        partial = paths.home / f"{paths.published.stem}.partial"
        _discard(partial)
        _second_name(kept[wanted], partial)
        archive(paths, keep + 1)
        os.replace(partial, paths.published)  # noqa: PTH105  (a rename is what makes it atomic)
        _discard(partial)  # renaming onto another name of the same file leaves both
        _to_disk(paths.home)
    logger.warning("rolled back", extra={"publication": stated, "from": present})
    return stated
