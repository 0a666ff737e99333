"""Files that name their species without keys of GBIF."""

from __future__ import annotations

import zipfile

import polars as pl
import pytest
from own_files import load, records, write_text

from ness_pipeline.errors import ContractViolation, SchemaDrift, WrongUsage

SIGHTINGS = [
    {"Species": "Panthera leo", "Date": "2020-03-01", "Lat": "-1.5", "Long": "36.5", "Observer": "A. Mwangi", "Place": "Mara", "Country": "Kenya"},
    {"Species": "PANTHERA LEO (Linnaeus 1758)", "Date": "2020-04-01", "Lat": "-1.5", "Long": "36.5", "Observer": "A. Mwangi", "Place": "Mara", "Country": "Kenya"},
    {"Species": "Panthera leo melanochaita", "Date": "2021-03-01", "Lat": "-1.5", "Long": "36.5", "Observer": "J. Otieno", "Place": "Mara", "Country": "Kenya"},
    {"Species": "Panthera sp.", "Date": "2020-03-02", "Lat": "-1.5", "Long": "36.5", "Observer": "A. Mwangi", "Place": "Mara", "Country": "Kenya"},
    {"Species": "", "Date": "2020-03-02", "Lat": "-1.5", "Long": "36.5", "Observer": "A. Mwangi", "Place": "Mara", "Country": "Kenya"},
]  # fmt: skip
LION = "name:Panthera leo"


def counted(found):
    """Species, year and number of records of a cube."""
    return sorted(found.cube.select("species_key", "year", "occurrences").rows())


def without_country(rows):
    """The same rows in a file that does not name the country."""
    return [{name: value for name, value in row.items() if name != "Country"} for row in rows]


def test_a_spreadsheet_of_sightings(tmp_path):
    """Records are counted by the name of the species; a row that names none is kept aside with its name in the reason."""
    found = load(write_text(tmp_path / "sightings.csv", SIGHTINGS, ","))
    assert (found.layout, found.loaded) == ("occurrence records", 3)
    assert counted(found) == [(LION, 2020, 2), (LION, 2021, 1)]
    assert found.species.select("species_key", "scientific_name", "taxon_group", "checklist_key").rows() == [
        (LION, "Panthera leo", None, None)
    ]
    assert found.refused.select("row_number", "column_name", "reason").rows() == [
        (3, "species_key", "The row names no species: 'Panthera sp.'."),
        (4, "species_key", "The record is not identified to an accepted species."),
    ]


@pytest.mark.parametrize("form", ["semicolon", "excel", "no country"])
def test_sightings_in_the_forms_in_which_people_have_them(tmp_path, form):
    """Semicolons with decimal commas, a workbook, and a country said once for all rows."""
    path, options = tmp_path / "sightings.csv", {}
    if form == "semicolon":
        write_text(path, [row | {"Lat": "-1,5", "Long": "36,5"} for row in SIGHTINGS], ";")
    elif form == "excel":
        path = tmp_path / "sightings.xlsx"
        pl.DataFrame(SIGHTINGS).write_excel(path)
    else:
        write_text(path, without_country(SIGHTINGS), ",")
        options = {"country_code": "KE"}
    found = load(path, taxon_group="mammals", **options)
    assert counted(found) == [(LION, 2020, 2), (LION, 2021, 1)]
    assert found.species["taxon_group"].to_list() == ["mammals"]


def test_sightings_may_have_the_genus_in_a_column_of_its_own(tmp_path):
    """Of a species of one word beside a genus the two are the name, and so are `genus` and `specificEpithet`."""
    rows = [{"Genus": "Panthera"} | row | {"Species": epithet} for row, epithet in zip(SIGHTINGS, ["leo", "Panthera pardus"], strict=False)]  # fmt: skip
    assert {key for key, _, _ in counted(load(write_text(tmp_path / "own.csv", rows, ",")))} == {LION, "name:Panthera pardus"}  # fmt: skip
    rows = [{"genus": "Panthera", "specificEpithet": "leo"} | {name: value for name, value in SIGHTINGS[0].items() if name != "Species"}]  # fmt: skip
    assert counted(load(write_text(tmp_path / "dwc.csv", rows, ","))) == [(LION, 2020, 1)]


