"""Spec of `metrics.assessment_coverage`: what was observed in, how much of it the Red List has looked at out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_world import CODES, groups, records, species

from ness_pipeline.schemas.vocabulary import RED_LIST_CATEGORIES, ROLL_UPS, TAXON_GROUPS

GROUPS = [*TAXON_GROUPS, *ROLL_UPS]


def coverage(warehouse: Any, rows: list[dict[str, Any]], cube: Any = ()) -> dict[tuple[str, str], Any]:
    """Rows of the metric by country and group."""
    warehouse.land("taxon_group", groups(), source="seeds")
    warehouse.land("country_species", rows)
    warehouse.land("occurrence_cube", list(cube))
    warehouse.materialise(only="metrics.assessment_coverage")
    return {
        (row["country_code"], row["taxon_group"]): row for row in warehouse.rows("FROM metrics.assessment_coverage")
    }


def test_the_fungi_gap(warehouse: Any) -> None:
    """Of the world's described species 96,115 of 1,534,507 animals and 1,351 of 157,648 fungi are assessed (IUCN 2026-1)."""
    found = coverage(warehouse, species("mammals", LC=15, DD=3, NE=2) + species("ascomycetes", VU=1, DD=2, NONE=17))
    fungi, animals = found["KE", "fungi"], found["KE", "animals"]
    assert (fungi["observed_species"], fungi["assessed_species"], fungi["data_deficient"]) == (20, 3, 2)
    assert (fungi["assessed_share"], fungi["evaluated_share"]) == (0.15, 0.05)
    assert fungi["world_assessed_share"] == fungi["world_assessed_species"] / fungi["described_species"]
    assert fungi["gap_to_animals"] == pytest.approx(96_115 / 1_534_507 - 1351 / 157_648)
    assert (fungi["reportable"], fungi["gap_reportable"]) == (True, True)
    assert (animals["assessed_share"], animals["gap_to_animals"]) == (0.9, 0)


def test_recording_more_never_makes_the_gap_smaller(warehouse: Any) -> None:
    """500 insects that somebody records, and nobody has assessed, change the share of those recorded and not the gap."""
    few = coverage(warehouse, species("mammals", LC=18, NE=2) + species("ascomycetes", NE=20))["KE", "fungi"]
    warehouse.clear("taxon_group", "country_species")
    recorded = species("mammals", LC=18, NE=2) + species("ascomycetes", NE=20) + species("insects", NE=500)
    many = coverage(warehouse, recorded)
    assert many["KE", "animals"]["assessed_share"] == pytest.approx(18 / 520)
    assert many["KE", "fungi"]["gap_to_animals"] == few["gap_to_animals"] > 0


def test_a_group_that_nobody_saw_has_a_row(warehouse: Any) -> None:
    """A country with known species has a row for every group and roll-up, with 0 observed and no share."""
    found = coverage(warehouse, species("mammals", LC=12))
    assert sorted(group for _, group in found) == sorted(GROUPS)
    row = found["KE", "ascomycetes"]
    assert (row["observed_species"], row["assessed_share"], row["gap_to_animals"]) == (0, None, None)
    assert (row["reason"], row["gap_reason"]) == ("too_few_species", "no_described_count")


@pytest.mark.parametrize(("observed", "reportable"), [(9, False), (10, True)])
def test_ten_species_are_needed(warehouse: Any, observed: int, reportable: bool) -> None:  # noqa: FBT001
    """Shares may be quoted from ten observed species on."""
    row = coverage(warehouse, species("ferns", LC=observed))["KE", "ferns"]
    assert (row["reportable"], row["reason"]) == (reportable, None if reportable else "too_few_species")


def test_only_observed_species_count(warehouse: Any) -> None:
    """A listed species counts once it has a record, in the list or in the cube; an introduced one counts as well."""
    rows = species("mammals", LC=4)
    rows[0]["occurrences"] = None
    rows[1]["occurrences"] = 0
    rows[2] |= {"occurrences": 4, "introduced_occurrences": 4}
    rows[3]["occurrences"] = None
    found = coverage(warehouse, rows, [records("mammals-3", 2020, 1)])
    assert found["KE", "mammals"]["observed_species"] == 2


@pytest.mark.parametrize(("other", "reason"), [("col", None), ("old", "mixed_checklists"), (None, "mixed_checklists")])
def test_keys_of_two_checklists_are_not_one_count(warehouse: Any, other: str | None, reason: str | None) -> None:
    """Where a second or an unnamed checklist contributes records, the share is given but not to be quoted."""
    rows = [row | {"checklist_key": "col"} for row in species("mammals", LC=12)]
    listed = [row | {"checklist_key": "iucn", "occurrences": None} for row in species("mammals", start=20, LC=3)]
    own = [row | {"checklist_key": "col", "occurrences": None} for row in species("birds", LC=12)]
    cube = [records(row["species_key"], 2020, 5, checklist_key="col") for row in own]
    warehouse.land("country_species", [row | {"checklist_key": other} for row in species("mammals", start=12, LC=1)], source="file:own")  # fmt: skip
    found = coverage(warehouse, rows + listed + own, cube)
    mammals, birds, animals = (found["KE", group] for group in ("mammals", "birds", "animals"))
    assert [row["observed_species"] for row in (mammals, birds, animals)] == [13, 12, 25]
    assert [row["reason"] for row in (mammals, birds, animals)] == [reason, None, reason]
    assert (mammals["assessed_share"], mammals["reportable"], mammals["gap_reportable"]) == (1.0, reason is None, True)


def test_world_counts_come_from_the_seed(warehouse: Any) -> None:
    """Described species and the world's assessed share are those of the group; unknown stays NULL."""
    found = coverage(warehouse, species("mammals", LC=1))
    assert found["KE", "birds"]["world_assessed_share"] == 1.0
    assert found["KE", "fungi"]["world_assessed_share"] == pytest.approx(1351 / 157_648)
    assert (found["KE", "ascomycetes"]["described_species"], found["KE", "ascomycetes"]["world_assessed_share"]) == (None, None)  # fmt: skip


MEMBERS = {"animals": {"birds", "insects"}, "fungi": {"ascomycetes"}, "plants": set()}
mixtures = st.lists(
    st.tuples(st.sampled_from(["birds", "insects", "ascomycetes", "chromists"]), st.sampled_from(list(RED_LIST_CATEGORIES))),
    min_size=1, max_size=40,
)  # fmt: skip


def assessed_share(kinds: list[tuple[str, str]], group: str) -> float | None:
    """Share of a group's species that are assessed, None without any."""
    members = {name for name, _ in kinds} if group == "all" else MEMBERS.get(group, {group})
    seen = [category for member, category in kinds if member in members]
    return sum(category not in {"NE", "NA"} for category in seen) / len(seen) if seen else None


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(of_countries=st.lists(mixtures, min_size=10, max_size=10))
def test_sql_equals_plain_python(warehouse: Any, of_countries: list[list[tuple[str, str]]]) -> None:
    """Any mixture of groups and categories in a country gives what a few lines of Python give."""
    rows = [
        {"country_code": code, "species_key": str(place), "taxon_group": group, "red_list_category": category, "occurrences": 1}
        for code, kinds in zip(CODES, of_countries, strict=False) for place, (group, category) in enumerate(kinds)
    ]  # fmt: skip
    warehouse.clear("taxon_group", "country_species")
    found = coverage(warehouse, rows)
    for code, kinds in zip(CODES, of_countries, strict=False):
        for group in GROUPS:
            expected, row = assessed_share(kinds, group), found[code, group]
            assert row["assessed_share"] == pytest.approx(expected, abs=1e-12)
