"""The IUCN Red List: each trap of the API has an answer named for it, and the sandbox's whole list is read as it is."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pydantic import SecretStr
from replies import FETCHED_AT, PAYLOADS, lost, read
from truth import Truth

from ness_pipeline.build.load import check, load_unit
from ness_pipeline.contract.batch import Batch
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.errors import SchemaDrift, SourceUnavailable
from ness_pipeline.landing.http import Session
from ness_pipeline.landing.request import Fetch, Payload, Request
from ness_pipeline.landing.units import Unit
from ness_pipeline.landing.zone import Landing
from ness_pipeline.names.red_list_words import CATEGORY_OF_CODE, vocabulary_word
from ness_pipeline.names.years import Years
from ness_pipeline.sandbox import World, serve
from ness_pipeline.schemas.vocabulary import THREAT_SCOPES, THREAT_SEVERITIES, THREAT_TIMINGS
from ness_pipeline.settings import CATALOGUE_OF_LIFE, Settings
from ness_pipeline.sources import Context, sources
from ness_pipeline.sources.apis.iucn_api import RedList
from ness_pipeline.sources.apis.personal_data import without_email_addresses
from ness_pipeline.sources.extract import context_of, extract
from ness_pipeline.sources.iucn import CHECKLIST, IucnRedList

CONTEXT = Context(Settings(_env_file=None), lambda _: answering()[0])
ONE_PAGE = {"total-pages": "1", "total-count": "1"}
USUAL = {
    "/v4/information/red_list_version": "red_list_version.json",
    "/v4/countries/KE?page=1": ("country_of_one_species.json", ONE_PAGE),
    "/v4/taxa/sis/101": "taxon_with_history.json",
    "/v4/assessment/1001": "assessment_with_places_and_threats.json",
    "/v4/assessment/1007": "assessment_brief_of_2004.json",
    "/v2/species/match": "match_exact.json",
}


def answering(**changed: Any) -> tuple[Fetch, list[Request]]:
    """A fetch that gives the usual answers but for some, by the end of their path, and the requests it got."""
    answers = USUAL | {
        path: changed[name]
        for name in changed
        for path in USUAL
        if path.endswith(name.replace("_", "/")) or name in path
    }
    asked: list[Request] = []

    def fetch(request: Request) -> Payload:
        asked.append(request)
        page = dict(request.params).get("page")
        answer = answers.get(f"{request.path}?page={page}", answers.get(request.path, "not_found.json"))
        file, headers = answer if isinstance(answer, tuple) else (answer, {})
        body = (PAYLOADS / "iucn" / file).read_bytes()
        status = 404 if file == "not_found.json" else 200
        assert status == 200 or 404 in request.accepts
        return Payload(request, request.target, status, "application/json", body, FETCHED_AT, headers=headers)

    return fetch, asked


def batches(**changed: Any) -> dict[str, Batch]:
    """What the source yields for Kenya, by table, when some of the usual answers are others."""
    return {batch.table: batch for batch in read(IucnRedList(), answering(**changed)[0], "KE")}


def assessments(found: dict[str, Batch]) -> list[tuple[Any, ...]]:
    """Year, category and tag of the assessments."""
    return found["assessment"].frame.select("assessment_year", "red_list_category", "is_possibly_extinct").rows()


def test_history_with_old_codes_amendments_and_regional_scopes() -> None:
    """Global assessments alone, one a year (the latest, else the newer), old codes mapped and codes without a sense left out."""
    assert assessments(batches()) == [
        ("1986", "NT", False), ("1996", "NT", False), ("2012", "EN", False), ("2020", "CR", True),
    ]  # fmt: skip


@pytest.mark.parametrize("file", ["taxon_with_drafts.json", "taxon_with_a_draft_as_the_only_latest.json"])
def test_drafts_reach_no_table(file: str) -> None:
    """What has no year of publication, or one to come, is counted as left out; all rows are those without it."""
    usual, found = batches(), batches(taxa_sis_101=file)
    for table, batch in usual.items():
        assert found[table].frame.equals(batch.frame)
    left_out = found["assessment"].left_out
    assert left_out is not None
    assert left_out.select("column_name", "records").rows() == [("assessment_year", 3)]


def test_the_draft_that_reached_the_list_of_species(public_data: Path) -> None:
    """The cheetah is Vulnerable since 2016, whatever a draft of it says."""
    file = public_data / "cases/bodies/iucn_taxon_with_draft.json"
    if not file.is_file():
        pytest.skip("this body is not among the public data")
    usual, _ = answering()

    def fetch(request: Request) -> Payload:
        answer = usual(request)
        return replace(answer, body=file.read_bytes(), status=200) if "taxa/sis" in request.path else answer

    rows = {batch.table: batch.frame for batch in read(IucnRedList(), fetch, "KE")}
    assert rows["assessment"].select("assessment_year", "red_list_category").rows()[0] == ("2008", "NT")
    assert set(rows["assessment"]["assessment_year"]) == {"2008", "2016"}
    assert "EN" not in set(rows["country_species"]["red_list_category"])


def test_rows_meet_their_contracts() -> None:
    """Every row of every table passes its contract, so that nothing lands in quarantine."""
    for name, batch in batches().items():
        valid, refused = check(tables()[f"core.{name}"], batch.frame, "iucn")
        assert refused.height == 0
        assert valid.height == batch.frame.height > 0


def test_places_are_countries_and_shares_are_equal() -> None:
    """Provinces and disputed land are no countries; the range is where a species is native and extant, in equal parts."""
    (row,) = batches()["country_species"].frame.to_dicts()
    assert (row["origin"], row["presence"], row["range_share"], row["share_method"]) == ("native", "extant", 0.5, "equal_shares")  # fmt: skip
    (endemic,) = batches(assessment_1001="assessment_of_an_endemic.json")["country_species"].frame.to_dicts()
    assert endemic["range_share"] == 1.0


def test_country_listed_twice_counts_as_its_own_part() -> None:
    """A species that is native and introduced in one country is native there."""
    (row,) = batches(assessment_1001="assessment_twice_in_one_country.json")["country_species"].frame.to_dicts()
    assert (row["origin"], row["range_share"]) == ("native", 0.5)


def test_threats_with_their_agents() -> None:
    """Codes have dots, words are the contract's, a code stands once per named agent, and silence stays NULL."""
    found = batches()["threat"].frame.select("threat_code", "detail", "timing", "scope", "severity").rows()
    assert found == [
        ("5.3", None, "ongoing", "majority", "rapid"),
        ("8.1.2", "Felis fictus", "past_unlikely_to_return", "whole", "very_rapid"),
        ("8.1.2", "Rattus inventus", "future", None, None),
        ("11.2", None, "ongoing", None, None),
    ]


