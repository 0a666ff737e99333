"""`ness sql`, `ness queries` and `ness metrics`: questions to the published file and what is in it."""

from __future__ import annotations

import re
import sys
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text
from typer.core import TyperCommand

from ness_pipeline.ask.query import Format, ask
from ness_pipeline.ask.questions import question_text, questions
from ness_pipeline.cli.base import ASK, Sandbox, app, console, errors, leave_with, memory_size, settings_for, write_out
from ness_pipeline.errors import WrongUsage
from ness_pipeline.paths import Paths

if TYPE_CHECKING:
    from ness_pipeline.ask.answers import Answer

BROKEN_AT = 90
"""A line of a file that is longer than this goes on in the next one."""


def complete_question(start: str) -> list[str]:
    """Worked questions whose names begin so."""
    return [question.name for question in questions() if question.name.startswith(start)]


class _Question(TyperCommand):
    """A command whose argument may begin with a comment of SQL, which would be taken for an option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put a blank before each word that looks like an option and has a blank in its name, or several lines."""
        return super().parse_args(ctx, [f" {word}" if re.match(r"-([^=\s]*\s|.*\n)", word) else word for word in args])


@app.command(cls=_Question, rich_help_panel=ASK)
def sql(
    question: Annotated[str | None, typer.Argument(help="One SQL question; or use --file.")] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            help="A file with one question, or the name of a worked one (`ness queries`).",
            autocompletion=complete_question,
        ),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to print the answer.")] = "table",
    rows_at_most: Annotated[int, typer.Option("--rows", min=1, help="Rows after which the answer is cut.")] = 100_000,
    timeout: Annotated[
        float, typer.Option(min=0.001, help="Seconds after which question and answer are given up.")
    ] = 60.0,
    memory: Annotated[
        str, typer.Option(help="Memory that question and answer may take, as 500MB; a number alone is GB.")
    ] = "2GB",
    sandbox: Sandbox = False,
) -> None:
    """Ask the published file in SQL: read-only, without access to files, network or settings."""
    from ness_pipeline.ask.answers import answer, write_csv, write_json, write_parquet
    from ness_pipeline.ask.limits import Limits

    if (question is None) == (file is None):
        raise WrongUsage('Give one question, as in `ness sql "FROM metrics.country_profile"`, or a file with --file.')
    text = question if file is None else question_text(file)
    published = Paths.of(settings_for(sandbox=sandbox)).published
    limits = Limits(timeout, memory_size(memory), leave_with)
    with answer(published, text or "", limits, most_rows=rows_at_most) as rows:
        if form == "parquet":
            is_cut = write_parquet(rows, sys.stdout.buffer)
        elif form == "json":
            is_cut = write_json(rows, write_out)
        elif form == "csv":
            is_cut = write_csv(rows, write_out)
        else:
            is_cut = _show(rows)
    if is_cut:
        errors.print(f"Cut after {rows_at_most:,} rows; ask for more with --rows, or for less.")
    if form == "table" and not sandbox:
        from ness_pipeline.cli.terminal import show_kind

        show_kind(errors, published)  # beside the answer, so that a pipe receives nothing but it


def _show(rows: Answer) -> bool:
    """Print an answer as a table, which needs all rows for the widths of its columns; returns whether it is cut."""
    from ness_pipeline.cli.terminal import show_rows

    every = [row for batch in rows.batches() for row in batch]
    is_cut = rows.has_more()
    show_rows(console, rows.columns, every, rows.watch.stopped)
    return is_cut


@app.command(name="queries", rich_help_panel=ASK)
def worked_questions(
    name: Annotated[
        str | None, typer.Argument(help="A worked question; none lists all.", autocompletion=complete_question)
    ] = None,
) -> None:
    """Worked questions of a conservation analyst: the list, or one with why it is asked, how to read it, and its SQL."""
    from ness_pipeline.cli.terminal import show_rows

    known = {question.name: question for question in questions()}
    if name is None:
        show_rows(console, ["name", "question"], [(question.name, question.asks) for question in known.values()])
        console.print("\nAsk one with `ness sql --file NAME`; see it with `ness queries NAME`.")
        return
    if name not in known:
        raise WrongUsage(f"{name!r} is no worked question; `ness queries` lists them all.")
    write_out(known[name].text)


@app.command(rich_help_panel=ASK)
def metrics(
    name: Annotated[str | None, typer.Argument(help="A metric or metric table; none lists all.")] = None,
    sandbox: Sandbox = False,
) -> None:
    """The catalogue: every published number with its definition, formula, source and columns."""
    from ness_pipeline.cli.terminal import show_rows

    published = Paths.of(settings_for(sandbox=sandbox)).published
    if name is None:
        columns, catalogue = ask(published, "SELECT table_name, metric, unit, description FROM ops.metric ORDER BY ALL")
        for table, metrics_of_table in groupby(catalogue, key=itemgetter(0)):
            console.print(table, style="bold")
            show_rows(console, columns[1:], [row[1:] for row in metrics_of_table])
            console.print()
        return
    _, rows = ask(
        published,
        "SELECT DISTINCT table_name, definition, method_version FROM ops.metric WHERE metric = $1 OR table_name = $1 OR split_part(table_name, '.', 2) = $1",
        [name],
    )
    if not rows:
        raise WrongUsage(f"{name!r} is no metric; `ness metrics` lists them all.")
    for table, definition, version in rows:
        console.print(Text(table, "bold"), f"(method version {version})\n")
        _, measures = ask(
            published,
            "SELECT metric, unit, description, better, quotable_bases FROM ops.metric WHERE metric = $1 AND table_name = $2",
            [name, table],
        )
        for metric, unit, description, better, bases in measures:
            ranked = f"{better} is better" if better else "not ranked"
            console.print(f"{metric} [{unit}], {ranked}: {description}\n")
            console.print(f"It may be quoted where its basis is {bases.replace(', ', ' or ')}.\n")
        console.print("Definition, formula and source", style="bold")
        console.print(_flowing(definition))
        _, ((comment,),) = ask(
            published, "SELECT comment FROM duckdb_tables() WHERE schema_name || '.' || table_name = $1", [table]
        )
        row, _, traps = (comment or "").partition("Traps:")
        console.print(Text("\nOne row\n", "bold"), _flowing(row.strip()), sep="")
        if traps:
            console.print("\nCaveats", style="bold")
            for trap in traps.replace("\n", " ").strip().rstrip(".").split(";"):
                console.print(f"- {trap.strip()}")
        console.print("\nColumns", style="bold")
        show_rows(
            console,
            *ask(
                published,
                'SELECT column_name AS "column", data_type AS type, comment AS says FROM duckdb_columns() '
                "WHERE schema_name || '.' || table_name = $1 ORDER BY column_index",
                [table],
            ),
        )


def _flowing(text: str) -> str:
    """Text of files, broken there at a fixed width, as paragraphs that fill any window; formulas are indented and stay."""
    flowing: list[str] = []
    before = ""
    for line in text.splitlines():
        is_formula = before.startswith(" ") or " = " in before
        is_broken = len(before) > BROKEN_AT and not is_formula and not line.startswith((" ", "Source:"))
        if is_broken and line:
            flowing[-1] += f" {line}"
        else:
            flowing.append(line)
        before = line
    return "\n".join(flowing)
