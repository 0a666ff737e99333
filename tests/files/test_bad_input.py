"""Input that nobody should trust or could read is one sentence, never a crash and never half a result."""

from __future__ import annotations

import gzip
import stat
import struct
import zipfile

import polars as pl
import pytest
from own_files import load, records, write_text

from ness_pipeline.errors import WrongUsage
from ness_pipeline.files import unpack


@pytest.fixture
def table(tmp_path):
    """A good table of records."""
    return write_text(tmp_path / "good.tsv", records({}, {}, {}))


def refused(path):
    """The sentence with which a file is refused; it is one sentence and the exit code is that of wrong input."""
    with pytest.raises(WrongUsage) as caught:
        load(path)
    sentence = str(caught.value)
    assert caught.value.exit_code == 2
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def zipped(path, members):
    """A zip of names and contents."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return path


def test_a_missing_file(tmp_path):
    """The name is in the sentence."""
    assert "nowhere.csv does not exist" in refused(tmp_path / "nowhere.csv")


def test_an_empty_file(tmp_path):
    """Nothing is no table."""
    (tmp_path / "empty.csv").touch()
    assert "is empty" in refused(tmp_path / "empty.csv")


def test_an_empty_folder(tmp_path):
    """A folder without data is refused."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / ".hidden").write_text("x")
    assert "no file with data" in refused(tmp_path / "folder")


def test_an_empty_zip(tmp_path):
    """A zip without data is refused."""
    assert "no file with data" in refused(zipped(tmp_path / "empty.zip", {}))


def test_a_header_without_rows(table):
    """A header alone loads nothing, and says so."""
    table.write_text(table.read_text().splitlines()[0] + "\n")
    assert "no rows" in refused(table)


def test_a_table_of_one_column(tmp_path):
    """A delimiter that nobody uses leaves one column."""
    assert "only one column" in refused(write_text(tmp_path / "odd.csv", records({}), "~"))


@pytest.mark.parametrize("delimiter", [";", "|", ",", "\t"])
def test_usual_delimiters_are_found(tmp_path, delimiter):
    """Comma, semicolon, tab and bar need no option."""
    assert load(write_text(tmp_path / "table.csv", records({}), delimiter)).loaded == 1


def test_a_column_twice(tmp_path):
    """Which of two columns of one name is meant cannot be known."""
    (tmp_path / "twice.csv").write_text("year,Year,speciesKey\n2020,2021,1\n")
    assert "two columns 'year' and 'Year'" in refused(tmp_path / "twice.csv")
    pl.DataFrame({"Year": [2020], "year": [2021], "speciesKey": ["1"]}).write_parquet(tmp_path / "twice.parquet")
    assert refused(tmp_path / "twice.parquet") == "twice.parquet has two columns 'year'; rename or remove one of them."


def test_another_alphabet_says_where_and_how_to_convert(tmp_path):
    """The byte, the line, what it most likely is, and the command; Russian is not read as if it were French."""
    names = records({}, {"species": "Большой пёстрый дятел"}, {"species": "Обыкновенная лисица"})
    sentence = refused(write_text(tmp_path / "old.tsv", names, encoding="cp1251"))
    assert "byte 0xC1 in line 3" in sentence
    assert "iconv -f cp1251 -t UTF-8" in sentence


def test_utf_16_cut_short(tmp_path):
    """Half a letter at the end is no text."""
    file = write_text(tmp_path / "unicode.txt", records({}), encoding="utf-16")
    file.write_bytes(file.read_bytes()[:-1])
    assert "not written in utf-16" in refused(file)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark(tmp_path, encoding):
    """Either order of bytes is recognised."""
    file = write_text(tmp_path / "unicode.txt", records({}), encoding=encoding)
    assert refused(file) == "unicode.txt looks like UTF-16 without a mark at its start; export it again as UTF-8."


def test_a_zero_byte(tmp_path):
    """The line of the first one is named."""
    (tmp_path / "zero.csv").write_bytes(b"year,speciesKey\n2020,1\n2021,\x00\n\x00,2\n")
    assert refused(tmp_path / "zero.csv") == (
        "zero.csv is no text table (it holds a zero byte in line 3); remove it there, or export the table as CSV."
    )


@pytest.mark.parametrize("text", ['{"type":"FeatureCollection"}', '\ufeff[\n {"a": 1}]', "[[1, 2]]", "{\n}"])
def test_json(tmp_path, text):
    """A file in JSON is no table, whatever its name."""
    (tmp_path / "places.csv").write_text(text, encoding="utf-8")
    assert refused(tmp_path / "places.csv") == "places.csv is JSON, which is no table; export it as CSV or Parquet and load that."  # fmt: skip


