"""What own files say of themselves goes with them: into citations, exports and reports; what is private stays."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from ness_pipeline.paths import Paths
from ness_pipeline.run.attribution import Attribution
from ness_pipeline.run.file_loaded import FileLoaded
from ness_pipeline.run.materialise import materialise_and_publish
from ness_pipeline.run.own_files import load_file
from ness_pipeline.run.restore import open_for_writing
from ness_pipeline.settings import Settings
from ness_pipeline.share.citations import as_bibtex, as_text, read_bibliography
from ness_pipeline.share.export import export
from ness_pipeline.share.report.site import write_site
from ness_pipeline.sql import frame_of

NOW = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
CITED = "SELECT citation, licence, publisher, is_redistributable FROM ops.citation WHERE source LIKE 'file:%'"


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """An empty home."""
    return Settings(_env_file=None, home=tmp_path / "home")


def load(home: Settings, path: Path, rows: Sequence[dict[str, Any]], *, name: str | None = None, as_of: str | None = None, **said: Any) -> FileLoaded:  # fmt: skip
    """Load rows from a CSV file, with what is said of them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writing = csv.DictWriter(file, list(rows[0]))
        writing.writeheader()
        writing.writerows(rows)
    return load_file(home, path, source=name, as_of=as_of, attribution=Attribution(**said))


def treaty(number: int, status: str = "party", **more: Any) -> dict[str, Any]:
    """One row of a list of treaties."""
    names = ("cbd", "cites", "cms", "ramsar", "nagoya")
    return {"country_code": "KE", "treaty": names[number], "status": status} | more


def assessment(number: int, category: str = "LC") -> dict[str, Any]:
    """One row of a national list."""
    row = {"species_key": f"own-{number}", "taxon_group": "mammals", "assessment_year": 2020}
    return row | {"red_list_category": category, "scope": "KE"}


def species(key: str, **more: Any) -> dict[str, Any]:
    """One row of a list of species."""
    return {"country_code": "KE", "species_key": key, "taxon_group": "mammals"} | more


def asked(home: Settings, query: str) -> list[dict[str, Any]]:
    """Rows of the build database, which is rebuilt from landing where it is missing."""
    with open_for_writing(home) as build:
        return frame_of(build, query).to_dicts()


def cited(home: Settings) -> dict[str, Any]:
    """The one row of `ops.citation` about own files."""
    (row,) = asked(home, CITED)
    return row


def test_what_is_said_is_kept_and_restored(home: Settings, tmp_path: Path) -> None:
    """Citation, licence and publisher are in `ops.citation`, also after the build database was lost."""
    said = {"citation": "KWS (2024). Treaties.", "licence": "cc by 4.0", "publisher": "Kenya Wildlife Service"}
    load(home, tmp_path / "a.csv", [treaty(0)], **said)
    expected = said | {"licence": "CC-BY-4.0", "is_redistributable": True}
    assert cited(home) == expected
    Paths.of(home).build.unlink()
    assert cited(home) == expected


def test_other_words_about_a_file_take_the_place_of_the_first(home: Settings, tmp_path: Path) -> None:
    """The same rows with another citation are there once, and cited anew."""
    load(home, tmp_path / "a.csv", [treaty(0)])
    loaded = load(home, tmp_path / "a.csv", [treaty(0)], citation="KWS (2024). Treaties.")
    assert len(loaded.replaced) == 1
    assert cited(home)["citation"] == "KWS (2024). Treaties."
    assert asked(home, "SELECT count(*) AS n FROM landed.treaty_party WHERE source LIKE 'file:%'") == [{"n": 1}]
    assert load(home, tmp_path / "a.csv", [treaty(0)], citation="KWS (2024). Treaties.").results == []


