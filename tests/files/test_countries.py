"""The country of each row as people write it: code, number or name, in own tables, records and cubes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from own_files import load, records, write_text

from ness_pipeline.errors import WrongUsage
from ness_pipeline.names.countries import countries

STATUS = {"country_code": "KE", "treaty": "cites", "status": "party", "entry_into_force": "1979-03-13"}
LISTED = {"species_key": "700", "taxon_group": "birds", "assessment_year": "2020", "red_list_category": "NA"}
COUNTED = {"countryCode": "KE", "year": "2020", "speciesKey": "700", "occurrences": "5", "class": "Aves", "phylum": "Chordata", "kingdom": "Animalia"}  # fmt: skip
WAYS = {
    "alpha-2": ("KE", "CI", "BD"),
    "alpha-3": ("KEN", "CIV", "bgd"),
    "number": ("404", "384", "050"),
    "number with decimals": ("404.0", "384.0", "50.0"),
    "English": ("Kenya", "Ivory Coast", "Bangladesh"),
    "French": ("Kenya", "Côte d'Ivoire", "la République populaire du Bangladesh"),
    "Arabic": ("كينيا", "ساحل العاج", "بنغلاديش"),
    "mixed": (" kenya", "CIV", "50"),
}
"""Three countries in several ways."""
IN_NAMIBIA = {"decimalLatitude": "-22.5", "decimalLongitude": "17.1"}
IN_KENYA = {"decimalLatitude": "-1.5", "decimalLongitude": "36.5"}


def read(folder: Path, rows: list[dict[str, Any]], **options: Any) -> Any:
    """What becomes of rows in a CSV file."""
    return load(write_text(folder / "own.csv", rows, ","), **options)


@pytest.mark.parametrize("written", WAYS.values(), ids=WAYS)
def test_all_ways_give_the_same_rows(tmp_path, written):
    """Own tables, records and cubes have the same codes whichever way the file names its countries."""
    codes = list(WAYS["alpha-2"])
    own = read(tmp_path, [STATUS | {"country_code": word} for word in written], table="treaty_party")
    assert own.rows["treaty_party"]["country_code"].to_list() == codes
    lists = read(tmp_path, [LISTED | {"scope": word} for word in (*written, "global")], table="assessment")
    assert lists.rows["assessment"]["scope"].to_list() == [*codes, "global"]
    assert read(tmp_path, [COUNTED | {"countryCode": word} for word in written]).cube["country_code"].to_list() == sorted(codes)  # fmt: skip
    found = read(tmp_path, records(*[{"countryCode": word} for word in written]))
    assert found.cube["country_code"].to_list() == sorted(codes)
    assert found.refused.is_empty()


def test_all_countries_in_all_ways(tmp_path):
    """Codes, numbers and names of every country give the same rows."""
    known = countries().values()
    ways = (
        [country.iso3_code for country in known],
        [f"{country.m49_code:03}" for country in known],
        [country.country_name for country in known],
    )
    for written in ways:
        file = tmp_path / "own.parquet"
        pl.DataFrame([STATUS | {"country_code": word} for word in written]).write_parquet(file)
        assert load(file, table="treaty_party").rows["treaty_party"]["country_code"].to_list() == list(countries())


def test_numbers_in_parquet(tmp_path):
    """M49 numbers may be a column of numbers."""
    file = tmp_path / "records.parquet"
    frame = pl.DataFrame(records({"countryCode": 404}, {"countryCode": 50}))
    frame.write_parquet(file)
    assert load(file).cube["country_code"].to_list() == ["BD", "KE"]
    frame.with_columns(pl.col("countryCode").cast(pl.Float64)).write_parquet(file)
    assert load(file).cube["country_code"].to_list() == ["BD", "KE"]


@pytest.mark.parametrize("column", ["countryCode", "country", "country_code"])
def test_a_column_of_names_is_read(tmp_path, column):
    """Records that name their country in any column of that meaning, and no code."""
    rows = [{column: "Kenya"} | row for row in records({}, {}, {}, without=("countryCode",))]
    found = read(tmp_path, rows)
    assert found.cube.select("country_code", "occurrences").rows() == [("KE", 3)]
    assert found.refused.is_empty()


def test_names_are_read_where_codes_are_blank(tmp_path):
    """A column of codes without any gives way to the column of names."""
    rows = [{"country": "Kenya"} | row for row in records({"countryCode": ""}, {"countryCode": ""})]
    assert read(tmp_path, rows).cube.select("country_code", "occurrences").rows() == [("KE", 2)]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("Kenyaa", "'Kenyaa' is no country of ISO 3166-1; did you mean Kenya (KE)?"),
        ("XX", "'XX' is no country of ISO 3166-1."),
        ("Czechoslovakia", "'Czechoslovakia' is no country of ISO 3166-1."),
    ],
)
def test_a_row_of_no_country_is_refused_with_the_nearest(tmp_path, written, reason):
    """The row is kept aside, the sentence names the value and what it may mean; the others are loaded."""
    own = read(tmp_path, [STATUS, STATUS | {"country_code": written}, STATUS], table="treaty_party")
    cube = read(tmp_path, [COUNTED, COUNTED | {"countryCode": written}])
    found = read(tmp_path, records({}, {"countryCode": written}))
    assert [one.refused["reason"].to_list() for one in (own, cube, found)] == [[reason]] * 3
    assert [one.refused["row_number"].to_list() for one in (own, cube, found)] == [[1]] * 3
    assert (own.loaded, cube.loaded, found.loaded) == (2, 1, 1)
    assert f'"country_code":"{written}"' in own.refused["row"][0]


def test_a_missing_country_is_said_to_be_missing(tmp_path):
    """A record without a country is no error of its writing."""
    found = read(tmp_path, records({}, {"countryCode": ""}))
    assert found.refused["reason"].to_list() == ["The record does not say its country."]


def test_the_option_helps_where_the_column_cannot_be_understood(tmp_path):
    """A country column of local codes gives way to --country; one that names a country does not."""
    own = read(tmp_path, [STATUS | {"country_code": "district 7"}], table="treaty_party", country_code="KE")
    cube = read(tmp_path, [COUNTED | {"countryCode": "district 7"}], country_code="KE")
    found = read(tmp_path, records({"countryCode": "district 7"}, {"countryCode": ""}), country_code="KE")
    assert own.rows["treaty_party"]["country_code"].to_list() == ["KE"]
    assert cube.cube["country_code"].to_list() == ["KE"]
    assert found.cube.select("country_code", "occurrences").rows() == [("KE", 2)]
    with pytest.raises(
        WrongUsage, match=r"itself \(KE, TZ\); leave --country KE out, or .*ness cube FILE --country KE"
    ):
        read(tmp_path, records({}, {"countryCode": "Tanzania"}), country_code="KE")
    with pytest.raises(WrongUsage, match=r"itself \(KE\); leave --country TZ out"):
        read(tmp_path, [COUNTED], country_code="TZ")


def test_namibia_is_not_a_missing_value(tmp_path):
    """`NA` among codes of two letters is Namibia, wherever the row lies."""
    assert read(tmp_path, [STATUS | {"country_code": "NA"}], table="treaty_party").rows["treaty_party"]["country_code"].to_list() == ["NA"]  # fmt: skip
    assert read(tmp_path, [COUNTED, COUNTED | {"countryCode": "NA"}]).cube["country_code"].to_list() == ["KE", "NA"]
    found = read(tmp_path, records({"countryCode": "NA"}, {"countryCode": "NA", "decimalLatitude": ""}))
    assert found.cube.select("country_code", "occurrences").rows() == [("NA", 2)]


OPEN = "'NA' may be Namibia or a missing value here; write NAM for Namibia and leave missing values blank."


def test_coordinates_decide_where_na_is_a_missing_value_elsewhere(tmp_path):
    """In Namibia it is Namibia, elsewhere a missing country, and without coordinates nobody knows."""
    rows = records(
        {"coordinateUncertaintyInMeters": "NA"},
        {"countryCode": "NA"} | IN_NAMIBIA,
        {"countryCode": "NA"} | IN_KENYA,
        {"countryCode": "NA", "decimalLatitude": "NA", "decimalLongitude": "NA"},
    )
    found = read(tmp_path, rows)
    assert found.cube["country_code"].to_list() == ["KE", "NA"]
    reasons = dict(found.refused.select("row_number", "reason").rows())
    assert reasons == {2: "The record does not say its country.", 3: OPEN}


def test_na_among_codes_of_three_letters_is_missing_or_namibia(tmp_path):
    """Who writes KEN would write NAM: the coordinates decide."""
    rows = records({"countryCode": "KEN"}, {"countryCode": "NA"} | IN_NAMIBIA, {"countryCode": "NA"} | IN_KENYA)
    found = read(tmp_path, rows)
    assert found.cube["country_code"].to_list() == ["KE", "NA"]
    assert found.refused["row_number"].to_list() == [2]


def test_na_in_a_text_of_collectors_says_nothing(tmp_path):
    """GBIF passes on what collectors wrote, such as a locality NA; Namibia stays Namibia."""
    rows = [row | {"locality": "NA"} for row in records({}, {"countryCode": "NA"} | IN_KENYA)]
    assert read(tmp_path, rows).cube["country_code"].to_list() == ["KE", "NA"]


def test_na_in_own_tables_and_cubes_that_write_it_for_missing_values(tmp_path):
    """They have no coordinates, so the row is refused and says how to write Namibia; a Red List category NA is no sign."""
    own = read(tmp_path, [STATUS, STATUS | {"country_code": "NA", "entry_into_force": "NA"}], table="treaty_party")
    cube = read(tmp_path, [COUNTED | {"class": "NA"}, COUNTED | {"countryCode": "NA"}], taxon_group="birds")
    assert [one.refused["reason"].to_list() for one in (own, cube)] == [[OPEN]] * 2
    lists = read(tmp_path, [LISTED | {"scope": "NA"}], table="assessment")
    assert lists.rows["assessment"]["scope"].to_list() == ["NA"]


@pytest.mark.data
def test_a_file_of_names_and_one_of_three_letters(public_data: Path) -> None:
    """Records that say Kenya are of KE; series by ISO alpha-3 code are loaded, groups of countries are refused."""
    found = load(public_data / "cases" / "20-country-names-catch-22/B9_country_names.csv")
    assert found.cube["country_code"].unique().to_list() == ["KE"]
    assert (found.cube["occurrences"].sum(), found.refused.height) == (3, 0)
    series = load(public_data / "cases" / "values/iso3.csv", table="indicator_observation")
    values = pl.read_csv(public_data / "cases" / "values/iso3.csv", infer_schema=False)
    groups = values.filter(pl.col("country_code") == "AFE")  # the World Bank's Eastern and Southern Africa
    assert (series.loaded, series.refused.height) == (values.height - groups.height, groups.height)
    assert series.rows["indicator_observation"]["country_code"].unique(maintain_order=True).to_list() == ["AW", "AF"]


@pytest.mark.data
@pytest.mark.parametrize(
    ("word", "code"),
    [("Guinea Ecuatorial", "GQ"), ("République dominicaine", "DO"), ("Samoa américaines", "AS"), ("Polinesia Francesa", "PF"),
     ("Guayana Francesa", "GF"), ("San Martín (parte francesa)", "MF"), ("Czechoslovakia", None)],
)  # fmt: skip
def test_the_option_takes_names_in_other_languages(public_data: Path, word: str, code: str | None) -> None:
    """The country of a file without one is the one that its name means, or none."""
    file = public_data / "cases" / "12-country-names-wrong/F_nocountry.csv"
    if code is None:
        with pytest.raises(WrongUsage, match="is not a country"):
            load(file, country_code=word)
    else:
        assert load(file, country_code=word).cube["country_code"].unique().to_list() == [code]
