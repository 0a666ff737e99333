"""The engines give the same cube, row for row, with the same records set apart for the same reasons."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from own_files import records, write_text

from ness_pipeline.cube.options import CubeOptions, Grid
from ness_pipeline.errors import NessError, WrongUsage
from ness_pipeline.files.batches import batches_of
from ness_pipeline.files.row_defaults import RowDefaults
from ness_pipeline.names.years import Years
from ness_pipeline.run.cube import cube_to_file, engine_for

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # Java's sockets outlive their session
FINEST = CubeOptions(grid=Grid("eqdgc", 2), seed=2022, target_rank="class", max_uncertainty_m=5_000)


def made(engine: str, files: list[Path], options: CubeOptions, kept_whole: int = 1_000_000):
    """Cube, refused records, those that filters leave out, and species, each sorted."""
    found: dict[str, list[pl.DataFrame]] = {}
    with engine_for(engine, files, options) as opened:
        for batch in batches_of(opened, RowDefaults("file:test", taxon_group="other_animals"), kept_whole=kept_whole):
            if batch.refused is not None:
                found.setdefault("refused", []).append(batch.refused)
            elif batch.frame.height:
                found.setdefault(batch.table, []).append(batch.frame)
        found["with target groups"] = list(opened.cube())
        found["left out"] = [pl.DataFrame(list(opened.filtered_out().items()), schema=["column_name", "records"], orient="row")]  # fmt: skip
    return {name: pl.concat(frames).sort(pl.exclude("row")) for name, frames in found.items()}


def cube_of(engine, files, options):
    """The cube alone, sorted."""
    with engine_for(engine, files, options) as opened:
        return pl.concat(list(opened.cube())).sort(pl.all())


def agree(one, other):
    """Whether two results are the same, row for row; whole rows as they read, since engines write numbers each their way."""
    assert one.keys() == other.keys()
    for name, frame in one.items():
        assert frame.drop("row", strict=False).equals(other[name].drop("row", strict=False)), name
    assert whole_rows(one["refused"]) == whole_rows(other["refused"])


def whole_rows(refused):
    """What stands in quarantine, in one order, with numbers as such."""
    read = ({name: as_number(value) for name, value in json.loads(row).items()} for row in refused["row"])
    return sorted(zip(refused["row_number"], refused["column_name"], map(json.dumps, read), strict=True))


def as_number(value):
    """What a text says, if it is a number."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return value


def test_duckdb_and_spark_agree_on_a_world(snapshot, spark):
    """Cells, drawn points, target groups, caps, refused records and species are the same on both engines."""
    one = made("duckdb", [snapshot], FINEST)
    assert one["occurrence_cube"].height > 500
    assert {"cell_code", "coordinate_uncertainty_m", "species_key", "year"} <= set(one["refused"]["column_name"])
    agree(one, made("spark", [snapshot], FINEST))


@pytest.mark.data
def test_duckdb_and_spark_agree_on_real_records(public_data, spark):
    """All real downloads of four layouts at once, on the European grid."""
    folder = public_data / "data" / "occurrences"
    files = sorted(path for path in folder.rglob("*") if path.suffix in {".zip", ".tsv"})
    options = CubeOptions(grid=Grid("eea", 1_000), seed=1)
    one = made("duckdb", files, options)
    assert one["occurrence_cube"]["cell_code"].str.contains(r"^1kmE\d{4}N\d{4}$").all()
    agree(one, made("spark", files, options))


