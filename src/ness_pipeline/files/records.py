"""Occurrence records: Darwin Core in any of GBIF's layouts or an own table of the same columns, counted into a cube."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ness_pipeline.check import ROW as POSITION
from ness_pipeline.check import check
from ness_pipeline.cube.duckdb import Cube
from ness_pipeline.dictionary import tables
from ness_pipeline.files.raw import ROW, RawTable, as_json
from ness_pipeline.files.rejects import Rejects, told
from ness_pipeline.files.result import Options, batches_of
from ness_pipeline.files.terms import Terms
from ness_pipeline.sources import REJECTED, Batch
from schemas.landed.occurrence import GEOSPATIAL_ISSUES

MARKS = ("gbifID", "basisOfRecord", "occurrenceID", "eventDate", "decimalLatitude", "occurrenceStatus")
"""A table with one of these columns holds records, not counts."""
PRESENT = ("present", "presente", "présent", "présente", "presence", "1", "true", "common", "abundant", "frequent", "rare", "uncommon", "irregular", "doubtful")  # fmt: skip
"""Words for present that publishers used before GBIF interpreted the term; any other word is refused."""
MIDNIGHT = r"T00:00(:00(\.0+)?)?Z?$"
WHY = {
    "occurrence_status": "The record does not say that the species was present",
    "has_geospatial_issue": "GBIF doubts where the record is",
    "basis_of_record": "A fossil or a specimen living in a zoo or garden says nothing of the wild",
    "species_key": "The record is not identified to an accepted species",
    "year": "The year of the record is unknown or outside 1600 to 2100",
    "country_code": "The country of the record is not known as an ISO 3166-1 alpha-2 code",
    "event_date": "The date is not written as ISO 8601",
}


def is_records(terms: Terms) -> bool:
    """Whether a table with these columns holds occurrence records."""
    return terms.any_of(*MARKS) is not None


def read_records(raw: RawTable, options: Options) -> Iterator[Batch]:
    """Refused records, then the cube of the others, then its species.

    Raises:
        WrongUsage: the file is damaged, or does not say country or group and no option does.
        SchemaDrift: a column that every record needs is missing.
    """
    terms = Terms(raw.names, raw.shown)
    columns = _columns(terms, options)
    with Cube("occurrence") as cube, Rejects() as rejects:
        for rows in raw.batches():
            offset = int(rows.get_column(ROW)[0])
            texts = rows.select(columns).with_columns(terms.groups(rows, options.taxon_group))
            valid, refused = check(tables()["landed.occurrence"], texts, options.source)
            cube.add(valid.with_columns(pl.col(POSITION) + offset))
            rejects.add(told(refused, rows, texts, WHY))
        _refuse_repeated(cube, raw, rejects)
        yield from batches_of(cube, rejects, raw, options)


def _columns(terms: Terms, options: Options) -> list[pl.Expr]:
    """The columns of the contract `Occurrence`, as text, from a file's own."""
    terms.require("the key of the accepted species", "speciesKey", "acceptedTaxonKey", "taxonKey")
    terms.require("the year of the event", "year", "eventDate")
    position = pl.lit("row ") + pl.col(ROW).cast(pl.String)
    status = terms.value("occurrenceStatus")
    present = status.is_null() | status.str.to_lowercase().is_in(PRESENT)
    basis = terms.value("basisOfRecord").str.replace_all(r"([a-z])([A-Z])", "${1}_$2").str.to_uppercase()
    date = terms.value("eventDate").str.replace(MIDNIGHT, "")
    return [
        pl.coalesce(terms.value("gbifID", "occurrenceID"), position).alias("record_id"),
        pl.when(present).then(pl.lit("PRESENT")).otherwise(status.str.to_uppercase()).alias("occurrence_status"),
        _has_issue(terms).alias("has_geospatial_issue"),
        basis.str.replace_all(r"[ -]", "_").alias("basis_of_record"),
        _species_key(terms).alias("species_key"),
        (terms.whole("year") if "year" in terms else _year_of(date)).alias("year"),
        terms.country(options.country_code).alias("country_code"),
        _readable(date).alias("event_date"),
        terms.value("eventTime").alias("event_time"),
        terms.value("decimalLatitude").alias("decimal_latitude"),
        terms.value("decimalLongitude").alias("decimal_longitude"),
        terms.value("coordinateUncertaintyInMeters").alias("coordinate_uncertainty_m"),
        terms.value("species").alias("scientific_name"),
        terms.text("iucnRedListCategory").str.to_uppercase().alias("red_list_category"),
        terms.is_introduced().alias("is_introduced"),
    ]


def _has_issue(terms: Terms) -> pl.Expr:
    """Old layouts have the flag, new ones the list, some both; the flag knew fewer issues than the list."""
    flagged = terms.text("hasGeospatialIssues", "hasGeospatialIssue").str.to_lowercase().is_in(["true", "1"])
    listed = terms.text("issue", "issues").str.contains(rf"\b({'|'.join(GEOSPATIAL_ISSUES)})\b")
    return flagged.fill_null(value=False) | listed.fill_null(value=False)


def _species_key(terms: Terms) -> pl.Expr:
    """The key of the accepted species.

    A file that has `speciesKey` means NULL by an empty one: GBIF fills it for every record that belongs to an accepted
    species, so neither the rank nor another key may overrule it. Files without the column give it for records of rank
    species that are no synonyms.
    """
    if "speciesKey" in terms:
        return terms.key("speciesKey")
    terms.require("whether taxonKey is a species", "taxonRank")
    is_species = terms.value("taxonRank").str.to_uppercase() == "SPECIES"
    if "acceptedTaxonKey" in terms:
        return pl.when(is_species).then(terms.key("acceptedTaxonKey"))
    terms.require("whether taxonKey is an accepted species", "taxonomicStatus")
    return pl.when(is_species & (terms.value("taxonomicStatus").str.to_uppercase() == "ACCEPTED")).then(
        terms.key("taxonKey")
    )


def _year_of(date: pl.Expr) -> pl.Expr:
    """The year of a date; NULL for an interval over several years."""
    first, last = date.str.slice(0, 4), date.str.extract(r"/(\d{4})", 1)
    return pl.when(last.is_null() | (last == first)).then(first)


def _readable(date: pl.Expr) -> pl.Expr:
    """A date as it is, marked when its day is not in the calendar, so that the contract refuses it."""
    days = (date.str.extract(rf"{start}(\d{{4}}-\d{{2}}-\d{{2}})", 1) for start in ("^", "/"))
    impossible = (day.is_not_null() & day.str.to_date("%Y-%m-%d", strict=False).is_null() for day in days)
    return pl.when(pl.any_horizontal(impossible)).then(pl.lit("no day: ") + date).otherwise(date)


def _refuse_repeated(cube: Cube, raw: RawTable, rejects: Rejects) -> None:
    """A record that a file holds twice counts once; the file is read again only where there are such records."""
    repeated = cube.remove_repeated("record_id")
    if repeated.is_empty():
        return
    for rows in raw.batches():
        again = rows.filter(pl.col(ROW).is_in(repeated.implode()))
        same = {"column_name": "record_id", "check_name": "unique", "reason": "The file holds this record twice."}
        rejects.add(
            again.select(
                pl.col(ROW).alias("row_number"),
                *(pl.lit(value).alias(name) for name, value in same.items()),
                pl.Series("row", as_json(again), pl.String),
            ).select(*REJECTED)
        )