def test_an_archive_in_an_archive(table, tmp_path):
    """It has to be unpacked; in a folder, it is loaded by itself."""
    (tmp_path / "folder").mkdir()
    zipped(tmp_path / "folder" / "inner.zip", {"good.tsv": table.read_text()})
    zipped(tmp_path / "outer.zip", {"inner.zip": (tmp_path / "folder" / "inner.zip").read_bytes()})
    assert refused(tmp_path / "outer.zip") == (
        "outer.zip holds inner.zip, which is itself an archive or a workbook; unpack outer.zip and load inner.zip alone."
    )
    assert refused(tmp_path / "folder") == (
        "folder holds inner.zip, which is itself an archive or a workbook; load inner.zip alone."
    )


def test_workbooks_of_other_forms(tmp_path):
    """Each is named for what it is."""
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500))
    assert refused(tmp_path / "old.xls") == (
        "old.xls is a workbook of Excel 97 (.xls); save it as .xlsx or CSV and load that."
    )
    members = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}
    assert refused(zipped(tmp_path / "own.ods", members)) == (
        "own.ods is an office document, not a table; save the table as CSV and load that."
    )


def test_a_binary_file(tmp_path):
    """Bytes of another program are no table."""
    (tmp_path / "image.csv").write_bytes(b"\x89PNG\r\n\x00\x1a")
    assert "no text table" in refused(tmp_path / "image.csv")


def test_a_document_of_an_office_program(tmp_path):
    """It is a zip, but neither a download nor a workbook."""
    assert "save the table as CSV" in refused(zipped(tmp_path / "own.docx", {"[Content_Types].xml": "<x/>"}))


@pytest.mark.parametrize("magic", unpack.PACKED)
def test_other_packers(tmp_path, magic):
    """Archives of other kinds name themselves."""
    (tmp_path / "packed").write_bytes(magic + b"rest of it")
    assert unpack.PACKED[magic] in refused(tmp_path / "packed")


def test_a_zip_cut_short(table, tmp_path):
    """A download that stopped is refused as a whole."""
    whole = zipped(tmp_path / "whole.zip", {"good.tsv": table.read_text()})
    (tmp_path / "half.zip").write_bytes(whole.read_bytes()[:-40])
    assert "damaged or cut short" in refused(tmp_path / "half.zip")


def test_a_zip_with_a_flipped_byte(table, tmp_path):
    """The checksum of a member is verified before a row is read."""
    whole = bytearray(zipped(tmp_path / "whole.zip", {"good.tsv": table.read_text() * 50}).read_bytes())
    whole[60] ^= 0xFF
    (tmp_path / "flipped.zip").write_bytes(whole)
    assert "damaged or cut short" in refused(tmp_path / "flipped.zip")


def test_a_gzip_is_read_and_a_broken_one_refused(table, tmp_path):
    """A plain gzip works like its content."""
    packed = tmp_path / "good.tsv.gz"
    packed.write_bytes(gzip.compress(table.read_bytes()))
    assert load(packed).loaded == 3
    packed.write_bytes(packed.read_bytes()[:-12])
    assert "damaged or cut short" in refused(packed)


@pytest.mark.parametrize("name", ["../out.tsv", "/etc/out.tsv", "a/../../out.tsv", "C:/out.tsv", "..\\out.tsv"])
def test_a_zip_that_writes_outside(tmp_path, name):
    """Names that leave the folder are refused before anything is unpacked."""
    assert "written outside" in refused(zipped(tmp_path / "evil.zip", {"good.tsv": "x", name: "y"}))
    assert not (tmp_path.parent / "out.tsv").exists()


