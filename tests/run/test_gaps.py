"""Answers that are none, and things that a publisher does not give: each costs itself, and heals with the next run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from running import run_refresh, sandbox_settings

from ness_pipeline.ask.doctor import examine
from ness_pipeline.ask.status import status_of
from ness_pipeline.build.models import materialise
from ness_pipeline.errors import AuditFailed
from ness_pipeline.landing.zone import Landing
from ness_pipeline.names.published_series import WORLD_BANK
from ness_pipeline.paths import Paths
from ness_pipeline.publish.history import roll_back
from ness_pipeline.run.materialise import materialise_and_publish
from ness_pipeline.run.restore import open_for_writing
from ness_pipeline.run.summary import Summary
from ness_pipeline.sandbox import Fault, Sandbox, World, serve

pytestmark = pytest.mark.slow  # each is a whole run or several

SOURCES = (
    "cbd",
    "gbif_country",
    "gbif_literature",
    "gbif_taxonomy",
    "iso_countries",
    "protected_planet",
    "seeds",
    "unsdg",
    "worldbank",
)


@dataclass
class Home:
    """A home folder with one undisturbed publication, and its sandbox."""

    folder: Path
    sandbox: Sandbox
    true: str | None = None

    def run(self, *faults: str, max_age_hours: float = 0.0, accept_change: bool = False) -> Summary:
        """A run during which faults befall the answers."""
        self.sandbox.faults.listed = tuple(Fault.parse(fault) for fault in faults)
        try:
            return run_refresh(
                self.folder,
                self.sandbox.url,
                ["KE", "ML"],
                "2016:2020",
                only=SOURCES,
                max_age_hours=max_age_hours,
                accept_change=accept_change,
                settings={"retries": 1},
            )
        finally:
            self.sandbox.faults.listed = ()

    def run_materialise(self) -> None:
        """Publish what is loaded."""
        materialise_and_publish(sandbox_settings(self.folder, self.sandbox.url), ["KE", "ML"])

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """The answer of the published file."""
        with duckdb.connect(str(self.paths.published), read_only=True) as connection:
            return connection.execute(query).fetchall()

    @property
    def paths(self) -> Paths:
        """Its paths."""
        return Paths.of(sandbox_settings(self.folder, self.sandbox.url))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A small world."""
    with serve(World(species=400, countries=("KE", "ML"))) as running:
        yield running


