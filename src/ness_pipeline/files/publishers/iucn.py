"""Exports of a search of the IUCN Red List: assessments, countries and threats of species, as the source `iucn` gives them.

Traps: regional assessments, subspecies and subpopulations stand among the species; a country stands once for each season and way
in which a species is there; categories are names, of version 2.3 for old assessments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from ness_pipeline.contract.batch import Batch
from ness_pipeline.contract.refused import filtered_out
from ness_pipeline.errors import ContractViolation, SchemaDrift
from ness_pipeline.files.about import About
from ness_pipeline.files.publishers.published import Published
from ness_pipeline.files.raw import RawTable
from ness_pipeline.names.countries import countries
from ness_pipeline.names.ranges import NATIVE, rank_in_range
from ness_pipeline.names.red_list_words import CHECKLIST, category_named, own_key, vocabulary_word
from ness_pipeline.names.taxon_groups import index_set_of, with_groups

ASSESSMENTS, TAXONOMY, SUMMARY, COUNTRIES, THREATS = (
    "assessments.csv", "taxonomy.csv", "simple_summary.csv", "countries.csv", "threats.csv",
)  # fmt: skip
LAYOUT = "IUCN Red List export"
ID = "internalTaxonId"
LINEAGE = {"kingdom": "kingdomName", "phylum": "phylumName", "class": "className", "order": "orderName"}
AGENTS = ("ias", "virus", "ancestry", "text")
REGIONAL = "The assessment is of a region, not of the world."
BELOW_SPECIES = "The taxon is a subspecies, variety or subpopulation."
NO_COUNTRY = "The place is no country of ISO 3166-1."
OTHER_PARTS = "The country is listed for another season or way of being there, which ranks lower."
REPEATED = "The threat is listed twice."
NOT_ASSESSED = "The export has no global assessment of this species."

_Tables = Mapping[str, Callable[[], RawTable]]


def read_export(tables: _Tables, shown: str) -> Published | None:
    """The tables of an export; None for files that are none.

    Args:
        tables: what opens each table, by its name.
        shown: how messages name the export.

    Raises:
        SchemaDrift: it holds no assessments with their years.
    """
    if not {ASSESSMENTS, SUMMARY} & set(tables):
        return None
    if ASSESSMENTS not in tables:
        raise _no_years(shown)
    filled = [
        "assessment",
        *(table for table, file in (("country_species", COUNTRIES), ("threat", THREATS)) if file in tables),
    ]
    return Published(LAYOUT, tuple(filled), _batches(tables, shown), _about())


def read_single(raw: RawTable) -> Published | None:
    """One table of an export, loaded by itself; None for every other table.

    Raises:
        SchemaDrift: it is one that says too little by itself.
    """
    if not {"assessmentId", ID, "scientificName"} <= {*raw.names}:
        return None
    if "redlistCategory" in raw.names and "yearPublished" in raw.names:
        return Published(LAYOUT, ("assessment",), _batches({ASSESSMENTS: lambda: raw}, raw.shown), _about())
    if "redlistCategory" in raw.names:
        raise _no_years(raw.shown)
    raise SchemaDrift(f"{raw.shown} is one table of an export of the IUCN Red List, without the assessments; load the zip as it was downloaded.")  # fmt: skip


def _no_years(shown: str) -> SchemaDrift:
    return SchemaDrift(
        f"{shown} is a summary of an IUCN Red List search, which does not say in which year a species was assessed; choose "
        f"'Search Results' as download, and load the zip with {ASSESSMENTS} as it comes."
    )


def _about() -> About:
    return About(
        citation="IUCN, The IUCN Red List of Threatened Species. https://www.iucnredlist.org",
        licence="LicenseRef-IUCN-Red-List-terms-of-use",
        publisher="IUCN",
    )


@dataclass
class _LeftOut:
    """Rows that a filter leaves out, by column and reason."""

    counts: dict[tuple[str, str], int]

    def filter(self, rows: pl.DataFrame, kept: pl.Expr, column: str, reason: str) -> pl.DataFrame:
        """The rows that a filter keeps; the others are counted."""
        remaining = rows.filter(kept)
        if dropped := rows.height - remaining.height:
            self.counts[column, reason] = self.counts.get((column, reason), 0) + dropped
        return remaining

    def frame(self) -> pl.DataFrame:
        """The counts in the columns `FILTERED_OUT_COLUMNS`."""
        return filtered_out(
            [column for column, _ in self.counts], [reason for _, reason in self.counts], list(self.counts.values())
        )


def _batches(tables: _Tables, shown: str) -> Iterator[Batch]:
    """Assessments, then countries, then threats of the assessed species."""
    assessments, left_out = _assessments(tables, shown)
    yield Batch("assessment", assessments.drop("country_category"), left_out=left_out)
    species = assessments.select("species_key", "scientific_name", "taxon_group", red_list_category="country_category")
    if COUNTRIES in tables:
        yield _country_species(_frame(tables[COUNTRIES](), (ID, "code", "origin", "presence")), species)
    if THREATS in tables:
        needed = (ID, "code", "name", "timing", "scope", "severity")
        yield _threats(_frame(tables[THREATS](), needed, AGENTS), species)


def _frame(raw: RawTable, needed: tuple[str, ...], optional: tuple[str, ...] = ()) -> pl.DataFrame:
    """Some columns of a table; optional ones that are missing are NULL.

    Raises:
        SchemaDrift: a needed column is missing.
        ContractViolation: a line is none of the table.
    """
    for name in needed:
        if name not in raw.names:
            raise SchemaDrift(
                f"{raw.shown} has a table of the IUCN Red List without the column {name}; download it again."
            )
    wanted = [
        pl.col(name) if name in raw.names else pl.lit(None, pl.String).alias(name) for name in (*needed, *optional)
    ]
    parts = [rows.select(wanted) for rows in raw.batches()]
    if raw.malformed.height:
        line = raw.malformed.get_column("row_number")[0] + 2
        raise ContractViolation(f"{raw.shown} has a line ({line}) without the {len(raw.names)} columns of its header; download it again.")  # fmt: skip
    return pl.concat(parts) if parts else pl.DataFrame(schema=dict.fromkeys((*needed, *optional), pl.String))


def _assessments(tables: _Tables, shown: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Assessments in the columns of the contract with `country_category`, and what was left out."""
    needed = (ID, "scientificName", "redlistCategory", "yearPublished")
    optional = ("scopes", "possiblyExtinct", "possiblyExtinctInTheWild")
    rows = _frame(tables[ASSESSMENTS](), needed, optional)
    if rows.is_empty():
        raise ContractViolation(f"{shown} has no assessments; search again and download the results.")
    left_out = _LeftOut({})
    is_global = pl.col("scopes").is_null() | pl.col("scopes").str.split("&").list.eval(pl.element().str.strip_chars()).list.contains("Global")  # fmt: skip
    rows = left_out.filter(rows, is_global, "scope", REGIONAL)
    taxa = next((name for name in (TAXONOMY, SUMMARY) if name in tables), None)
    columns = (*LINEAGE.values(), "familyName", "infraName", "subpopulationName")
    taxonomy = None if taxa is None else _frame(tables[taxa](), (ID,), columns).unique(ID, keep="first")
    rows = rows.with_columns(pl.lit(None, pl.String).alias(name) for name in columns) if taxonomy is None else rows.join(taxonomy, on=ID, how="left", maintain_order="left")  # fmt: skip
    whole = pl.all_horizontal(pl.col("infraName", "subpopulationName").is_null()) & ~pl.col("scientificName").str.contains(r" (ssp|subsp|var)\. |subpopulation")  # fmt: skip
    rows = left_out.filter(rows, whole, "species_key", BELOW_SPECIES)
    words = rows.get_column("redlistCategory").drop_nulls().unique().to_list()
    named = {word: found[0] for word in words if (found := category_named(word)) is not None}
    sets = {pair: index_set_of(*pair) for pair in rows.select("orderName", "familyName").unique().rows()}
    tags = [pl.col(name).str.to_lowercase() == "true" for name in ("possiblyExtinct", "possiblyExtinctInTheWild")]
    grouped = with_groups(rows.rename({column: rank for rank, column in LINEAGE.items()}))
    made = grouped.select(
        species_key=pl.lit(own_key("")) + pl.col(ID),
        scientific_name="scientificName",
        taxon_group="taxon_group",
        index_set=pl.Series([sets[pair] for pair in rows.select("orderName", "familyName").rows()], dtype=pl.String),
        assessment_year="yearPublished",
        red_list_category=pl.col("redlistCategory").replace(named),
        is_possibly_extinct=pl.any_horizontal(tags),
        scope=pl.lit("global"),
        country_category=pl.col("redlistCategory").replace_strict(named, default=None, return_dtype=pl.String),
    )
    return made, left_out.frame()


