"""Real GBIF downloads and cubes: every row is accounted for, and the counts are those of the raw file."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from own_files import load

from schemas.landed.occurrence import GEOSPATIAL_ISSUES

pytestmark = pytest.mark.data
csv.field_size_limit(2**24)

DOWNLOADS = [
    "gbif_dwca_2014_0000066-140928181241064.zip",
    "gbif_dwca_isu_birds_even.tsv",
    "gbif_simple_csv_0009886-250127130748423.zip",
    "gbif_dwca_2019/Istiompax_indica__0006567-190621201848488.zip",
    "gbif_dwca_2019/Kajikia_albida__0006571-190621201848488.zip",
    "gbif_dwca_2019/Kajikia_audax__0006572-190621201848488.zip",
    "gbif_dwca_2019/Protea_cynaroides__0012335-190621201848488.zip",
    "gbif_dwca_2019/Tetrapturus_angustirostris__0006577-190621201848488.zip",
    "gbif_dwca_2019/Tetrapturus_belone__0006578-190621201848488.zip",
    "gbif_dwca_2019/Tetrapturus_georgii__0006581-190621201848488.zip",
    "gbif_dwca_2019/Tetrapturus_pfluegeri__0006585-190621201848488.zip",
]
CUBES = [
    ("b3gbi_example_cube_1_denmark_mammals.csv", ",", {"country_code": "DK", "taxon_group": "mammals"}, "eqdgc:2"),
    ("denmark_mammals_cube_eea.csv", "\t", {"country_code": "DK", "taxon_group": "mammals"}, "eea:1000"),
    ("denmark_mammals_cube_eqdgc.csv", "\t", {"country_code": "DK", "taxon_group": "mammals"}, "eqdgc:2"),
    ("denmark_mammals_cube_mgrs.csv", "\t", {"country_code": "DK", "taxon_group": "mammals"}, "mgrs:1000"),
    ("montenegro_bryophytes_cube_eea.csv", "\t", {"country_code": "ME"}, "eea:1000"),
    ("pdindicator_fagales_1km_0004018-241107131044228.csv", "\t", {"country_code": "BE", "taxon_group": "flowering_plants"}, "eea:1000"),
]  # fmt: skip


def raw_records(path: Path) -> list[dict[str, str]]:
    """The records of a download, read by the standard library alone."""
    if path.suffix != ".zip":
        with path.open(encoding="utf-8", newline="\n") as lines:
            return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    with zipfile.ZipFile(path) as packed:
        names = packed.namelist()
        name = "occurrence.txt" if "occurrence.txt" in names else names[0]
        text = io.StringIO(packed.read(name).decode("utf-8"), newline="\n")
        return list(csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE))


def why_not(row: dict[str, str]) -> str | None:
    """The first filter that a record fails, written a second time without the project's code."""
    issues = set(row["issue"].split(";"))
    failed = {
        "occurrence_status": row["occurrenceStatus"].lower() not in {"", "present", "presente"},
        "has_geospatial_issue": row.get("hasGeospatialIssues") == "true" or bool(issues & set(GEOSPATIAL_ISSUES)),
        "basis_of_record": row["basisOfRecord"] in {"FOSSIL_SPECIMEN", "LIVING_SPECIMEN"},
        "species_key": not row["speciesKey"],
        "year": not row["year"],
        "country_code": not row["countryCode"],
    }
    return next((column for column, fails in failed.items() if fails), None)


@pytest.mark.parametrize("name", DOWNLOADS)
def test_a_download_is_accounted_for_record_by_record(public_data, name):
    """Received, refused by reason, and counted per country, year and species: all as in the raw file."""
    path = public_data / "data" / "occurrences" / name
    raw = raw_records(path)
    found = load(path)
    assert found.layout == "occurrence records"
    assert found.received == len(raw)
    assert found.reasons == dict(Counter(why for row in raw if (why := why_not(row))))
    kept = [row for row in raw if why_not(row) is None]
    expected = Counter((row["countryCode"], int(row["year"]), row["speciesKey"]) for row in kept)
    columns = ["country_code", "year", "species_key"]
    assert {row[:3]: row[3] for row in found.cube.select(*columns, "occurrences").rows()} == expected
    assert len(found.cube) == len(expected)
    per_species = Counter((row["countryCode"], row["speciesKey"]) for row in kept)
    assert {row[:2]: row[2] for row in found.species.select("country_code", "species_key", "occurrences").rows()} == per_species  # fmt: skip
    assert [why_not(raw[number]) for number in found.rejected["row_number"]] == found.rejected["column_name"].to_list()


