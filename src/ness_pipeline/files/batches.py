"""A cube of records as batches for the loader: the cube, the records that are not counted, the species."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ness_pipeline.contract.batch import Batch
from ness_pipeline.contract.check import failed_values
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.contract.refused import ROW_NUMBER, as_refused_rows, filtered_out, no_refused_rows, refused_rows
from ness_pipeline.cube.engine import Engine
from ness_pipeline.cube.species import species_of
from ness_pipeline.errors import ContractViolation, WrongUsage
from ness_pipeline.files.refused import positions
from ness_pipeline.files.row_defaults import RowDefaults
from ness_pipeline.files.terms import complete_groups
from ness_pipeline.names.country_column import no_country
from ness_pipeline.names.species_names import NO_SPECIES, is_given_key, no_species
from ness_pipeline.names.taxon_groups import with_groups

REASONS = {
    "occurrence_status": "The record does not say that the species was present",
    "has_geospatial_issue": "GBIF doubts where the record is",
    "basis_of_record": "A fossil or a specimen living in a zoo or garden says nothing of the wild",
    "species_key": "The record is not identified to an accepted species",
    "year": "The year of the record is unknown, before 1600 or still to come",
    "country_code": "The record does not say its country",
    "event_date": "The record has no year, and its date is not readable; write it as in 2020-03-01",
}
"""Reasons in plain words by column, without the value and the full stop; other columns have the reason of the contract."""
SERIAL_NUMBER = r"^[0-9]{5}([.][0-9]+)?$"
SERIAL_REASON = "The record has no year, and its date is a number in which a spreadsheet counts days; give the column the format of a date there and export it again, as in 2020-03-01"
"""What the date of a record is where it looks like 43891, and the reason to refuse the record."""
UNCOUNTED = {
    "event_date": ("date", "The date is not readable."),
    "record_id": ("unique", "The file holds this record twice."),
    "coordinate_uncertainty_m": ("cap", "The record is less certain than the cap on uncertainty allows."),
    "cell_code": ("grid", "The record has no coordinates that lie in a cell of the grid."),
}
"""Check and reason by column for records that meet the contract and are not counted."""
KEPT_WHOLE = 10_000
"""Up to so many records that are not counted are all kept whole. Of more, those that break the contract are kept, and those
that a filter does not count are only counted: in a snapshot of the world these alone would make a copy of it.
"""
FAILURE = ["failed_column", "failed_value"]
"""Columns that say why a record is not counted: the column that fails, and its value as text."""


def batches_of(engine: Engine, defaults: RowDefaults, *, kept_whole: int = KEPT_WHOLE) -> Iterator[Batch]:
    """The cube, then records that are not counted, then species; received = counted + filtered out + refused.

    Args:
        engine: the records.
        defaults: values for all of them.
        kept_whole: up to so many records that are not counted, those that are filtered out are kept whole as well.

    Raises:
        WrongUsage: there is no record, or the reporting group is neither in the files nor given.
        ContractViolation: the numbers of records do not add up, which is a defect.
    """
    columns = {column.name: column.dtype for column in tables()["core.occurrence_cube"].columns}
    no_rows = pl.DataFrame(schema=columns)
    received = engine.received()
    if not received:
        raise WrongUsage(f"{engine.records[0].shown} has column names but no rows; export it again.")
    # Before the cube, so that a missing reporting group ends the load before anything is loaded.
    species = list(species_of(_with_groups(frame, engine, defaults) for frame in engine.species()))
    counted = 0
    for frame in engine.cube(is_sorted=True):
        records = int(frame["occurrences"].sum())
        counted += records
        yield Batch("occurrence_cube", frame.with_columns(defaults.origin).select(*columns), records=records)
    uncounted = 0
    are_many = received - counted > kept_whole
    if are_many:
        numbers = _filtered_out(engine)
        uncounted += int(numbers["records"].sum())
        yield Batch("occurrence_cube", no_rows, left_out=numbers, records=0)
    if received > counted:
        for frame in refused_records(engine, with_filtered_out=not are_many):
            uncounted += frame.height
            yield Batch("occurrence_cube", no_rows, refused=frame, records=0)
    if received != counted + uncounted:
        message = f"{engine.records[0].shown} has {received} records but {counted + uncounted} are accounted for; report this as a defect."
        raise ContractViolation(message)
    for frame in species:
        yield Batch("country_species", frame.with_columns(defaults.origin))


def _filtered_out(engine: Engine) -> pl.DataFrame:
    """How many records each filter does not count, in the columns `FILTERED_OUT_COLUMNS`."""
    records = engine.filtered_out()
    reasons = [UNCOUNTED[name][1] if name in UNCOUNTED else f"{REASONS[name]}." for name in records]
    return filtered_out(list(records), reasons, list(records.values()))


def refused_records(engine: Engine, *, with_filtered_out: bool = True) -> Iterator[pl.DataFrame]:
    """Refused records in the columns `REFUSED_COLUMNS`, with their position in the files as they came.

    Args:
        engine: the records.
        with_filtered_out: whether records that are filtered out are among them.

    Raises:
        ContractViolation: neither contract nor options have a reason to refuse a record, which is a defect.
    """
    rows_before = engine.rows_before()
    part_of = {file: part for part in engine.records for file in part.files}
    columns = [*FAILURE, "check_name", "reason"]
    reasons = pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    for frame in engine.refused(with_filtered_out=with_filtered_out):
        before = frame["file_path"].replace_strict(rows_before, return_dtype=pl.Int64)
        reasons = _reasons_for(frame.select(FAILURE).unique(), reasons)
        explained = frame.join(reasons, on=FAILURE, how="left", nulls_equal=True, maintain_order="left")
        refused = refused_rows(
            before + frame["file_row"],
            column=explained["failed_column"],
            check=explained["check_name"],
            reason=explained["reason"],
            rows=explained["whole_row"],
        ).with_columns(frame["file_path"])
        for (path,), rows in refused.partition_by("file_path", as_dict=True, include_key=False).items():
            part = part_of[str(path)]
            yield rows.with_columns(positions(rows[ROW_NUMBER], part.malformed, part.empty_rows)).sort(ROW_NUMBER)
    for part in engine.records:
        if part.malformed.height:
            yield as_refused_rows(part.malformed)


def _reasons_for(failures: pl.DataFrame, earlier: pl.DataFrame) -> pl.DataFrame:
    """Check and reason for each failure; a reason is found once for all records that fail in the same way.

    Args:
        failures: each pair of a column and its value (`FAILURE`) once.
        earlier: reasons for the frame before; those that are needed again are taken from here.
    """
    known = earlier.join(failures, on=FAILURE, how="semi", nulls_equal=True)
    new = failures.join(earlier, on=FAILURE, how="anti", nulls_equal=True).partition_by("failed_column", as_dict=True)
    return pl.concat([known, *(_reasons_of(str(column), part["failed_value"]) for (column,), part in new.items())])


def _reasons_of(column: str, values: pl.Series) -> pl.DataFrame:
    """Check and reason for each value that fails in a column.

    Raises:
        ContractViolation: neither contract nor options refuse the value, which is a defect.
    """
    failed = pl.DataFrame({"failed_column": column, "failed_value": values})
    failed = failed.with_row_index(ROW_NUMBER).cast({ROW_NUMBER: pl.Int64})
    by_contract = no_refused_rows().select(ROW_NUMBER, "check_name", "reason")
    if column not in {"cell_code", "event_date"}:
        # A name that names no species is shown in place of the key that is missing.
        missing = values.str.starts_with(NO_SPECIES).fill_null(value=False)
        by_contract = failed_values(tables()["landed.occurrence"], column, values.set(missing, None))
    check_name, reason = UNCOUNTED.get(column, (None, None))
    sentence = pl.col("reason").fill_null(pl.lit(reason, pl.String))
    if column in REASONS:
        shown = pl.lit("") if column == "has_geospatial_issue" else pl.format(" ({})", "failed_value")
        why = pl.lit(REASONS[column])
        if column == "event_date":
            why = pl.when(pl.col("failed_value").str.contains(SERIAL_NUMBER)).then(pl.lit(SERIAL_REASON)).otherwise(why)
        sentence = pl.concat_str(why, shown, pl.lit("."), ignore_nulls=True)
    if column == "species_key":
        named = pl.col("failed_value").str.strip_prefix(NO_SPECIES)
        sentences = named.map_elements(no_species, return_dtype=pl.String)
        sentence = pl.when(pl.col("failed_value").str.starts_with(NO_SPECIES)).then(sentences).otherwise(sentence)
    if column == "country_code":
        unsaid = f"{REASONS[column]}."
        sentence = pl.lit(pl.Series([unsaid if value is None else no_country(value) for value in values]))
    reasons = failed.join(by_contract, on=ROW_NUMBER, how="left", maintain_order="left").select(
        *FAILURE, pl.col("check_name").fill_null(pl.lit(check_name, pl.String)), sentence.alias("reason")
    )
    if reasons["check_name"].null_count():
        raise ContractViolation(f"A record was refused for {column} that the contract allows; report this as a defect.")
    return reasons


def _with_groups(records: pl.DataFrame, engine: Engine, defaults: RowDefaults) -> pl.DataFrame:
    """Species from records with their reporting group (`taxon_group`) instead of their higher taxa."""
    grouped = with_groups(records.rename({"class_name": "class", "order_name": "order"}))
    groups = complete_groups(
        grouped["taxon_group"],
        defaults.taxon_group,
        has_key=grouped.select(is_given_key(pl.col("species_key"))).to_series(),
        has_phylum_and_class=engine.has_phylum_and_class,
        shown=engine.records[0].shown,
    )
    return grouped.with_columns(groups).drop("kingdom", "phylum", "class", "order")


def with_reporting_groups(engine: Engine) -> Iterator[pl.DataFrame]:
    """Species of the records with their reporting group, without one where the files do not name phylum and class."""
    for records in engine.species():
        if engine.has_phylum_and_class:
            yield _with_groups(records, engine, RowDefaults(""))
        else:
            unknown = pl.lit(None, pl.String).alias("taxon_group")
            yield records.drop("kingdom", "phylum", "class_name", "order_name").with_columns(unknown)