def test_summaries_of_2024_have_no_category() -> None:
    """Where summaries have no category the details are asked for, once each, and say the same."""
    fetch, asked = answering(sis_101="taxon_with_brief_summaries.json")
    found = {batch.table: batch for batch in read(IucnRedList(), fetch, "KE")}
    assert assessments(found) == [("2004", "LC", False), ("2020", "CR", True)]
    assert sorted(one.path for one in asked if "assessment" in one.path) == [
        "/v4/assessment/1001",
        "/v4/assessment/1007",
    ]


def test_unknown_category_is_kept_aside() -> None:
    """A category that nobody knows is quarantined with its name; the rest of the species stays."""
    found = batches(sis_101="taxon_with_unknown_category.json")
    refused = found["assessment"].refused
    assert refused is not None
    assert "'QQ' is no category" in refused["reason"][0]
    assert len(assessments(found)) == 1


@pytest.mark.parametrize(
    "answers",
    [
        {"countries": ("country_species_that_left.json", {"total-pages": "1", "total-count": "2"})},
        {"sis_101": "taxon_without_latest.json"},
        {"sis_101": "taxon_subspecies.json"},
        {"sis_101": "taxon_subpopulation.json"},
        {"countries": "not_found.json"},
        {"countries": ("country_page_past_the_end.json", {"total-pages": "0", "total-count": "0"})},
    ],
    ids=["left the list", "no latest", "subspecies", "subpopulation", "unknown country", "empty list"],
)
def test_no_species(answers: dict[str, Any]) -> None:
    """What is no species of today's list, or a country that the list does not know, gives no row and no failure."""
    assert [batch.frame.height for batch in batches(**answers).values()] == [0, 0, 0]


