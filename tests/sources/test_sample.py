"""The sample of open data: its values are the publishers' own, counted here from their files with nothing but `csv`."""

from __future__ import annotations

import csv
import functools
import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from replies import read, replies

from ness_pipeline.build.load import check
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.paths import sql_folder
from ness_pipeline.run.make_sample import make
from ness_pipeline.sources import sources

FOLDER = sql_folder("sample")
VALUES, README = FOLDER / "indicator_observation.parquet", FOLDER / "README.md"
LARGEST = 250_000
"""Bytes that a first run may cost in the package."""
FIRST_YEAR = 2000
UNIT_IN_FILE = {"percent": "PERCENT", "bool": "BOOL", "number": "NUMBER"}
"""Words of the column `units` of a DDF file."""
KOSOVO = {"XKX": "XK", "OWID_KOS": "XK"}
"""ISO 3166-1 has no code for Kosovo; these are the World Bank's and Our World in Data's."""
NO_TARGET = "No national target reflecting ABT 2"
TRACKER = "un_tracker"

Key = tuple[str, str, int]


@dataclass(frozen=True)
class Stated:
    """One value with its unit and vintage."""

    value: float
    unit: str
    release: str


def definition() -> dict[str, Any]:
    """What `series.toml` says."""
    return tomllib.loads((FOLDER / "series.toml").read_text(encoding="utf-8"))


def packaged() -> dict[Key, Stated]:
    """Every row of the sample as the source yields it."""
    (batch,) = read(sources()["sample"], replies({}))
    columns = ("series_code", "country_code", "year", "value", "unit", "release")
    rows = list(batch.frame.select(columns).iter_rows())
    found = {(series, country, year): Stated(*rest) for series, country, year, *rest in rows}
    assert len(found) == len(rows)
    return found


@functools.cache
def areas(folder: Path) -> dict[str, str]:
    """Country code of each ISO alpha-3 code, M49 number and name of the open list of countries, and of Kosovo."""
    known = dict(KOSOVO)
    with (folder / "data/country/country-codes.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            code = row["ISO3166-1-Alpha-2"]
            known[row["ISO3166-1-Alpha-3"]] = code
            known[row["M49"].lstrip("0")] = code
            for name in (row["official_name_en"], row["CLDR display name"]):
                known |= dict.fromkeys(plain_forms(name.replace("St. ", "Saint ")), code)
    known.pop("", None)
    return known


def plain_forms(name: str) -> list[str]:
    """A name as tools leave it that lose accents: Barthelemy, Barthlemy."""
    split = unicodedata.normalize("NFKD", name)
    return [text.encode("ascii", "ignore").decode() for text in (split, name)]


def column_of(header: list[str], series_code: str) -> str:
    """The column that bears the code of the series; the last one where none does."""
    named = [title for title in header if re.search(rf"\b{series_code}\b", title, re.IGNORECASE)]
    (column,) = named or header[-1:]
    return column


def values_of(folder: Path, name: str, series_code: str) -> Iterator[tuple[str, int, str, dict[str, str]]]:
    """Country, year and text of each value of a series in a publisher's file, with its row."""
    (path,) = {file.read_bytes(): file for file in (folder / "data").rglob(name)}.values()
    known = areas(folder)
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.reader(lines))
    start = next(place for place, row in enumerate(rows) if len(row) > 3)
    header = rows[start]
    for row in rows[start + 1 :]:
        cells = dict(zip(header, row, strict=True))
        about = {title.lower(): text for title, text in cells.items()}
        code = about.get("code") or about.get("country code") or about.get("geo_area") or about["entity"]
        if code not in known:
            continue
        if "year" not in about:
            stated = {year: cells[year] for year in header if year.isdigit()}
        else:
            stated = {about["year"]: cells[column_of(header, series_code)]}
        for year, text in stated.items():
            if text and int(year) >= FIRST_YEAR:
                yield known[code], int(year), text, about


def published(folder: Path) -> dict[Key, Stated]:
    """Every value of the sample's series from 2000 on, from the publishers' files."""
    found: dict[Key, Stated] = {}
    for series in definition()["series"]:
        code, words = series["series_code"], "no" in series
        files = [(series["file"], series["release"])]
        files += [(series["older_file"], series["older_release"])] if "older_file" in series else []
        newer: set[str] = set()
        for place, (name, release) in enumerate(files):
            here = list(values_of(folder, name, code))
            for country, year, text, row in here:
                assert UNIT_IN_FILE.get(row.get("units", ""), series["unit"]) == series["unit"], (name, row)
                if place and country in newer:
                    continue
                value = float(" ".join(text.split()) != NO_TARGET) if words else float(text)
                assert (code, country, year) not in found, (name, country, year)
                found[code, country, year] = Stated(value, series["unit"], release)
            newer |= {country for country, *_ in here}
    return found


