"""Own files: records, cubes and tables that a user loads by hand, each command's files as one load.

A load is known by the content of its files: the same content again changes nothing, other content adds. It is whole in the
landing zone before the build database has it, and what landing holds is taken in when the database is opened next; so a
load that was killed has either happened or not.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from ness_pipeline import __version__
from ness_pipeline.build.load import Loaded, load_unit, replace_ops
from ness_pipeline.build.own_loads import counting_rows, forget, note, write_rows
from ness_pipeline.build.own_rows import decide, displace_publishers
from ness_pipeline.build.own_species import is_in_no_checklist
from ness_pipeline.errors import WrongUsage
from ness_pipeline.files import FileLoad, read, with_sheet
from ness_pipeline.files.possible_values import only_possible
from ness_pipeline.files.unpack import check_file
from ness_pipeline.landing.own_loads import RECORDS, Kept, OwnLoad, Replaced, keep, kept_loads, remove_replaced
from ness_pipeline.landing.zone import Landing
from ness_pipeline.paths import Paths
from ness_pipeline.run.attribution import NOTHING_SAID, Attribution, to_cite
from ness_pipeline.run.file_loaded import FileLoaded, displaced_by, reasons_of, results_of
from ness_pipeline.run.idle_series import idle_series
from ness_pipeline.run.own_names import ASKED_AT_ONCE, match_own_names, names_of
from ness_pipeline.run.records import clock, finish_run, start_run
from ness_pipeline.run.refresh import failing_run_recorded
from ness_pipeline.run.restore import open_for_writing
from ness_pipeline.scratch import ScratchFolder
from ness_pipeline.settings import Settings

SELECTING = ("country", "years")
"""Options that choose rows of a file: loaded again with another choice, a file adds; with other words about the same rows,
it takes the place of its earlier load."""
COMPARED_RECORDS = 50_000_000
"""Of more records only the counts are kept, because noting each of them would make a copy of the file."""


@contextmanager
def recorded_run(settings: Settings, command: str) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """The build database under the writer's lock and the identifier of a run, whose end is recorded in `ops.run`."""
    with open_for_writing(settings) as build:
        run_id = start_run(build, command, is_synthetic=settings.is_synthetic, now=clock(build))
        with failing_run_recorded(build, run_id):
            yield build, run_id
        finish_run(build, run_id, "completed", clock(build))


@dataclass(frozen=True)
class OwnFiles:
    """Files that a user loads as one.

    Attributes:
        files: path or URL of each, in the order given.
        options: how the user says that they are read, by option; options that nobody gave are absent.
        read: opens some of the files, those whose content is new.
        source: name of the data in `source` columns.
        as_of: day or release that they speak of, where it is known.
        replaces: name of earlier loads whose place they take; None for none.
        names: how each file is called in `ops.provenance`, by its path; its own name where it is missing.
        attribution: what the user says of where they come from.
        citation: what is known of a download, in columns of `ops.citation`; empty for other files.
    """

    files: Sequence[Path | str]
    options: Mapping[str, str]
    read: Callable[[Sequence[Path | str]], AbstractContextManager[FileLoad]]
    source: str
    as_of: str | None = None
    replaces: str | None = None
    names: Mapping[Path | str, str] = field(default_factory=dict)
    attribution: Attribution = NOTHING_SAID
    citation: Mapping[str, object] = field(default_factory=dict)

    @property
    def said(self) -> dict[str, str]:
        """All that the user says of them, by option."""
        as_of = {} if self.as_of is None else {"as_of": self.as_of}
        return {**self.options, **self.attribution.options, **as_of}


class _NotKept(Exception):
    """Ends a load of which somebody only wanted to know what it would do, or that would load no row."""

    def __init__(self, loaded: FileLoaded) -> None:
        super().__init__()
        self.loaded = loaded


@contextmanager
def _home_to_check(settings: Settings) -> Iterator[Settings]:
    """The settings for a load that is not carried out: with a home of its own where there is none yet."""
    paths = Paths.of(settings)
    if paths.build.exists() or paths.published.exists() or Landing(paths.landing).names(""):
        yield settings
        return
    with ScratchFolder("check") as folder:
        yield settings.model_copy(update={"home": Path(folder), "landing": None})


