"""The publications that are kept: a copy of each that no reader opens, in the order in which they were made."""

from __future__ import annotations

import datetime as dt
import logging
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from ness_pipeline.build.lock import writer
from ness_pipeline.errors import AuditFailed, WrongUsage
from ness_pipeline.paths import Paths
from ness_pipeline.publish.content_hash import check_copy
from ness_pipeline.publish.durable import discard, log_of, to_disk
from ness_pipeline.publish.reading import as_published, damage
from ness_pipeline.sql import literal

logger = logging.getLogger(__name__)

KEEP_PUBLICATIONS = 5
"""Earlier publications that stay in the history where the settings name no number."""
_READ_ONLY = 0o444
_LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)


def identity(file: Path) -> tuple[str, str]:
    """Identifier and content hash that a published file states of itself.

    Raises:
        WrongUsage: it cannot be read.
    """
    identifier, digest, _ = _stated(file)
    return identifier, digest


def _stated(file: Path) -> tuple[str, str, dt.datetime]:
    """What a published file states of itself: identifier, content hash, and when it was published.

    Raises:
        WrongUsage: it cannot be read.
    """
    try:
        # Attached and not opened, which in a process that still reads an earlier file of that name would give that one again.
        with duckdb.connect() as connection:
            as_published(file, lambda path: connection.execute(f"ATTACH {literal(path)} AS stated (READ_ONLY)"))
            row = connection.execute(
                "SELECT publication_id, content_hash, published_at FROM stated.ops.publication ORDER BY published_at DESC LIMIT 1"
            ).fetchone()
    except (duckdb.Error, OSError) as error:
        raise WrongUsage(f"{file} is no publication ({str(error).splitlines()[0]}); choose another.") from error
    if row is None:
        raise WrongUsage(f"{file} is no publication; choose another.")
    return str(row[0]), str(row[1]), row[2]


def present(paths: Paths) -> str | None:
    """Identifier of the publication that readers see; None where there is none that can be read."""
    if paths.published.exists():
        with suppress(WrongUsage):
            return identity(paths.published)[0]
    return None


def kept(paths: Paths) -> list[Path]:
    """The copies of all publications that are kept, the latest first; damaged ones stand last."""
    return sorted(paths.history.glob("*.duckdb"), key=lambda file: (_made(file), file.name), reverse=True)


def _made(file: Path) -> dt.datetime:
    """When a publication was made, by what it says itself: names begin with the second, and clocks go wrong."""
    try:
        return _stated(file)[2]
    except WrongUsage:
        return _LONG_AGO


def history(paths: Paths) -> list[Path]:
    """The publications that can be returned to, the latest first: all that are kept but the present one."""
    now = present(paths)
    return [file for file in kept(paths) if file.stem != now]


def copy_of_present(paths: Paths) -> Path | None:
    """The kept copy of the publication that readers see, which no client can have changed.

    Where what readers see cannot be read, it is the latest that is kept; None where there is none.
    """
    now = present(paths)
    if now is not None:
        copy = paths.history / f"{now}.duckdb"
        return copy if copy.exists() else None
    return next(iter(kept(paths)), None)


def the_last_first(paths: Paths) -> list[Path]:
    """Where the last publication can be read, then the ones before it; there is no need that any of them exists."""
    copy = copy_of_present(paths)
    return list(dict.fromkeys([*([] if copy is None else [copy]), paths.published, *kept(paths)]))


def is_sound(file: Path) -> bool:
    """Whether a kept copy can be read to its end and holds what it states."""
    try:
        check_copy(file, identity(file)[1])
    except (AuditFailed, WrongUsage):
        return False
    return damage(file) is None


def keep_present(paths: Paths) -> None:
    """Keep a copy of the publication that readers see, where there is none yet: versions before had none."""
    now = present(paths)
    if now is None:
        return
    target = paths.history / f"{now}.duckdb"
    if target.exists() and not target.samefile(paths.published):  # versions before kept a second name of the same file
        return
    copy = copied(paths.published, target)
    if not is_sound(copy):
        copy.unlink()
        logger.warning("published file was changed by somebody and is not kept", extra={"publication": now})
        return
    copy.rename(target)


