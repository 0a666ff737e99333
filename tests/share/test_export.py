"""`ness export`: every table as a file that Frictionless accepts, without what may not be passed on."""

from __future__ import annotations

import json
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest
from published import Published
from report_world import publish_all, publish_few

from ness_pipeline.contract.dictionary import tables
from ness_pipeline.errors import WrongUsage
from ness_pipeline.names.countries import countries
from ness_pipeline.share.datapackage import constraints_of, schema_of
from ness_pipeline.share.export import export, exported_tables

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import frictionless

Ness = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module", params=["csv", "parquet"])
def exported(request: pytest.FixtureRequest, published: Published, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export in each format."""
    folder = tmp_path_factory.mktemp("export") / request.param
    export(published.paths.published, folder, form=request.param)
    return folder


def package(folder: Path) -> dict[str, Any]:
    """The descriptor of an export."""
    return dict(json.loads((folder / "datapackage.json").read_text(encoding="utf-8")))


def resource(folder: Path, name: str) -> dict[str, Any]:
    """The descriptor of one table."""
    return next(one for one in package(folder)["resources"] if one["name"] == name)


def read(folder: Path, name: str) -> pl.DataFrame:
    """One exported table; CSV as text."""
    path = folder / resource(folder, name)["path"]
    return pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False)


@pytest.mark.filterwarnings("ignore")
def test_frictionless_accepts_the_package(exported: Path) -> None:
    """`frictionless validate` finds nothing wrong: with CSV in any cell, with Parquet in sizes and hashes."""
    report = frictionless.validate(str(exported / "datapackage.json"), type="package")
    assert report.flatten(["title", "message"]) == []
    assert report.stats["tasks"] == len(package(exported)["resources"])


@pytest.mark.filterwarnings("ignore")
def test_frictionless_finds_a_changed_file(exported: Path, tmp_path: Path) -> None:
    """A file that was changed after the export is reported, so the acceptance above means something."""
    copy = tmp_path / "copy"
    copy.mkdir()
    descriptor = package(exported) | {"resources": [resource(exported, "core.country")]}
    path = Path(descriptor["resources"][0]["path"])
    (copy / path).parent.mkdir()
    (copy / path).write_bytes((exported / path).read_bytes() + b"?")
    (copy / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    assert not frictionless.validate(str(copy / "datapackage.json"), type="package").valid


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_schemas_hold_for_the_rows_of_parquet_files(published: Published, tmp_path: Path) -> None:
    """Frictionless checks every row of the Parquet files against their table schemas, read by another reader than its own."""
    export(published.paths.published, tmp_path / "out")
    for one in package(tmp_path / "out")["resources"]:
        frame = read(tmp_path / "out", one["name"])
        rows = [
            one["schema"]["fields"] and [field["name"] for field in one["schema"]["fields"]],
            *map(list, frame.rows()),
        ]
        report = frictionless.Resource(data=rows, schema=frictionless.Schema.from_descriptor(one["schema"])).validate()
        assert report.flatten(["fieldName", "message"]) == [], one["name"]


def test_every_published_table_is_there(exported: Path, published: Published) -> None:
    """Each table and view of the published file is a resource with all its columns described, in their order."""
    present = published.rows(
        "SELECT schema_name || '.' || table_name, string_agg(column_name, ' ' ORDER BY column_index) FROM duckdb_columns() "
        "WHERE database_name = current_database() AND schema_name IN ('core', 'metrics', 'ops') GROUP BY ALL"
    )
    fields = {
        one["name"]: " ".join(field["name"] for field in one["schema"]["fields"])
        for one in package(exported)["resources"]
    }
    expected = {
        # The code of three letters stands beside each country's code, which readers may take for a missing value (NA).
        name: columns if "iso3_code" in columns else columns.replace("country_code", "country_code iso3_code")
        for name, columns in present
    }
    assert fields == expected
    for one in package(exported)["resources"]:
        assert one["description"]
        assert all(field["description"] for field in one["schema"]["fields"]), one["name"]


def test_namibia_is_no_missing_value(tmp_path: Path) -> None:
    """Readers like pandas lose the code NA by default and keep all 250 codes of three letters, in every table by country."""
    world = publish_all(publish_few(tmp_path / "few"), tmp_path / "ness.duckdb")
    export(world, tmp_path / "out", form="csv")
    codes = {country.iso3_code for country in countries().values()}
    assert len(codes) == 250
    for name in ("core.country", "metrics.country_profile", "metrics.metric_value", "metrics.legal_framework"):
        frame = pd.read_csv(tmp_path / "out" / resource(tmp_path / "out", name)["path"], low_memory=False)
        assert set(frame["iso3_code"]) == codes, name
        assert set(frame.loc[frame["country_code"].isna(), "iso3_code"]) == {"NAM"}, name
    for one in package(tmp_path / "out")["resources"]:
        names = [field["name"] for field in one["schema"]["fields"]]
        assert "country_code" not in names or "iso3_code" in names, one["name"]
        if "country_code" in names and (tmp_path / "out" / one["path"]).stat().st_size:
            assert not pd.read_csv(tmp_path / "out" / one["path"], low_memory=False)["iso3_code"].isna().any(), one[
                "name"
            ]


def test_contract_becomes_constraints() -> None:
    """Bounds, vocabularies, patterns, lengths, units and the grain of a contract are in the table schema."""
    table = tables()["metrics.threatened_species"]
    columns = {column.name: column for column in table.columns}
    assert constraints_of(columns["country_code"]) == {"required": True, "pattern": "^[A-Z]{2}$"}
    assert constraints_of(columns["threatened_share"]) == {"minimum": 0.0, "maximum": 1.0}
    assert "fungi" in constraints_of(columns["taxon_group"])["enum"]
    schema = schema_of(table)
    assert schema["primaryKey"] == ["country_code", "taxon_group"]
    assert {field["name"]: field.get("unit") for field in schema["fields"]}["known_species"] == "{species}"
    assert "primaryKey" not in schema_of(tables()["metrics.species_diversity"]), "its year can be missing"
    name = next(column for column in tables()["core.country"].columns if column.name == "country_name")
    assert constraints_of(name) == {"required": True, "minLength": 2, "maxLength": 100}


def test_restricted_rows_are_left_out(exported: Path, published: Published) -> None:
    """No row and no value that only the Red List states is in the export, and the package says what is missing."""
    (own,) = published.rows("SELECT species_key FROM core.filled_value WHERE column_name = 'origin'")[0]
    known = read(exported, "core.country_species")
    assert "iucn" not in known["source"]
    assert "900001" not in known["species_key"]
    mixed = known.filter(pl.col("species_key") == own, pl.col("country_code") == "KE").row(0, named=True)
    assert mixed["source"] == "gbif_country"
    assert mixed["occurrences"] is not None
    assert (mixed["red_list_category"], mixed["origin"], mixed["presence"]) == (None, None, None)
    assert read(exported, "core.assessment").height == read(exported, "core.threat").height == 0
    assert "iucn" not in read(exported, "core.species_status")["status_source"]
    assert ("KE", own) not in set(read(exported, "core.species_status").select("country_code", "species_key").rows())
    assert "iucn" not in read(exported, "ops.quarantine")["source"]
    entries = {entry["table"]: entry["rows"] for entry in package(exported)["leftOut"]}
    assert entries == {
        "core.assessment": 4,
        "core.country_species": 1,
        "core.filled_value": 3,
        "core.species_status": published.rows("SELECT count(*) FROM core.species_status WHERE status_source = 'iucn'")[
            0
        ][0],
        "core.threat": 1,
        "ops.quarantine": 1,
    }
    assert "iucn are left out" in package(exported)["description"]
    assert "IUCN" not in json.dumps(package(exported)["sources"])


def test_nothing_else_is_left_out(exported: Path, published: Published) -> None:
    """All other rows are there, metrics to the last digit."""
    left = {entry["table"]: entry["rows"] for entry in package(exported)["leftOut"]}
    for one in package(exported)["resources"]:
        stored = published.rows(f"SELECT count(*) FROM {one['name']}")[0][0]
        assert read(exported, one["name"]).height == stored - left.get(one["name"], 0), one["name"]
    with duckdb.connect() as connection:
        path = exported / resource(exported, "metrics.threatened_species")["path"]
        connection.execute(f"ATTACH '{published.paths.published}' AS stored (READ_ONLY)")
        both = "SELECT country_code, taxon_group, threatened_share FROM"
        query = f"{both} '{path}' EXCEPT {both} stored.metrics.threatened_species"
        assert connection.execute(query).fetchall() == []


def test_restricted_rows_on_demand(published: Published, tmp_path: Path) -> None:
    """Who asks for everything gets everything, and the package names the licence that forbids to pass it on."""
    done = export(published.paths.published, tmp_path / "all", include_restricted=True)
    assert done.left_out == {}
    assert read(tmp_path / "all", "core.threat").height == 1
    assert "leftOut" not in package(tmp_path / "all")
    names = {licence["name"] for licence in package(tmp_path / "all")["licenses"]}
    assert "LicenseRef-IUCN-Red-List-terms-of-use" in names


def test_package_names_sources_licences_and_synthetic_data(exported: Path, published: Published) -> None:
    """The package says where its rows come from, under which licences, and that they are synthetic."""
    says = package(exported)
    assert says["description"].startswith("SYNTHETIC")
    loaded = {name for (name,) in published.rows("SELECT DISTINCT source FROM ops.load")}
    assert {one["name"] for one in says["sources"]} == loaded - {"iucn"} > {"gbif_country", "seeds"}
    assert {"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0", "path": "https://creativecommons.org/licenses/by/4.0/"} in says["licenses"]  # fmt: skip
    assert [one["name"] for one in resource(exported, "core.taxon_group_key")["sources"]] == ["gbif_taxonomy"]


def test_export_replaces_only_exports(published: Published, tmp_path: Path) -> None:
    """An earlier export is replaced whole; a folder with other files is refused and stays as it is."""
    folder = tmp_path / "out"
    export(published.paths.published, folder, form="csv")
    export(published.paths.published, folder, form="parquet")
    assert not list(folder.rglob("*.csv"))
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "thesis.docx").write_text("years of work")
    for place in (foreign, foreign / "thesis.docx"):
        with pytest.raises(WrongUsage, match=r"holds other files|is a file"):
            export(published.paths.published, place)
    assert [file.name for file in foreign.iterdir()] == ["thesis.docx"]
    assert [entry.name for entry in tmp_path.iterdir()].count("foreign") == 1
    assert not [entry for entry in tmp_path.iterdir() if entry.name.endswith(".partial")]


def test_command_says_what_it_wrote(ness: Ness, tmp_path: Path, published: Published) -> None:
    """The command counts tables, rows and what it left out, in plain lines when its output is no terminal."""
    said = ness("export", str(tmp_path / "out"), "--format", "csv", "--sandbox")
    assert said.returncode == 0, said.stderr
    with duckdb.connect(str(published.paths.published), read_only=True) as connection:
        number = len(exported_tables(connection))
    assert said.stdout.startswith(f"{number} tables with ")
    assert "Left out 1 rows of core.threat, because iucn does not allow them to be passed on." in said.stdout
    assert "\x1b" not in said.stdout
    assert ness("export", str(tmp_path / "out2"), "--sandbox", NESS_HOME=str(tmp_path)).returncode == 2
