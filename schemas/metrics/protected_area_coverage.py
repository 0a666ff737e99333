"""Contract of `metrics.protected_area_coverage`."""

from __future__ import annotations

from typing import Any

from ness_pipeline.schemas.base import OFFICIAL, Contract, Limits, column, country_code, measure, why_not


def _pct(description: str, realm: str, **options: Any) -> Any:
    return measure(
        description,
        "%",
        better="higher",
        ge=0.0,
        le=100.0,
        reportable=f"{realm}_reportable",
        reason=f"{realm}_reason",
        basis="official",
        quotable=OFFICIAL,
        **options,
    )


def _kba(realm: str, *, label: str) -> Any:
    name = f"kba_{realm}"
    return _pct(
        f"Mean protected share of {realm} KBAs.",
        name,
        label=label,
        lower=f"{name}_pct_lower",
        upper=f"{name}_pct_upper",
    )


def _bound(side: str) -> Any:
    return column(f"{side} bound, for own sites with parts of unknown year.", "%", nullable=True, ge=0.0, le=100.0)


def _source() -> Any:
    return column("Whose value it is: own sites or the UN SDG series.", nullable=True)


def _progress(description: str, realm: str, *, label: str) -> Any:
    return measure(
        description,
        "1",
        label=label,
        better="higher",
        reportable=f"{realm}_reportable",
        reason=f"{realm}_reason",
        ge=0.0,
        le=1.0,
        basis="official",
        quotable=OFFICIAL,
    )


def _trend(description: str, realm: str, *, label: str) -> Any:
    return measure(
        description,
        "%/a",
        label=label,
        better="higher",
        reportable=f"{realm}_trend_reportable",
        reason=f"{realm}_trend_reason",
        ge=-100.0,
        le=100.0,
        basis="official",
        quotable=OFFICIAL,
    )


def _reportable(what: str = "number") -> Any:
    return column(f"Whether the {what} may be quoted.")


class ProtectedAreaCoverage(Contract):
    """One row = how much of one country's land, sea and key biodiversity areas is protected in one year.

    Source of the method: target 3 of the Kunming-Montreal framework (30 % by 2030); UN SDG 15.1.2, 15.4.1 and
    14.5.1 for key biodiversity areas (KBA).

    Only years in which some source has a value have a row.

    Traps: territorial waters (`marine`) and the exclusive economic zone (`eez`) are different areas, so never
    compare the one of a country with the other of another country; coverage of KBAs is a mean over sites, not a
    share of the country's area; progress without known OECMs is a lower bound; coverage does not measure how well
    an area is managed; marine measures of a landlocked country are NULL with that reason.
    """

    country_code: str = country_code()
    year: int = column("Year of the values.", "a", ge=1800, le=2100)
    land_protected_pct: float = _pct("Protected land, of the land area.", "land", label="Land protected")
    land_protected_publisher: str = column(
        "Whose land value it is.", nullable=True, isin=["worldbank", "protected_planet"]
    )
    land_conserved_pct: float = _pct(
        "Land under protected areas and other effective conservation measures (OECM), of the land area.",
        "land_conserved",
        label="Land protected or otherwise conserved",
    )
    land_progress_share: float = _progress(
        "Progress of land to 30 %: min(1, pct/30), with OECMs where known.",
        "land",
        label="Way to 30 % of land protected",
    )
    land_trend_pct_per_year: float = _trend(
        "Change of protected land in percentage points per year over 5 to 10 years.",
        "land",
        label="Change of protected land a year",
    )
    marine_protected_pct: float = _pct("Protected sea, of the territorial waters.", "marine", label="Sea protected")
    marine_progress_share: float = _progress(
        "Progress of the territorial waters to 30 %: min(1, pct/30).", "marine", label="Way to 30 % of sea protected"
    )
    eez_protected_pct: float = _pct(
        "Protected sea, of the exclusive economic zone.", "eez", label="Sea protected, out to 200 miles"
    )
    eez_conserved_pct: float = _pct(
        "Sea under protected areas and OECMs, of the exclusive economic zone.",
        "eez_conserved",
        label="Sea protected or otherwise conserved, out to 200 miles",
    )
    eez_progress_share: float = _progress(
        "Progress of the exclusive economic zone to 30 %: min(1, pct/30), with OECMs where known.",
        "eez",
        label="Way to 30 % of sea protected, out to 200 miles",
    )
    eez_trend_pct_per_year: float = _trend(
        "Change of the protected exclusive economic zone in percentage points per year over 5 to 10 years.",
        "eez",
        label="Change of protected sea a year, out to 200 miles",
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
    land_reportable: bool = _reportable()
    land_reason: str = why_not()
    land_conserved_reportable: bool = _reportable()
    land_conserved_reason: str = why_not()
    land_trend_reportable: bool = _reportable()
    land_trend_reason: str = why_not()
    marine_reportable: bool = _reportable()
    marine_reason: str = why_not()
    eez_reportable: bool = _reportable()
    eez_reason: str = why_not()
    eez_conserved_reportable: bool = _reportable()
    eez_conserved_reason: str = why_not()
    eez_trend_reportable: bool = _reportable()
    eez_trend_reason: str = why_not()
    kba_terrestrial_reportable: bool = _reportable()
    kba_terrestrial_reason: str = why_not()
    kba_freshwater_reportable: bool = _reportable()
    kba_freshwater_reason: str = why_not()
    kba_mountain_reportable: bool = _reportable()
    kba_mountain_reason: str = why_not()
    kba_marine_reportable: bool = _reportable()
    kba_marine_reason: str = why_not()
    reportable: bool = column("Whether any of the numbers may be quoted.")
    reason: str = why_not()

    class Config:
        """Grain: country and year."""

        unique = ["country_code", "year"]
        metadata = {
            "label": "Protected areas",
            "half": "ecological_system",
            "section": "protected_areas",
            "method_version": "2",
            "limits": Limits(rows_per_country=(1, 201)),
        }