def copied(file: Path, target: Path) -> Path:
    """A durable copy of a publication, still under the name that says it is not finished."""
    target.parent.mkdir(parents=True, exist_ok=True)
    copy = target.with_suffix(".partial")
    discard(copy)
    shutil.copyfile(file, copy)
    copy.chmod(_READ_ONLY)
    to_disk(copy)
    return copy


@contextmanager
def next_file(paths: Paths) -> Iterator[Path]:
    """Where the next publication is written before readers see it; nothing is left there after the block.

    Raises:
        WrongUsage: it cannot be written, or cannot take the place of the last one.
    """
    partial = paths.home / f"{paths.published.stem}.partial"
    discard(partial)
    try:
        yield partial
    except OSError as error:
        step = "move it away" if paths.published.is_dir() else "mend that"
        message = f"{paths.published} could not be replaced ({error.strerror}); {step}, then run again: the last publication stays."
        raise WrongUsage(message) from error
    finally:
        discard(partial)


def put_before_readers(paths: Paths, new: Path, identifier: str, keep: int) -> None:
    """Let a checked publication take the place of what readers see, in one rename, and keep a copy of it.

    Args:
        paths: where everything lies.
        new: the publication, on the same file system; its name is gone afterwards.
        identifier: its identifier.
        keep: how many earlier publications stay.

    Raises:
        OSError: it cannot be written; readers see what they saw.
        AuditFailed: readers see something else, because another program has written into the file.
    """
    keep_present(paths)
    target = paths.history / f"{identifier}.duckdb"
    copy = None if target.exists() else copied(new, target)
    to_disk(new)
    _set_aside(paths.published)
    new.replace(paths.published)
    to_disk(paths.home)
    _set_aside(paths.published)
    if copy is not None:
        copy.rename(target)
    for file in [file for file in kept(paths) if file.stem != identifier][keep:]:
        file.unlink()
    for left in paths.history.glob("*.partial*"):
        left.unlink()
    if present(paths) != identifier:
        raise AuditFailed(
            f"Another program has changed {paths.published} while it was published; close what has it open for writing, "
            f"then `ness rollback {identifier}` puts the publication back."
        )


def _listed(copies: Iterable[str], without: str | None) -> str:
    return ", ".join(identifier for identifier in copies if identifier != without) or "none"


def _set_aside(published: Path) -> None:
    """Give the write-ahead log that a client left beside the published file another name; only the latest is kept."""
    log = log_of(published)
    if log.exists():
        aside = log.with_suffix(".wal-of-a-client")
        log.replace(aside)
        logger.warning(
            "changes that a client left beside the published file were set aside", extra={"file": aside.name}
        )


def roll_back(paths: Paths, name: str | None = None, *, keep: int = KEEP_PUBLICATIONS, wait_s: float = 0.0) -> str:
    """Put a kept publication before the readers again; the one that they see now stays in the history.

    Args:
        paths: where everything lies.
        name: identifier of the publication, also of the present one where its file was changed or damaged; None means the one
            made before the present one.
        keep: how many other publications stay.
        wait_s: how long to wait for a run that is writing.

    Returns:
        The identifier of the publication that readers see now.

    Raises:
        WarehouseBusy: a run is writing.
        WrongUsage: there is no such publication, or it is damaged.
        AuditFailed: it does not hold what it states.
    """
    with writer(paths, wait_s):
        now = present(paths)
        copies = {file.stem: file for file in kept(paths)}
        made = {identifier: _made(file) for identifier, file in copies.items()}
        limit = _made(paths.published) if now else dt.datetime.max.replace(tzinfo=dt.UTC)
        earlier = [identifier for identifier in copies if made[identifier] < limit]
        wanted = name or next((identifier for identifier in earlier if is_sound(copies[identifier])), None)
        if wanted is None or wanted not in copies:
            raise WrongUsage(
                f"There is no publication {wanted or 'before this one'} to return to; the history holds {_listed(copies, now)}."
            )
        if not is_sound(copies[wanted]):
            raise WrongUsage(
                f"{copies[wanted]} is damaged, so the disk may be faulty; return to another one (there is "
                f"{_listed(copies, wanted)}), or `ness materialise` publishes anew."
            )
        identifier, digest = identity(copies[wanted])
        with next_file(paths) as partial:
            shutil.copyfile(copies[wanted], partial)
            check_copy(partial, digest)
            put_before_readers(paths, partial, identifier, keep)
    logger.warning("rolled back", extra={"publication": identifier, "from": now})
    return identifier
