"""Files as publishers give them: rows of countries are loaded, regions are counted, and what the file says of itself is kept."""

from __future__ import annotations

import csv
import json
import zipfile

import pytest
from own_files import load, write_text

from ness_pipeline.contract.check import check
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.errors import ContractViolation, SchemaDrift, WrongUsage
from ness_pipeline.files import read

REGION = "The area is a region, a group of countries or another one that is no country of ISO 3166-1."
TWICE = "The row is there twice."
KEY = ["country_code", "series_code", "year", "disaggregation", "value", "value_status", "unit", "publisher", "release"]


def valid(found, table="indicator_observation"):
    """Rows that meet the contract; the others are none."""
    rows, refused = check(tables()[f"core.{table}"], found.rows[table], "file:own")
    assert refused.is_empty()
    return rows


WORLD_BANK = """\ufeff"Data Source","World Development Indicators",

"Last Updated Date","2025-10-07",

"Country Name","Country Code","Indicator Name","Indicator Code","2019","2020",
"Kenya","KEN","Land area (sq. km)","AG.LND.TOTL.K2","","569140",
"Africa Eastern and Southern","AFE","Land area (sq. km)","AG.LND.TOTL.K2","1","2",
"Kosovo","XKX","Land area (sq. km)","AG.LND.TOTL.K2","10887","",
"Channel Islands","CHI","Land area (sq. km)","AG.LND.TOTL.K2","198","",
"""
BANK_ROWS = [
    ("KE", "AG.LND.TOTL.K2", 2020, "total", 569140.0, "observed", "KM2", "worldbank", "2025-10-07"),
    ("XK", "AG.LND.TOTL.K2", 2019, "total", 10887.0, "observed", "KM2", "worldbank", "2025-10-07"),
]


def test_a_download_of_the_world_bank(tmp_path):
    """A column per year below four lines about the file; empty cells are no rows."""
    (tmp_path / "API_AG.csv").write_text(WORLD_BANK)
    for table in (None, "indicator_observation"):
        found = load(tmp_path / "API_AG.csv", table=table)
        assert sorted(valid(found).select(KEY).rows()) == BANK_ROWS
        assert found.left_out == {REGION: 3}
        assert (found.about.publisher, found.about.licence, found.about.as_of) == (
            "World Bank",
            "CC-BY-4.0",
            "2025-10-07",
        )


def test_a_download_of_the_world_bank_saved_by_excel(tmp_path):
    """The same with the other quotes, trailing commas and day that Excel writes."""
    lines = [
        ",".join([*row, "", ""])
        for row in csv.reader(WORLD_BANK.replace("2025-10-07", "10/7/2025").lstrip("\ufeff").splitlines())
    ]
    (tmp_path / "API_AG.csv").write_text("\n".join(lines).replace("Land area (sq. km)", '"Land area, sq. km"'))
    assert sorted(valid(load(tmp_path / "API_AG.csv")).select(KEY).rows()) == BANK_ROWS


def test_a_zip_of_the_world_bank(tmp_path):
    """The tables about the data beside it are no data."""
    with zipfile.ZipFile(tmp_path / "API_AG.zip", "w") as packed:
        packed.writestr("API_AG.LND.TOTL.K2_DS2.csv", WORLD_BANK)
        packed.writestr("Metadata_Country_API_AG.csv", '"Country Code","Region",\n"KEN","Africa",\n')
        packed.writestr("Metadata_Indicator_API_AG.csv", '"INDICATOR_CODE","SOURCE_NOTE",\n"AG","x",\n')
    assert sorted(valid(load(tmp_path / "API_AG.zip")).select(KEY).rows()) == BANK_ROWS


def test_the_notes_beside_a_download_are_none(tmp_path):
    """A shell's star names them as well; the sentence says which file to load."""
    path = tmp_path / "Metadata_Country_API_AG.LND.TOTL.K2_DS2_en_csv_v2_22546.csv"
    path.write_text('"Country Code","Region"\n"KEN","Sub-Saharan Africa"\n', encoding="utf-8")
    with pytest.raises(WrongUsage, match=r"^Metadata_Country_.* holds no values; load the file beside it, whose name begins with API_"):  # fmt: skip
        load(path)


@pytest.mark.parametrize("table", [None, "indicator_observation"])
def test_a_table_of_the_world_bank_without_codes_of_series(tmp_path, table):
    """The sentence names the column that is missing, and with it the file is read."""
    path = tmp_path / "forest.csv"
    path.write_text("Country Name,Country Code,2019,2020\nKenya,KEN,1,2\n")
    with pytest.raises(SchemaDrift, match=r"^forest.csv has a column for each year and none .*; add one called 'Indicator Code', with a code such as AG"):  # fmt: skip
        load(path, table=table)
    path.write_text("Country Name,Country Code,Indicator Code,2019,2020\nKenya,KEN,AG.LND.FRST.ZS,1,2\n")
    assert load(path, table=table).loaded == 2


