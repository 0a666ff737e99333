"""Contract of `metrics.protected_area_coverage`."""

from __future__ import annotations

from typing import Any

from ness_pipeline.schemas.base import (
    OFFICIAL,
    Contract,
    Limits,
    column,
    count,
    country_code,
    measure,
    rests_on,
    why_not,
)
from ness_pipeline.schemas.core.indicator_observation import PUBLISHERS


def _pct(
    description: str, group: str, *, label: str, better: str | None = "higher", basis: str | None = None, **options: Any
) -> Any:
    """A percentage of an area or of sites; without a basis it is that of the group's own column."""
    return measure(
        description,
        "%",
        label=label,
        better=better,
        ge=0.0,
        le=100.0,
        basis=basis or f"{group}_basis",
        quotable=OFFICIAL,
        reportable=f"{group}_reportable",
        reason=f"{group}_reason",
        **options,
    )


def _kba(realm: str, *, label: str) -> Any:
    name = f"kba_{realm}"
    return _pct(
        f"Mean protected share of the {realm} KBAs, as the UN publishes it.",
        name,
        label=label,
        lower=f"{name}_pct_lower",
        upper=f"{name}_pct_upper",
    )


def _own_kba(realm: str, *, label: str) -> Any:
    name = f"kba_own_{realm}"
    return _pct(
        f"Mean protected share of the {realm} sites that an own file lists, be they all of the country or not.",
        name,
        label=label,
        better=None,
        basis="own_value",
        lower=f"{name}_pct_lower",
        upper=f"{name}_pct_upper",
    )


def _bound(side: str) -> Any:
    return column(
        f"{side} end of the 95 % interval as published, for protected areas of unknown year.",
        "%",
        nullable=True,
        ge=0.0,
        le=100.0,
    )


def _own_bound(side: str) -> Any:
    return column(f"{side} end of the 95 % interval, for parts of unknown year.", "%", nullable=True, ge=0.0, le=100.0)


def _sites() -> Any:
    return count("Own sites of the realm, over which the mean is taken.", "{site}", nullable=True)


def _source() -> Any:
    return column("Source of the value: the UN SDG series, or the file that brought it.", nullable=True)


def _publisher(what: str) -> Any:
    return column(f"Whose value of {what} it is.", nullable=True, isin=PUBLISHERS)


def _progress(description: str, group: str, *, label: str) -> Any:
    return measure(
        description,
        "1",
        label=label,
        better="higher",
        basis=f"{group}_basis",
        quotable=OFFICIAL,
        reportable=f"{group}_reportable",
        reason=f"{group}_reason",
        ge=0.0,
        le=1.0,
    )


def _trend(description: str, group: str, *, label: str) -> Any:
    return measure(
        description,
        "%/a",
        label=label,
        better="higher",
        basis=f"{group}_basis",
        quotable=OFFICIAL,
        reportable=f"{group}_trend_reportable",
        reason=f"{group}_trend_reason",
        ge=-100.0,
        le=100.0,
    )


def _reportable() -> Any:
    return column("Whether the number may be quoted.")


