"""Whether the published file and the SQL models agree, and how fresh the file is."""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ness_pipeline import computed
from ness_pipeline.paths import Paths, sql_folder
from ness_pipeline.query import ask


@dataclass(frozen=True)
class Status:
    """State of the published file.

    Attributes:
        publication: columns of the latest row of `ops.publication`.
        rows: rows per core and metrics table.
        missing: models without a table in the file.
        orphaned: core and metrics tables without a model.
        gaps: last load of each unit that failed: source, unit, error, since when its rows are stale.
    """

    publication: dict[str, Any]
    rows: dict[str, int]
    missing: list[str]
    orphaned: list[str]
    gaps: list[tuple[Any, ...]]

    @property
    def is_clean(self) -> bool:
        """Whether models and tables agree and nothing is stale."""
        return not (self.missing or self.orphaned or self.gaps)


def status_of(paths: Paths) -> Status:
    """Read the state of the published file.

    Raises:
        WrongUsage: there is none.
    """
    published = paths.published
    columns, rows = ask(published, "FROM ops.publication ORDER BY published_at DESC LIMIT 1")
    tables = _tables(published)
    models = {f"{layer}.{file.stem}" for layer in ("core", "metrics") for file in sql_folder(layer).glob("*.sql")}
    models |= {f"metrics.{module.name}" for module in pkgutil.iter_modules(computed.__path__)}
    _, gaps = ask(
        published,
        "SELECT source, unit, arg_max(error, loaded_at) AS error, "
        "max(extracted_at) FILTER (status = 'loaded') AS stale_since FROM ops.load "
        "GROUP BY source, unit HAVING arg_max(status, loaded_at) = 'failed' ORDER BY ALL",
    )
    return Status(
        publication=dict(zip(columns, rows[0], strict=True)) if rows else {},
        rows=tables,
        missing=sorted(models - tables.keys()),
        orphaned=sorted(tables.keys() - models),
        gaps=gaps,
    )


def _tables(published: Path) -> dict[str, int]:
    _, names = ask(
        published,
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE schema_name IN ('core', 'metrics') ORDER BY 1",
    )
    return {name: ask(published, f"SELECT count(*) FROM {name}")[1][0][0] for (name,) in names}