def test_of_many_refused_records_only_those_that_break_the_contract_are_kept(world_records, tmp_path):
    """What filters leave out is counted by filter, and is what would be kept whole of fewer records."""
    nth, far = pl.int_range(pl.len()), pl.lit("9999")
    wrong = {
        "year": pl.when(nth % 53 == 1).then(far).when(nth % 53 == 2).then(pl.lit("")).otherwise(pl.col("year").cast(pl.String)),
        "countrycode": pl.when(nth % 71 == 3).then(pl.lit("ZZ")).when(nth % 71 == 4).then(pl.lit(" ")).otherwise("countrycode"),
        "specieskey": pl.when(nth % 61 == 5).then(pl.lit("5.2E+06")).when(nth % 61 == 6).then(pl.lit("NA")).otherwise("specieskey"),
        "decimallatitude": pl.when(nth % 89 == 7).then(91.0).otherwise("decimallatitude"),
        "eventdate": pl.when(nth % 53 == 2).then(pl.lit("spring")).otherwise("eventdate"),
        "coordinateuncertaintyinmeters": pl.when(nth % 101 == 9).then(-1.0).otherwise("coordinateuncertaintyinmeters"),
    }  # fmt: skip
    file = tmp_path / "wrong.parquet"
    world_records.with_columns(column.alias(name) for name, column in wrong.items()).write_parquet(file)
    every = made("duckdb", [file], FINEST)
    fewer = made("duckdb", [file], FINEST, kept_whole=every["refused"].height - 1)
    assert set(fewer["refused"]["column_name"]) == {
        "year", "country_code", "species_key", "decimal_latitude", "event_date", "coordinate_uncertainty_m"
    }  # fmt: skip
    assert fewer["refused"].equals(every["refused"].join(fewer["refused"], on="row_number", how="semi"))
    left_out = every["refused"].join(fewer["refused"], on="row_number", how="anti")
    counted = dict(fewer["left out"].rows())
    assert counted == Counter(left_out["column_name"])
    assert counted.keys() == {
        "occurrence_status", "has_geospatial_issue", "basis_of_record", "species_key", "year", "country_code", "coordinate_uncertainty_m", "cell_code"
    }  # fmt: skip
    says = {name: set(left_out.filter(column_name=name)["check_name"]) for name in ("species_key", "year", "country_code")}  # fmt: skip
    assert all(checks == {"not_nullable"} for checks in says.values())


def test_the_cube_is_a_plain_count_of_the_world(snapshot, world_records):
    """Counted a second time in plain Python, filters included."""
    expected: Counter[tuple[str, int, str]] = Counter()
    for row in world_records.iter_rows(named=True):
        if (
            row["occurrencestatus"] == "PRESENT"
            and "COUNTRY_COORDINATE_MISMATCH" not in row["issue"]
            and row["basisofrecord"] not in {"FOSSIL_SPECIMEN", "LIVING_SPECIMEN"}
            and None not in {row["specieskey"], row["year"], row["countrycode"]}
            and row["countrycode"] != "ZZ"
        ):
            expected[row["countrycode"], row["year"], row["specieskey"]] += 1
    found = made("duckdb", [snapshot], CubeOptions())
    rows = found["occurrence_cube"].select("country_code", "year", "species_key", "occurrences").rows()
    assert {row[:3]: row[3] for row in rows} == expected
    assert found["refused"].height == world_records.height - expected.total()
    assert found["refused"]["row_number"].n_unique() == found["refused"].height


@pytest.mark.parametrize(
    ("engine", "respelled"),
    [
        ("duckdb", ["countrycode"]),
        ("duckdb", ["specieskey"]),
        pytest.param("spark", ["countrycode", "specieskey"], marks=pytest.mark.slow),
    ],
)
def test_a_country_and_a_key_are_one_however_they_are_written(request, world_records, tmp_path, engine, respelled):
    """Every second record writes its country in small letters, or its key between blanks."""
    if engine == "spark":
        request.getfixturevalue("spark")
    ways = {"countrycode": pl.col("countrycode").str.to_lowercase(), "specieskey": " " + pl.col("specieskey") + " "}
    is_second = pl.int_range(pl.len()) % 2 == 0
    changed = [pl.when(is_second).then(ways[name]).otherwise(pl.col(name)).alias(name) for name in respelled]
    cubes = []
    for name, written in (("one", world_records), ("other", world_records.with_columns(changed))):
        written.write_parquet(tmp_path / f"{name}.parquet")
        cubes.append(cube_of(engine, [tmp_path / f"{name}.parquet"], CubeOptions()))
    assert cubes[0].height > 1_000
    assert cubes[0].equals(cubes[1])


@pytest.mark.parametrize("engine", ["duckdb", pytest.param("spark", marks=pytest.mark.slow)])
def test_records_by_name_are_those_by_key(request, world_records, tmp_path, engine):
    """Without its keys a file is counted by names, and each species has the records that its key had."""
    if engine == "spark":
        request.getfixturevalue("spark")
    keys = [name for name in world_records.columns if name.endswith("key") and name != "datasetkey"]
    world_records.write_parquet(tmp_path / "keys.parquet")
    world_records.drop(keys).write_parquet(tmp_path / "names.parquet")
    by_key, by_name = (made(engine, [tmp_path / f"{name}.parquet"], CubeOptions()) for name in ("keys", "names"))
    names = dict(by_key["country_species"].select("species_key", "scientific_name").rows())
    assert len(set(names.values())) == len(names) > 100
    renamed = by_key["occurrence_cube"].with_columns(species_key="name:" + pl.col("species_key").replace_strict(names))
    counts = ["country_code", "year", "species_key", "occurrences"]
    expected = renamed.select(counts).sort(pl.all())
    found = by_name["occurrence_cube"]
    assert found.select(expected.columns).sort(pl.all()).equals(expected)
    assert set(by_name["country_species"]["scientific_name"]) == set(names.values())


