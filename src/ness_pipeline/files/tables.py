"""Own data for any table of the warehouse, in the columns of its contract."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ness_pipeline.contract.batch import Batch
from ness_pipeline.contract.dictionary import Table, tables
from ness_pipeline.contract.refused import refused_rows, whole_rows_as_json
from ness_pipeline.errors import ContractViolation, SchemaDrift, WrongUsage
from ness_pipeline.files.raw import ROW, RawTable
from ness_pipeline.files.result import Options
from ness_pipeline.names.column_names import nearest
from ness_pipeline.names.countries import countries, country_named

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
    """Whether every column of a file is one of the contract's, written as there."""
    return all(table.has(name) and name != "source" for name in raw.names)


def read_table(raw: RawTable, table: Table, options: Options) -> Iterator[Batch]:
    """The rows of a file as they are; types and values are checked when they are loaded.

    Columns that the file lacks are filled from the options where they say the same for all rows.

    Raises:
        SchemaDrift: the file has a column that the contract does not know.
        ContractViolation: a column that every row needs is missing, or the file has no rows.
    """
    _check_columns(raw, table, options)
    filled = {name: value for name, value in _said(options).items() if table.has(name) and name not in raw.names}
    rows_seen = 0
    for rows in raw.batches():
        rows_seen += rows.height
        yield from _by_country(rows.with_columns(pl.lit(value).alias(name) for name, value in filled.items()), table)
    if raw.malformed.height:
        row = raw.malformed.get_column("row_number")[0]
        message = f"{raw.shown}, row {row + 1}, does not have the {len(raw.names)} columns of the header; nothing was loaded, correct the row."
        raise ContractViolation(message)
    if not rows_seen:
        raise ContractViolation(f"{raw.shown} has column names but no rows; nothing was loaded, add the rows.")


def _said(options: Options) -> dict[str, str]:
    said = {
        "country_code": options.country_code,
        "taxon_group": options.taxon_group,
        "checklist_key": options.checklist_key,
    }
    return {name: value for name, value in said.items() if value is not None}


def _check_columns(raw: RawTable, table: Table, options: Options) -> None:
    wanted = [column.name for column in table.columns if column.name != "source"]
    said = _said(options)
    for name in raw.names:
        if name not in wanted:
            guess = nearest(name, [column for column in wanted if column not in raw.names])
            hint = f"rename it to {guess!r}" if guess else f"remove it; the table has {', '.join(wanted)}"
            raise SchemaDrift(f"{raw.shown} has a column {name!r} that {table.short_name} does not know; {hint}.")
    for column in table.columns:
        if column.name not in {*raw.names, *said, "source"} and not column.nullable:
            message = f"{raw.shown} lacks the column {column.name!r} that {table.short_name} needs ({column.description}); add it."
            raise ContractViolation(message)
    for name in said:
        if not table.has(name) or name in raw.names:
            why = (
                "has that column itself"
                if name in raw.names
                else f"is for {table.short_name}, which has no such column"
            )
            raise WrongUsage(f"The option for {name} cannot be used, because {raw.shown} {why}; leave it out.")


def _by_country(rows: pl.DataFrame, table: Table) -> Iterator[Batch]:
    """The rows in their order, those of unknown countries refused; the loader numbers rows as they come."""
    scoped = "scope" if table.short_name in NATIONAL_LISTS else "country_code"
    codes = [name for name in ("country_code", scoped) if name in rows.columns and table.has(name)]
    if not codes:
        yield Batch(table.short_name, rows.drop(ROW))
        return
    code = pl.col(codes[0])
    known = code.is_in([*countries(), *(["global"] if codes[0] == "scope" else [])]) | code.is_null()
    runs = rows.with_columns(known.alias("known row"), known.rle_id().alias("run of rows"))
    for part in runs.partition_by("run of rows", maintain_order=True):
        rest = part.drop(ROW, "known row", "run of rows")
        if part.get_column("known row")[0]:
            yield Batch(table.short_name, rest)
        else:
            refused = _refused(rest, part.get_column(ROW), codes[0])
            yield Batch(table.short_name, rest.clear(), refused=refused)


def _refused(rows: pl.DataFrame, numbers: pl.Series, column: str) -> pl.DataFrame:
    reasons = []
    for value in rows.get_column(column):
        code = country_named(value)
        hint = f"; write {code}" if code else ""
        reasons.append(f"{column} is {value!r}, which is no ISO 3166-1 alpha-2 code{hint}.")
    return refused_rows(numbers, column=column, check="iso2", reason=reasons, rows=whole_rows_as_json(rows))
