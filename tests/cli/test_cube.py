"""`ness cube` on the command line: to a file, into the warehouse, by GBIF's sandbox, and what it refuses."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest
from own_files import records, write_text


@pytest.fixture
def table(tmp_path):
    """Three records, one of them absent."""
    return write_text(tmp_path / "records.tsv", records({}, {}, {"occurrenceStatus": "ABSENT"}))


def test_a_cube_goes_to_a_file(ness, home, table, tmp_path):
    """The file holds what counts, and the warehouse is left alone."""
    said = ness("cube", str(table), "--grid", "eqdgc:1", "--out", str(tmp_path / "cube.parquet"))
    assert said.code == 0, said.err
    assert "The cube of 2 of 3 records is in" in said.out
    assert "1 left out by the filter on occurrence_status" in said.out
    cube = pl.read_parquet(tmp_path / "cube.parquet")
    assert (cube["occurrences"].sum(), cube["grid"].unique().to_list()) == (2, ["eqdgc:1"])
    assert not (home / "build.duckdb").exists()


@pytest.mark.parametrize(("trust", "says"), [("keys", "1 breaking the contract"), ("everything", "2 not counted")])
def test_a_cube_in_a_file_says_why_records_are_missing(ness, tmp_path, trust, says):
    """What a filter leaves out is told from what breaks the contract, unless everything is trusted."""
    table = write_text(
        tmp_path / "records.tsv", records({}, {"countryCode": "XXX"}, {"basisOfRecord": "FOSSIL_SPECIMEN"})
    )
    said = ness("cube", str(table), "--trust", trust, "--out", str(tmp_path / "cube.csv"))
    assert said.code == 0, said.err
    assert says in said.out
    assert ("1 left out by the filter on basis_of_record" in said.out) is (trust == "keys")


def test_a_cube_goes_into_the_warehouse(ness, home, table):
    """Counted and refused records add up to those received."""
    said = ness("cube", str(table), "--source", "mine")
    assert said.code == 0, said.err
    assert "3 received = 2 loaded + 1 quarantined" in said.out
    with duckdb.connect(str(home / "build.duckdb"), read_only=True) as connection:
        reason = connection.execute("SELECT column_name, reason FROM ops.quarantine").fetchall()
    assert reason == [("occurrence_status", "The record does not say that the species was present (ABSENT).")]


def test_gbif_makes_a_cube_in_the_sandbox(ness, home):
    """Ordered, waited for, fetched and loaded with its DOI."""
    said = ness("cube", "--engine", "gbif", "--country", "KE", "--years", "2019:2020", "--sandbox")
    assert said.code == 0, said.err
    (build,) = home.rglob("build.duckdb")
    with duckdb.connect(str(build), read_only=True) as connection:
        years = connection.execute(
            "SELECT DISTINCT country_code, year FROM landed.occurrence_cube ORDER BY ALL"
        ).fetchall()
        doi = connection.execute("SELECT doi FROM ops.citation").fetchall()
    assert set(years) <= {("KE", 2019), ("KE", 2020)}
    assert years
    assert doi[0][0].startswith("10.15468/dl.")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--grid", "utm:5"], "'utm:5' is no grid; choose eqdgc:LEVEL"),
        (["--grid", "eea:17"], "has no cells '17'"),
        (["--engine", "hadoop"], "choose duckdb or spark"),
        (["--trust", "me"], "--trust me means nothing; choose one of nothing, keys, everything"),
        (["--trust", "everything"], "leave --trust everything out"),
        (["--target-rank", "tribe"], "--target-rank tribe means nothing"),
        (["--taxon-group", "dragons"], "--taxon-group dragons means nothing"),
        (["--product", "pie"], "--product pie means nothing"),
        (["--out", "cube.xlsx"], "is neither Parquet nor CSV"),
        (["--engine", "gbif"], "--engine gbif without files"),
        (["--memory", "plenty"], "--memory plenty is no size"),
    ],
)
def test_an_option_that_means_nothing_is_one_sentence(ness, home, table, words, says):
    """Exit code 2, the value and what to write instead; nothing is loaded."""
    said = ness("cube", str(table), *words)
    assert said.code == 2
    assert says in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("out", ["records.tsv/cube.csv", "taken.csv"])
def test_a_place_that_cannot_be_written_to_is_one_sentence(ness, home, table, tmp_path, out):
    """Below a file, or where a folder has the name: the place is named, the records are not blamed, nothing is left."""
    (tmp_path / "taken.csv").mkdir()
    before = set(tmp_path.rglob("*"))
    said = ness("cube", str(table), "--out", str(tmp_path / out))
    assert said.code == 2
    assert f"{out} cannot be written (" in said.err
    assert "Traceback" not in said.err
    assert set(tmp_path.rglob("*")) - before <= {home}


def test_gbif_knows_no_seed(ness, home):
    """What GBIF cannot make is refused before anything is ordered."""
    said = ness("cube", "--engine", "gbif", "--country", "KE", "--seed", "1", "--sandbox")
    assert said.code == 2
    assert "leave --seed out" in said.err