@contextmanager
def _unrecorded(settings: Settings) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """As `recorded_run`, for a load that is not carried out."""
    with open_for_writing(settings) as build:
        yield build, "check"


def load_own(settings: Settings, own: OwnFiles, command: str, *, is_check: bool = False) -> FileLoaded:
    """Load own files through the same contracts as everybody's, and keep a copy of their rows in landing.

    Args:
        settings: the configuration.
        own: the files.
        command: for `ops.run`.
        is_check: whether only to find out what would be loaded, refused and displaced.

    Raises:
        NessError: a file is unreadable or breaks the contract; nothing of it is loaded.
    """
    if own.as_of is not None and re.search(r"(19|20)\d{2}", own.as_of) is None:
        raise WrongUsage(
            f"--as-of {own.as_of} has no year in it; write a day, month, quarter or year, as 2026-07-01, 2026-07, 2026.Q3 or 2026."
        )
    if is_check:
        with _home_to_check(settings) as home, _unrecorded(home) as (build, run_id):
            return _load_new(build, home, own, run_id, is_check=True)
    with recorded_run(settings, command) as (build, run_id):
        return _load_new(build, settings, own, run_id, is_check=False)


def _load_new(
    build: duckdb.DuckDBPyConnection, settings: Settings, own: OwnFiles, run_id: str, *, is_check: bool
) -> FileLoaded:
    """Load what is new of some files."""
    contents = {_content_of(file): file for file in own.files}
    landing = Landing(Paths.of(settings).landing)
    kept = kept_loads(landing)
    known = {
        content: one
        for one in kept
        if one.load.options == own.said and one.load.version == __version__
        for content in one.load.contents
        if "://" not in content
    }
    there = [known[content] for content in contents if content in known]
    named = [one for one in kept if own.replaces in one.load.names and one not in there]
    new = {content: file for content, file in contents.items() if content not in known or named}
    if not new:
        return FileLoaded("nothing new", there[0].load.source, there[0].load.unit)
    with own.read(list(new.values())) as read_rows:
        rows = replace(read_rows, batches=only_possible(read_rows.batches))
        load = _new_load(own, rows, new, kept)
        gone = [*_named(named, load, own, kept), *_superseded(kept, load, set(contents), set(new))]
        replaced = {one.load.name: Replaced(*one.load.name, counting_rows(build, one.load)) for one in gone}
        load = replace(load, replaces=tuple(replaced[name] for name in sorted(replaced)))
        try:
            _load(build, landing, load, rows, own, new, settings=settings, run_id=run_id, is_check=is_check)
        except _NotKept as ended:
            landing.remove(load.folder)
            return ended.loaded
    remove_replaced(landing)
    unasked = match_own_names(build, settings, at_most=ASKED_AT_ONCE)
    return _told(build, landing, load, rows, results_of(build, load.work, run_id), unasked)


def _told(
    build: duckdb.DuckDBPyConnection,
    landing: Landing,
    load: OwnLoad,
    rows: FileLoad,
    results: list[Loaded],
    unasked: str | None = None,
) -> FileLoaded:
    """What became of a load, from `ops` and from its rows in landing."""
    return FileLoaded(
        rows.layout,
        load.source,
        load.unit,
        results,
        reasons_of(build, load.work, rows.first_row),
        rows.unread,
        [one.unit for one in load.replaces],
        displaced_by(build, load.work),
        idle_series(landing, load),
        names_of(build, load.work, unasked),
    )


