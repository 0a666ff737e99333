"""The official series that metrics read: whose each is, in which unit its values are, what they can be and what they feed.

Tests compare this list with the SQL of the models, so that neither can name a series that the other does not.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

from ness_pipeline.names.column_names import nearest


@dataclass(frozen=True)
class SeriesUnit:
    """The unit of a series, and which values there can be in it.

    Attributes:
        name: as the column `unit` has it.
        low: the least value that there can be.
        high: the greatest.
        says: what the numbers mean, where the unit does not say it.
    """

    name: str
    low: float = -math.inf
    high: float = math.inf
    says: str = ""

    @property
    def shown(self) -> str:
        """The unit in a list for people."""
        return f"{self.name} ({self.says})" if self.says else self.name

    @property
    def bounds(self) -> str:
        """Which values there can be, in words."""
        low, high = (f"{limit:,.0f}" if abs(limit) >= 1_000 else f"{limit:g}" for limit in (self.low, self.high))  # noqa: PLR2004
        return f"at least {low}" if math.isinf(self.high) else f"between {low} and {high}"


PER_CENT = SeriesUnit("PERCENT", 0, 100)
INDEX = SeriesUnit("INDEX", 0, 1, "0 to 1")
YES_NO = SeriesUnit("NUMBER", 0, 1, "1 yes, 0 no")
TRUE_FALSE = SeriesUnit("BOOL", 0, 1, "1 yes, 0 no")
LEVEL = SeriesUnit("NUMBER", 1, 5, "level 1 to 5")
COUNT = SeriesUnit("NUMBER", 0, 1e9)
SPECIES = SeriesUnit("SPECIES", 0, 100_000)
PERSONS = SeriesUnit("PERSONS", 1, 1e10)
AREA = SeriesUnit("KM2", 0.1, 2e7)
AID = SeriesUnit("CON_USD_M", says="or CON_USD; below 0 where more was paid back")
SPENDING = SeriesUnit("CON_USD", 0, says="or CON_USD_M")


@dataclass(frozen=True)
class MetricSeries:
    """One series that metrics read.

    Attributes:
        code: the publisher's code.
        publisher: as the column `publisher` has it.
        unit: the unit of its values.
        title: what it is about.
        feeds: the metrics that show its values, as `table.column`.
    """

    code: str
    publisher: str
    unit: SeriesUnit
    title: str
    feeds: tuple[str, ...]


def _of(code: str, publisher: str, unit: SeriesUnit, title: str, *feeds: str) -> MetricSeries:
    return MetricSeries(code, publisher, unit, title, feeds)


_MEASURE = "legal_framework.national_measures"
_THREATENED = "threatened_species.official_threatened_species"
_AREAS = "protected_area_coverage"
_PER_AREA = "conservation_finance.domestic_biodiversity_finance_usd_per_km2"
_PER_MILLION = "research_awareness.publications_by_researchers_per_million"

SERIES: tuple[MetricSeries, ...] = (
    _of("ER.LND.PTLD.ZS", "worldbank", PER_CENT, "Land protected", f"{_AREAS}.land_protected_pct"),
    _of("ER.MRN.PTMR.ZS", "worldbank", PER_CENT, "Territorial waters protected", f"{_AREAS}.marine_protected_pct"),
    _of("ER_MRN_MARIN", "unsdg", PER_CENT, "Exclusive economic zone protected", f"{_AREAS}.eez_protected_pct"),
    _of("ER_PTD_TERR", "unsdg", PER_CENT, "Key biodiversity areas on land protected", f"{_AREAS}.kba_terrestrial_pct"),
    _of("ER_PTD_FRHWTR", "unsdg", PER_CENT, "Key biodiversity areas of fresh water protected", f"{_AREAS}.kba_freshwater_pct"),
    _of("ER_PTD_MTN", "unsdg", PER_CENT, "Key biodiversity areas in mountains protected", f"{_AREAS}.kba_mountain_pct"),
    _of("ER_MRN_MPA", "unsdg", PER_CENT, "Key biodiversity areas at sea protected", f"{_AREAS}.kba_marine_pct"),
    _of("PP_LAND_PA_PCT", "protected_planet", PER_CENT, "Land in protected areas", f"{_AREAS}.land_protected_planet_pct"),
    _of("PP_LAND_PA_OECM_PCT", "protected_planet", PER_CENT, "Land protected or otherwise conserved", f"{_AREAS}.land_conserved_pct"),
    _of("PP_LAND_PAME_PCT", "protected_planet", PER_CENT, "Land in protected areas whose management was assessed", f"{_AREAS}.land_management_assessed_pct"),
    _of("PP_EEZ_PA_PCT", "protected_planet", PER_CENT, "Sea in protected areas", f"{_AREAS}.eez_protected_planet_pct"),
    _of("PP_EEZ_PA_OECM_PCT", "protected_planet", PER_CENT, "Sea protected or otherwise conserved", f"{_AREAS}.eez_conserved_pct"),
    _of("PP_EEZ_PAME_PCT", "protected_planet", PER_CENT, "Sea in protected areas whose management was assessed", f"{_AREAS}.eez_management_assessed_pct"),
    _of("ER_RSK_LST", "unsdg", INDEX, "Red List Index", "red_list_index.official_red_list_index"),
    _of("EN.MAM.THRD.NO", "worldbank", SPECIES, "Threatened mammals", _THREATENED),
    _of("EN.BIR.THRD.NO", "worldbank", SPECIES, "Threatened birds", _THREATENED),
    _of("EN.HPT.THRD.NO", "worldbank", SPECIES, "Threatened plants", _THREATENED),
    _of("AG_LND_FRST", "unsdg", PER_CENT, "Forest area", "ecosystem_condition.forest_pct"),
    _of("AG.LND.FRST.ZS", "worldbank", PER_CENT, "Forest area", "ecosystem_condition.forest_world_bank_pct"),
    _of("ER_MTN_GRNCVI", "unsdg", PER_CENT, "Mountain green cover index", "ecosystem_condition.mountain_green_cover_pct"),
    _of("AG_LND_DGRD", "unsdg", PER_CENT, "Degraded land", "ecosystem_condition.degraded_land_pct"),
    _of("EN_H2O_WBAMBQ", "unsdg", PER_CENT, "Waters of good quality", "ecosystem_condition.waters_good_pct"),
    _of("ER_H2O_IWRMD", "unsdg", PER_CENT, "Water resources management", "sustainable_management.water_management_pct"),
    _of("EG_TBA_H2CO", "unsdg", PER_CENT, "Shared waters under an agreement", "sustainable_management.shared_waters_agreed_pct"),
    _of("EN_WWT_WWDS", "unsdg", PER_CENT, "Waste water safely treated", "sustainable_management.waste_water_treated_pct"),
    _of("AG_LND_FRSTMGT", "unsdg", PER_CENT, "Forest under a management plan", "sustainable_management.forest_plan_pct"),
    _of("ER_REG_UNFCIM", "unsdg", LEVEL, "Instruments against illegal fishing", "sustainable_management.illegal_fishing_level"),
    _of("ER_REG_SSFRAR", "unsdg", LEVEL, "Rights of small fisheries", "sustainable_management.small_fisheries_level"),
    _of("ER_CBD_NAGOYA", "unsdg", YES_NO, "Party to the Nagoya Protocol", "legal_framework.treaties_in_force"),
    _of("ER_CBD_PTYPGRFA", "unsdg", YES_NO, "Party to the plant treaty", "legal_framework.treaties_in_force"),
    _of("ER_IAS_LEGIS", "unsdg", TRUE_FALSE, "Law on invasive species", _MEASURE),
    _of("ER_IAS_NBSAP", "unsdg", TRUE_FALSE, "National target on invasive species", _MEASURE),
    _of("ER_IAS_NATBUD", "unsdg", TRUE_FALSE, "Budget against invasive species", _MEASURE),
    _of("ER_CBD_ABSCLRHS", "unsdg", YES_NO, "Measures on access and benefit-sharing", _MEASURE),
    _of("ER_CBD_ORSPGRFA", "unsdg", YES_NO, "Measures under the plant treaty", _MEASURE),
    _of("ER_BDY_ABT2NP", "unsdg", YES_NO, "National biodiversity target", _MEASURE),
    _of("ER_BDY_SEEA", "unsdg", YES_NO, "Environmental accounts", _MEASURE),
    _of("DC_ODA_BDVL", "unsdg", AID, "Biodiversity aid received", "conservation_finance.biodiversity_aid_received_usd"),
    _of("DC_ODA_BDVDL", "unsdg", AID, "Biodiversity aid given", "conservation_finance.biodiversity_aid_given_usd"),
    _of("NESS_BIODIVERSITY_EXPENDITURE", "user", SPENDING, "The country's own spending on biodiversity", "conservation_finance.domestic_biodiversity_finance_usd"),
    _of("AG.LND.TOTL.K2", "worldbank", AREA, "Land area", _PER_AREA),
    _of("GBIF_LIT_COVERAGE", "gbif", COUNT, "Publications about the country", "research_awareness.publications_about_country"),
    _of("GBIF_LIT_RESEARCHER", "gbif", COUNT, "Publications by its researchers", "research_awareness.publications_by_researchers"),
    _of("GBIF_DATASETS", "gbif", COUNT, "Data sets published", "research_awareness.data_sets"),
    _of("GBIF_PUBLISHERS", "gbif", COUNT, "Publishers of data", "research_awareness.data_publishers"),
    _of("SP.POP.TOTL", "worldbank", PERSONS, "Population", _PER_MILLION),
)  # fmt: skip


@functools.cache
def metric_series() -> dict[str, MetricSeries]:
    """Every series that a metric reads, by code."""
    return {series.code: series for series in SERIES}


def nearest_series(code: str) -> MetricSeries | None:
    """The series that somebody most likely means by a code, or by a name in its place; None where none is like it."""
    by_word = {series.title: series for series in SERIES} | metric_series()
    word = nearest(code, by_word)
    return None if word is None else by_word[word]
