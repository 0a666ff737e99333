"""Names of countries by publisher: GBIF's continents and enumeration names, and the M49 regions."""

from __future__ import annotations

import re
import unicodedata

from ness_pipeline.names.countries import CountryName, countries

CONTINENTS = ("AFRICA", "ANTARCTICA", "ASIA", "EUROPE", "NORTH_AMERICA", "OCEANIA", "SOUTH_AMERICA")


def gbif_continent(code: str) -> str:
    """Continent of a country as GBIF spells it, empty when it has none."""
    country = countries()[code]
    if country.region == "America":
        return "SOUTH_AMERICA" if country.subregion == "South America" else "NORTH_AMERICA"
    return (country.region or "").upper()


def enumeration_name(country: CountryName) -> str:
    """Name of a country as an enumeration writes it: `COSTA_RICA`."""
    plain = unicodedata.normalize("NFKD", country.country_name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Z0-9]+", "_", plain.upper()).strip("_")