def _load(
    build: duckdb.DuckDBPyConnection,
    landing: Landing,
    load: OwnLoad,
    rows: FileLoad,
    own: OwnFiles,
    files: Mapping[str, Path | str],
    *,
    settings: Settings,
    run_id: str,
    is_check: bool,
) -> None:
    """Load rows, decide which of all own rows count, and write all of it to landing before the transaction ends."""
    now = clock(build)
    kept = kept_loads(landing)
    gone = {one.name for one in load.replaces}
    touched = {*load.tables, *(name for one in kept if one.load.name in gone for name in one.load.tables)}

    def finish(results: list[Loaded]) -> None:
        _write_provenance(build, load, own, files, is_synthetic=settings.is_synthetic)
        # What a file says of itself is in the attribute `about` of those layouts that say anything.
        cited = to_cite(load, own.attribution, rows.about, own.citation, now.date())
        replace_ops(build, "citation", load.work, [cited])
        note(build, load, now)
        forget(build, gone - {load.name})
        landing.remove(load.folder)
        write_rows(build, landing, load)
        if load.kind == "records" and rows.write_keys is not None:
            landing.write_with(f"{load.folder}/{RECORDS}", rows.write_keys)
        others = [one for one in kept if one.load.name not in gone | {load.name}]
        displace_publishers(build, decide(build, landing, [*others, Kept(load, load.folder)], touched))
        if is_in_no_checklist(build, load.name):
            raise WrongUsage(
                f"{load.files} has keys of species, but neither names nor the checklist of the keys, so nobody can tell which species of this warehouse they are; "
                "add a column with the names, or say the checklist: --checklist col (Catalogue of Life), --checklist gbif (GBIF's old backbone), or a word of your own for another one."
            )
        if is_check or not any(result.loaded for result in results):
            raise _NotKept(_told(build, landing, load, rows, results))
        keep(landing, load)

    load_unit(
        build,
        load.work,
        rows.batches,
        load.tables,
        run_id=run_id,
        release=load.as_of,
        extracted_at=now,
        now=now,
        finish=finish,
    )


def _new_load(own: OwnFiles, rows: FileLoad, files: Mapping[str, Path | str], kept: Sequence[Kept]) -> OwnLoad:
    """The load of files with new content; its unit is named after the first file and a hash of all that identifies it."""
    names = {content: _name_of(own, file) for content, file in files.items()}
    options = own.said
    identity = json.dumps([sorted(files), sorted(options.items()), __version__, rows.tables])
    digest = hashlib.sha256(identity.encode()).hexdigest()[:8]
    first = next(iter(names.values()))
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return OwnLoad(
        source=own.source,
        unit=f"{first}{more} {digest}",
        kind=rows.kind,
        tables=rows.tables,
        contents=names,
        options=options,
        as_of=own.as_of or rows.about.as_of,
        checklist=options.get("checklist_key") or rows.checklist_key,
        version=__version__,
        number=1 + max((one.load.number for one in kept), default=0),
    )


def _named(named: Sequence[Kept], load: OwnLoad, own: OwnFiles, kept: Sequence[Kept]) -> list[Kept]:
    """Of earlier loads with the name that the user says is replaced, those that fill a table of the new one.

    Raises:
        WrongUsage: there is none.
    """
    found = [one for one in named if set(one.load.tables) & set(load.tables)]
    if own.replaces is not None and not found:
        names = sorted(
            {one.load.source.removeprefix("file:") for one in kept if set(one.load.tables) & set(load.tables)}
        )
        there = f"loaded are {', '.join(names)}" if names else "nothing has been loaded into it yet"
        raise WrongUsage(
            f"Nothing was loaded into {load.tables[0]} under the name {own.replaces!r} to replace; {there}."
        )
    return found


def _superseded(kept: Sequence[Kept], load: OwnLoad, contents: set[str], new: set[str]) -> list[Kept]:
    """Earlier loads of the same content into the same tables with other words about it, or by another version."""
    found = []
    for one in kept:
        earlier = one.load
        is_same_choice = earlier.version is None or all(
            earlier.options.get(name) == load.options.get(name) for name in SELECTING
        )
        is_covered = (
            bool(earlier.contents) and earlier.contents.keys() <= contents and bool(earlier.contents.keys() & new)
        )
        if is_covered and is_same_choice and set(earlier.tables) & set(load.tables):
            found.append(one)
    return found


