"""Contract of `metrics.protected_area_coverage`."""

from __future__ import annotations

from typing import Any

from schemas.base import Contract, Limits, column, country_code, measure
from schemas.vocabulary import REASONS


def _pct(description: str, realm: str) -> Any:
    return measure(description, "%", better="higher", ge=0.0, le=100.0, reportable=f"{realm}_reportable", reason=f"{realm}_reason")  # fmt: skip


def _progress(description: str, realm: str) -> Any:
    return measure(description, "1", better="higher", ge=0.0, le=1.0, reportable=f"{realm}_reportable", reason=f"{realm}_reason")  # fmt: skip


class ProtectedAreaCoverage(Contract):
    """One row = how much of one country's land, sea and key biodiversity areas is protected in one year.

    Source of the method: target 3 of the Kunming-Montreal framework (30 % by 2030); UN SDG 15.1.2, 15.4.1 and 14.5.1 for
    key biodiversity areas (KBA).

    Only years in which some source has a value have a row.

    Traps: coverage of KBAs is a mean over sites, not a share of the country's area; marine measures of a landlocked
    country are NULL with that reason.
    """

    country_code: str = country_code()
    year: int = column("Year of the values.", "a", ge=1900, le=2100)
    land_protected_pct: float = _pct("Protected land, of the land area.", "land")
    marine_protected_pct: float = _pct("Protected sea, of the territorial waters.", "marine")
    land_progress_share: float = _progress("Progress of land protection to 30 %: min(1, pct/30).", "land")
    marine_progress_share: float = _progress("Progress of marine protection to 30 %: min(1, pct/30).", "marine")
    kba_terrestrial_pct: float = _pct("Mean protected share of terrestrial KBAs.", "kba_terrestrial")
    kba_freshwater_pct: float = _pct("Mean protected share of freshwater KBAs.", "kba_freshwater")
    kba_mountain_pct: float = _pct("Mean protected share of mountain KBAs.", "kba_mountain")
    kba_marine_pct: float = _pct("Mean protected share of marine KBAs.", "kba_marine")
    land_reportable: bool = column("Whether the land numbers may be quoted.")
    land_reason: str = column("Why not.", nullable=True, isin=list(REASONS))
    marine_reportable: bool = column("Whether the marine numbers may be quoted.")
    marine_reason: str = column("Why not.", nullable=True, isin=list(REASONS))
    kba_terrestrial_reportable: bool = column("Whether the number may be quoted.")
    kba_terrestrial_reason: str = column("Why not.", nullable=True, isin=list(REASONS))
    kba_freshwater_reportable: bool = column("Whether the number may be quoted.")
    kba_freshwater_reason: str = column("Why not.", nullable=True, isin=list(REASONS))
    kba_mountain_reportable: bool = column("Whether the number may be quoted.")
    kba_mountain_reason: str = column("Why not.", nullable=True, isin=list(REASONS))
    kba_marine_reportable: bool = column("Whether the number may be quoted.")
    kba_marine_reason: str = column("Why not.", nullable=True, isin=list(REASONS))
    reportable: bool = column("Whether any of the numbers may be quoted.")
    reason: str = column("Why not.", nullable=True, isin=list(REASONS))

    class Config:
        """Grain: country and year."""

        unique = ["country_code", "year"]
        metadata = {"method_version": "1", "limits": Limits(rows_per_country=(1, 201))}
