"""The index from a published file: stored or by one's own definition, in the shell, without touching the file."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from conftest import Warehouse
from small_index import content, write
from small_world import country, every_treaty, groups, observation, species
from typer.testing import CliRunner

from ness_pipeline.ask.index_table import ask_index, ask_way, ask_without, index_tables
from ness_pipeline.build.database import open_build
from ness_pipeline.cli.commands import app
from ness_pipeline.errors import WrongUsage
from ness_pipeline.index.reading import definition_file, published_definition, read_definition
from ness_pipeline.names.years import Years
from ness_pipeline.paths import Paths
from ness_pipeline.publish.publication import publish
from ness_pipeline.settings import Settings

LAND = {"KE": 12.0, "TZ": 30.0}
OF_2020 = {
    "ER.MRN.PTMR.ZS": 6.0, "ER_PTD_TERR": 50.0, "ER_PTD_FRHWTR": 40.0, "ER_MRN_MPA": 30.0, "ER_RSK_LST": 0.8, "ER_H2O_IWRMD": 50.0,
    "AG_LND_FRSTMGT": 40.0, "EN_WWT_WWDS": 60.0, "ER_CBD_ABSCLRHS": 1.0, "ER_IAS_NATBUD": 1.0, "ER_IAS_NBSAP": 1.0, "ER_BDY_ABT2NP": 1.0,
}  # fmt: skip
"""What both countries have alike in 2019 and 2020; only their land differs."""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published file of two countries with protected areas, birds, mammals and treaties."""
    paths = Paths.of(Settings(home=tmp_path_factory.mktemp("home")))
    with open_build(paths.build) as connection:
        warehouse = Warehouse(connection)
        warehouse.land("taxon_group", groups(birds=(10, 10), mammals=(10, 10)), source="seeds")
        for code, land in LAND.items():
            warehouse.land("country", [country(code, subregion="Eastern Africa")])
            warehouse.land("treaty_party", every_treaty(code, joined=5))
            warehouse.land("indicator_observation", [
                observation(series, year, value, code)
                for year in (2019, 2020)
                for series, value in {"ER.LND.PTLD.ZS": land, **OF_2020}.items()
            ])  # fmt: skip
            for group in ("birds", "mammals"):
                warehouse.land("country_species", species(group, code, VU=2, LC=8))
        warehouse.materialise()
        publish(connection, paths, "test", is_synthetic=False, now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    return paths.published


def ask(published: Path, part: Any, definition: Any = None, **options: Any) -> pl.DataFrame:
    """Rows of one part of the index."""
    with index_tables(published, definition) as found:
        return ask_index(found, part, **options)


@pytest.mark.parametrize("part", ["index", "ranking", "pillars", "measures", "choices", "effect"])
def test_published_definition_computes_what_is_stored(published: Path, part: Any) -> None:
    """Computing anew with a copy of the published definition gives the stored rows, to the bit."""
    years = Years(2000, 2100)
    stored = ask(published, part, years=years)
    anew = ask(published, part, published_definition(), years=years)
    keys = [name for name in ("country_code", "year", "pillar", "metric", "taxon_group", "choice") if name in stored.columns]  # fmt: skip
    assert stored.height > 0
    assert anew.sort(keys).equals(stored.sort(keys))


def test_own_definition(published: Path, tmp_path: Path) -> None:
    """With all weight on the ecological half the index is that half, and neither code nor file was touched."""
    whole = content()
    whole["half"]["ecological_system"]["weight"], whole["half"]["security_system"]["weight"] = 1, 0
    own = read_definition(write(tmp_path, whole))
    before = published.read_bytes()
    assert ask(published, "measures", own).height == 8
    rows = {row["country_code"]: row for row in ask(published, "index", own).to_dicts()}
    for code, land in LAND.items():
        assert rows[code]["ecological_system"] == pytest.approx((land / 30 + 0.2 + 0.5) / 3)
        assert rows[code]["eco_security_index"] == pytest.approx(rows[code]["ecological_system"])
        assert rows[code]["definition_version"] == own.digest
    assert published.read_bytes() == before


def test_latest_year_unless_asked_for(published: Path) -> None:
    """Without years each country has one row, with years one for each of them."""
    assert ask(published, "index").get_column("country_code").sort().to_list() == ["KE", "TZ"]
    rows = ask(published, "index", countries=["KE"], years=Years(2019, 2020))
    assert rows.select("country_code", "year").rows() == [("KE", 2019), ("KE", 2020)]


def test_ranking_is_of_one_year_and_in_order(published: Path) -> None:
    """Tanzania protects more land and leads, also in 2025, for values of 2020 stand five years; a country that is asked for keeps its rank among all."""
    rows = ask(published, "ranking")
    assert rows.select("country_code", "year", "rank", "countries").rows() == [("TZ", 2025, 1, 2), ("KE", 2025, 2, 2)]
    assert ask(published, "ranking", countries=["KE"]).get_column("rank").to_list() == [2]


def test_without_a_measure(published: Path) -> None:
    """Without land alone the two are equal; a part that is not there is named with the nearest, before anything is shown."""
    with index_tables(published) as found:
        rows = {row["country_code"]: row for row in ask_without(found, "land_protected_pct").to_dicts()}
        assert (rows["KE"]["rank"], rows["KE"]["rank_without"], rows["KE"]["places"]) == (2, 1, -1)
        assert rows["KE"]["index_without"] == rows["TZ"]["index_without"]
        assert ask_without(found, "red_list_index").equals(ask_without(found, "official_red_list_index"))
        with pytest.raises(WrongUsage, match=r"3 times; name one of completeness_share .animals."):
            ask_without(found, "completeness_share")
        with pytest.raises(WrongUsage, match="called 'land_protectd_pct'; did you mean 'land_protected_pct'"):
            ask_without(found, "land_protectd_pct")


def test_way_from_measures_to_the_half(published: Path) -> None:
    """The points of the measures sum to the half, missing ones bring none, and the best nearby is named."""
    with index_tables(published) as found:
        way = ask_way(found, "KE", 2025)
        half = ask_index(found, "index", countries=["KE"]).to_dicts()[0]
    for name in ("ecological_system", "security_system"):
        points = [points for points in way.filter(half=name).get_column("points") if points is not None]
        assert sum(points) == pytest.approx(half[name])
    land = way.filter(metric="land_protected_pct").to_dicts()[0]
    assert (land["value"], land["score"], land["best_nearby"], land["best_nearby_country"]) == (
        12,
        0.4,
        30,
        "Country TZ",
    )
    assert way.filter(pl.col("score").is_null()).get_column("weight_used").unique().to_list() == [0]


def test_sensitivity_speaks_of_all_countries(published: Path) -> None:
    """Two countries are too few to say what drives the index, whichever definition is used."""
    for definition in (None, published_definition()):
        rows = ask(published, "sensitivity", definition, countries=["KE"])
        assert set(rows.get_column("reason")) == {"too_few_countries"}


def test_country_that_is_not_there(published: Path) -> None:
    """A country that the file does not have is named, with what to do."""
    with pytest.raises(WrongUsage, match="known of FR; load one first, as with `ness run FR` or `ness load`"):
        ask(published, "index", countries=["FR"])


def run(published: Path, *arguments: str) -> Any:
    """Run `ness index` in the home folder of a published file."""
    result = CliRunner().invoke(app, ["index", *arguments], env={"NESS_HOME": str(published.parent), "COLUMNS": "300"})
    assert result.exit_code == 0, result.output
    return result


def test_definition_is_printed_as_it_is(published: Path, tmp_path: Path) -> None:
    """`ness index --show` prints the file to the byte, so that it can be copied and computed with."""
    shown = run(published, "--show").stdout
    assert shown == definition_file().read_text(encoding="utf-8")
    own = tmp_path / "my.toml"
    own.write_text(shown, encoding="utf-8")
    assert published_definition().digest in run(published, "--definition", str(own)).stdout
    assert run(published, "--show", "--definition", str(own)).stdout == shown


def test_formats(published: Path) -> None:
    """All formats tell the same rows; only the table leaves columns out."""
    whole = ask(published, "ranking")
    assert json.loads(run(published, "--format", "json").stdout) == whole.to_dicts()
    assert pl.read_csv(io.StringIO(run(published, "--format", "csv").stdout)).columns == whole.columns
    parquet = run(published, "--format", "parquet").stdout_bytes
    assert pl.read_parquet(io.BytesIO(parquet)).equals(whole)
    table = run(published, "Kenya", "--part", "pillars").stdout
    assert "protected_areas" in table
    assert "TZ" not in table


def test_screens_name_what_they_show(published: Path) -> None:
    """The ranking names ranges and choices, a country its measures, and leaving out says how far ranks move."""
    ranking = run(published).stdout
    assert "what is missing" in ranking
    assert re.search(r"^ *2  Kenya +2025 ", ranking, re.MULTILINE)
    assert "ranks on average" in ranking
    kenya = run(published, "KE").stdout
    assert "Kenya, 2025: index" in kenya
    assert "rank 2 of 2 states" in kenya
    assert "12  2020  0 to 30" in re.sub(" +", "  ", kenya).replace("0  to  30", "0 to 30")
    assert (
        "Without land_protected_pct a state moves by 0.5 ranks on average"
        in run(published, "--without", "land_protected_pct").stdout
    )