def _write_provenance(
    build: duckdb.DuckDBPyConnection,
    load: OwnLoad,
    own: OwnFiles,
    files: Mapping[str, Path | str],
    *,
    is_synthetic: bool,
) -> None:
    """Record in `ops` where the rows of a load come from."""
    now = clock(build)
    names = [_name_of(own, file) for file in files.values()]
    received = [
        {
            "source": load.source,
            "unit": load.unit,
            "request": name if names.count(name) == 1 else str(file),
            "fetched_at": now,
            "sha256": content,
            "payload_bytes": sum(part.stat().st_size for part in parts_of(with_sheet(Path(file))[0])),
            "is_synthetic": is_synthetic,
        }
        for name, (content, file) in zip(names, files.items(), strict=True)
        if "://" not in str(file)
    ]
    replace_ops(build, "provenance", load.work, received)


def load_file(
    settings: Settings,
    path: Path,
    *,
    table: str | None = None,
    country_code: str | None = None,
    taxon_group: str | None = None,
    checklist_key: str | None = None,
    source: str | None = None,
    is_complete: bool = False,
    as_of: str | None = None,
    replaces: str | None = None,
    renamed: Mapping[str, str] | None = None,
    attribution: Attribution = NOTHING_SAID,
    is_check: bool = False,
) -> FileLoaded:
    """Load one own file: the same content again changes nothing, other content adds.

    Args:
        settings: the configuration.
        path: records, a cube or a table; see `ness_pipeline.files.read`.
        table: table to fill, `occurrences` for records and cubes; None finds it from the columns.
        country_code: country of all rows, for files that do not name it.
        taxon_group: reporting group of all rows, for files that do not name higher taxa.
        checklist_key: GBIF dataset key of the checklist of the species keys.
        source: name of the data; the file's name where none is given.
        is_complete: whether a list names every species of its groups.
        as_of: day or release that the file speaks of.
        replaces: name of earlier loads whose place it takes.
        renamed: column of the file to the column or term that it means; `-` for one that is not read.
        attribution: what the user says of where the file comes from.
        is_check: whether only to find out what would be loaded, refused and displaced.

    Raises:
        NessError: the file is unreadable or breaks the contract; nothing of it is loaded.
    """
    check_file(with_sheet(path)[0])
    options = {
        "table": table,
        "country": country_code,
        "taxon_group": taxon_group,
        "checklist_key": checklist_key,
        "name": source,
        "complete": "yes" if is_complete else None,
        "map": json.dumps(dict(renamed), sort_keys=True) if renamed else None,
    }

    def opened(files: Sequence[Path | str]) -> AbstractContextManager[FileLoad]:
        return read(
            Path(files[0]),
            table=table,
            country_code=country_code,
            taxon_group=taxon_group,
            checklist_key=checklist_key,
            source=source,
            is_complete=is_complete,
            renamed=renamed,
        )

    own = OwnFiles(
        files=[path],
        options={name: value for name, value in options.items() if value is not None},
        read=opened,
        source=f"file:{source or path.name}",
        as_of=as_of,
        replaces=replaces,
        attribution=attribution,
    )
    return load_own(settings, own, f"load {path.name}", is_check=is_check)


def _name_of(own: OwnFiles, file: Path | str) -> str:
    return own.names.get(file) or str(file).rstrip("/").rpartition("/")[2]


def _content_of(file: Path | str) -> str:
    """What a file is known by: the hash of its content, or its address where it lies elsewhere.

    Raises:
        WrongUsage: there is no such file.
    """
    if "://" in str(file):
        return str(file)
    path, sheet = with_sheet(Path(file))
    check_file(path)
    digest = digest_of(path)
    return digest if sheet is None else hashlib.sha256(f"{digest}#{sheet}".encode()).hexdigest()


def parts_of(path: Path) -> list[Path]:
    """The file itself, or the files of a folder in a stable order."""
    return [path] if path.is_file() else sorted(part for part in path.rglob("*") if part.is_file())


def digest_of(path: Path) -> str:
    """SHA-256 of a file, or of the hashes and names of a folder's files, as names may hold values (`year=2020`)."""
    digests = {}
    for part in parts_of(path):
        with part.open("rb") as content:
            digests[part] = hashlib.file_digest(content, "sha256").hexdigest()
    if path.is_file():
        return digests[path]
    listed = "\n".join(f"{part.relative_to(path).as_posix()} {digest}" for part, digest in digests.items())
    return hashlib.sha256(listed.encode()).hexdigest()
