"""Spec of `metrics.national_red_list_index`: a country's own Red List in, loaded as users do, its index out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
from fates import assessed, index, living, states

from ness_pipeline.operations import load_file, materialise_and_publish
from ness_pipeline.paths import Paths
from ness_pipeline.settings import Settings

INDEX = "national_red_list_index"
NORWAY_2010 = {"LC": 16762, "NT": 1310, "VU": 1265, "EN": 890, "CR": 284, "RE": 127}
NORWAY_2010_ADJUSTED = {"LC": 16745, "NT": 1302, "VU": 1266, "EN": 908, "CR": 290, "RE": 127, "DD": 809}


def rows(warehouse: Any) -> dict[tuple[str, str, int], dict[str, Any]]:
    """Rows of the metric by country, group and year."""
    index(warehouse)
    found = warehouse.rows("FROM metrics.national_red_list_index")
    return {(row["country_code"], row["taxon_group"], row["year"]): row for row in found}


@pytest.mark.parametrize(
    ("counts", "expected"), [(NORWAY_2010, 0.9197500), (NORWAY_2010_ADJUSTED, 0.9190522)], ids=["published", "adjusted"]
)
def test_norwegian_red_list_from_a_file(tmp_path: Path, counts: dict[str, int], expected: float) -> None:
    """The Norwegian list of 2010, loaded from CSV, computed and published, gives its published index."""
    lines = ["species_key,taxon_group,assessment_year,red_list_category,scope"]
    listed = [category for category, number in counts.items() for _ in range(number)]
    lines += [f"no-{place},insects,2010,{category},NO" for place, category in enumerate(listed)]
    file = tmp_path / "norway.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    settings = Settings(_env_file=None, home=tmp_path / "home")
    loaded = load_file(settings, file, table="assessment")
    assert [(one.received, one.loaded) for one in loaded.results] == [(len(listed), len(listed))]
    materialise_and_publish(settings, ["NO"])
    with duckdb.connect(str(Paths.of(settings).published), read_only=True) as connection:
        found = connection.execute(
            f"SELECT {INDEX}_with_first_extinct, species, first_extinct_species, reportable FROM metrics.{INDEX} "
            "WHERE country_code = 'NO' AND taxon_group = 'insects' AND year = 2010"
        ).fetchall()
    assert found == [(pytest.approx(expected, abs=5e-8), len(listed), 127, True)]


def test_own_list_is_another_number_than_the_global_one(warehouse: Any) -> None:
    """National categories leave the global index alone, and the global ones the national index."""
    warehouse.land("country_species", [living("a", "birds")])
    warehouse.land("assessment", [assessed("a", "birds", 2020, "LC"), assessed("a", None, 2021, "CR", "KE")])
    national = rows(warehouse)
    assert index(warehouse)["KE", "birds", 2020]["red_list_index"] == 1.0
    assert set(national) == {("KE", group, 2021) for group in ("birds", "animals", "all")}
    assert national["KE", "birds", 2021][INDEX] == pytest.approx(0.2)


def test_better_knowledge_is_no_trend(warehouse: Any) -> None:
    """Changes with a reason that is not genuine go back to the first list; without reasons the change is marked."""
    for place in range(20):
        for code, reason in (("KE", "new_information"), ("TZ", None)):
            key = f"{code}{place}"
            warehouse.land("assessment", [
                assessed(key, "birds", 2000, "LC", code), assessed(key, "birds", 2010, "NT", code, change_reason=reason),
            ])  # fmt: skip
    found = rows(warehouse)
    known, unknown = found["KE", "birds", 2010], found["TZ", "birds", 2010]
    assert (known[f"{INDEX}_change"], known["change_reason"]) == (0.0, "too_few_genuine_changes")
    assert (unknown[f"{INDEX}_change"], unknown["change_reason"]) == (pytest.approx(-0.02), "changes_not_explained")


def test_data_deficient_bounds_and_roll_ups(warehouse: Any) -> None:
    """Bounds of a group are exact; a roll-up is the mean of its groups in the years that all of them have."""
    pool = states({"LC": 3, "VU": 1, "CR": 1, "DD": 2})
    warehouse.land("assessment", [assessed(f"b{i}", "birds", 2015, state, "KE") for i, state in enumerate(pool)])
    warehouse.land("assessment", [assessed(f"m{i}", "mammals", 2015, "EN", "KE") for i in range(2)])
    warehouse.land("assessment", [assessed(f"m{i}", "mammals", 2019, "EN", "KE") for i in range(2)])
    found = rows(warehouse)
    birds = found["KE", "birds", 2015]
    assert [birds[f"{INDEX}_{name}"] for name in ("lower", "p50", "upper")] == pytest.approx([0.6, 27 / 35, 29 / 35])
    assert found["KE", "animals", 2015][INDEX] == pytest.approx((1 - 6 / 25 + 0.4) / 2)
    assert ("KE", "animals", 2019) not in found


@pytest.mark.parametrize(
    ("pool", "reason", "value"), [(["DD", "DD"], "all_data_deficient", None), (["EX"], "no_assessed_species", None), (["LC", "NE"], None, 1.0)]
)  # fmt: skip
def test_reasons(warehouse: Any, pool: list[str], reason: str | None, value: float | None) -> None:
    """What cannot be judged is NULL with its reason; species that were not evaluated do not count."""
    warehouse.land("assessment", [assessed(f"b{i}", "birds", 2015, state, "KE") for i, state in enumerate(pool)])
    row = rows(warehouse)["KE", "birds", 2015]
    assert (row[INDEX], row["reason"], row["reportable"]) == (value, reason, reason is None)
