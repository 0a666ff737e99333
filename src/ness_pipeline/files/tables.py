"""Own data for any table of the warehouse, in the columns of its contract."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ness_pipeline.contract.batch import Batch
from ness_pipeline.contract.dictionary import Table, tables
from ness_pipeline.contract.refused import refused_rows, whole_rows_as_json
from ness_pipeline.errors import ContractViolation, SchemaDrift, WrongUsage
from ness_pipeline.files.raw import ROW, RawTable
from ness_pipeline.files.row_defaults import RowDefaults
from ness_pipeline.names.column_names import nearest
from ness_pipeline.names.countries import countries, country_named
from ness_pipeline.schemas.vocabulary import INDEX_SETS

NATIONAL_LISTS = frozenset({"assessment", "genuine_change"})
"""Tables whose `scope` is a country's Red List or the global one; the scope of a threat is something else."""


def loadable() -> tuple[str, ...]:
    """Tables that users can load, without layer."""
    return tuple(table.short_name for table in tables().values() if table.is_landed)


def table_named(name: str) -> Table:
    """The table that a user means.

    Raises:
        WrongUsage: there is none that can be loaded.
    """
    if name not in loadable():
        guess = nearest(name, loadable())
        hint = f"did you mean {guess}?" if guess else f"choose one of {', '.join(loadable())}."
        raise WrongUsage(f"There is no table {name!r} to load; {hint}")
    return tables()[f"core.{name}"]


def fits(table: Table, raw: RawTable) -> bool:
    """Whether every column of a file is one of the contract's, in the same spelling."""
    return all(table.has(name) and name != "source" for name in raw.names)


def read_table(raw: RawTable, table: Table, defaults: RowDefaults) -> Iterator[Batch]:
    """The rows of a file as they are; types and values are checked when they are loaded.

    Columns that the file lacks are filled with the values given for all rows.

    Raises:
        SchemaDrift: the file has a column that the contract does not know.
        ContractViolation: a column that every row needs is missing, or the file has no rows.
    """
    _check_columns(raw, table, defaults)
    filled = [pl.lit(value).alias(name) for name, value in defaults.given().items()]
    rows_seen = 0
    for rows in raw.batches():
        rows_seen += rows.height
        yield from _by_country(_with_sets(rows.with_columns(filled), table), table)
    if raw.malformed.height:
        row = raw.malformed.get_column("row_number")[0]
        message = f"{raw.shown}, row {row + 1}, does not have the {len(raw.names)} columns of the header; nothing was loaded, correct the row."
        raise ContractViolation(message)
    if not rows_seen:
        raise ContractViolation(f"{raw.shown} has column names but no rows; nothing was loaded, add the rows.")


def _with_sets(rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The rows with the reporting group of those whose group is named as a set of the Red List Index, as `cycads` is."""
    if not table.has("index_set") or "taxon_group" not in rows.columns:
        return rows
    group = pl.col("taxon_group")
    named = pl.when(group.is_in(list(INDEX_SETS))).then(group)
    stated = pl.col("index_set") if "index_set" in rows.columns else pl.lit(None, pl.String)
    return rows.with_columns(index_set=pl.coalesce(stated, named), taxon_group=group.replace(INDEX_SETS))


def _check_columns(raw: RawTable, table: Table, defaults: RowDefaults) -> None:
    """Compare the columns of a file, and the values given for all rows, with those of the table.

    Raises:
        SchemaDrift: the file has a column that the contract does not know.
        ContractViolation: a column that every row needs is missing.
        WrongUsage: a value given for all rows cannot be used.
    """
    wanted = [column.name for column in table.columns if column.name != "source"]
    given = defaults.given()
    for name in raw.names:
        if name not in wanted:
            guess = nearest(name, [column for column in wanted if column not in raw.names])
            hint = f"rename it to {guess!r}" if guess else f"remove it; the table has {', '.join(wanted)}"
            raise SchemaDrift(f"{raw.shown} has a column {name!r} that {table.short_name} does not know; {hint}.")
    for column in table.columns:
        if column.name not in {*raw.names, *given, "source"} and not column.nullable:
            message = f"{raw.shown} lacks the column {column.name!r} that {table.short_name} needs ({column.description}); add it."
            raise ContractViolation(message)
    for name in given:
        if name in raw.names:
            reason = f"{raw.shown} has that column itself"
        elif not table.has(name):
            reason = f"{raw.shown} is for {table.short_name}, which has no such column"
        else:
            continue
        raise WrongUsage(f"The option for {name} cannot be used, because {reason}; leave it out.")


def _by_country(rows: pl.DataFrame, table: Table) -> Iterator[Batch]:
    """The rows in their order, those of unknown countries refused; the loader numbers rows as they come."""
    name = _country_column(rows, table)
    if name is None:
        yield Batch(table.short_name, rows.drop(ROW))
        return
    codes = list(countries())
    if name == "scope":
        codes.append("global")
    is_known = pl.col(name).is_in(codes) | pl.col(name).is_null()
    runs = rows.with_columns(is_known.alias("is known"), is_known.rle_id().alias("run of rows"))
    for run in runs.partition_by("run of rows", maintain_order=True):
        content = run.drop(ROW, "is known", "run of rows")
        if run.get_column("is known")[0]:
            yield Batch(table.short_name, content)
        else:
            refused = _refused(content, run.get_column(ROW), name)
            yield Batch(table.short_name, content.clear(), refused=refused)


def _country_column(rows: pl.DataFrame, table: Table) -> str | None:
    """The column that names the country of each row, None where there is none."""
    candidates = ["country_code"]
    if table.short_name in NATIONAL_LISTS:
        candidates.append("scope")
    return next((name for name in candidates if name in rows.columns and table.has(name)), None)


def _refused(rows: pl.DataFrame, numbers: pl.Series, column: str) -> pl.DataFrame:
    """Rows of unknown countries as refused rows.

    Args:
        rows: the rows.
        numbers: their positions in the file.
        column: the column that names the country.
    """
    reasons = []
    for value in rows.get_column(column):
        code = country_named(value)
        hint = f"; write {code}" if code else ""
        reasons.append(f"{column} is {value!r}, which is no ISO 3166-1 alpha-2 code{hint}.")
    return refused_rows(numbers, column=column, check="iso2", reason=reasons, rows=whole_rows_as_json(rows))
