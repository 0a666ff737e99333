"""The forms in which programs and people write the same table: each gives the same records."""

from __future__ import annotations

import bz2
import io
import lzma
import re
import subprocess
import sys
import tarfile
import zipfile

import polars as pl
import pytest
import zstandard
from own_files import RECORD, load, records, write_text

from ness_pipeline.errors import WrongUsage
from ness_pipeline.files import read, read_many
from ness_pipeline.files.encoding import as_utf8

TWO = records({}, {"year": "2020", "eventDate": "2020-03-01"})
EXPECTED = [("KE", 2020, 1), ("KE", 2021, 1)]


def counted(path):
    """Country, year and number of records."""
    return sorted(load(path).cube.select("country_code", "year", "occurrences").rows())


def as_text(rows, delimiter=",", line_end="\n"):
    """Rows as text with a header."""
    lines = [list(rows[0]), *(list(map(str, row.values())) for row in rows)]
    return "".join(delimiter.join(line) + line_end for line in lines)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends(tmp_path, line_end):
    """Linux, Windows and the old Macintosh."""
    (tmp_path / "own.csv").write_bytes(as_text(TWO, line_end=line_end).encode())
    assert counted(tmp_path / "own.csv") == EXPECTED


@pytest.mark.parametrize(
    "line_ends",
    [("\r\n", "\n", "\r\n"), ("\n", "\r\n", "\n"), ("\n", "\r", "\r"), ("\r\r\n",) * 3],
    ids=["a line feed alone", "a return more", "returns from the second row on", "converted twice"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_line_ends_of_several_programs_in_one_file(tmp_path, line_ends, encoding):
    """Lines were added by another program, or line ends were converted twice."""
    lines = as_text(TWO).splitlines()
    text = "".join(line + line_end for line, line_end in zip(lines, line_ends, strict=True))
    (tmp_path / "own.csv").write_bytes(text.encode(encoding))
    assert counted(tmp_path / "own.csv") == EXPECTED


def test_line_ends_of_several_programs_in_a_large_file(tmp_path, monkeypatch):
    """Where the file is read in parts, a return and its line feed may stand in two of them."""
    monkeypatch.setattr("ness_pipeline.files.encoding.CHUNK", 16)
    for length in range(16):
        own = tmp_path / f"{length}.csv"
        own.write_bytes(b"x" * length + b"\r\na,b\nc\rd\r\ne\r\n")
        assert as_utf8(own, tmp_path, "own.csv").path.read_bytes() == b"x" * length + b"\na,b\nc d\ne\n"


def test_a_header_cell_with_a_line_end(tmp_path):
    """RFC 4180: a quoted value may hold one, also in the header."""
    text = as_text([{"locality": "x", **row} for row in TWO])
    (tmp_path / "own.csv").write_text(text.replace("locality", '"locality\n(free text)"', 1))
    assert counted(tmp_path / "own.csv") == EXPECTED


def test_a_delimiter_inside_a_quoted_name_does_not_count(tmp_path):
    """What stands in quotes is one name."""
    text = as_text([{"place": "x", **row} for row in TWO], ";")
    many = '"' + "place,town," * 30 + '"'
    (tmp_path / "own.csv").write_text(text.replace("place", many, 1))
    assert counted(tmp_path / "own.csv") == EXPECTED


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;"])
def test_the_line_that_tells_excel_the_delimiter(tmp_path, first):
    """It is no header."""
    (tmp_path / "own.csv").write_text(f"{first}\n{as_text(TWO, ';')}")
    assert counted(tmp_path / "own.csv") == EXPECTED


def test_lines_above_the_header_are_not_guessed(tmp_path):
    """One sentence says what to remove."""
    (tmp_path / "blank.csv").write_text("\n" + as_text(TWO))
    with pytest.raises(WrongUsage, match=r"remove what stands before it"):
        load(tmp_path / "blank.csv")
    (tmp_path / "title.csv").write_text("Birds of Kenya\n" + as_text(TWO))
    with pytest.raises(WrongUsage, match=r"remove what stands above their names"):
        load(tmp_path / "title.csv")


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("cp1252", "Windows-1252"),
        ("latin-1", "Windows-1252"),
        ("utf-16", "UTF-16"),
        ("utf-8-sig", None),
        ("utf-8", None),
    ],
)
@pytest.mark.parametrize("name", ["Inventa café", "Side d'Œuvre", "Ñandú de São Tomé", "Wälder — Größe 5 m²"])
def test_encodings_of_western_europe(tmp_path, encoding, shown, name):
    """The names are right, and the layout says what the file was read as."""
    if "Œ" in name and encoding == "latin-1":
        pytest.skip("Latin-1 has no Œ")
    if "—" in name and encoding == "latin-1":
        name = name.replace("—", "-")
    found = load(write_text(tmp_path / "own.tsv", records({"species": name}), encoding=encoding))
    assert found.species["scientific_name"].to_list() == [name]
    assert found.layout == "occurrence records" + (f", read as {shown}" if shown else "")


