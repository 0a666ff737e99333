"""The index from the published file: as stored, or computed anew with a definition of one's own."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl

from ness_pipeline.ask.query import IndexPart, open_published
from ness_pipeline.errors import WrongUsage
from ness_pipeline.index.components import component_rows, definition_rows
from ness_pipeline.index.country_scores import score_countries
from ness_pipeline.index.definition import Definition
from ness_pipeline.index.tables import choice_rows, index_rows, pillar_rows, sensitivity_rows, states
from ness_pipeline.names.years import Years
from ness_pipeline.paths import sql_folder
from ness_pipeline.sql import frame_of

TABLES: dict[IndexPart, str] = {
    "index": "eco_security_index",
    "ranking": "index_ranking",
    "pillars": "index_pillar",
    "measures": "index_component",
    "choices": "index_choice",
    "effect": "index_choice_effect",
    "sensitivity": "index_sensitivity",
}
"""Which table of `metrics` each part of an answer has the columns of."""

VIEWS = ("index_ranking", "index_choice_effect")
"""Parts that are views over the others."""

OF_ALL = ("effect", "sensitivity")
"""Parts that speak of all countries together."""


@contextmanager
def index_tables(published: Path, definition: Definition | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in which the tables and views of the index hold what a definition gives; the published file stays as it is.

    Args:
        published: the published file.
        definition: compute with this one; None takes what is stored.

    Raises:
        WrongUsage: there is no published file, or it lacks what the index needs.
    """
    try:
        with open_published(published) as stored:
            if definition is None:
                yield stored
                return
            with duckdb.connect() as own:
                _compute(stored, own, definition)
                yield own
    except duckdb.Error as error:
        message = (
            f"{published} lacks what the index needs ({str(error).splitlines()[0]}); run again to publish it anew."
        )
        raise WrongUsage(message) from error


def _compute(stored: duckdb.DuckDBPyConnection, own: duckdb.DuckDBPyConnection, definition: Definition) -> None:
    """Fill an empty database with the tables of the index by a definition."""
    components = component_rows(stored, definition, None)
    scored, ranked = list(score_countries(components, definition)), states(stored)
    index, pillars = index_rows(scored, definition, ranked), pillar_rows(scored, definition)
    latest = pillars.join(_latest_years(index.filter("reportable")), on=["country_code", "year"], how="semi")
    frames = {
        "core.country": frame_of(stored, "FROM core.country"),
        "metrics.index_definition": definition_rows(definition),
        "metrics.index_component": components,
        "metrics.index_pillar": pillars,
        "metrics.eco_security_index": index,
        "metrics.index_choice": choice_rows(scored, definition, ranked),
        "metrics.index_sensitivity": sensitivity_rows(latest, definition),
    }
    own.execute("CREATE SCHEMA core; CREATE SCHEMA metrics")
    for name, frame in frames.items():
        own.register("frame", frame)
        own.execute(f"CREATE TABLE {name} AS FROM frame")
    for name in VIEWS:
        own.execute(
            f"CREATE VIEW metrics.{name} AS {(sql_folder('views') / f'{name}.sql').read_text(encoding='utf-8')}"
        )


def ask_index(
    tables: duckdb.DuckDBPyConnection,
    part: IndexPart,
    *,
    countries: Sequence[str] | None = None,
    years: Years | None = None,
) -> pl.DataFrame:
    """Rows of one part of the index.

    Args:
        tables: the database that `index_tables` gives.
        part: which part, in the columns of its table, with `iso3_code` beside the country.
        countries: country codes; None means all. The sensitivity and the effect of choices always speak of all.
        years: span of years; None means the latest year in which states are ranked for the ranking and the effect of
            choices, and else the latest year with an index of each country, or its latest year at all.

    Raises:
        WrongUsage: the file has no index of one of the countries.
    """
    found, index = (frame_of(tables, f"FROM metrics.{TABLES[name]}") for name in (part, "index"))
    if part not in OF_ALL:
        found = _with_iso3(tables, found)
    if part != "sensitivity":
        if years is not None:
            found = found.filter(pl.col("year").is_between(years.first, years.last))
        elif TABLES[part] in VIEWS:
            latest = pl.lit(index.filter("reportable").get_column("year").max(), dtype=pl.Int64)
            found = found.filter(pl.col("year") == latest)
        else:
            found = found.join(_latest_years(index), on=["country_code", "year"], how="semi", maintain_order="left")
    order = {"ranking": ["year", "rank", "country_code"], "effect": ["year", "rank_change", "choice"]}.get(part, [])
    found = found.sort(order, descending=[name == "rank_change" for name in order]) if order else found
    if part in OF_ALL or countries is None:
        return found
    known = set(index.get_column("country_code"))
    for code in countries:
        if code not in known:
            raise WrongUsage(
                f"No measure of the index is known of {code}; load one first, as with `ness run {code}` or `ness load`."
            )
    return found.filter(pl.col("country_code").is_in(list(countries)))