def test_an_extract_of_databank(tmp_path):
    """Years in brackets, `..` for no value, notes below the rows."""
    (tmp_path / "Data.csv").write_text(
        "Country Name,Country Code,Series Name,Series Code,2019 [YR2019],2020 [YR2020]\n"
        'Kenya,KEN,"Population, total",SP.POP.TOTL,..,53006000\n'
        'World,WLD,"Population, total",SP.POP.TOTL,1,2\n'
        "\n\n\nData from database: World Development Indicators\nLast Updated: 10/07/2025\n"
    )
    found = load(tmp_path / "Data.csv")
    assert valid(found).select("country_code", "series_code", "year", "value", "unit").rows() == [("KE", "SP.POP.TOTL", 2020, 53006000.0, "PERSONS")]  # fmt: skip
    assert found.left_out == {REGION: 2}


def test_a_damaged_download_gives_nothing(tmp_path):
    """A line without the columns of the header is no note."""
    (tmp_path / "API.csv").write_text(WORLD_BANK + '"Uganda","UGA"\n')
    with pytest.raises(ContractViolation, match="line without the 7 columns"):
        load(tmp_path / "API.csv")


SDG = {
    "Goal": "15",
    "SeriesCode": "ER_MTN_GRNCVI",
    "GeoAreaCode": "404",
    "GeoAreaName": "Kenya",
    "TimePeriod": "2020",
    "Value": "58.9",
    "UpperBound": "NaN",
    "LowerBound": "",
    "FootNote": "Estimated",
    "[Nature]": "E",
    "[Units]": "PERCENT",
    "[Reporting Type]": "G",
    "[Land cover]": "MGCI",
    "[Bioclimatic belt]": "TOTAL",
}


def test_a_file_of_the_un_sdg_portal(tmp_path):
    """Dimensions become the disaggregation; regions are counted; a row under two targets counts once; old codes are today's."""
    rows = [
        SDG,
        SDG | {"Goal": "17"},
        SDG | {"GeoAreaCode": "1", "GeoAreaName": "World"},
        SDG | {"[Land cover]": "CROPLAND", "Value": "<1"},
        SDG
        | {"SeriesCode": "ER_RSK_LSTI", "[Land cover]": "", "[Bioclimatic belt]": "", "[Units]": "INDEX", "Value": "N"},
    ]
    found = load(write_text(tmp_path / "sdg.csv", rows, ","))
    assert valid(found).select(
        "series_code", "disaggregation", "value", "value_status", "nature", "footnote"
    ).rows() == [
        ("ER_MTN_GRNCVI", "Land cover=MGCI", 58.9, "observed", "E", "Estimated"),
        ("ER_MTN_GRNCVI", "Land cover=CROPLAND", 1.0, "censored_below", "E", "Estimated"),
        ("ER_RSK_LST", "total", None, "not_relevant", "E", "Estimated"),
    ]
    assert found.left_out == {REGION: 1, TWICE: 1}


def test_decimal_commas_and_multipliers_of_un_files(tmp_path):
    """A value in thousands is a thousand times as large."""
    rows = [SDG | {"Value": "58,9", "UnitMultiplier": "Units"}, SDG | {"Value": "2,5", "UnitMultiplier": "Thousands", "TimePeriod": "2021.0"}]  # fmt: skip
    assert valid(load(write_text(tmp_path / "sdg.csv", rows, ";")))["value"].to_list() == [58.9, 2500.0]


def test_a_unit_that_is_none_of_a_series(tmp_path):
    """A row in it is refused with a sentence; one in a unit that can be converted is read."""
    area = SDG | {
        "SeriesCode": "AG_LND_TOTL",
        "[Land cover]": "",
        "[Bioclimatic belt]": "",
        "[Units]": "KM2",
        "Value": "20",
    }
    found = load(write_text(tmp_path / "sdg.csv", [SDG | {"[Units]": "DOZENS"}, area], ","))
    assert valid(found).select("series_code", "value", "unit").rows() == [("AG_LND_TOTL", 2.0, "HA_TH")]
    assert found.refused["reason"].to_list() == [
        "unit is 'DOZENS', in which ER_MTN_GRNCVI cannot be read; write PERCENT."
    ]


