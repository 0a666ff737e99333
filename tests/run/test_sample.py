"""The sample of open data in a run: only when asked for, replaced series by series by what publishers give."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from running import NOWHERE, sandbox_settings

from ness_pipeline.ask.query import kind_of_data
from ness_pipeline.build.load import remove_replaced_sample
from ness_pipeline.errors import WrongUsage
from ness_pipeline.paths import Paths
from ness_pipeline.run.materialise import materialise_and_publish
from ness_pipeline.run.own_files import load_file
from ness_pipeline.run.plan import Plan, plan_backfill, plan_refresh
from ness_pipeline.run.refresh import refresh
from ness_pipeline.run.restore import open_for_writing
from ness_pipeline.run.summary import Summary
from ness_pipeline.sandbox import World, serve
from ness_pipeline.settings import Settings
from ness_pipeline.share.citations import read_bibliography
from ness_pipeline.share.export import export

COUNTRIES = ("KE", "NA", "NO")
YEARS = "2000:2025"
AS_OF = dt.date(2026, 7, 1)
BANK = {"AG.LND.FRST.ZS", "AG.LND.TOTL.K2", "EN.BIR.THRD.NO", "EN.HPT.THRD.NO", "EN.MAM.THRD.NO", "ER.LND.PTLD.ZS", "ER.MRN.PTMR.ZS", "SP.POP.TOTL"}  # fmt: skip
"""World Bank series of the sample, by its README."""
SERIES = 33
LATEST = "SELECT sample_as_of FROM ops.publication ORDER BY published_at DESC LIMIT 1"
SOURCES = "SELECT series_code, source FROM core.indicator_observation GROUP BY ALL"


def home_settings(home: Path) -> Settings:
    """Settings of real data, with publishers whom nobody reaches."""
    return sandbox_settings(home, NOWHERE).model_copy(update={"home": home, "is_synthetic": False})


def carry_out(settings: Settings, plan: Plan) -> Summary:
    """Run a plan."""
    with open_for_writing(settings) as build:
        return refresh(build, settings, plan)


def rows(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    """The answer of the published file."""
    with duckdb.connect(str(Paths.of(settings).published), read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with three countries of the sample."""
    settings = home_settings(tmp_path_factory.mktemp("sampled"))
    summary = carry_out(settings, plan_refresh(settings, COUNTRIES, YEARS, with_sample=True))
    assert (summary.gaps, summary.series_replaced) == ([], 0)
    return settings


@pytest.fixture
def copied(sampled: Settings, tmp_path: Path) -> Settings:
    """A copy of that home, to be changed."""
    shutil.copytree(sampled.home, tmp_path / "home")
    return sampled.model_copy(update={"home": tmp_path / "home"})


def test_only_when_asked_for(tmp_path: Path) -> None:
    """No other run reads it, in the sandbox or not; a run with it reads nothing but what comes with the package."""
    settings = home_settings(tmp_path)
    plans = [plan_refresh(each, COUNTRIES, YEARS) for each in (settings, sandbox_settings(tmp_path, NOWHERE))]
    plans.append(plan_backfill(settings, "KE", "2010:2020"))
    assert {unit.source for plan in plans for unit in (*plan.world, *plan.national)}.isdisjoint({"sample"})
    plan = plan_refresh(settings, (), YEARS, is_offline=True, with_sample=True)
    assert {unit.source for unit in plan.world} == {"iso_countries", "sample", "seeds"}
    assert (plan.national, plan.is_offline, plan.command.split()[-1]) == ((), False, "--sample")


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"with_sample": True, "only": ["unsdg"]}, "leave --source out"),
        ({"with_sample": True, "only": ["sample"]}, "load it with --sample"),
        ({"only": ["sample"]}, "load it with --sample"),
    ],
)
def test_it_is_no_source_among_others(tmp_path: Path, options: dict[str, Any], named: str) -> None:
    """Named as a source, or beside one, it is refused with what to do."""
    with pytest.raises(WrongUsage, match=named):
        plan_refresh(home_settings(tmp_path), ["KE"], YEARS, **options)


@pytest.mark.parametrize("options", [{"with_sample": True}, {"only": ["sample"]}])
def test_never_beside_invented_numbers(tmp_path: Path, options: dict[str, Any]) -> None:
    """The sandbox refuses it, by whichever name."""
    with pytest.raises(WrongUsage, match="--sample"):
        plan_refresh(sandbox_settings(tmp_path, NOWHERE), ["KE"], YEARS, **options)