def _with_iso3(tables: duckdb.DuckDBPyConnection, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with `iso3_code` beside `country_code`, because many programs take Namibia's `NA` for a missing value."""
    codes = frame_of(tables, "SELECT country_code, iso3_code FROM core.country")
    place = rows.columns.index("country_code") + 1
    wide = rows.join(codes, on="country_code", how="left", maintain_order="left")
    return wide.select(*rows.columns[:place], "iso3_code", *rows.columns[place:])


def _latest_years(index: pl.DataFrame) -> pl.DataFrame:
    """Country and year of the latest index of each country, or of its latest year where it never has one."""
    return (
        index.sort("country_code", "reportable", "year")
        .group_by("country_code", maintain_order=True)
        .last()
        .select("country_code", "year")
    )


WITHOUT = """
SELECT
    own.country_code,
    country.country_name AS country,
    own.year,
    rank() OVER (PARTITION BY own.year ORDER BY own.eco_security_index DESC) AS rank,
    rank() OVER (PARTITION BY own.year ORDER BY other.eco_security_index DESC) AS rank_without,
    rank_without - rank AS places,
    own.eco_security_index,
    other.eco_security_index AS index_without,
    other.ecological_system AS ecological_without,
    other.security_system AS security_without
FROM metrics.index_choice AS other
JOIN metrics.eco_security_index AS own ON other.country_code = own.country_code AND other.year = own.year
JOIN core.country AS country ON own.country_code = country.country_code
WHERE other.choice = $1 AND other.eco_security_index IS NOT NULL
ORDER BY own.year, abs(places) DESC, own.country_code
"""


def ask_without(
    tables: duckdb.DuckDBPyConnection,
    left_out: str,
    *,
    countries: Sequence[str] | None = None,
    years: Years | None = None,
) -> pl.DataFrame:
    """What leaving out a measure or a pillar changes, the states that it moves most first; ranks are among those that keep an index.

    Args:
        tables: the database that `index_tables` gives.
        left_out: a pillar, or a measure; its group may be left out where only one measure has the name, and the name may be
            that of the one that stands in.
        countries: country codes; None means all.
        years: span of years; None means the latest year in which states are ranked.

    Raises:
        WrongUsage: there is no such part, or half of the index would be empty without it.
    """
    names = tables.execute("SELECT DISTINCT choice FROM metrics.index_choice WHERE starts_with(choice, 'without ')")
    parts = sorted(name.removeprefix("without ") for (name,) in names.fetchall())
    named = tables.execute(
        "SELECT metric || coalesce(' (' || taxon_group || ')', '') FROM metrics.index_definition WHERE $1 IN (metric, else_metric)",
        [left_out],
    ).fetchall()
    if len(named) == 1:
        ((left_out,),) = named
    elif named:
        raise WrongUsage(
            f"{left_out} stands in the index {len(named)} times; name one of {', '.join(n for (n,) in named)}."
        )
    found = _with_iso3(tables, frame_of(tables, WITHOUT, [f"without {left_out}"]))
    if left_out not in parts:
        guess = difflib.get_close_matches(left_out, parts, n=1)
        hint = f"did you mean {guess[0]!r}?" if guess else f"choose from {', '.join(parts) or 'none'}."
        raise WrongUsage(f"Neither a pillar nor a measure that can be left out is called {left_out!r}; {hint}")
    if years is None:
        found = found.filter(pl.col("year") == pl.col("year").max())
    else:
        found = found.filter(pl.col("year").is_between(years.first, years.last))
    return found if countries is None else found.filter(pl.col("country_code").is_in(list(countries)))


WAY = """
WITH of_year AS (
    SELECT component.*, place.position, place.half, place.worst, place.best, country.country_name, country.subregion
    FROM metrics.index_component AS component
    JOIN metrics.index_definition AS place
        ON component.metric = place.metric AND component.taxon_group IS NOT DISTINCT FROM place.taxon_group
    JOIN core.country AS country ON component.country_code = country.country_code
    WHERE component.year = $2
),

nearby AS (
    SELECT
        other.position,
        arg_max(other.country_name, (other.score, other.country_name)) AS country,
        arg_max(other.value, (other.score, other.country_name)) AS value,
        max(other.score) AS score
    FROM of_year AS own
    JOIN of_year AS other ON own.subregion = other.subregion AND own.position = other.position
    WHERE own.country_code = $1 AND other.country_code <> $1 AND other.score IS NOT NULL
    GROUP BY other.position
)

SELECT
    own.half,
    own.pillar,
    coalesce(own.value_metric, own.metric) AS metric,
    own.taxon_group,
    own.value,
    own.value_year,
    own.worst,
    own.best,
    own.score,
    own.weight,
    CASE WHEN own.score IS NOT NULL THEN own.weight ELSE 0 END
        / sum(own.weight) FILTER (own.score IS NOT NULL) OVER (PARTITION BY own.half) AS weight_used,
    own.score * weight_used AS points,
    own.reason,
    nearby.value AS best_nearby,
    nearby.country AS best_nearby_country,
    nearby.score AS best_nearby_score
FROM of_year AS own
LEFT JOIN nearby ON own.position = nearby.position
WHERE own.country_code = $1
ORDER BY own.position
"""


def ask_way(tables: duckdb.DuckDBPyConnection, country_code: str, year: int) -> pl.DataFrame:
    """The way from measures to the halves of one country and year: one row per measure, in the order of the definition.

    `metric` is the one whose value is used. `weight` is the measure's in its half, `weight_used` the same over the measures
    with a value, `points` the part of the half's score that it brings: points sum to the half. `best_nearby` is the value
    with the best score of the others in the subregion.

    Args:
        tables: the database that `index_tables` gives.
        country_code: the country.
        year: the year of the index.
    """
    return frame_of(tables, WAY, [country_code, year])
