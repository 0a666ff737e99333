"""The one writer's way into the build database, which is put together again from landing when it is lost or damaged.

Everything in the build database is either in the landing zone (payloads, and the rows of own files) or in the
published file (runs, publications, changes), so it may be deleted at any time: it comes back.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import duckdb

from ness_pipeline.build.database import open_build, translate
from ness_pipeline.build.gaps import noted_gaps
from ness_pipeline.build.load import load_extraction, record_failure, remove_replaced_sample
from ness_pipeline.build.lock import writer
from ness_pipeline.build.models import materialise
from ness_pipeline.build.own_loads import forget, take_in
from ness_pipeline.build.own_rows import decide, displace_publishers
from ness_pipeline.contract.ddl import landed_table
from ness_pipeline.contract.dictionary import Table, tables
from ness_pipeline.errors import ContractViolation, DamagedBuild, NessError, SourceUnavailable, WrongUsage
from ness_pipeline.landing.extraction import Extraction
from ness_pipeline.landing.own_loads import Kept, kept_loads, remove_replaced
from ness_pipeline.landing.units import WORLD, Unit
from ness_pipeline.landing.zone import Landing
from ness_pipeline.names.years import ANY_YEAR
from ness_pipeline.paths import Paths
from ness_pipeline.publish.audit import LAST, countries_there, last_publication
from ness_pipeline.publish.durable import discard
from ness_pipeline.publish.history import the_last_first
from ness_pipeline.publish.reading import damage
from ness_pipeline.run.records import clock, finish_run, start_run
from ness_pipeline.scratch import remove_leftovers
from ness_pipeline.settings import Settings
from ness_pipeline.sources import sources
from ness_pipeline.sources.extract import context_of
from ness_pipeline.sql import literal, quote

logger = logging.getLogger(__name__)

KEPT = ("run", "publication", "change", "load")
"""Tables of `ops` that tell the past and are taken over from the published file."""


@contextmanager
def open_for_writing(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build database under the writer's lock; rebuilt from landing first where it cannot be used.

    Raises:
        WarehouseBusy: another run is writing.
        WrongUsage: the folder cannot be written, rows of own files do not fit this version, or another file is damaged.
        DamagedBuild: it turned out to be damaged on the way; it is set aside, and the next run rebuilds it.
    """
    paths = Paths.of(settings)
    with writer(paths, settings.busy_wait_s), ExitStack() as stack:
        remove_leftovers()
        if files := Landing(paths.landing).remove_partial():
            logger.warning("%d unfinished files of killed processes were removed from landing", files)
        mark = _mark_of_rebuild(paths)
        if mark.exists():
            discard(paths.build)
        elif not paths.build.exists() and (paths.published.exists() or Landing(paths.landing).names("")):
            mark.touch()
        try:
            connection = stack.enter_context(open_build(paths.build))
        except DamagedBuild as error:
            aside = set_aside(paths)
            logger.warning("build database set aside", extra={"file": aside.name, "error": str(error)})
            connection = stack.enter_context(open_build(paths.build))
        if mark.exists():
            replaced = mark.read_text(encoding="utf-8")
            rebuild(connection, settings, mark.with_name(replaced) if replaced else None)
            mark.unlink()
        landing = Landing(paths.landing)
        if _lacks(connection, landing):
            run_id = start_run(
                connection, "take in own files", is_synthetic=settings.is_synthetic, now=clock(connection)
            )
            take_in_own(connection, landing, run_id)
            finish_run(connection, run_id, "completed", clock(connection))
        try:
            yield connection
        except duckdb.Error as error:
            known = translate(error, paths.build)
            if not isinstance(known, DamagedBuild):
                raise
            stack.close()
            if damage(paths.build) is None:
                raise WrongUsage(
                    f"A file could not be read to its end ({str(error).splitlines()[0]}), and it is not {paths.build}; "
                    "look for the file with `ness status --verify`, then run again."
                ) from error
            set_aside(paths)
            raise known from error


def _lacks(connection: duckdb.DuckDBPyConnection, landing: Landing) -> bool:
    """Whether landing holds own loads that the build database does not have, or no longer one that it has."""
    there = set(connection.execute("SELECT source, unit FROM ops.own_load").fetchall())
    kept = kept_loads(landing)
    return not {one.load.name for one in kept} <= there or bool(_replaced(kept) & there)