def test_pages_are_read_to_the_end() -> None:
    """All announced pages are read; without headers an empty page is the end; missing pages stop the unit."""

    def listed(headers: dict[str, str], *files: str) -> list[int]:
        def fetch(request: Request) -> Payload:
            page = int(dict(request.params)["page"])
            body = (PAYLOADS / "iucn" / files[page - 1]).read_bytes()
            return Payload(request, "", 200, "application/json", body, FETCHED_AT, headers=headers)

        return [one["assessment_id"] for one in RedList(fetch).listed("KE")]

    pages = ("country_page_1_of_2.json", "country_page_2_of_2.json", "country_page_past_the_end.json")
    assert listed({"total-pages": "2", "total-count": "3"}, *pages) == [1001, 1002]
    assert listed({}, *pages) == [1001, 1002]
    with pytest.raises(SourceUnavailable, match="gave 3 of 9 assessments"):
        listed({"total-pages": "2", "total-count": "9"}, *pages)
    with pytest.raises(SourceUnavailable, match="repeats itself on page 2"):
        listed({"total-pages": "2", "total-count": "3"}, pages[0], pages[0])


def test_assessment_that_is_gone_leaves_its_species() -> None:
    """When the details are gone the species stays, with the category of the list and without places and threats."""
    found = batches(assessment_1001="not_found.json")
    assert assessments(found)[-1] == ("2020", "CR", True)
    assert found["country_species"].frame["range_share"].to_list() == [None]
    assert found["threat"].frame.height == 0


def test_a_species_that_cannot_be_read_costs_itself(tmp_path: Path) -> None:
    """It is named, the others are read, and no other country shares the answer that could not be read."""
    usual, _ = answering()
    one = json.loads((PAYLOADS / "iucn/country_of_one_species.json").read_text("utf-8"))
    second = one["assessments"][0] | {"sis_taxon_id": 102, "assessment_id": 2, "taxon_scientific_name": "Inventa alia"}
    changed = {
        "/v4/countries/KE": one | {"assessments": [*one["assessments"], second]},
        "/v4/taxa/sis/102": {"sis_id": 102, "taxon": {}},
    }
    shared: list[str] = []

    def fetch(request: Request) -> Payload:
        shared.append(request.target)
        if request.path not in changed:
            return usual(request)
        body = json.dumps(changed[request.path]).encode()
        headers = {"total-pages": "1", "total-count": "2"}
        return Payload(request, request.target, 200, "application/json", body, FETCHED_AT, headers=headers)

    found = {batch.table: batch for batch in read(IucnRedList(), fetch, "KE")}
    for table, batch in batches().items():
        assert found[table].frame.equals(batch.frame)
    assert "no field 'assessments'" in lost(found.values())["species Inventa alia"]
    assert found["assessment"].lost[0].where == {"scientific_name": "Inventa alia"}
    assert found["threat"].lost[0].where == {"species_key": "iucn:102"}

    landing = Landing(str(tmp_path))
    settings = Settings(_env_file=None, iucn_token=SecretStr("x"))
    for _ in range(2):
        shared.clear()
        unit = Unit("iucn", "KE", Years(1990, 2026))
        extract(unit, landing, settings, fetch, max_age=dt.timedelta(days=1), now=dt.datetime.now(dt.UTC))
    assert [target for target in shared if "taxa/sis" in target] == ["/v4/taxa/sis/102"]


def test_missing_field_is_named() -> None:
    """A field that is gone stops the unit with its name, for a renamed field would read as missing data."""
    with pytest.raises(SchemaDrift, match="'threats'"):
        batches(assessment_1001="assessment_without_threats_field.json")


