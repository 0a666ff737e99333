"""A list of species as GBIF makes it becomes the species of one country."""

from __future__ import annotations

import zipfile

import pytest
from own_files import load, write_text

from ness_pipeline.errors import WrongUsage

ROW = {
    "taxonKey": "900",
    "scientificName": "Inventa prima L.",
    "numberOfOccurrences": "30",
    "taxonRank": "SPECIES",
    "kingdom": "Animalia",
    "phylum": "Chordata",
    "class": "Aves",
    "species": "Inventa prima",
    "speciesKey": "900",
    "iucnRedListCategory": "VU",
}
SUBSPECIES = ROW | {
    "taxonKey": "901",
    "numberOfOccurrences": "5",
    "taxonRank": "SUBSPECIES",
    "iucnRedListCategory": "LC",
}
GENUS = ROW | {"taxonKey": "90", "numberOfOccurrences": "7", "taxonRank": "GENUS", "species": "", "speciesKey": "", "iucnRedListCategory": ""}  # fmt: skip


def packed(tmp_path, *rows):
    """The zip of a download."""
    text = write_text(tmp_path / "list.csv", list(rows))
    with zipfile.ZipFile(tmp_path / "list.zip", "w") as archive:
        archive.write(text, "list.csv")
    return tmp_path / "list.zip"


def test_species_of_one_country(tmp_path):
    """Records of a subspecies are those of its species, whose category is that of most records; a genus is kept aside."""
    found = load(packed(tmp_path, ROW, SUBSPECIES, GENUS), country_code="KE")
    columns = ["country_code", "species_key", "scientific_name", "taxon_group", "red_list_category", "occurrences"]
    assert found.layout == "list of species"
    assert found.species.filter(found.species["species_key"].is_not_null()).select(columns).rows() == [("KE", "900", "Inventa prima", "birds", "VU", 35)]  # fmt: skip
    assert (found.loaded, found.refused["row_number"].to_list()) == (2, [2])


def test_it_needs_the_country(tmp_path):
    """A list does not say where its species live."""
    with pytest.raises(WrongUsage, match="--country KE"):
        load(packed(tmp_path, ROW))