COMPRESSED = {"bz2": bz2.compress, "xz": lzma.compress, "zst": zstandard.compress}


@pytest.mark.parametrize("suffix", COMPRESSED)
def test_compressed_files(tmp_path, suffix):
    """A compressed file works like its content, and one cut short is refused."""
    packed = tmp_path / f"own.csv.{suffix}"
    whole = COMPRESSED[suffix](as_text(TWO).encode())
    packed.write_bytes(whole)
    assert counted(packed) == EXPECTED
    packed.write_bytes(whole[:-20])
    with pytest.raises(WrongUsage, match=r"damaged or cut short|does not start|only one column|no file with data"):
        load(packed)


@pytest.mark.parametrize("suffix", COMPRESSED)
def test_a_bomb_of_each_compression(tmp_path, suffix):
    """What grows beyond every honest ratio is stopped on the way."""
    (tmp_path / f"bomb.{suffix}").write_bytes(COMPRESSED[suffix](b"0" * 80 * 2**20))
    with pytest.raises(WrongUsage, match="more than 200 times"):
        load(tmp_path / f"bomb.{suffix}")


def tar(path, members, mode="w:gz", changes=None):
    """A tar of names and contents."""
    with tarfile.open(path, mode) as packed:
        for name, text in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            for attribute, value in (changes or {}).items():
                setattr(member, attribute, value)
            packed.addfile(member, io.BytesIO(text.encode()))
    return path


@pytest.mark.parametrize(
    ("name", "mode"), [("a.tar.gz", "w:gz"), ("a.tgz", "w:gz"), ("a.tar", "w"), ("a.tar.xz", "w:xz")]
)
def test_tar_archives(tmp_path, name, mode):
    """A tar works like a folder; notes beside the data are left alone."""
    members = {"./data/own.csv": as_text(TWO), "README.txt": "Read me."}
    assert counted(tar(tmp_path / name, members, mode)) == EXPECTED


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("../out.csv", {}, "written outside"),
        ("/etc/out.csv", {}, "written outside"),
        ("a.csv", {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd", "size": 0}, "holds a link"),
        ("a.csv", {"type": tarfile.LNKTYPE, "linkname": "/etc/passwd", "size": 0}, "holds a link"),
        ("a.csv", {"type": tarfile.FIFOTYPE, "size": 0}, "no ordinary file"),
    ],
)
def test_hostile_tars(tmp_path, name, changes, said):
    """The checks of a zip hold for a tar."""
    with pytest.raises(WrongUsage, match=said):
        load(tar(tmp_path / "evil.tar.gz", {name: as_text(TWO)}, changes=changes))


def test_folders_that_name_values(tmp_path):
    """`column=value` is a value of all rows below; `NA` is Namibia, and codes keep their zeros."""
    for country, year in (("KE", "2020"), ("NA", "2021")):
        part = tmp_path / "above=all" / "own" / f"countryCode={country}" / f"year={year}" / "part-0.parquet"
        part.parent.mkdir(parents=True)
        left = {"countryCode", "year", "eventDate"}
        rest = {name: value for name, value in RECORD.items() if name not in left}
        pl.DataFrame([rest | {"gbifID": f"{country}{year}"}]).write_parquet(part)
    found = load(tmp_path / "above=all" / "own")
    assert sorted(found.cube.select("country_code", "year", "occurrences").rows()) == [("KE", 2020, 1), ("NA", 2021, 1)]


def test_a_text_table_in_a_folder_that_names_a_value(tmp_path):
    """One table works like parquet parts."""
    part = tmp_path / "own" / "countryCode=TZ" / "part.csv"
    part.parent.mkdir(parents=True)
    part.write_text(as_text(records({}, without=("countryCode",))))
    assert counted(tmp_path / "own") == [("TZ", 2021, 1)]


