"""Recorded bodies of GBIF, UN Statistics and the World Bank, served over HTTP: each parses or fails as it should."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from replies import FETCHED_AT

from ness_pipeline.errors import SourceUnavailable
from ness_pipeline.landing.http import Session
from ness_pipeline.landing.request import Payload, Request
from ness_pipeline.names.countries import countries
from ness_pipeline.names.published_values import TOTAL_CODES
from ness_pipeline.sandbox import serve
from ness_pipeline.settings import Settings
from ness_pipeline.sources import worldbank
from ness_pipeline.sources.apis.gbif_facets import answer_of
from ness_pipeline.sources.apis.pygbif_adapter import FACETS

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def recorded(public_data: Path) -> Path:
    """Folder of the recordings."""
    return public_data / "recorded"


@pytest.fixture(scope="module")
def session(recorded: Path) -> Iterator[Session]:
    """A session whose publishers answer with recordings."""
    with serve(replay=recorded) as sandbox:
        settings = Settings(_env_file=None, retries=1).for_sandbox(sandbox.url)
        with Session(settings, backoff_s=0.01, longest_wait_s=1.0) as open_session:
            yield open_session


def entries(recorded: Path, start: str) -> list[tuple[dict[str, object], Request]]:
    """Recorded GET requests to GBIF whose file starts so."""
    listed = json.loads((recorded / "index.json").read_text(encoding="utf-8"))
    found = []
    for entry in listed:
        parts = urlsplit(entry["url"])
        if entry["file"].startswith(f"gbif/{start}") and entry["method"] == "GET":
            pairs = tuple(parse_qsl(parts.query, keep_blank_values=True))
            found.append((entry, Request("gbif", parts.path, pairs)))
    assert found
    return found


def test_every_search_and_facet_body_is_read(recorded, session):
    """Counts and facets of all recorded occurrence searches, whatever they asked for."""
    for _, request in entries(recorded, "occ_"):
        asked = tuple(value for name, value in request.params if name == "facet" and value in FACETS)
        body = session.send(request).json()
        answer = answer_of(body, asked, "occurrence search")
        assert answer.count == body["count"]
        counted = [{term["name"]: term["count"] for term in facet["counts"]} for facet in body["facets"]]
        assert all(facet in counted for facet in answer.facets.values())
        assert len(answer.facets) == len(asked)


def test_refusals_are_one_sentence_with_gbif_s_own_words(recorded, session):
    """400, 401 and 404 are never repeated and never parsed as JSON; the sentence quotes the start of the body."""
    for entry, request in [*entries(recorded, "err400"), *entries(recorded, "err401"), *entries(recorded, "err404")]:
        body = (recorded / str(entry["file"])).read_text(encoding="utf-8")
        with pytest.raises(SourceUnavailable) as failure:
            session.send(request)
        words = str(failure.value)
        assert f"answered {entry['status']}" in words
        assert " ".join(body.split())[:40] in words


def test_too_many_requests_asks_to_wait(recorded, session):
    """A 429 whose Retry-After is longer than anyone waits here gives up and says how long to wait."""
    for _, request in entries(recorded, "err429"):
        with pytest.raises(SourceUnavailable, match="asks for at least 3 s"):
            session.send(request)


def test_countries_of_gbif_are_the_project_s(recorded):
    """GBIF's country list and ours agree on the codes of every country that both have."""
    listed = json.loads((recorded / "gbif" / "enumeration_country.json").read_text(encoding="utf-8"))
    ours = countries()
    for row in listed:
        if row["iso2"] in ours and row["iso2"] != "XK":
            assert row["iso3"] == ours[row["iso2"]].iso3_code
            assert int(row["isoNumerical"]) == ours[row["iso2"]].m49_code
    assert len(listed) > 240
    assert {row["iso2"] for row in listed} <= ours.keys() | {"XZ", "ZZ"}


def test_names_match_as_recorded(recorded):
    """Only an accepted or synonymous usage of the rank asked for is a match: never NONE, never a genus for a species."""
    for name, kind in {"none": "NONE", "multiple_none": "NONE", "low_confidence": "NONE", "higherrank_col": "HIGHERRANK", "synonym": "EXACT"}.items():  # fmt: skip
        body = json.loads((recorded / "gbif" / f"species_match_v2_{name}.json").read_text(encoding="utf-8"))
        assert body["diagnostics"]["matchType"] == kind
        assert ("usage" in body) == (kind != "NONE")
        assert ("acceptedUsage" in body) == (name == "synonym")


def test_un_dimensions_have_a_code_for_all(recorded):
    """Each recorded dimension but the reporting type has a code that the project reads as the total."""
    listed = json.loads((recorded / "unsdg" / "series_pivotdata_dimensions_SI_POV_DAY1.json").read_text("utf-8"))
    for dimension in listed:
        codes = {code["code"] for code in dimension["codes"]}
        assert dimension["id"] == "Reporting Type" or codes & TOTAL_CODES, dimension["id"]


def test_world_bank_pages_of_old_parse(recorded):
    """Version 1 wrote page sizes as text, and the page head and rows are read all the same."""
    body = (recorded / "worldbank" / "v1_2011_countries_india.json").read_bytes()

    def fetch(request: Request) -> Payload:
        return Payload(request, request.target, 200, "application/json", body, FETCHED_AT)

    head, rows = worldbank._page(fetch, "", 1, {}, 50)
    assert (head["total"], rows[0]["iso2Code"]) == (1, "IN")
