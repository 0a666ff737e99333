"""Models against their contracts: what a mistake in a model's SQL is told as, and that nothing changes by it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from small_world import country, observation

from ness_pipeline.build import models
from ness_pipeline.errors import ContractViolation

NAME = "metrics.conservation_finance"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ("SELECT * EXCLUDE (country_code) FROM ({sql})", "lacks the column 'country_code' of its contract"),
        ("SELECT *, 1 AS more FROM ({sql})", "adds the column 'more' of its contract"),
        ("SELECT nothing FROM core.country", 'does not run (Binder Error: Referenced column "nothing"'),
        ("SELEC", "does not run"),
        ("SELECT * REPLACE (1066 AS year) FROM ({sql})", "conservation_finance.year breaks greater_than_or_equal_to"),
        ("SELECT * REPLACE ('Kenya' AS country_code) FROM ({sql})", "conservation_finance.country_code breaks"),
        ("SELECT * FROM ({sql}) UNION ALL FROM ({sql})", "has several rows for country_code=KE, year=2015"),
    ],
    ids=["lacking", "adding", "unknown column", "no SQL", "out of range", "no code", "twice"],
)
def test_mistakes_in_a_model(warehouse: Any, monkeypatch: pytest.MonkeyPatch, changed: str, says: str) -> None:
    """One sentence names table, column and value; the rows of before stay."""
    warehouse.land("country", [country("KE")])
    warehouse.land("indicator_observation", [observation("DC_ODA_BDVL", 2015, 1.0)])
    warehouse.materialise(only=NAME)
    before = warehouse.rows(f"FROM {NAME}")
    assert before
    every = models.models()
    broken = dataclasses.replace(every[NAME], sql=changed.format(sql=every[NAME].sql))
    monkeypatch.setattr(models, "models", lambda: every | {NAME: broken})
    with pytest.raises(ContractViolation) as caught:
        warehouse.materialise(only=NAME)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert warehouse.rows(f"FROM {NAME}") == before
