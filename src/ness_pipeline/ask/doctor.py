"""Whether this machine can do the work: settings, network, disk, lock, warehouse, Prefect."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import os
import shutil
import socket
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import get_args
from urllib.parse import urlsplit

import filelock

from ness_pipeline.ask.query import ask, has_history
from ness_pipeline.ask.status import failed_units, verify
from ness_pipeline.errors import AuditFailed, NessError, SourceUnavailable, WarehouseBusy, WrongUsage
from ness_pipeline.paths import Paths
from ness_pipeline.settings import Publisher, Settings
from ness_pipeline.sources import regular_sources

NEEDED_BYTES = 1024**3
"""Free space below which a run is likely to stop half-way."""
CONNECT_TIMEOUT_S = 3.0
GRACE_DAYS = 3.0
"""Days by which a source may be late before it is called stale."""


@dataclass(frozen=True)
class Finding:
    """One thing looked at.

    Attributes:
        name: what was looked at.
        is_fine: whether it is as it should be.
        message: what was seen and, where it is not fine, what to do; never a secret.
        exit_code: exit code when it is not fine; 0 for what only limits what can be done.
    """

    name: str
    is_fine: bool
    message: str
    exit_code: int = 0


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything a run needs, cheapest first."""
    paths = Paths.of(settings)
    yield _contact(settings)
    yield _account(settings)
    yield _iucn_token(settings)
    yield _protected_planet_token(settings)
    yield _disk(paths)
    yield _lock(paths)
    yield _published(paths)
    yield from _ages(paths, dt.datetime.now(dt.UTC))
    yield from _gaps(paths)
    for publisher in get_args(Publisher):
        if settings.token(publisher) or not settings.needs_token(publisher):  # a run calls no other
            yield _reachable(publisher, settings)
    yield _prefect()


def _contact(settings: Settings) -> Finding:
    if settings.contact:
        return Finding("contact", is_fine=True, message="NESS_CONTACT is set and goes into the User-Agent")
    return Finding(
        "contact", is_fine=False, message="set NESS_CONTACT to an e-mail address; publishers ask who is calling"
    )


def _account(settings: Settings) -> Finding:
    if settings.gbif_user and settings.gbif_password:
        return Finding("gbif account", is_fine=True, message="GBIF_USER and GBIF_PWD are set")
    return Finding("gbif account", is_fine=True, message="not set; everything but GBIF downloads works without")


def _iucn_token(settings: Settings) -> Finding:
    if settings.iucn_token:
        return Finding("iucn token", is_fine=True, message="NESS_IUCN_TOKEN is set")
    message = "not set; runs leave out assessments through time, threats and endemics (NESS_IUCN_TOKEN)"
    return Finding("iucn token", is_fine=True, message=message)


def _protected_planet_token(settings: Settings) -> Finding:
    if settings.protected_planet_token:
        return Finding("protected planet token", is_fine=True, message="NESS_PROTECTED_PLANET_TOKEN is set")
    message = "not set; runs leave out other effective area-based conservation measures (NESS_PROTECTED_PLANET_TOKEN)"
    return Finding("protected planet token", is_fine=True, message=message)


def _disk(paths: Paths) -> Finding:
    try:
        paths.home.mkdir(parents=True, exist_ok=True)
        probe = paths.home / ".ness-probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        message = f"{paths.home} cannot be written ({error.strerror}); choose another with NESS_HOME"
        return Finding("disk", is_fine=False, message=message, exit_code=WrongUsage.exit_code)
    free = shutil.disk_usage(paths.home).free
    message = f"{free / 1024**3:,.1f} GiB free at {paths.home}"
    if free < NEEDED_BYTES:
        return Finding(
            "disk", is_fine=False, message=f"{message}; free some before a run", exit_code=WrongUsage.exit_code
        )
    return Finding("disk", is_fine=True, message=message)


def _lock(paths: Paths) -> Finding:
    if not paths.home.is_dir():
        return Finding("lock", is_fine=True, message="free")
    try:
        with filelock.FileLock(paths.lock, timeout=0):
            return Finding("lock", is_fine=True, message="free")
    except filelock.Timeout:
        message = "a run is writing the warehouse; wait for it"
        return Finding("lock", is_fine=False, message=message, exit_code=WarehouseBusy.exit_code)
    except OSError as error:
        return Finding("lock", is_fine=False, message=f"{paths.lock}: {error.strerror}", exit_code=WrongUsage.exit_code)


