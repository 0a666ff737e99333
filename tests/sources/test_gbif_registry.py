"""Data sets and their publishers by country: each trap of GBIF's registry has an answer named for it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from replies import read, replies

from ness_pipeline.build.load import check
from ness_pipeline.contract.batch import Batch
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.errors import SchemaDrift, SourceUnavailable, WrongUsage
from ness_pipeline.landing.http import Session
from ness_pipeline.landing.units import Unit
from ness_pipeline.landing.zone import Landing
from ness_pipeline.names.years import Years
from ness_pipeline.sandbox import serve
from ness_pipeline.sandbox.world import World
from ness_pipeline.settings import Settings
from ness_pipeline.sources import sources
from ness_pipeline.sources.apis.pygbif_adapter import dataset_search
from ness_pipeline.sources.extract import extract
from ness_pipeline.sources.gbif_registry import SOURCES


def batch(name: str) -> Batch:
    """The one batch."""
    path = "/v1/dataset/search?publishingCountry=KE&facet=publishingOrg&limit=0"
    (found,) = read(SOURCES[0], replies({path: f"gbif_registry/{name}"}), "KE", "2000:2010")
    return found


def test_data_sets_of_two_publishers() -> None:
    """Data sets and the organisations that publish them are counted, for the year of reading."""
    valid, refused = check(tables()["core.indicator_observation"], batch("data_sets_of_two_publishers.json").frame, "gbif_registry")  # fmt: skip
    assert refused.height == 0
    found = valid.select("series_code", "year", "value").rows()
    assert found == [("GBIF_DATASETS", 2026, 7.0), ("GBIF_PUBLISHERS", 2026, 2.0)]


def test_none() -> None:
    """A country that publishes nothing has zeros, for the registry was asked for it."""
    assert batch("none.json").frame["value"].to_list() == [0, 0]


def test_filter_ignored() -> None:
    """An answer about the whole world stops the unit."""
    with pytest.raises(SourceUnavailable, match="ignored the filter publishingCountry=KE"):
        batch("filter_ignored.json")


def test_count_gone() -> None:
    """A missing field is named."""
    with pytest.raises(SchemaDrift, match="no field 'count'"):
        batch("count_gone.json")


def test_unknown_names_are_never_sent() -> None:
    """A misspelt parameter is refused before it is sent."""
    with pytest.raises(WrongUsage, match="GBIF's data set search"):
        dataset_search(replies({}), publishingcountry="KE")


def test_no_person_is_received(tmp_path: Path) -> None:
    """Through a real server: numbers are those of the world, and nothing that lands holds an e-mail address."""
    world = World(species=400)
    landing = Landing(str(tmp_path / "landing"))
    with serve(world) as sandbox:
        settings = Settings(_env_file=None, home=tmp_path).for_sandbox(sandbox.url)
        with Session(settings) as session:
            for name in ("gbif_registry", "gbif_literature"):
                for code in ("KE", world.countries[-1]):
                    unit = Unit(name, code, Years(2000, 2025))
                    extract(unit, landing, settings, session.send, max_age=dt.timedelta(days=1), now=dt.datetime.now(dt.UTC))  # fmt: skip
    for code in ("KE", world.countries[-1]):
        values: dict[tuple[str, int], float] = {}
        for name in ("gbif_registry", "gbif_literature"):
            landed = landing.latest(name, code)
            assert landed is not None
            for record in landed.records():
                body = landing.body(record["sha256"])
                assert body is not None
                assert b"@" not in body
            (found,) = read(sources()[name], landed.replay(), code, "2000:2025")
            values |= {(row["series_code"], row["year"]): row["value"] for row in found.frame.to_dicts()}
        own = [one for one in world.knowledge.data_sets if one.country == code]
        about = [p for p in world.knowledge.publications if code in p.coverage and p.year == 2020 and "GBIF_USED" in p.relevance]  # fmt: skip
        year = max(year for series, year in values if series == "GBIF_DATASETS")
        assert values["GBIF_DATASETS", year] == len(own)
        assert values["GBIF_PUBLISHERS", year] == len({one.publisher for one in own})
        assert values["GBIF_LIT_COVERAGE", 2020] == len(about)
