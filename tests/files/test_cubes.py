"""Cubes made elsewhere become rows of the same cube, whatever their columns are called."""

from __future__ import annotations

import zipfile
from pathlib import Path

import polars as pl
import pytest
from own_files import load, records, write_text

from ness_pipeline.errors import SchemaDrift, WrongUsage
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
        ({"specieskey": "", "species": ""}, "species_key"),
        ({"specieskey": "NA", "species": "Inventa sp."}, "species_key"),
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
        ("872a1072bffffff", "h3:7"),
        ("8f283473fffffff", "h3:15"),
        # ISEA3H as in the tests of GBIF's function, which name the resolution
        ("-158282526011250000", "isea3h:1"),
        ("549767897011250000", "isea3h:5"),
        ("2251999962009999896", "isea3h:22"),
        ("5340766511074019041", "isea3h:9"),
        ("-6858282526168750000", "isea3h:2"),
        ("5.49767897011e+17", None),
        ("32UMF768", None),
        ("E010N52X", None),
        (None, None),
    ],
)
def test_the_form_of_a_cell_code_tells_its_grid(cell, grid):
    """EEA reference grid by its size, quarter-degree grid by its level, military grid by its digits."""
    assert pl.DataFrame({"cell": [cell]}, schema={"cell": pl.String}).select(grid_of(pl.col("cell"))).item() == grid


def cells(column: str, *codes: str):
    """Valid rows of a cube with a column of cells."""
    return rows(*({column: code} for code in codes), without=("eeacellcode",))


@pytest.mark.parametrize(
    ("column", "codes", "grid"),
    [
        ("eqdCellCode", ("E036S02AA", "E037S01BB"), "eqdgc:2"),  # as gbif.org writes its quarter-degree cubes
        ("eqdcellcode", ("E036S02AA", "E037S01BB"), "eqdgc:2"),
        ("extendedquarterdegreegridcellcode", ("E036S02AA", "E037S01BB"), "eqdgc:2"),
        ("isea3hcellcode", ("549767897011250000", "-558282526011250000"), "isea3h:5"),
        ("mgrscellcode", ("32UMF7684", "32UMF7784"), "mgrs:1000"),
        ("eea_cell_code", ("1kmE3924N3102", "1kmE3925N3102"), "eea:1000"),
        ("dmsgcellcode", ("E0104845N521800", "E0104846N521800"), "dmsg"),
        ("dmsgcellcode", ("E010N52", "E011N52"), "dmsg"),  # a degree is no cell of quarter degrees there
        ("cell_code", ("872a1072bffffff", "872a10721ffffff"), "h3:7"),
    ],
)
def test_cells_of_every_generator_are_kept(tmp_path, column, codes, grid):
    """Rows of two cells stay two rows, with the grid of their column."""
    found = load(write_text(tmp_path / "cube.tsv", cells(column, *codes)), country_code="DE")
    assert found.cube["grid"].to_list() == [grid, grid]
    assert sorted(found.cube["cell_code"]) == sorted(codes)


@pytest.mark.parametrize("column", ["utmSquare", "gridcell", "hexagon_id", "my_cell"])
def test_a_column_that_may_be_cells_is_never_added_up(tmp_path, column):
    """The sentence names it and says what to do."""
    with pytest.raises(WrongUsage, match=f"column '{column}' that may be the cells of a grid; rename it to cellCode"):
        load(write_text(tmp_path / "cube.tsv", cells(column, "A1", "A2")), country_code="DE")


def test_two_columns_of_cells_are_refused(tmp_path):
    """To count by one of them, the other must go."""
    file = write_text(tmp_path / "cube.tsv", rows({"eqdcellcode": "E036S02AA"}))
    with pytest.raises(WrongUsage, match=r"several columns of cells \(eeacellcode and eqdcellcode\)"):
        load(file, country_code="DE")


@pytest.mark.parametrize(
    ("column", "times"), [("yearmonth", ("2020-03", "2020-04")), ("yearMonthDay", ("2020-03-01", "2020-03-02"))]
)
def test_months_and_days_are_added_up_to_years(tmp_path, column, times):
    """As gbif.org makes cubes by month and by day; what is added up is said."""
    made = rows({column: times[0], "occurrences": "3"}, {column: times[1]}, without=("year",))
    found = load(write_text(tmp_path / "cube.tsv", made), country_code="DE")
    assert found.cube.select("year", "occurrences").rows() == [(2020, 5)]
    assert found.layout == f"occurrence cube, added up over {column}"


def test_other_dimensions_are_added_up_and_said(tmp_path):
    """Sex, life stage and month are no part of the cube; numbers of higher taxa are no dimension."""
    made = rows({"sex": "FEMALE", "lifestage": "", "month": "3", "familycount": "9"}, {"sex": "MALE", "lifestage": "", "month": "4", "familycount": "9"})  # fmt: skip
    found = load(write_text(tmp_path / "cube.tsv", made), country_code="DE")
    assert found.layout == "occurrence cube, added up over sex, lifestage, month"
    assert found.cube["occurrences"].to_list() == [4]


def test_a_cube_of_trias_counts_in_n(tmp_path):
    """Columns as the Belgian cubes have them; a table of records with a column n stays one of records."""
    made = [
        {
            "year": "2020",
            "eea_cell_code": "1kmE3924N3102",
            "speciesKey": "900",
            "n": "3",
            "min_coord_uncertainty": "30.0",
        },
        {
            "year": "2021",
            "eea_cell_code": "1kmE3924N3102",
            "speciesKey": "900",
            "n": "1",
            "min_coord_uncertainty": "30.0",
        },
    ]
    found = load(write_text(tmp_path / "cube.csv", made, ","), country_code="BE", taxon_group="insects")
    columns = ["year", "grid", "occurrences", "min_coordinate_uncertainty_m"]
    assert found.cube.select(columns).rows() == [(2020, "eea:1000", 3, 30.0), (2021, "eea:1000", 1, 30.0)]
    assert load(write_text(tmp_path / "records.tsv", records({"n": "7"}))).cube["occurrences"].to_list() == [1]


def test_a_cube_by_country_needs_no_cells(tmp_path):
    """`countryCode` is the place of each row."""
    found = load(write_text(tmp_path / "cube.tsv", rows({"countryCode": "KE"}, {"countryCode": "TZ"}, without=("eeacellcode",))))  # fmt: skip
    assert found.cube["country_code"].to_list() == ["KE", "TZ"]


def test_a_count_that_may_be_of_animals_is_asked_about(tmp_path: Path) -> None:
    """A number for each species and year in `count` is no list of species; the sentence works when followed."""
    rows = [{"country": "KE", "year": "2020", "species": "Inventa prima", "count": "4"}]
    file = write_text(tmp_path / "counts.csv", rows, ",")
    with pytest.raises(SchemaDrift, match=r"'count'; if these are records, say --map count=occurrences, else --map count=- leaves"):  # fmt: skip
        load(file, taxon_group="mammals")
    found = load(file, taxon_group="mammals", renamed={"count": "occurrences"})
    assert (found.layout, found.cube.get_column("occurrences").to_list()) == ("occurrence cube", [4])


@pytest.mark.parametrize("name", ["n", "records", "n_records", "Number of records"])
def test_other_words_for_the_number_of_records(tmp_path: Path, name: str) -> None:
    """Words that can mean nothing else."""
    rows = [{"country": "KE", "year": "2020", "speciesKey": "1", name: "4"}]
    found = load(write_text(tmp_path / "counts.csv", rows, ","), taxon_group="mammals")
    assert (found.layout, found.cube.get_column("occurrences").to_list()) == ("occurrence cube", [4])