def test_a_table_with_entities_and_codes_of_series_is_none_of_our_world_in_data(tmp_path):
    """It is an own table, whose series each row says."""
    path = tmp_path / "own.csv"
    path.write_text("Entity,Code,Year,value,Series Code\nKenya,KEN,2020,1,AG_LND_FRST\n")
    with pytest.raises(SchemaDrift, match="indicator_observation needs country_code"):
        load(path)
    assert load(path, renamed={"Code": "country_code"}).loaded == 1


def owid(path, header, *rows):
    """A grapher file."""
    path.write_text(f"Entity,Code,Year,{header}\n" + "".join(f"{row}\n" for row in rows))
    return path


@pytest.mark.parametrize(
    ("header", "series", "publisher", "unit"),
    [
        ("Red List Index", "ER_RSK_LST", "unsdg", "INDEX"),
        ("15.5.1 - Red List Index - ER_RSK_LST", "ER_RSK_LST", "unsdg", "INDEX"),
        ("_15_3_1__ag_lnd_dgrd", "AG_LND_DGRD", "unsdg", "PERCENT"),
        ("Marine protected areas (% of territorial waters)", "ER.MRN.PTMR.ZS", "worldbank", "PERCENT"),
    ],
)
def test_our_world_in_data(tmp_path, header, series, publisher, unit):
    """A series is known by its code or title; regions and the world are counted, islands without a code known by name."""
    file = owid(tmp_path / "own.csv", header, "Kenya,KEN,2020,0.5", "Africa,,2020,1", "World,OWID_WRL,2020,1", "Kosovo,OWID_KOS,2020,2", "Aland Islands,,2020,3")  # fmt: skip
    found = load(file)
    columns = ["country_code", "series_code", "value", "publisher", "unit"]
    assert valid(found).select(columns).rows() == [(code, series, value, publisher, unit) for code, value in (("KE", 0.5), ("XK", 2), ("AX", 3))]  # fmt: skip
    assert found.left_out == {REGION: 2}


@pytest.mark.parametrize(
    "header", ["Forest - AG_LND_FRSTPRCT", "Forest - AG_LND_FRST - Rural", "XAG_LND_FRST", "ER_MRN_MARINTX"]
)
def test_codes_that_only_begin_like_a_known_one(tmp_path, header):
    """AG_LND_FRSTPRCT is another series than AG_LND_FRST, and a dimension is no total."""
    with pytest.raises(SchemaDrift, match="without a series that is known here"):
        load(owid(tmp_path / "own.csv", header, "Kenya,KEN,2020,1"))


def test_columns_beside_a_known_series_are_named(tmp_path):
    """What is not read is said."""
    header = "15.4.2 - Mountain Green Cover Index - ER_MTN_GRNCVI - All elevations,Beer drunk"
    found = load(owid(tmp_path / "own.csv", header, "Kenya,KEN,2020,1,2"))
    assert found.layout == "Our World in Data table of ER_MTN_GRNCVI, without 'Beer drunk'"
    assert valid(found)["value"].to_list() == [1.0]


def test_aid_of_our_world_in_data_is_in_dollars(tmp_path):
    """Its header says millions; no country receives a hundred billion dollars for biodiversity."""
    header = '"15.a.1 - Total official development assistance for biodiversity (millions of constant 2018 US dollars) - DC_ODA_BDVL"'
    found = valid(load(owid(tmp_path / "aid.csv", header, "Kenya,KEN,2018,41099420")))
    assert found.select("value", "unit").row(0) == (pytest.approx(41.09942), "CON_USD_M")
    found = valid(load(owid(tmp_path / "aid.csv", header, "Kenya,KEN,2018,41.09942")))
    assert found.select("value", "unit").row(0) == (pytest.approx(41.09942), "CON_USD_M")


def test_a_table_of_our_world_in_data_without_a_known_series(tmp_path):
    """The sentence says what it has and what is known."""
    with pytest.raises(SchemaDrift, match=r"it has 'Beer drunk'.*known are ER_RSK_LST"):
        load(owid(tmp_path / "own.csv", "Beer drunk", "Kenya,KEN,2020,1"))


def test_options_and_tables_that_do_not_fit(tmp_path):
    """A publisher's file says its countries itself, and fills its own tables."""
    (tmp_path / "API_AG.csv").write_text(WORLD_BANK)
    with pytest.raises(WrongUsage, match="leave the option out"):
        load(tmp_path / "API_AG.csv", country_code="KE")
    with pytest.raises(WrongUsage, match="says checklist_key of each row itself; leave the option out"):
        load(tmp_path / "API_AG.csv", checklist_key="gbif")
    with pytest.raises(WrongUsage, match="fills indicator_observation"):
        load(tmp_path / "API_AG.csv", table="assessment")


