"""GBIF's download side: orders by SQL or predicate, computed from the world's records, with GBIF's statuses and refusals.

An order is PREPARING at the first look, RUNNING at the second, SUCCEEDED at the third. Three of one user go on at a time;
a fourth gets 420. The files of downloads that were erased are gone, their metadata stays: `/v1/sandbox/erase/{key}`, which
only a sandbox has, stands for the half year that passes.
"""

from __future__ import annotations

import base64
import datetime as dt
import functools
import io
import threading
import zipfile
from dataclasses import dataclass, field
from typing import Any

import duckdb
import polars as pl
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ness_pipeline.paths import sql_folder
from ness_pipeline.sandbox.answers import json_answer, text_answer
from ness_pipeline.sandbox.gbif_orders import RefusedError, accepted_sql, condition_of, count_items, parse_order
from ness_pipeline.sandbox.gbif_table import records_table
from ness_pipeline.sandbox.occurrences import BACKBONE, Occurrences

MOST_ITEMS, MOST_AT_ONCE = 101_000, 3
STATUSES = ("PREPARING", "RUNNING", "SUCCEEDED")
_STARTED = 15_000_000_000_000
_HEADERS = {
    "gbifid": "gbifID", "occurrencestatus": "occurrenceStatus", "basisofrecord": "basisOfRecord",
    "countrycode": "countryCode", "establishmentmeans": "establishmentMeans", "scientificname": "scientificName",
    "taxonrank": "taxonRank", "taxonkey": "taxonKey", "eventdate": "eventDate", "specieskey": "speciesKey",
    "decimallatitude": "decimalLatitude", "decimallongitude": "decimalLongitude",
    "coordinateuncertaintyinmeters": "coordinateUncertaintyInMeters", "iucnredlistcategory": "iucnRedListCategory",
}  # fmt: skip
_FUNCTIONS = """
CREATE MACRO GBIF_EQDGCode(level, latitude, longitude, uncertainty) AS eqdgc_code(latitude, longitude, level);
CREATE MACRO GBIF_EEARGCode(size, latitude, longitude, uncertainty) AS eea_code(latitude, longitude, size);
CREATE MACRO GBIF_TemporalUncertainty(event_date, event_time) AS temporal_uncertainty_if_iso(event_date, event_time);
"""


@dataclass
class Order:
    """One download.

    Attributes:
        key: its key.
        user: who ordered it.
        request: what was ordered.
        created: when.
        looks: how often its state was asked.
        content: the archive once it is made.
        records: records in it.
        is_erased: whether the file is gone.
        is_cancelled: whether it was cancelled.
    """

    key: str
    user: str
    request: dict[str, Any]
    created: dt.datetime
    looks: int = 0
    content: bytes = b""
    records: int = 0
    is_erased: bool = False
    is_cancelled: bool = False

    @property
    def status(self) -> str:
        """Status of the order."""
        if self.is_cancelled:
            return "CANCELLED"
        return "FILE_ERASED" if self.is_erased else STATUSES[min(max(self.looks - 1, 0), 2)]


