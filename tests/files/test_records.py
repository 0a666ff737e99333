"""Occurrence records in every layout become the same cube, and every refused record is named."""

from __future__ import annotations

import json
import zipfile

import duckdb
import polars as pl
import pytest
from own_files import RECORD, load, records, write_text

from ness_pipeline.errors import SchemaDrift, WrongUsage

TERMS = {"gbifID": "http://rs.gbif.org/terms/1.0/"}
FILTERS = [
    ({"occurrenceStatus": "ABSENT"}, "occurrence_status"),
    ({"issue": "COUNTRY_DERIVED_FROM_COORDINATES;ZERO_COORDINATE"}, "has_geospatial_issue"),
    ({"basisOfRecord": "FOSSIL_SPECIMEN"}, "basis_of_record"),
    ({"basisOfRecord": "LivingSpecimen"}, "basis_of_record"),
    ({"speciesKey": ""}, "species_key"),
    ({"speciesKey": "5.2E+06"}, "species_key"),
    ({"year": "", "eventDate": ""}, "year"),
    ({"year": "", "eventDate": "2020-12-30/2021-01-02"}, "year"),
    ({"year": "0"}, "year"),
    ({"year": "9999"}, "year"),
    ({"year": "about 1990"}, "year"),
    ({"countryCode": ""}, "country_code"),
    ({"countryCode": "ZZ"}, "country_code"),
    ({"eventDate": "spring", "year": ""}, "event_date"),
    ({"eventDate": "43891", "year": ""}, "event_date"),
    ({"decimalLatitude": "91"}, "decimal_latitude"),
    ({"decimalLongitude": "-180.5"}, "decimal_longitude"),
    ({"coordinateUncertaintyInMeters": "near"}, "coordinate_uncertainty_m"),
    ({"gbifID": "1"}, "record_id"),
]


def archive(path, rows, *, id_first=True, extra="", core="occurrence.txt"):
    """A Darwin Core archive whose meta.xml lists the columns by term."""
    names = list(rows[0])
    prefix = "http://rs.tdwg.org/dwc/terms/"
    fields = "".join(f'<field index="{i}" term="{TERMS.get(n, prefix)}{n}"/>' for i, n in enumerate(names))
    meta = (
        '<archive xmlns="http://rs.tdwg.org/dwc/text/"><core encoding="UTF-8" fieldsTerminatedBy="\\t" '
        'linesTerminatedBy="\\n" fieldsEnclosedBy="" ignoreHeaderLines="1" '
        f'rowType="http://rs.tdwg.org/dwc/terms/Occurrence"><files><location>{core}</location></files>'
        f'<id index="0"/>{fields}{extra}</core></archive>'
    )
    text = "".join("\t".join(line) + "\n" for line in [names, *(map(str, row.values()) for row in rows)])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("meta.xml", meta)
        packed.writestr("occurrence.txt", text)
        packed.writestr("verbatim.txt", "gbifID\tsomething else\n1\tx\n")
        packed.writestr("dataset/one.xml", "<eml/>")
    return path


def parquet_rows():
    """Records with types as GBIF's parquet has them: integers, arrays, structs."""
    typed = pl.DataFrame(records({}, {"speciesKey": "800"}, {"issue": "ZERO_COORDINATE"})).with_columns(
        pl.col("year", "speciesKey").cast(pl.Int32),
        pl.col("decimalLatitude", "decimalLongitude", "coordinateUncertaintyInMeters").cast(pl.Float64),
        pl.col("issue").str.split(";"),
        pl.struct(concept=pl.lit("introduced"), lineage=pl.lit(["introduced"])).alias("establishmentMeans"),
    )
    return typed.with_columns(pl.col("issue").list.eval(pl.element().filter(pl.element() != "")))


def test_records_are_counted_by_country_year_and_species(tmp_path):
    """A cube row counts the records, with the smallest uncertainties; an unknown coordinate uncertainty is 1000 m."""
    rows = records(
        {},
        {"coordinateUncertaintyInMeters": "30", "eventDate": "2021-03-21T10:15"},
        {"year": "2022", "eventDate": "2022", "coordinateUncertaintyInMeters": ""},
        {"countryCode": "tz", "eventDate": ""},
    )
    found = load(write_text(tmp_path / "records.tsv", rows))
    assert found.layout == "occurrence records"
    columns = ["country_code", "year", "species_key", "occurrences", "min_coordinate_uncertainty_m", "min_temporal_uncertainty_s"]  # fmt: skip
    assert found.cube.select(columns).rows() == [
        ("KE", 2021, "700", 2, 30.0, 60),
        ("KE", 2022, "700", 1, 1000.0, 365 * 86_400),
        ("TZ", 2021, "700", 1, 250.0, None),
    ]
    assert found.cube["source"].unique().to_list() == ["file:records.tsv"]