def _country_species(rows: pl.DataFrame, species: pl.DataFrame) -> Batch:
    """Where each species is, with the country's equal share of its range: the countries of the highest rank share it."""
    left_out = _LeftOut({})
    rows = left_out.filter(rows, pl.col("code").is_in(list(countries())), "country_code", NO_COUNTRY)
    places = rows.select(
        pl.lit(own_key("")).add(pl.col(ID)).alias("species_key"),
        pl.col("code").alias("country_code"),
        _words("origin", rows),
        _words("presence", rows),
    )
    pairs = places.select("origin", "presence").unique()
    ranks = pairs.with_columns(pl.Series("rank", [rank_in_range(*pair) for pair in pairs.rows()], dtype=pl.Int8))
    ranked = places.join(ranks, on=["origin", "presence"], how="left", nulls_equal=True, maintain_order="left")
    first = pl.int_range(pl.len()).over("species_key", "country_code") == 0
    ranked = left_out.filter(
        ranked.sort("rank", descending=True, maintain_order=True), first, "country_code", OTHER_PARTS
    )
    known = species.unique("species_key", keep="last")
    ranked = left_out.filter(ranked, pl.col("species_key").is_in(known.get_column("species_key").implode()), "species_key", NOT_ASSESSED)  # fmt: skip
    widest = pl.col("rank").max().over("species_key")
    shares = pl.when((pl.col("rank") == widest) & (widest >= NATIVE)).then(1 / (pl.col("rank") == widest).sum().over("species_key"))  # fmt: skip
    made = ranked.with_columns(range_share=shares, checklist_key=pl.lit(CHECKLIST)).drop("rank")
    method = pl.when(pl.col("range_share").is_not_null()).then(pl.lit("equal_shares"))
    joined = made.with_columns(share_method=method).join(known, on="species_key", how="left").sort("country_code", "species_key")  # fmt: skip
    return Batch("country_species", joined, left_out=left_out.frame())


def _threats(rows: pl.DataFrame, species: pl.DataFrame) -> Batch:
    """The threats of each species, each once per named agent."""
    left_out = _LeftOut({})
    made = rows.select(
        pl.lit(own_key("")).add(pl.col(ID)).alias("species_key"),
        pl.col("code").str.replace_all("_", ".").alias("threat_code"),
        pl.col("name").alias("threat_name"),
        pl.coalesce(AGENTS).alias("detail"),
        *(_words(name, rows) for name in ("timing", "scope", "severity")),
    )
    keys = species.get_column("species_key").unique().implode()
    made = left_out.filter(made, pl.col("species_key").is_in(keys), "species_key", NOT_ASSESSED)
    made = left_out.filter(made, pl.struct(pl.all()).is_first_distinct(), "threat_code", REPEATED)
    return Batch("threat", made, left_out=left_out.frame())


def _words(name: str, rows: pl.DataFrame) -> pl.Expr:
    """A column of words as the contracts write them."""
    words = rows.get_column(name).drop_nulls().unique().to_list()
    return pl.col(name).replace_strict({word: vocabulary_word(word) for word in words}, default=None, return_dtype=pl.String)  # fmt: skip
