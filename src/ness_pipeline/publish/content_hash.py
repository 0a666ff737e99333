"""The content hash: whether two warehouses hold the same rows."""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb

from ness_pipeline.errors import AuditFailed
from ness_pipeline.publish.audit import hashed_tables
from ness_pipeline.sql import quote


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
            f"coalesce(printf('%.12g', {quote(c.name)} + 0.0), '~')"
            if c.sql_type == "DOUBLE"
            else f"coalesce(CAST({quote(c.name)} AS VARCHAR), '~')"
            for c in table.columns
        )
        row = connection.execute(
            f"SELECT count(*), bit_xor(md5_number(concat_ws('|', {texts}))) FROM {quote(table.name)} {where}",
            {} if country_code is None else {"country": country_code},
        ).fetchone()
        parts.append(f"{table.name} {row}")
    return hashlib.md5("\n".join(parts).encode(), usedforsecurity=False).hexdigest()


def check_copy(partial: Path, digest: str) -> None:
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
        raise AuditFailed(
            f"Nothing was published, because {partial} differs from what was audited; check the disk and run again."
        )
