"""What users loaded, in the landing zone: the rows of each load as Parquet, and a manifest that says what it is.

The manifest is written last, so a load without one was never finished. What counts of all loads together is computed
from here (`ness_pipeline.build.own_rows`), so that the build database holds nothing that could be lost with it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self
from urllib.parse import unquote

from ness_pipeline.landing.units import Unit
from ness_pipeline.landing.zone import Landing
from ness_pipeline.names.years import ANY_YEAR

OWN = "own"
"""Folder of the landing zone for what users loaded."""
MANIFEST = "own.json"
RECORDS = "records.parquet"
"""Identifiers of records, so that records which are in several files count once."""

Kind = Literal["rows", "records", "cube", "counted"]
"""What a load is: rows of a table; records that can be told apart; a cube made elsewhere; records of which only the counts
are kept, because they are too many or an earlier version loaded them."""


@dataclass(frozen=True)
class Replaced:
    """An earlier load whose place another takes.

    Attributes:
        source: its source.
        unit: its unit.
        rows: how many of its rows counted until then, by table without layer.
    """

    source: str
    unit: str
    rows: Mapping[str, int]

    @property
    def name(self) -> tuple[str, str]:
        """Source and unit."""
        return self.source, self.unit


@dataclass(frozen=True)
class OwnLoad:
    """One load of own files.

    Attributes:
        source: name of the data in `source` columns, such as `file:list.csv`.
        unit: name of the load in `unit` columns.
        kind: see `Kind`.
        tables: tables that it fills, without layer.
        contents: SHA-256 of each file to its name.
        options: what the user said of the files, by option.
        as_of: day or release that the files speak of, as text that sorts by time; None where nobody said.
        checklist: which checklist the keys of species are of, where the user or the files say it.
        version: version of this package that read the files; None for loads of versions that did not say.
        number: counts up with every load; of two loads that replace each other the later one counts.
        replaces: the loads whose place it takes.
    """

    source: str
    unit: str
    kind: Kind
    tables: tuple[str, ...]
    contents: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    as_of: str | None = None
    checklist: str | None = None
    version: str | None = None
    number: int = 0
    replaces: tuple[Replaced, ...] = ()

    @property
    def name(self) -> tuple[str, str]:
        """Source and unit, which name the load everywhere."""
        return self.source, self.unit

    @property
    def names(self) -> frozenset[str]:
        """What a user may call it: the name of the data, of the load, or of one of its files."""
        return frozenset({self.source.removeprefix("file:"), self.unit, *self.contents.values()})

    @property
    def work(self) -> Unit:
        """The load as a unit of work."""
        return Unit(self.source, self.unit, ANY_YEAR)

    @property
    def files(self) -> str:
        """Its files in words."""
        return files_of(self.unit)

    @property
    def folder(self) -> str:
        """Where it lies in the landing zone: a hash, because names of files may be long or in any script.

        The number is part of it, so that a load made again never touches what the earlier one kept.
        """
        identity = "|".join((*self.name, str(self.number)))
        return f"{OWN}/{hashlib.sha256(identity.encode()).hexdigest()[:32]}"

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Self:
        """The load that a manifest describes."""
        return cls(
            **{
                **manifest,
                "tables": tuple(manifest["tables"]),
                "replaces": tuple(Replaced(**one) for one in manifest["replaces"]),
            }
        )


def files_of(unit: str) -> str:
    """The files of a load in words, as in `list.csv and 2 more`, from the name of the load."""
    return re.sub(r" [0-9a-f]{8}$", "", unit)


@dataclass(frozen=True)
class Kept:
    """A load and the folder of the landing zone with its rows."""

    load: OwnLoad
    folder: str


def keep(landing: Landing, load: OwnLoad) -> None:
    """Declare a load whole, after its files were written into its folder."""
    landing.write(f"{load.folder}/{MANIFEST}", json.dumps(asdict(load), ensure_ascii=False, indent=1).encode())


def kept_loads(landing: Landing) -> list[Kept]:
    """The loads that count, in the order in which they were made: whole, not made again, and not replaced by a later one."""
    every = sorted(_every(landing), key=lambda kept: (kept.load.number, kept.load.name))
    last_word: dict[tuple[str, str], int] = {}  # number of the last load that was made under a name, or replaced it
    for kept in every:
        for name in (kept.load.name, *(one.name for one in kept.load.replaces)):
            last_word[name] = kept.load.number
    return [kept for kept in every if last_word[kept.load.name] == kept.load.number]


def remove_replaced(landing: Landing) -> None:
    """Remove the folders of loads that a later one replaces, and of loads that were never finished; only while nobody loads."""
    counting = {kept.folder for kept in kept_loads(landing)}
    for kept in list(_every(landing)):
        if kept.folder not in counting:
            landing.remove(kept.folder)
    for name in landing.names(OWN):
        if not _is_of_earlier_version(name) and landing.record(f"{OWN}/{name}/{MANIFEST}") is None:
            landing.remove(f"{OWN}/{name}")


def _every(landing: Landing) -> Iterable[Kept]:
    for name in landing.names(OWN):
        if _is_of_earlier_version(name):
            for key in landing.names(f"{OWN}/{name}"):
                if landing.record(f"{OWN}/{name}/{key}/{MANIFEST}") is not None:
                    yield _of_earlier_version(landing, unquote(name), unquote(key), f"{OWN}/{name}/{key}")
        elif (manifest := landing.record(f"{OWN}/{name}/{MANIFEST}")) is not None:
            yield Kept(OwnLoad.of(manifest), f"{OWN}/{name}")


def _is_of_earlier_version(name: str) -> bool:
    """Whether a folder is of a version that named it after the source, and in it a folder after each file."""
    return name.startswith("file%3A")


def _of_earlier_version(landing: Landing, source: str, unit: str, folder: str) -> Kept:
    """A load of a version that kept no more than the rows."""
    files = landing.names(folder)
    tables = tuple(
        name.removeprefix("landed.").removesuffix(".parquet") for name in files if name.startswith("landed.")
    )
    kind: Kind = "counted" if "occurrence_cube" in tables else "rows"
    return Kept(OwnLoad(source, unit, kind, tables, _contents(landing, folder)), folder)


def _contents(landing: Landing, folder: str) -> dict[str, str]:
    """SHA-256 and name of the files of an earlier version's load, as its rows of `ops.provenance` have them."""
    import polars as pl  # noqa: PLC0415  (slow, and commands that ask nothing of landing import this module)

    stored = landing.read(f"{folder}/ops.provenance.parquet")
    if stored is None:
        return {}
    return dict(pl.read_parquet(stored, columns=["sha256", "request"]).select("sha256", "request").rows())
