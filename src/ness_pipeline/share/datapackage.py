"""The contracts as Frictionless descriptors: fields with types, units and constraints, and the package around them.

Source of the form: Frictionless Data Package and Table Schema, version 1.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ness_pipeline.contract.dictionary import Column, Table
from ness_pipeline.names.licences import LICENCES
from ness_pipeline.share.citations import AUTHORS, NOT_STATED, Bibliography, Cited
from ness_pipeline.share.licences import licence_names
from ness_pipeline.spreadsheet import EXPLAINED

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
    """The distinct licences of some sources, in their order."""
    names = dict.fromkeys(name for dataset in cited for name in licence_names(dataset.licence))
    licences = []
    for name in names:
        licence = {"name": name}
        if name in LICENCES:
            licence["title"], licence["path"] = LICENCES[name]
        licences.append(licence)
    return licences


def source_of(dataset: Cited) -> dict[str, Any]:
    """The descriptor of one source of a package."""
    fields = {
        "title": dataset.citation,
        "path": dataset.url,
        "name": dataset.source,
        "publisher": dataset.publisher,
        "files": dataset.files,
        "version": dataset.release,
        "licence": dataset.licence or NOT_STATED,
        "accessed": dataset.accessed,
    }
    return {name: value for name, value in fields.items() if value is not None}


def package_of(
    bibliography: Bibliography, resources: list[dict[str, Any]], left_out: list[dict[str, Any]]
) -> dict[str, Any]:
    """The descriptor of a whole export.

    Args:
        bibliography: the publication and the data sets behind it.
        resources: descriptors of the tables, in their order.
        left_out: source, table, rows and reason of what may not be passed on.
    """
    publication = bibliography.publication
    restricted = {entry["source"] for entry in left_out}
    cited = [dataset for dataset in bibliography.cited if dataset.source not in restricted]
    kept_back = (
        f" Rows and values of {', '.join(sorted(restricted))} are left out, because they may not be "
        "passed on; `leftOut` counts them. Metrics per country were computed with them."
        if restricted
        else ""
    )
    kind = (
        "SYNTHETIC data from the sandbox: no number describes a real country. "
        if publication["is_synthetic"]
        else f"Sample of open data, as of {publication['sample_as_of']}; `sampleVintages` has the vintage of each series. "
        if publication.get("sample_as_of")
        else ""
    )
    is_csv = all(resource["format"] == "csv" for resource in resources)
    formulas = f" {EXPLAINED}" if is_csv else ""
    package: dict[str, Any] = {
        # The tabular profile of version 1 knows CSV only.
        "profile": "tabular-data-package" if is_csv else "data-package",
        "name": "ness-warehouse",
        "id": publication["publication_id"],
        "title": bibliography.title,
        "description": f"{kind}Per-country eco-security metrics from public biodiversity and policy data, with the tables "
        f"that they were computed from.{kept_back} In the CSV files a missing value is an empty field, and `NA` is the code "
        f"of Namibia or the Red List's Not Applicable; `iso3_code` has no such word, so join countries by it.{formulas}",
        "version": publication["version"],
        "created": publication["published_at"].isoformat(),
        "keywords": ["biodiversity", "eco-security", "countries", "Red List", "protected areas"],
        "contributors": [{"title": AUTHORS, "role": "author"}],
        "contentHash": publication["content_hash"],
        "sources": [source_of(dataset) for dataset in cited],
        "resources": resources,
    }
    if licences := licences_of(cited):
        package["licenses"] = licences
    if left_out:
        package["leftOut"] = left_out
    if bibliography.vintages:
        package["sampleVintages"] = [asdict(vintage) for vintage in bibliography.vintages]
    return package