ASSESSMENT = {
    "assessmentId": "900001",
    "internalTaxonId": "80001",
    "scientificName": "Inventus primus",
    "redlistCategory": "Vulnerable",
    "yearPublished": "2020",
    "possiblyExtinct": "false",
    "possiblyExtinctInTheWild": "false",
    "scopes": "Global",
}
TAXON = {"internalTaxonId": "80001", "scientificName": "Inventus primus", "kingdomName": "ANIMALIA", "phylumName": "CHORDATA", "className": "MAMMALIA", "orderName": "CARNIVORA", "familyName": "FELIDAE", "infraName": "", "subpopulationName": ""}  # fmt: skip
PLACE = {"assessmentId": "900001", "internalTaxonId": "80001", "scientificName": "Inventus primus", "code": "KE", "name": "Kenya", "presence": "Extant", "origin": "Native", "seasonality": "Resident"}  # fmt: skip
THREAT = {"assessmentId": "900001", "internalTaxonId": "80001", "scientificName": "Inventus primus", "code": "5.3.2", "name": "Logging", "ias": "", "virus": "", "ancestry": "", "text": "", "timing": "Ongoing", "scope": "Majority (50-90%)", "severity": "Slow, Significant Declines"}  # fmt: skip


def export(path, **parts: list[dict[str, str]]):
    """A zip of a search of the Red List."""
    parts = {"assessments": [ASSESSMENT], "taxonomy": [TAXON], "countries": [PLACE], "threats": [THREAT]} | parts
    with zipfile.ZipFile(path, "w") as packed:
        for name, rows in parts.items():
            write_text(path.with_suffix(".part"), rows, ";")
            packed.write(path.with_suffix(".part"), f"{name}.csv")
    return path


def test_an_export_of_the_iucn_red_list(tmp_path):
    """Assessments, countries with equal shares of the range, and threats, as the source `iucn` gives them."""
    lynx = {"internalTaxonId": "80002", "scientificName": "Inventus secundus"}
    found = load(
        export(
            tmp_path / "redlist.zip",
            assessments=[
                ASSESSMENT,
                ASSESSMENT
                | lynx
                | {"redlistCategory": "Critically Endangered", "possiblyExtinct": "true", "scopes": "Global & Europe"},
                ASSESSMENT | {"assessmentId": "3", "scopes": "Europe", "redlistCategory": "Endangered"},
                ASSESSMENT | {"internalTaxonId": "80003", "scientificName": "Inventus primus ssp. minor"},
            ],
            taxonomy=[TAXON, TAXON | lynx | {"className": "AVES", "orderName": "PASSERIFORMES"}],
            countries=[
                PLACE,
                PLACE | {"seasonality": "Breeding", "origin": "Introduced"},
                PLACE | {"code": "TZ", "presence": "Possibly Extant"},
                PLACE | {"code": "UG", "presence": "Extinct Post-1500"},
                PLACE | {"code": "NA", "origin": "Vagrant"},
                PLACE | {"code": "XQ"},
                PLACE | {"internalTaxonId": "80009"},
            ],
            threats=[THREAT, THREAT, THREAT | {"code": "8_1_2", "ias": "Rattus rattus"}],
        )
    )
    rows = valid(found, "assessment")
    assert rows.select("species_key", "taxon_group", "assessment_year", "red_list_category", "is_possibly_extinct", "scope").rows() == [
        ("iucn:80001", "mammals", 2020, "VU", False, "global"),
        ("iucn:80002", "birds", 2020, "CR", True, "global"),
    ]  # fmt: skip
    places = valid(found, "country_species").select("country_code", "species_key", "red_list_category", "origin", "presence", "range_share", "share_method")  # fmt: skip
    assert places.rows() == [
        ("KE", "iucn:80001", "VU", "native", "extant", 0.5, "equal_shares"),
        ("NA", "iucn:80001", "VU", "vagrant", "extant", None, None),
        ("TZ", "iucn:80001", "VU", "native", "possibly_extant", 0.5, "equal_shares"),
        ("UG", "iucn:80001", "VU", "native", "extinct", None, None),
    ]
    assert valid(found, "threat").select("threat_code", "detail", "timing", "scope", "severity").rows() == [
        ("5.3.2", None, "ongoing", "majority", "slow_significant"),
        ("8.1.2", "Rattus rattus", "ongoing", "majority", "slow_significant"),
    ]
    assert found.left_out.total() == 2 + 1 + 1 + 1 + 1
    assert found.about.publisher == "IUCN"


