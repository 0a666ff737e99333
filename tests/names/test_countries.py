"""Countries by code and by name: the right one or none, never another."""
# ruff: noqa: RUF001  (names in Russian are meant to be in Russian letters)

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pycountry
import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from ness_pipeline.errors import WrongUsage
from ness_pipeline.names.countries import by_iso3, by_m49, countries, country_named, did_you_mean, resolve
from ness_pipeline.names.country_names import OTHER_LANGUAGES
from ness_pipeline.paths import sql_folder

ANOTHER_NAME = {"KOS": "XK", "OWID_KOS": "XK"}
"""Codes of Kosovo in files of Our World in Data."""


def seed(name: str) -> list[dict[str, str]]:
    """Rows of a seed of countries."""
    with (sql_folder("seeds") / "country" / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_codes_are_those_of_iso_3166() -> None:
    """The same areas with the same codes and numbers as pycountry has, and Kosovo, which ISO leaves without."""
    listed = {(c.alpha_2, c.alpha_3, int(c.numeric)) for c in pycountry.countries}
    assert len(listed) == 249
    kosovo = ("XK", "XKX", 412)
    assert {(c.country_code, c.iso3_code, c.m49_code) for c in countries().values()} == listed | {kosovo}
    assert list(countries()) == sorted(countries())


@pytest.mark.parametrize("name", ["codes.csv", "names.csv"])
def test_every_row_names_its_source_and_date(name: str) -> None:
    """No row without who stated it and as of when; no row is there twice, and none names an unknown country."""
    rows = seed(name)
    for row in rows:
        assert row["stated_by"], row
        assert dt.date(2026, 1, 1) <= dt.date.fromisoformat(row["as_of"]) <= dt.date(2026, 12, 31)
        assert row["country_code"] in {*countries(), ""}
    assert len({tuple(row.values()) for row in rows}) == len(rows)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        *[(word, "KE") for word in ("KE", "ke", "KEN", "Ken", "404", "404.0", " Kenya ", "KENYA", "Kenia", "肯尼亚", "Кения", "كينيا")],
        *[(word, "BD") for word in ("050", "50", "50.0", "Bangladesh")],
        *[(word, "CI") for word in ("Côte d'Ivoire", "Côte d’Ivoire", "Cote dIvoire", "cote d ivoire", "Ivory Coast", "COTE D'IVOIRE")],
        *[(word, "TZ") for word in ("United Republic of Tanzania", "Tanzania, United Republic of", "Tanzania", "Tanzanie")],
        *[(word, "BO") for word in ("Bolivia (Plurinational State of)", "Bolivia", "Bolivie (État plurinational de)")],
        *[(word, "VN") for word in ("Viet Nam", "Vietnam", "Việt Nam")],
        *[(word, "RU") for word in ("Russian Federation", "Russia", "la Fédération de Russie", "俄罗斯联邦")],
        *[(word, "US") for word in ("USA", "U.S.A.", "United States of America", "États-Unis", "Estados Unidos de América")],
        *[(word, "GB") for word in ("UK", "Great Britain", "United Kingdom of Great Britain and Northern Ireland")],
        *[(word, "GR") for word in ("EL", "Ελλάδα", "Grèce")],
        *[(word, "GM") for word in ("The Gambia", "Gambia, The", "Gambia")],
        *[(word, "KR") for word in ("Korea, Rep.", "Republic of Korea", "Korea, Republic of", "South Korea")],
        *[(word, "KP") for word in ("Korea, Dem. People's Rep.", "Democratic People's Republic of Korea", "North Korea")],
        *[(word, "CD") for word in ("Congo, Dem. Rep.", "Democratic Republic of the Congo", "DR Congo", "Congo (Kinshasa)")],
        *[(word, "CG") for word in ("Congo, Rep.", "Republic of the Congo", "Congo (Brazzaville)", "Congo")],
        ("Egypt, Arab Rep.", "EG"), ("Iran, Islamic Rep.", "IR"), ("Yemen, Rep.", "YE"), ("Venezuela, RB", "VE"),
        ("Micronesia, Fed. Sts.", "FM"), ("Hong Kong SAR, China", "HK"), ("Macao SAR, China", "MO"), ("Lao PDR", "LA"),
        ("Kyrgyz Republic", "KG"), ("Slovak Republic", "SK"), ("St. Lucia", "LC"), ("Saint Lucia", "LC"),
        ("West Bank and Gaza", "PS"), ("Palestine, State of", "PS"), ("Turkiye", "TR"), ("Turkey", "TR"), ("Türkiye", "TR"),
        ("Czech Republic", "CZ"), ("Czechia", "CZ"), ("Swaziland", "SZ"), ("Eswatini", "SZ"), ("Macedonia", "MK"),
        ("North Macedonia", "MK"), ("Burma", "MM"), ("Cape Verde", "CV"), ("Cabo Verde", "CV"), ("Timor-Leste", "TL"),
        ("East Timor", "TL"), ("Kosovo", "XK"), ("XKX", "XK"), ("Trinidad & Tobago", "TT"), ("Sao Tome and Principe", "ST"),
    ],
)  # fmt: skip
def test_a_country_as_people_write_it(written: str, code: str) -> None:
    """Codes, numbers and names of the United Nations, the World Bank, GBIF, IUCN, the EU and of common use."""
    assert country_named(written) == code


