"""GBIF by facets, against the sandbox: every number must equal a recount of the sandbox's own records."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest
from replies import FETCHED_AT, lost, read

from ness_pipeline.contract.check import check
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.errors import SchemaDrift, SourceUnavailable
from ness_pipeline.landing.http import Session
from ness_pipeline.landing.request import Fetch, Payload, Request
from ness_pipeline.landing.units import Unit
from ness_pipeline.names.taxon_groups import GROUP_TAXA, RESIDUAL_GROUPS
from ness_pipeline.names.years import Years
from ness_pipeline.sandbox import Sandbox, World, serve
from ness_pipeline.sandbox.occurrences import Occurrences, dataset_key
from ness_pipeline.sandbox.records import BASES, INTRODUCED_MEANS, MEANS
from ness_pipeline.sandbox.taxonomy import SPECIES_RANK
from ness_pipeline.settings import CATALOGUE_OF_LIFE, Settings
from ness_pipeline.sources import Context, gbif, sources
from ness_pipeline.sources.apis import gbif_facets
from ness_pipeline.sources.apis.gbif_facets import Search

ROOT = Path(__file__).parents[2]
TAXONOMY, COUNTRY = sources()["gbif_taxonomy"], sources()["gbif_country"]
YEARS = "2000:2025"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A small world: 900 species, three countries."""
    with serve(World(species=900, countries=("KE", "MN", "NO"))) as running:
        yield running


@pytest.fixture
def fetch(sandbox: Sandbox) -> Iterator[Fetch]:
    """Requests over real HTTP."""
    with Session(Settings(_env_file=None).for_sandbox(sandbox.url)) as session:
        yield session.send


class Recount:
    """The same numbers from the records themselves, in plain Python."""

    def __init__(self, world: World, code: str) -> None:
        self.cube: Counter[tuple[int, str]] = Counter()
        self.introduced: Counter[str] = Counter()
        self.world: Counter[str] = Counter()
        self.group: dict[str, str | None] = {}
        self.category: dict[str, str | None] = {}
        records, taxa = world.records, world.taxonomy.taxa
        for i in range(len(records)):
            taxon = taxa[records.taxon[i]]
            is_kept = not records.is_absent[i] and not records.has_issue[i]
            is_kept = is_kept and BASES[records.basis[i]] not in {"FOSSIL_SPECIMEN", "LIVING_SPECIMEN"}
            if not is_kept or taxon.rank != SPECIES_RANK or not 2000 <= records.year[i] <= 2025:
                continue
            key = taxon.col_key
            self.world[key] += 1
            if records.country[i] == world.countries.index(code):
                self.cube[int(records.year[i]), key] += 1
                self.introduced[key] += MEANS[records.means[i]] in INTRODUCED_MEANS
                self.group[key] = taxon.group or None
                category = world.category_of_taxon[records.taxon[i]]
                self.category[key] = None if category == "NE" else category


def country(fetch: Fetch, code: str = "KE", years: str = YEARS):
    """Cube and species of one country."""
    cube, species, _ = read(COUNTRY, fetch, code, years)
    return cube.frame, species.frame


@pytest.mark.parametrize("code", ["KE", "MN", "NO"])
def test_country_equals_recount(sandbox: Sandbox, fetch: Fetch, code: str) -> None:
    """Every count, group, category and share of a country is the one in the records."""
    cube, species = country(fetch, code)
    truth = Recount(sandbox.world, code)
    assert {
        (year, key): n for year, key, n in cube.select("year", "species_key", "occurrences").iter_rows()
    } == truth.cube
    totals: Counter[str] = Counter()
    for (_, key), n in truth.cube.items():
        totals[key] += n
    rows = {row["species_key"]: row for row in species.iter_rows(named=True)}
    assert {key: row["occurrences"] for key, row in rows.items()} == totals
    assert {key: row["taxon_group"] for key, row in rows.items()} == truth.group
    assert {key: row["red_list_category"] for key, row in rows.items()} == truth.category
    assert {key: row["introduced_occurrences"] for key, row in rows.items()} == truth.introduced
    for key, row in rows.items():
        if truth.category[key] is None:
            assert (row["global_occurrences"], row["range_share"], row["share_method"]) == (None, None, None)
        else:
            assert row["global_occurrences"] == truth.world[key]
            assert row["range_share"] == totals[key] / truth.world[key]
            assert row["share_method"] == "occurrences"


