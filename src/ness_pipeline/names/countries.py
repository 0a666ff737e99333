"""Countries and territories by code and by name, and which of them a run covers."""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ness_pipeline.errors import WrongUsage
from ness_pipeline.names.country_names import countries_with_name, similar_countries
from ness_pipeline.paths import sql_folder


@dataclass(frozen=True)
class CountryName:
    """One country or territory of ISO 3166-1, plus Kosovo."""

    country_code: str
    iso3_code: str
    m49_code: int
    country_name: str
    region: str
    subregion: str


@functools.cache
def countries() -> dict[str, CountryName]:
    """All countries and territories in force by ISO alpha-2 code, from `warehouse/seeds/country/codes.csv`."""
    with (sql_folder("seeds") / "country/codes.csv").open(encoding="utf-8", newline="") as lines:
        return {
            row["country_code"]: CountryName(
                country_code=row["country_code"],
                iso3_code=row["iso3_code"],
                m49_code=int(row["m49_code"]),
                country_name=row["country_name"],
                region=row["region"],
                subregion=row["subregion"],
            )
            for row in csv.DictReader(lines)
        }


@functools.cache
def by_iso3() -> dict[str, str]:
    """ISO alpha-3 to alpha-2."""
    return {country.iso3_code: code for code, country in countries().items()}


@functools.cache
def by_m49() -> dict[int, str]:
    """UN M49 number to ISO alpha-2."""
    return {country.m49_code: code for code, country in countries().items()}


def country_named(word: str) -> str | None:
    """The code of the one country that a word means, None when it means none or several.

    Args:
        word: an ISO alpha-2 or alpha-3 code in any case, a UN M49 number (`50`, `050`, `50.0`), or the whole name in any
            language, as in `country_names`.
    """
    text = word.strip()
    code = text.upper()
    if code in countries():
        return code
    if code in by_iso3():
        return by_iso3()[code]
    if number := re.fullmatch(r"([0-9]{1,3})(\.0+)?", text):
        return by_m49().get(int(number[1]))
    codes = countries_with_name(text)
    return next(iter(codes)) if len(codes) == 1 and codes <= countries().keys() else None


def did_you_mean(word: str) -> str:
    """A question after the countries that a word which names none comes near to, as `did you mean Kenya (KE)?`; or nothing."""
    codes = sorted(countries_with_name(word) & countries().keys()) or similar_countries(word)
    near = [f"{countries()[code].country_name} ({code})" for code in codes if code in countries()]
    return f"did you mean {' or '.join(near)}?" if near else ""


def resolve(names: Iterable[str]) -> tuple[str, ...]:
    """Country codes for what a user typed: codes or names as in `country_named`, sorted.

    Raises:
        WrongUsage: a name is no country; the sentence names those that it comes near to.
    """
    codes = set()
    for name in names:
        code = country_named(name)
        if code is None:
            hint = did_you_mean(name) or "give an ISO 3166 code such as KE or KEN, or a name such as Kenya."
            raise WrongUsage(f"{name!r} is not a country; {hint}")
        codes.add(code)
    return tuple(sorted(codes))