class ProtectedAreaCoverage(Contract):
    """One row = how much of one country's land, sea and key biodiversity areas is protected in one year.

    Source of the method: target 3 of the Kunming-Montreal framework (30 % by 2030); UN SDG 15.1.2, 15.4.1 and
    14.5.1 for key biodiversity areas (KBA).

    Only years in which some source has a value have a row.

    Indicator 3.1 of the framework counts protected areas and other effective conservation measures (OECM) together:
    it is `land_conserved_pct` and `eez_conserved_pct`, which only Protected Planet gives. `land_protected_pct` and
    `eez_protected_pct` count protected areas alone. Both take one publisher's series for all years of a country, the
    World Bank's or the UN's where it has any value and Protected Planet's elsewhere, and the column beside them
    names it; a trend never crosses to another publisher or release.

    Traps: two publishers count differently, so never set `land_protected_pct` of one year beside
    `land_protected_planet_pct` of another; progress of protected areas alone is a lower bound of the way to the
    target; territorial waters (`marine`) and the exclusive economic zone (`eez`) are different areas, so never
    compare the one of a country with the other of another country; coverage of KBAs is a mean over sites, not a
    share of the country's area; a KBA series that is 0 in all years may mean that the country has no such site, so
    it is not reportable; coverage does not measure how well an area is managed, and that its management has been
    assessed does not say with which result; marine measures of a landlocked country are NULL with that reason, and
    with `inland_sea` where a publisher has a value of the Caspian Sea.
    """

    country_code: str = country_code()
    year: int = column("Year of the values.", "a", ge=1800, le=2100)
    land_protected_pct: float = _pct(
        "Protected areas on land, of the land area, one publisher's series for all years.",
        "land",
        label="Land protected",
    )
    land_protected_publisher: str = _publisher("protected land")
    land_progress_share: float = _progress(
        "Progress of land to 30 % by protected areas alone: min(1, land_protected_pct / 30).",
        "land",
        label="Way to 30 % of land, by protected areas alone",
    )
    land_trend_pct_per_year: float = _trend(
        "Change of protected land in percentage points per year over 5 to 10 years, within one publisher's release.",
        "land",
        label="Change of protected land a year",
    )
    land_protected_planet_pct: float = _pct(
        "Protected areas on land, of the land area, as Protected Planet gives it in the year of reading.",
        "land_planet",
        label="Land protected, by Protected Planet",
    )
    land_conserved_pct: float = _pct(
        "Indicator 3.1 on land: protected areas and OECMs, of the land area, as Protected Planet gives it.",
        "land_conserved",
        label="Land protected or otherwise conserved",
    )
    land_conserved_progress_share: float = _progress(
        "Progress of land to 30 % by protected areas and OECMs: min(1, land_conserved_pct / 30).",
        "land_conserved",
        label="Way to 30 % of land, with other conserved areas",
    )
    land_management_assessed_pct: float = _pct(
        "Land in protected areas whose management effectiveness has been assessed, of the land area.",
        "land_management",
        label="Land in protected areas with assessed management",
    )
    marine_protected_pct: float = _pct("Protected sea, of the territorial waters.", "marine", label="Sea protected")
    marine_progress_share: float = _progress(
        "Progress of the territorial waters to 30 % by protected areas alone: min(1, marine_protected_pct / 30).",
        "marine",
        label="Way to 30 % of sea, by protected areas alone",
    )
    eez_protected_pct: float = _pct(
        "Protected areas at sea, of the exclusive economic zone, one publisher's series for all years.",
        "eez",
        label="Sea protected, out to 200 miles",
    )
    eez_protected_publisher: str = _publisher("the protected zone")
    eez_progress_share: float = _progress(
        "Progress of the exclusive economic zone to 30 % by protected areas alone: min(1, eez_protected_pct / 30).",
        "eez",
        label="Way to 30 % of sea out to 200 miles, by protected areas alone",
    )
    eez_trend_pct_per_year: float = _trend(
        "Change of the protected exclusive economic zone in percentage points per year over 5 to 10 years, within one "
        "publisher's release.",
        "eez",
        label="Change of protected sea a year, out to 200 miles",
    )
    eez_protected_planet_pct: float = _pct(
        "Protected areas at sea, of the exclusive economic zone, as Protected Planet gives it in the year of reading.",
        "eez_planet",
        label="Sea protected, out to 200 miles, by Protected Planet",
    )
    eez_conserved_pct: float = _pct(
        "Indicator 3.1 at sea: protected areas and OECMs, of the exclusive economic zone, as Protected Planet gives it.",
        "eez_conserved",
        label="Sea protected or otherwise conserved, out to 200 miles",
    )
    eez_conserved_progress_share: float = _progress(
        "Progress of the exclusive economic zone to 30 % by protected areas and OECMs: min(1, eez_conserved_pct / 30).",
        "eez_conserved",
        label="Way to 30 % of sea out to 200 miles, with other conserved areas",
    )
    eez_management_assessed_pct: float = _pct(
        "Sea in protected areas whose management effectiveness has been assessed, of the exclusive economic zone.",
        "eez_management",
        label="Sea in protected areas with assessed management, out to 200 miles",
    )
    kba_terrestrial_pct: float = _kba("terrestrial", label="Key biodiversity areas on land protected")
    kba_terrestrial_pct_lower: float = _bound("Lower")
    kba_terrestrial_pct_upper: float = _bound("Upper")
    kba_terrestrial_source: str = _source()
    kba_freshwater_pct: float = _kba("freshwater", label="Key biodiversity areas in fresh water protected")
    kba_freshwater_pct_lower: float = _bound("Lower")
    kba_freshwater_pct_upper: float = _bound("Upper")
    kba_freshwater_source: str = _source()
    kba_mountain_pct: float = _kba("mountain", label="Key biodiversity areas in mountains protected")
    kba_mountain_pct_lower: float = _bound("Lower")
    kba_mountain_pct_upper: float = _bound("Upper")
    kba_mountain_source: str = _source()
    kba_marine_pct: float = _kba("marine", label="Key biodiversity areas at sea protected")
    kba_marine_pct_lower: float = _bound("Lower")
    kba_marine_pct_upper: float = _bound("Upper")
    kba_marine_source: str = _source()
    kba_own_terrestrial_pct: float = _own_kba("terrestrial", label="Own list of sites on land, protected")
    kba_own_terrestrial_pct_lower: float = _own_bound("Lower")
    kba_own_terrestrial_pct_upper: float = _own_bound("Upper")
    kba_own_terrestrial_sites: int = _sites()
    kba_own_freshwater_pct: float = _own_kba("freshwater", label="Own list of sites in fresh water, protected")
    kba_own_freshwater_pct_lower: float = _own_bound("Lower")
    kba_own_freshwater_pct_upper: float = _own_bound("Upper")
    kba_own_freshwater_sites: int = _sites()
    kba_own_mountain_pct: float = _own_kba("mountain", label="Own list of sites in mountains, protected")
    kba_own_mountain_pct_lower: float = _own_bound("Lower")
    kba_own_mountain_pct_upper: float = _own_bound("Upper")
    kba_own_mountain_sites: int = _sites()
    kba_own_marine_pct: float = _own_kba("marine", label="Own list of sites at sea, protected")
    kba_own_marine_pct_lower: float = _own_bound("Lower")
    kba_own_marine_pct_upper: float = _own_bound("Upper")
    kba_own_marine_sites: int = _sites()
    land_basis: str = rests_on()
    land_reportable: bool = _reportable()
    land_reason: str = why_not()
    land_planet_basis: str = rests_on()
    land_planet_reportable: bool = _reportable()
    land_planet_reason: str = why_not()
    land_conserved_basis: str = rests_on()
    land_conserved_reportable: bool = _reportable()
    land_conserved_reason: str = why_not()
    land_management_basis: str = rests_on()
    land_management_reportable: bool = _reportable()
    land_management_reason: str = why_not()
    marine_basis: str = rests_on()
    marine_reportable: bool = _reportable()
    marine_reason: str = why_not()
    eez_basis: str = rests_on()
    eez_reportable: bool = _reportable()
    eez_reason: str = why_not()
    eez_planet_basis: str = rests_on()
    eez_planet_reportable: bool = _reportable()
    eez_planet_reason: str = why_not()
    eez_conserved_basis: str = rests_on()
    eez_conserved_reportable: bool = _reportable()
    eez_conserved_reason: str = why_not()
    eez_management_basis: str = rests_on()
    eez_management_reportable: bool = _reportable()
    eez_management_reason: str = why_not()
    kba_terrestrial_basis: str = rests_on()
    kba_terrestrial_reportable: bool = _reportable()
    kba_terrestrial_reason: str = why_not()
    kba_freshwater_basis: str = rests_on()
    kba_freshwater_reportable: bool = _reportable()
    kba_freshwater_reason: str = why_not()
    kba_mountain_basis: str = rests_on()
    kba_mountain_reportable: bool = _reportable()
    kba_mountain_reason: str = why_not()
    kba_marine_basis: str = rests_on()
    kba_marine_reportable: bool = _reportable()
    kba_marine_reason: str = why_not()
    kba_own_terrestrial_reportable: bool = _reportable()
    kba_own_terrestrial_reason: str = why_not()
    kba_own_freshwater_reportable: bool = _reportable()
    kba_own_freshwater_reason: str = why_not()
    kba_own_mountain_reportable: bool = _reportable()
    kba_own_mountain_reason: str = why_not()
    kba_own_marine_reportable: bool = _reportable()
    kba_own_marine_reason: str = why_not()
    land_trend_reportable: bool = _reportable()
    land_trend_reason: str = why_not()
    eez_trend_reportable: bool = _reportable()
    eez_trend_reason: str = why_not()
    reportable: bool = column("Whether any of the numbers may be quoted.")
    reason: str = why_not()

    class Config:
        """Grain: country and year."""

        unique = ["country_code", "year"]
        metadata = {
            "label": "Protected areas",
            "half": "ecological_system",
            "section": "protected_areas",
            "method_version": "3",
            "limits": Limits(rows_per_country=(1, 201)),
        }
