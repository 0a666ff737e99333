"""National Red Lists as archives of GBIF: taxa, and the distribution of each with its threat status in a country.

A row speaks of a country where `locationID` is a country's code or is missing and `countryCode` or `locality` names one; parts of
countries and groups of them are left out. A species is known by its name: the identifiers of an archive mean nothing outside it. The
year is that of `eventDate`, else the only one that `source` names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import polars as pl

from ness_pipeline.contract.batch import Batch
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.contract.refused import filtered_out, refused_rows, whole_rows_as_json
from ness_pipeline.errors import SchemaDrift
from ness_pipeline.files.dwca import archive_table
from ness_pipeline.files.raw import ROW
from ness_pipeline.files.row_defaults import RowDefaults
from ness_pipeline.files.unpack import Unpacked
from ness_pipeline.files.values import with_contract_values
from ness_pipeline.names.column_names import ColumnNames
from ness_pipeline.names.countries import countries, country_named
from ness_pipeline.names.species_names import is_below_species, name_key_of, species_name_of
from ness_pipeline.names.taxon_groups import with_groups

RANKS = ("kingdom", "phylum", "class", "order")
SPECIES = ("species", "")
DISTRIBUTION = ("locationID", "countryCode", "locality", "threatStatus", "eventDate", "source")
COUNTRY_CODE = re.compile(
    r"^(?:(?:urn:)?iso[ _-]?3166(?:-1)?(?:[ _-]?alpha-?[23])?[:/ ])?([A-Za-z]{2,3})$", re.IGNORECASE
)
"""A location that is a whole country: `KE`, `ISO_3166:KE`, `ISO3166-1:KE`; `ISO_3166-2:BE-VLG` is a part of one."""
NO_COUNTRY = "The area is a part or a group of countries."
NO_STATUS = "The row says no threat status."
BELOW_SPECIES = "The taxon is none of the rank of a species."
NO_SPECIES = "The name of the taxon is none of a species."
NO_YEAR = "eventDate gives no year of the assessment, and source names none or several; write the year in eventDate."


def is_checklist(row_types: Sequence[str]) -> bool:
    """Whether an archive holds taxa and the distribution of each.

    Args:
        row_types: what its core and its extensions are about.
    """
    return row_types[0] == "taxon" and "distribution" in row_types


def read_checklist(archive: Unpacked, defaults: RowDefaults) -> Iterator[Batch]:
    """The assessments of an archive of taxa, in the contract's columns.

    Raises:
        WrongUsage: a file of the archive is missing or unreadable.
        SchemaDrift: its distributions say no threat status.
    """
    taxa = _taxa(archive, defaults)
    raw = archive_table(archive, "distribution")
    names = ColumnNames(raw.names, raw.shown)
    names.require("the Red List category of a taxon in an area", "threatStatus")
    for rows in raw.batches():
        given = rows.select(
            ROW,
            pl.col(names.name_of("coreid")).alias("id"),
            *(_text(names, term) for term in DISTRIBUTION),
        )
        yield _batch(given.join(taxa, on="id", how="left", maintain_order="left"), defaults)


def _text(names: ColumnNames, term: str) -> pl.Expr:
    return (pl.col(names.name_of(term)) if term in names else pl.lit(None, pl.String)).alias(term)


def _taxa(archive: Unpacked, defaults: RowDefaults) -> pl.DataFrame:
    """Name and group of each taxon by its identifier, and whether it is a species."""
    raw = archive_table(archive, "taxon")
    names = ColumnNames(raw.names, raw.shown)
    identifier = names.any_of("id", "taxonID")
    if identifier is None:
        raise SchemaDrift(f"{raw.shown} does not say in meta.xml which column identifies its taxa; download it again.")
    wanted = ("scientificName", "acceptedNameUsage", "taxonRank", *RANKS)
    parts = [rows.select(pl.col(names.name_of(identifier)).alias("id"), *(_text(names, term) for term in wanted)) for rows in raw.batches()]  # fmt: skip
    taxa = with_groups(pl.concat(parts).unique("id", keep="first", maintain_order=True))
    name = pl.coalesce("acceptedNameUsage", "scientificName")
    rank = pl.col("taxonRank").fill_null("").str.to_lowercase()
    return taxa.select(
        "id",
        species_key=name_key_of(name),
        scientific_name=species_name_of(name),
        taxon_group=pl.col("taxon_group").fill_null(pl.lit(defaults.taxon_group, pl.String)),
        is_species=rank.is_in(SPECIES) & ~(is_below_species(name) & (rank == "")),
    )


def _batch(rows: pl.DataFrame, defaults: RowDefaults) -> Batch:
    """Assessments of countries; rows without a year are refused, those of other areas left out and counted."""
    filters = (
        ("species_key", BELOW_SPECIES, pl.col("is_species").fill_null(value=True)),
        ("species_key", NO_SPECIES, pl.col("species_key").is_not_null()),
        ("red_list_category", NO_STATUS, pl.col("threatStatus").is_not_null()),
        ("scope", NO_COUNTRY, pl.col("scope").is_not_null()),
    )
    rows = rows.with_columns(_scopes(rows, defaults.country_code), _years(rows))
    counted = []
    for column, reason, keeps in filters:
        kept = rows.filter(keeps)
        if kept.height < rows.height:
            counted.append((column, reason, rows.height - kept.height))
        rows = kept
    dated = rows.drop_nulls("assessment_year")
    undated = rows.filter(pl.col("assessment_year").is_null())
    assessments = dated.select(
        "species_key", "scientific_name", "taxon_group", "assessment_year", "scope", red_list_category="threatStatus"
    )
    table = tables()["core.assessment"]
    is_complete = pl.lit(defaults.given(table).get("is_complete_list"), pl.String)
    return Batch(
        "assessment",
        with_contract_values(assessments.with_columns(is_complete_list=is_complete), table, ()),
        refused=refused_rows(
            undated.get_column(ROW),
            column="assessment_year",
            check="year",
            reason=NO_YEAR,
            rows=whole_rows_as_json(undated.select("id", *DISTRIBUTION)),
        ),
        left_out=filtered_out(*map(list, zip(*counted, strict=True))) if counted else None,
    )


def _scopes(rows: pl.DataFrame, given: str | None) -> pl.Series:
    """The country of each row; None for other areas."""
    places = rows.select("locationID", "countryCode", "locality")
    scopes = {(where, code, name): _scope(where, code, name, given) for where, code, name in places.unique().rows()}
    return pl.Series("scope", [scopes[place] for place in places.rows()], dtype=pl.String)


def _scope(location: str | None, code: str | None, locality: str | None, given: str | None) -> str | None:
    if location is not None:
        found = COUNTRY_CODE.match(location)
        return country_named(found[1]) if found else None
    if code is not None:
        country = country_named(code)
        # A locality beside the code is a part of the country, unless it is the country's name.
        is_whole = locality is None or country_named(locality) == country
        return country if is_whole and country in countries() else None
    return country_named(locality) if locality is not None else given


def _years(rows: pl.DataFrame) -> pl.Series:
    """The year of each row as text."""
    pairs = rows.select("eventDate", "source").rows()
    years = {pair: _year(*pair) for pair in set(pairs)}
    return pl.Series("assessment_year", [years[pair] for pair in pairs], dtype=pl.String)


def _year(event_date: str | None, source: str | None) -> str | None:
    if event_date and (found := re.findall(r"\b(?:1[89]|20)\d\d\b", event_date)):
        return str(max(found))
    years: set[str] = set(re.findall(r"\b(?:1[89]|20)\d\d\b", source or ""))
    return years.pop() if len(years) == 1 else None