def _published(paths: Paths) -> Finding:
    if not paths.published.exists() and not has_history(paths.published):
        return Finding("warehouse", is_fine=True, message="none yet; `ness run KE` makes one")
    try:
        _, rows = ask(paths.published, "SELECT max(published_at), any_value(is_synthetic) FROM ops.publication")
    except NessError as error:
        return Finding("warehouse", is_fine=False, message=str(error), exit_code=error.exit_code)
    if wrong := verify(paths):
        return Finding("warehouse", is_fine=False, message="; ".join(wrong), exit_code=AuditFailed.exit_code)
    kind = "SYNTHETIC, " if rows[0][1] else ""
    message = f"{kind}published {rows[0][0]:%Y-%m-%d %H:%M} UTC, read whole"
    return Finding("warehouse", is_fine=True, message=message)


def _ages(paths: Paths, now: dt.datetime) -> Iterator[Finding]:
    """Age of each source in the published file against how often its publisher's data change."""
    if not paths.published.exists():
        return
    try:
        _, rows = ask(
            paths.published,
            "SELECT source, max(extracted_at), count(DISTINCT unit) FROM ops.load WHERE status = 'loaded' GROUP BY ALL",
        )
    except NessError:
        return  # the finding about the warehouse contains it
    read = {source: (latest, units) for source, latest, units in rows}
    for source in regular_sources().values():
        if source.is_local or source.name not in read:
            continue  # what comes with the package is as old as the package
        latest, units = read[source.name]
        days = (now - latest).total_seconds() / 86_400
        message = f"read {days:.1f} days ago, promised every {source.cadence_days} days; {units} units"
        is_fresh = days <= source.cadence_days + GRACE_DAYS
        yield Finding(f"age {source.name}", is_fine=is_fresh, message=message if is_fresh else f"{message}; run again")


def _gaps(paths: Paths) -> Iterator[Finding]:
    """Units whose latest load failed, and what sources did not give in it while they gave the rest."""
    if not paths.published.exists():
        return
    with suppress(NessError):  # as below
        for source, unit, error, since in failed_units(paths.published):
            stays = f"earlier rows of {since:%Y-%m-%d} stay" if since else "no earlier rows"
            yield Finding(f"gap {source} {unit}", is_fine=False, message=f"all of it ({stays}): {error}")
    query = "SELECT source, unit, what, reason, sum(rows_kept), max(rows_from) FROM ops.gap GROUP BY ALL ORDER BY ALL"
    try:
        _, rows = ask(paths.published, query)
    except NessError:
        return  # a file of an earlier version, or one that the finding about the warehouse is about
    for source, unit, what, reason, kept, since in rows:
        stays = f"{kept:,} earlier rows of {since:%Y-%m-%d} stay" if kept and since else "no earlier rows"
        yield Finding(f"gap {source} {unit}", is_fine=False, message=f"{what} ({stays}): {reason}")


def in_one_line(findings: Iterable[Finding]) -> str:
    """Health in one line, for a monitor: fine or not, and what is not."""
    listed = list(findings)
    broken = [finding.name for finding in listed if not finding.is_fine and finding.exit_code]
    noted = [finding.name for finding in listed if not finding.is_fine and not finding.exit_code]
    parts = [f"broken: {', '.join(broken)}"] if broken else []
    parts += [f"to note: {', '.join(noted)}"] if noted else []
    head = "not healthy" if broken else "healthy"
    return f"{head}, {len(listed)} checks" + "".join(f"; {part}" for part in parts)


def _prefect() -> Finding:
    """The scheduler: its version, and whether a server is configured and answers."""
    message = f"version {importlib.metadata.version('prefect')}"
    api = os.environ.get("PREFECT_API_URL")
    if not api:
        return Finding("prefect", is_fine=True, message=f"{message}, runs need no server (PREFECT_API_URL is not set)")
    parts = urlsplit(api)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 443), timeout=CONNECT_TIMEOUT_S):
            return Finding("prefect", is_fine=True, message=f"{message}, server {parts.hostname} answers")
    except OSError as error:
        message = f"{message}, server {parts.hostname} cannot be reached ({error.strerror or error}); start it or unset PREFECT_API_URL"
        return Finding("prefect", is_fine=False, message=message, exit_code=SourceUnavailable.exit_code)


def _reachable(publisher: Publisher, settings: Settings) -> Finding:
    parts = urlsplit(settings.url(publisher))
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        with socket.create_connection((parts.hostname or "", port), timeout=CONNECT_TIMEOUT_S):
            return Finding(publisher, is_fine=True, message=f"{parts.hostname} answers")
    except OSError as error:
        message = f"{parts.hostname} cannot be reached ({error.strerror or error}); check the network or use --sandbox"
        return Finding(publisher, is_fine=False, message=message, exit_code=SourceUnavailable.exit_code)
