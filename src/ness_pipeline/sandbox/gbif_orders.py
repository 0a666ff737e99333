"""What GBIF accepts as an order for a download, and its refusals: SQL of one SELECT, or a predicate."""

from __future__ import annotations

import json
from typing import Any

import sqlglot
from sqlglot import exp

from ness_pipeline.sql import literal

_COLUMNS = {
    "COUNTRY": "countrycode", "YEAR": "year", "MONTH": "month", "BASIS_OF_RECORD": "basisofrecord",
    "OCCURRENCE_STATUS": "occurrencestatus", "SPECIES_KEY": "specieskey", "TAXON_KEY": "taxonkey",
    "HAS_COORDINATE": "hascoordinate", "HAS_GEOSPATIAL_ISSUE": "hasgeospatialissues",
    "ESTABLISHMENT_MEANS": "establishmentmeans", "GBIF_ID": "gbifid",
}  # fmt: skip
_SIGNS = {"equals": "=", "lessThan": "<", "lessThanOrEquals": "<=", "greaterThan": ">", "greaterThanOrEquals": ">="}


class RefusedError(Exception):
    """An order that GBIF refuses, with its own words and status."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message, self.status = message, status


def parse_order(body: bytes) -> dict[str, Any]:
    """The JSON of an order in a format that GBIF has.

    Raises:
        RefusedError: it is none.
    """
    try:
        payload = json.loads(body)
    except ValueError:
        raise RefusedError("Request body is no JSON") from None
    if not isinstance(payload, dict) or payload.get("format") not in {"SQL_TSV_ZIP", "SIMPLE_PARQUET", "SPECIES_LIST"}:
        raise RefusedError("Unsupported download format")
    return payload


def accepted_sql(sql: str) -> str:
    """SQL as GBIF accepts it, normalised."""
    if "--" in sql or "/*" in sql:
        raise RefusedError("SQL comments are not allowed")
    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
    except sqlglot.errors.SqlglotError as error:
        raise RefusedError(f"SQL is not readable: {str(error).splitlines()[0]}") from None
    tables = [table.name.lower() for table in tree.find_all(exp.Table)]
    if not isinstance(tree, exp.Select) or tables != ["occurrence"]:
        raise RefusedError("SQL must be one SELECT from the one table occurrence")
    for kind in (exp.Star, exp.Join, exp.Subquery, exp.Having, exp.Qualify, exp.Between):
        clause = tree.find(kind)
        if clause is not None and not isinstance(clause.parent, exp.Count):
            raise RefusedError(f"SQL must not use {kind.__name__.upper()}")
    return str(tree.sql(dialect="duckdb", pretty=True))


def count_items(predicate: Any) -> int:
    """How many conditions and values a predicate holds; GBIF limits them."""
    if isinstance(predicate, dict):
        return 1 + sum(count_items(value) for value in predicate.values() if isinstance(value, (dict, list)))
    return sum(count_items(item) if isinstance(item, (dict, list)) else 1 for item in predicate or [])


def condition_of(predicate: Any) -> str:
    """A predicate as an SQL condition over the records."""
    if not isinstance(predicate, dict):
        raise RefusedError("Predicate is missing")
    kind = predicate.get("type")
    if kind in {"and", "or"}:
        return "(" + f" {kind.upper()} ".join(condition_of(part) for part in predicate["predicates"]) + ")"
    if kind == "not":
        return f"NOT coalesce({condition_of(predicate['predicate'])}, FALSE)"
    name = predicate.get("key") or predicate.get("parameter")
    if name not in _COLUMNS:
        raise RefusedError(f"{name} is not a valid search parameter")
    column = _COLUMNS[name]
    if kind in {"isNull", "isNotNull"}:
        return f"{column} IS {'' if kind == 'isNull' else 'NOT '}NULL"
    if kind == "in":
        return f"CAST({column} AS VARCHAR) IN ({', '.join(literal(str(value)) for value in predicate['values'])})"
    if kind not in _SIGNS:
        raise RefusedError(f"{kind} is not a valid predicate")
    value = literal(str(predicate["value"]))
    return (
        f"{column} {_SIGNS[kind]} {value}"
        if column in {"year", "month"}
        else f"CAST({column} AS VARCHAR) {_SIGNS[kind]} {value}"
    )