def test_what_a_reader_learns(sampled: Settings) -> None:
    """The publication names the day of the sample, nothing in it is synthetic, and one sentence says what it is."""
    assert rows(sampled, "SELECT sample_as_of, is_synthetic, countries FROM ops.publication") == [(AS_OF, False, 3)]
    assert rows(sampled, "FROM ops.citation WHERE citation LIKE '%SYNTHETIC%'") == []
    assert rows(sampled, "SELECT DISTINCT is_synthetic FROM ops.run") == [(False,)]
    cited = rows(sampled, "SELECT source, count(*) FROM ops.citation GROUP BY ALL ORDER BY ALL")
    assert cited == [("iso_countries", 1), ("sample", 5), ("seeds", 1)]
    says = kind_of_data(Paths.of(sampled).published) or ""
    assert says.startswith("Sample of open data, as of 2026-07-01:")
    assert rows(sampled, "SELECT DISTINCT source FROM core.indicator_observation") == [("sample",)]


def test_an_export_says_so(sampled: Settings, tmp_path: Path) -> None:
    """Whoever receives the export learns that it is a sample, of which day, and whom to name under which licences."""
    export(Paths.of(sampled).published, tmp_path / "out")
    package = json.loads((tmp_path / "out" / "datapackage.json").read_text(encoding="utf-8"))
    assert package["description"].startswith("Sample of open data, as of 2026-07-01; ")
    (series,) = [one for one in package["resources"] if one["name"] == "core.indicator_observation"]
    assert [one["name"] for one in series["sources"]] == ["sample"] * 5
    assert {licence["name"] for licence in series["licenses"]} == {"CC-BY-4.0", "LicenseRef-UN-data-terms-of-use"}


def test_a_value_keeps_its_vintage(sampled: Settings) -> None:
    """Kenya's people of 2020 as the World Bank's file of July 2026 has them, and its Red List Index of April 2026."""
    query = "SELECT value, unit, release, publisher FROM core.indicator_observation WHERE country_code = 'KE' AND year = 2020 AND series_code = '{}'"
    assert rows(sampled, query.format("SP.POP.TOTL")) == [(52_217_334.0, "PERSONS", "2026-07-01", "worldbank")]
    assert rows(sampled, query.format("ER_RSK_LST")) == [(0.78, "INDEX", "2026-04", "unsdg")]


def test_treaties_come_from_the_seeds_and_count_once(sampled: Settings) -> None:
    """Kenya in 2017 is in nine treaties of nine, although the UN's flags speak of two of them as well."""
    assert rows(sampled, "SELECT DISTINCT source FROM core.treaty_party") == [("seeds",)]
    flagged = rows(sampled, "SELECT DISTINCT treaty FROM core.treaty_statement WHERE is_flag AND country_code = 'KE' ORDER BY 1")  # fmt: skip
    assert flagged == [("itpgrfa",), ("nagoya",)]
    query = "SELECT treaties_open, treaties_known, treaties_in_force FROM metrics.legal_framework WHERE country_code = 'KE' AND year = 2017"
    assert rows(sampled, query) == [(9, 9, 9)]
    assert rows(sampled, "FROM metrics.legal_framework WHERE treaties_known > treaties_open OR treaties_stated > treaties_open") == []  # fmt: skip


def test_a_rebuild_knows_the_sample(copied: Settings) -> None:
    """A lost build database comes back from landing with the sample, and the publication is the same."""
    (before,) = rows(copied, "SELECT content_hash, sample_as_of FROM ops.publication")
    Paths.of(copied).build.unlink()
    materialise_and_publish(copied, COUNTRIES)
    after = rows(copied, "SELECT content_hash, sample_as_of FROM ops.publication ORDER BY published_at DESC LIMIT 1")
    assert after == [before]


def test_an_own_value_wins_over_the_sample(copied: Settings, tmp_path: Path) -> None:
    """It replaces one value; all others of the series stay the sample's."""
    file = tmp_path / "own.csv"
    file.write_text(
        "country_code,series_code,year,disaggregation,value,value_status,publisher\nKE,ER_H2O_IWRMD,2020,total,71,observed,user\n",
        encoding="utf-8",
    )
    load_file(copied, file, table="indicator_observation")
    materialise_and_publish(copied, COUNTRIES)
    query = "SELECT country_code, value, source = 'sample' FROM core.indicator_observation WHERE series_code = 'ER_H2O_IWRMD' AND year = 2020 AND country_code IN ('KE', 'NO') ORDER BY 1"
    (kenya, norway) = rows(copied, query)
    assert kenya == ("KE", 71.0, False)
    assert norway[2] is True