def _replaced(kept: Sequence[Kept]) -> set[tuple[str, str]]:
    """Names of the loads that one of these replaced."""
    return {one.name for kept_load in kept for one in kept_load.load.replaces} - {one.load.name for one in kept}


def take_in_own(connection: duckdb.DuckDBPyConnection, landing: Landing, run_id: str) -> int:
    """Take in the own loads that landing holds and the build database lacks; returns how many.

    A load is killed after landing has it and before the database does, or a version before kept no list of loads.
    """
    there = set(connection.execute("SELECT source, unit FROM ops.own_load").fetchall())
    kept = kept_loads(landing)
    new = [one for one in kept if one.load.name not in there]
    connection.execute("BEGIN TRANSACTION")
    try:
        forget(connection, _replaced(kept))
        for one in new:
            take_in(connection, landing, one, run_id)
        names = {name for one in kept for name in one.load.tables}
        displace_publishers(connection, decide(connection, landing, kept, names))
        connection.execute("COMMIT")
    except BaseException:
        with suppress(duckdb.Error):
            connection.execute("ROLLBACK")
        raise
    remove_replaced(landing)
    return len(new)


def set_aside(paths: Paths) -> Path:
    """Rename the build database, so that it can be looked at, and mark that another replaces it; only the latest is kept."""
    aside = paths.build.with_name("build.damaged.duckdb")
    discard(aside)
    paths.build.replace(aside)
    _mark_of_rebuild(paths).write_text(aside.name, encoding="utf-8")
    discard(paths.build)
    return aside


def _mark_of_rebuild(paths: Paths) -> Path:
    """A file that exists from before a build database is made anew until it is whole, so that a kill leaves no half one.

    It names the database set aside whose rows of own files are taken over; it is empty where there is none.
    """
    return paths.build.with_name("build.rebuilding")


def rebuild(connection: duckdb.DuckDBPyConnection, settings: Settings, aside: Path | None = None) -> None:
    """Load everything that has landed into an empty build database and compute the metrics that readers have.

    Args:
        connection: the empty build database.
        settings: the configuration.
        aside: the one it replaces, whose rows of own files are taken over where landing has none.

    Raises:
        ContractViolation: a model fails.
    """
    paths = Paths.of(settings)
    landing = Landing(paths.landing)
    with last_publication(connection, the_last_first(paths)) as is_there:
        countries = _take_over_past(connection) if is_there else []
    run_id = start_run(connection, "rebuild from landing", is_synthetic=settings.is_synthetic, now=clock(connection))
    loaded, failed = 0, 0
    for unit in _landed_units(landing):
        if _load_best(connection, landing, settings, unit, run_id):
            loaded += 1
        else:
            failed += 1
    remove_replaced_sample(connection)
    loaded += take_in_own(connection, landing, run_id)
    if aside is not None:
        _take_over_own(connection, aside)
    with last_publication(connection, the_last_first(paths)) as is_there:
        for name in _missing_own(connection) if is_there else ():
            logger.warning("an own load of the published file is not in landing; load it again", extra={"load": name})
    if countries:
        materialise(connection, countries)  # no more than readers had; a run adds its own
    finish_run(connection, run_id, "completed_with_gaps" if failed else "completed", clock(connection))
    logger.warning("build database rebuilt from landing", extra={"units": loaded, "failed": failed})


def _landed_units(landing: Landing) -> list[Unit]:
    """Every unit of a known source that has landed whole, the world's first."""
    known = sources()
    listed = [(source, key) for source, key in landing.units() if source in known]
    order = {name: place for place, name in enumerate(known)}
    listed.sort(key=lambda unit: (unit[1] != WORLD, order[unit[0]], unit[1]))
    return [Unit(source, key, ANY_YEAR) for source, key in listed]


