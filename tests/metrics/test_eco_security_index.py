"""Spec of `metrics.eco_security_index`: the sandbox's truth, scores that no other country moves, and gaps with reasons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest
from conftest import Warehouse
from small_index import LAND, LAW, SEA, SITES, definition, halves, measure, pillar
from small_world import country, every_treaty, observation
from truth import Truth

from ness_pipeline.build.database import open_build
from ness_pipeline.build.models import _run, models
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.index.components import component_rows
from ness_pipeline.index.country_scores import score_countries
from ness_pipeline.index.reading import published_definition, tables_of
from ness_pipeline.index.tables import index_rows, pillar_rows, states
from ness_pipeline.sandbox.world import World
from ness_pipeline.schemas.vocabulary import TREATIES

OWN = ("index_definition", "index_component", "index_pillar", "eco_security_index", "index_choice", "index_sensitivity")
BELOW = {"KE": 21.0, "TZ": 12.0, "ML": 3.0}


@pytest.fixture(scope="module", params=[
    pytest.param({"species": 400, "countries": ("KE", "ML", "NO")}, id="three countries"),
    pytest.param({}, id="default world", marks=pytest.mark.slow),
])  # fmt: skip
def truth(request: pytest.FixtureRequest) -> Truth:
    """The truth of a world of the sandbox."""
    return Truth(World(**request.param))


@pytest.fixture(scope="module")
def true_warehouse(truth: Truth, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A warehouse whose other metric tables hold the truth, with the index computed from them."""
    with open_build(tmp_path_factory.mktemp("index") / "build.duckdb") as connection:
        for name in sorted(tables_of(published_definition())):
            schema = {column.name: column.dtype for column in tables()[name].columns}
            frame = pl.DataFrame(truth.rows(name.removeprefix("metrics.")), schema=schema, orient="row")  # noqa: F841
            connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM frame")
        for code in truth.world.countries:
            Warehouse(connection).land("country", [country(code)])
        for name in ("core.country", *(f"metrics.{name}" for name in OWN)):
            _run(connection, models()[name], None)
        yield Warehouse(connection)


@pytest.mark.parametrize("name", ["index_component", "index_pillar", "eco_security_index", "index_choice"])
def test_index_equals_the_truth(true_warehouse: Warehouse, truth: Truth, name: str) -> None:
    """Every column of every row is what the sandbox's definitions give in plain Python, to 1e-12."""
    table = tables()[f"metrics.{name}"]
    true = {tuple(row[key] for key in table.grain): row for row in truth.rows(name)}
    stored = {tuple(row[key] for key in table.grain): row for row in true_warehouse.rows(f"FROM metrics.{name}")}
    assert stored.keys() == true.keys()
    assert len(stored) > 50
    for key, row in stored.items():
        assert row == pytest.approx(true[key], abs=1e-12), key


def test_truth_has_scores_and_gaps(truth: Truth) -> None:
    """The sandbox's countries show both: years with an index inside both of its ranges, and years without."""
    rows = truth.rows("eco_security_index")
    scored = [row for row in rows if row["reportable"]]
    assert scored
    assert len(scored) < len(rows)
    assert all(row["index_range_low"] <= row["eco_security_index"] < row["index_range_high"] for row in scored)
    assert all(row["index_missing_low"] <= row["eco_security_index"] <= row["index_missing_high"] for row in scored)


def test_order_is_last_of_all() -> None:
    """The index runs after every metric that it reads, and its sensitivity after it."""
    order = list(models())
    last = max(order.index(name) for name in tables_of(published_definition()))
    assert last < order.index("metrics.index_component") < order.index("metrics.eco_security_index")
    assert order.index("metrics.eco_security_index") < order.index("metrics.index_sensitivity")


def small_frame(warehouse: Any, small: Any = None, codes: list[str] | None = None) -> pl.DataFrame:
    """The index by a small definition, from what a warehouse holds."""
    small = small or definition()
    return index_rows(
        score_countries(component_rows(warehouse.connection, small, codes), small), small, states(warehouse.connection)
    )


def materialise(warehouse: Any, *codes: str) -> None:
    """Run the models whose numbers are in the small definition."""
    warehouse.materialise(*codes, only={"core.country", *tables_of(definition())})


def land(warehouse: Any, *codes: str, **more: Any) -> None:
    """Protected areas and treaties of some countries in 2020."""
    for code in codes:
        warehouse.land("country", [country(code, is_landlocked=code == "ML", **more)])
        warehouse.land("treaty_party", every_treaty(code, joined=5))
        warehouse.land("indicator_observation", [
            observation("ER.LND.PTLD.ZS", 2020, BELOW[code], code),
            observation("ER.MRN.PTMR.ZS", 2020, 6.0, code),
            observation("ER_PTD_TERR", 2020, 50.0, code),
        ])  # fmt: skip


