"""Which countries and years a run covers, and the ISO table behind it."""

from __future__ import annotations

import csv
import functools
import importlib.resources
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ness_pipeline.errors import WrongUsage


@dataclass(frozen=True)
class CountryName:
    """One country or territory of ISO 3166-1, plus Kosovo."""

    country_code: str
    iso3_code: str
    m49_code: int | None
    country_name: str
    name_pattern: str
    region: str | None
    subregion: str | None


@functools.cache
def countries() -> dict[str, CountryName]:
    """All countries and territories in force by ISO alpha-2 code.

    The table is country-converter's; it is read as a file because importing that package costs a second of pandas.
    Its code column holds patterns for Greece and the United Kingdom (`^GB$|^UK$`); the first code is ISO's.
    """
    resource = importlib.resources.files("country_converter") / "country_data.tsv"
    with resource.open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t") if not row["obsolete"]]
    known = {}
    for row in rows:
        if code := re.match(r"\^?([A-Z]{2})\b", row["ISO2"]):
            known[code[1]] = CountryName(
                country_code=code[1],
                iso3_code=row["ISO3"],
                m49_code=int(row["ISOnumeric"]) if row["ISOnumeric"].isdigit() else None,
                country_name=row["name_short"],
                name_pattern=row["regex"],
                region=row["continent"] or None,
                subregion=row["UNregion"] or None,
            )
    return dict(sorted(known.items()))


@functools.cache
def by_iso3() -> dict[str, str]:
    """ISO alpha-3 to alpha-2."""
    return {country.iso3_code: code for code, country in countries().items()}


@functools.cache
def by_m49() -> dict[int, str]:
    """UN M49 number to ISO alpha-2."""
    return {country.m49_code: code for code, country in countries().items() if country.m49_code is not None}


def country_named(word: str) -> str | None:
    """The code of the one country that a code or English name means, None when it is none or several."""
    known = countries()
    if (code := word.upper()) in known:
        return code
    if code in by_iso3():
        return by_iso3()[code]
    matches = [key for key, country in known.items() if re.search(country.name_pattern, word, re.IGNORECASE)]
    return matches[0] if len(matches) == 1 else None


def resolve(names: Iterable[str]) -> tuple[str, ...]:
    """Country codes for what a user typed: alpha-2 or alpha-3 codes or English names, any case, sorted.

    Raises:
        WrongUsage: a name is no country.
    """
    codes = set()
    for name in names:
        code = country_named(name.strip())
        if code is None:
            raise WrongUsage(
                f"{name!r} is not a country; give an ISO 3166 code such as KE or KEN, or a name such as Kenya."
            )
        codes.add(code)
    return tuple(sorted(codes))
