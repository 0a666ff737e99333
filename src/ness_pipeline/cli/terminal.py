"""Terminal output of a run: progress bars and a closing summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import islice
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from ness_pipeline.cli.displaced import displaced_sentence
from ness_pipeline.cli.own_names import names_sentences
from ness_pipeline.visible import in_one_line

if TYPE_CHECKING:  # a second of imports that questions need not wait for
    from pathlib import Path

    from ness_pipeline.cube.engine import Engine
    from ness_pipeline.landing.units import Unit
    from ness_pipeline.run.file_loaded import FileLoaded, Reason
    from ness_pipeline.run.idle_series import IdleSeries
    from ness_pipeline.run.summary import Summary
    from ness_pipeline.run.watch import Step

FOLDED_WIDTH = 24
"""Width to which a column of texts may be folded before a table counts as too wide."""

SHOWN_SERIES = 10
"""Series that feed no metric which are named; more are counted."""

LINES_AT_ONCE = 1_000
GAP = 2
"""Blanks between two columns."""

STAGES = {"load": "Loading", "materialise": "Computing metrics", "publish": "Publishing"}


class RunProgress:
    """One line per source that is read and one per stage, with known totals; hidden when the output is no terminal.

    Args:
        console: where to draw.
        units: the units of work of the run.
        models: number of models that it computes.
        offline: whether no publisher is asked, so that there is nothing to read.
    """

    def __init__(self, console: Console, units: Sequence[Unit], models: int, *, offline: bool = False) -> None:
        columns = (
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.description:<26}"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[current]}", style="dim", markup=False),
        )
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._tasks = {}
        if not offline:
            for source, total in Counter(unit.source for unit in units).items():
                self._tasks["extract", source] = self._add(f"Reading {source}", total)
        for stage, total in (("load", len(units)), ("materialise", models), ("publish", 1)):
            self._tasks[stage, ""] = self._add(STAGES[stage], total)

    def _add(self, label: str, total: int) -> TaskID:
        # A line appears, and its clock starts, with its first step, so that waiting does not count.
        return self._progress.add_task(label, total=total, current="", start=False, visible=False)

    def __call__(self, step: Step) -> None:
        """Advance the line of a step that started or ended."""
        if step.stage == "materialise":  # its models advance its line
            return
        if step.stage == "extract":
            task = self._tasks.get(("extract", step.name.split(" ", maxsplit=1)[0]))
        else:
            task = self._tasks["materialise" if step.stage == "model" else step.stage, ""]
        if task is None:  # offline nothing is read
            return
        is_done = step.state in {"finished", "failed"} or step.stage == "model"
        self._progress.start_task(task)
        self._progress.update(task, advance=1 if is_done else 0, current=step.name, visible=True)

    @contextmanager
    def shown(self) -> Iterator[RunProgress]:
        """Show the lines while the body runs."""
        with self._progress:
            yield self


@contextmanager
def counted(console: Console, label: str) -> Iterator[Callable[[str, int, int], None]]:
    """A bar for work of known length, advanced by calls of (step, number done, total); hidden when the output is no terminal."""
    columns = (
        TextColumn("{task.description:<20}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[current]}", style="dim", markup=False),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(label, total=None, current="")
        yield lambda step, done, total: progress.update(task, completed=done, total=total or None, current=step)


def show_kind(console: Console, published: Path) -> None:
    """Print whether the numbers of the published file are invented, or a sample."""
    from ness_pipeline.ask.query import kind_of_data

    if says := kind_of_data(published):
        text = Text(says)
        text.highlight_words(["SYNTHETIC"], "bold yellow")
        console.print(text, soft_wrap=True)


def show_summary(console: Console, summary: Summary, published: str, program: str, again: str) -> None:
    """Print what was loaded, rejected and missing, where the file is, and what to try next.

    Args:
        console: where to print.
        summary: what the run did.
        published: the file that readers open.
        program: the words that start this program.
        again: the option that names the same file.
    """
    from ness_pipeline.run.summary import COUNTS

    table = Table("Source", *map(str.capitalize, COUNTS), box=None, header_style="bold")
    for column in table.columns[1:]:
        column.justify = "right"
    for source, counts in summary.per_source().items():
        table.add_row(source, *(f"{counts[name]:,}" for name in COUNTS))
    console.print(table)
    for gap in summary.gaps:
        since = "no earlier rows" if gap.stale_since is None else f"rows of {gap.stale_since:%Y-%m-%d %H:%M} UTC stay"
        console.print(Text("Gap", "yellow"), f"{gap.unit.name} ({since}): {gap.error}", soft_wrap=True)
    country, *others = summary.countries
    country_count = f"{len(others) + 1} countries" if others else "1 country"
    console.print(
        Text(f"\n{published}", "bold"),
        f"holds {country_count} of this run; content {summary.content_hash}",
        soft_wrap=True,
    )
    if summary.series_replaced:
        console.print(
            f"{summary.series_replaced} series of the sample of open data were replaced by their publishers' own releases.",
            soft_wrap=True,
        )
    console.print("Try next:")
    for line in (
        f"{program} index{again}",
        f"{program} sql{again} \"SELECT * FROM metrics.metric_value WHERE country_code = '{country}' AND reportable\"",
        f"{program} report{again}",
    ):
        console.print(f"  {line}", soft_wrap=True)  # a command must be fit to copy


def show_cube(console: Console, engine: Engine, path: Path) -> None:
    """Print how many records the cube in a file counts, and why it does not count the others."""
    received, counted, left_out = engine.received(), engine.counted(), engine.filtered_out()
    console.print(f"The cube of {counted:,} of {received:,} records is in {path}.", soft_wrap=True)
    for name, records in left_out.items():
        console.print(Text(f"  {records:,}", "yellow"), f"left out by the filter on {name}", soft_wrap=True)
    if uncounted := received - counted - sum(left_out.values()):
        why = (
            "not counted; --trust keys tells why"
            if engine.trust == "everything"
            else "breaking the contract; without --out each is kept with its reason"
        )
        console.print(Text(f"  {uncounted:,}", "yellow"), why, soft_wrap=True)


def show_file(console: Console, name: str, loaded: FileLoaded) -> None:
    """Print the row counts of one own file, with the reasons of quarantined rows."""
    console.print(
        Text.assemble((name, "bold"), f": {loaded.layout}, source {loaded.source}"),
        soft_wrap=True,
    )
    for result in loaded.results:
        left_out = f"{result.left_out:,} left out by filters + " if result.left_out else ""
        numbers = (
            f"{result.received:,} received = {result.loaded:,} loaded + {left_out}{result.quarantined:,} quarantined"
        )
        console.print(f"  {result.table_name}: {numbers}; {result.written:,} rows written", soft_wrap=True)
    if not loaded.results:
        console.print(f"  The same content was loaded before (as {loaded.unit}); nothing changes.")  # fmt: skip
    for reason in loaded.reasons:
        _show_reason(console, reason)
    if loaded.unread:
        console.print(f"  not read: {', '.join(loaded.unread)} (--map says what a column means)", soft_wrap=True)  # fmt: skip
    for sentence in names_sentences(loaded.names):
        console.print(f"  {sentence}", soft_wrap=True)
    for unit in loaded.replaced:
        console.print(f"  takes the place of {unit}", soft_wrap=True)
    for displaced in loaded.displaced:
        sentence = displaced_sentence(displaced, loaded)
        console.print(f"  {sentence}", style="yellow", soft_wrap=True)
    for series in loaded.idle[:SHOWN_SERIES]:
        console.print(f"  {idle_sentence(series)}", style="yellow", soft_wrap=True)
    if more := len(loaded.idle[SHOWN_SERIES:]):
        console.print(f"  {more} more series feed no metric.", style="yellow")


def _show_reason(console: Console, reason: Reason) -> None:
    """Print why rows were refused or filtered out: how many, and the three most frequent cases."""
    what = "filtered out" if reason.check == "filter" else "refused"
    where = f" for {reason.column}" if reason.column else ""
    shown = [
        sentence.rstrip(".") + (f" ({number:,} times)" if number > 1 else "") for sentence, number in reason.examples
    ]
    more = reason.rows - sum(number for _, number in reason.examples)
    rest = f"; {more:,} more like these" if more else ""
    console.print(Text(f"  {reason.rows:,}", "yellow"), f"{what}{where}: {'; '.join(shown)}{rest}.", soft_wrap=True)  # fmt: skip


def idle_sentence(series: IdleSeries) -> str:
    """That a series feeds no metric, and the one that may be meant."""
    rows = f"{series.rows:,} {'row' if series.rows == 1 else 'rows'}"
    hint = f"nearest is {series.nearest}" if series.nearest else "`ness load --list` names those that do"
    return f"{series.series_code} feeds no metric ({rows}); {hint}."


def show_rows(
    console: Console,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    writing: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> None:
    """Print rows as a table, numbers to the right, NULL as a dash.

    What does not fit the window even with its longest texts folded is printed row by row, one line per column, as numbers
    and names must never be broken. Without a window (piped), lines are as long as they need to be.

    Args:
        console: where to print.
        columns: names of the columns.
        rows: the rows.
        writing: entered around each writing of many lines, which waits for whoever reads a pipe.
    """
    names = [in_one_line(name) for name in columns]
    cells = [[_cell(value) for value in row] for row in rows]
    is_text = [any(isinstance(row[place], str) for row in rows) for place in range(len(names))]
    has_words = [any(" " in str(row[place]) for row in rows) for place in range(len(names))]
    widths = [max(cell_len(text) for text in texts) for texts in zip(names, *cells, strict=True)]
    min_widths = [
        max(
            _longest_word(name),
            min(width, FOLDED_WIDTH) if text and words else max((cell_len(row[place]) for row in cells), default=0),
        )
        for place, (name, width, text, words) in enumerate(zip(names, widths, is_text, has_words, strict=True))
    ]
    gaps = GAP * (len(names) - 1)
    natural = sum(widths) + gaps
    available = console.width if console.is_terminal else natural
    if sum(min_widths) + gaps > available and len(names) > 1:
        _print_lines(console, _records(names, cells), writing)
        return
    if natural <= available:
        console.print(_line(names, widths, is_text), style="bold", soft_wrap=True)
        _print_lines(console, (_line(row, widths, is_text) for row in cells), writing)
    else:
        _print_folded(console, names, cells, is_text, min_widths)
    if not rows:
        console.print("(no rows)", style="dim")


def _line(cells: Sequence[str], widths: Sequence[int], is_text: Sequence[bool]) -> str:
    """One row of a table of which every column is as wide as its widest cell."""
    blanks = [" " * (width - cell_len(cell)) for cell, width in zip(cells, widths, strict=True)]
    padded = [cell + blank if text else blank + cell for cell, blank, text in zip(cells, blanks, is_text, strict=True)]
    return (" " * GAP).join(padded)


def _print_lines(console: Console, lines: Iterable[str], writing: Callable[[], AbstractContextManager[None]]) -> None:
    """Print lines that need no folding, many at a time: a hundred thousand rows are printed in a second."""
    for part in batched(lines, LINES_AT_ONCE):
        text = Text("\n".join(part), no_wrap=True, overflow="ignore")
        with writing():
            console.print(text, soft_wrap=True)


def batched(lines: Iterable[str], size: int) -> Iterator[list[str]]:
    """Lines in lists of a size."""
    rest = iter(lines)
    while part := list(islice(rest, size)):
        yield part


def _print_folded(
    console: Console,
    names: Sequence[str],
    cells: Sequence[Sequence[str]],
    is_text: Sequence[bool],
    min_widths: Sequence[int],
) -> None:
    """Print a table whose longest texts are folded, so that it fits the window."""
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, GAP, 0, 0))
    for name, text, narrowest in zip(names, is_text, min_widths, strict=True):
        table.add_column(Text(name), justify="left" if text else "right", overflow="fold", min_width=narrowest)
    for row in cells:
        table.add_row(*map(Text, row))
    console.print(table, crop=False)


def _longest_word(name: str) -> int:
    return max((cell_len(word) for word in name.split()), default=0)


def _records(names: Sequence[str], cells: Sequence[Sequence[str]]) -> Iterator[str]:
    """Each row as lines of column and value."""
    width = max(cell_len(name) for name in names)
    for number, row in enumerate(cells, start=1):
        yield f"row {number} of {len(cells)}"
        for name, text in zip(names, row, strict=True):
            yield f"{name:<{width}}  {text}"


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"  # noqa: PLR2004  (where decimals stop helping)
    return in_one_line(str(value))
