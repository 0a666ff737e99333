"""GBIF's download side: ordered once, waited for, fetched, checked, cited; against the sandbox with its refusals."""

from __future__ import annotations

import json
import zipfile

import polars as pl
import pytest
from pydantic import SecretStr

from ness_pipeline import files
from ness_pipeline.cube.gbif import GbifDownloads, sql_of
from ness_pipeline.cube.options import CubeOptions, Grid
from ness_pipeline.errors import SourceUnavailable, WrongUsage
from ness_pipeline.landing.http import Session
from ness_pipeline.landing.request import Payload, Request
from ness_pipeline.names.years import Years
from ness_pipeline.run.cube import engine_for
from ness_pipeline.sandbox import Fault, Faults, World, serve
from ness_pipeline.settings import Settings

NORWAY = CubeOptions(country_code="NO", years=Years(2005, 2020))
BASE = "/v1/occurrence/download"


@pytest.fixture(scope="module")
def sandbox():
    """A sandbox of two countries."""
    with serve(World(species=400, countries=["DE", "NO"])) as running:
        yield running


@pytest.fixture
def settings(sandbox):
    """Settings towards it."""
    return Settings(_env_file=None, retries=1).for_sandbox(sandbox.url)


@pytest.fixture
def downloads(settings):
    """Its download side, without waiting."""
    with Session(settings, backoff_s=0.01) as session:
        yield GbifDownloads(session, settings, sleep=lambda _: None)


def test_a_cube_by_sql_is_the_cube_of_the_records(downloads, tmp_path, world_records):
    """The order in GBIF's SQL gives, row for row, what the engine duckdb makes of the records."""
    done = downloads.get("cube", NORWAY, tmp_path)
    assert done.doi is not None
    assert done.doi.startswith("10.15468/dl.")
    assert done.citation.endswith(f"https://doi.org/{done.doi}")
    with files.read(done.file) as read:
        cube = pl.concat(batch.frame for batch in read.batches if batch.table == "occurrence_cube")
    world_records.write_parquet(tmp_path / "records.parquet")
    with engine_for("duckdb", [tmp_path / "records.parquet"], NORWAY) as engine:
        expected = pl.concat(list(engine.cube()))
    names = ["country_code", "year", "species_key", "occurrences", "min_coordinate_uncertainty_m", "min_temporal_uncertainty_s"]  # fmt: skip
    assert cube.select(names).sort(names).equals(expected.select(names).sort(names))


@pytest.mark.parametrize("product", ["records", "species"])
def test_records_and_species_lists_come_by_predicate(downloads, tmp_path, product):
    """Parquet parts (an empty one among them) are records; a list of species has its counts."""
    done = downloads.get(product, NORWAY, tmp_path)
    if product == "records":
        with engine_for("duckdb", [done.file], CubeOptions()) as engine:
            cube = pl.concat(list(engine.cube()))
            assert engine.received() == cube["occurrences"].sum()
        assert set(cube["country_code"]) == {"NO"}
        assert cube["year"].is_between(2005, 2020).all()
    else:
        listed = pl.read_csv(member_of(done.file), separator="\t", quote_char=None)
        assert listed["numberOfOccurrences"].sum() > 0
        assert {"speciesKey", "iucnRedListCategory"} <= set(listed.columns)


def member_of(archive):
    """The first file of an archive."""
    with zipfile.ZipFile(archive) as packed:
        return packed.read(packed.namelist()[0])


@pytest.mark.parametrize("product", ["cube", "records", "species"])
def test_an_identical_order_is_not_made_twice(downloads, sandbox, tmp_path, product):
    """The second time the same key is fetched, and nothing is ordered, though GBIF tells the order in more words."""
    options = CubeOptions(country_code="DE", years=Years(2019, 2019))
    one = downloads.get(product, options, tmp_path)
    before = sum(method == "POST" and target.endswith("/request") for method, target, _ in sandbox.requests)
    again = downloads.get(product, options, tmp_path)
    after = sum(method == "POST" and target.endswith("/request") for method, target, _ in sandbox.requests)
    assert (one.key, before) == (again.key, after)


def test_too_many_at_once_means_wait(settings):
    """A fourth download is refused with 420 until another is finished; then it is ordered."""
    with Session(settings, backoff_s=0.01) as session:
        going = GbifDownloads(session, settings)
        keys = [
            going.submit(going.order("species", CubeOptions(years=Years(year, year)))) for year in (2001, 2002, 2003)
        ]
        said = []
        patient = GbifDownloads(
            session, settings, sleep=lambda _: said.append(going.wait(keys[0])) if not said else None
        )
        going._sleep = lambda _: None
        assert patient.submit(patient.order("species", CubeOptions(years=Years(2004, 2004)))) not in keys
        assert said[0]["status"] == "SUCCEEDED"
        for key in keys[1:]:
            going.cancel(key)
        with pytest.raises(SourceUnavailable, match="is cancelled"):
            going.wait(keys[1])


def test_an_order_that_is_too_large_is_refused(downloads):
    """413 is one sentence that says what to do."""
    order = downloads.order("species", CubeOptions())
    order["predicate"] = {"type": "in", "key": "SPECIES_KEY", "values": [str(n) for n in range(101_001)]}
    with pytest.raises(SourceUnavailable, match="too large for GBIF"):
        downloads.submit(order)