def test_species_of_a_country_come_with_name_group_and_category(tmp_path):
    """Names, groups and categories are those of most records, introduced records are counted apart."""
    rows = records(
        {"iucnRedListCategory": "VU"},
        {"iucnRedListCategory": "vu", "establishmentMeans": "introducedAssistedColonisation"},
        {"iucnRedListCategory": "LC", "establishmentMeans": "nativeReintroduced"},
        {
            "iucnRedListCategory": "NA",
            "establishmentMeans": "MANAGED",
            "speciesKey": "X9T",
            "species": "Inventa altera",
        },
    )
    found = load(write_text(tmp_path / "records.tsv", rows), checklist_key="list-1")
    assert found.species.select(
        "species_key", "scientific_name", "taxon_group", "red_list_category", "occurrences", "introduced_occurrences"
    ).rows() == [
        ("700", "Inventa prima", "birds", "VU", 3, 1),
        ("X9T", "Inventa altera", "birds", "NA", 1, 1),
    ]
    assert set(found.species["checklist_key"]) == set(found.cube["checklist_key"]) == {"list-1"}


def test_a_record_that_fails_a_filter_is_kept_aside(tmp_path):
    """A refused record names its place, the column that failed and a reason, and is kept whole; the others count."""
    found = load(write_text(tmp_path / "records.tsv", records({}, *(change for change, _ in FILTERS), {})))
    assert (found.loaded, found.refused.height, found.received) == (2, len(FILTERS), len(FILTERS) + 2)
    refused = found.refused.sort("row_number").to_dicts()
    for place, (row, (change, column)) in enumerate(zip(refused, FILTERS, strict=True), start=1):
        assert (row["row_number"], row["column_name"]) == (place, column), change
        assert row["reason"].endswith("."), change
        own = {"gbifID": str(place + 1)}
        assert json.loads(row["row"]) == {name: value or None for name, value in (RECORD | own | change).items()}


def test_the_first_failing_filter_is_the_reason(tmp_path):
    """Whatever else is wrong with it, a record has one reason, in a fixed order."""
    wrong = {
        "occurrenceStatus": "absent",
        "issue": "COORDINATE_INVALID",
        "speciesKey": "",
        "year": "",
        "eventDate": "",
        "countryCode": "",
    }
    order = ["occurrence_status", "has_geospatial_issue", "species_key", "year", "country_code"]
    rows = records(*({name: wrong[name] for name in list(wrong)[start:]} for start in (0, 1, 2, 3, 5)))
    assert load(write_text(tmp_path / "records.tsv", rows)).refused["column_name"].to_list() == order


def test_old_words_for_present_mean_present(tmp_path):
    """Layouts before 2020 leave the status empty or quote the publisher."""
    words = ["", "present", "Presente", "PRESENT", "common"]
    found = load(write_text(tmp_path / "old.tsv", records(*({"occurrenceStatus": word} for word in words))))
    assert (found.loaded, found.refused.height) == (5, 0)


@pytest.mark.parametrize(
    ("status", "individuals", "basis", "counts"),
    [
        ("", "0", "HUMAN_OBSERVATION", False),
        ("NA", "0.0", "HUMAN_OBSERVATION", False),
        ("", "0", "", False),
        ("", "0", "PRESERVED_SPECIMEN", True),  # the specimen is there
        ("", "10", "HUMAN_OBSERVATION", True),
        ("", "", "HUMAN_OBSERVATION", True),
        ("PRESENT", "0", "HUMAN_OBSERVATION", True),  # a stated status decides, as at GBIF
        ("ABSENT", "3", "HUMAN_OBSERVATION", False),
    ],
)
def test_nothing_counted_and_no_status_is_an_absence(tmp_path, status, individuals, basis, counts):
    """GBIF infers the status from `individualCount` in this way."""
    change = {"occurrenceStatus": status, "individualCount": individuals, "basisOfRecord": basis}
    found = load(write_text(tmp_path / "records.tsv", records({"individualCount": ""}, change)))
    assert found.reasons == ({} if counts else {"occurrence_status": 1})
    assert found.received == 2


