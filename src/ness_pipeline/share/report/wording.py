"""Texts of numbers, metrics and reasons for readers who do not know the tables."""

from __future__ import annotations

import datetime as dt
import functools
import math
import re
from typing import Any, Literal

from ness_pipeline.contract.dictionary import tables
from ness_pipeline.contract.measures import measures
from ness_pipeline.schemas.base import Measure
from ness_pipeline.schemas.vocabulary import BASES, NO_MEANING, REASONS, TREATIES

Kind = Literal["share", "points", "pct", "count", "year", "number"]

MISSING = "\N{EN DASH}"
"""The text shown where there is no value."""

_WORDS = {
    "kba": "key biodiversity area",
    "gbif": "GBIF",
    "ssii": "species status information index",
    "ssei": "species sampling effectiveness",
    "star": "STAR",
    "dd": "Data Deficient",
    "sdg": "SDG",
    "usd": "US$",
    "es50": "species expected in 50 records",
    "pct": "",
    "share": "share",
    "oecm": "OECM",
    "eez": "exclusive economic zone",
    "ew": "extinct in the wild",
    "red": "Red",
    "list": "List",
}


def quoted_with(metric: str, unit: str | None) -> str:
    """How a value is written where nothing beside it gives its unit; `#` stands for the number."""
    kind, words = kind_of(metric, unit), unit_of(metric, unit)
    if kind == "count":
        return f"# {words.removeprefix('number of ')}"
    if kind != "number" or not words:
        return "#"
    return "score #" if words == "score" else f"# {words}"


def range_of(metric: str) -> str:
    """What the two ends beside a value are, in two or three words."""
    about = _measures().get(metric)
    if about and about.lower:
        return "95 % interval"
    return "with other choices" if about and about.basis == "composite" else "range"


def doubt_of(metric: str) -> str:
    """What it means for the order of two countries that their ranges overlap; nothing where there is no range."""
    about = _measures().get(metric)
    if about is None or not (about.lower or about.range_low):
        return ""
    if about.basis == "composite":
        return (
            "The bar is what other choices of ours would give, the thin line what everything that is missing could do, at its "
            "worst and at its best. Where the bars or the lines of two countries overlap, their order is not certain."
        )
    return "Where the ranges of two countries overlap, their order is not certain."


def caution_of(metric: str) -> str:
    """What to keep in mind when years of a measure are compared; nothing where there is nothing."""
    about = _measures().get(metric)
    if about is None or about.basis != "composite":
        return ""
    return "Two years of a country may rest on different measures; its page says which of them may be compared."


@functools.cache
def _measures() -> dict[str, Measure]:
    """What the contracts say of each published number."""
    return {column.name: measure for _, column, measure in measures()}


@functools.cache
def _labels() -> dict[str, str]:
    """Short names of metrics, where their contracts give one."""
    return {name: measure.label for name, measure in _measures().items() if measure.label}


def label_of(metric: str) -> str:
    """The short name of a metric: from its contract, or its column name in words."""
    return _labels().get(metric) or _in_words(metric)


def table_of(table: str) -> str:
    """The short name of a metric table: from its contract, or its name in words."""
    known = tables().get(f"metrics.{table}")
    return (known.label if known else None) or _in_words(table)


def _in_words(name: str) -> str:
    words = [_WORDS.get(word, word) for word in name.split("_")]
    text = " ".join(word for word in words if word)
    return text[:1].upper() + text[1:]


def kind_of(metric: str, unit: str | None) -> Kind:
    """The number format of a measure."""
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
        "1": "score",
        "1/a": "score a year",
        "%/a": "percent a year",
        "km2": "square kilometres",
        "a": "year",
        "USD": "US dollars",
        "USD/km2": "US dollars per km²",
        "{publication}/1e6": "publications per million people",
        None: "",
    }
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


_SHARE_METHODS = {  # each of GROUP_SHARE_METHODS
    "range_map": "range maps",
    "cells": "grid cells",
    "stated": "an own file",
    "occurrences": "records",
    "equal_shares": "equal shares of countries",
    "mixed": "several sources",
}


def share_method_of(method: str | None) -> str:
    """How range shares were obtained, in words; nothing where there are none."""
    return _SHARE_METHODS[method] if method else ""


def basis_of(basis: str | None) -> str:
    """What a number rests on, in a sentence; nothing where there is no number."""
    return BASES[basis] if basis else ""


def reason_of(code: str | None) -> str:
    """The sentence for the reason why a number is missing."""
    return REASONS.get(code, code) if code else ""


NO_DATA = ("no_data", "no_assessed_species")
"""Reasons that say that nothing that was loaded has the number for the country."""


def missing_of(reason: str | None) -> str:
    """The word that stands for a number that must not be shown, by the reason."""
    if reason == "not_open":
        return "does not apply"  # "none" beside treaties reads as a number of them
    if reason in NO_MEANING:
        return "none"
    return MISSING if not reason or reason in NO_DATA else "not quoted"


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
    "bbnj": "High seas (BBNJ)",
}
"""Subject of each treaty, short enough for the label of a bar."""


def licence_of(expression: str | None) -> str:
    """A licence expression in words: `LicenseRef-WDPA-terms-of-use` is the WDPA's terms of use."""
    return re.sub(r"LicenseRef-(\S+)", lambda match: match[1].replace("-", " "), expression or "not stated")


def source_of(name: str) -> str:
    """The name of a publisher or file behind a source."""
    known = {
        "gbif_country": "GBIF, species records by country",
        "gbif_taxonomy": "GBIF, names of species groups",
        "unsdg": "United Nations, Sustainable Development Goals",
        "worldbank": "World Bank",
        "cbd": "Convention on Biological Diversity",
        "sample": "Sample of open data that comes with this project",
        "iso_countries": "Country names and codes (ISO 3166)",
        "seeds": "Facts compiled with this project",
        "iucn": "IUCN Red List",
        "gbif_literature": "GBIF, publications that use open data",
        "gbif_registry": "GBIF, publishers and data sets",
        "protected_planet": "Protected Planet",
    }
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
