"""Contract of `metrics.sustainable_management`."""

from __future__ import annotations

from typing import Any

from ness_pipeline.schemas.base import OFFICIAL, Contract, column, country_code, measure, rests_on, why_not

LOWEST_LEVEL, HIGHEST_LEVEL = 1.0, 5.0
"""Levels of implementation as the FAO gives them."""


def _number(description: str, group: str, *, label: str, unit: str = "%", low: float = 0.0, high: float = 100.0) -> Any:
    return measure(
        description,
        unit,
        label=label,
        better="higher",
        ge=low,
        le=high,
        basis=f"{group}_basis",
        quotable=OFFICIAL,
        reportable=f"{group}_reportable",
        reason=f"{group}_reason",
    )


def _level(description: str, group: str, *, label: str) -> Any:
    return _number(description, group, label=label, unit="1", low=LOWEST_LEVEL, high=HIGHEST_LEVEL)


def _reportable() -> Any:
    return column("Whether the number may be quoted.")


class SustainableManagement(Contract):
    """One row = how one country manages its water, forests and fisheries in one year, as official series give it.

    Source of the method: UN SDG 6.3.1 (waste water), 6.5.1 (water management), 6.5.2 (shared waters), 15.2.1 (forest
    plans), 14.6.1 and 14.b.1 (fisheries).

    Only years in which some source has a value, or says why it gives none, have a row.

    Traps: water management, forest plans and the levels of fisheries are what governments say of themselves in a
    questionnaire; a plan is not yet what happens in the forest; a level of 1 to 5 is a band of scores and not a
    quantity; waste water is that of households; fisheries of a country without a coast are left out, although it may
    have ships, and so are forest plans of a country without forest.
    """

    country_code: str = country_code()
    year: int = column("Year of the values.", "a", ge=1900, le=2100)
    water_management_pct: float = _number(
        "Degree to which integrated management of water resources is in place (SDG 6.5.1).",
        "water_management",
        label="Water management in place",
    )
    shared_waters_agreed_pct: float = _number(
        "Area of river and lake basins and aquifers shared with other countries that an operational arrangement covers "
        "(SDG 6.5.2).",
        "shared_waters",
        label="Shared waters under an arrangement",
    )
    waste_water_treated_pct: float = _number(
        "Waste water of households that is safely treated (SDG 6.3.1).", "waste_water", label="Waste water treated"
    )
    forest_plan_pct: float = _number(
        "Forest under a long-term management plan, of the forest area (SDG 15.2.1).",
        "forest_plan",
        label="Forest under a management plan",
    )
    illegal_fishing_level: float = _level(
        "How far instruments against illegal, unreported and unregulated fishing are implemented, from 1 to 5 (SDG 14.6.1).",
        "illegal_fishing",
        label="Instruments against illegal fishing",
    )
    small_fisheries_level: float = _level(
        "How far the law recognises and protects access of small-scale fisheries, from 1 to 5 (SDG 14.b.1).",
        "small_fisheries",
        label="Rights of small-scale fisheries",
    )
    water_management_basis: str = rests_on()
    water_management_reportable: bool = _reportable()
    water_management_reason: str = why_not()
    shared_waters_basis: str = rests_on()
    shared_waters_reportable: bool = _reportable()
    shared_waters_reason: str = why_not()
    waste_water_basis: str = rests_on()
    waste_water_reportable: bool = _reportable()
    waste_water_reason: str = why_not()
    forest_plan_basis: str = rests_on()
    forest_plan_reportable: bool = _reportable()
    forest_plan_reason: str = why_not()
    illegal_fishing_basis: str = rests_on()
    illegal_fishing_reportable: bool = _reportable()
    illegal_fishing_reason: str = why_not()
    small_fisheries_basis: str = rests_on()
    small_fisheries_reportable: bool = _reportable()
    small_fisheries_reason: str = why_not()
    reportable: bool = column("Whether any of the numbers may be quoted.")
    reason: str = why_not()

    class Config:
        """Grain: country and year."""

        unique = ["country_code", "year"]
        metadata = {
            "label": "Management of water, forests and fisheries",
            "half": "security_system",
            "method_version": "1",
        }