@pytest.mark.data
def test_every_value_is_the_publishers_own(public_data: Path) -> None:
    """All rows in both directions: country, series, year, value, unit and vintage, of all areas that the tables know."""
    true, stored = published(public_data), packaged()
    assert sorted(true.keys() - stored.keys()) == []
    assert sorted(stored.keys() - true.keys()) == []
    assert [(key, stored[key], true[key]) for key in true if stored[key] != true[key]] == []
    (batch,) = read(sources()["iso_countries"], replies({}))
    assert set(batch.frame["country_code"]) == set(areas(public_data).values())


@pytest.mark.data
def test_units_are_those_in_the_headers(public_data: Path) -> None:
    """A header with a unit in words has the unit that `series.toml` gives, but for the dollars, which are no millions."""
    words = {
        "PERCENT": "(%)|percent",
        "NUMBER": "1 = YES|1 (lowest) to 5 (highest)|level of implementation",
        "CON_USD": "millions of constant 2018 United States dollars",
    }
    found = {}
    for series in definition()["series"]:
        if series["cited_as"] == TRACKER:
            (path,) = {file.read_bytes(): file for file in (public_data / "data").rglob(series["file"])}.values()
            with path.open(encoding="utf-8-sig", newline="") as lines:
                title = column_of(next(csv.reader(lines)), series["series_code"])
            said = [unit for unit, words_of in words.items() if any(word in title for word in words_of.split("|"))]
            found[series["series_code"]] = (said, [series["unit"]], title)
    assert len(found) == 18
    assert found.pop("ER_MTN_GRNCVI")[0] == []  # the one header without a unit
    assert {code: about for code, about in found.items() if about[0] != about[1]} == {}
    # The OECD's donors gave some 10 billion dollars a year; in millions it would be more than the world has.
    given = sum(one.value for (code, _, year), one in packaged().items() if (code, year) == ("DC_ODA_BDVDL", 2018))
    assert 1e9 < given < 1e11


@pytest.mark.data
def test_made_again_it_is_the_same(public_data: Path, tmp_path: Path) -> None:
    """The script that made the sample makes the same rows and the same README from the publishers' files."""
    make(public_data / "data", tmp_path)
    assert_frame_equal(pl.read_parquet(tmp_path / VALUES.name), pl.read_parquet(VALUES))
    assert (tmp_path / README.name).read_text(encoding="utf-8") == README.read_text(encoding="utf-8")


def test_every_row_meets_the_contract() -> None:
    """All rows load, in the years that are asked for."""
    (batch,) = read(sources()["sample"], replies({}))
    valid, refused = check(tables()["core.indicator_observation"], batch.frame, "sample")
    assert (refused.height, valid.height) == (0, batch.frame.height)
    assert set(batch.frame["value_status"]) == {"observed"}
    assert set(batch.frame["disaggregation"]) == {"total"}
    (few,) = read(sources()["sample"], replies({}), years="2005:2006")
    assert set(few.frame["year"]) == {2005, 2006}


def test_its_size() -> None:
    """The values stay a small part of the package."""
    assert VALUES.stat().st_size < LARGEST


def test_the_readme_names_publisher_vintage_and_licence_of_every_series() -> None:
    """Each series has a line with its file, vintage and numbers, and each of these names whom to cite under which terms."""
    text, defined = README.read_text(encoding="utf-8"), definition()
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    by_name = {line[0]: line[1:] for line in lines}
    for name, cited in defined["cited"].items():
        assert by_name[name] == [cited["publisher"], cited["terms"], cited["citation"]]
        assert cited["licence"]
    stored = packaged()
    for series in defined["series"]:
        code = series["series_code"]
        title, unit, release, cited_as, file, countries, years, values = by_name[code]
        assert (title, unit, release, cited_as, file) == tuple(
            series[name] for name in ("title", "unit", "release", "cited_as", "file")
        )
        assert cited_as in defined["cited"]
        keys = [key for key in stored if key[0] == code]
        assert int(countries) == len({country for _, country, _ in keys})
        assert years == f"{min(year for *_, year in keys)} to {max(year for *_, year in keys)}"
        assert int(values.replace(",", "")) == len(keys)
    assert f"{len(stored):,} values" in text
    assert len(defined["series"]) == len({key[0] for key in stored})


def test_whom_it_names() -> None:
    """The source cites every publisher and way of the sample, with the licence of each."""
    cited = definition()["cited"].values()
    assert sources()["sample"].citations == tuple((who["citation"], who["licence"]) for who in cited)
