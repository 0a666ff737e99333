"""pygbif through our own requests, and what the adapter relies on in pygbif."""

from __future__ import annotations

import datetime as dt
import inspect
import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pygbif
import pytest
import requests

from ness_pipeline.errors import NessError, SourceUnavailable, WrongUsage
from ness_pipeline.landing.http import Session
from ness_pipeline.landing.request import Fetch, Payload, Request
from ness_pipeline.sandbox import serve
from ness_pipeline.settings import CATALOGUE_OF_LIFE, Settings
from ness_pipeline.sources.apis.pygbif_adapter import name_match, occurrence_search, speaking_through

COUNTED = {"offset": 0, "limit": 0, "endOfRecords": False, "count": 7, "results": [], "facets": []}


class Recorder:
    """A fetch that notes what was asked and gives one answer."""

    def __init__(self, body: object = COUNTED, kind: str = "application/json", *, raw: bytes | None = None) -> None:
        self.asked: list[Request] = []
        self._body = json.dumps(body).encode() if raw is None else raw
        self._kind = kind

    def __call__(self, request: Request) -> Payload:
        """Answer."""
        self.asked.append(request)
        return Payload(request, request.target, 200, self._kind, self._body, dt.datetime(2031, 1, 1, tzinfo=dt.UTC))


def test_search_says_exactly_what_is_meant() -> None:
    """Parameters arrive as GBIF spells them: lists repeated, booleans in lower case, checklist ours, nothing else."""
    fetch = Recorder()
    answer = occurrence_search(
        fetch,
        checklistKey="0000-ours",
        country="KE",
        hasGeospatialIssue=False,
        basisOfRecord=["OBSERVATION", "OCCURRENCE"],
        taxonKey=["V2", "212"],
        iucnRedListCategory="EN",
        occurrenceStatus="PRESENT",
        facet=["speciesKey", "year"],
        facetLimit=9999,
        year="2000,2025",
        limit=0,
    )
    assert answer == COUNTED
    (request,) = fetch.asked
    assert (request.publisher, request.path) == ("gbif", "/v1/occurrence/search")
    assert sorted(request.params) == [
        ("basisOfRecord", "OBSERVATION"),
        ("basisOfRecord", "OCCURRENCE"),
        ("checklistKey", "0000-ours"),
        ("country", "KE"),
        ("facet", "speciesKey"),
        ("facet", "year"),
        ("facetLimit", "9999"),
        ("hasGeospatialIssue", "false"),
        ("iucnRedListCategory", "EN"),
        ("limit", "0"),
        ("occurrenceStatus", "PRESENT"),
        ("offset", "0"),
        ("taxonKey", "212"),
        ("taxonKey", "V2"),
        ("year", "2000,2025"),
    ]


def test_match_says_exactly_what_is_meant() -> None:
    """Name, rank, kingdom and checklist arrive, and nothing else."""
    fetch = Recorder({"diagnostics": {"matchType": "NONE"}})
    name_match(fetch, "Aves", "CLASS", "0000-ours", "Animalia")
    (request,) = fetch.asked
    assert request.path == "/v2/species/match"
    assert dict(request.params) == {
        "scientificName": "Aves",
        "taxonRank": "CLASS",
        "kingdom": "Animalia",
        "checklistKey": "0000-ours",
    }


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"contry": "KE"}, "'contry'"),
        ({"facet": ["speciesKey", "specieskey"]}, "'specieskey'"),
        ({"checklistKey": None}, "checklist"),
        ({"taxonKey": 212}, "taxonKey is 212"),
        ({"speciesKey": ["V2", 5]}, "speciesKey"),
    ],
    ids=["parameter", "facet", "no checklist", "number as key", "number among keys"],
)
def test_what_gbif_would_ignore_is_refused(params: dict, named: str) -> None:
    """A typing error never asks for the unfiltered world, and a key never for another checklist's taxon."""
    fetch = Recorder()
    with pytest.raises(WrongUsage, match=named):
        occurrence_search(fetch, **({"checklistKey": CATALOGUE_OF_LIFE} | params))
    assert fetch.asked == []


def test_content_type_with_charset_is_accepted() -> None:
    """A mirror may name the charset, although pygbif itself wants `application/json` and nothing beside it."""
    fetch = Recorder(kind="application/json; charset=utf-8")
    assert occurrence_search(fetch, checklistKey=CATALOGUE_OF_LIFE) == COUNTED


@pytest.mark.parametrize(("kind", "raw"), [("text/plain", b"Max offset exceeded"), ("application/json", b'{"count": ')])
def test_unusable_answers_are_our_errors(kind: str, raw: bytes) -> None:
    """Text or broken JSON is one sentence of ours, no exception of pygbif's."""
    with pytest.raises(SourceUnavailable):
        occurrence_search(Recorder(kind=kind, raw=raw), checklistKey=CATALOGUE_OF_LIFE)


def test_pygbif_is_left_as_it_was() -> None:
    """After a call, and after a failed one, pygbif speaks through requests again."""
    assert pygbif.gbifutils.requests is requests
    occurrence_search(Recorder(), checklistKey=CATALOGUE_OF_LIFE)
    with pytest.raises(SourceUnavailable):
        occurrence_search(Recorder(kind="text/html"), checklistKey=CATALOGUE_OF_LIFE)
    assert pygbif.gbifutils.requests is requests