@pytest.mark.parametrize(
    ("path", "field", "value", "why"),
    [
        ("taxa/sis/101", "taxon", {"scientific_name": ["Inventa"]}, """taxon's 'scientific_name' is ["Inventa"]"""),
        ("assessment/1001", "red_list_category", {"code": ["CR"]}, """category's 'code' is ["CR"]"""),
        ("assessment/1001", "threats", [{"timing": 1}], "threat's 'timing' is 1"),
        ("assessment/1001", "threats", [{"description": "fire"}], "description is a text ('fire') instead of a record"),
        ("assessment/1001", "locations", [{"code": ["KE"]}], """location's 'code' is ["KE"]"""),
        ("assessment/1001", "locations", [{"is_endemic": "false"}], "'is_endemic' is 'false' instead of true or false"),
        ("assessment/1001", "possibly_extinct", "false", "'possibly_extinct' is 'false' instead of true or false"),
    ],
)
def test_a_value_of_another_kind_is_named(path: str, field: str, value: Any, why: str) -> None:
    """The sentence has the field and the publisher's value, and costs the species."""
    usual, _ = answering()

    def fetch(request: Request) -> Payload:
        payload = usual(request)
        if not request.path.endswith(path):
            return payload
        body = payload.json()
        if isinstance(value, list):
            body[field] = [body[field][0] | value[0]]
        elif isinstance(value, dict):
            body[field] |= value
        else:
            body[field] = value
        return replace(payload, body=json.dumps(body).encode())

    found = {batch.table: batch for batch in IucnRedList().read(Unit("iucn", "KE", Years(1990, 2030)), fetch, CONTEXT)}
    assert found["country_species"].frame.is_empty()
    (reason,) = lost([found["country_species"]]).values()
    assert why in reason


@pytest.mark.parametrize(
    ("answer", "key", "checklist"),
    [
        ("match_exact.json", "4XQRS", CATALOGUE_OF_LIFE),
        ("match_synonym.json", "4XQRS", CATALOGUE_OF_LIFE),
        ("match_synonym_of_a_subspecies.json", "iucn:101", CHECKLIST),
        ("match_guessed_spelling.json", "iucn:101", CHECKLIST),
        ("match_genus_only.json", "iucn:101", CHECKLIST),
        ("match_none.json", "iucn:101", CHECKLIST),
    ],
)
def test_species_take_the_key_of_the_checklist(answer: str, key: str, checklist: str) -> None:
    """A name that means one accepted species takes its key in all tables; any doubt leaves the Red List's own number."""
    found = batches(match=answer)
    assert {one for batch in found.values() for one in batch.frame["species_key"]} == {key}
    assert found["country_species"].frame["checklist_key"].to_list() == [checklist]


def test_names_are_asked_for_once_per_version() -> None:
    """The request for a name is shared by all countries within one Red List version and checklist."""
    fetch, asked = answering()
    read(IucnRedList(), fetch, "KE")
    (match,) = [one for one in asked if one.publisher == "gbif"]
    assert match.shared == f"{CATALOGUE_OF_LIFE} 2031-1"
    assert dict(match.params)["kingdom"] == "Animalia"
    assert {one.shared for one in asked if "sis" in one.path or "assessment" in one.path} == {"2031-1"}


def test_new_field_is_noticed_and_harmless(caplog: pytest.LogCaptureFixture) -> None:
    """The recorded shape has no unknown fields, so a usual reading warns of nothing."""
    with caplog.at_level(logging.WARNING):
        batches()
    assert [record.message for record in caplog.records if "new field" in record.message] == []


@pytest.mark.parametrize("file", sorted(file.name for file in (PAYLOADS / "iucn").glob("*.json")))
def test_no_address_survives(file: str) -> None:
    """Every answer is cleaned of e-mail addresses, plain or written with an entity, and stays readable."""
    cleaned = without_email_addresses((PAYLOADS / "iucn" / file).read_bytes())
    assert b"invented.example" not in cleaned
    json.loads(cleaned)


SMALL = {"species": 400, "countries": ("KE", "TZ")}


@pytest.fixture(scope="module")
def small() -> Any:
    """A small sandbox."""
    with serve(World(**SMALL)) as running:
        yield running


