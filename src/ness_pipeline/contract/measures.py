"""The published numbers: what the contracts say of each, and the views over all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ness_pipeline.contract.dictionary import Column, Table, tables
from ness_pipeline.sql import quote


def measures() -> Iterator[tuple[Table, Column, dict[str, object]]]:
    """Every published measure: its table, its column and what the contract says of it."""
    for table in tables().values():
        for column in table.measures:
            yield table, column, column.measure or {}


def metric_value_sql(wanted: Collection[str] | None = None) -> str:
    """The long view: one SELECT per measure, or per measure wanted."""
    parts = []
    for table, column, says in measures():
        if wanted is not None and column.name not in wanted:
            continue
        group = "taxon_group" if table.has("taxon_group") else "CAST(NULL AS VARCHAR)"
        year = "year" if table.has("year") else "CAST(NULL AS BIGINT)"
        lower, upper = says["lower"] or "CAST(NULL AS DOUBLE)", says["upper"] or "CAST(NULL AS DOUBLE)"
        parts.append(
            f"SELECT country_code, '{column.name}' AS metric, {group} AS taxon_group, {year} AS year, "
            f"CAST({column.name} AS DOUBLE) AS value, {lower} AS lower, {upper} AS upper, '{column.unit}' AS unit, "
            f"{says['reportable']} AS reportable, {says['reason']} AS reason, "
            f"'{table.method_version}' AS method_version FROM {table.name}"
        )
    return "\nUNION ALL BY NAME\n".join(parts)


def profile_columns() -> Iterator[tuple[str, str, str | None, str]]:
    """Columns of the wide view: name, measure, reporting group (None where the metric has none), description."""
    for table, column, says in measures():
        if not table.has("taxon_group"):
            yield column.name, column.name, None, column.description
            continue
        for group in says["profile"]:  # type: ignore[attr-defined]  # a tuple by construction in schemas.base
            name = column.name if group == "all" else f"{column.name}_{group}"
            yield name, column.name, group, f"{column.description} Group: {group}."


def country_profile_sql() -> str:
    """The wide view: per country the latest reportable value of each measure."""
    wanted = []
    for name, metric, group, _ in profile_columns():
        of_group = "taxon_group IS NULL" if group is None else f"taxon_group = '{group}'"
        wanted.append(f"max(value) FILTER (metric = '{metric}' AND {of_group}) AS {quote(name)}")
    return (
        "WITH latest AS (SELECT country_code, metric, taxon_group, arg_max(value, coalesce(year, 9999)) AS value "
        "FROM metrics.metric_value WHERE reportable AND value IS NOT NULL GROUP BY ALL), "
        f"wide AS (SELECT country_code, {', '.join(wanted)} FROM latest GROUP BY country_code) "
        "SELECT c.country_code, c.country_name, c.region, c.subregion, c.is_landlocked, c.land_area_km2, "
        "wide.* EXCLUDE (country_code) FROM core.country AS c JOIN wide USING (country_code)"
    )
