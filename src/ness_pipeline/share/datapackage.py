"""The contracts as Frictionless descriptors: fields with types, units and constraints, and the package around them.

Source of the form: Frictionless Data Package and Table Schema, version 1.
"""

from __future__ import annotations

from typing import Any

from ness_pipeline.contract.dictionary import Column, Table
from ness_pipeline.share.citations import AUTHORS, Bibliography, Cited
from ness_pipeline.share.licences import LICENCES, licence_names

TYPES = {
    "VARCHAR": "string",
    "BIGINT": "integer",
    "DOUBLE": "number",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP WITH TIME ZONE": "datetime",
}
"""DuckDB's types to those of a table schema."""

CSV_DIALECT = {"csv": {"delimiter": ",", "quoteChar": '"', "lineTerminator": "\n"}}


def constraints_of(column: Column) -> dict[str, Any]:
    """The constraints of a column in the terms of a table schema, as far as a table schema has them."""
    constraints: dict[str, Any] = {} if column.nullable else {"required": True}
    for check in column.checks:
        if not check.is_builtin:
            continue
        values = check.statistics
        if check.name in {"greater_than_or_equal_to", "in_range"}:
            constraints["minimum"] = values["min_value"]
        if check.name in {"less_than_or_equal_to", "in_range"}:
            constraints["maximum"] = values["max_value"]
        if check.name == "isin":
            constraints["enum"] = list(values["allowed_values"])
        if check.name == "str_matches":
            constraints["pattern"] = getattr(values["pattern"], "pattern", values["pattern"])
        if check.name == "str_length":
            lengths = {"minLength": values.get("min_value"), "maxLength": values.get("max_value")}
            constraints |= {name: value for name, value in lengths.items() if value is not None}
    return constraints


def field_of(column: Column) -> dict[str, Any]:
    """One column of a table schema."""
    field: dict[str, Any] = {"name": column.name, "type": TYPES[column.sql_type], "description": column.description}
    if column.unit is not None:
        field["unit"] = column.unit
    if constraints := constraints_of(column):
        field["constraints"] = constraints
    return field


def schema_of(table: Table) -> dict[str, Any]:
    """The table schema of a contract; its grain is the primary key where no part of it can be missing."""
    schema: dict[str, Any] = {"fields": [field_of(column) for column in table.columns], "missingValues": [""]}
    nullable = {column.name for column in table.columns if column.nullable}
    if table.grain and not nullable & set(table.grain):
        schema["primaryKey"] = list(table.grain)
    return schema


def licences_of(cited: list[Cited]) -> list[dict[str, str]]:
    """The licences of some sources, each once."""
    names = dict.fromkeys(name for one in cited for name in licence_names(one.licence))
    found = []
    for name in names:
        licence = {"name": name}
        if name in LICENCES:
            licence["title"], licence["path"] = LICENCES[name]
        found.append(licence)
    return found


def source_of(one: Cited) -> dict[str, Any]:
    """One source of a package."""
    fields = {
        "title": one.citation,
        "path": one.url,
        "name": one.source,
        "version": one.release,
        "licence": one.licence or "as its owner says",
        "accessed": one.accessed,
    }
    return {name: value for name, value in fields.items() if value is not None}


def package_of(found: Bibliography, resources: list[dict[str, Any]], left_out: list[dict[str, Any]]) -> dict[str, Any]:
    """The descriptor of a whole export.

    Args:
        found: the publication and what is behind it.
        resources: descriptors of the tables, in their order.
        left_out: source, table, rows and reason of what may not be passed on.
    """
    about = found.publication
    without = {entry["source"] for entry in left_out}
    cited = [one for one in found.cited if one.source not in without]
    kept_back = (
        f" Rows and values of {', '.join(sorted(without))} are left out, because their publisher does not allow them to be "
        "passed on; `leftOut` counts them. Metrics per country were computed with them."
        if without
        else ""
    )
    synthetic = "SYNTHETIC data from the sandbox: no number describes a real country. " if about["is_synthetic"] else ""
    package: dict[str, Any] = {
        # The tabular profile of version 1 knows CSV only.
        "profile": "tabular-data-package" if all(one["format"] == "csv" for one in resources) else "data-package",
        "name": "ness-warehouse",
        "id": about["publication_id"],
        "title": found.title,
        "description": f"{synthetic}Per-country eco-security metrics from public biodiversity and policy data, with the tables "
        f"that they were computed from.{kept_back} In the CSV files a missing value is an empty field, and `NA` is the code "
        "of Namibia or the Red List's Not Applicable.",
        "version": about["version"],
        "created": about["published_at"].isoformat(),
        "keywords": ["biodiversity", "eco-security", "countries", "Red List", "protected areas"],
        "contributors": [{"title": AUTHORS, "role": "author"}],
        "contentHash": about["content_hash"],
        "sources": [source_of(one) for one in cited],
        "resources": resources,
    }
    if licences := licences_of(cited):
        package["licenses"] = licences
    if left_out:
        package["leftOut"] = left_out
    return package
