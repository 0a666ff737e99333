"""Spec of `metrics.species_diversity`: cube rows in, diversity per group and year out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from small_world import CODES, groups, records, species
from truth import estimators
from truth.metrics.species_diversity import diversity as plain


def land(warehouse: Any, cube: list[dict[str, Any]], listed: list[dict[str, Any]]) -> None:
    """Land groups, species and cube, and compute the metric."""
    warehouse.land("taxon_group", groups(), source="seeds")
    warehouse.land("country_species", listed)
    warehouse.land("occurrence_cube", cube)
    warehouse.materialise(only="metrics.species_diversity")


def diversity(warehouse: Any, cube: list[dict[str, Any]], listed: Any = None) -> dict[tuple[str, int | None], Any]:
    """Rows of the metric of one country by group and year; the species are four mammals and four ascomycetes."""
    land(warehouse, cube, listed or species("mammals", LC=4) + species("ascomycetes", NE=4))
    return {(row["taxon_group"], row["year"]): row for row in warehouse.rows("FROM metrics.species_diversity")}


def test_observed_richness_per_year(warehouse: Any) -> None:
    """The b3gbi example: species 1, 2 in 2001, 1, 3, 4 in 2002, 5 in 2003 are 2, 3 and 1 species, 5 over all years."""
    seen = {2001: [0, 1], 2002: [0, 2, 3], 2003: [4]}
    cube = [records(f"mammals-{place}", year, 10) for year, places in seen.items() for place in places]
    found = diversity(warehouse, cube, species("mammals", LC=5))
    assert [found["mammals", year]["observed_richness"] for year in (2001, 2002, 2003, None)] == [2, 3, 1, 5]
    assert [found["mammals", year]["occurrences"] for year in (2001, 2002, 2003, None)] == [20, 30, 10, 60]


def test_roll_ups_hold_their_groups(warehouse: Any) -> None:
    """Animals, fungi and all count the species of their groups; a year without records has no row."""
    found = diversity(warehouse, [records("mammals-0", 2001, 30), records("ascomycetes-0", 2002, 40)])
    assert {key: row["observed_richness"] for key, row in found.items()} == {
        ("mammals", 2001): 1, ("animals", 2001): 1, ("all", 2001): 1, ("mammals", None): 1, ("animals", None): 1,
        ("ascomycetes", 2002): 1, ("fungi", 2002): 1, ("all", 2002): 1, ("ascomycetes", None): 1, ("fungi", None): 1,
        ("all", None): 2,
    }  # fmt: skip


def test_species_outside_all_groups_count_nowhere(warehouse: Any) -> None:
    """A species without reporting group is in no row, not even in `all`."""
    assert diversity(warehouse, [records("x", 2001, 30)], [{"country_code": "KE", "species_key": "x"}]) == {}


@pytest.mark.parametrize(("occurrences", "reason"), [(19, "too_few_records"), (20, None)])
def test_twenty_records_are_needed(warehouse: Any, occurrences: int, reason: str | None) -> None:
    """Richness may be quoted from twenty records on."""
    row = diversity(warehouse, [records("mammals-0", 2001, occurrences)])["mammals", 2001]
    assert (row["observed_richness"], row["reportable"], row["reason"]) == (1, reason is None, reason)


@pytest.mark.parametrize("other", ["another checklist", None])
def test_keys_of_two_checklists_are_not_one_count(warehouse: Any, other: str | None) -> None:
    """Where a second or an unnamed checklist contributes, the richness is given but not to be quoted."""
    cube = [
        records("mammals-0", 2001, 30, checklist_key="one checklist"),
        records("mammals-1", 2002, 30, checklist_key=other),
    ]
    found = diversity(warehouse, cube)
    assert found["mammals", 2001]["reason"] is None
    assert (found["mammals", None]["reportable"], found["mammals", None]["reason"]) == (False, "mixed_checklists")


def test_cells_of_one_year_add_up(warehouse: Any) -> None:
    """Records in several cells are added, their species counted once."""
    cube = [records("mammals-0", 2001, 15, grid="eqdgc:2", cell_code=cell) for cell in ("E036S01AA", "E036S01AB")]
    row = diversity(warehouse, cube)["mammals", 2001]
    assert (row["occurrences"], row["observed_richness"]) == (30, 1)


NUMBERS_OF_SPECIES = {
    "mammals": ["mammals"],
    "animals": ["mammals"],
    "ascomycetes": ["ascomycetes"],
    "fungi": ["ascomycetes"],
    "all": ["mammals", "ascomycetes"],
}
cubes = st.dictionaries(
    st.tuples(st.sampled_from(["mammals", "ascomycetes"]), st.integers(0, 3), st.integers(2000, 2003)),
    st.integers(1, 15),
    max_size=20,
)


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(of_countries=st.lists(cubes, min_size=8, max_size=8))
def test_counts_equal_plain_python(warehouse: Any, of_countries: list[dict[tuple[str, int, int], int]]) -> None:
    """Any small cube of a country gives what a few lines of Python give."""
    warehouse.clear("taxon_group", "country_species", "occurrence_cube")
    land(
        warehouse,
        [
            records(f"{group}-{place}", year, count, code)
            for code, counts in zip(CODES, of_countries, strict=False)
            for (group, place, year), count in counts.items()
        ],
        [
            row
            for code, _ in zip(CODES, of_countries, strict=False)
            for row in species("mammals", code, LC=4) + species("ascomycetes", code, NE=4)
        ],
    )
    found = {
        (row["country_code"], row["taxon_group"], row["year"]): (row["occurrences"], row["observed_richness"])
        for row in warehouse.rows("FROM metrics.species_diversity")
    }
    expected = {}
    for code, counts in zip(CODES, of_countries, strict=False):
        for group, members in NUMBERS_OF_SPECIES.items():
            for wanted in (2000, 2001, 2002, 2003, None):
                inside = {key: n for key, n in counts.items() if key[0] in members and wanted in {None, key[2]}}
                if inside:
                    expected[code, group, wanted] = (sum(inside.values()), len({key[:2] for key in inside}))
    assert found == expected


SPIDER = [46, 22, 17, 15, 15, 9, 8, 6, 6, 4, 2, 2, 2, 2] + [1] * 12


def of_vectors(warehouse: Any, vectors: Sequence[Sequence[int]]) -> list[Any]:
    """Rows of the year 2001 for mammals with these records each; every vector is a country."""
    warehouse.clear("taxon_group", "country_species", "occurrence_cube")
    codes = CODES[: len(vectors)]
    cube = [
        records(f"mammals-{place}", 2001, count, code)
        for code, abundances in zip(codes, vectors, strict=True)
        for place, count in enumerate(abundances)
    ]
    listed = [
        row
        for code, abundances in zip(codes, vectors, strict=True)
        for row in species("mammals", code, LC=len(abundances))
    ]
    land(warehouse, cube, listed)
    rows = warehouse.rows("FROM metrics.species_diversity WHERE taxon_group = 'mammals' AND year = 2001")
    of_country = {row["country_code"]: row for row in rows}
    return [of_country[code] for code in codes]


def of_vector(warehouse: Any, abundances: list[int]) -> Any:
    """The row of the year 2001 for mammals with these records each."""
    return of_vectors(warehouse, [abundances])[0]


def test_spiders_of_the_girdled_trees(warehouse: Any) -> None:
    """The girdled-tree spiders of iNEXT give what iNEXT prints, and the closed form's interval."""
    row = of_vector(warehouse, SPIDER)
    counts = {name: row[name] for name in ("occurrences", "observed_richness", "singletons", "doubletons")}
    assert counts == {"occurrences": 168, "observed_richness": 26, "singletons": 12, "doubletons": 4}
    assert row["chao1_inext_richness"] == pytest.approx(43.892857, abs=5e-7)
    bounds = (row["chao1_inext_richness_lower"], row["chao1_inext_richness_upper"])
    assert bounds == (pytest.approx(30.511, abs=5e-4), pytest.approx(96.971, abs=5e-3))
    assert row["sample_coverage_share"] == pytest.approx(0.928855439, abs=5e-10)
    assert (row["hill_1"], row["hill_1_asymptotic"]) == pytest.approx((12.059650, 13.826253), abs=5e-7)
    assert (row["hill_2"], row["hill_2_asymptotic"]) == pytest.approx((7.84, 8.174825), abs=5e-7)
    assert row["es50_richness"] == pytest.approx(15.030098316, abs=5e-10)
    assert row["pielou_evenness"] == pytest.approx(0.764208544, abs=5e-10)
    assert row["williams_evenness"] == pytest.approx(0.695610346, abs=5e-10)
    assert row["standardised_records"] == pytest.approx(256.525292510520, abs=1e-9)
    (sizes,) = warehouse.rows(f"SELECT {SIZES} FROM ({FREQUENCIES})")
    assert list(sizes.values()) == pytest.approx([20.459426, 0.899514, 0.963570, 1.0, 18.912, 30.883, 34.731], abs=5e-4)
    assert sizes["es100"] == pytest.approx(20.459426, abs=5e-7)
    assert (sizes["half"], sizes["double"]) == pytest.approx((0.899514, 0.963570), abs=5e-7)