@dataclass
class Downloads:
    """All downloads of one sandbox."""

    search: Occurrences
    orders: dict[str, Order] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def routes(self) -> list[Route]:
        """The paths below GBIF's base URL."""
        base = "/v1/occurrence/download"
        return [
            Route(f"{base}/request", _guarded(self._create), methods=["POST"]),
            Route(f"{base}/request/validate", _guarded(self._validate), methods=["POST"]),
            Route(f"{base}/request/{{key}}", _guarded(self._file), methods=["GET"]),
            Route(f"{base}/request/{{key}}", _guarded(self._cancel), methods=["DELETE"]),
            Route(f"{base}/file/{{key}}", _guarded(self._content), methods=["GET"]),
            Route(f"{base}/user/{{user}}", _guarded(self._list), methods=["GET"]),
            Route(f"{base}/{{key}}", _guarded(self._about), methods=["GET"]),
            Route(f"{base}/{{key}}/citation", _guarded(self._citation), methods=["GET"]),
            Route(f"{base}/{{key}}/datasets", _guarded(self._datasets), methods=["GET"]),
            Route("/v1/sandbox/erase/{key}", _guarded(self._erase), methods=["GET"]),
        ]

    def _create(self, request: Request, body: bytes) -> Response:
        user, payload = _user(request), parse_order(body)
        with self._lock:
            for order in self.orders.values():
                if order.user == user and order.request == payload and order.status in STATUSES:
                    return text_answer(order.key, 201, "application/json")
            if (
                sum(order.user == user and order.status in STATUSES[:2] for order in self.orders.values())
                >= MOST_AT_ONCE
            ):
                raise RefusedError("A download limitation is exceeded:\nToo many simultaneous downloads", 420)
            if count_items(payload.get("predicate")) > MOST_ITEMS:
                raise RefusedError(
                    f"A download limitation is exceeded:\nThe request contains more than {MOST_ITEMS} items", 413
                )
            if "sql" in payload:  # both refuse what cannot be answered
                accepted_sql(payload["sql"])
            else:
                condition_of(payload.get("predicate"))
            key = f"{len(self.orders) + 1:07}-{_STARTED}0"
            self.orders[key] = Order(key, user, payload, dt.datetime.now(dt.UTC))
        return text_answer(key, 201, "application/json")

    def _validate(self, request: Request, body: bytes) -> Response:
        _user(request)
        payload = parse_order(body)
        return json_answer({**payload, "sql": accepted_sql(payload.get("sql", "")), "type": "OCCURRENCE"}, 201)

    def _about(self, request: Request, _: bytes) -> Response:
        with self._lock:
            order = self._order(request)
            order.looks += 1
            if order.status == "SUCCEEDED" and not order.content:
                order.content, order.records = self._made(order)
            return json_answer(self._described(order, request))

    def _list(self, request: Request, _: bytes) -> Response:
        if _user(request) != request.path_params["user"]:
            raise RefusedError("User not allowed", 403)
        orders = [order for order in reversed(self.orders.values()) if order.user == request.path_params["user"]]
        results = [self._described(order, request) for order in orders]
        return json_answer({"offset": 0, "limit": 20, "endOfRecords": True, "count": len(results), "results": results})

    def _file(self, request: Request, _: bytes) -> Response:
        order = self._order(request)
        if order.is_erased:
            raise RefusedError('"This download was erased, but the metadata is retained."\n', 410)
        if not order.content:
            raise RefusedError('"Download with this key not found."\n', 404)
        root = str(request.scope.get("root_path", ""))
        return RedirectResponse(f"{root}/v1/occurrence/download/file/{order.key}.zip", 302)

    def _content(self, request: Request, _: bytes) -> Response:
        return Response(self._order(request).content, media_type="application/octet-stream")

    def _cancel(self, request: Request, _: bytes) -> Response:
        _user(request)
        self._order(request).is_cancelled = True
        return Response(status_code=204)

    def _citation(self, request: Request, _: bytes) -> Response:
        order = self._order(request)
        citation = (
            f"SYNTHETIC GBIF.org ({order.created:%d %B %Y}) GBIF Occurrence Download https://doi.org/{_doi(order)}"
        )
        return text_answer(citation, 200)

    def _datasets(self, request: Request, _: bytes) -> Response:
        order = self._order(request)
        row = {"downloadKey": order.key, "datasetKey": "00000000-2022-4000-8000-000000000001", "numberRecords": order.records, "publishingCountryCode": "ZZ"}  # fmt: skip
        return json_answer({"offset": 0, "limit": 20, "endOfRecords": True, "count": 1, "results": [row]})

    def _erase(self, request: Request, _: bytes) -> Response:
        self._order(request).is_erased = True
        return Response(status_code=204)

    def _order(self, request: Request) -> Order:
        key = request.path_params["key"].removesuffix(".zip")
        if key not in self.orders:
            raise RefusedError('"Download with this key not found."\n', 404)
        return self.orders[key]

    @staticmethod
    def _described(order: Order, request: Request) -> dict[str, Any]:
        link = f"{request.base_url}v1/occurrence/download/request/{order.key}.zip"
        body: dict[str, Any] = {
            "key": order.key, "license": "unspecified", "request": _echoed(order.request), "created": order.created.isoformat(),
            "modified": order.created.isoformat(), "status": order.status, "downloadLink": link,
            "size": len(order.content), "totalRecords": order.records, "numberDatasets": int(bool(order.content)),
        }  # fmt: skip
        return body | ({"doi": _doi(order)} if order.content else {})

    def _made(self, order: Order) -> tuple[bytes, int]:
        """The archive of an order, and its records."""
        payload = order.request
        with duckdb.connect() as connection:
            for name in ("eqdgc_code", "eea_code", "temporal_uncertainty"):
                connection.execute((sql_folder("macros") / f"{name}.sql").read_text(encoding="utf-8"))
            connection.execute(_FUNCTIONS)
            connection.register("table_of_records", self._table(payload.get("checklistKey", BACKBONE)).to_arrow())
            issue = "list_contains(issue, 'COUNTRY_COORDINATE_MISMATCH')"
            connection.execute(
                "CREATE TEMP VIEW occurrence AS SELECT *, NULL::VARCHAR AS eventtime, decimallatitude IS NOT NULL AS hascoordinate, "
                f"{issue} AS hasgeospatialissues FROM table_of_records"
            )
            if "sql" in payload:
                frame = pl.DataFrame(pl.from_arrow(connection.sql(payload["sql"]).to_arrow_table()))
                lowered = frame.rename({name: name.lower() for name in frame.columns})
                return _zipped(
                    {f"{order.key}.csv": lowered.write_csv(separator="\t", quote_style="never").encode()}
                ), frame.height
            where = condition_of(payload["predicate"])
            frame = pl.DataFrame(
                pl.from_arrow(
                    connection.sql(
                        f"SELECT * EXCLUDE (eventtime, hascoordinate, hasgeospatialissues) FROM occurrence WHERE {where}"
                    ).to_arrow_table()
                )
            )
        if payload["format"] == "SPECIES_LIST":
            text = _species_list(frame).write_csv(separator="\t", quote_style="never")
            return _zipped({f"{order.key}.csv": text.encode()}), frame.height
        part = io.BytesIO()
        means = pl.struct(concept="establishmentmeans", lineage=pl.concat_list("establishmentmeans"))
        typed = frame.with_columns(
            pl.when(pl.col("establishmentmeans").is_not_null()).then(means).alias("establishmentmeans")
        )
        typed.rename(_HEADERS).write_parquet(part)
        name = f"{order.key}.parquet"
        return _zipped({f"{name}/part-00000": part.getvalue(), f"{name}/part-00001": b""}), frame.height

    @functools.lru_cache(maxsize=2)  # noqa: B019  (a sandbox lives as long as its process needs it)
    def _table(self, checklist: str) -> pl.DataFrame:
        return records_table(self.search, checklist)

    def __hash__(self) -> int:
        return id(self)