@pytest.mark.parametrize(
    ("written", "code"),
    [("Guinea Ecuatorial", "GQ"), ("República dominicana", "DO"), ("République dominicaine", "DO"), ("Samoa américaines", "AS"),
     ("Polinesia Francesa", "PF"), ("Guayana Francesa", "GF"), ("San Martín (parte francesa)", "MF"), ("Niger", "NE"),
     ("Nigeria", "NG"), ("Guinea", "GN"), ("Guinea-Bissau", "GW"), ("Papua New Guinea", "PG"), ("Sudan", "SD"),
     ("South Sudan", "SS"), ("Dominica", "DM"), ("Samoa", "WS"), ("Netherlands", "NL"), ("Jersey", "JE")],
)  # fmt: skip
def test_a_name_within_a_name_is_no_country(written: str, code: str) -> None:
    """A country whose name holds another's is not that other."""
    assert country_named(written) == code


@pytest.mark.parametrize(
    "written",
    ["Czechoslovakia", "Yugoslavia", "USSR", "Soviet Union", "Serbia and Montenegro", "Netherlands Antilles", "Sudan (former)",
     "World", "Euro area", "Sub-Saharan Africa", "Channel Islands", "European Union", "Micronesia", "Latin America & Caribbean",
     "Korea", "Virgin Islands", "Guiana", "Africa", "Южная Африка", "Kenya and Uganda", "Lake Victoria, Kenya", "ANT", "999",
     "0", "1", "", " ", "-", "unknown", "n/a", "NaN", "None", "null", "XX", "EU", "man", "male"],
)  # fmt: skip
def test_what_is_no_country(written: str) -> None:
    """Former states, groups, names of two areas, longer texts and words that are none."""
    assert country_named(written) is None


def test_all_names_of_cldr_in_the_languages_of_the_united_nations() -> None:
    """Each name is the country that CLDR gives it to; what is a region's name as well is none."""
    names = {
        (name, code)
        for language in ("ar", "zh", "zh_Hant", "en", "fr", "ru", "es")
        for code, name in Locale.parse(language).territories.items()
        if code != "ZZ"
    }
    assert len(names) > 1500
    found = {(name, code): country_named(name) for name, code in names}
    known = {key: code for key, code in found.items() if key[1] in countries()}
    assert {key: code for key, code in known.items() if code not in {key[1], None}} == {}
    assert {key[1] for key, code in known.items() if code is None} == {"FM"}
    assert {key: code for key, code in found.items() if key[1] not in countries() and code is not None} == {}


def test_all_names_of_cldr_in_other_languages() -> None:
    """Each name is the country that CLDR gives it to or none; Russia in Vietnamese is a code of ISO, which comes first."""
    wrong = {
        (name, found)
        for language in OTHER_LANGUAGES
        for code, name in Locale.parse(language).territories.items()
        if (found := country_named(name)) not in {code, None} and code != "ZZ"
    }
    assert wrong == {("Nga", "NG")}


def test_all_names_of_iso_3166() -> None:
    """Each English name of pycountry is its country or none; former countries are none, but for one that has a new name."""
    fields = ("name", "common_name", "official_name")
    found = {
        (name, country.alpha_2): country_named(name)
        for country in pycountry.countries
        for name in (getattr(country, field, None) for field in fields)
        if name
    }
    assert {key: code for key, code in found.items() if code not in {key[1], None}} == {}
    assert {name for (name, _), code in found.items() if code is None} == {"Republic of Myanmar"}
    former = {country.name: country_named(country.name) for country in pycountry.historic_countries}
    assert {name: code for name, code in former.items() if code} == {"East Timor": "TL"}