def test_an_accepted_name_comes_before_that_of_a_synonym(tmp_path):
    """`Felis leo` is the old name of the lion."""
    rows = records(
        {"scientificName": "Felis leo Linnaeus, 1758", "acceptedNameUsage": "Panthera leo (Linnaeus, 1758)"},
        {"scientificName": "Panthera leo (Linnaeus, 1758)", "acceptedNameUsage": ""},
        without=("speciesKey", "taxonKey", "species"),
    )
    found = load(write_text(tmp_path / "own.tsv", rows))
    assert counted(found) == [(LION, 2021, 2)]
    assert found.species["taxon_group"].to_list() == ["birds"]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"speciesKey": "700"}, "700"),
        ({"gbifID": "", "speciesKey": "", "taxonRank": "SPECIES"}, "name:Inventa prima"),
        ({"gbifID": "", "speciesKey": "", "taxonRank": "Subspecies"}, "name:Inventa prima"),
        ({"gbifID": "", "speciesKey": "", "taxonRank": "GENUS"}, None),
        ({"gbifID": "", "speciesKey": "", "taxonRank": ""}, None),
        ({"gbifID": "", "speciesKey": "5.2E+06", "taxonRank": "SPECIES"}, None),
        ({"gbifID": "77", "speciesKey": "", "taxonRank": "SPECIES"}, None),
    ],
)
def test_in_a_file_with_keys_a_row_without_one_has_its_name(tmp_path, change, key):
    """Only where its rank is that of a species or below, and never a record of GBIF, which has a key for each accepted species; a
    key that a spreadsheet rounded is not replaced by a name.
    """  # noqa: D205  (the first sentence needs two lines)
    found = load(write_text(tmp_path / "own.tsv", records(change, {"speciesKey": "701"})))
    assert {name for name, _, _ in counted(found)} == {"701"} | ({key} if key else set())


def test_only_keys_have_a_checklist(tmp_path):
    """The checklist that the user names is that of the rows with keys."""
    file = write_text(tmp_path / "own.tsv", records({}, {"gbifID": "", "speciesKey": ""}))
    found = load(file, checklist_key="gbif")
    keys = {"700": "d7dddbf4-2cf0-4f39-9b2a-bb099caae36c", "name:Inventa prima": None}
    assert dict(found.cube.select("species_key", "checklist_key").rows()) == keys
    assert dict(found.species.select("species_key", "checklist_key").rows()) == keys


def test_a_key_that_is_misspelt_is_still_told(tmp_path):
    """A file with names whose column of keys is nearly called right is not read by its names in silence."""
    rows = [{("specieKeys" if name == "speciesKey" else name): value for name, value in row.items()} for row in records({}, without=("taxonKey",))]  # fmt: skip
    with pytest.raises(SchemaDrift, match="--map specieKeys=speciesKey"):
        load(write_text(tmp_path / "own.tsv", rows))


def test_a_cube_of_names(tmp_path):
    """A name is enough for a row of a cube; one that names no species is refused with it."""
    rows = [
        {"species": name, "year": "2020", "occurrences": number}
        for name, number in (("Panthera leo", "3"), ("Panthera leo persica", "2"), ("Panthera sp.", "1"))
    ]
    found = load(write_text(tmp_path / "cube.csv", rows, ","), country_code="KE")
    assert (found.layout, counted(found)) == ("occurrence cube", [(LION, 2020, 5)])
    assert found.species.select("species_key", "scientific_name", "taxon_group").rows() == [(LION, "Panthera leo", None)]  # fmt: skip
    assert found.refused["reason"].to_list() == ["The row names no species: 'Panthera sp.'."]


RED_LIST = [
    {"Scientific name": "Panthera leo (Linnaeus, 1758)", "Family": "Felidae", "National category": "Vulnerable", "Year": "2020"},
    {"Scientific name": "ACINONYX JUBATUS", "Family": "Felidae", "National category": "EN", "Year": "2020"},
    {"Scientific name": "Panthera leo melanochaita", "Family": "Felidae", "National category": "VU", "Year": "2020"},
    {"Scientific name": "Felis sp.", "Family": "Felidae", "National category": "DD", "Year": "2020"},
]  # fmt: skip


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("table", [None, "assessment"])
def test_a_national_red_list_by_name(tmp_path, suffix, table):
    """It is known as one without a key; subspecies are left out and counted, what names no species is refused."""
    path = tmp_path / f"list{suffix}"
    if suffix == ".csv":
        pl.DataFrame(RED_LIST).write_csv(path)
    else:
        pl.DataFrame(RED_LIST).write_excel(path)
    found = load(path, table=table, country_code="KE")
    columns = ["species_key", "scientific_name", "red_list_category", "assessment_year", "scope"]
    assert found.rows["assessment"].select(columns).rows() == [
        (LION, "Panthera leo", "VU", "2020", "KE"),
        ("name:Acinonyx jubatus", "Acinonyx jubatus", "EN", "2020", "KE"),
    ]
    assert dict(found.left_out) == {"The taxon is none of the rank of a species.": 1}
    assert found.refused.select("row_number", "column_name", "reason").rows() == [
        (3, "species_key", "The row names no species: 'Felis sp.'.")
    ]


