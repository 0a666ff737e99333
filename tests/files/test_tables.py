"""Own tables: a column that is wrong stops the file, a row that is wrong is kept aside."""

from __future__ import annotations

import polars as pl
import pytest
from own_files import load, write_text

from ness_pipeline.contract.check import check
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.errors import ContractViolation, SchemaDrift, WrongUsage

ASSESSMENT = {
    "species_key": "700",
    "taxon_group": "birds",
    "assessment_year": "2020",
    "red_list_category": "NA",
    "is_possibly_extinct": "false",
    "scope": "KE",
}
STATUS = {"country_code": "KE", "treaty": "cites", "status": "party", "entry_into_force": "1979-03-13"}


@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet"])
def test_rows_arrive_as_they_are(tmp_path, suffix):
    """Text or parquet, the rows have the contract's columns and pass it."""
    if suffix == "parquet":
        file = tmp_path / "own.parquet"
        pl.DataFrame([ASSESSMENT]).with_columns(pl.col("assessment_year").cast(pl.Int64)).write_parquet(file)
    else:
        file = write_text(tmp_path / f"own.{suffix}", [ASSESSMENT], "," if suffix == "csv" else "\t")
    found = load(file, table="assessment")
    valid, refused = check(tables()["core.assessment"], found.rows["assessment"], "file:own")
    assert refused.is_empty()
    assert valid.select("species_key", "assessment_year", "red_list_category", "scope").row(0) == ("700", 2020, "NA", "KE")  # fmt: skip


def test_columns_may_be_said_once_for_all_rows(tmp_path):
    """An option fills the column that the file lacks."""
    rows = [{"species_key": "700", "range_share": "0.25"}]
    found = load(write_text(tmp_path / "shares.csv", rows, ","), table="country_species", country_code="KEN", taxon_group="birds")  # fmt: skip
    assert found.species.to_dicts() == [{"species_key": "700", "range_share": "0.25", "country_code": "KE", "taxon_group": "birds"}]  # fmt: skip


def test_a_cube_in_the_contracts_columns_is_a_table(tmp_path):
    """`occurrence_cube` in the warehouse's own column names is loaded as it is."""
    rows = [{"country_code": "KE", "year": "2020", "species_key": "700", "occurrences": "5"}]
    found = load(write_text(tmp_path / "cube.csv", rows, ","), table="occurrence_cube")
    assert found.cube.to_dicts() == rows


@pytest.mark.parametrize(
    ("without", "change", "error", "said"),
    [
        (("assessment_year",), {}, ContractViolation, "lacks the column that assessment needs: assessment_year"),
        (("assessment_year", "scope"), {"size": "1"}, ContractViolation, r"lacks 2 columns .*: assessment_year \(.*\); scope \(.*--country gives it.*\)\..* Its columns size are not read"),
        (("assessment_year",), {"assessment_yaer": "1"}, ContractViolation, "if it is 'assessment_yaer', say --map assessment_yaer=assessment_year"),
        ((), {"change_reasn": "genuine"}, SchemaDrift, "'change_reasn', which is almost 'change_reason'; say --map change_reasn=change_reason, or --map change_reasn=-"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_at_once_and_whole(tmp_path, without, change, error, said):
    """The sentence names every column and what to do, and no row is given."""
    row = {name: value for name, value in ASSESSMENT.items() if name not in without} | change
    with pytest.raises(error, match=said):
        load(write_text(tmp_path / "own.csv", [row], ","), table="assessment")


@pytest.mark.parametrize("name", [None, "assessment"])
@pytest.mark.parametrize(
    "words",
    [
        {"species_key": "SPECIES KEY", "assessment_year": "Year assessed", "red_list_category": "Category", "scope": "Country"},
        {"species_key": "taxonKey", "assessment_year": "yearPublished", "red_list_category": "redListCategory", "scope": "scopes"},
        {"species_key": "http://example.org/terms/speciesKey", "scientific_name": "dwc:scientificName"},
    ],
)  # fmt: skip
def test_columns_are_known_by_what_they_mean(tmp_path, words, name):
    """Other words, cases, prefixes and addresses of terms give the same rows, whether the table is named or found."""
    row = {words.get(column, column): value for column, value in ASSESSMENT.items()} | {"Shoe size": "1"}
    expected = load(write_text(tmp_path / "ours.csv", [ASSESSMENT], ","), table="assessment")
    found = load(write_text(tmp_path / "theirs.csv", [row], ","), table=name)
    columns = expected.rows["assessment"].columns
    assert found.rows["assessment"].select(columns).equals(expected.rows["assessment"])


def test_the_user_says_what_a_column_means(tmp_path):
    """`--map` comes before the column's own name; what makes way for it is not read."""
    row = ASSESSMENT | {"Kategorie": "EN"}
    said = {"Kategorie": "red_list_category"}
    rows = load(write_text(tmp_path / "own.csv", [row], ","), table="assessment", renamed=said).rows["assessment"]
    assert rows["red_list_category"].to_list() == ["EN"]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"Kategory": "red_list_category"}, r"has no column 'Kategory', which --map names; did you mean Kategorie\?"),
        ({"Kategorie": "red_list_categry"}, r"has .*column 'red_list_categry', which --map names; did you mean red_list_category\?"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", [None, "assessment"])
def test_a_map_of_what_is_not_there(tmp_path, said, sentence, name):
    """The sentence names the nearest column."""
    file = write_text(tmp_path / "own.csv", [ASSESSMENT | {"Kategorie": "EN"}], ",")
    with pytest.raises(WrongUsage, match=sentence):
        load(file, table=name, renamed=said)


SERIES = {"country_code": "KE", "series_code": "A", "year": "2020"}


@pytest.mark.parametrize("other", ["Value (%)", "Va lue", "va\nlue", "dwc:value"])
@pytest.mark.parametrize("own", ["value", "VALUE"])
def test_a_columns_own_name_comes_before_others_that_are_like_it(tmp_path, other, own):
    """Wherever it stands, and in any case; the other column is not read."""
    for columns in ({other: "99", own: "16"}, {own: "16", other: "99"}):
        pl.DataFrame([SERIES | columns]).write_csv(tmp_path / "own.csv")
        rows = load(tmp_path / "own.csv").rows["indicator_observation"]
        assert rows["value"].to_list() == ["16"]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"Value (%)": "99", "Va lue": "16"}, "'Value (%)' and 'Va lue', each of which may be value; say which, as in --map NAME=value"),
        ({"obs_value": "16", "OBS VALUE": "99"}, "'obs_value' and 'OBS VALUE', each of which may be value; say which, as in --map NAME=value"),
    ],
)  # fmt: skip
def test_two_columns_that_may_be_the_same_one(tmp_path, columns, said):
    """Without one of exactly the name nobody can tell, so both are named; the advice works."""
    pl.DataFrame([SERIES | columns]).write_csv(tmp_path / "own.csv")
    with pytest.raises(WrongUsage) as caught:
        load(tmp_path / "own.csv")
    assert str(caught.value) == f"own.csv has the columns {said}, or leave the others out with --map NAME=-."
    first, second = columns
    for renamed in ({second: "value"}, {first: "-"}):
        rows = load(tmp_path / "own.csv", renamed=renamed).rows["indicator_observation"]
        assert rows["value"].to_list() == [columns[second]]