def _guarded(answer: Any) -> Any:
    async def handle(request: Request) -> Response:
        try:
            return answer(request, await request.body())  # type: ignore[no-any-return]
        except RefusedError as error:
            return text_answer(error.message, error.status)

    return handle


def _user(request: Request) -> str:
    """The user of a signed request; the user name is not the e-mail address."""
    scheme, _, word = request.headers.get("authorization", "").partition(" ")
    user, _, password = base64.b64decode(word).decode().partition(":") if scheme == "Basic" else ("", "", "")
    if not user or not password or "@" in user:
        raise RefusedError("User could not be authenticated", 401)
    return user


def _species_list(records: pl.DataFrame) -> pl.DataFrame:
    ranks = ("kingdom", "phylum", "class", "order", "family", "genus", "species")
    keys = ["taxonkey", "scientificname", "taxonrank", *ranks, "specieskey", "iucnredlistcategory"]
    counted = records.group_by(keys).agg(pl.len().alias("numberOfOccurrences")).sort("taxonkey")
    return counted.select(
        pl.col("taxonkey").alias("taxonKey"), pl.col("scientificname").alias("scientificName"),
        pl.col("taxonkey").alias("acceptedTaxonKey"), pl.col("scientificname").alias("acceptedScientificName"),
        "numberOfOccurrences", pl.col("taxonrank").alias("taxonRank"), pl.lit("ACCEPTED").alias("taxonomicStatus"),
        *ranks, pl.col("specieskey").alias("speciesKey"), pl.col("iucnredlistcategory").alias("iucnRedListCategory"),
    )  # fmt: skip


def _echoed(part: Any) -> Any:
    """A part of an order as GBIF tells of it: predicates that compare texts say that they do not mind capitals."""
    if isinstance(part, dict):
        compares = {"matchCase": False} if part.get("type") in {"equals", "in"} else {}
        return {name: _echoed(value) for name, value in part.items()} | compares
    return [_echoed(one) for one in part] if isinstance(part, list) else part


def _doi(order: Order) -> str:
    return f"10.15468/dl.sandbox{int(order.key[:7])}"


def _zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()
