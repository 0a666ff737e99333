"""Tables of official series: each publisher's form becomes country, year and value, and what has none is one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from ness_pipeline.errors import NessError, SchemaDrift, WrongUsage
from ness_pipeline.files.series import read_series
from ness_pipeline.run.make_sample import make_series
from ness_pipeline.sources.sample import SampleSeries

PER_YEAR = "Entity,Code,Year,6.5.1 - Degree (%) - ER_H2O_IWRMD\n"
BANK = """\ufeff"Data Source","World Development Indicators",

"Last Updated Date","2025-10-07",

"Country Name","Country Code","Indicator Name","Indicator Code","2019","2020",
"""


def write(path: Path, text: str) -> Path:
    """A file with that text."""
    path.write_text(text, encoding="utf-8")
    return path


def wanted(**more: str) -> SampleSeries:
    """A series as `series.toml` describes it."""
    about = {"series_code": "ER_H2O_IWRMD", "title": "Water", "publisher": "unsdg", "unit": "PERCENT"}
    return SampleSeries.model_validate(about | {"release": "2022", "file": "series.csv", "cited_as": "un"} | more)


@pytest.mark.parametrize(
    ("text", "series_code", "values", "left_out"),
    [
        pytest.param(
            PER_YEAR
            + "Kenya,KEN,2020,53\nNamibia,NAM,2020,59.5\nAfrica,,2020,41\nKosovo,OWID_KOS,2020,7\nAland Islands,,2020,1\n"
            "World,OWID_WRL,2020,50\nKenya,KEN,2017,\n",
            "ER_H2O_IWRMD",
            [("KE", "2020", "53"), ("NA", "2020", "59.5"), ("XK", "2020", "7"), ("AX", "2020", "1")],
            ("Africa", "OWID_WRL"),
            id="one row per area and year; an area without a code goes by its name",
        ),
        pytest.param(
            "entity,code,year,_15_3_1__ag_lnd_dgrd\nKenya,KEN,2019,5.0\n",
            "AG_LND_DGRD",
            [("KE", "2019", "5.0")],
            (),
            id="names in lower case",
        ),
        pytest.param(
            "Entity,Code,Year,Rivers - EN_H2O_RVAMBQ,All - EN_H2O_WBAMBQ\nKenya,KEN,2020,86,28.5\nPeru,PER,2020,12,\n",
            "EN_H2O_WBAMBQ",
            [("KE", "2020", "28.5")],
            (),
            id="several series: the column that bears the code",
        ),
        pytest.param(
            "Country Name,Country Code,Year,Value\nAruba,ABW,1960,54922\nKosovo,XKX,2020,1790152\nWorld,WLD,2020,7e9\n",
            "SP.POP.TOTL",
            [("AW", "1960", "54922"), ("XK", "2020", "1790152")],
            ("WLD",),
            id="the World Bank's columns",
        ),
        pytest.param(
            BANK
            + '"Kenya","KEN","Protected","ER.LND.PTLD.ZS","","12.4",\n"World","WLD","Protected","ER.LND.PTLD.ZS","1","2",\n',
            "ER.LND.PTLD.ZS",
            [("KE", "2020", "12.4")],
            ("WLD",),
            id="the World Bank's download: one column per year below lines about the file",
        ),
        pytest.param(
            "geo_area,nature,units,year,er_ias_legis\n404,n,bool,2016,1\n4,n,bool,2016,0\n1,n,bool,2016,0.5\n",
            "ER_IAS_LEGIS",
            [("KE", "2016", "1"), ("AF", "2016", "0")],
            ("1",),
            id="M49 numbers",
        ),
    ],
)
def test_each_form(
    tmp_path: Path, text: str, series_code: str, values: list[tuple[str, str, str]], left_out: tuple[str, ...]
) -> None:
    """Values come with the country's code, untouched; groups of countries are left out and named."""
    series = read_series(write(tmp_path / "series.csv", text), series_code)
    assert sorted(series.values.rows()) == sorted(values)
    assert series.areas_left_out == left_out


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "none of the forms"),
        ("Country,Year,Value\nKenya,2020,1\n", "none of the forms"),
        ("Entity,Code,Period,Value\nKenya,KEN,2020,1\n", "none of the forms"),
        ("Entity,Code,Year,A - X_ONE,B - X_TWO\nKenya,KEN,2020,1,2\n", "no column for ER_H2O_IWRMD; its columns are A - X_ONE, B - X_TWO"),
        (PER_YEAR + "Kenya,KEN,2020,1,2,3\n", "cannot be read as CSV"),
        ("Entity,Code,Year,Värde\nKenya,KEN,2020,1\n".encode("latin-1"), "cannot be read as CSV in UTF-8"),
    ],
    ids=["empty", "no code of the area", "no year", "another series", "more cells than columns", "not UTF-8"],
)  # fmt: skip
def test_a_file_of_another_form(tmp_path: Path, text: str | bytes, named: str) -> None:
    """It is refused in one sentence that names the file and what is missing."""
    path = tmp_path / "series.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SchemaDrift) as refused:
        read_series(path, "ER_H2O_IWRMD")
    sentence = str(refused.value)
    assert sentence.startswith("series.csv ")
    assert named in sentence
    assert (sentence[-1], "\n" in sentence) == (".", False)


