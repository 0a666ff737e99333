"""National Red Lists as archives of taxa with their distribution."""

from __future__ import annotations

import zipfile

import pytest
from own_files import load

from ness_pipeline.contract.check import check
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.errors import SchemaDrift, WrongUsage

TERMS = "http://rs.tdwg.org/dwc/terms/"
TAXON = [
    "t1",
    "Inventa prima (Linnaeus, 1758)",
    "(Linnaeus, 1758)",
    "species",
    "Animalia",
    "Arthropoda",
    "Insecta",
    "Lepidoptera",
]
TAXON_TERMS = [
    "taxonID",
    "scientificName",
    "scientificNameAuthorship",
    "taxonRank",
    "kingdom",
    "phylum",
    "class",
    "order",
]
PLACE_TERMS = ["locationID", "countryCode", "locality", "threatStatus", "eventDate", "source"]
YEAR = "eventDate gives no year of the assessment, and source names none or several; write the year in eventDate."


def part(tag, row_type, file, key, terms):
    """A file in `meta.xml`."""
    first = 0 if tag == "core" else 1
    fields = "".join(f'<field index="{n}" term="{TERMS}{term}"/>' for n, term in enumerate(terms, first))
    return (
        f'<{tag} fieldsTerminatedBy="\\t" fieldsEnclosedBy="" ignoreHeaderLines="1" rowType="http://x/{row_type}">'
        f'<files><location>{file}</location></files><{key} index="0"/>{fields}</{tag}>'
    )


def archive(path, taxa, places, place_terms=PLACE_TERMS):
    """An archive of taxa."""
    core = part("core", "Taxon", "taxon.txt", "id", TAXON_TERMS)
    extension = part("extension", "Distribution", "distribution.txt", "coreid", place_terms)
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("meta.xml", f'<archive xmlns="http://rs.tdwg.org/dwc/text/">{core}{extension}</archive>')
        for name, head, rows in (("taxon.txt", TAXON_TERMS, taxa), ("distribution.txt", ["id", *place_terms], places)):
            packed.writestr(name, "".join("\t".join(row) + "\n" for row in (head, *rows)))
    return path


def test_a_national_red_list(tmp_path):
    """A row speaks of a whole country; parts and groups are counted, rows without a sure year refused."""
    taxa = [TAXON, ["t2", "Inventa secunda", "", "SPECIES", "Plantae", "Tracheophyta", "Magnoliopsida", ""], ["t3", "Inventa prima minor", "", "subspecies", "Animalia", "", "", ""]]  # fmt: skip
    places = [
        ["t1", "ISO_3166:KE", "KE", "Kenya", "VU", "2020-05-01", "x (1999)"],
        ["t1", "", "KE", "", "lc", "2010/2012", ""],
        ["t2", "ISO3166-1:UG", "", "", "Critically Endangered (Possibly Extinct)", "", "Museum (2018)"],
        ["t2", "", "", "Tanzania", "LR/nt", "1998", ""],
        ["t1", "ISO_3166-2:KE-30", "KE", "Nairobi", "EN", "2020", ""],
        ["t1", "", "KE", "Nairobi", "EN", "2020", ""],
        ["t1", "", "", "Africa", "EN", "2020", ""],
        ["t1", "", "KE", "", "", "2020", ""],
        ["t3", "", "KE", "", "EN", "2020", ""],
        ["t2", "", "KE", "", "EN", "", "Museum (2010) | Society (2018)"],
    ]
    for table in (None, "assessment"):
        found = load(archive(tmp_path / "list.zip", taxa, places), table=table)
        rows, refused = check(tables()["core.assessment"], found.rows["assessment"], "file:list.zip")
        assert refused.is_empty()
        columns = [
            "species_key",
            "scientific_name",
            "taxon_group",
            "assessment_year",
            "red_list_category",
            "is_possibly_extinct",
            "scope",
        ]
        assert rows.select(columns).rows() == [
            ("name:Inventa prima", "Inventa prima", "insects", 2020, "VU", None, "KE"),
            ("name:Inventa prima", "Inventa prima", "insects", 2012, "LC", None, "KE"),
            ("name:Inventa secunda", "Inventa secunda", "flowering_plants", 2018, "CR", True, "UG"),
            ("name:Inventa secunda", "Inventa secunda", "flowering_plants", 1998, "NT", None, "TZ"),
        ]
        assert found.left_out.total() == 5
        assert found.refused.select("row_number", "reason").rows() == [(9, YEAR)]


def test_a_list_that_the_user_calls_complete(tmp_path):
    """The option has a meaning for a list of assessments."""
    found = load(
        archive(tmp_path / "list.zip", [TAXON], [["t1", "", "KE", "", "VU", "2020", ""]]),
        table="assessment",
        is_complete=True,
    )
    assert found.rows["assessment"]["is_complete_list"].to_list() == ["true"]


def test_archives_of_taxa_without_a_threat_status(tmp_path):
    """One sentence says what is missing; another table cannot be filled from one."""
    made = archive(tmp_path / "list.zip", [TAXON], [["t1", "KE"]], ["countryCode"])
    with pytest.raises(SchemaDrift, match="threatStatus"):
        load(made)
    with pytest.raises(WrongUsage, match="fills assessment"):
        load(made, table="threat")


@pytest.mark.data
def test_the_butterflies_of_europe(public_data, tmp_path):
    """Rows of whole countries with a status and one year are assessments; the others are counted or refused."""
    import csv
    import re

    folder = public_data / "data" / "real_2026" / "eurobutt_cc0"
    with (folder / "taxon.csv").open(encoding="utf-8") as lines:
        taxa = [[row[term] for term in TAXON_TERMS] for row in csv.DictReader(lines)]
    with (folder / "distribution.csv").open(encoding="utf-8") as lines:
        raw = list(csv.DictReader(lines))
    places = [[row["taxonID"], *(row.get(term, "") for term in PLACE_TERMS)] for row in raw]
    found = load(archive(tmp_path / "list.zip", taxa, places))
    whole = [row for row in raw if re.fullmatch(r"ISO_3166:[A-Z]{2}", row["locationID"]) and row["threatStatus"]]
    dated = [row for row in whole if len(set(re.findall(r"\b(?:19|20)\d\d\b", row["source"]))) == 1]
    assert found.rows["assessment"].height == len(dated)
    assert found.refused.height == len(whole) - len(dated)
    assert found.left_out.total() == len(raw) - len(whole)
