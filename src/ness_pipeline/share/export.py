"""A publication as a folder of files that any tool reads: one per table, described by a `datapackage.json`."""

from __future__ import annotations

import glob
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import duckdb

from ness_pipeline.ask.query import open_published
from ness_pipeline.contract.dictionary import Table, tables
from ness_pipeline.contract.measures import with_iso3_sql
from ness_pipeline.errors import WrongUsage
from ness_pipeline.publish.publication import PUBLISHED_LAYERS
from ness_pipeline.publish.reading import connect_published
from ness_pipeline.scratch import PARTIAL, is_abandoned, unfinished
from ness_pipeline.share.citations import Cited, bibliography_of
from ness_pipeline.share.datapackage import CSV_DIALECT, licences_of, package_of, schema_of
from ness_pipeline.share.licences import open_rows, restricted_sources
from ness_pipeline.spreadsheet import escaped_sql
from ness_pipeline.sql import literal, quote

Form = Literal["parquet", "csv"]
DESCRIPTOR = "datapackage.json"
ISO3 = "iso3_code"
WHY_LEFT_OUT = "Its publisher, or who loaded it, does not allow it to be passed on."

_COPY = {
    "parquet": "FORMAT parquet, COMPRESSION zstd",
    "csv": "FORMAT csv, HEADER, TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%SZ'",
}


@dataclass(frozen=True)
class Exported:
    """The result of an export.

    Attributes:
        folder: where it is.
        rows: rows per table.
        left_out: rows per source and table that may not be passed on.
        written_bytes: size of all files.
    """

    folder: Path
    rows: dict[str, int]
    left_out: dict[tuple[str, str], int]
    written_bytes: int


def exported_tables(connection: duckdb.DuckDBPyConnection) -> list[Table]:
    """Every table and view of a published file that has a contract."""
    present = {
        f"{layer}.{name}"
        for layer, name in connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables"
        ).fetchall()
    }
    return [table for name, table in tables().items() if table.layer in PUBLISHED_LAYERS and name in present]


def export(
    published: Path,
    folder: Path,
    *,
    form: Form = "parquet",
    include_restricted: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> Exported:
    """Write every table of a publication into a folder that appears whole or not at all.

    Args:
        published: the published file.
        folder: where to; an earlier export there is replaced, anything else is never touched.
        form: kind of the files.
        include_restricted: also write rows that their publisher does not allow to be passed on.
        progress: called with table, number of tables done and their total.

    Raises:
        WrongUsage: there is no published file, or the folder holds something else or cannot be written.
    """
    _refuse_foreign(folder)
    with open_published(published):
        pass  # says in one sentence what is wrong with the file, if anything is
    beside = folder.absolute().parent
    partial = Path(unfinished(str(beside / f".{folder.name}")))
    try:
        for left in beside.glob(f".{glob.escape(folder.name)}.*{PARTIAL}"):
            if is_abandoned(left):
                shutil.rmtree(left)
        partial.mkdir(parents=True)
        # Unlike the doors for questions this connection may write files; its queries are all our own.
        with connect_published(published) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            done = _write(connection, partial, form, include_restricted=include_restricted, progress=progress)
        if folder.exists():
            shutil.rmtree(folder)
        partial.rename(folder)
    except OSError as error:
        raise WrongUsage(f"{folder} cannot be written ({error.strerror}); choose another folder.") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return Exported(folder, *done)


def _refuse_foreign(folder: Path) -> None:
    """An existing folder is replaced only when it is an export of ours, or empty."""
    if folder.is_file():
        raise WrongUsage(f"{folder} is a file; give the name of a folder.")
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    try:
        name = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))["name"]
    except (OSError, ValueError, KeyError, TypeError):
        name = None
    if name != "ness-warehouse":
        raise WrongUsage(f"{folder} holds other files; give a new or empty folder, or an earlier export to replace.")