@pytest.mark.parametrize("engine", ["duckdb", pytest.param("spark", marks=pytest.mark.slow)])
def test_files_with_keys_and_files_with_names_are_counted_together(request, tmp_path, engine):
    """Each in its own way; a row that names no species says so."""
    if engine == "spark":
        request.getfixturevalue("spark")
    sightings = [
        {"Species": name, "Date": "2021-03-21", "Lat": "-1.5", "Long": "36.5", "Country": "Kenya"}
        for name in ("Inventa prima", "INVENTA_PRIMA", "Inventa sp.")
    ]
    files = [write_text(tmp_path / "keys.tsv", records({}, {})), write_text(tmp_path / "names.tsv", sightings)]
    found = made(engine, files, CubeOptions())
    assert found["occurrence_cube"].select("species_key", "occurrences").rows() == [
        ("700", 2),
        ("name:Inventa prima", 2),
    ]
    assert found["refused"]["reason"].to_list() == ["The row names no species: 'Inventa sp.'."]


@pytest.mark.parametrize("engine", ["duckdb", pytest.param("spark", marks=pytest.mark.slow)])
def test_one_country_is_found_however_its_code_is_written(request, tmp_path, engine):
    """The slice of a country holds every record that counts for it without the slice."""
    if engine == "spark":
        request.getfixturevalue("spark")
    codes = ("KE", "ke", "Ke", " KE ", "UG", "")
    file = write_text(tmp_path / "records.tsv", records(*({"countryCode": code} for code in codes)))
    whole = cube_of(engine, [file], CubeOptions()).filter(country_code="KE")
    assert whole["occurrences"].to_list() == [4]
    assert cube_of(engine, [file], CubeOptions(country_code="KE")).equals(whole)


@pytest.mark.parametrize("engine", ["duckdb", pytest.param("spark", marks=pytest.mark.slow)])
def test_countries_by_name_number_and_code_are_one(request, tmp_path, engine):
    """Files that name one country in several ways, and files that leave Namibia open, give the rows that codes give."""
    if engine == "spark":
        request.getfixturevalue("spark")
    in_namibia = {"decimalLatitude": "-22.5", "decimalLongitude": "17.1"}
    coded = records({}, {}, {}, {"countryCode": "CI"}, {"countryCode": "NA"} | in_namibia, {"countryCode": ""})
    other = records(
        {"countryCode": "Kenya"},
        {"countryCode": "404", "coordinateUncertaintyInMeters": "NA"},
        {"countryCode": " ken "},
        {"countryCode": "Côte d'Ivoire"},
        {"countryCode": "NA"} | in_namibia,
        {"countryCode": "NA"},
    )
    files = [write_text(tmp_path / "coded.tsv", coded), write_text(tmp_path / "other.tsv", other)]
    cubes = [made(engine, [file], CubeOptions()) for file in files]
    counts = [found["occurrence_cube"].select("country_code", "occurrences").rows() for found in cubes]
    assert counts == [[("CI", 1), ("KE", 3), ("NA", 1)]] * 2
    assert [found["refused"].select("row_number", "column_name").rows() for found in cubes] == [
        [(5, "country_code")]
    ] * 2
    assert cube_of(engine, files[1:], CubeOptions(country_code="KE"))["occurrences"].to_list() == [3]


def test_a_file_that_is_given_twice_is_named(snapshot):
    """A folder and one of its files, or one path in two spellings: the records would be there twice."""
    inside = min(snapshot.iterdir())
    for files in ([snapshot, inside], [inside, inside], [inside, snapshot / ".." / snapshot.name / inside.name]):
        with pytest.raises(WrongUsage, match=r"is given twice, also as .*; give each file once"), engine_for("duckdb", files, CubeOptions()):  # fmt: skip
            pass