def test_a_zip_with_a_symbolic_link(tmp_path):
    """A link could point anywhere."""
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as packed:
        link = zipfile.ZipInfo("table.tsv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(link, "/etc/passwd")
    assert "symbolic link" in refused(tmp_path / "link.zip")


def test_an_encrypted_zip(table, tmp_path):
    """The flag is enough to know; there is no password to ask for."""
    content = bytearray(zipped(tmp_path / "open.zip", {"good.tsv": table.read_text()}).read_bytes())
    content[6] |= 1
    central = content.find(b"PK\x01\x02")
    content[central + 8] |= 1
    (tmp_path / "closed.zip").write_bytes(content)
    assert "encrypted" in refused(tmp_path / "closed.zip")


def test_a_zip_bomb(tmp_path):
    """An archive that grows beyond every honest ratio is refused before it is unpacked."""
    with (
        zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("a.tsv", "w") as member,
    ):
        for _ in range(80):
            member.write(b"0" * 2**20)
    assert "more than 200 times" in refused(tmp_path / "bomb.zip")


def test_a_zip_bomb_that_lies_about_its_size(tmp_path):
    """What counts is what comes out, not what the header says; a member that lies never fills the disk."""
    with (
        zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("a.tsv", "w") as member,
    ):
        for _ in range(80):
            member.write(b"0" * 2**20)
    content = bytearray((tmp_path / "bomb.zip").read_bytes())
    central = content.find(b"PK\x01\x02")
    content[central + 24 : central + 28] = struct.pack("<I", 1_000)
    (tmp_path / "liar.zip").write_bytes(content)
    assert refused(tmp_path / "liar.zip")


def test_a_gzip_bomb(tmp_path):
    """A gzip does not say its size, so it is stopped on the way."""
    with gzip.open(tmp_path / "bomb.csv.gz", "wb") as packed:
        for _ in range(80):
            packed.write(b"0" * 2**20)
    assert "more than 200 times" in refused(tmp_path / "bomb.csv.gz")


def test_several_tables_in_one_zip(table, tmp_path):
    """Which table is meant cannot be known."""
    text = table.read_text()
    assert "holds 2 tables" in refused(zipped(tmp_path / "two.zip", {"a.tsv": text, "b.tsv": text}))


def test_two_members_of_one_name(tmp_path):
    """The later would silently replace the earlier."""
    with zipfile.ZipFile(tmp_path / "same.zip", "w") as packed:
        packed.writestr("a.tsv", "x")
        with pytest.warns(UserWarning, match="Duplicate"):
            packed.writestr("a.tsv", "y")
    assert "two files of one name" in refused(tmp_path / "same.zip")


def test_a_half_written_parquet(tmp_path):
    """A parquet file without its end is refused."""
    pl.DataFrame(records({})).write_parquet(tmp_path / "whole.parquet")
    (tmp_path / "half.parquet").write_bytes((tmp_path / "whole.parquet").read_bytes()[:-60])
    assert "not readable" in refused(tmp_path / "half.parquet")


def test_a_parquet_damaged_inside(tmp_path):
    """Damage that shows only while rows are read gives nothing of the file."""
    pl.DataFrame(records(*({"speciesKey": str(n)} for n in range(5_000)))).write_parquet(tmp_path / "whole.parquet")
    content = bytearray((tmp_path / "whole.parquet").read_bytes())
    content[200:1_200] = bytes(1_000)
    (tmp_path / "damaged.parquet").write_bytes(content)
    assert "not readable" in refused(tmp_path / "damaged.parquet")


def test_a_quote_that_is_never_closed(tmp_path):
    """It would swallow the rest of the file as one value."""
    file = write_text(tmp_path / "quotes.csv", records({}, {"species": '"Inventa'}, {}, {}), ",")
    assert "quote that is never closed" in refused(file)
    with file.open("a") as more:
        more.write("\n\n" + "x" * 2_000_000 + ("\n" + "x" * 2_000_000) * 4)
    assert "quote that is never closed" in refused(file)


def test_a_line_end_inside_an_unquoted_value(tmp_path):
    """A stray carriage return is a blank, and every record counts."""
    file = write_text(tmp_path / "stray.tsv", records({}, {"species": "Inventa\rprima"}, {}))
    found = load(file)
    assert (found.received, found.loaded) == (3, 3)
    assert set(found.species["scientific_name"]) == {"Inventa prima"}


def test_nothing_is_left_behind(table, tmp_path, monkeypatch):
    """Temporary folders are gone after success and after failure."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    load(zipped(tmp_path / "good.zip", {"good.tsv": table.read_text()}))
    refused(zipped(tmp_path / "bad.zip", {"good.tsv": table.read_text().splitlines()[0]}))
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("suffix", ["tsv", "parquet"])
def test_a_name_with_pattern_characters_is_taken_literally(tmp_path, suffix):
    """`a[1]*` is the name of one file; `a1x` beside it is another."""
    named, other = tmp_path / f"a[1]*.{suffix}", tmp_path / f"a1x.{suffix}"
    for file, species in ((named, "700"), (other, "999")):
        if suffix == "tsv":
            write_text(file, records({"speciesKey": species}))
        else:
            pl.DataFrame(records({"speciesKey": species})).write_parquet(file)
    assert load(named).cube["species_key"].to_list() == ["700"]


def test_notes_beside_the_data_are_left_alone(table, tmp_path):
    """Citations, licences and read-me files are no tables."""
    notes = {"citation.txt": "Cite this.", "README.txt": "Read me.", "__MACOSX/._good.tsv": "x", ".DS_Store": "x"}
    assert load(zipped(tmp_path / "good.zip", {"good.tsv": table.read_text(), **notes})).loaded == 3


def test_a_part_that_was_never_fetched(tmp_path):
    """A dangling link or a stand-in text among parquet parts would silently be a part of the result."""
    pl.DataFrame(records({})).write_parquet(tmp_path / "part-0.parquet")
    (tmp_path / "part-1").write_text("stand-in for a large file")
    assert "part-1, which is none" in refused(tmp_path)
    (tmp_path / "part-1").unlink()
    (tmp_path / "part-1.parquet").symlink_to(tmp_path / "elsewhere")
    assert "points to a missing file" in refused(tmp_path)


def test_text_written_as_bytes_in_parquet(tmp_path):
    """Some programs do not mark text columns as text."""
    frame = pl.DataFrame(records({}))
    frame.with_columns(pl.col("speciesKey", "species").cast(pl.Binary)).write_parquet(tmp_path / "bytes.parquet")
    assert load(tmp_path / "bytes.parquet").species["scientific_name"].to_list() == ["Inventa prima"]