def test_a_column_that_is_almost_one_is_left_out_where_the_user_says_so(tmp_path):
    """The advice of the sentence works."""
    file = write_text(tmp_path / "own.csv", [ASSESSMENT | {"change_reasn": "x"}], ",")
    found = load(file, table="assessment", renamed={"change_reasn": "-"})
    assert "change_reasn" not in found.rows["assessment"].columns


def test_a_sheet_of_names_and_days_is_records_with_a_map_of_terms(tmp_path):
    """Without coordinates, too, a column may be said to be a term of records."""
    sheet = [{"Species": "Inventa prima", "Key": "700", "Date": "2021-03-21", "ISO2": "KE"}]
    found = load(write_text(tmp_path / "sheet.csv", sheet, ","), renamed={"Key": "speciesKey"}, taxon_group="birds")
    assert found.layout == "occurrence records"


def test_records_by_other_words(tmp_path):
    """A sheet of sightings in words that people write, with one column that only its writer knows."""
    sheet = [{"dwc:species": "Inventa prima", "GBIF key": "700", "lat": "-1.5", "long": "36.5", "Date": "2021-03-21", "ISO2": "KE", "Gruppe": "Aves"}]  # fmt: skip
    found = load(write_text(tmp_path / "sheet.csv", sheet, ","), renamed={"Gruppe": "class"}, taxon_group="birds")
    assert found.layout == "occurrence records"
    assert found.cube.select("country_code", "year", "species_key", "occurrences").rows() == [("KE", 2021, "700", 1)]


def test_a_broken_row_stops_an_own_table(tmp_path):
    """A row with too few values would shift columns, so the sentence names it and nothing is kept."""
    file = write_text(tmp_path / "treaties.csv", [STATUS, STATUS], ",")
    file.write_text(file.read_text() + "KE,cms\n")
    with pytest.raises(ContractViolation, match="row 4, does not have the 4 columns"):
        load(file, table="treaty_party")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"table": "tresaty_party"}, "did you mean treaty_party"),
        ({"table": "metric_value"}, "no table 'metric_value'"),
        (
            {"table": "treaty_party", "country_code": "KE"},
            "has the column 'country_code' with KE; leave --country out, or the column with --map country_code=-",
        ),
        ({"table": "treaty_party", "taxon_group": "birds"}, "has no such column"),
        ({"table": "treaty_party", "checklist_key": "gbif"}, "has no such column"),
        ({"table": "treaty_party", "checklist_key": "my list"}, "names no checklist"),
        ({"table": "treaty_party", "country_code": "Atlantis"}, "is not a country"),
    ],
)
def test_an_option_that_makes_no_sense_is_wrong_usage(tmp_path, options, said):
    """Options are checked before anything is read."""
    with pytest.raises(WrongUsage, match=said):
        load(write_text(tmp_path / "treaties.csv", [STATUS], ","), **options)


def test_a_table_is_found_by_its_columns(tmp_path):
    """Without a table's name the one is taken whose columns are there; of none, the sentence says what is missing for it."""
    assert load(write_text(tmp_path / "treaties.csv", [STATUS], ",")).layout == "rows of treaty_party"
    with pytest.raises(SchemaDrift, match=r"treaty_party needs status as well"):
        load(write_text(tmp_path / "treaty.csv", [{"country": "KE", "treaty": "cms"}], ","))
    with pytest.raises(SchemaDrift, match=r"nor a table that is known \(its columns are shoe, size\); name the table"):
        load(write_text(tmp_path / "shoes.csv", [{"shoe": "a", "size": "1"}], ","))