@pytest.mark.parametrize(
    ("columns", "counted"),
    [
        ({"datasetKey": ("a", "b")}, 2),
        ({"datasetKey": ("a", "a")}, 1),
        ({"datasetID": ("a", "b")}, 2),
        ({"institutionCode": ("a", "a"), "collectionCode": ("x", "y"), "catalogNumber": ("1", "1")}, 2),
        ({"institutionCode": ("a", "a"), "collectionCode": ("", ""), "catalogNumber": ("1", "1")}, 1),
        ({}, 1),
    ],
)
def test_an_occurrence_id_is_one_record_within_its_data_set(tmp_path, columns, counted):
    """Two data sets may both have a record 1; as far as the file tells them apart, both count."""
    own = [{name: values[place] for name, values in columns.items()} for place in (0, 1)]
    found = load(write_text(tmp_path / "records.tsv", records(*({"occurrenceID": "1"} | row for row in own), without=("gbifID",))))  # fmt: skip
    assert (found.loaded, found.received) == (counted, 2)


def test_the_flag_of_old_layouts_counts_as_well_as_the_list(tmp_path):
    """`hasGeospatialIssues` refuses a record without a list of issues, and the list one without the flag."""
    rows = records({"hasGeospatialIssues": "true"}, {"hasGeospatialIssues": "false"}, {"hasGeospatialIssues": "false", "issue": "PRESUMED_NEGATED_LATITUDE"})  # fmt: skip
    found = load(write_text(tmp_path / "old.tsv", rows))
    assert found.refused["row_number"].to_list() == [0, 2]


def test_quotes_are_ordinary_characters_in_tab_separated_tables(tmp_path):
    """GBIF writes its tables unquoted, so an inch mark is no quote."""
    rows = records({"species": 'Inventa "prima'}, {"species": 'a "b" c'}, {})
    assert load(write_text(tmp_path / "quotes.tsv", rows)).loaded == 3


def test_quotes_enclose_values_in_comma_separated_tables(tmp_path):
    """A quoted value may hold commas and line ends; a byte order mark and Windows line ends do no harm."""
    names = ",".join(RECORD)
    values = ",".join(value if name != "species" else '"Inventa, ""prima""\r\nL."' for name, value in RECORD.items())
    file = tmp_path / "own.csv"
    file.write_bytes(f"\ufeff{names}\r\n{values}\r\n".encode())
    found = load(file)
    assert found.species["scientific_name"].to_list() == ['Inventa, "prima"\r\nL.']


def test_column_names_are_matched_in_any_case(tmp_path):
    """`DECIMALLATITUDE`, `decimal_latitude` and `decimalLatitude` are one column."""
    rows = [{name.upper(): value for name, value in row.items()} for row in records({})]
    rows = [{("species_key" if n == "SPECIESKEY" else n): v for n, v in row.items()} for row in rows]
    assert load(write_text(tmp_path / "loud.csv", rows, ",")).loaded == 1


def test_numbers_written_as_decimals_are_whole(tmp_path):
    """A spreadsheet's `2021.0` is a year and its `700.0` the key 700."""
    found = load(write_text(tmp_path / "sheet.csv", records({"year": "2021.0", "speciesKey": "700.0"}), ","))
    assert found.cube.select("year", "species_key").row(0) == (2021, "700")


def test_the_year_comes_from_the_date_where_there_is_no_year(tmp_path):
    """Without a column `year`, a date gives it unless it spans several years."""
    rows = records({}, {"eventDate": "2020-12-30/2021-01-02"}, {"eventDate": "2021-01/2021-02"}, without=("year",))
    found = load(write_text(tmp_path / "own.tsv", rows))
    assert (found.loaded, found.refused["column_name"].to_list()) == (2, ["year"])


def test_a_taxon_key_stands_in_where_there_is_no_species_key(tmp_path):
    """Without a column `speciesKey`, the accepted key of a record of rank species is taken, of no other rank."""
    rows = records({"acceptedTaxonKey": "71"}, {"acceptedTaxonKey": "7", "taxonRank": "GENUS"}, without=("speciesKey",))
    found = load(write_text(tmp_path / "old.tsv", rows))
    assert found.cube["species_key"].to_list() == ["71"]
    assert found.reasons == {"species_key": 1}


def test_a_synonym_is_no_accepted_species(tmp_path):
    """Without an accepted key, the key of a synonym is refused."""
    rows = records({"taxonomicStatus": "ACCEPTED"}, {"taxonomicStatus": "SYNONYM"}, without=("speciesKey",))
    assert load(write_text(tmp_path / "old.tsv", rows)).loaded == 1


