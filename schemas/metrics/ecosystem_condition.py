"""Contract of `metrics.ecosystem_condition`."""

from __future__ import annotations

from ness_pipeline.schemas.base import OFFICIAL, Contract, column, country_code, measure, why_not


class EcosystemCondition(Contract):
    """One row = the state of one country's forests, mountains and soils in one year, as official series give it.

    Source of the method: UN SDG 15.1.1 (forest), 15.4.2 (mountain green cover), 15.3.1 (degraded land); compound
    annual rate of change as in the FAO's Global Forest Resources Assessment.

    Only years in which some source has a value have a row.

    Traps: forest area includes plantations and does not describe the species in them; most values between two
    assessments of the FAO are interpolated; green cover includes crops and is no measure of wilderness; degraded
    land is reported by countries themselves, every four years at most.
    """

    country_code: str = country_code()
    year: int = column("Year of the values.", "a", ge=1900, le=2100)
    forest_pct: float = measure(
        "Forest, of the land area.",
        "%",
        label="Forest",
        better="higher",
        ge=0.0,
        le=100.0,
        reportable="forest_reportable",
        reason="forest_reason",
        basis="official",
        quotable=OFFICIAL,
    )
    forest_publisher: str = column("Whose forest value it is.", nullable=True, isin=["unsdg", "worldbank"])
    forest_change_pct_per_year: float = measure(
        "Compound annual change of the forest share over 5 to 10 years, in per cent of itself.",
        "%/a",
        label="Change of forest a year",
        better="higher",
        ge=-100.0,
        le=1e6,
        reportable="forest_change_reportable",
        reason="forest_change_reason",
        basis="official",
        quotable=OFFICIAL,
    )
    mountain_green_cover_pct: float = measure(
        "Green cover, of the mountain area.",
        "%",
        label="Green cover of mountains",
        better="higher",
        ge=0.0,
        le=100.0,
        reportable="mountain_reportable",
        reason="mountain_reason",
        basis="official",
        quotable=OFFICIAL,
    )
    degraded_land_pct: float = measure(
        "Degraded land, of the land area.",
        "%",
        label="Degraded land",
        better="lower",
        ge=0.0,
        le=100.0,
        reportable="degraded_reportable",
        reason="degraded_reason",
        basis="official",
        quotable=OFFICIAL,
    )
    forest_reportable: bool = column("Whether the forest share may be quoted.")
    forest_reason: str = why_not()
    forest_change_reportable: bool = column("Whether the change may be quoted.")
    forest_change_reason: str = why_not()
    mountain_reportable: bool = column("Whether the number may be quoted.")
    mountain_reason: str = why_not()
    degraded_reportable: bool = column("Whether the number may be quoted.")
    degraded_reason: str = why_not()
    reportable: bool = column("Whether any of the numbers may be quoted.")
    reason: str = why_not()

    class Config:
        """Grain: country and year."""

        unique = ["country_code", "year"]
        metadata = {
            "label": "Ecosystems",
            "half": "ecological_system",
            "section": "trends",
            "method_version": "1",
        }