@pytest.mark.parametrize(
    ("rows", "error", "named"),
    [
        ("Kenya,KEN,2020,high\n", SchemaDrift, "series.csv has 'high' in '2020' for KE"),
        ("Kenya,KEN,2020,NaN\n", SchemaDrift, "series.csv has 'NaN' in '2020' for KE"),
        ("Kenya,KEN,2020-21,5\n", SchemaDrift, "series.csv has '5' in '2020-21' for KE"),
        ("Kenya,KEN,2020,5\nKenya,KEN,2020,6\n", WrongUsage, "several values of ER_H2O_IWRMD for KE in 2020"),
    ],
    ids=["a word", "not a number", "two years", "two values of a year"],
)
def test_values_that_cannot_be(tmp_path: Path, rows: str, error: type[NessError], named: str) -> None:
    """A value that is no number, a year that is none and a second value stop the making of a sample, each named."""
    write(tmp_path / "series.csv", PER_YEAR + rows)
    with pytest.raises(error, match=named):
        make_series(tmp_path, wanted(), 2000)


def test_files_that_are_missing_or_differ(tmp_path: Path) -> None:
    """Each file is found by name at any depth; two copies may stand there only where they are the same."""
    with pytest.raises(WrongUsage, match=r"has no file series\.csv"):
        make_series(tmp_path, wanted(), 2000)
    for folder, value in (("one", 5), ("two", 5), ("three", 6)):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "series.csv", PER_YEAR + f"Kenya,KEN,2020,{value}\n")
        if folder == "two":
            assert make_series(tmp_path, wanted(), 2000).rows.get_column("value").to_list() == [5.0]
    with pytest.raises(WrongUsage, match=r"several different files series\.csv"):
        make_series(tmp_path, wanted(), 2000)


def test_an_older_file_only_for_countries_that_the_newer_lacks(tmp_path: Path) -> None:
    """A country stands in one vintage for all its years, and years before the first are left out."""
    write(tmp_path / "series.csv", PER_YEAR + "Kenya,KEN,2020,5\nKenya,KEN,1999,4\n")
    write(tmp_path / "older.csv", PER_YEAR + "Kenya,KEN,2019,9\nAlbania,ALB,2019,8\n")
    made = make_series(tmp_path, wanted(older_file="older.csv", older_release="2018"), 2000)
    assert made.rows.select("country_code", "year", "value", "release").rows() == [
        ("AL", 2019, 8.0, "2018"), ("KE", 2020, 5.0, "2022"),
    ]  # fmt: skip
    assert made.older_countries == ("AL",)


def test_words_become_yes_and_no(tmp_path: Path) -> None:
    """The one word for no is 0, any other answer 1, and what the publisher wrote stands beside it."""
    write(
        tmp_path / "series.csv",
        PER_YEAR + 'Kenya,KEN,2021,No target\nPeru,PER,2021,"Target  exists, but no progress"\n',
    )
    made = make_series(tmp_path, wanted(no="No target"), 2000)
    assert made.rows.select("country_code", "value", "footnote").rows() == [
        ("KE", 0.0, "No target"), ("PE", 1.0, "Target exists, but no progress"),
    ]  # fmt: skip
