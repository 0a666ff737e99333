"""The index from the published file: as stored, or computed anew with a definition of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl

from ness_pipeline.ask.query import IndexPart, open_published
from ness_pipeline.errors import WrongUsage
from ness_pipeline.index.definition import Definition
from ness_pipeline.index.tables import component_rows, index_rows, pillar_rows, score_countries, sensitivity_rows
from ness_pipeline.names.years import Years
from ness_pipeline.sql import frame_of

TABLES: dict[IndexPart, str] = {
    "index": "metrics.eco_security_index",
    "pillars": "metrics.index_pillar",
    "measures": "metrics.index_component",
    "sensitivity": "metrics.index_sensitivity",
}
"""Which table each part of an answer has the columns of."""


def ask_index(
    published: Path,
    part: IndexPart,
    *,
    definition: Definition | None = None,
    countries: Sequence[str] | None = None,
    years: Years | None = None,
) -> pl.DataFrame:
    """Rows of one part of the index.

    Args:
        published: the published file; nothing in it is changed.
        part: which part, in the columns of its table.
        definition: compute with this one; None takes what is stored.
        countries: country codes; None means all. The sensitivity always speaks of all.
        years: span of years; None means the latest year with an index of each country, or else its latest year.

    Raises:
        WrongUsage: there is no published file, or it has no such numbers.
    """
    scope = None if part == "sensitivity" else countries
    try:
        with open_published(published) as connection:
            if definition is None:
                found, index = (
                    frame_of(connection, f"FROM {table}") for table in (TABLES[part], "metrics.eco_security_index")
                )
            else:
                found, index = _computed(connection, part, definition, scope)
    except duckdb.Error as error:
        message = (
            f"{published} lacks what the index needs ({str(error).splitlines()[0]}); run again to publish it anew."
        )
        raise WrongUsage(message) from error
    if part == "sensitivity":
        return found
    for code in scope or ():
        if not (index.get_column("country_code") == code).any():
            raise WrongUsage(f"{published} has no index of {code}; load it first, as with `ness run {code}`.")
    chosen = found if scope is None else found.filter(pl.col("country_code").is_in(list(scope)))
    if years is not None:
        return chosen.filter(pl.col("year").is_between(years.first, years.last))
    return chosen.join(latest_years(index), on=["country_code", "year"], how="semi", maintain_order="left")


def _computed(
    connection: duckdb.DuckDBPyConnection, part: IndexPart, definition: Definition, countries: Sequence[str] | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One part of the index by another definition, and the index itself."""
    components = component_rows(connection, definition, countries)
    index = index_rows(score_countries(components, definition), definition)
    if part == "index":
        return index, index
    if part == "measures":
        return components, index
    pillars = pillar_rows(score_countries(components, definition), definition)
    if part == "pillars":
        return pillars, index
    latest = pillars.join(latest_years(index.filter("reportable")), on=["country_code", "year"], how="semi")
    return sensitivity_rows(latest, definition), index


def latest_years(index: pl.DataFrame) -> pl.DataFrame:
    """Country and year of the latest index of each country, or of its latest year where it never has one."""
    return (
        index.sort("country_code", "reportable", "year")
        .group_by("country_code", maintain_order=True)
        .last()
        .select("country_code", "year")
    )
