"""Earlier publications: kept beside the present one, and returned to."""

from __future__ import annotations

import logging
import os
import shutil
from contextlib import suppress
from pathlib import Path

import duckdb

from ness_pipeline.build.lock import writer
from ness_pipeline.errors import WrongUsage
from ness_pipeline.paths import Paths
from ness_pipeline.publish.content_hash import check_copy
from ness_pipeline.publish.durable import discard, to_disk

logger = logging.getLogger(__name__)

KEEP_PUBLICATIONS = 5
"""Earlier publications that stay in the history where the settings name no number."""


def identity(file: Path) -> tuple[str, str]:
    """Identifier and content hash that a published file states of itself.

    Raises:
        WrongUsage: it cannot be read.
    """
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            row = connection.execute(
                "SELECT publication_id, content_hash FROM ops.publication ORDER BY published_at DESC LIMIT 1"
            ).fetchone()
    except duckdb.Error as error:
        raise WrongUsage(f"{file} is no publication ({str(error).splitlines()[0]}); choose another.") from error
    if row is None:
        raise WrongUsage(f"{file} is no publication; choose another.")
    return str(row[0]), str(row[1])


def archive(paths: Paths, keep: int) -> None:
    """Give the publication that readers see a second name in the history, and drop the oldest there."""
    if not paths.published.exists():
        return
    try:
        name, _ = identity(paths.published)
    except WrongUsage as error:
        logger.warning("published file is damaged and not kept", extra={"error": str(error)})
        return
    paths.history.mkdir(parents=True, exist_ok=True)
    _second_name(paths.published, paths.history / f"{name}.duckdb")
    for file in history(paths)[keep:]:
        file.unlink()


def _second_name(file: Path, other: Path) -> None:
    """Another name for the same file, or a copy where the file system has no such thing."""
    if other.exists():
        return
    try:
        os.link(file, other)
    except OSError:
        copy = other.with_suffix(".partial")
        shutil.copyfile(file, copy)
        copy.replace(other)


def history(paths: Paths) -> list[Path]:
    """Earlier publications, the latest first."""
    return sorted(paths.history.glob("*.duckdb"), reverse=True)


def roll_back(paths: Paths, name: str | None = None, *, keep: int = KEEP_PUBLICATIONS, wait_s: float = 0.0) -> str:
    """Put an earlier publication before the readers again; the one that they see now stays in the history.

    Args:
        paths: where everything lies.
        name: identifier of the publication; None means the one before the present one.
        keep: how many publications stay in the history.
        wait_s: how long to wait for a run that is writing.

    Returns:
        The identifier of the publication that readers see now.

    Raises:
        WarehouseBusy: a run is writing.
        WrongUsage: there is no such publication, or it is damaged.
    """
    with writer(paths, wait_s):
        present = ""
        if paths.published.exists():
            with suppress(WrongUsage):
                present, _ = identity(paths.published)
        kept = {file.stem: file for file in history(paths)}
        earlier = [identifier for identifier in kept if identifier < present or not present]
        wanted = name or (earlier[0] if earlier else None)
        if wanted is None or wanted not in kept:
            known = ", ".join(kept) or "none"
            raise WrongUsage(
                f"There is no publication {wanted or 'before this one'} to return to; the history holds {known}."
            )
        identifier, digest = identity(kept[wanted])
        check_copy(kept[wanted], digest)
        partial = paths.home / f"{paths.published.stem}.partial"
        discard(partial)
        _second_name(kept[wanted], partial)
        archive(paths, keep + 1)
        os.replace(partial, paths.published)  # noqa: PTH105  (a rename is what makes it atomic)
        discard(partial)  # renaming onto another name of the same file leaves both
        to_disk(paths.home)
    logger.warning("rolled back", extra={"publication": identifier, "from": present})
    return identifier
