"""The cube engine that is GBIF itself: its cluster counts, mints a DOI, and hands the result over as a download.

A download is ordered with the operator's login, takes minutes to hours, and is asked after at a calm pace. GBIF gives an
identical order of the last two days the same key, and so do we before ordering: nothing is computed twice.

Traps, each with a test: the answer to an order is a bare key under a JSON type; "too many downloads" is 420 or 429 and
means wait, 413 means a simpler order; the link is there before the file; erased files keep their metadata; GBIF draws
points at random, so the uncertainty passed to its grid functions is 0 and a seed is refused.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ness_pipeline.cube.options import CubeOptions
from ness_pipeline.cube.records import Progress
from ness_pipeline.errors import SourceUnavailable, WrongUsage
from ness_pipeline.landing.http import Payload, Request, Session
from ness_pipeline.schemas.landed.occurrence import GEOSPATIAL_ISSUES, NOT_WILD
from ness_pipeline.settings import Settings

Product = Literal["cube", "records", "species"]
FORMATS: Mapping[str, str] = {"cube": "SQL_TSV_ZIP", "records": "SIMPLE_PARQUET", "species": "SPECIES_LIST"}
GOING = frozenset({"PREPARING", "RUNNING", "SUSPENDED"})
BUSY = frozenset({420, 429})
REUSED_FOR = dt.timedelta(hours=48)
LARGEST = 2**40
_DOWNLOADS = "/v1/occurrence/download"
_KEY = re.compile(r"\d{7}-\d{15}")


@dataclass(frozen=True)
class Download:
    """A finished download.

    Attributes:
        key: GBIF's key.
        doi: its DOI, without resolver.
        licence: licence of the data.
        citation: how GBIF asks to be cited.
        file: the archive, checked.
    """

    key: str
    doi: str | None
    licence: str | None
    citation: str
    file: Path


def sql_of(options: CubeOptions) -> str:
    """The order for a cube, in the SQL that GBIF understands.

    Raises:
        WrongUsage: GBIF cannot make such a cube.
    """
    if options.seed is not None:
        raise WrongUsage(
            "GBIF draws points at random, so its cubes know no seed; leave --seed out or take another engine."
        )
    if options.target_rank is not None:
        raise WrongUsage("The engine gbif counts no target groups; leave --target-rank out or take another engine.")
    names = [
        "countryCode",
        '"year"',
        "speciesKey",
        "species",
        "kingdom",
        "phylum",
        "class",
        '"order"',
        "iucnRedListCategory",
        "establishmentMeans",
    ]
    cell = _cell(options)
    wanted = [*names, *([f"{cell[0]} AS {cell[1]}"] if cell else [])]
    wanted += [
        "COUNT(*) AS occurrences",
        "MIN(COALESCE(coordinateUncertaintyInMeters, 1000)) AS minCoordinateUncertaintyInMeters",
        "MIN(GBIF_TemporalUncertainty(eventDate, eventTime)) AS minTemporalUncertainty",
    ]
    basis = ", ".join(f"'{word}'" for word in NOT_WILD)
    where = [
        "occurrenceStatus = 'PRESENT'",
        f"NOT basisOfRecord IN ({basis})",
        "speciesKey IS NOT NULL",
        '"year" IS NOT NULL',
        "countryCode IS NOT NULL",
    ]
    where += [f"NOT ARRAY_CONTAINS(issue, '{issue}')" for issue in GEOSPATIAL_ISSUES]
    where += [f"countryCode = '{options.country_code}'"] if options.country_code else []
    where += [f'"year" >= {options.years.first}', f'"year" <= {options.years.last}'] if options.years else []
    where += ["hasCoordinate = TRUE"] if cell else []
    if options.max_uncertainty_m is not None:
        where.append(f"COALESCE(coordinateUncertaintyInMeters, 1000) <= {options.max_uncertainty_m}")
    groups = [*names, *([cell[0]] if cell else [])]
    return f"SELECT {', '.join(wanted)} FROM occurrence WHERE {' AND '.join(where)} GROUP BY {', '.join(groups)}"


def _cell(options: CubeOptions) -> tuple[str, str] | None:
    grid = options.grid
    if grid is None:
        return None
    place = f"({grid.size}, decimalLatitude, decimalLongitude, 0)"
    cells = {"eqdgc": (f"GBIF_EQDGCode{place}", "eqdgcCellCode"), "eea": (f"GBIF_EEARGCode{place}", "eeaCellCode")}
    if grid.kind not in cells:
        raise WrongUsage(f"GBIF has no grid {grid.kind}; choose eqdgc:LEVEL or eea:METRES.")
    return cells[grid.kind]


def predicate_of(options: CubeOptions) -> dict[str, Any]:
    """The order for records or a list of species: the filters of the cube as GBIF's predicates."""
    parts: list[dict[str, Any]] = [
        {"type": "equals", "key": "OCCURRENCE_STATUS", "value": "PRESENT"},
        {"type": "equals", "key": "HAS_GEOSPATIAL_ISSUE", "value": "false"},
        {"type": "not", "predicate": {"type": "in", "key": "BASIS_OF_RECORD", "values": list(NOT_WILD)}},
        {"type": "isNotNull", "parameter": "SPECIES_KEY"},
        {"type": "isNotNull", "parameter": "YEAR"},
    ]
    if options.country_code:
        parts.append({"type": "equals", "key": "COUNTRY", "value": options.country_code})
    if options.years:
        parts.append({"type": "greaterThanOrEquals", "key": "YEAR", "value": str(options.years.first)})
        parts.append({"type": "lessThanOrEquals", "key": "YEAR", "value": str(options.years.last)})
    return {"type": "and", "predicates": parts}


