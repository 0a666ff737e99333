"""Cubes made elsewhere become rows of the same cube, whatever their columns are called."""

from __future__ import annotations

import zipfile

import polars as pl
import pytest
from own_files import load, write_text

from ness_pipeline.errors import WrongUsage
from ness_pipeline.files.cubes import grid_of

ROW = {
    "kingdom": "Plantae",
    "phylum": "Bryophyta",
    "class": "Bryopsida",
    "specieskey": "900",
    "species": "Inventa prima",
    "year": "2016",
    "eeacellcode": "1kmE5088N2259",
    "occurrences": "2",
    "mincoordinateuncertaintyinmeters": "500.0",
    "mintemporaluncertainty": "86400",
}


def rows(*changes: dict[str, str], without: tuple[str, ...] = ()):
    """Valid cube rows with changes."""
    return [{name: value for name, value in (ROW | change).items() if name not in without} for change in changes]


def test_a_gbif_cube_is_loaded_with_its_grid(tmp_path):
    """Lower-case tab-separated columns; the grid is read off the cell codes."""
    found = load(write_text(tmp_path / "cube.tsv", rows({}, {"year": "2017"})), country_code="ME")
    assert found.layout == "occurrence cube"
    assert found.cube.drop("source", "checklist_key").row(0) == ("ME", 2016, "900", "eea:1000", "1kmE5088N2259", 2, 500.0, 86_400)  # fmt: skip
    assert found.species.select("species_key", "scientific_name", "taxon_group", "occurrences").rows() == [("900", "Inventa prima", "mosses", 4)]  # fmt: skip


def test_a_processed_cube_has_other_columns(tmp_path):
    """Tables that b3gbi wrote: commas, numbers as decimals, `cellCode`, `taxonKey`, `obs`."""
    row = {
        "year": "1862.0",
        "cellCode": "E009N57DD",
        "kingdom": "Animalia",
        "taxonKey": "901.0",
        "scientificName": "Inventa altera",
        "obs": "2.0",
        "minCoordinateUncertaintyInMeters": "1000.0",
        "minTemporalUncertainty": "86400.0",
        "resolution": "0.25degrees",
    }
    found = load(write_text(tmp_path / "processed.csv", [row], ","), country_code="DK", taxon_group="mammals")
    assert found.cube.drop("source", "checklist_key").row(0) == ("DK", 1862, "901", "eqdgc:2", "E009N57DD", 2, 1000.0, 86_400)  # fmt: skip
    assert found.species["taxon_group"].to_list() == ["mammals"]


def test_a_zipped_cube_without_uncertainties_names_its_countries(tmp_path):
    """A zip of one table; columns for uncertainty are optional, `countrycode` gives the country, no cell is no grid."""
    absent = ("eeacellcode", "mincoordinateuncertaintyinmeters", "mintemporaluncertainty")
    text = write_text(tmp_path / "cube.csv", rows({"countrycode": "ME"}, {"countrycode": "XZ"}, without=absent))
    with zipfile.ZipFile(tmp_path / "cube.zip", "w") as packed:
        packed.write(text, "cube.csv")
    found = load(tmp_path / "cube.zip")
    assert found.cube.drop("source", "checklist_key").row(0) == ("ME", 2016, "900", None, None, 2, None, None)
    assert found.reasons == {"country_code": 1}


def test_finer_rows_are_added_up(tmp_path):
    """Rows of one cell, year and species that differ in another dimension are one row, and all are accounted for."""
    changes = (
        {
            "establishmentmeans": "introduced\x02introduced",
            "occurrences": "3",
            "mincoordinateuncertaintyinmeters": "10.0",
        },
        {"establishmentmeans": "", "occurrences": "4"},
    )
    found = load(write_text(tmp_path / "cube.tsv", rows(*changes)), country_code="ME")
    assert found.cube.select("occurrences", "min_coordinate_uncertainty_m").rows() == [(7, 10.0)]
    assert found.species["introduced_occurrences"].to_list() == [3]
    assert (found.loaded, found.received) == (2, 2)


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"specieskey": ""}, "species_key"),
        ({"specieskey": "NA"}, "species_key"),
        ({"year": ""}, "year"),
        ({"year": "9999"}, "year"),
        ({"occurrences": "0"}, "occurrences"),
        ({"occurrences": "2.5"}, "occurrences"),
        ({"occurrences": "-1"}, "occurrences"),
        ({"eeacellcode": ""}, "cell_code"),
        ({"eeacellcode": "somewhere"}, "cell_code"),
        ({"mincoordinateuncertaintyinmeters": "-5"}, "min_coordinate_uncertainty_m"),
    ],
)
def test_a_row_that_counts_nothing_known_is_kept_aside(tmp_path, change, column):
    """The refused row names the column that failed; the others are loaded."""
    found = load(write_text(tmp_path / "cube.tsv", rows({}, change)), country_code="ME")
    assert (found.loaded, found.reasons, found.refused["row_number"].to_list()) == (1, {column: 1}, [1])


def test_cells_of_two_grids_are_refused(tmp_path):
    """Counts of different grids describe the same records, so a file may have one grid only."""
    file = write_text(tmp_path / "cube.tsv", rows({}, {"eeacellcode": "10kmE508N225"}))
    with pytest.raises(WrongUsage, match="eea:1000 and eea:10000"):
        load(file, country_code="ME")


def test_a_cube_without_country_or_group_asks_for_it(tmp_path):
    """A kingdom alone does not tell mammals from beetles; the sentence names the option."""
    file = write_text(tmp_path / "cube.tsv", rows({}, without=("phylum", "class")))
    with pytest.raises(WrongUsage, match="--country"):
        load(file)
    with pytest.raises(WrongUsage, match="--taxon-group"):
        load(file, country_code="ME")
    with pytest.raises(WrongUsage, match="no reporting group"):
        load(file, country_code="ME", taxon_group="moss")


@pytest.mark.parametrize(
    ("cell", "grid"),
    [
        ("1kmE4283N2672", "eea:1000"),
        ("100kmE42N26", "eea:100000"),
        ("250mE428350N267275", "eea:250"),
        ("E010N52", "eqdgc:0"),
        ("W009N52C", "eqdgc:1"),
        ("E010N52CB", "eqdgc:2"),
        ("32UMF7684", "mgrs:1000"),
        ("32UMF", "mgrs:100000"),
        ("32UMF768", None),
        ("E010N52X", None),
        (None, None),
    ],
)
def test_the_form_of_a_cell_code_tells_its_grid(cell, grid):
    """EEA reference grid by its size, quarter-degree grid by its level, military grid by its digits."""
    assert pl.DataFrame({"cell": [cell]}, schema={"cell": pl.String}).select(grid_of(pl.col("cell"))).item() == grid