def _write(
    connection: duckdb.DuckDBPyConnection,
    target: Path,
    form: Form,
    *,
    include_restricted: bool,
    progress: Callable[[str, int, int], None] | None,
) -> tuple[dict[str, int], dict[tuple[str, str], int], int]:
    restricted = () if include_restricted else restricted_sources(connection)
    bibliography, wanted = bibliography_of(connection), exported_tables(connection)
    resources, rows, left_out = [], {}, {}
    for number, published_table in enumerate(wanted):
        if progress is not None:
            progress(published_table.name, number, len(wanted))
        table = as_exported(published_table)
        query = open_rows(published_table, restricted)
        if table is not published_table:
            query = with_iso3_sql(query, table.columns)
        if form == "csv":
            query = escaped_sql(query, [quote(one.name) for one in table.columns if one.sql_type == "VARCHAR"])
        file = target / table.layer / f"{table.short_name}.{form}"
        file.parent.mkdir(exist_ok=True)
        order = ", ".join(quote(name) for name in table.grain)
        (rows[table.name],) = connection.execute(
            f"COPY (FROM ({query}) ORDER BY {order}) TO {literal(file)} ({_COPY[form]})"
        ).fetchone() or (0,)
        for source in restricted:
            if missing := _missing(connection, table, source):
                left_out[source, table.name] = missing
        resources.append(
            _resource(
                table,
                file.relative_to(target),
                target,
                rows[table.name],
                _behind(connection, table, bibliography.cited, restricted),
            )
        )
    kept_back = [
        {"source": source, "table": table, "rows": count, "reason": WHY_LEFT_OUT}
        for (source, table), count in left_out.items()
    ]
    descriptor = package_of(bibliography, resources, kept_back)
    (target / DESCRIPTOR).write_text(json.dumps(descriptor, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    size = sum(file.stat().st_size for file in target.rglob("*") if file.is_file())
    return rows, left_out, size


def as_exported(table: Table) -> Table:
    """A table as an export has it: beside each country's code its three letters.

    Many programs take `NA`, the code of Namibia, for a missing value unless they are told otherwise.
    """
    if not table.has("country_code") or table.has(ISO3):
        return table
    named = next(column for column in tables()["core.country"].columns if column.name == ISO3)
    place = [column.name for column in table.columns].index("country_code") + 1
    # Rows of landed tables and of refused files may have a code that no list of countries has.
    columns = (*table.columns[:place], replace(named, nullable=True), *table.columns[place:])
    return replace(table, columns=columns)


def _missing(connection: duckdb.DuckDBPyConnection, table: Table, source: str) -> int:
    """Number of rows of a table that one restricted source keeps out of an export."""
    total = connection.execute(f"SELECT count(*) FROM {table.name}").fetchone() or (0,)
    exported = connection.execute(f"SELECT count(*) FROM ({open_rows(table, (source,))})").fetchone() or (0,)
    return int(total[0] - exported[0])


def _behind(
    connection: duckdb.DuckDBPyConnection, table: Table, cited: Sequence[Cited], restricted: Sequence[str]
) -> list[Cited]:
    """The data sets behind the rows of one core table; empty for tables that are made from all."""
    if table.layer != "core" or not table.has("source"):
        return []
    named = {name for (name,) in connection.execute(f"SELECT DISTINCT source FROM {table.name}").fetchall()}
    return [dataset for dataset in cited if dataset.source in named and dataset.source not in restricted]


def _resource(table: Table, path: Path, root: Path, rows: int, cited: list[Cited]) -> dict[str, Any]:
    with (root / path).open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    is_csv = path.suffix == ".csv"
    resource: dict[str, Any] = {
        "name": table.name,
        # frictionless-py turns a missing number of a Parquet file into NaN, which then breaks every bound; so it checks
        # the size and hash of such a file alone, and the schema beside them is for readers of Parquet.
        "type": "table" if is_csv else "file",
        "path": path.as_posix(),
        "scheme": "file",
        "format": path.suffix.removeprefix("."),
        "mediatype": "text/csv" if is_csv else "application/vnd.apache.parquet",
        "description": table.description,
        "bytes": (root / path).stat().st_size,
        "hash": f"sha256:{digest}",
        "rows" if is_csv else "rowCount": rows,
        "schema": schema_of(table),
    }
    if is_csv:
        resource |= {"profile": "tabular-data-resource", "encoding": "utf-8", "dialect": CSV_DIALECT}
    if licences := licences_of(cited):
        resource["licenses"] = licences
    if cited:
        resource["sources"] = [{"title": dataset.citation, "name": dataset.source} for dataset in cited]
    return resource


def summary_lines(done: Exported) -> Iterator[str]:
    """The lines that summarise an export for the user."""
    total = sum(done.rows.values())
    yield f"{len(done.rows)} tables with {total:,} rows, {done.written_bytes / 2**20:,.1f} MiB, in {done.folder}"
    for (source, table), rows in done.left_out.items():
        yield f"Left out {rows:,} rows of {table}, because {source} does not allow them to be passed on."