def test_folders_that_name_different_columns(tmp_path):
    """Rows of one part would have no value."""
    for name in ("year=2020", "month=1"):
        (tmp_path / name).mkdir()
        pl.DataFrame(records({})).write_parquet(tmp_path / name / "part.parquet")
    with pytest.raises(WrongUsage, match="name different columns"):
        load(tmp_path)


@pytest.mark.parametrize("unit", ["ns", "us", "ms"])
@pytest.mark.parametrize("zone", ["UTC", None])
def test_days_as_programs_write_them_to_parquet(tmp_path, unit, zone):
    """Whatever the precision, with a time zone or without, as records and as a table."""
    moment = pl.datetime(2020, 3, 1, 10, 15, time_unit=unit, time_zone=zone)
    pl.DataFrame(records({}, without=("year",))).with_columns(eventDate=moment).write_parquet(tmp_path / "own.parquet")
    assert counted(tmp_path / "own.parquet") == [("KE", 2020, 1)]
    rows = pl.DataFrame([{"country_code": "KE", "treaty": "cites", "status": "party"}])
    rows.with_columns(entry_into_force=moment).write_parquet(tmp_path / "party.parquet")
    found = load(tmp_path / "party.parquet", table="treaty_party").rows["treaty_party"]
    assert found["entry_into_force"][0].startswith("2020-03-01")


def archive(path, attributes, text, terms):
    """A Darwin Core archive with one file of records."""
    prefix = "http://rs.tdwg.org/dwc/terms/"
    fields = "".join(f'<field index="{n}" term="{prefix}{term}"/>' for n, term in enumerate(terms))
    meta = (
        f'<archive xmlns="http://rs.tdwg.org/dwc/text/"><core {attributes} rowType="{prefix}Occurrence">'
        f'<files><location>occurrence.txt</location></files><id index="0"/>{fields}</core></archive>'
    )
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("meta.xml", meta)
        packed.writestr("occurrence.txt", text)
    return path


def test_an_archive_that_leaves_delimiter_and_quotes_out(tmp_path):
    """The Darwin Core text guide: commas, double quotes, UTF-8."""
    rows = records({"species": '"Inventa, ""prima"""'})
    made = archive(tmp_path / "a.zip", 'ignoreHeaderLines="1"', as_text(rows), RECORD)
    found = load(made)
    assert (found.loaded, found.species["scientific_name"].to_list()) == (1, ['Inventa, "prima"'])


@pytest.mark.parametrize("header", ["1", "0"])
def test_an_archive_whose_description_has_more_columns_than_its_file(tmp_path, header):
    """The last terms are missing values."""
    text = as_text(TWO, "\t") if header == "1" else as_text(TWO, "\t").partition("\n")[2]
    attributes = f'fieldsTerminatedBy="\\t" fieldsEnclosedBy="" ignoreHeaderLines="{header}"'
    assert counted(archive(tmp_path / "a.zip", attributes, text, [*RECORD, "recordedBy", "sex"])) == EXPECTED


@pytest.mark.parametrize("header", ["0", "1"])
def test_an_archive_without_rows(tmp_path, header):
    """The sentence names the file in it."""
    path = archive(tmp_path / "a.zip", f'fieldsTerminatedBy="\\t" ignoreHeaderLines="{header}"', "", ["countryCode"])
    with pytest.raises(
        WrongUsage, match=r"^a\.zip says that its rows are in 'occurrence\.txt', which is empty; download"
    ):
        load(path)


def workbook(path, sheets, hidden=()):
    """A workbook with rows by sheet, some of them hidden."""
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            if name in hidden:
                sheet.hide()
    return path


STATUS = [["country_code", "treaty", "status", "entry_into_force"], ["KE", "cites", "party", "1979-03-13"]]


def test_a_workbook_with_one_sheet_of_rows(tmp_path):
    """Numbers stay as they are, days have no midnight; empty sheets do not count."""
    own = workbook(tmp_path / "own.xlsx", {"About": [], "Data": STATUS})
    assert load(own, table="treaty_party").rows["treaty_party"].row(0) == ("KE", "cites", "party", "1979-03-13")
    pl.DataFrame(
        {"country_code": ["KE"], "species_key": ["5219833"], "occurrences": [3], "range_share": [0.1], "seen": ["x"]}
    ).drop("seen").write_excel(tmp_path / "numbers.xlsx")
    found = load(tmp_path / "numbers.xlsx", table="country_species").species
    assert found.row(0) == ("KE", "5219833", "3", "0.1")
    days = pl.DataFrame({"country_code": ["KE"], "treaty": ["cites"], "status": ["party"]})
    days.with_columns(entry_into_force=pl.date(1979, 3, 13)).write_excel(tmp_path / "days.xlsx")
    assert (
        load(tmp_path / "days.xlsx", table="treaty_party").rows["treaty_party"]["entry_into_force"][0] == "1979-03-13"
    )