def test_without_words_the_file_and_the_day_are_named(home: Settings, tmp_path: Path) -> None:
    """Nobody said anything: the file's name and the day; with a publisher and a name these stand before."""
    load(home, tmp_path / "a.csv", [treaty(0)])
    day = dt.datetime.now(dt.UTC).date()
    assert cited(home)["citation"] in {f"Own file a.csv, loaded on {day - dt.timedelta(days=n)}." for n in (0, 1)}
    assert (cited(home)["licence"], cited(home)["is_redistributable"]) == (None, True)
    load(home, tmp_path / "a.csv", [treaty(0)], name="treaties", publisher="KWS")
    (row,) = asked(home, f"{CITED} AND source = 'file:treaties'")
    assert str(row["citation"]).startswith("KWS, treaties, own file a.csv, loaded on 20")


@pytest.mark.parametrize(
    ("said", "is_open"),
    [
        ({}, True),
        ({"private": True}, False),
        ({"licence": "CC BY 4.0", "private": True}, False),
        ({"licence": "all rights reserved"}, False),
        ({"licence": "IUCN Red List terms of use"}, False),
        ({"licence": "all rights reserved", "private": False}, True),
        ({"licence": "CC BY-NC 4.0"}, True),
    ],
)
def test_what_may_be_passed_on(home: Settings, tmp_path: Path, said: dict[str, Any], is_open: bool) -> None:  # noqa: FBT001
    """A licence that forbids it counts as private unless the user says otherwise; a non-commercial one does not."""
    load(home, tmp_path / "a.csv", [treaty(0)], **said)
    assert cited(home)["is_redistributable"] is is_open


def test_private_rows_stay_at_home(home: Settings, tmp_path: Path) -> None:
    """Neither rows nor refused rows nor rows set aside leave the house, nor a value that stands in a row with open ones."""
    hidden = [assessment(1), assessment(2, "VU"), assessment(3, "hidden words")]
    load(home, tmp_path / "secret.csv", hidden, private=True)
    load(home, tmp_path / "open.csv", [assessment(0), assessment(2)], licence="CC BY-NC 4.0", publisher="KWS")
    load(home, tmp_path / "places.csv", [species("own-1", presence="extant"), species("own-2", presence="extant")])
    load(home, tmp_path / "shares.csv", [species("own-1", range_share=0.25, share_method="range_map")], private=True)
    materialise_and_publish(home, ("KE",))
    with duckdb.connect(str(Paths.of(home).published), read_only=True) as published:
        assert published.execute("SELECT range_share FROM core.country_species WHERE species_key = 'own-1'").fetchall() == [(0.25,)]  # fmt: skip
        assert published.execute("SELECT count(*) FROM ops.set_aside").fetchall() == [(2,)]
    export(Paths.of(home).published, tmp_path / "out")

    def read(name: str) -> pl.DataFrame:
        return pl.read_parquet(tmp_path / "out" / f"{name.replace('.', '/')}.parquet")

    assert read("core.assessment").select("species_key", "source").rows() == [("own-0", "file:open.csv")]
    assert read("core.country_species").get_column("species_key").to_list() == ["own-2"]
    assert read("ops.quarantine").is_empty()
    assert read("ops.set_aside").get_column("source").to_list() == ["file:open.csv"]
    assert "file:secret.csv" in read("ops.displaced").get_column("source").to_list()
    package = json.loads((tmp_path / "out" / "datapackage.json").read_text(encoding="utf-8"))
    (source,) = [one for one in package["sources"] if one["name"] == "file:open.csv"]
    assert (source["publisher"], source["licence"], source["files"]) == ("KWS", "CC-BY-NC-4.0", "open.csv")
    assert "CC-BY-NC-4.0" in {licence["name"] for licence in package["licenses"]}
    assert "file:secret.csv" not in json.dumps(package["sources"])
    assert {"file:secret.csv", "file:shares.csv"} == {one["source"] for one in package["leftOut"]}