@pytest.mark.parametrize("cap", [-5.0, float("nan"), float("inf")])
def test_a_cap_that_is_none_is_refused(cap):
    """It would filter out every record, or none."""
    with pytest.raises(WrongUsage, match=r"The cap on uncertainty .* is no number of metres"):
        CubeOptions(max_uncertainty_m=cap)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_a_cube_without_rows_has_its_columns(request, tmp_path, suffix):
    """Years of which there is no record, on both engines."""
    request.getfixturevalue("spark")
    file = write_text(tmp_path / "records.tsv", records({}))
    columns = []
    for name in ("duckdb", "spark"):
        with engine_for(name, [file], CubeOptions(years=Years(1700, 1701))) as engine:
            cube_to_file(engine, tmp_path / f"{name}{suffix}")
        read = pl.read_parquet(tmp_path / f"{name}{suffix}") if suffix == ".parquet" else pl.read_csv(tmp_path / f"{name}{suffix}")  # fmt: skip
        assert read.height == 0
        columns.append(read.columns)
    assert columns[0] == columns[1]
    assert "occurrences" in columns[0]


def test_target_groups_count_all_species_of_the_group_in_the_same_place_and_year(snapshot):
    """A row's target group has the records of all rows of its class, country, year and cell, never of other years."""
    cube = made("duckdb", [snapshot], FINEST)["with target groups"]
    total = pl.col("occurrences").sum().over("country_code", "year", "cell_code", "target_group")
    known = cube.filter(pl.col("target_group").is_not_null())
    assert known.height
    assert known["target_group_occurrences"].equals(known.select(total.cast(pl.Int64)).to_series(), check_names=False)
    assert (
        cube.filter(pl.col("target_group").is_null())["target_group_occurrences"].null_count()
        == cube.height - known.height
    )


def test_one_country_and_span_of_years_is_a_slice_of_all(snapshot):
    """The scope of a cube reads fewer rows and changes none; records outside it are not refused."""
    whole = made("duckdb", [snapshot], CubeOptions())
    part = made("duckdb", [snapshot], CubeOptions(country_code="NO", years=Years(2010, 2012)))
    inside = (pl.col("country_code") == "NO") & pl.col("year").is_between(2010, 2012)
    assert part["occurrence_cube"].equals(whole["occurrence_cube"].filter(inside))
    assert part["refused"].height < whole["refused"].height


def test_a_url_with_a_pattern_stands_for_the_files_that_it_finds(snapshot):
    """What an object store has under a pattern is read file by file, as a folder is; nothing there is an error."""
    found = made("duckdb", [f"file://{snapshot}/0*"], CubeOptions())
    agree(found, made("duckdb", [snapshot], CubeOptions()))
    with pytest.raises(WrongUsage, match="No file is at"), engine_for("duckdb", [f"file://{snapshot}/1*"], CubeOptions()):  # fmt: skip
        pass


def test_another_seed_moves_points_and_the_same_does_not(snapshot):
    """Drawn points depend on the record and the seed alone."""
    options = [CubeOptions(grid=Grid("eqdgc", 6), seed=seed) for seed in (1, 1, 2)]
    one, again, other = (cube_of("duckdb", [snapshot], option) for option in options)
    assert one.equals(again)
    assert not one.equals(other)


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_a_cube_is_written_whole_or_not_at_all(snapshot, tmp_path, suffix):
    """The file holds what the warehouse would get; a failed one leaves nothing behind."""
    path = tmp_path / "out" / f"cube{suffix}"
    with engine_for("duckdb", [snapshot], CubeOptions(grid=Grid("eqdgc", 0)), trust="keys") as engine:
        cube_to_file(engine, path)
    read = pl.read_parquet(path) if suffix == ".parquet" else pl.read_csv(path, infer_schema_length=None)
    found = made("duckdb", [snapshot], CubeOptions(grid=Grid("eqdgc", 0)))["occurrence_cube"]
    assert read["occurrences"].sum() == found["occurrences"].sum()
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_trust_changes_nothing_where_nothing_is_wrong(snapshot):
    """Filters alone give the cube of the checked records when no record breaks the contract otherwise."""
    cubes = []
    for trust in ("nothing", "keys", "everything"):
        with engine_for("duckdb", [snapshot], CubeOptions(), trust=trust) as engine:
            cubes.append(pl.concat(list(engine.cube())).sort(pl.all()))
    assert cubes[0].equals(cubes[1])
    assert cubes[0].equals(cubes[2])


