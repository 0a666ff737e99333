"""A cube of records as batches for the loader: the cube, the refused records, the species."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from ness_pipeline.contract.batch import Batch
from ness_pipeline.contract.check import failed_values
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.contract.refused import ROW_NUMBER, as_refused_rows, filtered_out, no_refused_rows, refused_rows
from ness_pipeline.cube.engine import Engine
from ness_pipeline.cube.species import species_of
from ness_pipeline.errors import ContractViolation, WrongUsage
from ness_pipeline.files.refused import positions
from ness_pipeline.names.taxon_groups import RESIDUAL_GROUPS, with_groups

WHY = {
    "occurrence_status": "The record does not say that the species was present",
    "has_geospatial_issue": "GBIF doubts where the record is",
    "basis_of_record": "A fossil or a specimen living in a zoo or garden says nothing of the wild",
    "species_key": "The record is not identified to an accepted species",
    "year": "The year of the record is unknown or outside 1600 to 2100",
    "country_code": "The country of the record is not known as an ISO 3166-1 alpha-2 code",
    "event_date": "The date is not written as ISO 8601",
}
OPTIONS = {
    "record_id": ("unique", "The file holds this record twice."),
    "coordinate_uncertainty_m": ("cap", "The record is less certain than the cap on uncertainty allows."),
    "cell_code": ("grid", "The record has no coordinates that lie in a cell of the grid."),
}
"""Why a record that meets the contract is not counted: check and reason by column."""
KEPT_WHOLE = 10_000
"""Of more refused records than these, only those that break the contract are kept whole, and those that filters leave out
are counted: in a snapshot of the world, these alone would make a copy of it.
"""
_ALIKE = ["failed_column", "failed_value"]
_REASONS = dict.fromkeys((*_ALIKE, "check_name", "reason"), pl.String)


@dataclass(frozen=True)
class Said:
    """What a user says of all records.

    Attributes:
        source: goes into the `source` column.
        taxon_group: reporting group, for records without higher taxa.
        checklist_key: checklist of the species keys.
    """

    source: str
    taxon_group: str | None = None
    checklist_key: str | None = None


def batches_of(engine: Engine, said: Said, *, kept_whole: int = KEPT_WHOLE) -> Iterator[Batch]:
    """The cube, then refused records, then species; every record received is counted, left out or refused.

    Args:
        engine: the records.
        said: what is said of all of them.
        kept_whole: most refused records of which those that filters leave out are kept whole as well.

    Raises:
        WrongUsage: there is not one record, or the files do not say the reporting group and no option does.
        ContractViolation: records received and accounted for differ, which is a defect.
    """
    columns = {column.name: column.dtype for column in tables()["core.occurrence_cube"].columns}
    filled = [pl.lit(said.source).alias("source"), pl.lit(said.checklist_key, pl.String).alias("checklist_key")]
    received, loaded, refused = engine.received(), 0, 0
    if not received:
        raise WrongUsage(f"{engine.records[0].shown} has column names but no rows; export it again.")
    species = list(species_of(_grouped(frame, engine, said) for frame in engine.species()))
    for frame in engine.cube(is_sorted=True):
        records = int(frame["occurrences"].sum())
        loaded += records
        yield Batch("occurrence_cube", frame.with_columns(filled).select(*columns), records=records)
    nothing = pl.DataFrame(schema=columns)
    if are_many := received - loaded > kept_whole:
        left_out = _left_out(engine)
        refused += int(left_out["records"].sum())
        yield Batch("occurrence_cube", nothing, left_out=left_out, records=0)
    if received > loaded:
        for frame in refused_records(engine, left_out=not are_many):
            refused += frame.height
            yield Batch("occurrence_cube", nothing, refused=frame, records=0)
    if received != loaded + refused:
        message = f"{engine.records[0].shown} has {received} records but {loaded + refused} are accounted for; report this as a defect."
        raise ContractViolation(message)
    for frame in species:
        yield Batch("country_species", frame.with_columns(filled))


def _left_out(engine: Engine) -> pl.DataFrame:
    """How many records each filter leaves out."""
    records = engine.filtered_out()
    reasons = [OPTIONS[name][1] if name in OPTIONS else f"{WHY[name]}." for name in records]
    return filtered_out(list(records), reasons, list(records.values()))


def refused_records(engine: Engine, *, left_out: bool = True) -> Iterator[pl.DataFrame]:
    """Refused records in the columns `REFUSED_COLUMNS`, with their position in the files as they came.

    Args:
        engine: the records.
        left_out: whether records that filters leave out are among them.

    Raises:
        ContractViolation: a record was refused that neither contract nor options refuse, which is a defect.
    """
    offsets = engine.rows_before()
    malformed = {file: part.malformed[ROW_NUMBER] for part in engine.records for file in part.files}
    reasons = pl.DataFrame(schema=_REASONS)
    for frame in engine.refused(with_filtered_out=left_out):
        starts = frame["file_path"].replace_strict(offsets, return_dtype=pl.Int64)
        reasons = _reasons_for(frame.select(_ALIKE).unique(), reasons)
        found = frame.join(reasons, on=_ALIKE, how="left", nulls_equal=True, maintain_order="left")
        refused = refused_rows(
            starts + frame["file_row"],
            column=found["failed_column"],
            check=found["check_name"],
            reason=found["reason"],
            rows=found["whole_row"],
        ).with_columns(frame["file_path"])
        for (path,), rows in refused.partition_by("file_path", as_dict=True, include_key=False).items():
            yield rows.with_columns(positions(rows[ROW_NUMBER], malformed[str(path)])).sort(ROW_NUMBER)
    for part in engine.records:
        if part.malformed.height:
            yield as_refused_rows(part.malformed)


def _reasons_for(failures: pl.DataFrame, earlier: pl.DataFrame) -> pl.DataFrame:
    """Check and reason for records that fail alike, found once for all of them.

    Args:
        failures: the column that fails and its value, each pair once.
        earlier: reasons for the frame before; those that are needed again are kept.
    """
    kept = earlier.join(failures, on=_ALIKE, how="semi", nulls_equal=True)
    new = failures.join(earlier, on=_ALIKE, how="anti", nulls_equal=True).partition_by("failed_column", as_dict=True)
    return pl.concat([kept, *(_reasons_of(str(column), part["failed_value"]) for (column,), part in new.items())])


def _reasons_of(column: str, values: pl.Series) -> pl.DataFrame:
    """Check and reason for each value that fails in a column.

    Raises:
        ContractViolation: neither contract nor options refuse the value, which is a defect.
    """
    failed = pl.DataFrame({"failed_column": column, "failed_value": values})
    failed = failed.with_row_index(ROW_NUMBER).cast({ROW_NUMBER: pl.Int64})
    broken = no_refused_rows().select(ROW_NUMBER, "check_name", "reason")
    if column != "cell_code":
        broken = failed_values(tables()["landed.occurrence"], column, values)
    check_name, reason = OPTIONS.get(column, (None, None))
    sentence = pl.col("reason").fill_null(pl.lit(reason, pl.String))
    if column in WHY:
        shown = pl.lit("") if column == "has_geospatial_issue" else pl.format(" ({})", "failed_value")
        sentence = pl.concat_str(pl.lit(WHY[column]), shown, pl.lit("."), ignore_nulls=True)
    reasons = failed.join(broken, on=ROW_NUMBER, how="left", maintain_order="left").select(
        *_ALIKE, pl.col("check_name").fill_null(pl.lit(check_name, pl.String)), sentence.alias("reason")
    )
    if reasons["check_name"].null_count():
        raise ContractViolation(f"A record was refused for {column} that the contract allows; report this as a defect.")
    return reasons


def _grouped(records: pl.DataFrame, engine: Engine, said: Said) -> pl.DataFrame:
    """Ways of naming species with their reporting group: from higher taxa, else the one given for all.

    Without both phylum and class nobody can tell what remains of a kingdom, so residual groups need the option.
    """
    names: Mapping[str, str] = {"class_name": "class", "order_name": "order"}
    grouped = with_groups(records.rename(names))
    found = grouped["taxon_group"]
    if not engine.has_phylum_and_class:
        found = found.set(found.is_in(list(RESIDUAL_GROUPS)).fill_null(value=False), None)
        if said.taxon_group is None and found.null_count():
            message = f"{engine.records[0].shown} has no columns phylum and class to tell the reporting group; give it, as in --taxon-group mammals."
            raise WrongUsage(message)
    if said.taxon_group is not None:
        found = found.fill_null(said.taxon_group)
    return grouped.with_columns(found).drop("kingdom", "phylum", "class", "order")