def test_an_erased_file_is_named(downloads, settings, tmp_path):
    """The metadata stays, the file is gone: 410 is a sentence, and no empty file is left."""
    key = downloads.submit(downloads.order("species", CubeOptions(years=Years(2011, 2011))))
    about = downloads.wait(key)
    with Session(settings) as session:
        session.send(Request("gbif", f"/v1/sandbox/erase/{key}", is_bare=True))
    with pytest.raises(SourceUnavailable, match="erased"):
        downloads.fetch(key, about, tmp_path)
    with pytest.raises(SourceUnavailable, match="not found"):
        downloads.fetch("0000000-000000000000000", about, tmp_path)


def test_a_wrong_size_is_not_loaded(downloads, tmp_path):
    """The archive must have the bytes that GBIF promises."""
    key = downloads.submit(downloads.order("species", CubeOptions(years=Years(2012, 2012))))
    about = downloads.wait(key)
    with pytest.raises(SourceUnavailable, match=r"of \d+ bytes"):
        downloads.fetch(key, about | {"size": about["size"] + 1}, tmp_path)


def test_a_publisher_that_is_away_for_a_while_is_asked_again(tmp_path):
    """503 while waiting and fetching is waited out; when it lasts, one sentence says so and no file is left."""
    with serve(World(species=400, countries=["NO"]), faults=Faults()) as running:
        settings = Settings(_env_file=None, retries=9).for_sandbox(running.url)
        with Session(settings, backoff_s=0.001) as session:
            downloads = GbifDownloads(session, settings, sleep=lambda _: None)
            key = downloads.submit(downloads.order("species", CubeOptions(years=Years(2012, 2012))))
            running.faults.listed = (Fault.parse("503@gbif:0.3"),)
            about = downloads.wait(key)
            assert zipfile.is_zipfile(downloads.fetch(key, about, tmp_path))
            assert running.faults.injected["503"] > 0
            (tmp_path / f"{key}.zip").unlink()
            running.faults.listed = (Fault.parse("503@gbif:1"),)
            for ask in (lambda: downloads.wait(key), lambda: downloads.fetch(key, about, tmp_path)):
                with pytest.raises(SourceUnavailable, match="503"):
                    ask()
    assert not list(tmp_path.iterdir())


def test_passwords_stay_where_they_belong(settings, sandbox):
    """Without a login nothing is sent; a wrong one is said without showing it; it never travels in the clear."""
    with Session(settings) as session, pytest.raises(WrongUsage, match="GBIF_USER, GBIF_PWD and GBIF_EMAIL"):
        GbifDownloads(session, settings.model_copy(update={"gbif_user": None})).order("cube", NORWAY)
    mail = settings.model_copy(update={"gbif_user": "a@b.org", "gbif_password": SecretStr("pass-phrase")})
    with Session(mail) as session, pytest.raises(SourceUnavailable, match="the user name, not the e-mail") as caught:
        GbifDownloads(session, mail).order("cube", NORWAY)
    assert "pass-phrase" not in str(caught.value)
    plain = settings.model_copy(update={"gbif_url": "http://api.gbif.org"})
    with Session(plain) as session, pytest.raises(SourceUnavailable, match="not https"):
        GbifDownloads(session, plain).order("cube", NORWAY)


@pytest.mark.parametrize(
    "options", [CubeOptions(seed=1), CubeOptions(grid=Grid("h3", 5)), CubeOptions(target_rank="class")]
)
def test_what_gbif_cannot_make_is_said_before_ordering(options):
    """Points drawn from a seed, hexagons and target groups are for the other engines."""
    with pytest.raises(WrongUsage, match=r"GBIF|gbif"):
        sql_of(options)


def test_the_checklist_is_said_wherever_a_species_is_meant(settings):
    """An order without one, or a predicate about species without one, would mean GBIF's old backbone."""
    with Session(settings) as session:
        order = GbifDownloads(session, settings).order("records", NORWAY)
    assert order["checklistKey"] == settings.gbif_checklist
    of_taxa = [one for one in order["predicate"]["predicates"] if one.get("parameter") == "SPECIES_KEY"]
    assert [one["checklistKey"] for one in of_taxa] == [settings.gbif_checklist]


@pytest.mark.data
def test_recorded_answers_are_understood(public_data):
    """States, keys and citations as GBIF really sent them."""
    folder = public_data / "recorded" / "gbif_download"
    key = (folder / "request_201_key.txt").read_text().strip()
    about = json.loads((folder / "meta_succeeded.json").read_text())
    answers = {f"{BASE}/{key}": about}

    class Replay:
        def send(self, request) -> Payload:

            return Payload(request, "", 200, "application/json", json.dumps(answers[request.path]).encode(), None)

    found = GbifDownloads(Replay(), Settings(_env_file=None), sleep=lambda _: None).wait(key)
    assert found["doi"] == "10.15468/dl.a6c3sh"
    going = json.loads((folder / "meta_preparing.json").read_text())
    answers[f"{BASE}/{key}"] = going
    with pytest.raises(SourceUnavailable, match="still preparing"):
        GbifDownloads(Replay(), Settings(_env_file=None), patience_s=0, sleep=lambda _: None).wait(key)


@pytest.mark.parametrize("options", [CubeOptions(seed=1), CubeOptions(grid=Grid("eea", 1000)), CubeOptions(max_uncertainty_m=9)])  # fmt: skip
def test_options_that_a_list_of_species_cannot_follow_are_refused(settings, options):
    """Ignored in silence, they would give another list than the one asked for."""
    with Session(settings) as session, pytest.raises(WrongUsage, match="A list of species is counted by country"):
        GbifDownloads(session, settings).order("species", options)
