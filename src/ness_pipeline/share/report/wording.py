"""How numbers, measures and reasons are written for readers who do not know the tables."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any, Literal

from ness_pipeline.schemas.vocabulary import REASONS, TREATIES

Kind = Literal["share", "points", "pct", "count", "year", "number"]

MISSING = "\N{EN DASH}"
"""What stands where there is no value."""

LABELS: dict[str, str] = {
    "eco_security_index": "Eco-security index",
    "ecological_system": "Ecological system",
    "security_system": "Security system",
    "red_list_index": "Red List Index, weighted by range",
    "red_list_index_unweighted": "Red List Index, all species alike",
    "threatened_share": "Share of species threatened",
    "threatened_share_without_ew": "Share of species threatened, without those extinct in the wild",
    "threatened_species": "Threatened species",
    "threatened_species_with_ew": "Threatened species, with those extinct in the wild",
    "national_red_list_index": "National Red List Index",
    "national_red_list_index_with_first_extinct": "National Red List Index, with species gone at the start",
    "national_red_list_index_change": "National Red List Index, change a year",
    "red_list_index_with_first_extinct": "Red List Index, weighted by range, with species extinct at the start",
    "red_list_index_unweighted_with_first_extinct": "Red List Index, all species alike, with species extinct at the start",
    "land_protected_pct": "Land protected",
    "land_conserved_pct": "Land protected or otherwise conserved",
    "land_trend_pct_per_year": "Change of protected land a year",
    "eez_protected_pct": "Sea protected, out to 200 miles",
    "eez_conserved_pct": "Sea protected or otherwise conserved, out to 200 miles",
    "eez_progress_share": "Way to 30 % of sea protected, out to 200 miles",
    "eez_trend_pct_per_year": "Change of protected sea a year, out to 200 miles",
    "marine_protected_pct": "Sea protected",
    "land_progress_share": "Way to 30 % of land protected",
    "marine_progress_share": "Way to 30 % of sea protected",
    "kba_terrestrial_pct": "Key biodiversity areas on land protected",
    "kba_freshwater_pct": "Key biodiversity areas in fresh water protected",
    "kba_mountain_pct": "Key biodiversity areas in mountains protected",
    "kba_marine_pct": "Key biodiversity areas at sea protected",
    "treaties_in_force": "Treaties in force",
    "treaties_in_force_share": "Share of treaties in force",
    "assessed_share": "Recorded species that the Red List has assessed",
    "evaluated_share": "Recorded species with a verdict on their risk",
    "gap_to_animals": "Assessment gap to animals",
    "observed_richness": "Species recorded",
    "sample_coverage_share": "Sample coverage",
    "completeness_share": "Completeness by records",
    "unit_completeness_share": "Completeness by places and years",
    "recent_species_share": "Species seen again in the last ten years",
    "recorded_occurrences": "Records",
    "latest_record_year": "Year of the latest record",
    "ssii": "Expected places with a record (SSII)",
    "steward_ssii": "Expected places with a record, by the country's share of each species (steward's SSII)",
    "ssei": "Evenness of records among places (SSEI)",
    "ssei_expected": "Evenness of records among expected places (SSEI)",
    "official_red_list_index": "Red List Index, official UN series",
    "difference_from_official": "Red List Index, difference from the official series",
    "red_list_index_change": "Red List Index, change a year",
    "extinction_responsibility": "Part of the world's extinction risk",
    "extinction_risk_species": "Extinction risk, in species",
    "endemic_threatened_species": "Threatened species found nowhere else",
    "near_endemic_threatened_species": "Threatened species found mostly here",
    "star_total": "STAR score, all threats",
    "star_allocated_share": "Part of the STAR score with a known threat",
    "forest_pct": "Forest",
    "forest_change_pct_per_year": "Change of forest a year",
    "mountain_green_cover_pct": "Green cover of mountains",
    "degraded_land_pct": "Degraded land",
    "biodiversity_aid_received_usd": "Aid for biodiversity received",
    "biodiversity_aid_received_usd_per_km2": "Aid for biodiversity received, by area",
    "biodiversity_aid_given_usd": "Aid for biodiversity given",
    "domestic_biodiversity_finance_usd": "Own spending on biodiversity",
    "domestic_biodiversity_finance_usd_per_km2": "Own spending on biodiversity, by area",
    "biodiversity_finance_usd": "Known money for biodiversity",
    "biodiversity_finance_usd_per_km2": "Known money for biodiversity, by area",
    "publications_about_country": "Publications about the country",
    "publications_by_researchers": "Publications by its researchers",
    "publications_by_researchers_per_million": "Publications by its researchers, per million people",
    "data_publishers": "Publishers of open data",
    "data_sets": "Open data sets",
    "datasets": "Data sets with records from the country",
    "ness_network_members": "Members of the NESS expert network",
    "haikou_initiative_members": "Signatories of the Haikou Initiative",
    "national_measures": "National measures reported",
    "national_measures_share": "Share of national measures reported",
    "chao1_inext_richness": "Species likely to exist (Chao1, as in iNEXT)",
    "chao1_bias_corrected_richness": "Species likely to exist (Chao1, bias-corrected)",
    "hill_1": "Common species, effective number",
    "hill_1_asymptotic": "Common species, effective number, endless sample",
    "hill_2": "Dominant species, effective number",
    "hill_2_asymptotic": "Dominant species, effective number, endless sample",
    "es50_richness": "Species expected in 50 records",
    "standardised_richness": "Species expected at equal sampling",
    "pielou_evenness": "Evenness of records among species (Pielou)",
    "williams_evenness": "Evenness of records among species (Williams)",
    "abundance_rarity": "Rarity of the species, by records",
    "area_rarity": "Rarity of the species, by places",
    "chao2_richness": "Species likely to exist (Chao2)",
    "unit_coverage_share": "Sample coverage of places and years",
    "unit_standardised_richness": "Species expected at equal sampling of places and years",
    "unit_standardised_hill_1": "Common species at equal sampling of places and years",
    "unit_standardised_hill_2": "Dominant species at equal sampling of places and years",
    "occupied_cell_share": "Known places with a record",
    "mean_occupancy_share": "Known places in which a species is found, on average",
    "turnover_share": "Species recorded in one of two years only",
    "cumulative_richness": "Species recorded so far",
    "recent_richness": "Species recorded in the last ten years",
    "newness_year": "Mean year of the records",
    "standardised_hill_1": "Common species at equal sampling, effective number",
    "standardised_hill_2": "Dominant species at equal sampling, effective number",
}
"""Plain names of measures; one that is not here is called what its column is called."""

TABLES: dict[str, str] = {
    "eco_security_index": "The index and its halves",
    "extinction_responsibility": "Part in the world's extinction risk",
    "national_red_list_index": "National Red List",
    "red_list_index": "Red List Index",
    "species_diversity": "Species and their diversity",
    "species_occupancy": "Places with records",
    "species_turnover": "Coming and going of species",
    "threat_abatement": "Threats",
    "threat_abatement_total": "Threats, all together",
    "research_awareness": "Research and open data",
    "conservation_finance": "Money for nature",
    "legal_framework": "Treaties and law",
}
"""Plain names of metric tables; one that is not here is called what it is called."""

_WORDS = {
    "kba": "key biodiversity area", "gbif": "GBIF", "ssii": "species status information index",
    "ssei": "species sampling effectiveness", "star": "STAR", "dd": "Data Deficient", "sdg": "SDG", "usd": "US$",
    "es50": "species expected in 50 records", "pct": "", "share": "share", "oecm": "OECM", "eez": "exclusive economic zone",
    "ew": "extinct in the wild", "red": "Red", "list": "List",
}  # fmt: skip


def label_of(metric: str) -> str:
    """The plain name of a measure."""
    return LABELS.get(metric) or _in_words(metric)


def table_of(table: str) -> str:
    """The plain name of a metric table."""
    return TABLES.get(table) or _in_words(table)


def _in_words(name: str) -> str:
    words = [_WORDS.get(word, word) for word in name.split("_")]
    text = " ".join(word for word in words if word)
    return text[:1].upper() + text[1:]


def kind_of(metric: str, unit: str | None) -> Kind:
    """How values of a measure are written."""
    if unit == "%":
        return "pct"
    if unit == "1" and re.search(r"(^|_)gap(_|$)", metric):
        return "points"
    if unit == "1" and re.search(r"_?share(_|$)|completeness|coverage|responsibility", metric):
        return "share"
    if unit and unit.startswith("{") and unit.endswith("}"):
        return "count"
    return "year" if unit == "a" else "number"


UNITS = {"pct": "percent", "share": "percent", "points": "percentage points"}


def unit_of(metric: str, unit: str | None) -> str:
    """The unit of a measure in words."""
    kind = kind_of(metric, unit)
    if kind in UNITS:
        return UNITS[kind]
    if kind == "count":
        word = re.sub(r"[{}]", "", unit or "")
        return f"number of {_plural(word)}"
    known = {
        "1": "score", "1/a": "score a year", "%/a": "percent a year", "km2": "square kilometres", "a": "year", "USD": "US dollars",
        "USD/km2": "US dollars per km²", "{publication}/1e6": "publications per million people", None: "",
    }  # fmt: skip
    return known.get(unit, unit or "")


def _plural(word: str) -> str:
    if word.endswith("y"):
        return f"{word[:-1]}ies"
    return word if word.endswith("s") else f"{word}s"


def number(value: Any, kind: Kind | str = "number") -> str:
    """A number as text: thousands set apart, no more digits than it carries, a dash for none."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return MISSING
    if kind in {"share", "points"}:
        return _percent(100 * value, kind)
    if kind == "pct":
        return _percent(value, kind)
    if kind == "year":
        return str(int(value))
    if kind == "count":
        return _grouped(f"{value:,.0f}")
    size = abs(value)
    digits = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 10 else 3  # noqa: PLR2004  three to four digits
    if 0 < size < 0.01:  # noqa: PLR2004  two digits that are not zero
        digits = min(9, 1 - math.floor(math.log10(size)))
    return _grouped(f"{value:,.{digits}f}")