def test_index_of_one_country(warehouse: Any) -> None:
    """Kenya protects 21 % of its land, 6 % of its sea and half of its sites and is party to five of ten treaties."""
    land(warehouse, "KE")
    materialise(warehouse)
    row = small_frame(warehouse).filter(year=2020).row(0, named=True)
    assert row["ecological_system"] == pytest.approx((0.7 + 0.2 + 0.5) / 3)
    assert row["security_system"] == pytest.approx(0.5)
    assert row["eco_security_index"] == pytest.approx((1.4 / 3 * 0.5) ** 0.5)
    assert row["index_range_low"] < row["eco_security_index"] < row["index_range_high"]
    assert (row["index_missing_low"], row["index_missing_high"]) == (row["eco_security_index"],) * 2
    assert (row["coverage"], row["missing"], row["reportable"]) == (1, None, True)


def test_landlocked_country_is_not_punished(warehouse: Any) -> None:
    """Mali has no sea: the marine measure counts nowhere and is not among the missing."""
    land(warehouse, "ML")
    materialise(warehouse)
    row = small_frame(warehouse).filter(year=2020).row(0, named=True)
    assert row["ecological_system"] == pytest.approx((0.1 + 0.5) / 2)
    assert (row["coverage"], row["missing"], row["reportable"]) == (1, None, True)


@pytest.mark.parametrize(
    ("gone", "reasons", "missing"),
    [
        ("ER.MRN.PTMR.ZS", (None, None, None), "marine_protected_pct: no_data"),
        ("ER.MRN.PTMR.ZS ER_PTD_TERR", ("half_missing", "too_little_covered", None), "marine_protected_pct: no_data; kba_terrestrial_pct: no_data"),
        (" ".join(TREATIES), ("half_missing", None, "too_little_covered"), "treaties_in_force_share: no_data"),
    ],
)  # fmt: skip
def test_country_with_half_of_its_data_missing(
    warehouse: Any, gone: str, reasons: tuple[str | None, ...], missing: str
) -> None:
    """A half may be quoted where two thirds of its weight are there, the index where both may; the row says what is missing."""
    land(warehouse, "KE")
    for name in gone.split():
        warehouse.connection.execute("DELETE FROM landed.indicator_observation WHERE series_code = ?", [name])
        warehouse.connection.execute("DELETE FROM landed.treaty_party WHERE treaty = ?", [name])
    materialise(warehouse)
    row = small_frame(warehouse).filter(year=2020).row(0, named=True)
    assert (row["reason"], row["ecological_reason"], row["security_reason"]) == reasons
    assert row["missing"] == missing
    assert row["reportable"] == (row["reason"] is None)


def test_missing_measure_at_its_worst_and_at_its_best(warehouse: Any) -> None:
    """Without the sea, Kenya's half is the mean of land and sites, and between what a sea of 0 and of 30 % would make it."""
    land(warehouse, "KE")
    warehouse.connection.execute("DELETE FROM landed.indicator_observation WHERE series_code = 'ER.MRN.PTMR.ZS'")
    materialise(warehouse)
    row = small_frame(warehouse).filter(year=2020).row(0, named=True)
    assert row["ecological_system"] == pytest.approx((0.7 + 0.5) / 2)
    assert row["ecological_missing_low"] == pytest.approx((0.7 + 0 + 0.5) / 3)
    assert row["ecological_missing_high"] == pytest.approx((0.7 + 1 + 0.5) / 3)
    assert row["index_missing_low"] == pytest.approx((1.2 / 3 * 0.5) ** 0.5)
    assert row["index_missing_high"] == pytest.approx((2.2 / 3 * 0.5) ** 0.5)
    assert row["coverage"] == pytest.approx(5 / 6)


def test_what_is_not_known_of_a_measure(warehouse: Any) -> None:
    """Lists speak of nine of ten treaties, and of four as joined: 4/9, which may be 4/10 or 5/10."""
    land(warehouse, "KE")
    warehouse.connection.execute("DELETE FROM landed.treaty_party WHERE treaty = 'nagoya_kuala_lumpur'")
    law = halves({"areas": pillar(LAND, SEA, SITES)}, {"law": pillar(measure("treaties_joined_share"))})
    small = definition(half=law)
    warehouse.materialise(only={"core.country", *tables_of(small)})
    row = small_frame(warehouse, small).filter(year=2020).row(0, named=True)
    ends = ("security_missing_low", "security_system", "security_missing_high")
    assert [row[name] for name in ends] == pytest.approx([4 / 10, 4 / 9, 5 / 10])
    assert (row["security_coverage"], row["missing"]) == (1, None)


def test_whole_weight_is_needed_beside_the_halves(warehouse: Any) -> None:
    """Both halves may be quoted, and yet too little of the whole weight has a value."""
    land(warehouse, "KE")
    warehouse.connection.execute("DELETE FROM landed.indicator_observation WHERE series_code = 'ER.MRN.PTMR.ZS'")
    materialise(warehouse)
    strict = definition(missing={"half_needs": "2/3", "index_needs": "9/10"})
    row = small_frame(warehouse, strict).filter(year=2020).row(0, named=True)
    assert (row["ecological_reportable"], row["security_reportable"]) == (True, True)
    assert (row["reportable"], row["reason"]) == (False, "too_little_covered")


