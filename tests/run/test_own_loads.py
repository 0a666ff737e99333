"""Own files add up: what counts depends on what was loaded, not on in how many files, in what order and how often."""

from __future__ import annotations

import contextlib
import csv
import itertools
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from own_files import records, write_text

from ness_pipeline.cube.options import CubeOptions, Grid
from ness_pipeline.errors import AuditFailed, WrongUsage
from ness_pipeline.files.row_defaults import RowDefaults
from ness_pipeline.landing.store import Store
from ness_pipeline.paths import Paths
from ness_pipeline.run.cube import cube_to_warehouse
from ness_pipeline.run.file_loaded import FileLoaded
from ness_pipeline.run.materialise import materialise_and_publish
from ness_pipeline.run.own_files import load_file
from ness_pipeline.run.restore import open_for_writing
from ness_pipeline.settings import Settings
from ness_pipeline.sql import frame_of

CUBE = "SELECT country_code, year, species_key, cell_code, sum(occurrences) AS n, min(min_coordinate_uncertainty_m) AS metres FROM landed.occurrence_cube GROUP BY ALL"
SPECIES = "SELECT * EXCLUDE (source, unit_key) FROM landed.country_species"
ASSESSMENTS = "SELECT * EXCLUDE (source, unit_key) FROM landed.assessment"


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """An empty home."""
    return Settings(_env_file=None, home=tmp_path / "home")


