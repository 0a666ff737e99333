"""A cube that was written to a file is loaded again as it was counted."""

from __future__ import annotations

import csv

import polars as pl
import pytest
from own_files import load, records, write_text

from ness_pipeline.cube.options import CubeOptions, Grid
from ness_pipeline.errors import WrongUsage
from ness_pipeline.files.batches import batches_of
from ness_pipeline.files.row_defaults import RowDefaults
from ness_pipeline.run.cube import cube_to_file, engine_for

PLANT = {
    "kingdom": "Plantae",
    "phylum": "Bryophyta",
    "class": "Bryopsida",
    "speciesKey": "800",
    "species": "Inventa altera",
}
ROWS = records(
    {"iucnRedListCategory": "VU"},
    {"iucnRedListCategory": "VU", "decimalLatitude": "-3.2", "year": "2020"},
    {"iucnRedListCategory": "LC", "establishmentMeans": "introduced", "countryCode": "TZ"},
    PLANT | {"establishmentMeans": "introduced", "iucnRedListCategory": ""},
    PLANT | {"year": "2019", "iucnRedListCategory": ""},
    {"kingdom": "Protozoa", "phylum": "Mycetozoa", "class": "", "order": "", "speciesKey": "900", "species": "Inventa tertia", "iucnRedListCategory": "NA"},
)  # fmt: skip


@pytest.mark.parametrize("grid", ["eqdgc:2", "h3:7", None])
@pytest.mark.parametrize("suffix", ["parquet", "csv"])
@pytest.mark.parametrize("engine", ["duckdb", pytest.param("spark", marks=pytest.mark.slow)])
def test_a_cube_of_a_file_is_the_cube(request, tmp_path, engine, suffix, grid):
    """Cube and species, of several groups and of none, are those of the records; no option is needed."""
    if engine == "spark":
        request.getfixturevalue("spark")
    file = write_text(tmp_path / "records.tsv", ROWS)
    options = CubeOptions(grid=Grid.parse(grid) if grid else None, target_rank="class")
    expected = {}
    with engine_for(engine, [file], options) as opened:
        for batch in batches_of(opened, RowDefaults(f"file:cube.{suffix}")):
            expected[batch.table] = batch.frame
        cube_to_file(opened, tmp_path / f"cube.{suffix}")
    found = load(tmp_path / f"cube.{suffix}")
    assert found.layout == "occurrence cube"
    assert found.reasons == {}
    names = expected["occurrence_cube"].columns
    assert found.cube.select(names).sort(names).equals(expected["occurrence_cube"].sort(names))
    assert found.species.select(expected["country_species"].columns).equals(expected["country_species"])


def test_without_higher_taxa_the_group_is_asked_for(tmp_path):
    """Of records that do not name them, the cube does not know the groups."""
    file = write_text(tmp_path / "records.tsv", records({}, without=("kingdom", "phylum", "class", "order")))
    with engine_for("duckdb", [file], CubeOptions()) as engine:
        cube_to_file(engine, tmp_path / "cube.csv")
    with pytest.raises(WrongUsage, match="--taxon-group"):
        load(tmp_path / "cube.csv")
    assert load(tmp_path / "cube.csv", taxon_group="birds").species["taxon_group"].to_list() == ["birds"]


@pytest.mark.parametrize("trust", ["nothing", "everything"])
def test_no_spreadsheet_runs_what_is_in_a_cube(tmp_path, trust):
    """A text that begins like a formula has an apostrophe in CSV, and not in parquet; loaded again it is what it was."""
    formula = "=HYPERLINK(evil) Inventa"
    row = {"speciesKey": formula, "species": formula}
    file = write_text(tmp_path / "records.tsv", records(row))
    with engine_for("duckdb", [file], CubeOptions(), trust=trust) as engine:
        for suffix in ("csv", "parquet"):
            cube_to_file(engine, tmp_path / f"cube.{suffix}")
    with (tmp_path / "cube.csv").open(encoding="utf-8", newline="") as text:
        (row,) = csv.DictReader(text)
    assert row["species_key"] == f"'{formula}"
    assert pl.read_parquet(tmp_path / "cube.parquet")["species_key"].to_list() == [formula]
    if trust == "nothing":
        assert row["scientific_name"] == f"'{formula}"
        assert load(tmp_path / "cube.csv").species["scientific_name"].to_list() == [formula]