@given(st.sampled_from(sorted(countries())))
def test_all_ways_to_name_a_country_agree(code: str) -> None:
    """Alpha-2, alpha-3, number and name give one country."""
    country = countries()[code]
    ways = (code.lower(), country.iso3_code, f"{country.m49_code:03}", f"{country.m49_code}.0", country.country_name)
    assert {country_named(way) for way in ways} == {code}


def test_a_misspelt_name_is_asked_about() -> None:
    """The sentence names the nearest countries, or how to write one."""
    with pytest.raises(WrongUsage, match=r"'Kenyaa' is not a country; did you mean Kenya \(KE\)\?"):
        resolve(["Kenyaa"])
    with pytest.raises(WrongUsage, match="'Czechoslovakia' is not a country; give an ISO 3166 code"):
        resolve(["Czechoslovakia"])
    assert did_you_mean("Nigera") == "did you mean Nigeria (NG) or Niger (NE)?"
    assert did_you_mean("Micronesia") == "did you mean Micronesia, Fed. Sts. (FM)?"
    assert resolve(["tz", "Kenia", "KEN"]) == ("KE", "TZ")


def areas_of_publishers(folder: Path) -> Iterator[tuple[str, str | None]]:
    """Names of areas in files of publishers, each with the country that the code beside it means, None for none."""
    numbers = {f"{number}": code for number, code in by_m49().items()}
    for file in folder.glob("indicators/unsdg_2020/*geo_area.csv"):
        for row in read(file):
            yield row["name"], numbers.get(row["geo_area"])
    codes = by_iso3() | ANOTHER_NAME
    for file in folder.glob("real_2026/worldbank*/*.csv"):
        for row in read(file):
            if "TableName" in row or "Country Name" in row:
                yield row.get("TableName") or row["Country Name"], codes.get(row["Country Code"])
    for file in [*folder.glob("indicators/owid_2020/*.csv"), *folder.glob("real_2026/owid*/*.csv")]:
        for row in read(file):
            named = {name.lower(): value for name, value in row.items()}
            if named.get("code"):
                yield named["entity"], codes.get(named["code"])


def read(file: Path) -> list[dict[str, str]]:
    """Rows of a CSV file."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.data
def test_all_areas_in_files_of_publishers(public_data: Path) -> None:
    """Areas of the World Bank, the United Nations and Our World in Data: the right country; groups are none."""
    areas = set(areas_of_publishers(public_data / "data"))
    assert len(areas) > 450
    found = {(name, code): country_named(name) for name, code in areas}
    assert {key: code for key, code in found.items() if code not in {key[1], None}} == {}
    unknown = {name for (name, code), answer in found.items() if code is not None and answer is None}
    assert unknown == {"Other non-specified areas in Eastern Asia", "Timor"}


@pytest.mark.data
def test_all_names_of_the_united_nations(public_data: Path) -> None:
    """UN M49 and UNTERM in six languages, short and formal: the right country, but for the few that also name a region."""
    unknown = set()
    for row in read(public_data / "data/country/country-codes.csv"):
        code = row["ISO3166-1-Alpha-2"]
        for column, text in row.items():
            if column.startswith(("UNTERM", "official_name")) and (name := text.strip()):
                found = country_named(name)
                assert found in {code, None}, (name, found)
                if found is None:
                    unknown.add(name)
    assert unknown == {"Южная Африка"}


@pytest.mark.data
def test_regions_are_those_of_the_united_nations(public_data: Path) -> None:
    """Subregions are M49's, the intermediate region where there is one; Antarctic islands and two of Australia's stand apart."""
    apart = {"AQ", "BV", "GS", "HM", "CC", "CX"}
    for row in read(public_data / "data/country/country-codes.csv"):
        country = countries()[row["ISO3166-1-Alpha-2"]]
        if country.country_code not in apart:
            assert country.region == {"Americas": "America"}.get(row["Region Name"], row["Region Name"])
            assert country.subregion in {row["Intermediate Region Name"], row["Sub-region Name"]}