FREQUENCIES = """
SELECT list(struct_pack(x := x, species := species) ORDER BY x) AS f
FROM (SELECT occurrences AS x, count(*) AS species FROM core.occurrence_cube GROUP BY x)
"""
SIZES = """
expected_species(f, 100, 168) AS es100,
coverage_at(f, 12, 4, 84, 168, 168) AS half,
coverage_at(f, 12, 4, 336, 168, 168) AS double,
richness_at(f, 12, 4, 1, 168) AS q1, richness_at(f, 12, 4, 84, 168) AS q84,
richness_at(f, 12, 4, 248, 168) AS q248, richness_at(f, 12, 4, 336, 168) AS q336
"""


SMALL_VECTORS = [
    ([1, 1, 4, 2, 5, 2, 4, 1, 2], "chao1_bias_corrected_richness", 9.75),
    ([1, 1, 4, 2, 5, 2, 4, 1, 2], "chao1_inext_richness", 9 + 21 / 22 * 1.5),
    ([2, 2, 4, 5], "chao1_bias_corrected_richness", 4),
    ([1, 1, 4, 5], "chao1_bias_corrected_richness", 5),
    ([1, 1, 1, 2, 3, 5, 10, 25], "chao1_inext_richness", 12.40625),
    ([1, 1, 1, 1, 3, 5, 10, 25], "chao1_inext_richness", 8 + 46 / 47 * 6),
    ([10, 5, 3, 2, 1], "pielou_evenness", 0.8337661136),
    ([10, 5, 3, 2, 1], "williams_evenness", 0.6205389),
    ([60, 30, 10], "hill_1", 2.454555596),
    ([60, 30, 10], "hill_2", 2.173913043),
    ([60, 30, 10], "es50_richness", 2.999406580326),
]