@pytest.fixture(scope="module")
def first(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """An undisturbed run."""
    home = Home(tmp_path_factory.mktemp("first"), sandbox)
    summary = home.run()
    assert summary.gaps == []
    home.true = summary.content_hash
    return home


@pytest.fixture
def home(first: Home, tmp_path: Path) -> Home:
    """A copy of it."""
    shutil.copytree(first.folder, tmp_path / "home")
    return Home(tmp_path / "home", first.sandbox, first.true)


@pytest.mark.parametrize("fault", ["empty_list@unsdg/Series/List", "null@cbd"])
def test_an_answer_that_is_none_is_a_gap_and_not_believed(home: Home, fault: str) -> None:
    """The earlier rows stay, all else is published, and the next run, whatever the age of what landed, heals it."""
    disturbed = home.run(f"{fault}:1")
    assert [gap.unit.source for gap in disturbed.gaps] == [fault.partition("@")[2].partition("/")[0]]
    assert disturbed.content_hash == home.true
    healed = home.run(max_age_hours=24)
    assert (healed.gaps, healed.content_hash) == ([], home.true)


def test_a_country_without_any_record_where_it_had_some_is_a_gap(home: Home) -> None:
    """A count of 0 is GBIF's form of an empty list."""
    disturbed = home.run("page_emptied@gbif/occurrence/search:1")
    assert {gap.unit.source for gap in disturbed.gaps} == {"gbif_country"}
    assert "gave no row where it gave" in disturbed.gaps[0].error
    assert disturbed.content_hash == home.true


def test_one_indicator_costs_one_indicator(home: Home) -> None:
    """It is named with the publisher's words by the run, in the file and by the doctor; its earlier rows and all others stay."""
    disturbed = home.run("error_200@worldbank/ER.LND.PTLD.ZS:1", "empty_list@unsdg/seriesCode=ER_RSK_LST:1")
    assert [(gap.unit.source, gap.stale_since is not None) for gap in disturbed.gaps] == [
        ("unsdg", True),
        ("worldbank", True),
    ]
    assert "The provided parameter value" not in disturbed.gaps[0].error
    assert "indicator ER.LND.PTLD.ZS: worldbank refused" in disturbed.gaps[1].error
    assert "SYNTHETIC: try again." in disturbed.gaps[1].error
    assert (disturbed.exit_code, disturbed.content_hash) == (4, home.true)
    named = home.rows("SELECT source, what, kind, rows_kept > 0 FROM ops.gap ORDER BY ALL")
    assert named == [("unsdg", "series ER_RSK_LST", "changed", True), ("worldbank", "indicator ER.LND.PTLD.ZS", "not_given", True)]  # fmt: skip
    findings = {finding.name: finding for finding in examine(sandbox_settings(home.folder, home.sandbox.url))}
    assert "indicator ER.LND.PTLD.ZS" in findings["gap worldbank world"].message
    assert not findings["gap worldbank world"].is_fine
    assert findings["gap worldbank world"].exit_code == 0
    told = [(source, what.partition(":")[0]) for source, _, what, _ in status_of(home.paths).gaps]
    assert told == [("unsdg", "series ER_RSK_LST"), ("worldbank", "indicator ER.LND.PTLD.ZS")]

    home.paths.build.unlink()  # a build made anew has what earlier readings gave
    with open_for_writing(sandbox_settings(home.folder, home.sandbox.url)) as build:
        query = "SELECT count(*) FROM landed.indicator_observation WHERE series_code = 'ER.LND.PTLD.ZS'"
        assert build.execute(query).fetchall()[0][0] > 0

    healed = home.run(max_age_hours=24)
    assert (healed.gaps, healed.content_hash) == ([], home.true)
    assert home.rows("FROM ops.gap") == []


def test_one_indicator_costs_one_indicator_on_a_fresh_home(sandbox: Sandbox, tmp_path: Path) -> None:
    """Without earlier rows everything else is published."""
    home = Home(tmp_path, sandbox)
    disturbed = home.run("error_200@worldbank/ER.LND.PTLD.ZS:1")
    assert [(gap.unit.source, gap.stale_since) for gap in disturbed.gaps] == [("worldbank", None)]
    series = "SELECT count(DISTINCT series_code) FROM core.indicator_observation WHERE publisher = 'worldbank'"
    assert home.rows(series) == [(10,)]


def test_what_is_refused_over_http_is_told_in_the_words_of_that_time(home: Home) -> None:
    """A gap says what became of the request itself, and so does a build made anew from landing alone."""
    faults = ("no_number@worldbank/ER.LND.PTLD.ZS:1", "redirect@unsdg/seriesCode=ER_RSK_LST:1")
    series, indicator = (gap.error for gap in home.run(*faults).gaps)
    assert "series ER_RSK_LST: 127.0.0.1:" in series
    assert "redirects to 192.0.2.1" in series
    assert "indicator ER.LND.PTLD.ZS: worldbank (127.0.0.1:" in indicator
    assert "is no number" in indicator
    assert not any("in landing" in text for text in (series, indicator))
    query = "SELECT reason FROM ops.gap ORDER BY source"
    told = home.rows(query)
    home.paths.build.unlink()
    with open_for_writing(sandbox_settings(home.folder, home.sandbox.url)) as build:
        assert build.execute(query).fetchall() == told


@pytest.mark.parametrize("fault", ["503", "half_json", "cut"])
def test_a_fault_of_the_server_at_one_series_costs_one_series(home: Home, fault: str) -> None:
    """All others are read, and the next run asks for it again."""
    indicators = list(WORLD_BANK)[0:5:4]
    parts = ["unsdg/seriesCode=ER_RSK_LST", *(f"worldbank/{code}" for code in indicators)]
    disturbed = home.run(*(f"{fault}@{part}:1" for part in parts))
    named = home.rows("SELECT source, what, kind FROM ops.gap ORDER BY ALL")
    assert named == [
        ("unsdg", "series ER_RSK_LST", "not_given"),
        *(("worldbank", f"indicator {code}", "not_given") for code in sorted(indicators)),
    ]
    assert len(disturbed.gaps) == 3
    assert not any("in landing" in gap.error for gap in disturbed.gaps)
    healed = home.run(max_age_hours=24)
    assert (healed.gaps, healed.content_hash) == ([], home.true)


def test_a_publisher_with_faults_at_everything_is_asked_little(home: Home) -> None:
    """Two things in a row with all their retries, then these and one more once again; not each thing."""
    since = home.sandbox.faults.injected["503"]
    disturbed = home.run("503@worldbank/indicator:1")
    assert [(gap.unit.source, gap.stale_since is not None) for gap in disturbed.gaps] == [("worldbank", True)]
    assert home.sandbox.faults.injected["503"] - since == 5 * 2
    healed = home.run(max_age_hours=24)
    assert (healed.gaps, healed.content_hash) == ([], home.true)


def test_what_made_the_audit_fail_is_asked_for_anew(home: Home) -> None:
    """A list that says that there is no publication any more stops the run, and the next one asks again instead of believing it."""
    with pytest.raises(AuditFailed):
        home.run("page_emptied@gbif/literature/search:1")
    since = len(home.sandbox.requests)
    healed = home.run(max_age_hours=24)
    assert (healed.gaps, healed.content_hash) == ([], home.true)
    assert any("/literature/search" in target for _, target, _ in home.sandbox.requests[since:])


def test_what_is_published_already_is_not_asked_for_again(home: Home) -> None:
    """For one source whose answers cannot be published nobody else is asked anew."""
    for country in ("KE", "ML"):
        extraction = Landing(home.paths.landing).latest("gbif_literature", country)
        assert extraction is not None
        extraction.doubt("as if it had failed before", extraction.started_at)
    with pytest.raises(AuditFailed):
        home.run("page_emptied@gbif/literature/search:1", max_age_hours=24)
    since = len(home.sandbox.requests)
    assert home.run(max_age_hours=24).content_hash == home.true
    asked = [target for _, target, _ in home.sandbox.requests[since:]]
    assert asked
    assert all("/literature/search" in target for target in asked)


def test_what_a_person_accepts_is_used_as_it_is(home: Home) -> None:
    """After a look at it, `--accept-change` publishes what was read, without asking anybody again."""
    with pytest.raises(AuditFailed):
        home.run("page_emptied@gbif/literature/search:1")
    since = len(home.sandbox.requests)
    accepted = home.run(max_age_hours=24, accept_change=True)
    assert accepted.content_hash != home.true
    assert home.sandbox.requests[since:] == []


def test_a_unit_that_failed_is_named_by_the_doctor_and_after_a_rebuild(home: Home) -> None:
    """With the publisher's words, and the day of the rows that stay."""
    home.run("503@gbif/literature:1", "null@cbd:1")
    told = status_of(home.paths).gaps
    assert [(source, unit) for source, unit, *_ in told] == [
        ("cbd", "world"),
        ("gbif_literature", "KE"),
        ("gbif_literature", "ML"),
    ]
    assert all(since is not None for *_, since in told)
    findings = {finding.name: finding.message for finding in examine(sandbox_settings(home.folder, home.sandbox.url))}
    assert "answered 503 to /v1/literature/search" in findings["gap gbif_literature KE"]
    assert "earlier rows of" in findings["gap cbd world"]
    home.paths.build.unlink()
    home.run_materialise()
    assert status_of(home.paths).gaps == told


def test_what_was_accepted_and_rolled_back_is_asked_for_anew(home: Home) -> None:
    """It is not what readers see, so the run that it stops lets the next one ask again."""
    with pytest.raises(AuditFailed):
        home.run("page_emptied@gbif/literature/search:1")
    assert home.run(max_age_hours=24, accept_change=True).content_hash != home.true
    roll_back(home.paths)
    with pytest.raises(AuditFailed):
        home.run(max_age_hours=24)
    healed = home.run(max_age_hours=24)
    assert (healed.gaps, healed.content_hash) == ([], home.true)


def test_what_was_computed_and_not_published_stays_out(home: Home) -> None:
    """A publication of all countries that failed leaves nothing in the next one of two."""
    with open_for_writing(sandbox_settings(home.folder, home.sandbox.url)) as build:
        materialise(build)
        ((countries,),) = build.execute("SELECT count(DISTINCT country_code) FROM metrics.metric_value").fetchall()
        assert countries > 2
    assert home.run(max_age_hours=24).content_hash == home.true


def test_a_group_that_gbif_does_not_know_is_kept_as_it_was(home: Home) -> None:
    """Its species stay in their group, so every number stays; the next run reads country and group anew."""
    disturbed = home.run("503@gbif/Aves:1")
    assert {(gap.unit.source, gap.unit.key) for gap in disturbed.gaps} >= {
        ("gbif_taxonomy", "world"),
        ("gbif_country", "KE"),
    }
    assert disturbed.content_hash == home.true
    healed = home.run(max_age_hours=24)
    assert (healed.gaps, healed.content_hash) == ([], home.true)


def test_without_a_group_no_number_that_counts_it_is_quoted(first: Home, sandbox: Sandbox, tmp_path: Path) -> None:
    """A first run without the birds: what counts them, alone or in a roll-up, says so; other groups are as they are."""
    home = Home(tmp_path, sandbox)
    home.run("503@gbif/Aves:1")
    query = "SELECT country_code, metric, taxon_group, year, value, reportable FROM metrics.metric_value WHERE taxon_group IN ({}) ORDER BY ALL"
    counting_birds = "'birds', 'animals', 'all'"
    assert not any(reportable for *_, reportable in home.rows(query.format(counting_birds)))
    assert any(reportable for *_, reportable in first.rows(query.format(counting_birds)))
    assert home.rows(query.format("'plants', 'mammals'")) == first.rows(query.format("'plants', 'mammals'"))
    assert ("group_not_given",) in home.rows(
        "SELECT DISTINCT reason FROM metrics.metric_value WHERE taxon_group = 'all'"
    )
    healed = home.run(max_age_hours=24)
    assert (healed.gaps, healed.content_hash) == ([], first.true)
