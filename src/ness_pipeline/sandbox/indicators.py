"""Series of the sandbox's World Bank and UN: invented values with the irregularities of the real series."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

FIRST_YEAR, LAST_YEAR = 1990, 2025

WORLDBANK_SERIES = {
    "ER.LND.PTLD.ZS": ("Terrestrial protected areas (% of total land area)", "percent", 2000),
    "ER.MRN.PTMR.ZS": ("Marine protected areas (% of territorial waters)", "percent", 2000),
    "ER.PTD.TOTL.ZS": ("Terrestrial and marine protected areas (% of total territorial area)", "percent", 2000),
    "EN.MAM.THRD.NO": ("Mammal species, threatened", "count", 2018),
    "EN.BIR.THRD.NO": ("Bird species, threatened", "count", 2018),
    "EN.FSH.THRD.NO": ("Fish species, threatened", "count", 2018),
    "EN.HPT.THRD.NO": ("Plant species (higher), threatened", "count", 2018),
    "AG.LND.FRST.ZS": ("Forest area (% of land area)", "percent", 1990),
    "AG.LND.FRST.K2": ("Forest area (sq. km)", "area", 1990),
    "AG.LND.TOTL.K2": ("Land area (sq. km)", "constant", 1990),
    "SP.POP.TOTL": ("Population, total", "count", 1990),
}
"""World Bank code to its name, kind and first year with values."""

UNSDG_SERIES = {
    "ER_RSK_LST": ("15.5.1", "Red List Index", "INDEX", "index", 1993),
    "ER_PTD_TERR": ("15.1.2", "Average proportion of terrestrial Key Biodiversity Areas covered", "PERCENT", "percent", 2000),
    "ER_PTD_FRHWTR": ("15.1.2", "Average proportion of freshwater Key Biodiversity Areas covered", "PERCENT", "percent", 2000),
    "ER_PTD_MTN": ("15.4.1", "Average proportion of mountain Key Biodiversity Areas covered", "PERCENT", "mountain", 2000),
    "ER_MRN_MPA": ("14.5.1", "Average proportion of marine Key Biodiversity Areas covered", "PERCENT", "marine", 2000),
    "ER_MRN_MARIN": ("14.5.1", "Protected marine area in the exclusive economic zone", "PERCENT", "marine", 2016),
    "ER_MRN_MARINT": ("14.5.1", "Protected marine area in the exclusive economic zone", "KM2", "marine_area", 2016),
    "AG_LND_FRST": ("15.1.1", "Forest area as a proportion of total land area", "PERCENT", "percent", 2000),
    "AG_LND_FRSTN": ("15.1.1", "Forest area", "HA_TH", "area", 2000),
    "AG_LND_TOTL": ("15.1.1", "Land area", "HA_TH", "constant", 2000),
    "AG_LND_DGRD": ("15.3.1", "Proportion of land that is degraded", "PERCENT", "sparse_percent", 2015),
    "ER_CBD_NAGOYA": ("15.6.1", "Countries that are parties to the Nagoya Protocol", "NUMBER", "flag", 2014),
    "ER_CBD_PTYPGRFA": ("15.6.1", "Countries that are contracting parties to the ITPGRFA", "NUMBER", "flag", 2012),
    "ER_CBD_ABSCLRHS": ("15.6.1", "Countries that report frameworks through the ABS Clearing-House", "NUMBER", "flag", 2016),
    "ER_CBD_ORSPGRFA": ("15.6.1", "Countries that report frameworks through the ITPGRFA system", "NUMBER", "flag", 2016),
    "ER_CBD_SMTA": ("15.6.1", "Standard Material Transfer Agreements reported", "NUMBER", "count", 2012),
    "ER_IAS_LEGIS": ("15.8.1", "National legislation on invasive alien species", "NUMBER", "flag", 2016),
    "ER_IAS_NBSAP": ("15.8.1", "Target on invasive alien species in the national plan", "NUMBER", "flag", 2016),
    "ER_IAS_NATBUD": ("15.8.1", "National budget for invasive alien species", "NUMBER", "flag", 2018),
    "ER_IAS_GLOFUN": ("15.8.1", "Global funding for invasive alien species", "NUMBER", "flag", 2018),
    "ER_BDY_ABT2NP": ("15.9.1", "National target for Aichi Target 2", "NUMBER", "flag", 2018),
    "ER_BDY_SEEA": ("15.9.1", "Countries that use environmental-economic accounting", "NUMBER", "flag", 2017),
    "ER_MTN_GRNCVI": ("15.4.2", "Mountain Green Cover Index", "PERCENT", "belts", 2000),
    "DC_ODA_BDVL": ("15.a.1", "Total official development assistance for biodiversity, by recipient countries (millions of constant United States dollars)", "CON_USD_M", "aid", 2006),
    "DC_ODA_BDVDL": ("15.a.1", "Total official development assistance for biodiversity, by donor countries (millions of constant United States dollars)", "CON_USD_M", "aid", 2006),
    # New series stand last, so that the values of the others stay the same.
    "EN_H2O_WBAMBQ": ("6.3.2", "Proportion of bodies of water with good ambient water quality", "PERCENT", "percent", 2017),
    "ER_H2O_IWRMD": ("6.5.1", "Degree of integrated water resources management implementation", "PERCENT", "percent", 2017),
    "EG_TBA_H2CO": ("6.5.2", "Proportion of transboundary basins with an operational arrangement for water cooperation", "PERCENT", "mountain", 2017),
    "EN_WWT_WWDS": ("6.3.1", "Proportion of safely treated domestic wastewater flows", "PERCENT", "percent", 2020),
    "AG_LND_FRSTMGT": ("15.2.1", "Proportion of forest area with a long-term management plan", "PERCENT", "percent", 2000),
    "ER_REG_UNFCIM": ("14.6.1", "Implementation of instruments to combat illegal, unreported and unregulated fishing (level of implementation: 1 lowest to 5 highest)", "NUMBER", "marine_level", 2018),
    "ER_REG_SSFRAR": ("14.b.1", "Framework which protects access rights for small-scale fisheries (level of implementation: 1 lowest to 5 highest)", "NUMBER", "marine_level", 2018),
}  # fmt: skip
"""UN SDG code to its indicator, description, unit, kind and first year."""

SITE_SERIES = frozenset({"ER_PTD_TERR", "ER_PTD_FRHWTR", "ER_PTD_MTN", "ER_MRN_MPA"})
"""Means over key biodiversity areas, which the UN publishes with bounds for protected areas of unknown year."""
SITE_BOUNDS = (-1.5, 0.25)
"""Lower and upper bound of such a mean, from the mean itself."""

BELTS = ("ALPINE", "MONTANE", "NIVAL", "TOTAL")
WORLDBANK_AGGREGATES = {
    "1W": ("WLD", "World"),
    "ZH": ("AFE", "Africa Eastern and Southern"),
    "XC": ("EMU", "Euro area"),
    "XY": ("", "Not classified"),
}
"""World Bank alpha-2 of an aggregate to its alpha-3 and name; the last one has no alpha-3 in the series."""

UNSDG_REGIONS = {"1": "World", "2": "Africa", "19": "Americas", "142": "Asia", "150": "Europe", "9": "Oceania"}
"""M49 number to name, of areas that are no countries."""


@dataclass(frozen=True)
class SdgValue:
    """One row of a UN SDG series.

    Attributes:
        area: ISO alpha-2 code, or the M49 number of a region.
        year: year.
        text: the value as the API writes it: a number, `N`, `NaN`, `<5`, `>95`, `..` or nothing.
        lower: lower bound as text.
        upper: upper bound as text.
        belt: bioclimatic belt of mountain green cover over all land covers, None in all other series.
        nature: how the number came about.
    """

    area: str
    year: int
    text: str
    lower: str | None = None
    upper: str | None = None
    belt: str | None = None
    nature: str = "E"


class Indicators:
    """All series of both publishers.

    Attributes:
        worldbank: value by series, area and year; None where the publisher has no number.
        unsdg: rows by series.
    """

    def __init__(self, rng: np.random.Generator, countries: tuple[str, ...], landlocked: frozenset[str]) -> None:
        self._rng, self._landlocked, self._flat = rng, landlocked, countries[-1]
        self.worldbank: dict[str, dict[tuple[str, int], float | int | None]] = {}
        self.unsdg: dict[str, list[SdgValue]] = {}
        for code, (_, kind, first) in WORLDBANK_SERIES.items():
            areas = (*countries, "XK", *WORLDBANK_AGGREGATES)
            self.worldbank[code] = {key: value for area in areas for key, value in self._bank(code, kind, first, area)}
        for code, (*_, kind, first) in UNSDG_SERIES.items():
            rows = [row for area in (*countries, *UNSDG_REGIONS) for row in self._sdg(kind, first, area)]
            self.unsdg[code] = [_with_bounds(row) for row in rows] if code in SITE_SERIES else rows

    def _whole(self, low: int, high: int) -> int:
        return int(self._rng.integers(low, high))

    def _path(self, kind: str, years: range) -> list[float | int]:  # noqa: PLR0911  one shape per kind
        """Plausible values over the years: percentages that creep up, areas that shrink, counts that grow."""
        if kind in {"percent", "sparse_percent", "marine", "mountain", "belts"}:
            start, step = self._whole(200, 6500), self._whole(5, 150)
            values = [min(10_000, start + step * i + self._whole(0, 40)) / 100 for i in range(len(years))]
            return [min(100.0, value) for value in values]
        if kind == "index":
            start, step = self._whole(70_000, 98_000), self._whole(20, 350)
            return [(start - step * i) / 100_000 for i in range(len(years))]
        if kind == "constant":
            return [float(self._whole(20_000, 9_000_000))] * len(years)
        if kind in {"area", "marine_area"}:
            start, step = self._whole(5_000, 4_000_000), self._whole(0, 300)
            return [max(1.0, start - step * i) / 1.0 for i in range(len(years))]
        if kind == "aid":
            return [self._whole(0, 60_000) / 100 for _ in years]
        if kind == "marine_level":
            return [self._whole(1, 6) for _ in years]
        if kind == "flag":
            since = self._whole(0, 2 * len(years))
            return [int(i >= since) for i in range(len(years))]
        start, step = self._whole(5, 90_000), self._whole(0, 900)
        return [start + step * i for i in range(len(years))]

    def _bank(self, code: str, kind: str, first: int, area: str) -> list[tuple[tuple[str, int], float | int | None]]:
        years = range(first, LAST_YEAR + 1)
        values = dict(zip(years, self._path(kind, years), strict=True))
        if code == "ER.MRN.PTMR.ZS" and area in self._landlocked:
            values = {}
        if code.endswith(".THRD.NO"):
            values = {2018: values[2018]} if area != "XK" else {}  # these series have a single year
        for year in list(values):
            if kind != "constant" and self._whole(0, 25) == 0:
                del values[year]
        values.pop(LAST_YEAR, None)  # the latest year is always still missing
        return [((area, year), values.get(year)) for year in range(FIRST_YEAR, LAST_YEAR + 1)]

    def _sdg(self, kind: str, first: int, area: str) -> list[SdgValue]:
        years = range(first, LAST_YEAR)
        rows: list[SdgValue] = []
        if (kind.startswith("marine") and area in self._landlocked) or (kind == "mountain" and area == self._flat):
            return [SdgValue(area, year, "N", nature="NA") for year in years]
        if kind in {"sparse_percent", "flag", "aid"} and self._whole(0, 6) == 0:
            return []  # this country has no values
        for belt in BELTS if kind == "belts" else (None,):
            for year, value in zip(years, self._path(kind, years), strict=True):
                luck = self._whole(0, 60)
                if luck == 0 or (kind == "sparse_percent" and year not in {2015, 2019}):
                    continue
                rows.append(self._row(kind, area, year, value, belt, luck))
        return rows

    def _row(self, kind: str, area: str, year: int, value: float, belt: str | None, luck: int) -> SdgValue:
        if luck in {1, 2, 3} and kind in {"percent", "area", "count"}:
            return SdgValue(area, year, ("", "NaN", "..")[luck - 1], belt=belt, nature="M")
        if kind in {"percent", "sparse_percent", "marine", "mountain"} and not 5 <= value <= 95:  # noqa: PLR2004  as in "<5", ">95"
            return SdgValue(area, year, "<5" if value < 5 else ">95", belt=belt)  # noqa: PLR2004
        text = str(value) if isinstance(value, float) else f"{value}.0" if luck % 2 else str(value)
        if kind == "index":
            spread = self._whole(100, 3000) / 100_000
            lower, upper = f"{max(0.0, value - spread):.5f}", f"{min(1.0, value + spread):.5f}"
            return SdgValue(area, year, f"{value:.5f}", lower, upper)
        return SdgValue(area, year, text, belt=belt, nature="C" if kind == "flag" else "E")


def _with_bounds(row: SdgValue) -> SdgValue:
    """The row with bounds around its number; a row without a number as it is."""
    if not row.text[:1].isdigit():
        return row
    lower, upper = (min(100.0, max(0.0, float(row.text) + step)) for step in SITE_BOUNDS)
    return replace(row, lower=f"{lower:.5f}", upper=f"{upper:.5f}")
