"""The published numbers: what the contracts say of each, and the SQL of the views over all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from ness_pipeline.contract.dictionary import COUNTRY_COLUMNS, Column, Table, profile_columns, tables
from ness_pipeline.schemas import Measure
from ness_pipeline.schemas.vocabulary import BASES, WEAK_BASES
from ness_pipeline.sql import literal, quote

_PROFILE_SQL = """\
WITH latest AS (
    SELECT
        country_code, metric, taxon_group, arg_max(struct_pack(value := value, year := year), coalesce(year, 9999)) AS latest
    FROM metrics.metric_value
    WHERE reportable AND value IS NOT NULL
    GROUP BY ALL
),
wide AS (
    SELECT country_code, {values} FROM latest GROUP BY country_code
)
SELECT {of_country}, wide.* EXCLUDE (country_code)
FROM core.country AS country JOIN wide USING (country_code)
"""
_METRIC_SQL = """\
SELECT
    country_code, {metric} AS metric, {taxon_group} AS taxon_group, {year} AS year, CAST({column} AS DOUBLE) AS value,
    {lower} AS lower, {upper} AS upper, {range_low} AS range_low, {range_high} AS range_high,
    CASE WHEN {range_low} IS NOT NULL THEN {range_meaning} END AS range_meaning, {unit} AS unit,
    CASE WHEN {column} IS NOT NULL THEN {basis} END AS basis, {reportable} AS reportable, {reason} AS reason,
    {method_version} AS method_version
FROM {table}
"""
_NO_NUMBER = "CAST(NULL AS DOUBLE)"


def measures() -> Iterator[tuple[Table, Column, Measure]]:
    """Every published number: its table, its column and its description in the contract."""
    for table in tables().values():
        for column in table.measures:
            if column.measure is not None:
                yield table, column, column.measure


def _basis_sql(measure: Measure) -> str:
    """The term that a number's basis has, as SQL over its row."""
    return literal(measure.basis) if measure.basis in BASES else quote(measure.basis)


_IS_NOT_GIVEN = """(country_code, taxon_group) IN (
    SELECT (gap.unit, unnest([member.taxon_group, coalesce(member.roll_up, 'all'), 'all']))
    FROM ops.gap AS gap JOIN core.taxon_group AS member ON gap.what = 'group ' || member.taxon_group
    WHERE gap.source = 'gbif_country' AND gap.rows_from IS NULL
)"""
"""Whether GBIF did not say which species of a country are of a group that is counted, by itself or within a roll-up, and the
warehouse has not known it before either: only the species that another source names are counted in it then."""


def quotable_sql(table: Table) -> str:
    """What a model's rows need so that a number on too weak a basis is not reportable: a `REPLACE` list, or nothing.

    The contract alone says which bases may be quoted; a model says what a number rests on, and why else it must not be
    quoted. A reason that the model gives stays. Nor is a number reportable that counts a group of species which was not given.
    """
    weak = {}
    for column in table.measures:
        if (measure := column.measure) is None:
            continue
        cases = [
            f"WHEN {_basis_sql(measure)} = {literal(basis)} THEN {literal(reason)}"
            for basis, reason in WEAK_BASES.items()
            if basis not in measure.quotable and (measure.basis not in BASES or measure.basis == basis)
        ]
        if table.has("taxon_group") and table.has("country_code"):
            cases.insert(0, f"WHEN {_IS_NOT_GIVEN} THEN 'group_not_given'")
        if cases:
            reason = quote(measure.reason)
            sql = f"CASE WHEN {reason} IS NOT NULL THEN {reason} {' '.join(cases)} END"
            weak[measure.reason] = f"{sql} AS {reason}"
            weak[measure.reportable] = f"{sql} IS NULL AS {quote(measure.reportable)}"
    return f"REPLACE ({', '.join(weak.values())})" if weak else ""


def metric_value_sql(wanted: Collection[str] | None = None) -> str:
    """The query of the long view: one SELECT per metric, or per metric wanted."""
    selects = [
        _METRIC_SQL.format(
            metric=literal(column.name),
            taxon_group="taxon_group" if table.has("taxon_group") else "CAST(NULL AS VARCHAR)",
            year="year" if table.has("year") else "CAST(NULL AS BIGINT)",
            column=column.name,
            lower=measure.lower or _NO_NUMBER,
            upper=measure.upper or _NO_NUMBER,
            range_low=measure.range_low or _NO_NUMBER,
            range_high=measure.range_high or _NO_NUMBER,
            range_meaning=literal(measure.range_meaning),
            basis=_basis_sql(measure),
            unit=literal(column.unit),
            reportable=measure.reportable,
            reason=measure.reason,
            method_version=literal(table.method_version),
            table=table.name,
        )
        for table, column, measure in measures()
        if wanted is None or column.name in wanted
    ]
    return "UNION ALL BY NAME\n".join(selects)


def with_iso3_sql(query: str, columns: Iterable[Column]) -> str:
    """A query for the rows of another one with each country's three letters from `core.country`.

    Args:
        query: the query for rows with a country's code.
        columns: the columns of the result, `iso3_code` among them.
    """
    names = ", ".join(
        f"{'country' if column.name == 'iso3_code' else 'stated'}.{quote(column.name)}" for column in columns
    )
    return (
        f"SELECT {names} FROM ({query}) AS stated LEFT JOIN "  # grouped, so that it never multiplies rows
        "(SELECT country_code, min(iso3_code) AS iso3_code FROM core.country GROUP BY country_code) AS country "
        "ON stated.country_code = country.country_code"
    )


def country_profile_sql() -> str:
    """The query of the wide view: per country the latest reportable value of each metric."""
    values = []
    for profile in profile_columns(tables()):
        group = profile.taxon_group
        is_group = "taxon_group IS NULL" if group is None else f"taxon_group = {literal(group)}"
        condition = f"metric = {literal(profile.metric)} AND {is_group}"
        field = "year" if profile.is_year else "value"
        values.append(f"max(latest.{field}) FILTER ({condition}) AS {quote(profile.column.name)}")
    of_country = ", ".join(f"country.{quote(name)}" for name in COUNTRY_COLUMNS)
    return _PROFILE_SQL.format(values=", ".join(values), of_country=of_country)