@contextmanager
def live(settings: Settings) -> Iterator[Settings]:
    """The same home towards publishers that answer."""
    with serve(World(species=400, countries=COUNTRIES)) as sandbox:
        there = sandbox_settings(settings.home, sandbox.url)
        names = {"worldbank_url", "worldbank_rate", "unsdg_url", "unsdg_rate"}
        yield settings.model_copy(update=there.model_dump(include=names))


def ask_publisher(settings: Settings, name: str) -> Summary:
    """A run of Kenya that asks one publisher."""
    return carry_out(settings, plan_refresh(settings, ["KE"], YEARS, only=[name], accept_change=True))


def test_a_live_release_replaces_its_series_whole(copied: Settings) -> None:
    """All rows of a series go once its publisher has given any, for all countries and years; other series stay."""
    with live(copied) as settings:
        summary = ask_publisher(settings, "worldbank")
    assert (summary.gaps, summary.series_replaced) == ([], len(BANK))
    of = dict(rows(copied, SOURCES))
    assert len(rows(copied, SOURCES)) == len(of), "a series of two sources"
    assert {of[code] for code in BANK} == {"worldbank"}
    assert sum(source == "sample" for source in of.values()) == SERIES - len(BANK)
    # The live release lacks the people of 2025, which the sample had; and Norway's numbers are of it as well.
    series = "FROM core.indicator_observation WHERE series_code = 'SP.POP.TOTL'"
    assert rows(copied, f"{series} AND year = 2025 AND value IS NOT NULL") == []
    ((live_value,),) = rows(copied, f"SELECT value {series} AND year = 2020 AND country_code = 'NO'")
    ((land_area,),) = rows(copied, "SELECT land_area_km2 FROM core.country WHERE country_code = 'NO'")
    assert live_value not in {None, 5_379_475}
    assert land_area not in {None, 364_270}
    assert rows(copied, LATEST) == [(AS_OF,)]
    cited = [one.citation for one in read_bibliography(Paths.of(copied).published).cited if one.source == "sample"]
    assert len(cited) == 3
    assert all(citation.startswith("United Nations Statistics Division") for citation in cited)


@pytest.mark.slow
def test_what_was_replaced_stays_replaced(copied: Settings) -> None:
    """A rebuild from landing and another run with the sample bring nothing of it back; with all series gone it is no sample."""
    with live(copied) as settings:
        ask_publisher(settings, "worldbank")
        of = dict(rows(copied, SOURCES))
        Paths.of(copied).build.unlink()
        materialise_and_publish(settings, COUNTRIES, accept_change=True)
        assert dict(rows(copied, SOURCES)) == of
        again = carry_out(settings, plan_refresh(settings, ["KE"], YEARS, with_sample=True, accept_change=True))
        assert (again.series_replaced, dict(rows(copied, SOURCES))) == (len(BANK), of)
        last = ask_publisher(settings, "unsdg")
    assert last.series_replaced == SERIES - len(BANK)
    assert "sample" not in dict(rows(copied, SOURCES)).values()
    assert rows(copied, LATEST) == [(None,)]
    assert kind_of_data(Paths.of(copied).published) is None
    assert "sample" not in {one.source for one in read_bibliography(Paths.of(copied).published).cited}


def test_what_is_no_release_of_a_publisher_replaces_nothing(warehouse: Any) -> None:
    """An own file and the seeds leave the sample's series alone; a publisher takes its own."""
    about = {
        "country_code": "KE",
        "disaggregation": "total",
        "value": 1.0,
        "value_status": "observed",
        "publisher": "unsdg",
    }
    for source, series in (
        ("sample", "A_X"),
        ("sample", "A_Y"),
        ("file:own", "A_X"),
        ("seeds", "A_X"),
        ("unsdg", "A_Y"),
    ):
        years = (2010, 2020) if source == "sample" else (2020,)
        warehouse.land("indicator_observation", [about | {"series_code": series, "year": year} for year in years], source=source)  # fmt: skip
    assert remove_replaced_sample(warehouse.connection) == 1
    left = warehouse.rows("SELECT series_code, year FROM landed.indicator_observation WHERE source = 'sample' ORDER BY ALL")  # fmt: skip
    assert [tuple(row.values()) for row in left] == [("A_X", 2010), ("A_X", 2020)]
    assert remove_replaced_sample(warehouse.connection) == 0
