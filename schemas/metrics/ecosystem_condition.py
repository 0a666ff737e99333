"""Contract of `metrics.ecosystem_condition`."""

from __future__ import annotations

from typing import Any

from ness_pipeline.schemas.base import OFFICIAL, Contract, column, country_code, measure, rests_on, why_not
from ness_pipeline.schemas.core.indicator_observation import PUBLISHERS


def _pct(description: str, group: str, *, label: str, better: str | None = "higher") -> Any:
    """A percentage of an area."""
    return measure(
        description,
        "%",
        label=label,
        better=better,
        ge=0.0,
        le=100.0,
        basis=f"{group}_basis",
        quotable=OFFICIAL,
        reportable=f"{group}_reportable",
        reason=f"{group}_reason",
    )


def _reportable() -> Any:
    return column("Whether the number may be quoted.")


class EcosystemCondition(Contract):
    """One row = the state of one country's forests, mountains, soils and waters in one year, as official series give it.

    Source of the method: UN SDG 15.1.1 (forest), 15.4.2 (mountain green cover), 15.3.1 (degraded land), 6.3.2 (ambient
    water quality); compound annual rate of change as in the FAO's Global Forest Resources Assessment.

    Only years in which some source has a value have a row.

    Traps: the UN's and the World Bank's forest are both after the FAO but of different assessments (Ethiopia 2020:
    23.7 and 15.1 %), so `forest_pct` takes one of them for all years of a country and a change never crosses to
    another publisher or release; forest area includes plantations and does not describe the species in them; most
    values between two assessments of the FAO are interpolated; green cover includes crops and is no measure of
    wilderness; degraded land is reported by countries themselves, every four years at most; good water
    is judged by each country against its own limits, and only in the waters that it measures.
    """

    country_code: str = country_code()
    year: int = column("Year of the values.", "a", ge=1900, le=2100)
    forest_pct: float = _pct(
        "Forest, of the land area: the UN's series where it has a value in any year, else the World Bank's.",
        "forest",
        label="Forest",
    )
    forest_publisher: str = column("Whose forest value it is.", nullable=True, isin=PUBLISHERS)
    forest_change_pct_per_year: float = measure(
        "Compound annual change of the forest share over 5 to 10 years, in per cent of itself, within one publisher's "
        "release.",
        "%/a",
        label="Change of forest a year",
        better="higher",
        ge=-100.0,
        le=1e6,
        basis="forest_basis",
        quotable=OFFICIAL,
        reportable="forest_change_reportable",
        reason="forest_change_reason",
    )
    forest_world_bank_pct: float = _pct(
        "Forest, of the land area, in the World Bank's series.",
        "forest_world_bank",
        label="Forest, by the World Bank",
        better=None,
    )
    mountain_green_cover_pct: float = _pct(
        "Green cover, of the mountain area.", "mountain", label="Green cover of mountains"
    )
    degraded_land_pct: float = _pct(
        "Degraded land, of the land area.", "degraded", label="Degraded land", better="lower"
    )
    waters_good_pct: float = _pct(
        "Rivers, lakes and groundwater bodies with good ambient water quality, of those measured (SDG 6.3.2).",
        "waters",
        label="Waters of good quality",
    )
    forest_basis: str = rests_on()
    forest_reportable: bool = _reportable()
    forest_reason: str = why_not()
    forest_change_reportable: bool = _reportable()
    forest_change_reason: str = why_not()
    forest_world_bank_basis: str = rests_on()
    forest_world_bank_reportable: bool = _reportable()
    forest_world_bank_reason: str = why_not()
    mountain_basis: str = rests_on()
    mountain_reportable: bool = _reportable()
    mountain_reason: str = why_not()
    degraded_basis: str = rests_on()
    degraded_reportable: bool = _reportable()
    degraded_reason: str = why_not()
    waters_basis: str = rests_on()
    waters_reportable: bool = _reportable()
    waters_reason: str = why_not()
    reportable: bool = column("Whether any of the numbers may be quoted.")
    reason: str = why_not()

    class Config:
        """Grain: country and year."""

        unique = ["country_code", "year"]
        metadata = {
            "label": "Ecosystems",
            "half": "ecological_system",
            "section": "trends",
            "method_version": "2",
        }
