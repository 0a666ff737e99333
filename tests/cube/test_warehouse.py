"""`ness cube` fills the warehouse: everything received is counted or set apart, and GBIF's download is cited."""

from __future__ import annotations

import duckdb
import pytest
from own_files import records, write_text

from ness_pipeline.ask.query import ask
from ness_pipeline.cube.options import CubeOptions, Grid
from ness_pipeline.errors import WrongUsage
from ness_pipeline.files.batches import KEPT_WHOLE
from ness_pipeline.files.row_defaults import RowDefaults
from ness_pipeline.names.checklists import BACKBONE
from ness_pipeline.names.years import Years
from ness_pipeline.paths import Paths
from ness_pipeline.run.cube import cube_to_warehouse, gbif_to_warehouse
from ness_pipeline.run.plan import plan_refresh
from ness_pipeline.run.refresh import refresh
from ness_pipeline.run.restore import open_for_writing
from ness_pipeline.sandbox import World, serve
from ness_pipeline.schemas.base import LATEST_YEAR
from ness_pipeline.settings import Settings


def test_a_snapshot_becomes_cube_species_and_quarantine(snapshot, world_records, tmp_path):
    """Received records are loaded or quarantined; the cells of the grid are in the landed cube."""
    settings = Settings(_env_file=None, home=tmp_path)
    options = CubeOptions(grid=Grid("eqdgc", 1))
    loaded = cube_to_warehouse(settings, [snapshot], options, RowDefaults("file:snapshot"), "cube snapshot")
    cube = loaded.results[0]
    assert cube.received == world_records.height == cube.loaded + cube.quarantined
    assert ("cell_code", "grid") in {(reason.column, reason.check) for reason in loaded.reasons}
    with duckdb.connect(str(Paths.of(settings).build), read_only=True) as connection:
        counted = connection.execute(
            "SELECT sum(occurrences), min(grid), max(length(cell_code)) FROM landed.occurrence_cube"
        )
        assert counted.fetchone() == (cube.loaded, "eqdgc:1", 8)


def test_filters_that_leave_out_many_records_are_counted_and_come_back_from_landing(tmp_path):
    """Records that break the contract are kept whole; the others fill no warehouse, and the loader's sum holds."""
    absent, far = [{"occurrenceStatus": "ABSENT"}] * KEPT_WHOLE, [{"year": "9999"}] * 3
    fossil = [{"basisOfRecord": "FOSSIL_SPECIMEN"}] * 2
    file = write_text(tmp_path / "records.tsv", records({}, *absent, *far, *fossil, {}))
    settings = Settings(_env_file=None, home=tmp_path / "home")
    loaded = cube_to_warehouse(settings, [file], CubeOptions(), RowDefaults("file:mine"), "cube records.tsv")
    cube = loaded.results[0]
    assert (cube.received, cube.loaded, cube.left_out, cube.quarantined) == (KEPT_WHOLE + 7, 2, KEPT_WHOLE + 2, 3)
    assert [(reason.rows, reason.column, reason.check) for reason in loaded.reasons] == [
        (KEPT_WHOLE, "occurrence_status", "filter"), (3, "year", f"less_than_or_equal_to({LATEST_YEAR})"), (2, "basis_of_record", "filter")
    ]  # fmt: skip
    Paths.of(settings).build.write_bytes(b"no database")
    with open_for_writing(settings) as connection:
        left_out = connection.execute("SELECT column_name, records FROM ops.left_out ORDER BY ALL").fetchall()
        sums = connection.execute("SELECT received - loaded - left_out - quarantined FROM ops.load WHERE source = 'file:mine'").fetchall()  # fmt: skip
        kept = connection.execute("SELECT DISTINCT run_id FROM ops.quarantine").fetchall()
    assert left_out == [("basis_of_record", 2), ("occurrence_status", KEPT_WHOLE)]
    assert set(sums) == {(0,)}
    assert len(kept) == 1


def test_what_enters_the_warehouse_is_checked(snapshot, tmp_path):
    """Trusting everything is for files only."""
    settings = Settings(_env_file=None, home=tmp_path)
    with pytest.raises(WrongUsage, match="--out"):
        cube_to_warehouse(
            settings, [snapshot], CubeOptions(), RowDefaults("file:snapshot"), "cube snapshot", trust="everything"
        )


def test_a_download_is_loaded_with_its_doi(tmp_path):
    """What GBIF made, as cube or as list of species, carries the citation and DOI of the download."""
    with serve(World(species=400, countries=["DE", "NO"])) as sandbox:
        settings = Settings(_env_file=None, home=tmp_path).for_sandbox(sandbox.url)
        options = CubeOptions(country_code="NO", years=Years(2010, 2012))
        for product in ("cube", "species"):
            defaults = RowDefaults(f"file:{product}")
            assert gbif_to_warehouse(settings, product, options, defaults, pause_s=0.01).results[0].loaded > 0
    with duckdb.connect(str(Paths.of(settings).build), read_only=True) as connection:
        cited = connection.execute("SELECT citation, doi FROM ops.citation ORDER BY doi").fetchall()
    assert len(cited) == 2
    assert all(doi.startswith("10.15468/dl.") and citation.endswith(doi) for citation, doi in cited)


@pytest.mark.slow
@pytest.mark.parametrize("product", ["cube", "species"])
def test_keys_of_another_checklist_count_as_the_species_that_they_name(tmp_path, product):
    """GBIF sends keys of its old backbone: they are never taken for keys of the Catalogue of Life, and no species is there twice."""
    with serve(World(species=400, countries=["NO"])) as sandbox:
        settings = Settings(_env_file=None, home=tmp_path).for_sandbox(sandbox.url)
        with open_for_writing(settings) as build:
            refresh(build, settings, plan_refresh(settings, ["NO"], "2010:2012"))
        paths = Paths.of(settings)
        query = "SELECT DISTINCT species_key FROM core.country_species WHERE country_code = 'NO' ORDER BY ALL"
        before = ask(paths.published, query)[1]
        options = CubeOptions(country_code="NO", years=Years(2010, 2012))
        defaults = RowDefaults("file:download", checklist_key=BACKBONE)
        loaded = gbif_to_warehouse(settings, product, options, defaults, pause_s=0.01)
        assert loaded.results[0].loaded > 0
        with open_for_writing(settings) as build:
            refresh(build, settings, plan_refresh(settings, ["NO"], "2010:2012"))
        assert ask(paths.published, query)[1] == before
        given = ask(paths.published, "SELECT count(*) FROM ops.own_species WHERE given_key <> species_key")[1]
        assert given[0][0] > 50
        assert ask(paths.published, "SELECT count(*) FROM core.species_status WHERE is_apart")[1] == [(0,)]
