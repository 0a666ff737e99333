"""How a run ends in Prefect's pages: a failure says in one sentence what happened, a success leaves pages to read."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import duckdb
from prefect.client.schemas.actions import ArtifactCreate
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from ness_pipeline.errors import NessError
from ness_pipeline.paths import Paths
from ness_pipeline.run.summary import COUNTS, Summary

NAMED = 5
"""Gaps that a state's message names one by one."""


def failed(error: NessError, *, with_error: bool = True) -> State[Any]:
    """The final state of a run that published nothing, named after the error.

    Automations tell by the name whether a person is needed (`AuditFailed`) or time will do (`WarehouseBusy`).

    Args:
        error: the error.
        with_error: whether the state carries the exception, so that callers in Python get it with its exit code.
    """
    return Failed(name=type(error).__name__, message=str(error), data=error if with_error else None)


def ended(summary: Summary, *, with_summary: bool = True) -> State[Summary]:
    """The final state of a run that published: `Completed`, or `CompletedWithGaps` with what stayed as it was.

    Args:
        summary: what the run did.
        with_summary: whether the state carries the summary, for callers in Python.
    """
    data = summary if with_summary else None
    message = f"{len(summary.loaded)} units loaded, {len(summary.gaps)} with gaps"
    if not summary.gaps:
        return Completed(message=f"{message}.", data=data)
    named = [gap.unit.name for gap in summary.gaps]
    listed = ", ".join(named[:NAMED]) + (f" and {len(named) - NAMED} more" if len(named) > NAMED else "")
    details = f"{message}: {listed}. Earlier rows stay; the artifact ness-gaps gives the reasons, and the next run tries again."
    return Completed(name="CompletedWithGaps", message=details, data=data)


def artifacts_of(summary: Summary, paths: Paths) -> list[ArtifactCreate]:
    """The pages of a run: its summary, tables of what was loaded, of gaps and of changes, and a link to the report."""
    pages = [_page("ness-summary", summary_page(summary, paths), "What the run did, and what to do next.")]
    if paths.report_index.is_file():
        link = f"[Report of the published file]({paths.report_index.as_uri()})"
        pages.append(_page("ness-report", link, None))
    loaded = [
        {"source": unit.source, "unit": unit.key, **dataclasses.asdict(result)}
        for unit, results in summary.loaded.items()
        for result in results
    ]
    gaps = [
        {"source": gap.unit.source, "unit": gap.unit.key, "error": gap.error, "stale since": str(gap.stale_since)}
        for gap in summary.gaps
    ]
    for key, description, table in (
        ("ness-loaded", "Rows received, loaded and quarantined per unit.", loaded),
        ("ness-gaps", "Units that failed; their earlier rows stay.", gaps),
        ("ness-changes", "How the tables changed with this publication.", _changes(summary, paths)),
    ):
        if table:
            pages.append(_table(key, table, description))
    return pages


def _page(key: str, text: str, description: str | None) -> ArtifactCreate:
    return ArtifactCreate(key=key, type="markdown", data=text, description=description)


def _table(key: str, rows: Sequence[dict[str, Any]], description: str) -> ArtifactCreate:
    return ArtifactCreate(key=key, type="table", data=json.dumps(rows, default=str), description=description)


def _changes(summary: Summary, paths: Paths) -> list[dict[str, Any]]:
    """Rows of `ops.change` of this run's publication; none where the file cannot be read, as a page is no reason to fail."""
    with suppress(duckdb.Error), duckdb.connect(str(paths.published), read_only=True) as published:
        rows = published.execute(
            "SELECT * EXCLUDE (publication_id) FROM ops.change WHERE publication_id = "
            "(SELECT max_by(publication_id, published_at) FROM ops.publication WHERE run_id = ?) ORDER BY table_name",
            [summary.run_id],
        )
        names = [column[0] for column in rows.description or ()]
        return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    return []


def summary_page(summary: Summary, paths: Paths) -> str:
    """The summary in Markdown: the outcome, rows per source, gaps, the published file."""
    lines = [
        f"## {len(summary.loaded)} units loaded, {len(summary.gaps)} with gaps",
        "",
        f"Published file: `{paths.published}`, {len(summary.countries)} countries of this run, content `{summary.content_hash}`.",
        "",
        f"| source | {' | '.join(COUNTS)} |",
        f"|---|{'---:|' * len(COUNTS)}",
    ]
    lines += [
        f"| {source} | {' | '.join(f'{counts[name]:,}' for name in COUNTS)} |"
        for source, counts in summary.per_source().items()
    ]
    if summary.gaps:
        lines += ["", "### Gaps", ""]
        for gap in summary.gaps:
            since = "no earlier rows" if gap.stale_since is None else f"rows of {gap.stale_since:%Y-%m-%d} stay"
            lines.append(f"- **{gap.unit.name}** ({since}): {gap.error}")
    report = (
        f"- Report: <{paths.report_index.as_uri()}>"
        if paths.report_index.is_file()
        else "- `ness report` writes the report."
    )
    lines += [
        "",
        "### Next",
        "",
        report,
        "- `ness sql --file demo` shows the numbers, `ness status` how fresh they are.",
    ]
    return "\n".join(lines)