def test_own_files_are_named_where_sources_are_listed(home: Settings, tmp_path: Path) -> None:
    """In the bibliography and on the pages: file, publisher, licence and date, also where nobody said anything."""
    load(home, tmp_path / "a.csv", [assessment(0)], name="list", citation="The national list.", publisher="KWS", licence="Ask us", as_of="2024")  # fmt: skip
    load(home, tmp_path / "b.csv", [assessment(1)])
    materialise_and_publish(home, ("KE",))
    found = read_bibliography(Paths.of(home).published)
    text = as_text(found)
    assert "The national list. KWS; own file a.csv. (version 2024; accessed 20" in text
    assert "Licence: Ask us." in text
    assert "Own file b.csv, loaded on 20" in text
    assert "Licence: not stated." in text
    assert "publisher = {{KWS}}" in as_bibtex(found)
    write_site(Paths.of(home).published, tmp_path / "site", now=NOW)
    for page in (tmp_path / "site").rglob("*.html"):
        if page.stem.lower() in {"index", "ke"}:
            words = page.read_text(encoding="utf-8")
            assert "The national list. (KWS; own file a.csv)" in words
            assert "Ask us" in words
            assert "Own file b.csv, loaded on 20" in words


@pytest.mark.parametrize("is_private", [False, True])
def test_private_rows_are_on_no_page(home: Settings, tmp_path: Path, is_private: bool) -> None:  # noqa: FBT001
    """A day that only an own row has is on the country's page, unless the row is private; the file is named all the same."""
    load(home, tmp_path / "c.csv", [treaty(2, entry_into_force="1987-09-05", as_of="2026-06-01")], private=is_private)
    materialise_and_publish(home, ("KE",))
    write_site(Paths.of(home).published, tmp_path / "site", now=NOW)
    (page,) = [page for page in (tmp_path / "site").rglob("*.html") if page.stem == "KE"]
    words = page.read_text(encoding="utf-8")
    assert "Own file c.csv, loaded on 20" in words
    assert ("its rows may not be passed on" in words) is is_private
    assert ("1987" in words) is not is_private


def test_series_without_metric_are_named_and_impossible_values_refused(home: Settings, tmp_path: Path) -> None:
    """What feeds nothing stays loaded and is said; 160 % is refused with the row it is in, and so are square kilometres of per cent."""
    rows = [("ER_RSK_LSTX", 0.8, ""), ("ER.LND.PTLD.ZS", 160, ""), ("ER.LND.PTLD.ZS", 16, "%"), ("ER_RSK_LSTX", 0.9, ""), ("ER_MRN_MARIN", 160, "KM2"), ("ER_MRN_MARIN", -1, "KM2"), ("ER_RSK_LST", 80, "INDEX"), ("ER_REG_UNFCIM", 0, ""), ("ER_BDY_SEEA", 1, ""), ("DC_ODA_BDVL", -3, "CON_USD_M"), ("EN.MAM.THRD.NO", -1, "")]  # fmt: skip
    file = [{"country_code": "KE", "series_code": code, "year": 2000 + n, "value": value, "unit": unit} for n, (code, value, unit) in enumerate(rows)]  # fmt: skip
    loaded = load(home, tmp_path / "series.csv", file)
    assert [(one.received, one.loaded, one.quarantined) for one in loaded.results] == [(11, 5, 6)]
    assert [(one.series_code, one.rows, one.nearest) for one in loaded.idle] == [("ER_RSK_LSTX", 2, "ER_RSK_LST")]
    assert asked(home, "SELECT count(*) AS n FROM landed.indicator_observation WHERE series_code = 'ER_RSK_LSTX'") == [{"n": 2}]  # fmt: skip
    refused = asked(home, "SELECT row_number, reason FROM ops.quarantine ORDER BY row_number")
    assert [row["row_number"] for row in refused] == [1, 4, 5, 6, 7, 10]
    assert refused[0]["reason"] == "value is 160, but ER.LND.PTLD.ZS is in PERCENT and between 0 and 100; correct it, or name the unit that it is in."  # fmt: skip