def test_small_vectors(warehouse: Any) -> None:
    """The small vectors of scikit-bio, copia, b3gbi and obisindicators give their numbers."""
    rows = of_vectors(warehouse, [abundances for abundances, _, _ in SMALL_VECTORS])
    for row, (abundances, column, expected) in zip(rows, SMALL_VECTORS, strict=True):
        assert row[column] == pytest.approx(expected, rel=1e-6), (abundances, column)


def test_intervals_of_chao1(warehouse: Any) -> None:
    """scikit-bio's intervals of the bias-corrected and of the classic form, to the hundredth part."""
    row = of_vector(warehouse, [1, 1, 4, 2, 5, 2, 4, 1, 2])
    corrected = [row[f"chao1_bias_corrected_richness_{side}"] for side in ("lower", "upper")]
    assert corrected == pytest.approx([9.07, 17.45], rel=0.01)
    (classic,) = warehouse.rows(
        "SELECT e, chao_lower(9, e, v) AS lower, chao_upper(9, e, v) AS upper "
        "FROM (SELECT chao_classic_richness(9, 3, 3) AS e, chao_classic_variance(9, 3, 3) AS v)"
    )
    assert list(classic.values()) == pytest.approx([10.5, 9.17, 21.89], rel=0.01)


def test_es50_keeps_its_digits(warehouse: Any) -> None:
    """Three records of 10^8 and of 10^9, where the log-gamma form loses them all."""
    (row,) = warehouse.rows("SELECT drawn_share(3, 50, 100000000) AS a, drawn_share(3, 50, 1000000000) AS b")
    assert (row["a"], row["b"]) == pytest.approx((1.49999926500e-6, 1.49999992650e-7), rel=1e-11)


def test_rarefaction_keeps_its_digits(warehouse: Any) -> None:
    """Half of a million records and three drawn, or the other way round, are the product of three factors."""
    (row,) = warehouse.rows("SELECT missed_share(500000, 3, 1000000) AS a, missed_share(3, 500000, 1000000) AS b")
    product = math.prod(1 - 500_000 / (1_000_000 - j) for j in range(3))
    assert (row["a"], row["b"]) == pytest.approx((product, product), rel=1e-14)


def test_common_species_beyond_the_sample(warehouse: Any) -> None:
    """The spiders' Shannon diversity rises from 12.06 towards 13.83 with the slope of the last record, as in iNEXT."""
    row = of_vector(warehouse, SPIDER)
    beyond = row["standardised_records"] - 168
    without_last = math.exp(estimators.entropy_at(SPIDER, 168, 167))
    observed, limit = row["hill_1"], row["hill_1_asymptotic"]
    slope = (observed - without_last) / (limit - without_last)
    assert row["standardised_hill_1"] == pytest.approx(observed + (limit - observed) * (1 - (1 - slope) ** beyond), rel=1e-11)  # fmt: skip
    assert observed < row["standardised_hill_1"] < limit
    pairs = sum(x * (x - 1) for x in SPIDER) / (168 * 167)
    size = row["standardised_records"]
    assert row["standardised_hill_2"] == pytest.approx(1 / (1 / size + (1 - 1 / size) * pairs), rel=1e-12)


