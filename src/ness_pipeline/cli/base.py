"""The parts that all commands share: the application, the consoles, common options, and the sandbox behind `--sandbox`."""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text
from typer.core import TyperGroup

from ness_pipeline.errors import WrongUsage
from ness_pipeline.scratch import remove_own
from ness_pipeline.settings import Settings, load_settings
from ness_pipeline.visible import in_one_line, visible


class VisibleConsole(Console):
    """A console that shows texts as they are, brackets and names of emoji too, and control characters as codes.

    Only its own colours and moves reach the terminal; what is to be coloured is given as `Text`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, highlight=False, emoji=False, **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """Render an object into segments, of which the texts are made visible."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=visible(segment.text))


class _Commands(TyperGroup):
    """All commands; words of the user in errors of usage are made visible, as names of files come from anywhere."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            if isinstance(getattr(error, "message", None), str):
                error.message = in_one_line(error.message)  # type: ignore[attr-defined]
            raise


app = typer.Typer(
    cls=_Commands,
    help="Per-country eco-security metrics from public biodiversity and policy data.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
console = VisibleConsole()
errors = VisibleConsole(stderr=True)

Sandbox = Annotated[bool, typer.Option("--sandbox", help="Use the embedded SYNTHETIC sandbox: no network, no keys.")]
YearSpan = Annotated[str | None, typer.Option("--years", help="Span of years, such as 2000:2025.")]
AcceptChange = Annotated[bool, typer.Option("--accept-change", help="Publish also what changes beyond the limits.")]
Name = Annotated[
    str | None, typer.Option("--name", "--source", help="Name of the data; the name of the (first) file if left out.")
]
AsOf = Annotated[
    str | None,
    typer.Option(help="Day, month, year or release that the files speak of, as 2026-07-01; the later one counts."),
]
Replaces = Annotated[
    str | None,
    typer.Option("--replace", help="Name of data (or of a file) loaded before whose place these files take."),
]
CitationText = Annotated[str | None, typer.Option("--citation", help="How the data are to be cited.")]
Licence = Annotated[
    str | None, typer.Option("--licence", help="Licence of the data, as `CC BY 4.0` or in its owner's words.")
]
ChecklistName = Annotated[
    str | None,
    typer.Option(
        "--checklist",
        "--checklist-key",
        help="Checklist of the species keys: gbif (backbone), col (Catalogue of Life), iucn, a GBIF dataset key or a word.",
    ),
]
Publisher = Annotated[str | None, typer.Option("--publisher", help="Who publishes the data.")]
Private = Annotated[
    bool | None,
    typer.Option(
        "--private/--public",
        help="Whether rows stay out of exports, packages and reports; where not said, the licence decides.",
    ),
]
Offline = Annotated[bool, typer.Option("--offline", help="Use what has landed; ask no publisher.")]

PANELS = FILL, ASK, SHARE, OPERATE = "Fill the warehouse", "Ask the warehouse", "Pass it on", "Keep it running"
"""Panels of `ness --help`, in their order."""

LEAST_MEMORY = 100_000_000
"""Bytes without which neither a question nor a cube gets anywhere."""


def complete_country(start: str) -> list[str]:
    """Codes and names of countries that begin so."""
    from ness_pipeline.names.countries import countries

    known = countries().values()
    codes = [country.country_code for country in known if country.country_code.startswith(start.upper())]
    return codes + [country.country_name for country in known if country.country_name.lower().startswith(start.lower())]


def _show_version(wanted: bool) -> None:
    if wanted:
        from ness_pipeline import __version__

        console.print(__version__)
        raise typer.Exit


@app.callback()
def _common(
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    log: Annotated[
        str | None, typer.Option(help="Write events to standard error: json or text (or set NESS_LOG).")
    ] = None,
) -> None:
    if log or os.environ.get("NESS_LOG"):
        from ness_pipeline.logs import write_logs

        write_logs(log, secrets=load_settings().secrets())
    if debug:
        os.environ["NESS_DEBUG"] = "1"


def program() -> str:
    """The words that start this program in the user's shell: `ness`, or the path by which it was started."""
    if shutil.which("ness"):
        return "ness"
    started = Path(sys.argv[0])
    if started.name != "ness":
        return f"{shlex.quote(sys.executable)} -m ness_pipeline.cli"
    here = Path.cwd()
    return shlex.quote(str(started.relative_to(here) if started.is_relative_to(here) else started))


def memory_size(text: str) -> int:
    """Bytes of a size such as `500MB`, `1.5GiB` or `2`, which means 2 GB.

    Raises:
        WrongUsage: it is none, or too small for anything.
    """
    size = re.fullmatch(r"(\d{1,6}(?:\.\d+)?) *(?:([KMGT])(I?)B?)?", text.strip().upper())
    number, unit, is_binary = size.groups() if size else ("0", None, None)
    found = int(float(number) * (1024 if is_binary else 1000) ** ("KMGT".index(unit or "G") + 1))
    if found < LEAST_MEMORY:
        raise WrongUsage(
            f"--memory {text} is no size from 100MB on; write it as in 500MB or 4GB; a number alone is GB."
        )
    return found


class _Output(io.FileIO):
    """Standard output, which says once that it cannot be written and drops the rest."""

    _is_lost = False

    def write(self, data: Any) -> int:
        """Write bytes.

        Raises:
            WrongUsage: they cannot be written, as on a full disk.
            BrokenPipeError: the reader of a pipe has gone.
        """
        if self._is_lost:
            return memoryview(data).nbytes
        try:
            return super().write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            self._is_lost = True
            raise WrongUsage(
                f"What was printed could not be written ({error.strerror}); free space there, or print it to another place."
            ) from error


def standard_output() -> io.TextIOWrapper:
    """Standard output with an error of ours where it cannot be written."""
    if sys.stdout is None:  # it is closed; a file of ours that got its number would be written over
        os.dup2(os.open(os.devnull, os.O_RDONLY), 1)
        sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), encoding="utf-8")
    buffer = io.BufferedWriter(_Output(1, "w", closefd=False))
    return io.TextIOWrapper(buffer, sys.stdout.encoding, sys.stdout.errors, line_buffering=buffer.isatty())


def write_out(text: str) -> None:
    """Write text for other programs to standard output: as it is, but in a terminal with visible control characters."""
    sys.stdout.write(visible(text) if sys.stdout.isatty() else text)


def show_error(sentence: str) -> None:
    """Print the sentence of an error, in one line."""
    with suppress(OSError):  # the exit code tells, where nothing can be printed
        errors.print(Text("Error:", "red"), in_one_line(sentence), soft_wrap=True)


def leave_with(sentence: str) -> NoReturn:
    """Print the sentence of an error of usage and end the process at once, whatever its other threads are doing."""
    show_error(sentence)
    remove_own()
    os._exit(WrongUsage.exit_code)


def settings_for(*, sandbox: bool) -> Settings:
    """The configuration, with the home folder of sandbox data where they are meant."""
    settings = load_settings()
    return settings.for_sandbox("http://127.0.0.1") if sandbox else settings


@contextmanager
def sandbox_url(*, wanted: bool) -> Iterator[str | None]:
    """Base URL of a sandbox that runs as long as the body, None when none is wanted."""
    if not wanted:
        yield None
        return
    from ness_pipeline.sandbox import serve

    with serve() as sandbox:
        yield sandbox.url