def _percent(value: float, kind: str) -> str:
    small = 0 < abs(value) < 0.05  # noqa: PLR2004  what one digit would round to nothing
    text = f"{value:,.{min(9, 1 - math.floor(math.log10(abs(value))))}f}" if small else f"{value:,.1f}"
    return f"{text}\N{NO-BREAK SPACE}{'points' if kind == 'points' else '%'}"


def _grouped(text: str) -> str:
    return text.replace(",", "\N{NARROW NO-BREAK SPACE}")


def day(value: dt.date | dt.datetime | None) -> str:
    """A date as newspapers write it."""
    return MISSING if value is None else f"{value.day} {value:%B %Y}"


def reason_of(code: str | None) -> str:
    """Why a number is missing, in a sentence."""
    return REASONS.get(code, code) if code else ""


def treaty_of(code: str) -> str:
    """The name of a treaty."""
    return TREATIES.get(code, code)


TREATIES_IN_SHORT: dict[str, str] = {
    "cbd": "Biological diversity (CBD)",
    "cartagena": "Biosafety (Cartagena)",
    "nagoya": "Genetic resources (Nagoya)",
    "nagoya_kuala_lumpur": "Liability (Nagoya-Kuala Lumpur)",
    "cites": "Trade in species (CITES)",
    "cms": "Migratory species (CMS)",
    "ramsar": "Wetlands (Ramsar)",
    "world_heritage": "World heritage",
    "itpgrfa": "Crop diversity (ITPGRFA)",
    "paris": "Climate (Paris Agreement)",
}
"""What each treaty is about, as short as stands beside a bar."""


