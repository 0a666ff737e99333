"""Cells of the grids, and points drawn inside the circle of uncertainty."""

from __future__ import annotations

import math

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from ness_pipeline.cube.options import Grid
from ness_pipeline.cube.text import for_spark, sql_text
from ness_pipeline.errors import WrongUsage
from ness_pipeline.paths import sql_folder

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


@settings(max_examples=5, deadline=None)
@given(st.lists(st.tuples(st.floats(32.9, 84.7), st.floats(-16, 40.1)), min_size=40, max_size=40))
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
