"""How a run ends in the Prefect UI: a failure says what happened in one sentence, a success leaves a page to read."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable
from typing import ParamSpec

from prefect.artifacts import create_link_artifact, create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from ness_pipeline.errors import NessError
from ness_pipeline.paths import Paths
from ness_pipeline.run.summary import Summary

Parameters = ParamSpec("Parameters")
NAMED = 5
"""Gaps that a state's message names one by one."""


def explained(flow: Callable[Parameters, State[Summary]]) -> Callable[Parameters, State[Summary]]:
    """A flow whose known errors become a failed state with the error's name, and its own sentence as its message.

    Automations tell by the name whether a person is needed (`AuditFailed`) or time will do (`WarehouseBusy`). The exception
    travels with the state, so that callers in Python get it as ever, with its exit code.
    """

    @functools.wraps(flow)
    def run(*arguments: Parameters.args, **named: Parameters.kwargs) -> State[Summary]:
        try:
            return flow(*arguments, **named)
        except NessError as error:
            return Failed(name=type(error).__name__, message=str(error), data=error)

    return run


def ended(summary: Summary) -> State[Summary]:
    """The final state of a run that published: `Completed`, or `CompletedWithGaps` with what stayed as it was."""
    message = f"{len(summary.loaded)} units loaded, {len(summary.gaps)} with gaps"
    if not summary.gaps:
        return Completed(message=f"{message}.", data=summary)
    named = [f"{gap.unit.source} {gap.unit.key}" for gap in summary.gaps]
    listed = ", ".join(named[:NAMED]) + (f" and {len(named) - NAMED} more" if len(named) > NAMED else "")
    says = f"{message}: {listed}. Earlier rows stay; the artifact ness-gaps says why, and the next run asks again."
    return Completed(name="CompletedWithGaps", message=says, data=summary)


def tell_outcome(summary: Summary, paths: Paths) -> None:
    """Leave the run's summary as an artifact, and a link to the report where there is one."""
    create_markdown_artifact(
        summary_page(summary, paths), key="ness-summary", description="What the run did, and what to do next."
    )
    report = paths.home / "report" / "index.html"
    if report.is_file():
        create_link_artifact(report.as_uri(), link_text="Report of the published file", key="ness-report")


def summary_page(summary: Summary, paths: Paths) -> str:
    """The summary in Markdown: the outcome, rows per source, gaps, the published file."""
    totals: Counter[tuple[str, str]] = Counter()
    for unit, results in summary.loaded.items():
        totals[unit.source, "units"] += 1
        for result in results:
            for name in ("received", "loaded", "quarantined"):
                totals[unit.source, name] += getattr(result, name)
    names = ("units", "received", "loaded", "quarantined")
    lines = [
        f"## {len(summary.loaded)} units loaded, {len(summary.gaps)} with gaps",
        "",
        f"Published file: `{paths.published}`, {len(summary.countries)} countries of this run, content `{summary.content_hash}`.",
        "",
        f"| source | {' | '.join(names)} |",
        f"|---|{'---:|' * len(names)}",
    ]
    lines += [
        f"| {source} | {' | '.join(f'{totals[source, name]:,}' for name in names)} |"
        for source in dict.fromkeys(source for source, _ in totals)
    ]
    if summary.gaps:
        lines += ["", "### Gaps", ""]
        for gap in summary.gaps:
            since = "no earlier rows" if gap.stale_since is None else f"rows of {gap.stale_since:%Y-%m-%d} stay"
            lines.append(f"- **{gap.unit.source} {gap.unit.key}** ({since}): {gap.error}")
    report = paths.home / "report" / "index.html"
    lines += [
        "",
        "### Next",
        "",
        f"- Report: <{report.as_uri()}>" if report.is_file() else "- `ness report` writes the report.",
        "- `ness sql --file demo` shows the numbers, `ness status` how fresh they are.",
    ]
    return "\n".join(lines)
