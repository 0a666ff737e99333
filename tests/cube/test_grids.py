"""Cells of the grids, and points drawn inside the circle of uncertainty."""

from __future__ import annotations

import math

import duckdb
import h3
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from own_files import records, write_text
from pyproj import Geod, Transformer

from ness_pipeline.cube.options import CubeOptions, Grid
from ness_pipeline.cube.text import for_spark, sql_text
from ness_pipeline.errors import WrongUsage
from ness_pipeline.paths import sql_folder
from ness_pipeline.run.cube import engine_for

TO_EUROPE = Transformer.from_crs(4326, 3035)


@pytest.fixture(scope="module")
def connection():
    """A DuckDB with the macros of the grids."""
    with duckdb.connect() as opened:
        for name in ("eea_code", "eqdgc_code", "drawn_point", "h3_code"):
            opened.execute((sql_folder("macros") / f"{name}.sql").read_text(encoding="utf-8"))
        yield opened


def one(connection, query, *bound):
    """The single row of a query."""
    return connection.execute(query, list(bound)).fetchone()


@pytest.mark.parametrize(
    ("latitude", "longitude", "size", "cell"),
    [
        (47.168611, 9.508333, 100_000, "100kmE42N26"),
        (47.168611, 9.508333, 50_000, "50kmE425N265"),
        (47.168611, 9.508333, 10_000, "10kmE428N267"),
        (47.168611, 9.508333, 1_000, "1kmE4283N2672"),
        (47.168611, 9.508333, 250, "250mE428350N267275"),
        (54.176, -6.349, 100_000, "100kmE32N35"),
        (54.176, -6.349, 1_000, "1kmE3263N3572"),
        (46.565825, 15.354675, 1_000, "1kmE4731N2620"),
        (47.168611, 9.508333, 100, "100mE42836N26729"),
        (47.168611, 9.508333, 25, "25mE4283675N2672900"),
        (64.147, -21.942, 10_000, "10kmE282N491"),  # Reykjavik
        (65.68, -18.1, 10_000, "10kmE306N498"),  # Akureyri
        (65.9889821, 95.3766984, 1_000, None),
        (-52.0, -170.0, 1_000, None),  # the antipode of the grid's origin
        (29.3235947, -14.9412539, 1_000, None),
        (None, 10.0, 1_000, None),
    ],
)
def test_european_cells(connection, latitude, longitude, size, cell):
    """The vectors of GBIF's own implementation; outside the grid's area there is no cell."""
    assert one(connection, "SELECT eea_code(?::DOUBLE, ?::DOUBLE, ?)", latitude, longitude, size) == (cell,)


@pytest.mark.parametrize(
    ("latitude", "longitude", "level", "cell"),
    [
        (52, 10, 0, "E010N52"),
        (-52, 10, 0, "E010S51"),
        (52, -10, 0, "W009N52"),
        (52.3, 10.3, 1, "E010N52C"),
        (52.3, 10.3, 2, "E010N52CB"),
        (0, 0, 0, "E000N00"),
        (-0.1, -0.1, 0, "W000S00"),
        (0.5, 0.5, 1, "E000N00B"),
        (46.377106, 14.033383, 2, "E014N46CA"),
        (-52.3, -10.3, 3, "W010S52BCB"),
        (52.3, 10.3, 6, "E010N52CBCCBB"),
        (-21.34284, -175.03633, 6, "W175S21BDBDAD"),
        (46.565825, 15.354675, 2, "E015N46AD"),
        (-21.34284, -175.03633, 0, "W175S21"),
        (-21.34284, -175.03633, 2, "W175S21BD"),
        (90, 180, 1, "W179N89A"),
        (None, 10, 2, None),
    ],
)
def test_quarter_degree_cells(connection, latitude, longitude, level, cell):
    """The vectors of GBIF's own implementation; pole and date line lie in real cells."""
    assert one(connection, "SELECT eqdgc_code(?::DOUBLE, ?::DOUBLE, ?)", latitude, longitude, level) == (cell,)


def test_the_european_grid_ends_where_that_of_gbif_ends(connection):
    """The bounds are metres of EPSG:3035; PROJ says where on Earth a metre inside and a metre outside lie."""
    inside = [(1_896_629, 4e6), (7_104_178, 4e6), (4e6, 1_095_704), (4e6, 6_882_400)]
    outside = [(1_896_627, 4e6), (7_104_180, 4e6), (4e6, 1_095_702), (4e6, 6_882_402)]
    for places, has_cell in ((inside, True), (outside, False)):
        for easting, northing in places:
            latitude, longitude = TO_EUROPE.transform(northing, easting, direction="INVERSE")
            (cell,) = one(connection, "SELECT eea_code(?::DOUBLE, ?::DOUBLE, 1000)", latitude, longitude)
            assert (cell is not None) is has_cell, (easting, northing)


