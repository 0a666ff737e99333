"""`ness load` and `ness materialise`: a national expert's own data, from file to published number."""

from __future__ import annotations

import csv
import os
import zipfile
from pathlib import Path

import duckdb
import pytest
from own_files import records, write_text

from ness_pipeline.build.lock import writer
from ness_pipeline.paths import Paths
from ness_pipeline.settings import load_settings

LIST = [
    {"species_key": f"own-{n}", "country_code": "KE", "taxon_group": "mammals", "red_list_category": category}
    for n, category in enumerate(["LC"] * 6 + ["VU", "EN", "CR", "DD"])
]


def table(path: Path, rows: list[dict[str, str]]) -> Path:
    """Rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writing = csv.DictWriter(file, list(rows[0]))
        writing.writeheader()
        writing.writerows(rows)
    return path


def asked(home: Path, query: str) -> list[tuple[object, ...]]:
    """Rows of the published file."""
    with duckdb.connect(str(home / "ness.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def landed(home: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row that was loaded or set aside, of the build database."""
    with duckdb.connect(str(home / "build.duckdb"), read_only=True) as connection:
        listed = "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE schema_name = 'landed'"
        names = [str(name) for (name,) in connection.execute(listed).fetchall()]
        return {name: connection.execute(f"FROM {name} ORDER BY ALL").fetchall() for name in (*names, "ops.quarantine")}


def test_own_list_becomes_numbers(ness, home, tmp_path):
    """A national list goes through the contract, the models and the publication; three of nine are threatened."""
    said = ness("load", "country_species", str(table(tmp_path / "list.csv", LIST)))
    assert said.code == 0, said.err
    assert "10 received = 10 loaded + 0 quarantined" in said.out
    assert ness("materialise").code == 0
    found = asked(
        home,
        "SELECT threatened_species, threatened_share FROM metrics.threatened_species WHERE taxon_group = 'mammals'",
    )
    assert found == [(3, 3 / 9)]
    assert asked(home, "SELECT is_synthetic FROM ops.publication") == [(False,)]


def test_loading_twice_is_loading_once(ness, home, tmp_path):
    """The same content again changes nothing, and is said."""
    path = str(table(tmp_path / "list.csv", LIST))
    for _ in range(2):
        ness("load", "country_species", path)
        ness("materialise")
    assert asked(home, "SELECT count(*) FROM core.country_species") == [(10,)]
    assert len(set(asked(home, "SELECT content_hash FROM ops.publication"))) == 1


def test_refused_rows_are_shown_with_their_reason(ness, home, tmp_path):
    """What breaks the contract is kept aside, counted, explained and can be asked for."""
    bad = [*LIST, {**LIST[0], "species_key": "own-x", "red_list_category": "XX"}, {**LIST[0], "country_code": "Kenyaa"}]
    said = ness("load", "country_species", str(table(tmp_path / "list.csv", bad)))
    assert "12 received = 10 loaded + 2 quarantined" in said.out
    assert "1 refused for country_code: row 13: 'Kenyaa' is no country" in said.out
    assert "did you mean Kenya (KE)?" in " ".join(said.out.split())
    assert "1 refused for red_list_category: row 12: red_list_category is 'XX', which is none of" in said.out
    ness("materialise")
    rows = asked(home, "SELECT row_number, column_name FROM ops.quarantine ORDER BY 1")
    assert rows == [(10, "red_list_category"), (11, "country_code")]


def test_records_become_diversity(ness, home, tmp_path):
    """Occurrence records are counted into the cube and from there into the metrics."""
    path = write_text(tmp_path / "own.tsv", records(*[{"year": str(2000 + n)} for n in range(25)]))
    assert ness("load", "occurrences", str(path)).code == 0
    assert ness("materialise", "Kenya").code == 0
    query = "SELECT observed_richness, occurrences FROM metrics.species_diversity WHERE taxon_group = 'birds' AND year IS NULL"
    assert asked(home, query) == [(1, 25)]


def _truncated(folder: Path) -> Path:
    whole, part = folder / "whole.zip", folder / "part.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("list.csv", "species_key,country_code\n" + "x,KE\n" * 1000)
    part.write_bytes(whole.read_bytes()[:200])
    return part


def _escaping(folder: Path) -> Path:
    path = folder / "escaping.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../outside.csv", "species_key,country_code\nx,KE\n")
    return path


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: folder / "nothing.csv", "does not exist"),
        (_truncated, "damaged or cut short"),
        (_escaping, "would be written outside"),
        (
            lambda folder: table(folder / "wrong.csv", [{"kind": "x", "country_code": "KE"}]),
            "lacks the column that country_species needs: species_key",
        ),
        (
            lambda folder: table(folder / "short.csv", [{"country_code": "KE", "origin": "native"}]),
            "lacks the column that country_species needs: species_key",
        ),
    ],
    ids=["missing", "truncated", "path traversal", "wrong column", "missing column"],
)
def test_bad_files_change_nothing(ness, home, tmp_path, make, says):
    """One sentence, exit code 2 or 4, and no row of the build database is other than it was."""
    ness("load", "country_species", str(table(tmp_path / "list.csv", LIST)))
    before = landed(home)
    assert len(before["landed.country_species"]) == len(LIST)
    said = ness("load", "country_species", str(make(tmp_path)))
    assert said.code in {2, 4}
    assert says in said.err
    assert said.err.count("\n") == 1
    assert landed(home) == before