def test_a_workbook_with_several_sheets_of_rows(tmp_path):
    """The sentence names them and how to choose."""
    own = workbook(tmp_path / "own.xlsx", {"Kenya": STATUS, "Old": STATUS})
    with pytest.raises(WrongUsage, match=r"sheets 'Kenya', 'Old'; choose one, as in 'own.xlsx#Kenya'"):
        load(own, table="treaty_party")
    assert load(tmp_path / "own.xlsx#Kenya", table="treaty_party").loaded == 1
    half_hidden = workbook(tmp_path / "half.xlsx", {"Kenya": STATUS, "Old": STATUS}, hidden=["Old"])
    with pytest.raises(WrongUsage, match=r"sheets 'Kenya', 'Old' \(hidden\); choose one"):
        load(half_hidden, table="treaty_party")
    with pytest.raises(WrongUsage, match=r"no sheet 'Keny'; it has 'Kenya', 'Old'"):
        load(tmp_path / "own.xlsx#Keny", table="treaty_party")


def test_a_workbook_with_a_chart_as_a_sheet(tmp_path):
    """The chart is left aside, and no library speaks of it on standard error."""
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "own.xlsx") as book:
        sheet = book.add_worksheet("Data")
        for number, row in enumerate(STATUS):
            sheet.write_row(number, 0, row)
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Data!$A$2:$A$2"})
        book.add_chartsheet("Chart").set_chart(chart)
    code = "import sys; from pathlib import Path; from ness_pipeline.files import read\nwith read(Path(sys.argv[1])) as found: print(sum(batch.frame.height for batch in found.batches))"
    said = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "own.xlsx"], capture_output=True, text=True, check=True
    )
    assert (said.stdout, said.stderr) == ("1\n", "")


def test_rows_are_counted_as_people_see_them(tmp_path):
    """The names are a row of a text or a sheet, wherever it starts; a parquet file has none."""
    text = write_text(tmp_path / "own.csv", records({}), ",")
    text.write_text("sep=,\n" + text.read_text())
    sheet = workbook(tmp_path / "own.xlsx", {"Data": [[], [], *STATUS]})
    pl.DataFrame([STATUS[1]], STATUS[0], orient="row").write_parquet(tmp_path / "own.parquet")
    for file, first_row in ((text, 2), (sheet, 4), (tmp_path / "own.parquet", 1)):
        with read(file) as found:
            assert found.first_row == first_row


SERIES = ["country_code", "series_code", "year", "value"]


def workbook_with_formula(path, xml, value=0):
    """A workbook of series whose second row has in D3 a cell as some program writes it, and a row with an empty cell."""
    made = path.with_name("made.xlsx")
    import xlsxwriter

    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet("Series")
        for number, row in enumerate([SERIES, ["KE", "A", 2020, 7], ["KE", "A", 2021], ["KE", "A", 2022]]):
            sheet.write_row(number, 0, row)
        sheet.write_formula(2, 3, "=8*2", None, value)
    with zipfile.ZipFile(made) as packed, zipfile.ZipFile(path, "w") as target:
        for name in packed.namelist():
            content = packed.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = re.sub(rb'<c r="D3".*?</c>', xml.encode(), content)
            target.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        ('<c r="D3"><f>8*2</f></c>', "a formula without its value in the cell D3 of the sheet 'Series' (=8*2)"),
        ('<c r="D3"><f>8*2</f><v></v></c>', "a formula without its value in the cell D3 of the sheet 'Series' (=8*2)"),
        ('<c r="D3"><f>\'[1]S\'!A1</f><v/></c>', "a formula without its value in the cell D3 of the sheet 'Series' (='[1]S'!A1)"),
        ('<c r="D3" t="str"><f>A1&amp;B1</f></c>', "a formula without its value in the cell D3 of the sheet 'Series' (=A1&B1)"),
        ('<c r="D3"><v>1&#54;</v></c>', "a value that cannot be read in the cell D3 of the sheet 'Series' (16)"),
        ('<c r="D3"><v><![CDATA[16]]></v></c>', "a value that cannot be read in the cell D3 of the sheet 'Series' ()"),
    ],
)  # fmt: skip
def test_a_cell_whose_value_the_workbook_lacks(tmp_path, xml, said):
    """It is not read as missing, which could displace a publisher's number: the sentence says where it stands and what to do."""
    step = "; open the workbook in a spreadsheet program, save it there and load it again."
    with pytest.raises(WrongUsage) as caught:
        load(workbook_with_formula(tmp_path / "own.xlsx", xml))
    assert str(caught.value) == f"own.xlsx has {said}{step}"