def test_sandbox_with_both_sources_counts_each_species_once(warehouse: Any, small: Any, tmp_path: Path) -> None:
    """With GBIF's records and the Red List loaded, a country has each species once; no e-mail address has landed."""
    home = Settings(_env_file=None, home=tmp_path).for_sandbox(small.url)
    landing, now = Landing(str(tmp_path / "landing")), dt.datetime.now(dt.UTC)
    with Session(home) as session:
        for name, key in (("gbif_taxonomy", "world"), ("gbif_country", "KE"), ("iucn", "KE")):
            source, unit = sources()[name], Unit(name, key, Years(2000, 2025))
            extraction = extract(unit, landing, home, session.send, max_age=dt.timedelta(1), now=now)
            rows = source.read(unit, extraction.replay(), context_of(landing, home))
            load_unit(warehouse.connection, unit, rows, source.tables, run_id="r", release=None, extracted_at=now, now=now)  # fmt: skip
    warehouse.materialise()
    truth = Truth(small.world, Years(2000, 2025))
    (row,) = warehouse.rows("SELECT count(*) AS species, count(DISTINCT species_key) AS keys FROM core.country_species")
    assert row == {"species": len(truth.known(0)), "keys": len(truth.known(0))}
    unmatched = warehouse.rows("SELECT species_key FROM core.country_species WHERE starts_with(species_key, 'iucn:')")
    assert {row["species_key"] for row in unmatched} == {f"iucn:{-one}" for one in truth.known(0) if one < 0}
    landed = [landing.body(file.stem) for file in (tmp_path / "landing/payloads").rglob("*.zst")]
    assert landed
    assert not any(b"@" in body for body in landed if body and b"ssc_groups" in body)


def test_second_country_asks_only_for_what_is_new(small: Any, tmp_path: Path) -> None:
    """Species that another country has brought are not asked for again, and a finished country asks for nothing."""
    home = Settings(_env_file=None, home=tmp_path).for_sandbox(small.url)
    landing, now = Landing(str(tmp_path / "landing")), dt.datetime.now(dt.UTC)
    before = len(small.requests)
    with Session(home) as session:
        for code in ("KE", "TZ", "KE"):
            extract(
                Unit("iucn", code, Years(2000, 2025)), landing, home, session.send, max_age=dt.timedelta(1), now=now
            )
    mine = [target for _, target, _ in small.requests[before:] if "/taxa/sis/" in target or "/assessment/" in target]
    assert len(mine) > len(small.world.red_list.on_list_of("KE"))
    assert len(mine) == len(set(mine))


def test_wrong_token_is_named_and_never_shown(small: Any) -> None:
    """A refused token says which setting to check, and the token is in no message and no answer that is kept."""
    token = "s3cr3t-t0ken"  # noqa: S105 - the point of the test
    home = Settings(_env_file=None).for_sandbox(small.url).model_copy(update={"iucn_token": SecretStr(token)})
    with Session(home) as session, pytest.raises(SourceUnavailable, match="NESS_IUCN_TOKEN") as caught:
        _ = RedList(session.send).version
    assert token not in str(caught.value)
    assert token not in repr(home)
    missing = home.model_copy(update={"iucn_token": None})
    with Session(missing) as session, pytest.raises(SourceUnavailable, match="set NESS_IUCN_TOKEN"):
        _ = RedList(session.send).version


def recorded(public_data: Path, name: str) -> Any:
    """A recorded body, parsed after cleaning as on its way into the landing zone."""
    return json.loads(without_email_addresses((public_data / "recorded/iucn" / name).read_bytes()))


def replay(answer: Callable[[Request], tuple[Any, dict[str, str]]]) -> Fetch:
    """A fetch that answers with recorded bodies."""

    def fetch(request: Request) -> Payload:
        body, headers = answer(request)
        return Payload(request, "", 200, "application/json", json.dumps(body).encode(), FETCHED_AT, headers=headers)

    return fetch


def test_recorded_country_pages(public_data: Path) -> None:
    """The recorded list of the Vatican has 233 assessments on three pages, history included, each once."""
    headers = {"total-pages": "3", "total-count": "233"}
    red_list = RedList(replay(lambda request: (recorded(public_data, f"countries_VA_page{dict(request.params)['page']}.json"), headers)))  # fmt: skip
    found = red_list.listed("VA")
    assert len({one["assessment_id"] for one in found}) == len(found)
    assert sum(one["latest"] for one in found) < len(found) <= 233
    past = recorded(public_data, "countries_VA_page4.json")
    assert past["assessments"] == []