def _load_best(
    connection: duckdb.DuckDBPyConnection, landing: Landing, settings: Settings, unit: Unit, run_id: str
) -> bool:
    """Load the latest extraction of a unit that can be read and keeps its contract.

    What it did not give comes from the ones before it, as far as they are still there, so these are loaded first then.
    """
    error: NessError = SourceUnavailable(f"{unit.name} has never landed whole; run it with network.")

    def load(extraction: Extraction) -> None:
        now = clock(connection)
        forgotten = "DELETE FROM ops.load WHERE run_id = ? AND source = ? AND unit = ? AND loaded_at {} ?"
        of_unit = [run_id, unit.source, unit.key, now]
        try:
            load_extraction(connection, extraction, context_of(landing, settings), run_id=run_id, now=now)
        except NessError:
            connection.execute(forgotten.format(">="), of_unit)
            raise
        connection.execute(forgotten.format("<"), of_unit)

    promised = sources()[unit.source].tables
    extractions = list(landing.complete(unit.source, unit.key))
    for place, extraction in enumerate(extractions):
        try:
            load(extraction)
        except (SourceUnavailable, ContractViolation) as failure:
            error = failure
            continue
        is_partial = noted_gaps(connection, unit) or not extraction.is_believed
        if is_partial and extractions[place + 1 :]:
            for older in reversed(extractions[place + 1 :]):
                with suppress(SourceUnavailable, ContractViolation):
                    load(older)
            load(extraction)
        latest = landing.extractions(unit.source, unit.key)[-1]
        if latest.number > extraction.number and (why := latest.failure) is not None:
            record_failure(connection, unit, promised, why, run_id=run_id, now=clock(connection))
        return True
    record_failure(connection, unit, promised, str(error), run_id=run_id, now=clock(connection))
    return False


def _take_over_past(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Rows of the past from the last publication, which is attached; returns its countries."""
    for name in KEPT:
        _copy_shared(connection, tables()[f"ops.{name}"], f"ops.{name}", f"{LAST}.ops.{name}", LAST)
    return countries_there(connection)


def _missing_own(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Own loads that the last publication, which is attached, has and the build database has not."""
    known = connection.execute(
        f"FROM duckdb_tables() WHERE database_name = '{LAST}' AND schema_name = 'ops' AND table_name = 'own_load'"
    ).fetchall()
    names = f"{LAST}.ops.own_load" if known else f"{LAST}.ops.load WHERE source LIKE 'file:%' AND status = 'loaded'"
    rows = connection.execute(
        f"SELECT DISTINCT unit FROM (SELECT source, unit FROM {names} EXCEPT SELECT source, unit FROM ops.own_load "
        "EXCEPT SELECT source, unit FROM ops.displaced WHERE reason = 'replaced') "
        "ORDER BY 1"
    ).fetchall()
    return [name for (name,) in rows]


def _take_over_own(connection: duckdb.DuckDBPyConnection, aside: Path) -> None:
    """Rows of own files that an earlier version kept in the build database alone."""
    try:
        connection.execute(f"ATTACH {literal(aside)} AS past (READ_ONLY)")
    except duckdb.Error:
        return  # it is damaged, which is why it is aside
    try:
        for table in tables().values():
            if table.is_landed:
                name, _ = landed_table(table)
                known = f"SELECT DISTINCT source, unit_key FROM {name}"
                where = f"WHERE source LIKE 'file:%' AND (source, unit_key) NOT IN ({known})"
                _copy_shared(connection, table, name, f"past.{name}", "past", where)
    except duckdb.Error as error:
        message = f"Rows of own files in {aside.name} do not fit this version ({str(error).splitlines()[0]}); load the files again with `ness load`."
        raise WrongUsage(message) from error
    finally:
        connection.execute("DETACH past")


def _copy_shared(
    connection: duckdb.DuckDBPyConnection, table: Table, target: str, origin: str, database: str, where: str = ""
) -> None:
    """Copy rows between two versions of a table: the columns that both have."""
    layer, short_name = target.split(".")
    rows = connection.execute(
        "SELECT column_name FROM duckdb_columns() WHERE database_name = ? AND schema_name = ? AND table_name = ?",
        [database, layer, short_name],
    ).fetchall()
    there = {name for (name,) in rows}
    wanted = [*(column.name for column in table.columns), *(["unit_key"] if layer == "landed" else [])]
    if shared := ", ".join(quote(name) for name in wanted if name in there):
        connection.execute(f"INSERT INTO {quote(target)} BY NAME SELECT {shared} FROM {origin} {where}")