def test_lines_with_too_few_or_too_many_columns_are_kept_aside(tmp_path):
    """A broken line is refused at its place, and the places of other refused records count it."""
    file = write_text(tmp_path / "records.tsv", records({}, {}, {}, {"year": "1"}))
    lines = file.read_text().splitlines()
    lines[2] = "short\tline"
    lines[3] += "\tone too many"
    file.write_text("\n".join(lines) + "\n")
    found = load(file)
    assert (found.loaded, found.received) == (1, 4)
    assert sorted(found.refused["row_number"]) == [1, 2, 3]
    assert found.refused.filter(pl.col("check_name") == "columns")["row"].to_list()[0] == '{"line":"short\\tline"}'


def test_option_and_file_may_not_both_name_the_country(tmp_path):
    """The country is said once, by the file or by the option."""
    with_country = write_text(tmp_path / "with.tsv", records({}))
    without = write_text(tmp_path / "without.tsv", records({}, without=("countryCode",)))
    assert load(without, country_code="Kenya").cube["country_code"].to_list() == ["KE"]
    with pytest.raises(WrongUsage, match="leave --country KE out"):
        load(with_country, country_code="KE")
    with pytest.raises(WrongUsage, match="does not name the country"):
        load(without)


def test_without_higher_taxa_the_group_must_be_given(tmp_path):
    """The sentence names the option, and the option is used."""
    ranks = ("kingdom", "phylum", "class", "order")
    file = write_text(tmp_path / "own.tsv", records({}, without=ranks))
    assert load(file, taxon_group="birds").species["taxon_group"].to_list() == ["birds"]
    with pytest.raises(WrongUsage, match="--taxon-group"):
        load(file)


def test_a_missing_species_key_is_drift(tmp_path):
    """The sentence names the column and the one that comes nearest."""
    rows = [{("specieKeys" if name == "speciesKey" else name): value for name, value in row.items()} for row in records({}, without=("taxonKey",))]  # fmt: skip
    with pytest.raises(SchemaDrift, match=r"no column speciesKey .* 'specieKeys'"):
        load(write_text(tmp_path / "own.tsv", rows))


def test_an_archive_is_read_by_its_descriptor(tmp_path):
    """Columns are found by term, defaults fill what is empty, other files of the archive are left alone."""
    rows = records({}, {"basisOfRecord": ""}, without=("countryCode",))
    extra = '<field term="http://rs.tdwg.org/dwc/terms/countryCode" default="UG"/>'
    found = load(archive(tmp_path / "archive.zip", rows, extra=extra))
    assert found.cube["country_code"].to_list() == ["UG"]
    assert found.loaded == 2


def test_an_archive_in_another_encoding_is_read_as_declared(tmp_path):
    """meta.xml declares the encoding, so Latin-1 is no guess there."""
    packed = archive(tmp_path / "archive.zip", records({"species": "Inventa café"}))
    with zipfile.ZipFile(packed) as zipped:
        meta, text = zipped.read("meta.xml").decode(), zipped.read("occurrence.txt").decode()
    with zipfile.ZipFile(packed, "w") as zipped:
        zipped.writestr("meta.xml", meta.replace("UTF-8", "ISO-8859-1"))
        zipped.writestr("occurrence.txt", text.encode("latin-1"))
    assert load(packed).species["scientific_name"].to_list() == ["Inventa café"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("dwc/terms/Occurrence", "dwc/terms/Taxon", "archive of Taxon rows"),
        ("occurrence.txt", "../outside.txt", "lacks the file"),
        ("<archive", "<!DOCTYPE x><archive", "do not trust it"),
        ("</archive>", "", "not readable"),
        ('fieldsEnclosedBy=""', "", None),
        ('encoding="UTF-8" ', "", None),
    ],
)
def test_a_descriptor_is_never_trusted(tmp_path, old, new, said):
    """A wrong descriptor is one sentence; attributes that the standard makes optional may be missing."""
    packed = archive(tmp_path / "archive.zip", records({}))
    with zipfile.ZipFile(packed) as zipped:
        meta, text = zipped.read("meta.xml").decode(), zipped.read("occurrence.txt").decode()
    with zipfile.ZipFile(packed, "w") as zipped:
        zipped.writestr("meta.xml", meta.replace(old, new))
        zipped.writestr("occurrence.txt", text)
    if said is None:
        assert load(packed).loaded == 1
    else:
        with pytest.raises(WrongUsage, match=said):
            load(packed)