@pytest.mark.parametrize(
    "name",
    [
        "assessment_10403608",
        "assessment_166290968",
        "uk_assessment_178423675",
        "uk_assessment_58307800",
        "uk_assessment_742738",
    ],
)
def test_recorded_assessments(public_data: Path, name: str) -> None:
    """Every recorded assessment is read as the latest of a species, and its rows meet the contracts."""
    body = recorded(public_data, f"{name}.json")
    number, sis, year = body["assessment_id"], body["sis_taxon_id"], body["year_published"]
    summary = {"assessment_id": number, "sis_taxon_id": sis, "year_published": year, "latest": True, "scopes": [{"code": "1"}]}  # fmt: skip
    country = next((place["code"] for place in body["locations"] if re.fullmatch("[A-Z]{2}", place["code"])), "KE")

    def answer(request: Request) -> tuple[Any, dict[str, str]]:
        if request.publisher == "gbif":
            return {"diagnostics": {"matchType": "NONE"}}, {}
        if "countries" in request.path:
            return {"assessments": [summary]}, ONE_PAGE
        if "information" in request.path:
            return recorded(public_data, "information_red_list_version.json"), {}
        return (body if "assessment" in request.path else {"taxon": body["taxon"], "assessments": [summary]}), {}

    found = {batch.table: batch for batch in read(IucnRedList(), replay(answer), country)}
    for table, batch in found.items():
        _, refused = check(tables()[f"core.{table}"], batch.frame, "iucn")
        assert refused.height == 0, refused
    refused = found["assessment"].refused
    assert refused is None or refused.height == 0
    assert found["assessment"].frame.height <= 1


def test_recorded_species_without_a_latest_assessment(public_data: Path) -> None:
    """The recorded frog whose assessments are all outdated has a history and no latest one, so it counts nowhere."""
    body = recorded(public_data, "taxa_sis_41129_no_latest.json")
    red_list = RedList(replay(lambda request: ({"red_list_version": "2024-1"} if "information" in request.path else body, {})))  # fmt: skip
    history = red_list.history(41129)
    assert history is not None
    taxon, listed = history
    assert taxon["scientific_name"] == "Arenophryne rotunda"
    assert [one["latest"] for one in listed] == [False, False]


def test_recorded_vocabularies_are_known(public_data: Path) -> None:
    """Every category of the recorded vocabulary is mapped or known to mean nothing, and every threat code has dots to it."""
    codes = {one["code"] for one in recorded(public_data, "red_list_categories.json")["red_list_categories"]}
    assert codes <= CATEGORY_OF_CODE.keys()
    threats = {one["code"].replace("_", ".") for one in recorded(public_data, "threats_list.json")["threats"]}
    assert all(re.fullmatch(r"\d{1,2}(\.\d{1,2}){0,2}", code) for code in threats)


def test_recorded_errors(public_data: Path) -> None:
    """Recorded refusals are JSON objects that name the error; an unknown assessment reads as none."""
    for name in ("err401_bad_key.json", "err404_assessment.json", "err404_species.json"):
        assert "error" in recorded(public_data, name)

    def fetch(request: Request) -> Payload:
        body = (public_data / "recorded/iucn/err404_assessment.json").read_bytes()
        status = 200 if "information" in request.path else 404
        return Payload(
            request, "", status, "application/json", b'{"red_list_version":"x"}' if status == 200 else body, FETCHED_AT
        )

    assert RedList(fetch).details(5) is None


def test_every_recorded_body_is_read_or_refused(public_data: Path) -> None:
    """Each recorded body is JSON, holds no e-mail address once cleaned, and states words that the contracts have."""
    files = sorted((public_data / "recorded/iucn").glob("*.json"))
    assert len(files) >= 40
    words = {"timing": THREAT_TIMINGS, "scope": THREAT_SCOPES, "severity": THREAT_SEVERITIES}
    for file in files:
        body = recorded(public_data, file.name)
        assert "@" not in re.sub(
            r"https?://\S+", "", json.dumps(body.get("taxon", {}) if isinstance(body, dict) else {})
        )
        for threat in body.get("threats", []) if isinstance(body, dict) and "locations" in body else []:
            for name, known in words.items():
                assert vocabulary_word(threat[name]) in {*known, None}


def test_empty_frames_have_their_types() -> None:
    """A country without species yields empty tables with typed columns, so that loading empties the unit."""
    found = batches(countries="not_found.json")
    assert found["assessment"].frame.schema["is_possibly_extinct"] == pl.Boolean
