"""National statistics of Protected Planet: each trap of the API has an answer named for it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest
from pydantic import SecretStr
from replies import lost, read, replies

from ness_pipeline.build.load import check
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.errors import SchemaDrift, WrongUsage
from ness_pipeline.landing.http import Session
from ness_pipeline.landing.request import Fetch, Payload, Request
from ness_pipeline.landing.units import Unit
from ness_pipeline.landing.zone import Landing
from ness_pipeline.names.years import Years
from ness_pipeline.run.plan import plan_refresh
from ness_pipeline.sandbox import serve
from ness_pipeline.sandbox.world import World
from ness_pipeline.settings import Settings
from ness_pipeline.sources.extract import extract
from ness_pipeline.sources.protected_planet import SOURCES

PATH = "/v4/countries/KEN?with_geometry=false"


def values(name: str) -> dict[str, tuple[float | None, str]]:
    """Series to value and status."""
    (found,) = read(SOURCES[0], replies({PATH: f"protected_planet/{name}"}), "KE")
    return {row["series_code"]: (row["value"], row["value_status"]) for row in found.frame.to_dicts()}


def test_land_sea_and_oecms() -> None:
    """Land and sea have their own series, and coverage with OECMs stands beside coverage without."""
    found = values("land_sea_and_oecms.json")
    assert found["PP_LAND_PA_PCT"] == (12.36, "observed")
    assert found["PP_LAND_PA_OECM_PCT"] == (12.95, "observed")
    assert found["PP_EEZ_PA_PCT"] == (0.8, "observed")
    assert found["PP_EEZ_KM2"] == (112400.0, "observed")
    assert found["PP_LAND_PAME_PCT"] == (4.5, "observed")


def test_rows_meet_the_contract() -> None:
    """Rows load, and stand for the year in which they were read, also when other years were asked for."""
    (batch,) = read(SOURCES[0], replies({PATH: "protected_planet/land_sea_and_oecms.json"}), "KE", "2000:2010")
    valid, refused = check(tables()["core.indicator_observation"], batch.frame, "protected_planet")
    assert refused.height == 0
    assert set(valid["year"]) == {2026}
    assert set(valid["release"]) == {"2026-10"}


def test_token_without_oecm_members() -> None:
    """What the token may not see is missing, never zero."""
    found = values("token_without_oecm_members.json")
    assert found["PP_LAND_PA_OECM_PCT"] == (None, "missing")
    assert found["PP_LAND_PA_PCT"] == (12.36, "observed")


def test_landlocked_with_null_sea() -> None:
    """Null sea numbers are missing."""
    found = values("landlocked_with_null_sea.json")
    assert {found[name] for name in found if name.startswith("PP_EEZ")} == {(None, "missing")}


def test_percentage_as_text() -> None:
    """A number written as text is that number."""
    assert values("percentage_as_text.json")["PP_LAND_PA_PCT"] == (12.36, "observed")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("statistics_gone.json", "without `statistics`: the token has no permission"),
        ("percentage_that_is_no_number.json", "percentage_pa_land_cover is 'n/a' instead of a number"),
    ],
)
def test_what_is_not_given_costs_itself(name: str, says: str) -> None:
    """Statistics that the token may not see, and one that is no number, are named; the rest is loaded."""
    (found,) = read(SOURCES[0], replies({PATH: f"protected_planet/{name}"}), "KE")
    (why,) = lost([found]).values()
    assert says in why
    assert found.frame.height == 12 - len(found.lost[0].where["series_code"]) if "without" in says else 11


def test_another_country_stops_the_unit() -> None:
    """An answer about another country is none."""
    with pytest.raises(SchemaDrift, match="answered 'TZA' for KE"):
        values("another_country.json")


def test_statistic_added(caplog: pytest.LogCaptureFixture) -> None:
    """A new statistic is noted and harms nothing."""
    assert values("statistic_added.json")["PP_LAND_PA_PCT"] == (12.36, "observed")
    assert "new field 'percentage_restored'" in caplog.text


def test_country_that_is_not_listed_has_no_rows() -> None:
    """404 is an answer: the publisher lists no site there."""
    inner = replies({PATH: {"error": "not_found"}})

    def fetch(request: Request) -> Payload:
        assert request.accepts == (404,)
        return dataclasses.replace(inner(request), status=404)

    found_by: Fetch = fetch
    (batch,) = read(SOURCES[0], found_by, "KE")
    assert batch.frame.height == 0


def test_a_run_without_token_leaves_the_source_out(tmp_path: Path) -> None:
    """Without NESS_PROTECTED_PLANET_TOKEN the source takes no part, and asking for it says what is missing."""
    without = Settings(_env_file=None, home=tmp_path)
    national = plan_refresh(without, ["KE"], "2000:2025").national
    assert "protected_planet" not in {unit.source for unit in national}
    with pytest.raises(WrongUsage, match="NESS_PROTECTED_PLANET_TOKEN"):
        plan_refresh(without, ["KE"], "2000:2025", only=["protected_planet"])


def test_the_sandbox_speaks_like_the_publisher_and_the_token_stays_out_of_landing(tmp_path: Path) -> None:
    """Through a real server: rows are those of the world, and no file of the landing zone holds the token."""
    world = World(species=400)
    with serve(world) as sandbox:
        settings = Settings(_env_file=None, home=tmp_path).for_sandbox(sandbox.url)
        settings = settings.model_copy(update={"protected_planet_token": SecretStr("unmistakable-token-0123")})
        landing = Landing(str(tmp_path / "landing"))
        with Session(settings) as session:
            for code in ("KE", "ML", world.countries[-1]):
                unit = Unit("protected_planet", code, Years(2000, 2025))
                extract(
                    unit, landing, settings, session.send, max_age=dt.timedelta(days=1), now=dt.datetime.now(dt.UTC)
                )
        assert any("token=unmistakable-token-0123" in target for _, target, _ in sandbox.requests)
    kept = b"".join(file.read_bytes() for file in (tmp_path / "landing").rglob("*") if file.is_file())
    assert b"unmistakable" not in kept
    assert kept
    answers = {}
    for code in ("KE", "ML", world.countries[-1]):
        landed = landing.latest("protected_planet", code)
        assert landed is not None
        (batch,) = read(SOURCES[0], landed.replay(), code)
        answers[code] = {row["series_code"]: row["value"] for row in batch.frame.to_dicts()}
    assert answers["KE"]["PP_LAND_PA_KM2"] == world.estates["KE"].land_protected
    assert answers["ML"]["PP_EEZ_PA_KM2"] is None
    assert answers[world.countries[-1]] == {}
