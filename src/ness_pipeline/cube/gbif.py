"""The cube engine gbif: GBIF's own cluster counts, mints a DOI and offers the result as a download.

A download is ordered with the operator's login and takes minutes to hours; its status is read once a minute. GBIF answers an
identical order of the last two days with the same key. We look for such an order first, so that nothing is computed twice.

Properties of GBIF's API, each with a test: the answer to an order is a bare key, though its content type is JSON; the status
420 or 429 means too many downloads, so wait, and 413 a too complex order; the link is there before the file; erased files
keep their metadata; GBIF draws points at random, so the uncertainty passed to its grid functions is 0 and a seed is refused.
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
from ness_pipeline.landing.http import Session
from ness_pipeline.landing.request import Payload, Request
from ness_pipeline.schemas.landed.occurrence import GEOSPATIAL_ISSUES, NOT_WILD
from ness_pipeline.settings import Settings

Product = Literal["cube", "records", "species"]
FORMATS: Mapping[str, str] = {"cube": "SQL_TSV_ZIP", "records": "SIMPLE_PARQUET", "species": "SPECIES_LIST"}
UNFINISHED = frozenset({"PREPARING", "RUNNING", "SUSPENDED"})
"""States of a download that GBIF works on."""
TOO_MANY_DOWNLOADS = frozenset({420, 429})
INVALID, TOO_COMPLEX = 400, 413
GONE = frozenset({404, 410})
"""HTTP status codes of GBIF's answers."""
REUSED_FOR = dt.timedelta(hours=48)
MAX_BYTES = 2**40
IDENTITY = ("format", "sql", "predicate", "checklistKey")
"""Parts of an order that make its result."""
_DOWNLOADS = "/v1/occurrence/download"
_KEY = re.compile(r"\d{7}-\d{15}")


@dataclass(frozen=True)
class Download:
    """A finished download.

    Attributes:
        key: GBIF's key.
        doi: its DOI, without resolver.
        licence: licence of the data.
        citation: the citation that GBIF gives for it.
        file: the archive, checked.
        made_on: day on which GBIF made it, as in 2026-11-29; None where GBIF does not say.
    """

    key: str
    doi: str | None
    licence: str | None
    citation: str
    file: Path
    made_on: str | None = None


