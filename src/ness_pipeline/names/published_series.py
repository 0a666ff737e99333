"""The series of the World Bank and the UN that the warehouse has, with the unit of each, and the units in which others give them."""

from __future__ import annotations

from collections.abc import Mapping

WORLD_BANK: Mapping[str, str] = {
    "ER.LND.PTLD.ZS": "PERCENT",
    "ER.MRN.PTMR.ZS": "PERCENT",
    "ER.PTD.TOTL.ZS": "PERCENT",
    "EN.MAM.THRD.NO": "SPECIES",
    "EN.BIR.THRD.NO": "SPECIES",
    "EN.FSH.THRD.NO": "SPECIES",
    "EN.HPT.THRD.NO": "SPECIES",
    "AG.LND.FRST.ZS": "PERCENT",
    "AG.LND.FRST.K2": "KM2",
    "AG.LND.TOTL.K2": "KM2",
    "SP.POP.TOTL": "PERSONS",
}
"""Indicator code to unit; the World Bank leaves the field `unit` empty."""

UN_SDG: Mapping[str, str] = {
    "ER_RSK_LST": "INDEX",
    "ER_PTD_TERR": "PERCENT",
    "ER_PTD_FRHWTR": "PERCENT",
    "ER_PTD_MTN": "PERCENT",
    "ER_MRN_MPA": "PERCENT",
    "ER_MRN_MARIN": "PERCENT",
    "ER_MRN_MARINT": "KM2",
    "AG_LND_FRST": "PERCENT",
    "AG_LND_FRSTN": "HA_TH",
    "AG_LND_TOTL": "HA_TH",
    "AG_LND_DGRD": "PERCENT",
    "ER_CBD_NAGOYA": "NUMBER",
    "ER_CBD_PTYPGRFA": "NUMBER",
    "ER_CBD_ABSCLRHS": "NUMBER",
    "ER_CBD_ORSPGRFA": "NUMBER",
    "ER_CBD_SMTA": "NUMBER",
    "ER_IAS_LEGIS": "BOOL",
    "ER_IAS_NBSAP": "BOOL",
    "ER_IAS_NATBUD": "BOOL",
    "ER_IAS_GLOFUN": "BOOL",
    "ER_BDY_ABT2NP": "NUMBER",
    "ER_BDY_SEEA": "NUMBER",
    "ER_MTN_GRNCVI": "PERCENT",
    "EN_H2O_WBAMBQ": "PERCENT",
    "ER_H2O_IWRMD": "PERCENT",
    "EG_TBA_H2CO": "PERCENT",
    "EN_WWT_WWDS": "PERCENT",
    "AG_LND_FRSTMGT": "PERCENT",
    "ER_REG_UNFCIM": "NUMBER",
    "ER_REG_SSFRAR": "NUMBER",
    "DC_ODA_BDVL": "CON_USD_M",
    "DC_ODA_BDVDL": "CON_USD_M",
}
"""Series code to unit, as the UN's database names it."""

FORMER_CODES: Mapping[str, str] = {
    "ER_RSK_LST": "ER_RSK_LSTI",
    "ER_PTD_TERR": "ER_PTD_TERRS",
    "ER_PTD_FRHWTR": "ER_PTD_FRWRT",
    "ER_PTD_MTN": "ER_PTD_MOTN",
}
"""Series code to its code before 2021, where that differed."""

TITLES: Mapping[str, str] = {
    "redlistindex": "ER_RSK_LST",
    "marineprotectedareasofterritorialwaters": "ER.MRN.PTMR.ZS",
    "terrestrialprotectedareasoftotallandarea": "ER.LND.PTLD.ZS",
    "terrestrialandmarineprotectedareasoftotalterritorialarea": "ER.PTD.TOTL.ZS",
    "mammalspeciesthreatened": "EN.MAM.THRD.NO",
    "birdspeciesthreatened": "EN.BIR.THRD.NO",
    "fishspeciesthreatened": "EN.FSH.THRD.NO",
    "plantspecieshigherthreatened": "EN.HPT.THRD.NO",
    "forestareaoflandarea": "AG.LND.FRST.ZS",
    "forestareasqkm": "AG.LND.FRST.K2",
    "landareasqkm": "AG.LND.TOTL.K2",
    "populationtotal": "SP.POP.TOTL",
}
"""Titles of series as publishers write them, letters and digits only, to their codes."""

WORLD_BANK_CITATION = ("World Bank, World Development Indicators. https://data.worldbank.org", "CC-BY-4.0")
"""What to cite, and its licence."""
UN_SDG_CITATION = (
    "United Nations Statistics Division, Global SDG Indicators Database. https://unstats.un.org/sdgs/dataportal",
    "LicenseRef-UN-data-terms-of-use",
)
DOLLARS = ("CON_USD", "CON_USD_M")
_OF_TODAY = {former: code for code, former in FORMER_CODES.items()}
_KINDS: tuple[Mapping[str, float], ...] = (
    {**dict.fromkeys(("PERCENT", "%", "PER CENT", "PERCENTAGE", "PCT"), 1.0)}
    | dict.fromkeys(("SHARE", "FRACTION", "PROPORTION", "RATIO"), 100.0),
    dict.fromkeys(("KM2", "KMSQ", "KM²", "SQ KM", "SQ. KM", "SQUARE KILOMETRES", "SQUARE KILOMETERS", "SQKM"), 1.0)
    | dict.fromkeys(("HA", "HECTARE", "HECTARES"), 0.01)
    | dict.fromkeys(("HA_TH", "1000 HA", "THOUSAND HECTARES", "THOUSANDS OF HECTARES"), 10.0),
    dict.fromkeys(("CON_USD", "USD", "US$", "DOLLARS", "US DOLLARS"), 1.0)
    | dict.fromkeys(("CON_USD_M", "USD_M", "USD MILLION", "USD MILLIONS", "MILLION USD", "MILLIONS USD"), 1e6)
    | dict.fromkeys(
        ("MILLION US$", "US$ MILLION", "US$ MILLIONS", "MILLIONS OF DOLLARS", "MILLIONS OF US DOLLARS"), 1e6
    ),
    dict.fromkeys(("NUMBER", "SPECIES", "PERSONS", "PEOPLE", "COUNT", "INDEX", "BOOL", "BOOLEAN", "1"), 1.0)
    | dict.fromkeys(("THOUSANDS", "THOUSAND", "NUM_TH"), 1e3)
    | dict.fromkeys(("MILLIONS", "MILLION", "NUM_M"), 1e6),
)
"""Units of one kind, with how many of the kind's first unit each is."""


def unit_of(series_code: str) -> str | None:
    """The unit of a series in the warehouse; None for series that it does not know."""
    return WORLD_BANK.get(series_code) or UN_SDG.get(series_code)


def is_read_in(series_code: str, unit: str) -> bool:
    """Whether the values of a series mean in a unit what the warehouse takes them for; dollars count by one and by the million."""
    wanted = UN_SDG.get(series_code) or WORLD_BANK[series_code]
    times = factor(unit, wanted)
    return times == 1 or (times is not None and wanted in DOLLARS)


def current_code(series_code: str) -> str:
    """The code of a series today, in capital letters."""
    code = series_code.strip().upper()
    return _OF_TODAY.get(code, code)


def factor(unit: str, wanted: str) -> float | None:
    """By what a value is multiplied to come from one unit into another; None where that cannot be."""
    given = " ".join(unit.upper().split())
    if given == wanted:
        return 1.0
    kind = next((kind for kind in _KINDS if wanted in kind), {})
    return kind[given] / kind[wanted] if given in kind else None
