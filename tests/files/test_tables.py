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
    ("change", "error", "said"),
    [
        ({"assessment_yaer": "1"}, SchemaDrift, "'assessment_yaer' that assessment does not know; rename it to 'assessment_year'"),
        ({"shoe_size": "1"}, SchemaDrift, "'shoe_size' that assessment does not know; remove it"),
        ({"source": "me"}, SchemaDrift, "'source'"),
        ({}, ContractViolation, "lacks the column 'assessment_year' that assessment needs"),
    ],
)  # fmt: skip
def test_a_wrong_column_stops_the_file(tmp_path, change, error, said):
    """The sentence names the column and what to do, and no row is given."""
    row = {name: value for name, value in ASSESSMENT.items() if name != "assessment_year"} | change
    with pytest.raises(error, match=said):
        load(write_text(tmp_path / "own.csv", [row], ","), table="assessment")


@pytest.mark.parametrize(
    ("code", "hint"), [("KEN", "write KE"), ("Kenya", "write KE"), ("UK", "write GB"), ("XX", "code.")]
)
def test_a_country_is_an_iso_code(tmp_path, code, hint):
    """Rows of anything else are kept aside, with the code to write where it is known."""
    rows = [STATUS, STATUS | {"country_code": code}, STATUS | {"country_code": "TZ"}]
    found = load(write_text(tmp_path / "treaties.csv", rows, ","), table="treaty_party")
    assert found.rows["treaty_party"]["country_code"].to_list() == ["KE", "TZ"]
    assert (found.loaded, found.refused["row_number"].to_list()) == (2, [1])
    assert found.refused["reason"][0].endswith(f"{hint.removesuffix('.')}.")


def test_namibia_is_not_a_missing_value(tmp_path):
    """`NA` is a country and a category, never an empty value."""
    found = load(write_text(tmp_path / "treaties.csv", [STATUS | {"country_code": "NA"}], ","), table="treaty_party")
    assert found.rows["treaty_party"]["country_code"].to_list() == ["NA"]


def test_a_broken_row_stops_an_own_table(tmp_path):
    """A row with too few values would shift columns, so the sentence names it and nothing is kept."""
    file = write_text(tmp_path / "treaties.csv", [STATUS, STATUS], ",")
    file.write_text(file.read_text() + "KE,cms\n")
    with pytest.raises(ContractViolation, match="row 3, does not have the 4 columns"):
        load(file, table="treaty_party")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"table": "tresaty_party"}, "did you mean treaty_party"),
        ({"table": "metric_value"}, "no table 'metric_value'"),
        ({"table": "treaty_party", "country_code": "KE"}, "has that column itself"),
        ({"table": "treaty_party", "taxon_group": "birds"}, "has no such column"),
        ({"table": "treaty_party", "country_code": "Atlantis"}, "is not a country"),
    ],
)
def test_an_option_that_makes_no_sense_is_wrong_usage(tmp_path, options, said):
    """Options are checked before anything is read."""
    with pytest.raises(WrongUsage, match=said):
        load(write_text(tmp_path / "treaties.csv", [STATUS], ","), **options)


def test_a_table_of_nothing_known_asks_for_its_name(tmp_path):
    """Without a table's name, only records and cubes are recognised."""
    with pytest.raises(SchemaDrift, match="name the table"):
        load(write_text(tmp_path / "treaties.csv", [STATUS], ","))
