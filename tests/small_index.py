"""Builders of small index definitions for the tests of the index."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from ness_pipeline.index.definition import Definition

Content = dict[str, Any]


def measure(metric: str, worst: float = 0, best: float = 1, **more: Any) -> Content:
    """One measure; dated ones stand for five years unless said otherwise, undated ones are `max_age_years=None`."""
    return {"metric": metric, "worst": worst, "best": best, "max_age_years": 5, "source": "a test"} | more


def pillar(*measures: Content, **more: Any) -> Content:
    """One pillar."""
    return {"says": "A pillar of a test.", "measure": list(measures)} | more


LAND, SEA = measure("land_protected_pct", best=30), measure("marine_protected_pct", best=30)
SITES = measure("kba_terrestrial_pct", best=100)
LAW = measure("treaties_in_force_share")

SMALL: Content = {
    "version": "test",
    "first_year": 2000,
    "missing": {
        "half_needs": "2/3",
        "index_needs": "2/3",
        "not_applicable": ["landlocked", "inland_sea", "not_relevant"],
    },
    "choices": {"weight_spread": 0.25, "interval": 0.9, "draws": 200, "sensitivity_draws": 1000, "seed": 7},
    "half": {
        "ecological_system": {"says": "Nature.", "pillar": {"areas": pillar(LAND, SEA, SITES)}},
        "security_system": {"says": "Law.", "pillar": {"law": pillar(LAW)}},
    },
}
"""Three measures of protected areas beside one of law."""


def content(**changes: Any) -> Content:
    """A copy of the small definition with some of its top-level parts replaced."""
    return copy.deepcopy(SMALL) | copy.deepcopy(changes)


def definition(**changes: Any) -> Definition:
    """The small definition, with some of its top-level parts replaced."""
    return Definition.model_validate(content(**changes))


def halves(ecological: dict[str, Content], security: dict[str, Content] | None = None) -> dict[str, Content]:
    """The `half` part of a definition, from the pillars of both halves."""
    return {
        "ecological_system": {"says": "Nature.", "pillar": ecological},
        "security_system": {"says": "Law.", "pillar": {"law": pillar(LAW)} if security is None else security},
    }


def toml(value: Any) -> str:
    """A value in TOML; text and numbers are written as in JSON."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(part)}" for key, part in value.items() if part is not None) + "}"  # fmt: skip
    if isinstance(value, list):
        return "[" + ", ".join(toml(part) for part in value) + "]"
    return "inf" if value == float("inf") else json.dumps(value)


def write(folder: Path, whole: Content) -> Path:
    """A definition as a file."""
    file = folder / "my.toml"
    file.write_text("\n".join(f"{key} = {toml(part)}" for key, part in whole.items()), encoding="utf-8")
    return file
