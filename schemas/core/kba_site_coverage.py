"""Contract of `core.kba_site_coverage`."""

from __future__ import annotations

from ness_pipeline.schemas.base import LATEST_YEAR, Sourced, column, country_code, share

KBA_REALMS = ["terrestrial", "freshwater", "mountain", "marine"]


class KbaSiteCoverage(Sourced):
    """One row = the part of one key biodiversity area (KBA) that became protected in one year.

    Load it when the overlap of sites and protected areas has been computed; the mean over the sites then stands in
    `metrics.protected_area_coverage` as a measure of its own (`kba_own_…`), beside the UN SDG series.

    Traps: nothing says whether a file has all sites of a country, so its mean never replaces the official series,
    and `kba_own_…_sites` says how many sites it has; each part is *new* area, not covered by an earlier year's; a
    site without any protection needs a row with share 0, otherwise no mean includes it; a site of two realms has
    rows in both; a protected area whose year is unknown has NULL as its year, never 0; overlapping parts may add up
    to more than 1 and are scaled back.
    """

    country_code: str = country_code()
    site_id: str = column("Identifier of the site.", str_length={"min_value": 1, "max_value": 64})
    realm: str = column("Realm that the site counts in.", isin=KBA_REALMS)
    year: int = column(
        "Year in which the part became protected; NULL when unknown.", "a", nullable=True, ge=1800, le=LATEST_YEAR
    )
    new_area_share: float = share("Part of the site's area that became protected then.")
    assessed_year: int = column(
        "Year up to which the protected areas behind the row reach.", "a", ge=1950, le=LATEST_YEAR
    )

    class Config:
        """Grain: country, site, realm, year and source."""

        unique = ["country_code", "site_id", "realm", "year", "source"]