@pytest.mark.parametrize(
    ("taxa", "group"),
    [
        ({"Kingdom": "Animalia", "Phylum": "Chordata", "Class": "Mammalia"}, "mammals"),
        ({"Class": "MAMMALIA"}, "mammals"),
        ({"Kingdom": "Animalia"}, None),
        ({"Class": "Mammalia", "taxon_group": "birds"}, "birds"),
    ],
)
def test_the_group_of_a_species_in_a_list_comes_from_its_higher_taxa(tmp_path, taxa, group):
    """Columns of kingdom, phylum, class and order are read where there is none with the group."""
    file = write_text(tmp_path / "list.csv", [RED_LIST[1] | taxa], ",")
    assessments = load(file, table="assessment", country_code="KE").rows["assessment"]
    assert assessments.with_columns(taxon_group="taxon_group" if "taxon_group" in assessments.columns else None)["taxon_group"].to_list() == [group]  # fmt: skip


def test_rows_with_keys_and_rows_with_names(tmp_path):
    """A key stays, with the name and rank that its row has; a row without one takes its name."""
    rows = [
        {"species_key": "5219404", "scientific_name": "Panthera leo persica", "country_code": "KE"},
        {"species_key": "", "scientific_name": "Panthera pardus", "country_code": "KE"},
        {"species_key": "", "scientific_name": "", "country_code": "KE"},
    ]
    found = load(write_text(tmp_path / "list.csv", rows, ","), table="country_species", checklist_key="gbif")
    assert found.rows["country_species"].select("species_key", "scientific_name", "checklist_key").rows() == [
        ("5219404", "Panthera leo persica", "d7dddbf4-2cf0-4f39-9b2a-bb099caae36c"),
        ("name:Panthera pardus", "Panthera pardus", None),
        (None, None, None),
    ]


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("threat", {"Species": "Panthera leo", "threat_code": "5.1", "timing": "ongoing"}),
        ("genuine_change", {"Species": "Panthera leo", "taxon_group": "mammals", "scope": "KE", "to_year": "2020", "category_before": "VU", "category_after": "EN"}),
        ("country_species", {"Latin name": "Panthera leo", "Species": "African lion", "country_code": "KE"}),
        ("occurrence_cube", {"scientific_name": "Panthera leo", "country_code": "KE", "year": "2020", "occurrences": "3"}),
    ],
)  # fmt: skip
def test_every_table_of_species_takes_names(tmp_path, table, row):
    """Also those that keep no name: it becomes the key all the same."""
    found = load(write_text(tmp_path / "own.csv", [row], ","), table=table)
    assert found.rows[table]["species_key"].to_list() == [LION]


def test_what_is_missing_is_said_with_what_does_instead(tmp_path):
    """Without a key and without a name, the sentence offers both."""
    file = write_text(tmp_path / "list.csv", [{"category": "VU", "year": "2020"}], ",")
    with pytest.raises(ContractViolation, match=r"species_key .*scientific_name, the name of the species, is enough"):
        load(file, table="assessment", country_code="KE")


COL = "7ddf754f-d193-4cc9-b351-99906754a03b"
DOWNLOAD = (
    '{"key":"0036159-260806074905277","request":{"predicate":{"type":"equals","key":"TAXON_KEY","value":"5WZLF",'
    '"checklistKey":"d7dddbf4-2cf0-4f39-9b2a-bb099caae36c"},"format":"SIMPLE_CSV"%s},"totalRecords":2}'
)


@pytest.mark.parametrize(
    ("note", "text", "checklist"),
    [
        ("metadata.json", DOWNLOAD % f',"checklistKey":"{COL}"', COL),
        ("0036159-260806074905277.json", DOWNLOAD % f',"checklistKey":"{COL}"', COL),
        ("metadata.json", DOWNLOAD % "", None),
        ("request.json", f'{{"format":"SIMPLE_CSV","checklistKey":"{COL}"}}', COL),
        ("datapackage.json", f'{{"name":"x","checklistKey":"{COL}"}}', COL),
        ("metadata.xml", f"<eml><additionalMetadata><metadata><gbif><checklistKey>{COL}</checklistKey></gbif></metadata></additionalMetadata></eml>", COL),
        ("rights.txt", f"Names are those of the checklist key {COL.upper()}.", COL),
        ("citations.txt", f"Catalogue of Life https://www.gbif.org/dataset/{COL}", None),
    ],
)  # fmt: skip
def test_the_checklist_that_stands_beside_the_data(tmp_path, note, text, checklist):
    """What a note says of the checklist of the keys is that of all rows with keys; the user's word comes before it."""
    data = write_text(tmp_path / "occurrence.csv", records({}, {"gbifID": "", "speciesKey": ""}))
    with zipfile.ZipFile(tmp_path / "download.zip", "w") as packed:
        packed.write(data, "occurrence.csv")
        packed.writestr(note, text)
    found = load(tmp_path / "download.zip")
    assert dict(found.cube.select("species_key", "checklist_key").rows()) == {"700": checklist, "name:Inventa prima": None}  # fmt: skip
    assert found.checklist_key == checklist
    assert load(tmp_path / "download.zip", checklist_key="fishbase").checklist_key == "fishbase"


