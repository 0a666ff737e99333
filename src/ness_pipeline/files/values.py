"""Values of own tables as people write them, in the form of the contract: numbers, Red List categories, units of series.

A decimal comma is read as a point in a column of numbers where it cannot be anything else: some value has a comma that separates
no thousands, and none has a point. What stays unclear is refused by the contract. Text is never changed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from ness_pipeline.contract.dictionary import Table
from ness_pipeline.files.raw import RawTable
from ness_pipeline.names.published_series import current_code, factor, unit_of
from ness_pipeline.names.published_values import published_value
from ness_pipeline.names.red_list_words import category_named, vocabulary_word
from ness_pipeline.schemas.vocabulary import (
    ORIGINS,
    PRESENCES,
    TAXON_GROUPS,
    THREAT_SCOPES,
    THREAT_SEVERITIES,
    THREAT_TIMINGS,
)

CATEGORIES = ("red_list_category", "category_before", "category_after")
SHARE = "1"
"""Unit of shares in contracts; `50%` of it is 0.5."""
PER_CENT = "PERCENT"
VOCABULARIES: Mapping[str, Collection[str]] = {
    "origin": ORIGINS,
    "presence": PRESENCES,
    "timing": THREAT_TIMINGS,
    "severity": THREAT_SEVERITIES,
    "taxon_group": TAXON_GROUPS,
}
"""Columns of words that a contract lists, by name."""
VALUES = ("value", "value_lower", "value_upper")
NOT_CONVERTIBLE = "unit not convertible"
"""Column with the reason why the unit of a row cannot be read, NULL where it can; the blanks keep it apart from a file's own."""


def number_columns(raw: RawTable, table: Table) -> list[str]:
    """Columns of a file in which the contract has numbers with decimals."""
    return [column.name for column in table.columns if column.dtype == pl.Float64 and column.name in raw.names]


def with_contract_values(rows: pl.DataFrame, table: Table, decimal_commas: Collection[str]) -> pl.DataFrame:
    """Rows with the values of the contract, as text.

    Args:
        rows: rows in the columns of the contract, all text.
        table: the table.
        decimal_commas: columns whose commas are decimal ones.
    """
    for name in decimal_commas:
        rows = rows.with_columns(pl.col(name).str.replace(r"^((?:[<>]=?)?\s*[+-]?\d+),(\d+\s*%?)$", "${1}.$2"))
    for column in table.columns:
        if column.dtype == pl.Float64 and column.unit == SHARE and column.name in rows.columns:
            rows = rows.with_columns(_share(column.name))
    if table.short_name == "indicator_observation":
        return _with_units(_with_statuses(rows))
    return _with_categories(_with_words(rows, table), table)


def _with_words(rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Rows with the words of the contracts, for those that people and IUCN write: `Ongoing`, `Rapid Declines`, `Ray-finned fishes`."""
    known = dict(VOCABULARIES)
    if table.short_name == "threat":
        known["scope"] = THREAT_SCOPES
    for name, words in known.items():
        if name in rows.columns and table.has(name):
            texts = rows.get_column(name).drop_nulls().unique().to_list()
            found = {text: word for text in texts if (word := vocabulary_word(text)) in words}
            rows = rows.with_columns(pl.col(name).replace(found))
    return rows


def _share(name: str) -> pl.Expr:
    """A share with per cent signs as a share of 1."""
    text = pl.col(name).str.strip_chars()
    per_cent = text.str.strip_suffix("%").str.strip_chars().cast(pl.Float64, strict=False) / 100
    return pl.when(text.str.ends_with("%") & per_cent.is_not_null()).then(per_cent.cast(pl.String)).otherwise(text).alias(name)  # fmt: skip


def _with_categories(rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Rows with the codes of categories that are written as words or with a tag, as `Vulnerable` and `CR(PE)`."""
    for name in CATEGORIES:
        if name not in rows.columns or not table.has(name):
            continue
        words = rows.get_column(name).drop_nulls().unique().to_list()
        named = {word: found for word in words if (found := category_named(word)) is not None}
        codes = {word: category for word, (category, _) in named.items()}
        tagged = [word for word, (_, is_tagged) in named.items() if is_tagged]
        if tagged and table.has("is_possibly_extinct"):
            stated = pl.col("is_possibly_extinct") if "is_possibly_extinct" in rows.columns else pl.lit(None, pl.String)
            extinct = pl.when(pl.col(name).is_in(tagged)).then(pl.lit("true")).otherwise(stated)
            rows = rows.with_columns(extinct.alias("is_possibly_extinct"))
        rows = rows.with_columns(pl.col(name).replace(codes))
    return rows


def _with_statuses(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of series whose value says more than a number: `<1`, `N`, `..` and `50%`, which states its unit."""
    if "value" not in rows.columns:
        return rows
    stated = pl.col("unit") if "unit" in rows.columns else pl.lit(None, pl.String)
    has_sign = pl.col("value").str.ends_with("%") & (stated.is_null() | (stated.str.to_uppercase() == PER_CENT))
    rows = rows.with_columns(
        unit=pl.when(has_sign).then(pl.lit(PER_CENT)).otherwise(stated),
        value=pl.when(has_sign).then(pl.col("value").str.strip_suffix("%").str.strip_chars()).otherwise("value"),
    )
    words = rows.get_column("value").drop_nulls().unique()
    odd = words.filter(words.cast(pl.Float64, strict=False).is_null() | words.str.to_lowercase().is_in(["nan"]))
    values = {word: published_value(word) for word in odd.to_list()}
    numbers = {word: number for word, (number, _) in values.items()}
    statuses = {word: status for word, (_, status) in values.items() if status != "observed"}
    status = pl.col("value_status") if "value_status" in rows.columns else pl.lit(None, pl.String)
    says_more = pl.col("value").is_in(list(statuses)) & ((status == "observed") | status.is_null())
    return rows.with_columns(
        value=pl.col("value").replace(numbers),
        value_status=pl.when(says_more).then(pl.col("value").replace(statuses)).otherwise(status),
    )


def _with_units(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of series with their values in the unit that the warehouse has each in, and `NOT_CONVERTIBLE`."""
    if not {"series_code", "unit"} <= set(rows.columns):
        return rows.with_columns(pl.lit(None, pl.String).alias(NOT_CONVERTIBLE))
    pairs = rows.select("series_code", "unit").drop_nulls().unique()
    found = []
    for code, given in pairs.iter_rows():
        wanted = unit_of(current_code(code))
        if wanted is None:
            continue
        times = factor(given, wanted)
        reason = f"unit is {given!r}, in which {code} cannot be read; write {wanted}." if times is None else None
        found.append((code, given, wanted if times is not None else given, times or 1.0, reason))
    schema = {
        "series_code": pl.String,
        "unit": pl.String,
        "to": pl.String,
        "times": pl.Float64,
        NOT_CONVERTIBLE: pl.String,
    }
    joined = rows.join(pl.DataFrame(found, schema=schema, orient="row"), on=["series_code", "unit"], how="left", maintain_order="left")  # fmt: skip
    converted = [
        pl.when(pl.col("times") != 1).then((pl.col(name).cast(pl.Float64, strict=False) * pl.col("times")).cast(pl.String)).otherwise(name).alias(name)
        for name in VALUES
        if name in rows.columns
    ]  # fmt: skip
    return joined.with_columns(converted).with_columns(unit=pl.coalesce("to", "unit")).drop("to", "times")