def sql_of(options: CubeOptions) -> str:
    """The order for a cube, in the SQL of GBIF's downloads.

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
    columns = list(names)
    groups = list(names)
    if cell is not None:
        expression, name = cell
        columns.append(f"{expression} AS {name}")
        groups.append(expression)
    columns += [
        "COUNT(*) AS occurrences",
        "MIN(COALESCE(coordinateUncertaintyInMeters, 1000)) AS minCoordinateUncertaintyInMeters",
        "MIN(GBIF_TemporalUncertainty(eventDate, eventTime)) AS minTemporalUncertainty",
    ]
    not_wild = ", ".join(f"'{basis}'" for basis in NOT_WILD)
    conditions = [
        "occurrenceStatus = 'PRESENT'",
        f"NOT basisOfRecord IN ({not_wild})",
        "speciesKey IS NOT NULL",
        '"year" IS NOT NULL',
        "countryCode IS NOT NULL",
    ]
    conditions += [f"NOT ARRAY_CONTAINS(issue, '{issue}')" for issue in GEOSPATIAL_ISSUES]
    if options.country_code is not None:
        conditions.append(f"countryCode = '{options.country_code}'")
    if options.years is not None:
        conditions += [f'"year" >= {options.years.first}', f'"year" <= {options.years.last}']
    if cell is not None:
        conditions.append("hasCoordinate = TRUE")
    if options.max_uncertainty_m is not None:
        conditions.append(f"COALESCE(coordinateUncertaintyInMeters, 1000) <= {options.max_uncertainty_m}")
    return f"SELECT {', '.join(columns)} FROM occurrence WHERE {' AND '.join(conditions)} GROUP BY {', '.join(groups)}"


def _cell(options: CubeOptions) -> tuple[str, str] | None:
    """GBIF's expression for the cell of a record and the name of its column; None without a grid.

    Raises:
        WrongUsage: GBIF has no such grid.
    """
    grid = options.grid
    if grid is None:
        return None
    arguments = f"({grid.size}, decimalLatitude, decimalLongitude, 0)"
    cells = {
        "eqdgc": (f"GBIF_EQDGCode{arguments}", "eqdgcCellCode"),
        "eea": (f"GBIF_EEARGCode{arguments}", "eeaCellCode"),
    }
    if grid.kind not in cells:
        raise WrongUsage(f"GBIF has no grid {grid.kind}; choose eqdgc:LEVEL or eea:METRES.")
    return cells[grid.kind]


def predicate_of(options: CubeOptions, checklist: str) -> dict[str, Any]:
    """The order for records or a list of species: the filters of the cube as GBIF's predicates.

    Args:
        options: the filters.
        checklist: dataset key of the checklist that says what a species is; without one it would be GBIF's old backbone.
    """
    predicates: list[dict[str, Any]] = [
        {"type": "equals", "key": "OCCURRENCE_STATUS", "value": "PRESENT"},
        {"type": "equals", "key": "HAS_GEOSPATIAL_ISSUE", "value": "false"},
        {"type": "not", "predicate": {"type": "in", "key": "BASIS_OF_RECORD", "values": list(NOT_WILD)}},
        {"type": "isNotNull", "parameter": "SPECIES_KEY", "checklistKey": checklist},
        {"type": "isNotNull", "parameter": "YEAR"},
    ]
    if options.country_code:
        predicates.append({"type": "equals", "key": "COUNTRY", "value": options.country_code})
    if options.years:
        predicates.append({"type": "greaterThanOrEquals", "key": "YEAR", "value": str(options.years.first)})
        predicates.append({"type": "lessThanOrEquals", "key": "YEAR", "value": str(options.years.last)})
    return {"type": "and", "predicates": predicates}


class GbifDownloads:
    """The downloads of GBIF; orders are signed with `GBIF_USER` and `GBIF_PWD`, over https only.

    Args:
        session: the polite session.
        settings: login, e-mail address and checklist.
        progress: called with the state of the download.
        pause_s: seconds between two requests for the state.
        patience_s: seconds that a download may take.
        sleep: waits for some seconds.
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
        citation = self._send("GET", f"/{key}/citation", is_bare=True)
        return Download(
            key=key,
            doi=about.get("doi"),
            licence=about.get("license"),
            citation=citation.body.decode("utf-8", "replace").strip(),
            file=file,
            made_on=str(about["created"])[:10] if about.get("created") else None,
        )

    def order(self, product: Product, options: CubeOptions) -> dict[str, Any]:
        """The body of an order; SQL is validated by GBIF first, which costs nothing.

        Raises:
            WrongUsage: the login is missing, or an option means nothing for the product.
            SourceUnavailable: GBIF does not accept the SQL.
        """
        if product == "species" and options != CubeOptions(country_code=options.country_code, years=options.years):
            raise WrongUsage(
                "A list of species is counted by country and years alone; leave --grid, --max-uncertainty, --seed and "
                "--target-rank out, or take --product records."
            )
        if not (self._settings.gbif_user and self._settings.gbif_password and self._settings.gbif_email):
            raise WrongUsage(
                "GBIF makes downloads for those who have an account; set GBIF_USER, GBIF_PWD and GBIF_EMAIL."
            )
        common = {
            "sendNotification": False,
            "notificationAddresses": [self._settings.gbif_email],
            "format": FORMATS[product],
            "checklistKey": self._settings.gbif_checklist,
        }
        if product != "cube":
            return {**common, "predicate": predicate_of(options, self._settings.gbif_checklist)}
        order = {**common, "sql": sql_of(options)}
        answer = self._send("POST", "/request/validate", order, accepts=(INVALID,))
        if answer.status == INVALID:
            raise SourceUnavailable(f"GBIF does not accept the SQL of the cube ({_message(answer)}); please report it.")
        return order

    def recent(self, order: Mapping[str, Any]) -> str | None:
        """Key of an identical order of the last two days that is done or going on, None when there is none."""
        downloads = self._send("GET", f"/user/{self._settings.gbif_user}", is_signed=True).json()
        since = dt.datetime.now(dt.UTC) - REUSED_FOR
        for download in downloads.get("results", []):
            earlier = download.get("request", {})
            is_same = all(_plain(earlier.get(name)) == _plain(order.get(name)) for name in IDENTITY)
            is_usable = download.get("status") in UNFINISHED | {"SUCCEEDED"}
            if is_same and is_usable and dt.datetime.fromisoformat(download["created"]) >= since:
                return str(download["key"])
        return None

    def submit(self, order: Mapping[str, Any]) -> str:
        """Send an order; returns the key of its download. Waits while GBIF makes too many downloads of this account.

        Raises:
            SourceUnavailable: the order was refused.
        """
        waited = 0.0
        while True:
            answer = self._send(
                "POST", "/request", order, accepts=(INVALID, TOO_COMPLEX, *TOO_MANY_DOWNLOADS), is_bare=True
            )
            if answer.status not in TOO_MANY_DOWNLOADS:
                break
            if waited >= self._patience_s:
                raise SourceUnavailable(
                    f"GBIF says that too many downloads are going on ({_message(answer)}); cancel one or try later."
                )
            self._progress("GBIF makes other downloads of this account first", None)
            self._sleep(self._pause_s)
            waited += self._pause_s
        if answer.status == TOO_COMPLEX:
            raise SourceUnavailable(
                f"The order is too large for GBIF ({_message(answer)}); ask for fewer countries or years."
            )
        key = _text(answer)
        if answer.status == INVALID or not _KEY.fullmatch(key):
            raise SourceUnavailable(f"GBIF refused the order ({_message(answer)}); please report it.")
        return key

    def wait(self, key: str) -> dict[str, Any]:
        """The metadata of a download, once it is finished.

        Raises:
            SourceUnavailable: it failed, was cancelled or erased, or takes longer than `patience_s`.
        """
        waited = 0.0
        while True:
            about: dict[str, Any] = self._send("GET", f"/{key}").json()
            status = about.get("status")
            if status == "SUCCEEDED":
                return about
            if status not in UNFINISHED:
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
        request = Request("gbif", f"{_DOWNLOADS}/request/{key}.zip", is_bare=True, accepts=tuple(sorted(GONE)))
        answer = self._session.download(request, target, MAX_BYTES)
        if answer.status in GONE:
            raise SourceUnavailable(f"GBIF's download {key} has no file any more ({_message(answer)}); order it again.")
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
        """Cancel a download that is not finished."""
        self._send("DELETE", f"/request/{key}", is_signed=True, is_bare=True)

    def _send(
        self,
        method: Literal["GET", "POST", "DELETE"],
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        accepts: tuple[int, ...] = (),
        is_bare: bool = False,
        is_signed: bool = False,
    ) -> Payload:
        """GBIF's answer to a request of its download API; orders are always signed.

        Args:
            method: HTTP method.
            path: path below that of downloads.
            body: sent as JSON.
            accepts: status codes of errors that the caller handles; their messages may be bare text.
            is_bare: whether the answer may be bare text.
            is_signed: whether the login is sent.
        """
        request = Request(
            "gbif",
            f"{_DOWNLOADS}{path}",
            method=method,
            body=None if body is None else json.dumps(body).encode(),
            accepts=accepts,
            is_bare=is_bare or bool(accepts),
            is_signed=is_signed or method == "POST",
        )
        return self._session.send(request)


def _plain(part: Any) -> Any:
    """A part of an order without what GBIF adds when it tells of it: defaults such as `matchCase: false`, and nothing as null."""
    if isinstance(part, dict):
        return {name: _plain(value) for name, value in part.items() if value is not None and value is not False}
    return [_plain(one) for one in part] if isinstance(part, list) else part


def _text(answer: Payload) -> str:
    """An answer as text, without the quotes of a JSON string."""
    return answer.body.decode("utf-8", "replace").strip().strip('"')


def _message(answer: Payload) -> str:
    """GBIF's error message in one line, at most 300 bytes of it."""
    message = answer.body[:300].decode("utf-8", "replace").strip().strip('"')
    return " ".join(message.split()) or f"status {answer.status}"