def test_the_exact_name_of_a_term_comes_before_others_that_are_like_it(tmp_path):
    """Records and cubes alike; without it both columns are named, and nothing is read."""
    made = records({"dwc:year": "1999"}, without=("year",))
    write_text(tmp_path / "own.tsv", [row | {"year": "2021", "Year_": "1998"} for row in made])
    assert load(tmp_path / "own.tsv").cube["year"].to_list() == [2021]
    write_text(tmp_path / "own.tsv", [row | {"Year_": "2021"} for row in made])
    with pytest.raises(WrongUsage) as caught:
        load(tmp_path / "own.tsv")
    assert str(caught.value) == "own.tsv has the columns 'dwc:year' and 'Year_', each of which may be year; say which, as in --map NAME=year, or leave the others out with --map NAME=-."  # fmt: skip
    assert load(tmp_path / "own.tsv", renamed={"Year_": "year"}).cube["year"].to_list() == [2021]
    cube = {"countryCode": "KE", "dwc:year": "1999", "year": "2021", "speciesKey": "700", "occurrences": "2", "Occurrences (%)": "9"}  # fmt: skip
    write_text(tmp_path / "cube.tsv", [cube])
    found = load(tmp_path / "cube.tsv", taxon_group="birds").cube
    assert found.select("year", "occurrences").rows() == [(2021, 2)]


def test_the_checklist_in_a_column(tmp_path):
    """A column says it row by row where the table has one, and for the whole file where its rows agree."""
    rows = [{"species_key": key, "country_code": "KE", "checklistKey": checklist} for key, checklist in (("A1", COL.upper()), ("7", "gbif"), ("8", ""))]  # fmt: skip
    found = load(write_text(tmp_path / "list.csv", rows, ","), table="country_species")
    backbone = "d7dddbf4-2cf0-4f39-9b2a-bb099caae36c"
    assert found.rows["country_species"]["checklist_key"].to_list() == [COL, backbone, None]
    assert found.checklist_key is None
    found = load(write_text(tmp_path / "records.tsv", records({"checklistKey": COL}, {"checklistKey": COL})))
    assert (found.checklist_key, found.cube["checklist_key"].to_list()) == (COL, [COL])
    threat = [{"species_key": "A1", "threat_code": "5.1", "timing": "ongoing", "checklistKey": COL}]
    assert load(write_text(tmp_path / "threat.csv", threat, ","), table="threat").checklist_key == COL
    with pytest.raises(WrongUsage, match=f"threat.csv says in a column that its keys are of the checklist {COL}; leave --checklist out"):  # fmt: skip
        load(write_text(tmp_path / "threat.csv", threat, ","), table="threat", checklist_key="gbif")


def test_the_checklist_in_the_description_of_an_archive(tmp_path):
    """A field of `meta.xml` with a value for all rows is a column as any other."""
    terms = ["gbifID", "speciesKey", "species", "countryCode", "year", "eventDate", "class", "phylum", "kingdom"]
    fields = "".join(f'<field index="{n}" term="http://rs.gbif.org/terms/1.0/{term}"/>' for n, term in enumerate(terms))
    meta = (
        '<archive xmlns="http://rs.tdwg.org/dwc/text/"><core fieldsTerminatedBy="\\t" fieldsEnclosedBy="" ignoreHeaderLines="1" '
        'rowType="http://rs.tdwg.org/dwc/terms/Occurrence"><files><location>occurrence.txt</location></files><id index="0"/>'
        f'{fields}<field term="http://rs.gbif.org/terms/1.0/checklistKey" default="{COL}"/></core></archive>'
    )
    row = ["1", "5WZLF", "Inventa prima", "KE", "2020", "2020-01-01", "Aves", "Chordata", "Animalia"]
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as packed:
        packed.writestr("meta.xml", meta)
        packed.writestr("occurrence.txt", "\n".join("\t".join(line) for line in (terms, row)) + "\n")
    assert load(tmp_path / "archive.zip").cube["checklist_key"].to_list() == [COL]