def test_territory_has_halves_and_no_rank(warehouse: Any) -> None:
    """An area that is no member or observer of the United Nations keeps its scores, and its index may not be quoted."""
    land(warehouse, "KE", un_membership=None)
    materialise(warehouse)
    row = small_frame(warehouse).filter(year=2020).row(0, named=True)
    assert row["eco_security_index"] == pytest.approx((1.4 / 3 * 0.5) ** 0.5)
    assert (row["ecological_reportable"], row["security_reportable"]) == (True, True)
    assert (row["reportable"], row["reason"]) == (False, "no_state")


def test_years_with_other_measures_are_not_compared(warehouse: Any) -> None:
    """A sea that is first known in 2019 makes 2018 another index, and sites in 2020; from then on years are one series."""
    land(warehouse, "KE")
    warehouse.land(
        "indicator_observation", [observation("ER.LND.PTLD.ZS", year, 20.0) for year in (2017, 2018, 2019, 2022)]
    )
    warehouse.land("indicator_observation", [observation("ER.MRN.PTMR.ZS", 2019, 5.0)])
    materialise(warehouse)
    found = {
        row["year"]: row["same_measures_since"]
        for row in small_frame(warehouse).to_dicts()
        if 2017 <= row["year"] <= 2022
    }
    assert found == {2017: 2017, 2018: 2017, 2019: 2019, 2020: 2020, 2021: 2020, 2022: 2020}


def rows_of(warehouse: Any, code: str) -> list[pl.DataFrame]:
    """Every row of the index of one country, by the small definition and computed together with all countries."""
    small = definition()
    components = component_rows(warehouse.connection, small, None)
    frames = (
        components,
        pillar_rows(score_countries(components, small), small),
        index_rows(score_countries(components, small), small, states(warehouse.connection)),
    )
    return [frame.filter(country_code=code) for frame in frames]


def are_equal(before: list[pl.DataFrame], after: list[pl.DataFrame]) -> bool:
    """Whether all rows are the same to the last bit."""
    return all(one.equals(other) for one, other in zip(before, after, strict=True))


def test_no_country_moves_another(warehouse: Any) -> None:
    """Adding, backfilling and removing other countries changes no bit of a country's rows."""
    land(warehouse, "KE")
    materialise(warehouse)
    before = rows_of(warehouse, "KE")
    assert all(frame.height for frame in before)
    land(warehouse, "TZ", "ML")
    materialise(warehouse, "TZ", "ML")
    assert are_equal(rows_of(warehouse, "KE"), before)
    materialise(warehouse)
    assert are_equal(rows_of(warehouse, "KE"), before)
    of_tanzania = rows_of(warehouse, "TZ")
    warehouse.land("indicator_observation", [observation("ER.LND.PTLD.ZS", 2021, 29.0, "TZ")])
    materialise(warehouse, "TZ")
    assert are_equal(rows_of(warehouse, "KE"), before)
    assert not are_equal(rows_of(warehouse, "TZ"), of_tanzania)
    warehouse.connection.execute("DELETE FROM landed.indicator_observation WHERE country_code = 'TZ'")
    materialise(warehouse, "TZ")
    assert are_equal(rows_of(warehouse, "KE"), before)


def test_other_weights_are_another_index(warehouse: Any) -> None:
    """With all weight on the sites, the ecological half is their score, and the rows say which definition made them."""
    land(warehouse, "KE")
    materialise(warehouse)
    heavy = pillar(LAND | {"weight": 0}, SEA | {"weight": 0}, SITES | {"weight": 1})
    other = definition(half=halves({"areas": heavy}, {"law": pillar(LAW)}))
    row = small_frame(warehouse, other).filter(year=2020).row(0, named=True)
    assert row["ecological_system"] == pytest.approx(0.5)
    assert row["definition_version"] == other.digest != definition().digest


def test_only_the_countries_asked_for(warehouse: Any) -> None:
    """A computation for one country gives its rows alone, the same as with all others."""
    land(warehouse, "KE", "TZ")
    materialise(warehouse)
    both = small_frame(warehouse)
    assert small_frame(warehouse, codes=["TZ"]).equals(both.filter(country_code="TZ"))


def test_nothing_known_is_no_row(warehouse: Any) -> None:
    """Without any value of any year there is no row, and none of the tables minds."""
    warehouse.land("country", [country("KE")])
    warehouse.materialise(only=[f"metrics.{name}" for name in OWN])
    assert small_frame(warehouse).height == 0
    small = definition()
    assert pillar_rows(score_countries(component_rows(warehouse.connection, small, None), small), small).height == 0
    assert warehouse.rows("FROM metrics.eco_security_index") == []
