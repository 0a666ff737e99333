"""What a number rests on decides whether it may be quoted: the contract says which bases may, the models say which it is."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ness_pipeline.build import models
from ness_pipeline.contract.dictionary import table_of, tables
from ness_pipeline.contract.measures import measures
from ness_pipeline.errors import ContractViolation
from ness_pipeline.schemas.base import Contract, column, country_code, measure, why_not
from ness_pipeline.schemas.vocabulary import BASES, INDEX_SETS, REASONS, WEAK_BASES


def contract_with(**options: Any) -> type[Contract]:
    """A contract with one published number."""
    names = {
        "country_code": (str, country_code()),
        "share": (float, measure("A share.", "1", ge=0.0, le=1.0, **options)),
        "end": (float, column("An end.", "1", nullable=True, ge=0.0, le=1.0)),
        "reportable": (bool, column("Whether it may be quoted.")),
        "reason": (str, why_not()),
    }
    content = {"__doc__": "One row = one share.", "__annotations__": {name: kind for name, (kind, _) in names.items()}}
    content |= {name: declared for name, (_, declared) in names.items()}
    return type("Share", (Contract,), {**content, "Config": type("Config", (), {"unique": ["country_code"]})})


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"basis": "rumour"}, "rests on 'rumour'"),
        ({"basis": "records", "quotable": ("rumour",)}, "may be quoted on 'rumour'"),
        ({"basis": "official", "quotable": ("records",)}, "may never be quoted on it"),
        ({"basis": "records", "range_low": "end"}, "needs range_low, range_high and range_meaning"),
    ],
)
def test_a_contract_states_basis_and_range_in_known_words(options: dict[str, Any], says: str) -> None:
    """A basis that nobody defined, and a range without its meaning, are refused before anything runs."""
    with pytest.raises(ContractViolation, match=says):
        table_of("metrics.share", contract_with(**options))


def test_sets_of_the_index_are_the_same_in_contracts_and_sql(warehouse: Any) -> None:
    """The macro gives each set of the Red List Index the reporting group that the vocabulary does."""
    for name, group in INDEX_SETS.items():
        assert warehouse.rows(f"SELECT group_of_set('{name}') AS of") == [{"of": group}]


def test_every_weak_basis_says_what_would_be_stronger() -> None:
    """A measure that a weak basis withholds has a reason for it, in the closed vocabularies."""
    assert WEAK_BASES.keys() <= BASES.keys()
    assert set(WEAK_BASES.values()) <= REASONS.keys()
    for table, number, about in measures():
        assert about.quotable, f"{table.name}.{number.name} could never be quoted"


def test_the_rule_of_the_contract_decides(warehouse: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows on too weak a basis keep their value and lose `reportable`; a reason of the model stays."""
    name = "metrics.threatened_species"
    kinds = {"BIGINT": "2000", "DOUBLE": "0.5", "BOOLEAN": "true", "VARCHAR": "'mammals'"}
    special = {"official_basis": "'official'", "official_reason": "NULL", "difference_reason": "NULL"}
    others = [
        f"{special.get(one.name, kinds[one.sql_type])} AS {one.name}"
        for one in tables()[name].columns
        if one.name not in {"country_code", "basis", "reportable", "reason"}
    ]
    sql = f"""
    SELECT country AS country_code, basis, reason IS NULL AS reportable, reason, {", ".join(others)}
    FROM (VALUES ('AA', 'country_list', NULL), ('BB', 'records', NULL), ('CC', 'own_list', NULL),
                 ('DD', 'records', 'too_few_species')) AS stated (country, basis, reason)
    """
    every = models.models()
    monkeypatch.setattr(
        models, "with_inputs", lambda _: [dataclasses.replace(every[name], sql=sql, inputs=frozenset())]
    )
    warehouse.materialise(only=name)
    found = warehouse.rows(f"SELECT country_code, threatened_share, basis, reportable, reason FROM {name} ORDER BY ALL")
    assert [tuple(row.values()) for row in found] == [
        ("AA", 0.5, "country_list", True, None),
        ("BB", 0.5, "records", False, "only_records"),
        ("CC", 0.5, "own_list", False, "list_not_complete"),
        ("DD", 0.5, "records", False, "too_few_species"),
    ]