AS_IN_THE_CONTRACT = pl.when(pl.col("countrycode") != "ZZ").then("countrycode")
ONE_MEANS_NOTHING = pl.col("countrycode")
IN_SMALL_LETTERS = pl.col("countrycode").str.to_lowercase()


@pytest.mark.parametrize(
    ("words", "plain", "suffix"),
    [
        pytest.param(AS_IN_THE_CONTRACT, True, ".parquet", id="as in the contract"),
        pytest.param(AS_IN_THE_CONTRACT, True, ".csv", id="as in the contract, CSV", marks=pytest.mark.slow),
        pytest.param(ONE_MEANS_NOTHING, False, ".parquet", id="one means nothing", marks=pytest.mark.slow),
        pytest.param(ONE_MEANS_NOTHING, False, ".csv", id="one means nothing, CSV"),
        pytest.param(IN_SMALL_LETTERS, False, ".parquet", id="in small letters"),
        pytest.param(IN_SMALL_LETTERS, False, ".csv", id="in small letters, CSV", marks=pytest.mark.slow),
    ],
)
def test_a_trusted_cube_in_a_file_is_that_of_checked_records(world_records, tmp_path, words, plain, suffix):
    """Counts by the text of the files are the cube where each text is its own value, and are merged where not."""
    records, out = tmp_path / "records.parquet", tmp_path / f"cube{suffix}"
    world_records.with_columns(words.alias("countrycode")).write_parquet(records)
    with engine_for("duckdb", [records], FINEST, trust="everything") as engine:
        cube_to_file(engine, out)
        assert engine.count().texts_are_values is plain
        counted = engine.counted()
    with engine_for("duckdb", [records], FINEST, trust="keys") as engine:
        expected = pl.concat(engine.cube()).sort(pl.all())
        assert engine.counted() == counted == expected["occurrences"].sum()
    found = pl.read_parquet(out) if suffix == ".parquet" else pl.read_csv(out, schema=expected.schema)
    assert expected.height > 1_000
    assert found.sort(pl.all()).equals(expected)


def test_bad_parquet_is_refused_by_name(snapshot, tmp_path):
    """A half-written file and a corrupt row group are one sentence with the file's name, never half a cube."""
    half, broken = tmp_path / "half.parquet", tmp_path / "broken.parquet"
    content = (snapshot / "000001").read_bytes()
    half.write_bytes(content[: len(content) // 2])
    broken.write_bytes(content[:400] + b"\xff" * 20_000 + content[20_400:])
    for path in (half, broken):
        with pytest.raises(NessError, match=path.name) as caught:
            made("duckdb", [path], CubeOptions())
        assert "\n" not in str(caught.value)


def test_values_out_of_range_and_numeric_keys(world_records, tmp_path):
    """Coordinates and years out of range are set apart by name; keys that are numbers are keys."""
    rows = world_records.filter(pl.col("specieskey").is_not_null() & (pl.col("countrycode") == "NO")).head(6)
    changed = rows.with_columns(
        pl.Series("year", [2020, 0, 9999, 2020, 2020, 2020], pl.Int32),
        pl.Series("decimallatitude", [50.0, 50.0, 50.0, 90.5, 50.0, float("nan")]),
        pl.Series("decimallongitude", [10.0, 10.0, 10.0, 10.0, 1000.0, 10.0]),
        pl.Series("specieskey", range(6), pl.Int64),
        pl.lit("HUMAN_OBSERVATION").alias("basisofrecord"),
        pl.lit("PRESENT").alias("occurrencestatus"),
        pl.lit([], pl.List(pl.String)).alias("issue"),
    )
    changed.write_parquet(tmp_path / "numbers.parquet")
    found = made("duckdb", [tmp_path / "numbers.parquet"], CubeOptions())
    assert found["occurrence_cube"]["species_key"].to_list() == ["0"]
    assert found["refused"].sort("row_number")["column_name"].to_list() == ["year", "year", "decimal_latitude", "decimal_longitude", "decimal_latitude"]  # fmt: skip


def test_engines_and_files_that_do_not_exist(tmp_path):
    """A wrong engine and a wrong file are one sentence each."""
    with pytest.raises(WrongUsage, match="duckdb or spark"), engine_for("hadoop", [], CubeOptions()):
        pass
    with pytest.raises(WrongUsage, match=r"nowhere.parquet does not exist"), engine_for("duckdb", [tmp_path / "nowhere.parquet"], CubeOptions()):  # fmt: skip
        pass