@settings(max_examples=5, deadline=None)
@given(st.lists(st.tuples(st.floats(28, 89), st.floats(-50, 80)), min_size=40, max_size=40))
def test_the_european_projection_is_that_of_proj(connection, points):
    """The macros and PROJ agree to a micrometre all over the grid."""
    query = (
        "SELECT laea_easting_m(point[1], point[2]), laea_northing_m(point[1], point[2]) "
        "FROM (SELECT unnest(?::DOUBLE[2][]) AS point)"
    )
    found = connection.execute(query, [points]).fetchall()
    for (latitude, longitude), place in zip(points, found, strict=True):
        northing, easting = TO_EUROPE.transform(latitude, longitude)
        assert place == pytest.approx((easting, northing), abs=1e-6)


def test_drawn_points_stay_in_their_circle_and_fill_it(connection):
    """No point leaves the circle by more than the sphere differs from the ellipsoid, and half lie in half its area."""
    query = (
        "SELECT drawn_latitude(60.0, 179.99, 5000.0, n || ':1'), drawn_longitude(60.0, 179.99, 5000.0, n || ':1') "
        "FROM range(4000) AS t(n)"
    )
    points = connection.execute(query).fetchall()
    far = [Geod(ellps="GRS80").inv(179.99, 60.0, longitude, latitude)[2] for latitude, longitude in points]
    assert max(far) <= 5000 * 1.006
    assert all(-180 <= longitude < 180 for _, longitude in points)
    assert sum(distance < 5000 / math.sqrt(2) for distance in far) / len(far) == pytest.approx(0.5, abs=0.03)
    assert points == connection.execute(query).fetchall()


@pytest.mark.parametrize(
    "text", ["eea", "eea:0", "eea:1000000", "eea:None", "eqdgc:7", "eqdgc:-1", "mgrs:100", "h3:16", ""]
)
def test_grids_that_do_not_exist_are_refused(text):
    """A wrong name or size is one sentence, before anything is read."""
    with pytest.raises(WrongUsage, match=r"choose"):
        Grid.parse(text)


def test_branches_that_nobody_chose_are_not_translated():
    """The text for Spark names no function of another grid, and none of ours."""
    variables = dict.fromkeys(
        ("grid", "grid_kind", "grid_size", "max_uncertainty_m", "point", "seed", "target", "target_rank")
    )
    text = (
        for_spark(sql_text("record"), variables | {"countries": "KE", "categories": "VU"}).lower().rpartition("*/")[2]
    )
    assert "h3" not in text
    assert "getvariable" not in text
    assert "blank_as_null(" not in text


PLACES = [(64.147, -21.942), (65.68, -18.1), (47.168611, 9.508333), (-1.6, 36.4), (-0.6, 0.4), (0.0, -0.1)]
CELLS = {
    "eqdgc:2": ["W021N64CC", "W018N65BD", "E009N47DC", "E036S01CB", "E000S00CB", "W000N00DD"],
    "eea:10000": ["10kmE282N491", "10kmE306N498", "10kmE428N267"],
    "h3:7": [h3.latlng_to_cell(latitude, longitude, 7) for latitude, longitude in PLACES],
}
"""The cells of places in each grid, of those that lie in it; of h3 as its library says, the others by hand."""


@pytest.mark.parametrize("engine", ["duckdb", pytest.param("spark", marks=pytest.mark.slow)])
@pytest.mark.parametrize("grid", CELLS)
def test_every_engine_finds_the_cells_of_every_grid(request, tmp_path, engine, grid):
    """One record in each place, counted in its cell; a place outside the grid is set apart."""
    if engine == "spark":
        request.getfixturevalue("spark")
    places = [{"decimalLatitude": str(latitude), "decimalLongitude": str(longitude)} for latitude, longitude in PLACES]
    file = write_text(tmp_path / "records.tsv", records(*places, {"decimalLatitude": ""}))
    with engine_for(engine, [file], CubeOptions(grid=Grid.parse(grid))) as opened:
        cells = pl.concat(list(opened.cube()))["cell_code"].to_list()
        assert sorted(cells) == sorted(CELLS[grid])
        assert opened.filtered_out() == {"cell_code": len(PLACES) + 1 - len(cells)}