class GbifDownloads:
    """GBIF's download side; orders are signed with `GBIF_USER` and `GBIF_PWD`, over https only.

    Args:
        session: the polite session.
        settings: login, e-mail address and checklist.
        progress: told how the download goes on.
        pause_s: wait between two looks.
        patience_s: how long a download may take.
        sleep: how to wait.
    """

    def __init__(
        self,
        session: Session,
        settings: Settings,
        *,
        progress: Progress | None = None,
        pause_s: float = 60.0,
        patience_s: float = 24 * 3600.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._session, self._settings = session, settings
        self._progress = progress or (lambda _what, _share: None)
        self._pause_s, self._patience_s, self._sleep = pause_s, patience_s, sleep

    def get(self, product: Product, options: CubeOptions, folder: Path) -> Download:
        """Order a product, or take a recent identical one, wait for it and fetch it.

        Raises:
            WrongUsage: GBIF cannot make it, or the login is missing.
            SourceUnavailable: GBIF refused it, or did not finish it.
        """
        order = self.order(product, options)
        key = self.recent(order) or self.submit(order)
        about = self.wait(key)
        file = self.fetch(key, about, folder)
        citation = self._send("GET", f"/{key}/citation", is_bare=True).body.decode("utf-8", "replace").strip()
        return Download(key, about.get("doi"), about.get("license"), citation, file)

    def order(self, product: Product, options: CubeOptions) -> dict[str, Any]:
        """The body of an order; SQL is validated by GBIF first, which costs nothing.

        Raises:
            WrongUsage: the login is missing.
            SourceUnavailable: GBIF does not accept the SQL.
        """
        if not (self._settings.gbif_user and self._settings.gbif_password and self._settings.gbif_email):
            raise WrongUsage(
                "GBIF makes downloads for those who have an account; set GBIF_USER, GBIF_PWD and GBIF_EMAIL."
            )
        common = {"sendNotification": False, "notificationAddresses": [self._settings.gbif_email], "format": FORMATS[product], "checklistKey": self._settings.gbif_checklist}  # fmt: skip
        if product != "cube":
            return {**common, "predicate": predicate_of(options)}
        order = {**common, "sql": sql_of(options)}
        answer = self._send("POST", "/request/validate", order, accepts=(400,))
        if answer.status == 400:  # noqa: PLR2004 - GBIF's words for what is wrong
            raise SourceUnavailable(f"GBIF does not accept the SQL of the cube ({_words(answer)}); please report it.")
        return order

    def recent(self, order: Mapping[str, Any]) -> str | None:
        """Key of an identical order of the last two days that is done or going on, None when there is none."""
        listed = self._send("GET", f"/user/{self._settings.gbif_user}", is_signed=True).json()
        for one in listed.get("results", []):
            asked, since = one.get("request", {}), dt.datetime.now(dt.UTC) - REUSED_FOR
            is_same = all(asked.get(name) == order.get(name) for name in ("format", "sql", "predicate", "checklistKey"))
            is_alive = one.get("status") in GOING | {"SUCCEEDED"}
            if is_same and is_alive and dt.datetime.fromisoformat(one["created"]) >= since:
                return str(one["key"])
        return None

    def submit(self, order: Mapping[str, Any]) -> str:
        """Order; waits while GBIF says that there are too many downloads at once.

        Raises:
            SourceUnavailable: the order was refused.
        """
        waited = 0.0
        while True:
            answer = self._send("POST", "/request", order, accepts=(400, 413, *BUSY), is_bare=True)
            if answer.status not in BUSY:
                break
            if waited >= self._patience_s:
                raise SourceUnavailable(
                    f"GBIF says that too many downloads are going on ({_words(answer)}); cancel one or try later."
                )
            self._progress("GBIF makes other downloads of this account first", None)
            self._sleep(self._pause_s)
            waited += self._pause_s
        if answer.status == 413:  # noqa: PLR2004 - too complex
            raise SourceUnavailable(
                f"The order is too large for GBIF ({_words(answer)}); ask for fewer countries or years."
            )
        key = answer.body.decode("utf-8", "replace").strip().strip('"')
        if answer.status == 400 or not _KEY.fullmatch(key):  # noqa: PLR2004 - refused
            raise SourceUnavailable(f"GBIF refused the order ({_words(answer)}); please report it.")
        return key

    def wait(self, key: str) -> dict[str, Any]:
        """What GBIF says of a download once it is finished.

        Raises:
            SourceUnavailable: it failed, was cancelled or erased, or takes longer than anyone waits.
        """
        waited = 0.0
        while True:
            about: dict[str, Any] = self._send("GET", f"/{key}").json()
            status = about.get("status")
            if status == "SUCCEEDED":
                return about
            if status not in GOING:
                raise SourceUnavailable(f"GBIF's download {key} is {str(status).lower()}; order it again.")
            if waited >= self._patience_s:
                raise SourceUnavailable(
                    f"GBIF's download {key} is still {status.lower()}; run the same command later to go on."
                )
            self._progress(f"GBIF is {status.lower()} {key} ({about.get('totalRecords', 0):,} records)", None)
            self._sleep(self._pause_s)
            waited += self._pause_s

    def fetch(self, key: str, about: Mapping[str, Any], folder: Path) -> Path:
        """The archive of a finished download, complete and readable.

        Raises:
            SourceUnavailable: it is erased, cut short or damaged.
        """
        target = folder / f"{key}.zip"
        self._progress(f"Fetching {key}", None)
        request = Request("gbif", f"{_DOWNLOADS}/request/{key}.zip", is_bare=True, accepts=(404, 410))
        answer = self._session.download(request, target, LARGEST)
        if answer.status in {404, 410}:
            raise SourceUnavailable(f"GBIF's download {key} has no file any more ({_words(answer)}); order it again.")
        size = about.get("size")
        if isinstance(size, int) and size and size != target.stat().st_size:
            raise SourceUnavailable(
                f"GBIF's download {key} has {target.stat().st_size} of {size} bytes; run the same command again."
            )
        try:
            with zipfile.ZipFile(target) as archive:
                damaged = archive.testzip()
        except zipfile.BadZipFile:
            damaged = target.name
        if damaged is not None:
            raise SourceUnavailable(f"GBIF's download {key} is damaged ({damaged}); run the same command again.")
        return target

    def cancel(self, key: str) -> None:
        """Cancel a download that is going on."""
        self._send("DELETE", f"/request/{key}", is_signed=True, is_bare=True)

    def _send(
        self, method: Literal["GET", "POST", "DELETE"], path: str, body: Mapping[str, Any] | None = None,
        *, accepts: tuple[int, ...] = (), is_bare: bool = False, is_signed: bool = False,
    ) -> Payload:  # fmt: skip
        content = None if body is None else json.dumps(body).encode()
        is_order = method == "POST"
        request = Request("gbif", f"{_DOWNLOADS}{path}", method=method, body=content, accepts=accepts, is_bare=is_bare or bool(accepts), is_signed=is_order or is_signed)  # fmt: skip
        return self._session.send(request)


def _words(answer: Payload) -> str:
    """What GBIF says, in one line."""
    return (
        " ".join(answer.body[:300].decode("utf-8", "replace").strip().strip('"').split()) or f"status {answer.status}"
    )