@pytest.mark.parametrize("form", ["file", "folder", "zip"])
def test_parquet_is_read_in_every_package(tmp_path, form):
    """Typed columns, arrays and structs give the same records; empty parts are skipped, names need no extension."""
    folder = tmp_path / "occurrence.parquet"
    folder.mkdir()
    parquet_rows().write_parquet(folder / "000000")
    (folder / "000001").touch()
    path = {"file": folder / "000000", "folder": folder, "zip": tmp_path / "simple.zip"}[form]
    if form == "zip":
        with zipfile.ZipFile(path, "w") as packed:
            for part in folder.iterdir():
                packed.write(part, f"occurrence.parquet/{part.name}")
    found = load(path)
    assert found.reasons == {"has_geospatial_issue": 1}
    assert found.cube["species_key"].to_list() == ["700", "800"]
    assert found.species["introduced_occurrences"].to_list() == [1, 1]


def test_a_monthly_snapshot_has_lower_case_columns_and_timestamps(tmp_path):
    """Lower-case names, text keys, a timestamp at midnight (a day) and parts of different columns."""
    snapshot = pl.DataFrame([{name.lower(): value for name, value in row.items()} for row in records({}, {"speciesKey": "NFD2"})])  # fmt: skip
    dated = snapshot.with_columns(pl.col("eventdate").str.to_datetime("%Y-%m-%d"), pl.col("year").cast(pl.Int32))
    dated.head(1).write_parquet(tmp_path / "000000")
    dated.tail(1).drop("establishmentmeans").write_parquet(tmp_path / "000001")
    found = load(tmp_path)
    assert found.cube["species_key"].to_list() == ["700", "NFD2"]
    assert found.cube["min_temporal_uncertainty_s"].to_list() == [86_400, 86_400]


def test_row_order_does_not_matter(tmp_path):
    """The same records in another order give the same cube and the same species."""
    rows = records(*({"year": str(2000 + n % 3), "speciesKey": str(n % 2), "species": f"Inventa {n % 4}", "iucnRedListCategory": ["LC", "VU"][n % 3 == 0]} for n in range(24)))  # fmt: skip
    one, other = write_text(tmp_path / "a.tsv", rows), write_text(tmp_path / "b.tsv", rows[::-1])
    first, second = load(one, source="x"), load(other, source="x")
    assert first.cube.equals(second.cube)
    assert first.species.equals(second.species)


def test_small_batches_give_the_same_cube(tmp_path, monkeypatch):
    """However few rows are read at a time, records and refused records are the same."""
    rows = records(*({"speciesKey": str(n % 7), "year": "" if n % 11 == 0 else "2020"} for n in range(3_000)))
    file = write_text(tmp_path / "many.tsv", [*rows, *rows[:5]])
    whole = load(file)
    monkeypatch.setattr("ness_pipeline.files.raw.BATCH_CELLS", 1)
    parts = load(file)
    assert parts.cube.equals(whole.cube)
    assert parts.refused.sort("row_number").equals(whole.refused.sort("row_number"))
    assert parts.received == 3_005


def test_a_plain_count_agrees(tmp_path):
    """The cube's counts are those of a query over the raw file."""
    rows = records(*({"speciesKey": str(n % 5), "countryCode": ["KE", "TZ", ""][n % 3], "year": str(2000 + n % 4)} for n in range(200)))  # fmt: skip
    file = write_text(tmp_path / "records.tsv", rows)
    query = f"SELECT countryCode, year::INT, speciesKey, count(*) FROM read_csv('{file}', delim='\t', all_varchar=true) WHERE countryCode IS NOT NULL GROUP BY ALL ORDER BY ALL"
    assert (
        load(file).cube.select("country_code", "year", "species_key", "occurrences").rows()
        == duckdb.sql(query).fetchall()
    )


def test_times_in_utc_as_pandas_writes_them(tmp_path):
    """Parquet with nanoseconds in UTC, with and without a year beside them."""
    rows = pl.DataFrame(records({"eventDate": "2020-03-01 10:15:00"}, {"eventDate": "2020-03-02 00:00:00"}))
    typed = rows.with_columns(
        pl.col("eventDate").str.to_datetime(time_unit="ns", time_zone="UTC"), year=pl.lit(None, pl.Int32)
    )
    typed.write_parquet(tmp_path / "one.parquet")
    found = load(tmp_path / "one.parquet")
    assert found.cube.select("year", "occurrences", "min_temporal_uncertainty_s").rows() == [(2020, 2, 60)]


def test_the_species_key_of_2013(tmp_path):
    """Downloads of that year call the key `speciesID`."""
    rows = [row | {"speciesID": "77"} for row in records({}, without=("speciesKey", "taxonKey"))]
    assert load(write_text(tmp_path / "old.tsv", rows)).cube["species_key"].to_list() == ["77"]