def licence_of(expression: str | None) -> str:
    """A licence expression in words: `LicenseRef-WDPA-terms-of-use` is the WDPA's terms of use."""
    return re.sub(r"LicenseRef-(\S+)", lambda found: found[1].replace("-", " "), expression or "not stated")


def source_of(name: str) -> str:
    """The name of a publisher or file behind a source."""
    known = {
        "gbif_country": "GBIF, species records by country", "gbif_taxonomy": "GBIF, names of species groups",
        "unsdg": "United Nations, Sustainable Development Goals", "worldbank": "World Bank",
        "cbd": "Convention on Biological Diversity", "iso_countries": "Country names and codes (ISO 3166)",
        "seeds": "Facts compiled with this project", "iucn": "IUCN Red List", "gbif_literature": "GBIF, publications that use open data",
        "gbif_registry": "GBIF, publishers and data sets", "protected_planet": "Protected Planet",
    }  # fmt: skip
    return known.get(name, name.removeprefix("file:"))


THREATS: dict[str, str] = {
    "1": "Housing and towns",
    "2": "Farming, forestry plantations and aquaculture",
    "3": "Energy and mining",
    "4": "Roads, railways and shipping lanes",
    "5": "Hunting, fishing, gathering and logging",
    "6": "People's disturbance",
    "7": "Fires, dams and other changes of natural systems",
    "8": "Invasive species and diseases",
    "9": "Pollution",
    "10": "Earthquakes, volcanoes and slides",
    "11": "Climate change and severe weather",
    "12": "Other threats",
    "unallocated": "Threats nobody has named",
}
"""Great threats of the IUCN-CMP classification, in plain words."""