def test_assessments_of_an_export_by_themselves(tmp_path):
    """The table is enough for assessments; their groups are not known."""
    found = load(write_text(tmp_path / "assessments.csv", [ASSESSMENT], ","), table="assessment")
    assert valid(found, "assessment").select("species_key", "taxon_group", "red_list_category").row(0) == ("iucn:80001", None, "VU")  # fmt: skip


def test_a_summary_of_a_search_says_no_years(tmp_path):
    """One sentence says what the file is and what is missing, whether alone or in a zip."""
    row = {name: value for name, value in ASSESSMENT.items() if name not in {"yearPublished", "possiblyExtinct"}}
    for table in (None, "assessment"):
        with pytest.raises(SchemaDrift, match="summary of an IUCN Red List search, which does not say in which year"):
            load(write_text(tmp_path / "simple_summary.csv", [row], ","), table=table)
    with zipfile.ZipFile(tmp_path / "redlist.zip", "w") as packed:
        packed.write(tmp_path / "simple_summary.csv", "simple_summary.csv")
    with pytest.raises(SchemaDrift, match="does not say in which year"):
        load(tmp_path / "redlist.zip")


def test_what_stands_beside_the_data(tmp_path):
    """A data package and an EML say whom to cite; what the file itself says comes first."""
    package = {"licenses": [{"name": "CC-BY-4.0"}], "sources": [{"title": "World Bank"}], "last_updated": "2026-07-01"}
    with zipfile.ZipFile(tmp_path / "own.zip", "w") as packed:
        packed.writestr("datapackage.json", json.dumps(package))
        packed.writestr("data.csv", "country_code,treaty,status\nKE,cites,party\n")
    about = load(tmp_path / "own.zip", table="treaty_party").about
    assert (about.citation, about.licence, about.as_of) == ("World Bank", "CC-BY-4.0", "2026-07-01")
    eml = '<eml:eml xmlns:eml="eml://x"><dataset><title>Birds of Kenya</title><creator><organizationName>Museum</organizationName></creator><pubDate>2024-05-06</pubDate><intellectualRights><para>CC0</para></intellectualRights></dataset></eml:eml>'  # fmt: skip
    with zipfile.ZipFile(tmp_path / "eml.zip", "w") as packed:
        packed.writestr("eml.xml", eml)
        packed.writestr("data.csv", "country_code,treaty,status\nKE,cites,party\n")
    about = load(tmp_path / "eml.zip", table="treaty_party").about
    assert (about.citation, about.licence, about.publisher, about.as_of) == (
        "Birds of Kenya",
        "CC0",
        "Museum",
        "2024-05-06",
    )


@pytest.mark.data
@pytest.mark.parametrize("name", ["API_AG.LND.TOTL.K2_DS2_en_csv_v2_22546.csv", "API_ER.LND.PTLD.ZS_DS2_en_csv_v2_6158.csv", "API_EN.MAM.THRD.NO_DS2_en_excel_v2_21073.csv"])  # fmt: skip
def test_real_downloads_of_the_world_bank(public_data, name):
    """Every cell with a value is a row or counted; the values of Kenya are those of the raw file."""
    path = public_data / "data" / "real_2026" / "worldbank_download_2025" / name
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.reader(lines))
    head = next(number for number, row in enumerate(rows) if row[:2] == ["Country Name", "Country Code"])
    cells = {(row[1], year): value for row in rows[head + 1 :] for year, value in zip(rows[head], row, strict=True) if year.isdigit() and value}  # fmt: skip
    found = load(path)
    assert found.loaded + found.left_out.total() == len(cells)
    kenya = valid(found).filter(country_code="KE")
    assert {("KEN", str(year)): value for year, value in kenya.select("year", "value").rows()} == {key: float(value) for key, value in cells.items() if key[0] == "KEN"}  # fmt: skip


@pytest.mark.data
def test_a_real_file_of_the_un_sdg_portal(public_data):
    """983 rows of Ethiopia; the aid of 23 years stands under two targets."""
    path = public_data / "data" / "real_2026" / "unsdg_portal_2026_ET" / "Goal15.xlsx"
    with read(path) as opened:
        assert opened.tables == ("indicator_observation",)
    found = load(path)
    rows = valid(found)
    assert (rows.height, found.left_out) == (960, {TWICE: 23})
    assert rows.filter(series_code="DC_ODA_BDVL", year=2019)["value"].to_list() == [174.205062]
    assert rows.filter(series_code="ER_MTN_GRNCVI", disaggregation="Land cover=MGCI").height > 0