@pytest.mark.parametrize("drawn", [2, 200_000, 439_051])
def test_entropy_of_a_large_sample_keeps_its_digits(warehouse: Any, drawn: int) -> None:
    """Hundreds of thousands of records: every so many terms of the expectation stand for all of them."""
    abundances = [50, 9_000, 30_000, 400_000, 1, 1]
    listed = "[" + ", ".join(f"{{'x': {x}e0, 'species': 1e0}}" for x in abundances) + "]"
    (row,) = warehouse.rows(f"SELECT rarefied_entropy({listed}, {drawn}e0, 439052, 439052) AS entropy")
    assert row["entropy"] == pytest.approx(estimators.entropy_at(abundances, 439_052, drawn), rel=1e-12)


def test_singletons_that_are_just_the_share_not_covered(warehouse: Any) -> None:
    """One singleton of twenty records: 95 % are covered when no other species can be missing, at 19 records."""
    row = of_vector(warehouse, [1, 2, 2, 2, 3, 3, 3, 4])
    assert row["standardised_records"] == pytest.approx(19, rel=1e-12)
    assert row["standardised_richness"] == pytest.approx(7.95, rel=1e-12)


NOT_COMPUTABLE = [
    (
        [1],
        {"sample_coverage_share", "hill_2_asymptotic", "es50_richness", "standardised_richness", "pielou_evenness"},
        {"reason": "too_few_records"},
    ),
    ([5], {"es50_richness", "pielou_evenness", "williams_evenness"}, {"evenness_reason": "too_few_records"}),
    ([50], {"pielou_evenness", "williams_evenness"}, {"reason": None, "evenness_reason": "too_few_species"}),
    (
        [1] * 30,
        {"hill_2_asymptotic", "standardised_richness", "es50_richness"},
        {
            "reason": None,
            "estimate_reason": "all_singletons",
            "standardised_reason": "coverage_too_low",
            "es50_reason": "too_few_records",
        },
    ),
    ([20, 30, 40], set(), {"reason": None, "estimate_reason": None, "standardised_reason": None}),
]


def test_a_number_that_cannot_be_is_null_with_a_reason(warehouse: Any) -> None:
    """One record, one species, only singletons: NULL and why, never NaN, infinity or a made-up one."""
    rows = of_vectors(warehouse, [abundances for abundances, _, _ in NOT_COMPUTABLE])
    for row, (abundances, missing, reasons) in zip(rows, NOT_COMPUTABLE, strict=True):
        assert {name: row[name] for name in missing} == dict.fromkeys(missing), abundances
        assert {name: row[name] for name in reasons} == reasons, abundances
        assert all(math.isfinite(value) for value in row.values() if isinstance(value, float)), abundances


def test_rarity_by_abundance(warehouse: Any) -> None:
    """The b3gbi example: 10 and 20 records in 2001, 5 and 15 in 2002 are 5.833 and 6.667."""
    cube = [records("mammals-0", 2001, 10), records("mammals-1", 2001, 20), records("mammals-0", 2002, 5), records("mammals-2", 2002, 15)]  # fmt: skip
    found = diversity(warehouse, cube)
    rarity = [found["mammals", year]["abundance_rarity"] for year in (2001, 2002, None)]
    assert rarity == pytest.approx([5 + 5 / 6, 6 + 2 / 3, 50 / 15 + 50 / 20 + 50 / 15], rel=1e-12)


vectors = st.lists(st.one_of(st.integers(1, 4), st.integers(1, 60), st.integers(1, 3000)), min_size=1, max_size=40)
SPECIAL = [
    [1],  # one record
    [7],  # one species
    [3, 4, 5, 80],  # no singletons and no doubletons
    [1] * 25,  # singletons only
    [1, 2, 30],  # one singleton, one doubleton
]


@settings(max_examples=2, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(of_countries=st.lists(vectors, min_size=12, max_size=12))
@example(SPECIAL)
def test_every_estimator_equals_plain_python(warehouse: Any, of_countries: list[list[int]]) -> None:
    """Every number of the row is that of the textbook formulas in plain Python, to twelve digits."""
    for row, abundances in zip(of_vectors(warehouse, of_countries), of_countries, strict=True):
        expected = plain(abundances)
        assert {name: row[name] for name in expected} == {
            name: pytest.approx(value, rel=1e-12, abs=1e-12) if isinstance(value, float) else value
            for name, value in expected.items()
        }, abundances
        assert row["hill_2"] <= row["hill_1"] * (1 + 1e-12) <= row["observed_richness"] * (1 + 2e-12)
        # Between one and two records the entropy is interpolated, and may be less than the inverse Simpson index.
        if (row["standardised_records"] or 0) >= 2:
            orders = [row[name] for name in ("standardised_hill_2", "standardised_hill_1", "standardised_richness")]
            assert orders == pytest.approx(sorted(orders), rel=1e-9)
