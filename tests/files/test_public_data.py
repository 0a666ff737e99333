"""Real GBIF downloads and cubes: every row is accounted for, and the counts are those of the raw file."""

from __future__ import annotations

import csv
from collections import Counter

import pytest
from downloads import CUBES, DOWNLOADS, raw_records, why_not
from own_files import load

pytestmark = pytest.mark.data


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
    assert [why_not(raw[number]) for number in found.refused["row_number"]] == found.refused["column_name"].to_list()


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
    assert found.layout.partition(",")[0] == "occurrence cube"
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
