"""Where everything lies below `NESS_HOME`, and where the packaged SQL is."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from ness_pipeline.errors import WrongUsage
from ness_pipeline.settings import Settings

BUILD = "build.duckdb"
"""File name of the build database, in the home."""
HISTORY = "history"
"""Folder of the kept publications, in the home."""
UNUSABLE = "?\\"
"""Letters that DuckDB takes for the end of a path, or for a separator: it would look for its write-ahead log elsewhere."""

MAX_TEXT_BYTES = 2**20


def small_text(path: Path) -> str:
    """The text of a file that somebody writes by hand: a question, a definition, a list of columns.

    Raises:
        OSError: it is no ordinary file, or larger than anybody writes.
        UnicodeDecodeError: it is not UTF-8.
    """
    if path.exists() and not path.is_file():
        raise OSError("it is no ordinary file")
    if path.stat().st_size > MAX_TEXT_BYTES:
        raise OSError("it has more than 1 MiB")
    return path.read_text(encoding="utf-8-sig")


@dataclass(frozen=True)
class Paths:
    """The files of one home folder.

    Attributes:
        home: the folder itself.
        published: what analysts open.
        build: the private database that flows write.
        lock: held by the one writer.
        history: earlier publications.
        landing: folder or fsspec URL of the landing zone.
    """

    home: Path
    published: Path
    build: Path
    lock: Path
    history: Path
    landing: str

    @classmethod
    def of(cls, settings: Settings) -> Paths:
        """The paths that the settings mean.

        Raises:
            WrongUsage: DuckDB cannot use the home.
        """
        home = settings.home.expanduser().absolute()
        for letter in UNUSABLE:
            if letter in str(home):
                raise WrongUsage(
                    f"DuckDB keeps no database in a folder with {letter!r} in its path, such as {home}; choose another with NESS_HOME."
                )
        return cls(
            home=home,
            published=home / "ness.duckdb",
            build=home / BUILD,
            lock=home / "ness.lock",
            history=home / HISTORY,
            landing=settings.landing or str(home / "landing"),
        )

    @property
    def queue(self) -> Path:
        """Folder with one file for each process that waits to write."""
        return self.home / "ness.queue"

    @property
    def report(self) -> Path:
        """Folder of the report: in the home, or beside it where the home is our `warehouse/`, which holds source files."""
        is_source = self.home.resolve() == sql_folder("").resolve()
        return (self.home.parent if is_source else self.home) / "report"

    @property
    def report_index(self) -> Path:
        """The first page of the report."""
        return self.report / "index.html"


def sql_folder(name: str) -> Path:
    """A folder of the packaged SQL, such as `metrics`."""
    return Path(str(files("ness_pipeline.warehouse"))) / name
