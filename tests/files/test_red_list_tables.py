"""Own Red List data from CSV: a national list, range shares, threats and genuine changes, in the contracts' columns."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from ness_pipeline.paths import Paths
from ness_pipeline.run.materialise import materialise_and_publish
from ness_pipeline.run.own_files import load_file
from ness_pipeline.settings import Settings

FILES = {
    "assessment": """species_key,taxon_group,assessment_year,red_list_category,is_possibly_extinct,scope,change_reason
a,birds,2010,VU,false,global,
a,birds,2020,CR,true,global,genuine
b,birds,2020,LC,false,global,
a,birds,2021,EN,,KE,
""",
    "country_species": """country_code,species_key,taxon_group,range_share
KE,a,birds,0.5
KE,b,birds,0.25
""",
    "threat": """species_key,threat_code,timing,scope,severity
a,5.3,ongoing,whole,rapid
a,8.1.2,ongoing,minority,slow_significant
""",
    "genuine_change": """species_key,scope,to_year,category_before,category_after
a,global,2020,NT,CR
""",
}


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """A home into which the four files have been loaded."""
    settings = Settings(_env_file=None, home=tmp_path / "home")
    for table, text in FILES.items():
        file = tmp_path / f"{table}.csv"
        file.write_text(text, encoding="utf-8")
        results = load_file(settings, file, table=table).results
        assert [(one.received, one.quarantined) for one in results] == [(text.count("\n") - 1, 0)]
    return settings


def test_own_files_make_every_red_list_metric(home: Settings) -> None:
    """Four files, no publisher: index, national index, responsibility and threats of the country are there."""
    materialise_and_publish(home, ["KE"])
    with duckdb.connect(str(Paths.of(home).published), read_only=True) as connection:

        def one(query: str) -> tuple[object, ...] | None:
            return connection.execute(query).fetchone()

        birds = "country_code = 'KE' AND taxon_group = 'birds'"
        index = f"SELECT red_list_index, change_policy, genuine_changes FROM metrics.red_list_index WHERE {birds} AND year ="
        assert one(f"{index} 2020") == (pytest.approx(1 - 2.5 / 3.75), "genuine_changes", 1)
        assert one(f"{index} 2010") == (pytest.approx(1 - 0.5 / 3.75), "genuine_changes", 0)
        assert one(f"SELECT national_red_list_index FROM metrics.national_red_list_index WHERE {birds}") == (pytest.approx(0.4),)  # fmt: skip
        assert one(f"SELECT extinction_risk_species, near_endemic_threatened_species FROM metrics.extinction_responsibility WHERE {birds}") == (0.5, 1)  # fmt: skip
        stars = connection.execute(f"SELECT threat_code, star FROM metrics.threat_abatement WHERE {birds} AND threat_level = 1 ORDER BY 1").fetchall()  # fmt: skip
        assert stars == [("5", pytest.approx(200 * 24 / 29)), ("8", pytest.approx(200 * 5 / 29))]
        (value,) = one("SELECT value FROM metrics.metric_value WHERE metric = 'red_list_index' AND taxon_group = 'birds' AND year = 2020") or (None,)  # fmt: skip
        assert value == pytest.approx(1 - 2.5 / 3.75)


def test_unknown_scope_of_a_list_is_refused(tmp_path: Path) -> None:
    """A list whose scope is no country is kept aside, while a threat's scope is a part of the population."""
    file = tmp_path / "list.csv"
    file.write_text("species_key,assessment_year,red_list_category,scope\na,2020,VU,Atlantis\n", encoding="utf-8")
    loaded = load_file(Settings(_env_file=None, home=tmp_path / "home"), file, table="assessment")
    assert [one.quarantined for one in loaded.results] == [1]
    assert "is no country of ISO 3166-1" in loaded.reasons[0].examples[0][0]