def table(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """Rows as CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writing = csv.DictWriter(file, list(rows[0]))
        writing.writeheader()
        writing.writerows(rows)
    return path


def asked(settings_: Settings, query: str) -> list[dict[str, Any]]:
    """Rows of the build database, sorted; it is rebuilt first where it is missing."""
    build = Paths.of(settings_).build
    if not build.exists():
        with open_for_writing(settings_):
            pass
    with duckdb.connect(str(build), read_only=True) as connection:
        return frame_of(connection, f"SELECT * FROM ({query}) ORDER BY ALL").to_dicts()


def count(settings_: Settings, *files: Path, name: str | None = "mine", **options: Any) -> FileLoaded:
    """The records of some files, counted in one command."""
    defaults = RowDefaults(f"file:{name or files[0].name}")
    about = {key: options.pop(key) for key in ("as_of", "replaces") if key in options}
    return cube_to_warehouse(settings_, files, CubeOptions(**options), defaults, "cube", **about)


def assessment(number: int, year: int, category: str = "LC", **more: Any) -> dict[str, Any]:
    """One row of a national list."""
    row = {"species_key": f"own-{number}", "taxon_group": "basidiomycetes", "assessment_year": year}
    return row | {"red_list_category": category, "scope": "KE"} | more


def value(of: float, **more: Any) -> dict[str, Any]:
    """One value of one series."""
    row = {"country_code": "KE", "series_code": "ER_RSK_LST", "year": 2022, "disaggregation": "total", "value": of}
    return row | {"value_status": "observed", "publisher": "unsdg"} | more


def test_what_a_publishers_file_leaves_out_is_counted(home: Settings, tmp_path: Path) -> None:
    """Regions stand in `ops.left_out`, and every value is accounted for; so does what comes after a value that cannot be."""
    code = "ER.LND.PTLD.ZS"
    rows = [
        ["Kenya", "KEN", 12.4],
        ["Africa", "AFE", 1],
        ["Spain", "ESP", 160],
        ["World", "WLD", 2],
        ["France", "FRA", 7],
    ]
    lines = [
        ["Country Name", "Country Code", "Indicator Code", "2020"],
        *[[name, iso3, code, number] for name, iso3, number in rows],
    ]
    (tmp_path / "API.csv").write_text("".join(",".join(map(str, line)) + "\n" for line in lines))
    (result,) = load_file(home, tmp_path / "API.csv").results
    assert (result.received, result.loaded, result.left_out, result.quarantined) == (5, 2, 2, 1)
    assert asked(home, "SELECT records FROM ops.left_out") == [{"records": 2}]


def test_files_of_one_name_add_up(home: Settings, tmp_path: Path) -> None:
    """Two lists of two years in two folders, both called red_list.csv: four assessments; loaded again, nothing changes."""
    for year in (2015, 2025, 2015):
        rows = [assessment(1, year), assessment(2, year)]
        loaded = load_file(home, table(tmp_path / str(year) / "red_list.csv", rows), table="assessment")
    assert loaded.results == []
    assert sorted(row["assessment_year"] for row in asked(home, ASSESSMENTS)) == [2015, 2015, 2025, 2025]


def test_records_of_another_year_in_another_file_add_up(home: Settings, tmp_path: Path) -> None:
    """30 records of 2020 in one file and 20 of 2021 in another are 50, whatever the files are called."""
    for year, number, start in ((2020, 30, 0), (2021, 20, 100)):
        rows = records(*({"gbifID": str(start + n), "year": str(year), "eventDate": f"{year}-05-01"} for n in range(number)))  # fmt: skip
        load_file(home, write_text(tmp_path / f"Y{year}.tsv", rows))
    materialise_and_publish(home, ("KE",), accept_change=False)
    query = "SELECT year, sum(occurrences) AS n FROM core.occurrence_cube GROUP BY ALL"
    assert asked(home, query) == [{"year": 2020, "n": 30}, {"year": 2021, "n": 20}]


def test_a_cube_grown_by_a_file_counts_each_file_once(home: Settings, tmp_path: Path) -> None:
    """A and B, a year later A, B and C, then A alone: 30 + 20 + 20 records."""
    files = []
    for place, number in enumerate((30, 20, 20)):
        rows = records(*({"gbifID": f"{place}{n:03}", "year": str(2020 + place), "eventDate": ""} for n in range(number)))  # fmt: skip
        files.append(write_text(tmp_path / f"{place}.tsv", rows))
    count(home, *files[:2])
    count(home, *files)
    count(home, files[0])
    assert [(row["year"], row["n"]) for row in asked(home, CUBE)] == [(2020, 30), (2021, 20), (2022, 20)]


def test_another_country_of_one_file_adds(home: Settings, tmp_path: Path) -> None:
    """The same file, first for Kenya, then for Tanzania."""
    file = write_text(tmp_path / "both.tsv", records({}, {}, {}, {"countryCode": "TZ"}, {"countryCode": "TZ"}))
    for code in ("KE", "TZ"):
        count(home, file, country_code=code)
    assert [(row["country_code"], row["n"]) for row in asked(home, CUBE)] == [("KE", 3), ("TZ", 2)]


def test_other_words_about_one_file_take_the_place_of_the_first(home: Settings, tmp_path: Path) -> None:
    """Counted again on a grid, or as a complete list, a file is not there twice."""
    file = write_text(tmp_path / "a.tsv", records(*[{"decimalLatitude": "-1.75", "decimalLongitude": "36.25"}] * 2))
    count(home, file)
    loaded = count(home, file, grid=Grid("eqdgc", 1))
    assert len(loaded.replaced) == 1
    assert [(row["cell_code"], row["n"]) for row in asked(home, CUBE)] == [("E036S01C", 2)]
    listed = table(tmp_path / "list.csv", [assessment(1, 2025)])
    load_file(home, listed, table="assessment")
    load_file(home, listed, table="assessment", is_complete=True)
    assert [row["is_complete_list"] for row in asked(home, ASSESSMENTS)] == [True]


def test_a_download_that_has_grown_counts_each_record_once(home: Settings, tmp_path: Path) -> None:
    """Ten records, and a year later the same ten and five more: 15, said record by record."""
    old = [{"gbifID": str(n), "coordinateUncertaintyInMeters": str(100 + n)} for n in range(10)]
    load_file(home, write_text(tmp_path / "old.tsv", records(*old)))
    more = [{"gbifID": str(n), "coordinateUncertaintyInMeters": "500"} for n in range(10, 15)]
    loaded = load_file(home, write_text(tmp_path / "new.tsv", records(*old, *more)))
    assert sum(row["n"] for row in asked(home, CUBE)) == 15
    assert min(row["metres"] for row in asked(home, CUBE)) == 100
    assert [row["occurrences"] for row in asked(home, SPECIES)] == [15]
    assert [(said.reason, said.rows, said.species) for said in loaded.displaced] == [("same", 10, 1)]


def test_records_without_identifiers_are_known_by_what_they_say(home: Settings, tmp_path: Path) -> None:
    """A sheet of sightings that was continued: the same rows count once, equal rows of one sheet each."""
    day = {"eventDate": "2021-03-21"}
    first = records(day, day, {"eventDate": "2021-04-01"}, without=("gbifID",))
    load_file(home, write_text(tmp_path / "a.tsv", first))
    assert sum(row["n"] for row in asked(home, CUBE)) == 3
    load_file(home, write_text(tmp_path / "b.tsv", [*first, *records({"eventDate": "2021-05-01"}, without=("gbifID",))]))  # fmt: skip
    assert sum(row["n"] for row in asked(home, CUBE)) == 4


@pytest.mark.parametrize(("days", "counts"), [(("2024", "2025"), 2021), (("2025", "2024"), 2020), ((None, "2024"), 2021), ((None, None), None)])  # fmt: skip
def test_a_revised_record_counts_as_the_later_file_has_it(
    home: Settings, tmp_path: Path, days: tuple[str | None, str | None], counts: int | None
) -> None:
    """One record, first of 2020 and then of 2021: the file of the later day is believed, without days neither is."""
    for place, day in enumerate(days):
        row = records({"year": str(2020 + place), "eventDate": ""}, {"gbifID": str(place + 7), "year": "2000", "eventDate": ""})  # fmt: skip
        loaded = load_file(home, write_text(tmp_path / f"{place}.tsv", row), as_of=day)
    years = [row["year"] for row in asked(home, CUBE)]
    assert years == [2000, *([counts] if counts else [])]
    reason = "contradiction" if counts is None else "older"
    assert {said.reason for said in loaded.displaced} == {reason}


@pytest.mark.parametrize("names", [("a.csv", "b.csv"), ("b.csv", "a.csv")])
@pytest.mark.parametrize(
    "releases",
    [
        ("2023.Q4", "2025.Q3"), ("Portal 2022", "2026.Q2 portal"), ("2025-07-01", "2025.Q4"), ("2025", "2025-02"), (None, "2001"),
        ("2025-2", "2025-10-01"), ("no year", "1999"),
    ],
)  # fmt: skip
def test_of_two_releases_the_later_one_counts(
    home: Settings, tmp_path: Path, names: tuple[str, str], releases: tuple[str | None, str]
) -> None:
    """The fact of two releases in two files: the time in the release decides, not its first letter or the names of the files."""
    for name, release, of in zip(names, releases, (0.71, 0.77), strict=True):
        load_file(home, table(tmp_path / name, [value(of, release=release)]), table="indicator_observation")
    assert [row["value"] for row in asked(home, "FROM landed.indicator_observation")] == [0.77]


def test_rows_that_contradict_each_other_are_set_aside_until_somebody_says(home: Settings, tmp_path: Path) -> None:
    """Neither of two undated values counts; a day decides, and so does a load that takes the other's place."""
    files = [table(tmp_path / f"{name}.csv", [value(of), value(0.5, year=2000)]) for name, of in (("a", 0.71), ("b", 0.77))]  # fmt: skip
    for file in files:
        loaded = load_file(home, file, table="indicator_observation")
    values = "SELECT year, value FROM landed.indicator_observation"
    assert asked(home, values) == [{"year": 2000, "value": 0.5}]
    aside = asked(
        home, "SELECT source, against_source, row_key->>'year' AS year, row->>'value' AS value FROM ops.set_aside"
    )
    assert aside == [
        {"source": "file:a.csv", "against_source": "file:b.csv", "year": "2022", "value": "0.71"},
        {"source": "file:b.csv", "against_source": "file:a.csv", "year": "2022", "value": "0.77"},
    ]
    assert {(said.reason, said.rows) for said in loaded.displaced} == {("contradiction", 1), ("same", 1)}
    load_file(home, files[0], table="indicator_observation", as_of="2026-01-01")
    assert asked(home, values)[1] == {"year": 2022, "value": 0.71}
    assert asked(home, "FROM ops.set_aside") == []
    load_file(home, files[1], table="indicator_observation", replaces="a.csv")
    assert asked(home, values)[1] == {"year": 2022, "value": 0.77}


def test_rows_of_one_file_that_contradict_each_other_do_not_count(home: Settings, tmp_path: Path) -> None:
    """As in two files, in any order; rows that differ in words alone, or say the same, are one."""
    rows = [value(0.8), value(0.9), value(0.7, year=2020), value(0.7, year=2020, footnote="a word")]
    for number, order in enumerate((rows, rows[::-1])):
        loaded = load_file(home, table(tmp_path / f"{number}.csv", [{"footnote": "", **row} for row in order]), table="indicator_observation")  # fmt: skip
        (result,) = loaded.results
        assert (result.loaded, result.quarantined) == (1, 3)
        assert "Another row has the same country_code, series_code, year" in loaded.reasons[0].examples[0][0]
    assert asked(home, "SELECT year, value FROM landed.indicator_observation") == [{"year": 2020, "value": 0.7}]


@pytest.mark.parametrize("order", [1, -1])
def test_of_rows_of_one_file_the_one_of_the_later_release_counts(home: Settings, tmp_path: Path, order: int) -> None:
    """As of those of two files; where two of the latest release contradict each other none does."""
    rows = [value(0.8, release="2025.Q1"), value(0.9, release="2024.Q4")]
    load_file(home, table(tmp_path / "own.csv", rows[::order]), table="indicator_observation")
    assert asked(home, "SELECT value FROM landed.indicator_observation") == [{"value": 0.8}]
    rows = [
        value(0.7, release="2025.Q2", year=2020),
        value(0.9, release="2025.Q2", year=2020),
        value(0.6, release="2025.Q1", year=2020),
    ]
    load_file(
        home,
        table(tmp_path / "more.csv", [*rows, value(0.1, release="2024.Q1")][::order]),
        table="indicator_observation",
    )
    assert asked(home, "SELECT value FROM landed.indicator_observation WHERE year = 2020") == []


def test_files_that_say_different_parts_of_one_species_are_put_together(home: Settings, tmp_path: Path) -> None:
    """One list has origin and presence, another the share of the range; that names differ is no contradiction."""
    row = {"country_code": "KE", "species_key": "x", "taxon_group": "birds"}
    load_file(home, table(tmp_path / "a.csv", [row | {"scientific_name": "Inventa prima", "origin": "native", "presence": "extant"}]), table="country_species")  # fmt: skip
    load_file(home, table(tmp_path / "b.csv", [row | {"scientific_name": "Inventa prima L.", "range_share": 0.25}]), table="country_species")  # fmt: skip
    (found,) = asked(home, SPECIES)
    assert (found["origin"], found["range_share"], found["scientific_name"]) == ("native", 0.25, "Inventa prima")


def test_replacing_what_is_not_there(home: Settings, tmp_path: Path) -> None:
    """The sentence names what there is."""
    load_file(home, table(tmp_path / "a.csv", [value(1)]), table="indicator_observation")
    with pytest.raises(
        WrongUsage, match=r"into indicator_observation under the name 'c\.csv' to replace; loaded are a\.csv"
    ):
        load_file(home, table(tmp_path / "b.csv", [value(2)]), table="indicator_observation", replaces="c.csv")
    assert len(asked(home, "FROM landed.indicator_observation")) == 1


def test_tables_of_files_of_one_name_come_back_from_landing(home: Settings, tmp_path: Path) -> None:
    """Assessments and threats from two files called kenya.csv, before and after the first publication, with a long name."""
    name = "肯尼亚" * 13 + ".csv"
    load_file(home, table(tmp_path / "a" / name, [assessment(1, 2015)]), table="assessment")
    threat = {"species_key": "own-1", "threat_code": "5.3", "timing": "ongoing", "scope": "whole", "severity": "rapid"}
    load_file(home, table(tmp_path / "b" / name, [threat]), table="threat")
    both = "SELECT (SELECT count(*) FROM landed.assessment) AS a, (SELECT count(*) FROM landed.threat) AS t"
    for _ in range(2):
        Paths.of(home).build.unlink()
        assert asked(home, both) == [{"a": 1, "t": 1}]
        materialise_and_publish(home, ("KE",), accept_change=False)


def test_own_rows_that_are_lost_stop_the_publication(home: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:  # fmt: skip
    """Landing and build were lost: the rebuild names the load that is missing, and nothing is published without it."""
    loaded = load_file(home, table(tmp_path / "a.csv", [assessment(n, 2015) for n in range(20)]), table="assessment")
    materialise_and_publish(home, ("KE",), accept_change=False)
    shutil.rmtree(Path(Paths.of(home).landing) / "own")
    Paths.of(home).build.unlink()
    with pytest.raises(AuditFailed, match=r"all 20 rows of file:a\.csv in core\.assessment would disappear"):
        materialise_and_publish(home, ("KE",), accept_change=False)
    assert loaded.unit in {getattr(record, "load", None) for record in caplog.records}
    load_file(home, tmp_path / "a.csv", table="assessment")
    materialise_and_publish(home, ("KE",), accept_change=False)


def test_records_of_a_second_file_take_no_name_from_the_readers(home: Settings, tmp_path: Path) -> None:
    """One file is published, then a larger one of the same species comes: both count, and nothing is called lost."""
    for place, number in enumerate((1, 5)):
        rows = records(*({"gbifID": f"{place}{n}", "year": str(2020 + place), "eventDate": ""} for n in range(number)))
        load_file(home, write_text(tmp_path / f"{place}.tsv", rows))
        materialise_and_publish(home, ("KE",), accept_change=False)
    assert asked(home, "SELECT sum(occurrences) AS n FROM core.occurrence_cube") == [{"n": 6}]


def test_a_load_that_replaces_says_so_once_and_is_replaced_in_turn(home: Settings, tmp_path: Path) -> None:
    """a, b in its place, the same again (nothing), and a in the place of b: the last word counts and is told alone."""
    files = [table(tmp_path / f"{name}.csv", [value(of)]) for name, of in (("a", 0.71), ("b", 0.77))]
    load_file(home, files[0], table="indicator_observation")
    for _ in range(2):
        loaded = load_file(home, files[1], table="indicator_observation", replaces="a.csv")
    assert (loaded.results, loaded.replaced) == ([], [])
    load_file(home, files[0], table="indicator_observation", replaces="b.csv")
    assert [row["value"] for row in asked(home, "FROM landed.indicator_observation")] == [0.71]
    assert asked(home, "SELECT source, by_source FROM ops.displaced WHERE reason = 'replaced'") == [
        {"source": "file:b.csv", "by_source": "file:a.csv"}
    ]


def test_folders_that_hold_values_in_their_names_are_not_the_same(home: Settings, tmp_path: Path) -> None:
    """Two folders with the same file under countryCode=KE and countryCode=TZ are two contents."""
    rows = records({}, without=("countryCode", "gbifID"))
    for code in ("KE", "TZ"):
        folder = tmp_path / code / f"countryCode={code}"
        folder.mkdir(parents=True)
        pl.DataFrame(rows).write_parquet(folder / "part-0.parquet")
        load_file(home, tmp_path / code)
    assert [row["country_code"] for row in asked(home, CUBE)] == ["KE", "TZ"]


def test_only_publishers_that_give_way_are_called_displaced(home: Settings, tmp_path: Path) -> None:
    """An own row about a treaty comes before a publisher's only where it speaks of a later day, so nothing is said of it."""
    with open_for_writing(home) as build:
        build.execute(
            "INSERT INTO landed.treaty_party BY NAME SELECT 'KE' AS country_code, 'cbd' AS treaty, 'party' AS status, "
            "DATE '2026-01-01' AS as_of, 'cbd' AS source, 'world' AS unit_key"
        )
        build.execute(
            "INSERT INTO landed.indicator_observation BY NAME SELECT 'KE' AS country_code, 'ER_RSK_LST' AS series_code, "
            "2022 AS year, 'total' AS disaggregation, 0.5 AS value, 'observed' AS value_status, 'unsdg' AS publisher, "
            "'unsdg' AS source, 'world' AS unit_key"
        )
    old = {"country_code": "KE", "treaty": "cbd", "status": "not_party", "as_of": "1990-01-01"}
    assert load_file(home, table(tmp_path / "t.csv", [old]), table="treaty_party").displaced == []
    (said,) = load_file(home, table(tmp_path / "v.csv", [value(0.7)]), table="indicator_observation").displaced
    assert (said.reason, said.source, said.rows) == ("own_file", "unsdg", 1)


class Kill(BaseException):
    """Stands for the end of the process."""


class Killer:
    """Ends the work of the landing zone at a write: before it, or right after.

    Args:
        monkeypatch: puts the writes back.
        number: which write.
        is_after: whether it is written before the end.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, number: int, *, is_after: bool) -> None:
        self.left = number
        self.has_killed = False
        for name in ("write", "write_with"):
            real = getattr(Store, name)

            def killing(store: Store, path: str, what: Any, real: Any = real) -> None:
                self.left -= 1
                if self.left == 0 and not is_after:
                    self.has_killed = True
                    raise Kill
                real(store, path, what)
                if self.left == 0:
                    self.has_killed = True
                    raise Kill

            monkeypatch.setattr(Store, name, killing)


@pytest.mark.parametrize("is_after", [False, True])
def test_a_load_that_is_killed_has_happened_or_not(
    home: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_after: bool,  # noqa: FBT001
) -> None:
    """Ended at any write of a reload: what counts is the earlier version or the later one, and both in the end."""
    files = [table(tmp_path / name / "list.csv", [assessment(1, 2015, of)]) for name, of in (("a", "LC"), ("b", "VU"))]
    load_file(home, files[0], table="assessment", as_of="2015")
    number = 0
    while True:
        number += 1
        with monkeypatch.context() as patch:
            killer = Killer(patch, number, is_after=is_after)
            with contextlib.suppress(Kill):
                load_file(home, files[1], table="assessment", as_of="2025", replaces="list.csv")
        if number % 2:
            Paths.of(home).build.unlink()
        with open_for_writing(home) as build:  # as the next command does
            found = [of for (of,) in build.execute("SELECT red_list_category FROM landed.assessment").fetchall()]
        assert len(found) == 1
        if not killer.has_killed:
            break
    assert number > 5
    assert found == ["VU"]


def test_a_load_made_again_keeps_what_it_had_until_it_is_whole(
    home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B is there, and is loaded again in the place of a: ended at any write, b comes back from landing."""
    for name, year in (("a", 2015), ("b", 2025)):
        load_file(home, table(tmp_path / f"{name}.csv", [assessment(1, year)]), table="assessment", source=name)
    number = 0
    while True:
        number += 1
        with monkeypatch.context() as patch:
            killer = Killer(patch, number, is_after=False)
            with contextlib.suppress(Kill):
                load_file(home, tmp_path / "b.csv", table="assessment", source="b", replaces="a")
        Paths.of(home).build.unlink()
        years = {row["assessment_year"] for row in asked(home, ASSESSMENTS)}
        assert 2025 in years
        if not killer.has_killed:
            break
    assert number > 1


ROWS = [
    {
        "gbifID": str(n),
        "year": str(2000 + n % 3),
        "eventDate": "",
        "speciesKey": str(700 + n % 2),
        "species": f"Inventa {n % 2}",
        "countryCode": ("KE", "TZ")[n % 5 == 0],
        "coordinateUncertaintyInMeters": str(10 + n),
        "establishmentMeans": ("", "introduced")[n % 7 == 0],
    }
    for n in range(12)
]


@pytest.mark.slow
@settings(max_examples=12)
@given(
    cuts=st.lists(st.integers(0, 12), max_size=3),
    order=st.randoms(use_true_random=False),
    overlap=st.integers(0, 3),
    together=st.booleans(),
    rebuilt=st.booleans(),
)
def test_any_split_is_the_whole(
    tmp_path_factory: pytest.TempPathFactory,
    cuts: list[int],
    order: Any,
    overlap: int,
    *,
    together: bool,
    rebuilt: bool,
) -> None:
    """Records and assessments in parts that may overlap, in any order, in one command or several, twice, and rebuilt."""
    folder = tmp_path_factory.mktemp("split")
    of_records, of_table = records(*ROWS), [assessment(n, 2000 + n % 4, "VU" if n % 3 else "LC") for n in range(12)]
    whole = Settings(_env_file=None, home=folder / "whole")
    count(whole, write_text(folder / "whole.tsv", of_records), name="mine")
    load_file(whole, table(folder / "whole.csv", of_table), table="assessment", source="mine")
    split = Settings(_env_file=None, home=folder / "split")
    edges = [0, *sorted(cuts), 12]
    slices = [slice(max(0, first - overlap), last) for first, last in itertools.pairwise(edges) if first < last]
    order.shuffle(slices)
    texts = [write_text(folder / f"{n}.tsv", of_records[part]) for n, part in enumerate(slices)]
    lists = [table(folder / f"{n}.csv", of_table[part]) for n, part in enumerate(slices)]
    for command in ([texts] if together and not overlap else [[text] for text in texts]) * 2:
        count(split, *command, name="mine")
    for part in [*lists, lists[0]]:
        load_file(split, part, table="assessment", source="mine")
    if rebuilt:
        Paths.of(split).build.unlink()
    for query in (CUBE, SPECIES, ASSESSMENTS):
        assert asked(split, query) == asked(whole, query)


@pytest.mark.parametrize("name", ["a[b]c", "country_code=ZZ"])
def test_the_name_of_a_home_is_no_pattern_and_no_value(tmp_path: Path, name: str) -> None:
    """Brackets in it match no other home, and `country_code=ZZ` is no country, also when the build is made anew."""
    row = {"country_code": "KE", "series_code": "ER.LND.PTLD.ZS", "year": 2024}
    for folder, value in (("abc", 1), (name, 16)):
        home = Settings(_env_file=None, home=tmp_path / folder)
        load_file(home, table(tmp_path / "own.csv", [row | {"value": value}]))
        Paths.of(home).build.unlink()
        assert asked(home, "SELECT country_code, value FROM landed.indicator_observation") == [
            {"country_code": "KE", "value": value}
        ]