@pytest.mark.parametrize("code", ["KE", "NO"])
def test_datasets_equal_recount(sandbox: Sandbox, fetch: Fetch, code: str) -> None:
    """Every record that the filters let through is counted for its data set, whether its species is known or not."""
    *_, datasets = read(COUNTRY, fetch, code, YEARS)
    assert datasets.table == "dataset_count"
    search, records = Occurrences(sandbox.world), sandbox.world.records
    truth = Counter(
        dataset_key(int(search.fields["datasetkey"].codes[i]))
        for i in range(len(records))
        if not records.is_absent[i]
        and not records.has_issue[i]
        and BASES[records.basis[i]] not in {"FOSSIL_SPECIMEN", "LIVING_SPECIMEN"}
        and 2000 <= records.year[i] <= 2025
        and records.country[i] == sandbox.world.countries.index(code)
    )
    assert dict(datasets.frame.select("dataset_key", "occurrences").iter_rows()) == truth
    assert len(truth) > 5


def test_datasets_beyond_the_limit_are_split(fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    """More data sets than an answer lists are counted by years and kinds of record, or refused when even these are too many."""
    whole, years = Search(fetch, CATALOGUE_OF_LIFE).datasets(Years(2000, 2025), country="KE"), Years(2000, 2025)
    monkeypatch.setattr(gbif_facets, "FACET_LIMIT", len(whole) - 2)
    assert Search(fetch, CATALOGUE_OF_LIFE).datasets(years, country="KE") == whole
    monkeypatch.setattr(gbif_facets, "FACET_LIMIT", 1)
    with pytest.raises(SourceUnavailable, match="too many data sets of"):
        Search(fetch, CATALOGUE_OF_LIFE).datasets(years, country="KE")


def test_rows_meet_the_contracts(fetch: Fetch) -> None:
    """The loader accepts every row; keys are text and the checklist stands beside them."""
    for name, frame in zip(("occurrence_cube", "country_species"), country(fetch), strict=True):
        valid, refused = check(tables()[f"core.{name}"], frame, "gbif_country")
        assert (valid.height, refused.height) == (frame.height, 0)
        assert set(valid["checklist_key"]) == {CATALOGUE_OF_LIFE}


def test_country_costs_few_requests(sandbox: Sandbox, fetch: Fetch) -> None:
    """A country over 26 years takes fewer than 100 requests, each below 7,000 characters."""
    before = len(sandbox.requests)
    country(fetch)
    asked = [target for _, target, _ in sandbox.requests[before:] if "/occurrence/search" in target]
    assert len(asked) < 70
    assert max(len(target) for target in asked) < 7_000
    assert all(parse_qs(urlsplit(target).query)["checklistKey"] == [CATALOGUE_OF_LIFE] for target in asked)


def test_country_without_records(fetch: Fetch) -> None:
    """A country that GBIF knows nothing about has no rows, and is no error."""
    cube, species = country(fetch, "TV")
    assert (cube.height, species.height) == (0, 0)


def test_same_payloads_same_rows(fetch: Fetch) -> None:
    """Reading is a function of the payloads: what was fetched once gives the same rows without network."""
    landed: dict[str, Payload] = {}

    def landing(request: Request) -> Payload:
        landed[request.key] = fetch(request)
        return landed[request.key]

    first = country(landing)
    second = country(lambda request: landed[request.key])
    assert all(a.equals(b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("limit", [60, 100, 250])
def test_answers_at_the_limit_are_split(
    sandbox: Sandbox, fetch: Fetch, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    """When answers reach the limit they are split by years and ranks until every part is exact.

    A lower limit stands for a richer country; the sandbox then drops terms of large answers like GBIF does.
    """
    monkeypatch.setattr(gbif_facets, "FACET_LIMIT", limit)
    monkeypatch.setattr(gbif, "FACET_LIMIT", limit)
    cube, species = country(fetch, "KE")
    truth = Recount(sandbox.world, "KE")
    assert {
        (year, key): n for year, key, n in cube.select("year", "species_key", "occurrences").iter_rows()
    } == truth.cube
    assert dict(species.select("species_key", "taxon_group").iter_rows()) == truth.group
    assert dict(species.select("species_key", "red_list_category").iter_rows()) == truth.category


@pytest.fixture(scope="module")
def rich() -> Iterator[tuple[World, Fetch, Recount]]:
    """A country with more species in one year than a shard of the index lists."""
    world = World(species=26_000, countries=("BR",), richest_share=0.99)
    with serve(world) as running, Session(Settings(_env_file=None).for_sandbox(running.url)) as session:
        yield world, session.send, Recount(world, "BR")


def test_limit_of_the_real_index(rich: tuple[World, Fetch, Recount]) -> None:
    """A year with more species than a shard lists is counted exactly, where the plain answer is silently wrong."""
    _, fetch, recount = rich
    truth = Counter({key: n for (year, key), n in recount.cube.items() if year == 2025})
    search, years = Search(fetch, CATALOGUE_OF_LIFE), Years(2025, 2025)
    assert len(truth) >= gbif_facets.FACET_LIMIT
    assert search.ask("speciesKey", years=years, country="BR").facets["speciesKey"] != truth
    assert search.species(years, country="BR") == truth


def test_species_without_a_rank_are_found(rich: tuple[World, Fetch, Recount], monkeypatch: pytest.MonkeyPatch) -> None:
    """A split by order loses the reptiles, whose classes have no orders here; their genera bring them back."""
    world, fetch, recount = rich
    names = {"Squamata", "Testudines", "Crocodylia", "Mammalia"}
    keys = [taxon.col_key for taxon in world.taxonomy.taxa if taxon.name in names]
    wanted = {"reptiles", "mammals"}
    truth = Counter(
        {key: n for (year, key), n in recount.cube.items() if year == 2025 and recount.group[key] in wanted}
    )
    search, years = Search(fetch, CATALOGUE_OF_LIFE), Years(2025, 2025)
    monkeypatch.setattr(gbif_facets, "FACET_LIMIT", 80)
    assert search.species(years, country="BR", taxonKey=keys) == truth

    monkeypatch.setattr(Search, "_within", lambda *_: Counter())
    assert search.species(years, country="BR", taxonKey=keys) != truth, "this world does not need the genera"


def test_groups_are_resolved_by_name(sandbox: Sandbox, fetch: Fetch) -> None:
    """Every reporting group has keys in the checklist in use, found by name; residual groups are their kingdom."""
    (batch,) = read(TAXONOMY, fetch)
    valid, refused = check(tables()["core.taxon_group_key"], batch.frame, "gbif_taxonomy")
    assert refused.height == 0
    assert set(valid["taxon_group"]) == set(GROUP_TAXA)
    for row in valid.iter_rows(named=True):
        taxon = next(t for t in sandbox.world.taxonomy.taxa if t.col_key == row["taxon_key"])
        assert taxon.name == row["scientific_name"]
        assert row["is_residual"] == (row["taxon_group"] in RESIDUAL_GROUPS)


Change = Callable[[Request, dict], dict]


def changed(fetch: Fetch, change: Change) -> Fetch:
    """The sandbox's answers with something changed on the way."""

    def through(request: Request) -> Payload:
        payload = fetch(request)
        body = json.dumps(change(request, payload.json())).encode()
        return Payload(request, payload.url, 200, "application/json", body, FETCHED_AT)

    return through


@pytest.mark.parametrize("ignored", ["country", "basisOfRecord", "year"])
def test_ignored_filter_is_noticed(fetch: Fetch, ignored: str) -> None:
    """If GBIF stopped knowing a parameter it would answer for the unfiltered world; that never enters as the country."""

    def forgetful(request: Request) -> Payload:
        kept = tuple(pair for pair in request.params if pair[0] != ignored)
        return fetch(Request(request.publisher, request.path, kept))

    with pytest.raises(SourceUnavailable, match="gbif ignored a filter for KE"):
        country(forgetful)


def test_moving_index_is_noticed(fetch: Fetch) -> None:
    """When the answers by group and by year contradict each other by more than 1 %, the unit is read again."""

    def grow(request: Request, body: dict) -> dict:
        if any(name == "taxonKey" for name, _ in request.params):
            for facet in body["facets"]:
                for term in facet["counts"]:
                    term["count"] *= 2
            body["count"] *= 2
        return body

    with pytest.raises(SourceUnavailable, match=r"KE moved while being read \(\d+ of \d+\); run again"):
        country(changed(fetch, grow))


def test_facet_sum_above_count_is_noticed(fetch: Fetch) -> None:
    """Terms that add up to more than the records that match are a contradiction."""
    with pytest.raises(SourceUnavailable, match="counts more records by"):
        country(changed(fetch, lambda _, body: body | {"count": 1}))


def test_renamed_field_is_drift(fetch: Fetch) -> None:
    """A field of the answer that is gone stops the unit with its name."""

    def rename(_: Request, body: dict) -> dict:
        if "facets" in body:
            body["aggregations"] = body.pop("facets")
        return body

    with pytest.raises(SchemaDrift, match="no field 'facets'"):
        country(changed(fetch, rename))


def test_unanswered_facet_is_drift(fetch: Fetch) -> None:
    """A facet that GBIF no longer knows is missing from the answer, which is not the same as no species."""

    def forget(_: Request, body: dict) -> dict:
        if "facets" in body:
            body["facets"] = [facet for facet in body["facets"] if facet["field"] != "SPECIES_KEY"]
        return body

    with pytest.raises(SchemaDrift, match="did not answer the facet 'speciesKey'"):
        country(changed(fetch, forget))


def match(
    kind: str, *, rank: str = "CLASS", kingdom: str = "Animalia", name: str = "Aves", accepted: dict | None = None
):
    """An invented answer of name matching."""
    body = {
        "usage": {"key": "INV1", "name": name, "canonicalName": name, "rank": rank},
        "classification": [{"key": "K", "name": kingdom, "rank": "KINGDOM"}],
        "diagnostics": {"matchType": kind, "confidence": 94},
        "synonym": accepted is not None,
    }
    return body if accepted is None else body | {"acceptedUsage": accepted}


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        (match("EXACT"), "INV1"),
        (match("HIGHERRANK"), "INV1"),
        (match("VARIANT"), None),
        (match("FUZZY"), None),
        (match("HIGHERRANK", name="Chordata", rank="PHYLUM"), None),
        (match("EXACT", rank="GENUS"), None),
        (match("EXACT", kingdom="Plantae"), None),
        (match("EXACT", accepted={"key": "INV2", "name": "Avialae", "rank": "CLASS"}), "INV2"),
        (match("EXACT", accepted={"key": "INV2", "name": "Avialae", "rank": "PHYLUM"}), None),
        ({"diagnostics": {"matchType": "NONE", "confidence": 100, "issues": []}, "synonym": False}, None),
    ],
    ids=[
        "exact", "higher rank but the one meant", "variant", "fuzzy", "another taxon", "another rank", "homonym",
        "synonym", "synonym of a wider taxon", "none",
    ],
)  # fmt: skip
def test_only_the_taxon_meant_is_taken(answer: dict, key: str | None) -> None:
    """Name, rank and kingdom decide; confidence 100 of no match means that there surely is none."""

    def fetch(request: Request) -> Payload:
        is_asked = ("scientificName", "Aves") in request.params
        body = answer if is_asked else {"diagnostics": {"matchType": "NONE"}, "synonym": False}
        return Payload(request, "", 200, "application/json", json.dumps(body).encode(), dt.datetime.now(dt.UTC))

    assert gbif._key(fetch, GROUP_TAXA["birds"][0], CATALOGUE_OF_LIFE) == key


def without(fetch: Fetch, name: str) -> Fetch:
    """A checklist that does not have a name."""

    def answering(request: Request) -> Payload:
        if ("scientificName", name) in request.params:
            body = {"diagnostics": {"matchType": "NONE"}, "synonym": False}
            return Payload(request, "", 200, "application/json", json.dumps(body).encode(), FETCHED_AT)
        return fetch(request)

    return answering


def test_a_kingdom_that_a_checklist_merges_costs_itself(fetch: Fetch) -> None:
    """A group of which the checklist has no name is named; the others, and the countries, are read."""
    changed_checklist = without(fetch, "Chromista")
    (found,) = read(TAXONOMY, changed_checklist)
    assert set(found.frame["taxon_group"]) == set(GROUP_TAXA) - {"chromists"}
    assert "no taxon of the group chromists (Chromista)" in lost([found])["group chromists"]
    _, species = country(changed_checklist)
    expected = country(fetch)[1].filter(pl.col("taxon_group") != "chromists")
    assert species.drop_nulls("taxon_group").sort("species_key").equals(expected.sort("species_key"))


def test_what_remains_of_a_kingdom_is_lost_with_any_of_its_groups(fetch: Fetch) -> None:
    """Birds that cannot be told from the other animals are not counted among these."""
    changed_checklist = without(fetch, "Aves")
    (found,) = read(TAXONOMY, changed_checklist)
    assert list(lost([found])) == ["group birds", "group other_animals"]
    groups = country(changed_checklist)[1]["taxon_group"]
    assert "mammals" in set(groups)
    assert not {"birds", "other_animals"} & set(groups)


def test_a_first_run_asks_gbif_as_often_as_readme_says(sandbox: Sandbox, fetch: Fetch) -> None:
    """Names of groups, a country and its lists over 26 years: what README promises, and half of it later."""
    promised = re.search(r"about ([0-9]+) requests to GBIF", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert promised is not None
    asked = []

    def counting(request: Request) -> Payload:
        asked.append(request.target)
        return fetch(request)

    for name, key in (("gbif_country", "KE"), ("gbif_literature", "KE"), ("gbif_registry", "KE")):
        unit = Unit(name, key, Years.parse(YEARS))
        list(sources()[name].read(unit, counting, Context(Settings(_env_file=None), lambda _: fetch)))
    later = len(asked)
    read(TAXONOMY, counting)
    assert len(asked) == pytest.approx(int(promised[1]), rel=0.1)
    assert later == pytest.approx(int(promised[1]) / 2, rel=0.15)


def test_orders_of_fishes_are_looked_up_where_there_is_no_class(sandbox: Sandbox, fetch: Fetch) -> None:
    """A checklist with a class of fishes is asked for no order; one without is asked for each."""

    def requests(of: Fetch) -> int:
        before = len(sandbox.requests)
        read(TAXONOMY, of)
        return sum("species/match" in target for _, target, _ in sandbox.requests[before:])

    assert requests(fetch) < 70
    without_class = fetch
    for name in ("Actinopterygii", "Actinopteri", "Teleostei"):
        without_class = without(without_class, name)
    assert requests(without_class) > 120


def test_country_of_8000_species_takes_at_most_100_requests() -> None:
    """A species-rich country is read exactly, and GBIF is asked at most a hundred times for it."""
    world = World(species=18_000, richest_share=0.4445, countries=("KE", "NO"))
    asked: list[Request] = []
    with serve(world) as rich, Session(Settings(_env_file=None).for_sandbox(rich.url)) as session:

        def send(request: Request) -> Payload:
            asked.append(request)
            return session.send(request)

        context = Context(Settings(_env_file=None), lambda _: session.send)
        cube, species, *_ = COUNTRY.read(Unit("gbif_country", "KE", Years.parse(YEARS)), send, context)
    assert species.frame.height == 8_001
    assert len(asked) <= 100
    found = {row[:2]: row[2] for row in cube.frame.select("year", "species_key", "occurrences").iter_rows()}
    assert found == Recount(world, "KE").cube