def test_nothing_else_can_be_asked() -> None:
    """Calls that would send credentials or leave GBIF's API do not get through."""
    with speaking_through(Recorder()):
        with pytest.raises(AttributeError):
            pygbif.gbifutils.gbif_POST("https://api.gbif.org/v1/occurrence/download/request", {})
        with pytest.raises(SourceUnavailable, match="which is not https"):
            pygbif.gbifutils.gbif_GET("http://api.gbif.org/v1/occurrence/download/user/me", {})


def test_threads_do_not_wait_for_each_other() -> None:
    """One thread replays from landing while another one waits for GBIF, each through its own fetch."""
    waiting, done = threading.Event(), threading.Event()

    def slow(request: Request) -> Payload:
        waiting.set()
        assert done.wait(10)
        return Recorder(COUNTED | {"count": 1})(request)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(occurrence_search, slow, checklistKey=CATALOGUE_OF_LIFE)
        assert waiting.wait(10)
        assert occurrence_search(Recorder(COUNTED | {"count": 2}), checklistKey=CATALOGUE_OF_LIFE)["count"] == 2
        assert pygbif.gbifutils.requests is not requests
        done.set()
        assert first.result()["count"] == 1
    assert pygbif.gbifutils.requests is requests


def test_other_users_of_pygbif_notice_nothing() -> None:
    """Code that uses pygbif on its own in another thread reaches requests while ours is inside."""
    with speaking_through(Recorder()), ThreadPoolExecutor(1) as pool:
        strange = pool.submit(lambda: pygbif.gbifutils.requests.Session)
        assert strange.result() is requests.Session
        with pytest.raises(requests.ConnectionError):
            pool.submit(pygbif.gbifutils.gbif_GET, "http://127.0.0.1:9/", {}).result()


def test_import_leaves_logging_alone() -> None:
    """Using pygbif puts no handler on the root logger and does not change its level."""
    code = (
        "import logging; from ness_pipeline.sources.apis.pygbif_adapter import _pygbif; before = logging.getLogger().level;"
        "_pygbif(); assert logging.getLogger().handlers == []; assert logging.getLogger().level == before"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_the_adapter_does_not_import_pygbif() -> None:
    """The seconds that pygbif's import takes are spent only when GBIF is asked."""
    code = "import sys, ness_pipeline.sources as s; s.sources(); assert 'pygbif' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_pygbif_is_what_the_adapter_relies_on() -> None:
    """A release of pygbif that changes what we rely on fails here, and not in a nightly run."""
    assert pygbif.__version__.startswith("0.7.")
    utils = inspect.getsource(pygbif.gbifutils)
    assert "import requests\n" in utils
    assert "requests.get(url, params=args" in inspect.getsource(pygbif.gbifutils.gbif_GET)
    assert pygbif.gbifutils.gbif_baseurl == "https://api.gbif.org/v1/"
    search = inspect.signature(pygbif.occurrences.search).parameters
    assert {"checklistKey", "taxonKey", "facet", "kwargs"} <= search.keys()
    backbone = inspect.signature(pygbif.species.name_backbone).parameters
    assert {"scientificName", "taxonRank", "kingdom", "checklistKey"} <= backbone.keys()


def recorded(public_data: Path) -> list[dict]:
    """The index of recorded GBIF answers."""
    index = json.loads((public_data / "recorded/index.json").read_text())
    return [one for one in index if one["file"].startswith("gbif/") and one["method"] == "GET"]


@pytest.mark.data
def test_recorded_searches_and_matches_come_through_pygbif(public_data: Path) -> None:
    """Every recorded body of occurrence search and name matching reaches us unchanged through pygbif."""
    read = 0
    for one in recorded(public_data):
        raw = (public_data / "recorded" / one["file"]).read_bytes()
        kind = one["headers"].get("content-type") or ""
        if one["status"] != 200:
            continue
        fetch: Fetch = Recorder(kind=kind, raw=raw)
        if "/v1/occurrence/search" in one["url"]:
            answer = occurrence_search(fetch, checklistKey=CATALOGUE_OF_LIFE)
            assert isinstance(answer["count"], int)
        elif "/v2/species/match" in one["url"]:
            answer = name_match(fetch, "Aves", "CLASS", CATALOGUE_OF_LIFE)
            assert "matchType" in answer["diagnostics"]
        else:
            continue
        assert answer == json.loads(raw)
        read += 1
    assert read >= 25


@pytest.mark.data
def test_recorded_answers_through_the_session(public_data: Path) -> None:
    """Every recorded GBIF answer, served over HTTP, is a payload when it was a success and our error when it was not."""
    outcomes = {"payload": 0, "refused": 0}
    with serve(replay=public_data / "recorded") as sandbox:
        settings = Settings(_env_file=None, retries=0).for_sandbox(sandbox.url)
        with Session(settings, backoff_s=0.01, longest_wait_s=0.01) as session:
            for one in recorded(public_data):
                target = one["url"].removeprefix("https://api.gbif.org")
                path, _, query = target.partition("?")
                pairs = tuple(
                    tuple(requests.utils.unquote(p.replace("+", " ")).split("=", 1)) for p in query.split("&") if p
                )
                request = Request("gbif", path, pairs)  # type: ignore[arg-type]
                if one["status"] == 200:
                    payload = session.send(request)
                    assert payload.body == (public_data / "recorded" / one["file"]).read_bytes(), one["file"]
                    payload.json()
                    outcomes["payload"] += 1
                else:
                    with pytest.raises(NessError, match=rf"gbif .*answered {one['status']} "):
                        session.send(request)
                    outcomes["refused"] += 1
    assert outcomes["payload"] >= 50
    assert outcomes["refused"] >= 9
