"""Write, audit, publish: readers see the last good publication until the next one is whole."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import filelock

from ness_pipeline import __version__
from ness_pipeline.database import BUILD, STORAGE_VERSION, comments, create_macros, ddl, quote
from ness_pipeline.dictionary import Table, tables
from ness_pipeline.errors import AuditFailed, WarehouseBusy, WrongUsage
from ness_pipeline.paths import Paths
from ness_pipeline.views import create_views, measures

HASHED_LAYERS = ("core", "metrics")
PUBLISHED_LAYERS = ("core", "metrics", "ops")


@contextmanager
def writer(paths: Paths, timeout_s: float = 0.0) -> Iterator[None]:
    """Hold the lock that only one writer of a home folder can hold.

    Raises:
        WarehouseBusy: another process holds it for longer than `timeout_s`.
        WrongUsage: the folder cannot be written.
    """
    try:
        paths.home.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(paths.lock, timeout=timeout_s):
            yield
    except filelock.Timeout:
        message = f"The warehouse in {paths.home} is being written by another run; wait for it, then run again."
        raise WarehouseBusy(message) from None
    except OSError as error:
        message = f"The folder {paths.home} cannot be written ({error.strerror}); choose another with NESS_HOME."
        raise WrongUsage(message) from error


def hashed_tables() -> list[Table]:
    """Tables whose rows make up the content hash."""
    return [table for table in tables().values() if table.layer in HASHED_LAYERS and not table.is_view]


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


def audit(connection: duckdb.DuckDBPyConnection, published: Path) -> None:
    """Check the warehouse as a whole before anyone sees it.

    Raises:
        AuditFailed: the first rule that does not hold, with what breaks it.
    """
    rules = dict(_rules())
    for said, query in rules.items():
        if (broken := connection.execute(query).fetchone()) is not None:
            case = ", ".join(str(value) for value in broken)
            message = f"Nothing was published, because {said} ({case}); the last publication stays, mend the cause and run again."
            raise AuditFailed(message)
    for country in sorted(countries_in(published) - _countries(connection)):
        message = f"Nothing was published, because {country} would disappear from the file; load it again or remove the old file on purpose."
        raise AuditFailed(message)


def _rules() -> Iterator[tuple[str, str]]:
    yield (
        "rows are unaccounted for",
        "SELECT source, unit, table_name FROM ops.load WHERE received <> loaded + quarantined LIMIT 1",
    )
    yield "there is no country with metrics", "SELECT 'no row' WHERE NOT EXISTS (FROM metrics.metric_value)"
    yield (
        "a country has metrics but no entry in core.country",
        "SELECT country_code FROM metrics.metric_value ANTI JOIN core.country USING (country_code) LIMIT 1",
    )
    yield (
        "two numbers have the same name",
        "SELECT country_code, metric, taxon_group, year FROM metrics.metric_value GROUP BY ALL HAVING count(*) > 1 LIMIT 1",
    )
    for table, column, says in measures():
        reportable, reason = says["reportable"], says["reason"]
        yield (
            f"{table.name}.{column.name} is withheld without a reason or reported with one",
            f"SELECT country_code FROM {table.name} WHERE {reportable} <> ({reason} IS NULL) LIMIT 1",
        )
        yield (
            f"{table.name}.{column.name} is reported without a value",
            f"SELECT country_code FROM {table.name} WHERE {reportable} AND {column.name} IS NULL LIMIT 1",
        )


def countries_in(published: Path) -> set[str]:
    """Countries with metrics in a published file, empty when there is none."""
    if not published.exists():
        return set()
    with duckdb.connect(str(published), read_only=True) as connection:
        return _countries(connection)


def _countries(connection: duckdb.DuckDBPyConnection) -> set[str]:
    rows = connection.execute("SELECT DISTINCT country_code FROM metrics.metric_value").fetchall()
    return {code for (code,) in rows}


def publish(connection: duckdb.DuckDBPyConnection, paths: Paths, run_id: str, *, is_synthetic: bool, now: dt.datetime) -> str:  # fmt: skip
    """Put the warehouse before the readers in one rename.

    Returns:
        The content hash of the publication.

    Raises:
        AuditFailed: a check failed; the last publication stays.
    """
    create_views(connection)
    audit(connection, paths.published)
    digest = content_hash(connection)
    countries = len(_countries(connection))
    (values,) = connection.execute("SELECT count(*) FROM metrics.metric_value").fetchone() or (0,)
    name = f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
    connection.execute(
        "INSERT INTO ops.publication BY NAME SELECT ? AS publication_id, ? AS published_at, ? AS run_id, "
        "? AS content_hash, ? AS countries, ? AS metric_values, ? AS version, ? AS is_synthetic",
        [name, now, run_id, digest, countries, values, __version__, is_synthetic],
    )
    connection.execute("CHECKPOINT")
    partial = paths.published.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    try:
        snapshot(connection, partial)
        os.replace(partial, paths.published)  # noqa: PTH105  (a rename is what makes it atomic)
    except OSError as error:
        message = f"{paths.published} could not be replaced ({error.strerror}); the last publication stays."
        raise WrongUsage(message) from error
    finally:
        partial.unlink(missing_ok=True)
    return digest


def snapshot(connection: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Copy what is published into a file of its own: core, metrics and ops with comments, macros and views."""
    connection.execute(
        f"ATTACH '{str(target).replace(chr(39), chr(39) * 2)}' AS publication (STORAGE_VERSION '{STORAGE_VERSION}')"
    )
    try:
        connection.execute("USE publication")
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
        create_macros(connection)
        create_views(connection)
    finally:
        connection.execute(f"USE {BUILD}")
        connection.execute("DETACH publication")