@pytest.mark.parametrize("name", DOWNLOADS)
def test_uncertainties_of_a_download_are_the_smallest(public_data, name):
    """The smallest coordinate uncertainty, unknown as 1000 m, for every row of the cube."""
    path = public_data / "data" / "occurrences" / name
    smallest: dict[tuple[str, int, str], float] = {}
    for row in raw_records(path):
        if why_not(row) is None:
            key = (row["countryCode"], int(row["year"]), row["speciesKey"])
            uncertainty = float(row.get("coordinateUncertaintyInMeters") or 1000)
            smallest[key] = min(uncertainty, smallest.get(key, uncertainty))
    found = load(path).cube.select("country_code", "year", "species_key", "min_coordinate_uncertainty_m").rows()
    assert {row[:3]: row[3] for row in found} == smallest


def test_groups_of_the_downloads(public_data):
    """Fishes, plants and birds are told by the names that each layout uses; protozoa belong to no group."""
    groups = {name: set(load(public_data / "data" / "occurrences" / name).species["taxon_group"]) for name in DOWNLOADS}
    assert groups[DOWNLOADS[1]] == {"birds"}
    assert groups[DOWNLOADS[2]] == groups[DOWNLOADS[6]] == {"flowering_plants"}
    assert all(groups[name] == {"ray_finned_fishes"} for name in DOWNLOADS[3:] if name != DOWNLOADS[6])
    assert {"insects", "mosses", "ferns", None} <= groups[DOWNLOADS[0]]


def test_categories_come_with_the_records_that_have_them(public_data):
    """A layout with `iucnRedListCategory` gives the category of most records of the species; others give none."""
    raw = [row for row in raw_records(public_data / "data" / "occurrences" / DOWNLOADS[1]) if why_not(row) is None]
    votes: dict[str, Counter[str]] = {}
    for row in raw:
        if row["countryCode"] == "US" and row["iucnRedListCategory"]:
            votes.setdefault(row["speciesKey"], Counter())[row["iucnRedListCategory"]] += 1
    species = load(public_data / "data" / "occurrences" / DOWNLOADS[1]).species
    given = {row["species_key"]: row["red_list_category"] for row in species.to_dicts() if row["country_code"] == "US" and row["red_list_category"]}  # fmt: skip
    assert given.keys() == votes.keys()
    assert all(votes[key][category] == max(votes[key].values()) for key, category in given.items())
    assert load(public_data / "data" / "occurrences" / DOWNLOADS[2]).species["red_list_category"].to_list() == [None]


@pytest.mark.parametrize(("name", "delimiter", "options", "grid"), CUBES)
def test_a_cube_is_accounted_for_row_by_row(public_data, name, delimiter, options, grid):
    """Rows received, rows refused for want of a year or species, and records per year: all as in the raw file."""
    path = public_data / "data" / "cubes" / name
    with path.open(encoding="utf-8", newline="") as lines:
        raw = [{key.lower(): value for key, value in row.items()} for row in csv.DictReader(lines, delimiter=delimiter)]
    key, count = ("specieskey", "occurrences") if "specieskey" in raw[0] else ("taxonkey", "obs")
    cell = next(column for column in raw[0] if column.endswith("cellcode"))
    kept = [row for row in raw if row["year"] and row[key]]
    found = load(path, **options)
    assert found.layout == "occurrence cube"
    assert found.received == len(raw)
    assert found.loaded == len(kept)
    per_year: Counter[int] = Counter()
    for row in kept:
        per_year[int(float(row["year"]))] += int(float(row[count]))
    totals: Counter[int] = Counter()
    for year, occurrences in found.cube.select("year", "occurrences").rows():
        totals[year] += occurrences
    assert totals == per_year
    assert len(found.cube) == len({(row["year"], row[cell], row[key]) for row in kept})
    assert set(found.cube["grid"]) == {grid}
    assert set(found.cube["country_code"]) == {options["country_code"]}
    assert found.species["occurrences"].sum() == sum(per_year.values())
    assert set(found.species["taxon_group"]) == {options.get("taxon_group", "mosses")}


def test_a_processed_cube_has_the_published_totals(public_data):
    """The mammals of Denmark as b3gbi states them: 106 species and 207,342 records, 1862 to 2024."""
    name, _, options, _ = CUBES[0]
    found = load(public_data / "data" / "cubes" / name, **options)
    assert (found.species.height, found.cube["occurrences"].sum()) == (106, 207_342)
    assert (found.cube["year"].min(), found.cube["year"].max()) == (1862, 2024)
