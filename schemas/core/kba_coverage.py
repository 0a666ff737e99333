"""Contract of `core.kba_coverage`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, count, country_code
from ness_pipeline.schemas.core.kba_site_coverage import KBA_REALMS


class KbaCoverage(Contract):
    """One row = the mean protected share of one country's key biodiversity areas of one realm in one year.

    Source of the method: UN SDG 15.1.2, 15.4.1 and 14.5.1, counted from sites.

    Traps: a mean over sites, whatever their size, not a share of the country's area; the UN SDG series before 2017
    counted completely covered sites instead, which is `complete_sites` here.
    """

    country_code: str = country_code()
    realm: str = column("Realm of the sites.", isin=KBA_REALMS)
    year: int = column("Year; parts protected up to it count.", "a", ge=1800, le=2100)
    sites: int = count("Sites of the realm in the country.", "{site}")
    complete_sites: int = count("Of these, sites at least 98 % protected.", "{site}")
    undated_parts: int = count("Protected parts whose year is unknown and is drawn.", "{part}")
    coverage_pct: float = column("Mean over sites of the protected share.", "%", ge=0.0, le=100.0)
    coverage_pct_lower: float = column(
        "Bound at 2.5 % of the draws; NULL when all years are known.", "%", nullable=True, ge=0.0, le=100.0
    )
    coverage_pct_upper: float = column(
        "Bound at 97.5 % of the draws; NULL when all years are known.", "%", nullable=True, ge=0.0, le=100.0
    )

    class Config:
        """Grain: country, realm and year."""

        unique = ["country_code", "realm", "year"]