def test_country_that_is_none(ness, home):
    """An unknown country is refused by name before anything is computed."""
    said = ness("materialise", "Atlantis")
    assert (said.code, "'Atlantis' is not a country" in said.err) == (2, True)
    assert not home.exists()


def test_warehouse_in_use(ness, home, tmp_path):
    """While a run writes, loading says busy with exit code 6 and waits for nobody."""
    path = str(table(tmp_path / "list.csv", LIST))
    with writer(Paths.of(load_settings())):
        said = ness("load", "country_species", path)
    assert said.code == 6
    assert "is being written by another run" in said.err


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/proc").is_dir(), reason="root may write everywhere")
def test_folder_that_cannot_be_written(ness, tmp_path, monkeypatch):
    """A home that cannot be made names the folder and the setting."""
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("NESS_HOME", str(tmp_path / "file" / "home"))
    said = ness("load", "country_species", str(table(tmp_path / "list.csv", LIST)))
    assert said.code == 2
    assert "cannot be written" in said.err
    assert "NESS_HOME" in said.err


def test_nothing_loaded_is_nothing_to_publish(ness, home):
    """Without any data there is nothing to compute: the sentence says how to begin, and no file appears."""
    said = ness("materialise")
    assert said.code == 2
    assert "Nothing has been loaded yet" in said.err
    assert not (home / "ness.duckdb").exists()


def test_what_is_loaded_and_not_yet_published(ness, home, tmp_path):
    """A question says so, with the command that publishes it."""
    row = {"country_code": "KE", "scientific_name": "Inventa rara", "taxon_group": "mammals"}
    assert ness("load", str(table(tmp_path / "list.csv", [row]))).code == 0
    said = ness("sql", "SELECT 1")
    assert (said.code, "`ness materialise` publishes what is loaded" in said.err) == (2, True)


def test_what_can_be_loaded_is_listed(ness):
    """Tables with the columns that every row needs, and series with unit and metric; nothing is loaded."""
    said = ness("load", "--list")
    assert said.code == 0, said.err
    lines = {line.split()[0]: " ".join(line.split()) for line in said.out.splitlines() if line.strip()}
    assert lines["assessment"].startswith(
        "assessment species_key (or scientific_name), assessment_year, red_list_category, scope (or --country) scientific_name,"
    )
    assert lines["indicator_observation"].startswith(
        "indicator_observation country_code (or --country), series_code, year disaggregation, value,"
    )
    assert lines["ER.LND.PTLD.ZS"].startswith("ER.LND.PTLD.ZS worldbank PERCENT")
    assert lines["ER.LND.PTLD.ZS"].endswith("protected_area_coverage.land_protected_pct")


def test_a_file_must_be_named(ness):
    """Without a file the sentence says how to name one."""
    said = ness("load")
    assert said.code == 2
    assert "Name the file to load, as in: ness load FILE" in said.err


def test_whose_data_they_are_is_said_on_the_command_line(ness, home, tmp_path):
    """Citation, licence and publisher of a list are cited; records counted by `ness cube` may be private."""
    path = str(table(tmp_path / "list.csv", LIST))
    assert ness("load", path, "--citation", "KWS list.", "--licence", "CC0", "--publisher", "KWS").code == 0
    said = ness("cube", str(write_text(tmp_path / "records.tsv", records({}, {}))), "--private")
    assert said.code == 0, said.err
    ness("materialise", "KE")
    found = asked(home, "SELECT citation, licence, publisher, is_redistributable FROM ops.citation WHERE starts_with(source, 'file:') ORDER BY source")  # fmt: skip
    assert found[0] == ("KWS list.", "CC0-1.0", "KWS", True)
    assert found[1][1:] == (None, None, False)


def test_series_that_feed_nothing_are_said(ness, home, tmp_path):
    """A misspelt code is loaded and named with its rows and the code that is meant, also by --check."""
    rows = [{"country_code": "KE", "series_code": "ER_RSK_LSTX", "year": str(year), "value": "0.8"} for year in range(2010, 2022)]  # fmt: skip
    path = str(table(tmp_path / "series.csv", rows))
    for words in (("--check",), ()):
        said = ness("load", path, *words)
        assert "12 received = 12 loaded" in said.out
        assert "ER_RSK_LSTX feeds no metric (12 rows); nearest is ER_RSK_LST." in said.out