@pytest.mark.parametrize(
    ("xml", "value"),
    [
        ('<c r="D3"><f>8*2</f><v>16</v></c>', "16"),
        ('<c r="D3" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
        ('<c r="D3" t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c r="D3" t="str"><f>IF(A1="","",1)</f><v></v></c>', None),
        ('<c r="D3" s="0"></c>', None),
        ('<c r="D3"><v/></c>', None),
    ],
)
def test_errors_of_a_workbook_are_texts_and_empty_cells_missing(tmp_path, xml, value):
    """An error is what the sheet shows, as in a text table, so that the contract refuses it; a formula may give no text."""
    rows = load(workbook_with_formula(tmp_path / "own.xlsx", xml)).rows["indicator_observation"]
    assert rows["value"].to_list() == ["7", value, None]
    assert rows["value_status"].to_list() == ["observed", "missing" if value is None else "observed", "missing"]


@pytest.mark.parametrize("form", ["0%", "0.00%", "0.0%;[Red]-0.0%", "0 %"])
def test_a_number_shown_in_per_cent_is_what_is_shown(tmp_path, form):
    """A spreadsheet keeps 12.4% as 0.124; who reads 0.124 per cent from it is wrong by a hundred."""
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "own.xlsx") as book:
        sheet = book.add_worksheet()
        shown, plain = book.add_format({"num_format": form}), book.add_format({"num_format": '0.0" % or so"'})
        sheet.write_row(0, 0, SERIES)
        for number, value in enumerate([0.124, 0.16, 1, 1e-7], 1):
            sheet.write_row(number, 0, ["KE", "ER.LND.PTLD.ZS", 2019 + number])
            sheet.write_number(number, 3, value, shown)
        sheet.write_row(5, 0, ["KE", "ER.LND.PTLD.ZS", 2024])
        sheet.write_formula(5, 3, "=1/4", shown, 0.25)
        sheet.write_row(6, 0, ["KE", "ER.LND.PTLD.ZS", 2025])
        sheet.write_number(6, 3, 13.5, plain)
    rows = load(tmp_path / "own.xlsx").rows["indicator_observation"]
    assert rows["value"].to_list() == ["12.4", "16", "100", "0.00001", "25", "13.5"]


def test_workbooks_without_a_table(tmp_path):
    """No rows, two columns of one name, a title, or no workbook at all: one sentence each."""
    for rows, said in (
        ([], "no sheet with column names and rows"),
        ([["country_code", "Country_Code"], ["KE", "KE"]], "two columns"),
        ([["Treaties of Kenya"], *STATUS], "remove what stands above"),
    ):
        with pytest.raises(WrongUsage, match=said):
            load(workbook(tmp_path / "own.xlsx", {"Sheet1": rows}), table="treaty_party")
    with zipfile.ZipFile(tmp_path / "broken.xlsx", "w") as packed:
        packed.writestr("[Content_Types].xml", "<x/>")
        packed.writestr("xl/workbook.xml", "<x")
    with pytest.raises(WrongUsage, match="not readable as a workbook"):
        load(tmp_path / "broken.xlsx", table="treaty_party")
    write_text(tmp_path / "own.tsv", TWO)
    with pytest.raises(WrongUsage, match=r"no workbook, so it has no sheet 'A'"):
        load(tmp_path / "own.tsv#A")


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_coordinates_with_decimal_commas(tmp_path, delimiter):
    """A coordinate is below a thousand, so its comma is a decimal one."""
    rows = records({"decimalLatitude": "-1,286", "decimalLongitude": "36,817"})
    write_text(tmp_path / "comma.csv", rows, delimiter)
    with read_many([tmp_path / "comma.csv"]) as (given,):
        found = pl.read_parquet(given.files[0])
    assert found.select("decimalLatitude", "decimalLongitude").row(0) == ("-1.286", "36.817")
